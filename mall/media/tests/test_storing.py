"""Pictures in a real mall: stored once, shown for ever, kept apart."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from mall import media
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.errands import Args, Done
from mall.kernel.ids import AssetId, TenantId, new_uuid
from mall.kernel.outside import BadAddress
from mall.kernel.problems import InvalidFields, Nothing
from mall.kernel.time import Instant
from mall.media import Asset, NotAnImage, TooLarge, TooManyPixels, UploadGone
from mall.media.errands import CLEAR, STORE, spool
from mall.media.rules import MOST_BYTES
from mall.media.tests.door import CLERK, Door, Killed
from mall.media.tests.drawn import BLUE, RED, bomb, halves, near, opened, pixel, written


@pytest.fixture
def door(db: Database, tenant: TenantId, now: Instant) -> Door:
    return Door(db, tenant, now)


async def stored(door: Door, content: bytes, **said: dict[str, str]) -> Asset:
    return await media.store_image(
        door.run, door.outside, content, tenant_id=door.tenant, name="C:\\照片\\cup.jpg", **said
    )


def args_of(upload: str, asset_id: AssetId) -> Args:
    return {"upload": upload, "asset": str(asset_id), "name": "", "alt": {}}


async def rows(door: Door) -> list[Asset]:
    async with door.db.read(door.tenant) as read:
        return (await media.listing(read)).items


async def test_an_upload_becomes_an_asset_whose_every_file_is_served(door: Door) -> None:
    asset = await stored(door, written(halves()), alt={"en": " Two  halves ", "fr": "Non"})

    assert (asset.width, asset.height, asset.widths) == (600, 400, (160, 320, 600))
    assert (asset.name, asset.alt) == ("cup.jpg", {"en": "Two halves"})
    assert near(bytes.fromhex(asset.tint[1:]), RED) or near(bytes.fromhex(asset.tint[1:]), BLUE)
    assert await rows(door) == [asset]
    assert door.files() == sorted(
        f"{door.tenant.hex}/{asset.id.hex}/{width}.webp" for width in asset.widths
    )
    served = [
        await media.file_of(door.outside, door.tenant, part.split(" ")[0].removeprefix("/media/"))
        for part in media.srcset(asset).split(", ")
    ]
    assert [opened(file.content).size for file in served if file] == [
        (160, 107),
        (320, 213),
        (600, 400),
    ]
    assert sum(len(file.content) for file in served if file) == asset.stored_bytes
    assert len({file.etag for file in served if file}) == 3
    assert {file.content_type for file in served if file} == {"image/webp"}


async def test_an_address_names_the_file_that_fits_best(door: Door) -> None:
    asset = await stored(door, written(halves()))
    assert media.address(asset, 100) == f"/media/{asset.id.hex}-160.webp"
    assert media.address(asset, 321) == f"/media/{asset.id.hex}-600.webp"
    assert media.address(asset, 2_000) == f"/media/{asset.id.hex}-600.webp"
    assert media.height_at(asset, 320) == 213


async def test_names_that_the_mall_never_wrote_lead_nowhere(door: Door) -> None:
    asset = await stored(door, written(halves()))
    right = f"{asset.id.hex}-160.webp"
    assert await media.file_of(door.outside, door.tenant, right)
    for name in (
        "",
        f"{asset.id.hex}-161.webp",
        f"{asset.id.hex}-0160.webp",
        f"{asset.id}-160.webp",
        f"{asset.id.hex.upper()}-160.webp",
        f"{asset.id.hex}-160.webp\n",
        f"{asset.id.hex}-160.jpg",
        f"../{door.tenant.hex}/{right}",
        f"{right}/../{right}",
        f"{asset.id.hex}-१६०.webp",
        "uploads",
    ):
        assert await media.file_of(door.outside, door.tenant, name) is None, name


async def test_the_same_content_twice_is_one_asset(door: Door) -> None:
    first = await stored(door, written(halves()))
    door.now += timedelta(days=1)
    again = await stored(door, written(halves()), alt={"zh-CN": "两半"})
    other = await stored(door, written(halves((601, 400))))

    assert again.id == first.id
    assert again.created_at == first.created_at
    assert again.alt == {"zh-CN": "两半"}  # nothing had been said of it
    assert {asset.id for asset in await rows(door)} == {first.id, other.id}
    kept = await stored(door, written(halves()), alt={"zh-CN": "别的"})
    assert kept.alt == {"zh-CN": "两半"}


async def test_the_same_content_many_times_at_once_is_one_asset(door: Door) -> None:
    assets = await asyncio.gather(*(stored(door, written(halves())) for _ in range(8)))
    assert len({asset.id for asset in assets}) == 1
    assert len(await rows(door)) == 1
    assert len(door.files()) == 3


async def test_malls_neither_see_nor_serve_nor_guess_each_other_s_pictures(door: Door) -> None:
    other = door.of(TenantId(new_uuid()))
    mine = await stored(door, written(halves()))
    theirs = await stored(other, written(halves()))

    assert mine.id != theirs.id
    name = media.address(mine, 160).removeprefix("/media/")
    assert await media.file_of(door.outside, door.tenant, name)
    assert await media.file_of(door.outside, other.tenant, name) is None
    assert await rows(other) == [theirs]
    async with door.db.read(other.tenant) as read:
        assert await media.assets(read, [mine.id, theirs.id]) == {theirs.id: theirs}
        assert await media.asset(read, mine.id) is None
    async with door.db.write(other.tenant) as tx:
        with pytest.raises(Nothing):
            await media.remove(tx, mine.id, actor=SYSTEM, now=door.now)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"rubbish", NotAnImage),
        (written(halves())[:900], NotAnImage),
        (bomb(9_000, 9_000), TooManyPixels),
        (bytes(MOST_BYTES + 1), TooLarge),
        (b"", NotAnImage),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(
    door: Door, content: bytes, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        await stored(door, content)
    assert door.files() == []
    assert await rows(door) == []


async def test_a_kill_between_call_and_record_leads_to_one_asset(door: Door) -> None:
    door.killed_before_record = True
    content = written(halves())
    upload = await spool(door.outside, door.tenant, content)
    asset_id = media.asset_id_of(door.tenant, content)
    args = args_of(upload, asset_id)
    with pytest.raises(Killed):
        await door.run(STORE, args)
    assert await rows(door) == []

    door.killed_before_record = False
    first, again = await door.run(STORE, args), await door.run(STORE, args)
    assert await rows(door) == [first] == [again]
    assert [path for path in door.files() if "uploads" not in path] == [
        f"{door.tenant.hex}/{asset_id.hex}/{width}.webp" for width in (160, 320, 600)
    ]


async def test_an_errand_whose_upload_is_gone_says_so(door: Door) -> None:
    with pytest.raises(UploadGone):
        await door.run(STORE, args_of(str(new_uuid()), AssetId(new_uuid())))


async def test_uploads_that_a_kill_left_behind_are_cleared_after_a_day(door: Door) -> None:
    asset = await stored(door, written(halves()))
    upload = await spool(door.outside, door.tenant, b"left behind")
    await spool(door.outside, TenantId(new_uuid()), b"of another mall")
    listed = door.outside.files.list(f"{door.tenant.hex}/uploads")  # pyright: ignore[reportUnknownMemberType] - of Arrow
    [[waiting]] = [list(some) for some in listed]

    async def clear_at(at: Instant) -> object:
        async with door.db.write(door.tenant) as tx:
            question = await CLEAR.prepare(tx, {}, at)
        assert question is not None
        answer = await CLEAR.call(door.outside, question)
        async with door.db.write(door.tenant) as tx:
            outcome = await CLEAR.record(tx, question, answer, at)
        assert isinstance(outcome, Done)
        return outcome.value

    assert await clear_at(waiting["last_modified"] + timedelta(hours=23)) == 0
    assert any(upload in path for path in door.files())
    assert await clear_at(waiting["last_modified"] + timedelta(hours=25)) == 1
    assert len(door.files()) == len(asset.widths) + 1


async def test_a_removed_picture_leaves_the_lists_and_stays_where_it_is_shown(door: Door) -> None:
    asset = await stored(door, written(halves()))
    async with door.db.write(door.tenant) as tx:
        await media.remove(tx, asset.id, actor=CLERK, now=door.now)

    assert await rows(door) == []
    async with door.db.read(door.tenant) as read:
        assert (await media.assets(read, [asset.id]))[asset.id].removed
    name = media.address(asset, 160).removeprefix("/media/")
    assert await media.file_of(door.outside, door.tenant, name)
    async with door.db.write(door.tenant) as tx:
        with pytest.raises(Nothing):
            await media.remove(tx, asset.id, actor=CLERK, now=door.now)
        with pytest.raises(Nothing):
            await media.set_alt(tx, asset.id, {"en": "x"}, actor=CLERK, now=door.now)

    assert (await stored(door, written(halves()))).id == asset.id  # uploading brings it back
    assert await rows(door) == [asset]


async def test_pages_of_the_listing_show_every_picture_once(door: Door) -> None:
    made = list[AssetId]()
    for n in range(5):
        door.now += timedelta(seconds=n % 2)  # some were made in one moment
        made.append((await stored(door, written(halves((40 + n, 40)), "PNG"))).id)

    shown, cursor = list[AssetId](), None
    async with door.db.read(door.tenant) as read:
        while True:
            page = await media.listing(read, cursor=cursor, limit=2)
            shown += [asset.id for asset in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        with pytest.raises(InvalidFields):
            await media.listing(read, cursor="rubbish")
    assert len(shown) == 5
    assert set(shown) == set(made)
    assert shown[0] in made[3:]


def answering(door: Door, answers: dict[str, httpx.Response]) -> None:
    """Let the world beyond answer from a list; nothing leaves this machine."""

    async def answer(request: httpx.Request) -> httpx.Response:
        return answers[request.url.path]

    door.outside.http._transport = httpx.MockTransport(answer)  # pyright: ignore[reportPrivateUsage]


async def test_a_foreign_picture_is_fetched_and_stored(door: Door) -> None:
    body = httpx.Response(200, content=written(halves()))
    answering(
        door,
        {
            "/cup a.jpg": body,
            "/moved cup.jpg": httpx.Response(302, headers={"location": "/cup%20a.jpg"}),
        },
    )

    asset = await media.fetch_image(
        door.run, "https://1.1.1.1/moved%20cup.jpg?v=2", alt={"en": "A cup"}
    )
    assert isinstance(asset, Asset)
    assert (asset.name, asset.alt, asset.width) == ("moved cup.jpg", {"en": "A cup"}, 600)
    file = await media.file_of(door.outside, door.tenant, f"{asset.id.hex}-600.webp")
    assert file and near(pixel(opened(file.content), 10, 10), RED)
    assert asset == await stored(door, written(halves()))  # the same content from elsewhere


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost:5432/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.8/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://1.1.1.1/to-the-inside",
        "file:///etc/passwd",
        "ftp://1.1.1.1/a.jpg",
        "",
        "no address at all",
        "http://[::1",
        "http://1.1.1.1:99999/a.jpg",
        "http://1.1.1.1/\x00.jpg",
    ],
)
async def test_private_addresses_are_refused_and_reported(door: Door, url: str) -> None:
    inside = httpx.Response(302, headers={"location": "http://192.168.1.1/secret.jpg"})
    secret = httpx.Response(200, content=written(halves()))
    paths = ("/a.jpg", "/", "/latest/meta-data/", "/secret.jpg")
    answering(door, dict.fromkeys(paths, secret) | {"/to-the-inside": inside})

    assert isinstance(await media.fetch_image(door.run, url), BadAddress)
    assert door.files() == []


async def test_what_is_fetched_and_cannot_be_used_is_reported_not_raised(door: Door) -> None:
    answering(
        door,
        {
            "/page": httpx.Response(200, content=b"<html>sold out</html>"),
            "/gone": httpx.Response(404),
            "/large": httpx.Response(200, content=bytes(MOST_BYTES + 1)),
            "/bomb": httpx.Response(200, content=bomb(30_000, 30_000)),
        },
    )
    kinds = [
        type(await media.fetch_image(door.run, f"https://1.1.1.1/{path}"))
        for path in ("page", "gone", "large", "bomb")
    ]
    assert kinds == [NotAnImage, BadAddress, BadAddress, TooManyPixels]
    assert await rows(door) == []


def test_ids_say_nothing_of_the_content_and_are_proper_uuids() -> None:
    tenants = [TenantId(new_uuid()) for _ in range(50)]
    ids = {media.asset_id_of(tenant, b"the same") for tenant in tenants}
    assert len(ids) == 50
    for one in ids:
        assert UUID(str(one)).variant == "specified in RFC 4122"
        assert str(one)[14] == "8"
