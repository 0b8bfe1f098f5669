"""The demo malls, filled through the rooms' own actions, so that they are like any other mall.

A mall is founded in one transaction, gets its shelves in one, its goods batch by batch, and its
home page last: a home page is how a finished mall is recognised. A run after a kill does what is
left. Nobody has ordered anything: figures of a demo would be lies.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import batched

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mall import catalog, members, staff, tenants
from mall.doors.command.demo.accounts import MEMBER, PASSWORD, PLACES, STAFF, host_of
from mall.doors.command.demo.cutting import Told, cut
from mall.doors.command.demo.goods import DemoMall, demo_malls
from mall.doors.command.demo.stocking import (
    Pictures,
    Shelves,
    load_shelves,
    new_categories,
    pictures_lacking,
    pictures_of,
    pictures_of_home,
    published,
    put_on_shelves,
    set_up_shelves,
)
from mall.doors.command.speaking import out
from mall.doors.house import NOBODY, House, open_house
from mall.kernel import passwords
from mall.kernel.audit import SYSTEM
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, TenantId, new_uuid
from mall.kernel.settings import Settings
from mall.kernel.source import Source
from mall.kernel.time import utc_now
from mall.tenants import Home, Licence, Page, Tenant, Theme, Tile

_IN_A_BATCH = 8  # products
_ACCENTS = {"#c2412d": "vermilion", "#4f7450": "tea"}  # the design system's names
_HERE = Source("mall seed")


async def seed(settings: Settings) -> None:
    """Fill the demo malls and show how far it is; finished ones are recognised in one query."""
    began = time.monotonic()
    async with open_house(settings) as house:
        there = await _directory(house)
        left = [goods for goods in demo_malls() if not _is_finished(there, goods.facts.slug)]
        if not left:
            out.print("✓ 演示集市已就绪 · the demo malls are ready")
            return
        filled = list[DemoMall]()
        for goods in left:
            host = host_of(goods.facts.slug, settings)
            if _is_somebodys(there, goods, host):
                out.print(f"· {host} 不是演示集市,保持不变 · is not a demo mall and stays as it is")
                continue
            with _progress_of(goods) as told:
                await fill(house, goods, slug=goods.facts.slug, host=host, told=told)
            filled.append(goods)
    products = sum(len(goods.products) for goods in filled)
    seconds = time.monotonic() - began
    out.print(f"✓ 演示商品 {products} 件 · {products} demo products ({seconds:.1f} s)")


async def fill(house: House, goods: DemoMall, *, slug: str, host: str, told: Told) -> Tenant:
    """Fill one mall with whatever an earlier run has left undone; give it as it is then."""
    tenant = await _mall_called(house, slug) or await _found(house, goods, slug, host)
    if tenant.home != Home():
        return tenant
    await _enrol(house, tenant.id, slug)
    async with house.db.read(tenant.id) as read:
        shelves = await load_shelves(read, goods)
        known = await catalog.ids_by_slugs(read, [product.slug for product in goods.products])
    left = [product for product in goods.products if product.slug not in known]
    lacking = pictures_lacking(goods, left, shelves)
    async with cut(house.outside, goods, tenant.id, lacking, told) as pictures:
        await pictures.ready(one.picture for one in new_categories(goods, shelves))
        async with house.db.write(tenant.id) as tx:
            shelves = await set_up_shelves(tx, goods, shelves, pictures, utc_now())
        since = published(goods, tenant.founded_at)
        for batch in batched(left, _IN_A_BATCH):
            await pictures.ready(name for product in batch for name in pictures_of(product))
            async with house.db.write(tenant.id) as tx:
                await put_on_shelves(tx, batch, shelves, pictures, since, utc_now())
        await pictures.ready(pictures_of_home(goods))
        return await _open(house, goods, tenant, shelves, pictures)


async def _directory(house: House) -> list[Tenant]:
    async with house.db.read(NOBODY) as read:
        return await tenants.directory(read)


async def _mall_called(house: House, slug: str) -> Tenant | None:
    return next((one for one in await _directory(house) if one.slug == slug), None)


def _is_finished(there: Sequence[Tenant], slug: str) -> bool:
    return any(one.slug == slug and one.home != Home() for one in there)


def _is_somebodys(there: Sequence[Tenant], goods: DemoMall, host: str) -> bool:
    """Tell whether a mall that is not ours has the name: it must not get demo goods."""
    number = goods.facts.licence.licence_no
    taken = [one for one in there if one.slug == goods.facts.slug or host in one.hosts]
    return any(one.licence.licence_no != number for one in taken)


async def _found(house: House, goods: DemoMall, slug: str, host: str) -> Tenant:
    """Open the mall with its pages and its staff."""
    facts, now = goods.facts, utc_now()
    tenant = Tenant(
        id=TenantId(new_uuid()),
        slug=slug,
        name=dict(facts.name),
        hosts=(host,),
        language=facts.language,
        currency=facts.currency,
        time_zone=facts.time_zone,
        licence=Licence(
            facts.licence.company["zh-CN"],
            facts.licence.licence_no,
            facts.licence.icp_no,
            facts.licence.police_no,
        ),
        theme=Theme(_ACCENTS[facts.accent]),  # no logo: it is an SVG, and the seal looks better
        home=Home(),
        contact=_contact(goods),
        founded_at=now,
    )
    hashes = [await passwords.hashed(PASSWORD) for _ in STAFF]
    async with house.db.write(tenant.id) as tx:
        await tenants.found_mall(tx, tenant, actor=SYSTEM, now=now)
        for one in goods.policies:
            page = Page(one.slug, dict(one.title), dict(one.body), now)
            await tenants.set_page(tx, page, actor=SYSTEM, now=now)
        for person, password_hash in zip(STAFF, hashes, strict=True):
            await staff.create(
                tx,
                name=person.name,
                email=person.email(slug),
                role=person.role,
                password_hash=password_hash,
                by=None,
                now=now,
            )
    return tenant


def _contact(goods: DemoMall) -> dict[str, str]:
    """Say how the mall is reached; what has a text per language is kept under ``what.en`` too."""
    facts = goods.facts
    said = {"phone": facts.contact.phone, "email": facts.contact.email}
    for what, texts in (("hours", facts.contact.hours), ("slogan", facts.slogan)):
        said |= {what: texts["zh-CN"], f"{what}.en": texts["en"]}
    return said


async def _enrol(house: House, tenant_id: TenantId, slug: str) -> None:
    """Make the demo member with an address book, unless there is one already."""
    password_hash, now = await passwords.hashed(PASSWORD), utc_now()
    async with house.db.write(tenant_id) as tx:
        member = await members.enrol(
            tx,
            email=MEMBER.email(slug),
            password_hash=password_hash,
            name=MEMBER.name,
            language="zh-CN",
            now=now,
        )
        if member is None:
            return
        for place in PLACES:
            draft = members.Draft(place.name, place.phone, place.region, place.detail)
            await members.add_address(tx, member.id, draft)


async def _open(
    house: House, goods: DemoMall, tenant: Tenant, shelves: Shelves, pictures: Pictures
) -> Tenant:
    """Furnish the home page, which says that all the rest is done."""
    heroes = goods.home.heroes
    now, shown = utc_now(), {n: one.title for one in heroes for n in (one.wide, one.square)}
    async with house.db.write(tenant.id) as tx:
        images = await pictures.write_down(tx, shown, now)
        home = Home(
            heroes=tuple(
                _tile(one.title, one.text, one.category, images[one.wide], images[one.square])
                for one in heroes
            ),
            tiles=tuple(
                _tile(one.title, one.text, one.category, shelves.categories[one.category].image)
                for one in goods.home.sections
            ),
            floors=tuple(one.category for one in goods.home.sections),
            featured=tuple(goods.home.featured),
        )
        opened = msgspec.structs.replace(tenant, home=home)
        await tenants.change(tx, opened, actor=SYSTEM, now=now)
    return opened


def _tile(
    title: Texts, text: Texts, category: str, image: AssetId | None, phone: AssetId | None = None
) -> Tile:
    return Tile(dict(title), dict(text), image, phone, f"/c/{category}")


@contextmanager
def _progress_of(goods: DemoMall) -> Generator[Told]:
    """Show a bar for one mall: cutting its pictures is nearly all of the work."""
    name = goods.facts.name
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("张图片 · pictures"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out) as bar:
        task = bar.add_task(f"{name['zh-CN']} · {name['en']}", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
