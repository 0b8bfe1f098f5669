"""The way back: what is written is read again without changing anything, here and elsewhere."""

import csv
import io

import httpx
import pytest

from mall.doors.command.shopify.tests.files import SMALL, Shop, lines, mug
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.time import Instant
from mall.media.tests.drawn import halves, written

FILE = SMALL.read_bytes().replace(b"pictures.example", b"93.184.216.34")
HANDLES = ["linen-apron", "oak-spoon", "rye-basket"]


def picture_of(request: httpx.Request) -> httpx.Response:
    """Give every path a picture of its own."""
    size = 300 + sum(request.url.path.encode()) % 200
    return httpx.Response(200, content=written(halves((size, size))))


@pytest.fixture
async def shop(db: Database, tenant: TenantId, now: Instant) -> Shop:
    shop = await Shop(db, tenant, now, picture_of).open()
    await shop.take(FILE, publish=True)
    return shop


async def test_what_was_written_changes_nothing_when_it_is_read_again(shop: Shop) -> None:
    before = [await shop.there(handle) for handle in HANDLES]
    assert len(before[0].gallery) == 3 and before[0].skus[2].image is not None
    shop.asked.clear()

    again = await shop.take((await shop.written()).encode(), publish=True, stock=True)

    assert {handle: line.kind for handle, line in again.items()} == dict.fromkeys(
        HANDLES, "unchanged"
    )
    assert [await shop.there(handle) for handle in HANDLES] == before
    assert not any(line.reasons for line in again.values()), "its own pictures are recognised"
    assert shop.asked == []


async def test_another_mall_gets_the_same_goods(shop: Shop, db: Database, now: Instant) -> None:
    other = await Shop(db, TenantId(new_uuid()), now).open()
    file = await shop.written()

    await other.take(file.encode(), publish=True, pictures=False)

    def words(text: str) -> dict[tuple[str, str], dict[str, str]]:
        rows = csv.DictReader(io.StringIO(text))
        return {
            (row["Handle"], row["Variant SKU"]): {
                name: cell
                for name, cell in row.items()
                if not name.startswith(("Image ", "Variant Image"))
            }
            for row in rows
            if row["Variant Price"]
        }

    assert words(await other.written()) == words(file)
    assert await other.prices("linen-apron") == [(2200, 2950), (2400, None), (2250, None)]
    assert await other.on_hand("linen-apron") == [12, 0, 0]


async def test_words_with_commas_quotes_and_line_ends_survive(shop: Shop) -> None:
    title, body = 'The "big", one', "<p>one,\r\n\u201ctwo\u201d</p>"
    await shop.take(lines(mug(title=title, body=body)))
    file = (await shop.written()).encode()

    assert (await shop.take(file))["mug"].kind == "unchanged"
    assert (await shop.there("mug")).title == {"en": title}


async def test_a_mall_without_goods_writes_the_names_of_the_columns(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    (header,) = (await Shop(db, tenant, now).written()).splitlines()
    assert header.startswith("Handle,Title,Body (HTML),Vendor,")
