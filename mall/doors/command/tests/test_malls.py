import pytest
from sqlalchemy import text

from mall import tenants
from mall.doors.command import malls
from mall.doors.postgres import Urls
from mall.doors.trouble import Trouble
from mall.kernel.db import Database
from mall.kernel.ids import new_uuid
from mall.tenants import Licence, SlugTaken, Tenant, Unlicensed

LICENSED = Licence("示例公司", "9131")


async def new_mall(db: Database, slug: str, licence: Licence = LICENSED) -> Tenant:
    return await malls.found(
        db,
        slug,
        {"zh-CN": "新店", "en": "New"},
        host=f"{slug}.localhost",
        licence=licence,
        owner_email="owner@example.com",
        owner_password="a long password",
    )


def a_slug() -> str:
    return f"m{new_uuid().hex}"


async def test_a_new_mall_is_in_the_directory_with_its_host(db: Database) -> None:
    made = await new_mall(db, a_slug())

    assert made.slug in [mall.slug for mall in await malls.every(db)]
    assert (await malls.named(db, made.slug)).hosts == (f"{made.slug}.localhost",)


async def test_a_taken_slug_leaves_nothing_behind(db: Database) -> None:
    made = await new_mall(db, a_slug())
    with pytest.raises(SlugTaken):
        await new_mall(db, made.slug)
    assert [m.slug for m in await malls.every(db)].count(made.slug) == 1


async def test_a_mall_without_licence_or_exemption_is_not_opened(db: Database) -> None:
    with pytest.raises(Unlicensed):
        await new_mall(db, a_slug(), Licence())


async def test_hosts_come_and_go(db: Database) -> None:
    made = await new_mall(db, a_slug())
    host = f"www.{made.slug}.example"

    assert host in (await malls.set_host(db, made.slug, host, remove=False)).hosts
    assert host not in (await malls.set_host(db, made.slug, host, remove=True)).hosts


async def test_an_unknown_mall_is_named(db: Database) -> None:
    with pytest.raises(Trouble, match="No mall is called nowhere"):
        await malls.named(db, "nowhere")


async def test_erasing_takes_one_mall_and_leaves_the_others(db: Database, urls: Urls) -> None:
    gone, kept = await new_mall(db, a_slug()), await new_mall(db, a_slug())

    assert malls.erase(urls.owner, gone) >= 3  # the mall, its host, its owner, its audit
    slugs = [mall.slug for mall in await malls.every(db)]
    assert gone.slug not in slugs
    assert kept.slug in slugs
    async with db.read(gone.id) as read:
        assert await tenants.mine(read) is None
        assert (await read.run(text("SELECT count(*) FROM staff.account"))).scalar() == 0
    async with db.read(kept.id) as read:
        assert await tenants.mine(read) == await malls.named(db, kept.slug)
