"""The demo malls on a real PostgreSQL: whole after one run, after many, and after many cut off."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from obstore.store import MemoryStore

from mall import catalog, fulfilment, search, staff, tenants
from mall.doors.command import malls
from mall.doors.command.demo import seeding
from mall.doors.command.demo.accounts import MEMBER, PASSWORD, PLACES, STAFF, accounts
from mall.doors.command.demo.goods import DemoMall, demo_mall
from mall.doors.command.demo.tests.description import content, every_picture, mall_called
from mall.doors.given import runs_errands
from mall.doors.house import House
from mall.doors.postgres import Urls
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database, Tx
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.outside import Outside, client
from mall.kernel.settings import Settings, from_environment
from mall.kernel.source import Source
from mall.tenants import Home, Licence, Tenant

CHINA = ("330106", "440106", "650102")  # an ordinary, a near and a far district


@dataclass
class Cut(Exception):
    """The run ends here."""


def settings_of(data: Path, **environ: str) -> Settings:
    return from_environment({"MALL_DATA": str(data), **environ})


def small(slug: str, products: int) -> DemoMall:
    """Take some goods of a demo mall, of several categories, and only their categories."""
    goods = demo_mall(slug)
    some = goods.products[:: len(goods.products) // products][:products]
    parents = {one.slug: one.parent for one in goods.categories}
    kept = {one.category for one in some} | {one.category for one in goods.home.sections}
    kept |= {parent for one in kept if (parent := parents[one])}
    return msgspec.structs.replace(
        goods,
        products=some,
        categories=[one for one in goods.categories if one.slug in kept],
        attributes=[
            msgspec.structs.replace(one, categories=[c for c in one.categories if c in kept])
            for one in goods.attributes
        ],
    )


@pytest_asyncio.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    """Give what a process of the mall holds, with a store in memory."""
    http = client()
    outside = Outside(http, MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    yield House(settings_of(tmp_path), "", db, outside)
    await http.aclose()


def a_slug() -> str:
    return f"d{new_uuid().hex}"


async def filled(house: House, goods: DemoMall, slug: str) -> Tenant:
    """Fill a mall, and look whether the progress that is told makes sense."""
    heard = list[tuple[int, int]]()
    tenant = await seeding.fill(
        house,
        goods,
        slug=slug,
        host=f"{slug}.localhost",
        told=lambda done, of: heard.append((done, of)),
    )
    assert heard == [(n, len(heard)) for n in range(1, len(heard) + 1)]
    return tenant


@contextmanager
def cut_off(monkeypatch: pytest.MonkeyPatch, commits: int) -> Generator[None]:
    """Let so many transactions commit and end the run right before the next one would."""
    whole, begun = Database.write, count()

    @asynccontextmanager
    async def write(db: Database, tenant_id: TenantId) -> AsyncGenerator[Tx]:
        async with whole(db, tenant_id) as tx:
            yield tx
            if next(begun) == commits:
                raise Cut

    with monkeypatch.context() as cutting:
        cutting.setattr(Database, "write", write)
        yield


async def goods_of_unfinished(house: House, slug: str) -> int:
    """Count what can be found in a mall that must not look finished; 0 when it is not founded."""
    found = [one for one in await malls.every(house.db) if one.slug == slug]
    for tenant in found:
        assert tenant.home == Home()
        async with house.db.read(tenant.id) as read:
            return len(await search.newest(read, None, limit=100))
    return 0


async def test_a_second_run_changes_nothing(house: House) -> None:
    slug, goods = a_slug(), small("tea", 5)
    first = await filled(house, goods, slug)
    before = await content(house, slug)

    assert await filled(house, goods, slug) == first
    assert await content(house, slug) == before


async def test_everything_of_the_data_is_in_the_mall(house: House) -> None:
    slug, goods = a_slug(), small("tea", 5)
    tenant = await filled(house, goods, slug)
    found = await content(house, slug)

    assert set(found["products"]) == {one.slug for one in goods.products}
    assert set(found["skus"]) == {sku.code for one in goods.products for sku in one.skus}
    for one in goods.products:
        for sku in one.skus:
            stock = {code: units for code, units in sku.stock.items() if units}
            assert found["skus"][sku.code] == (sku.price_minor, sku.compare_at_minor, stock)
    assert [slug for slug, *_ in found["categories"]] == [one.slug for one in goods.categories]
    assert set(found["pages"]) == {one.slug for one in goods.policies}
    assert set(found["staff"].values()) == {person.role for person in STAFF}
    assert len(found["addresses"]) == len(PLACES)
    assert tenant.home.featured == tuple(goods.home.featured)
    assert len(tenant.home.heroes) == len(goods.home.heroes) and all(
        hero.image and hero.image_phone for hero in tenant.home.heroes
    )


async def test_goods_are_found_and_can_be_bought_at_once(house: House) -> None:
    slug, goods = a_slug(), small("tea", 5)
    tenant = await filled(house, goods, slug)

    async with house.db.read(tenant.id) as read:
        hits = await search.newest(read, None, limit=20)
        assert {hit.slug for hit in hits} == {one.slug for one in goods.products}
        asked = {one.slug: min(sku.price_minor for sku in one.skus) for one in goods.products}
        assert all(hit.price_minor >= asked[hit.slug] and hit.image for hit in hits)
        templates = await fulfilment.freight_templates(read)
        for template in templates.values():
            line = fulfilment.FreightLine(template.id, 1, 500, 1_000)
            near, _, far = (fulfilment.charge(templates, [line], code) for code in CHINA)
            assert 0 < near.total_minor < far.total_minor
            with pytest.raises(fulfilment.NoDelivery):
                fulfilment.charge(templates, [line], "710000")


async def test_runs_that_are_cut_off_again_and_again_end_with_the_same_mall(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "_IN_A_BATCH", 1)
    goods, whole, slug = small("tea", 4), a_slug(), a_slug()
    await filled(house, goods, whole)

    left_behind = list[int]()
    for commits in count():
        try:
            with cut_off(monkeypatch, commits):
                await filled(house, goods, slug)
            break
        except Cut:
            left_behind.append(await goods_of_unfinished(house, slug))
    assert len(set(left_behind)) >= 3, "it was cut off before, between and behind goods"
    assert left_behind == sorted(left_behind)
    assert await content(house, slug) == await content(house, whole)


async def test_a_batch_is_there_as_a_whole_or_not_at_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods, whole, slug = small("tea", 3), a_slug(), a_slug()
    await filled(house, goods, whole)

    async def fall(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as falling:
        falling.setattr(search, "index", fall)
        with pytest.raises(Cut):
            await filled(house, goods, slug)
    tenant = await mall_called(house, slug)
    async with house.db.read(tenant.id) as read:
        assert await catalog.ids_by_slugs(read, [one.slug for one in goods.products]) == {}
        assert {one.name for one in await every_picture(read)} == {
            one.picture for one in goods.categories
        }

    await filled(house, goods, slug)
    assert await content(house, slug) == await content(house, whole)


async def test_everybody_of_the_demo_can_sign_in(house: House) -> None:
    tenant = await filled(house, small("tea", 1), slug := a_slug())
    run = runs_errands(house, tenant.id)
    for person in STAFF:
        signed_in = await staff.sign_in(
            run, email=person.email(slug), password=PASSWORD, source=Source("test")
        )
        assert signed_in.staff.role == person.role and signed_in.staff.permissions


async def test_a_finished_mall_is_recognised_and_what_people_changed_stays(
    urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeding, "demo_malls", lambda: [small("tea", 2)])
    here = settings_of(tmp_path, MALL_APP_DATABASE_URL=urls.app, MALL_DOMAIN="tea.test")
    await seeding.seed(here)
    said = capsys.readouterr().out
    assert "2 demo products" in said and "pictures" in said

    await seeding.seed(here)
    assert capsys.readouterr().out == "✓ 演示集市已就绪 · the demo malls are ready\n"


async def test_a_mall_of_somebody_else_gets_no_demo_goods(
    db: Database, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "demo_malls", lambda: [small("demo", 2)])
    theirs = await malls.found(
        db,
        "demo",
        {"zh-CN": "别人的店", "en": "Theirs"},
        host="demo.example.com",
        licence=Licence("示例公司", "9131"),
        owner_email="owner@example.com",
        owner_password="a long password",
    )
    await seeding.seed(settings_of(tmp_path, MALL_APP_DATABASE_URL=urls.app))
    async with db.read(theirs.id) as read:
        assert await tenants.mine(read) == theirs
        assert await search.newest(read, None, limit=5) == []


def test_the_lines_at_the_door_name_addresses_people_and_the_password(tmp_path: Path) -> None:
    said = "\n".join(accounts(settings_of(tmp_path, MALL_PORT="9000", MALL_DOMAIN="mall.test")))
    for words in ("http://demo.mall.test:9000", "http://tea.mall.test:9000", PASSWORD):
        assert words in said
    assert MEMBER.email("tea") in said
    assert all(person.role in said for person in STAFF)
