"""A file into a real mall: what is stored, what is refused, and that doing it again is harmless."""

import asyncio

import httpx
import pytest

from mall import catalog, inventory
from mall.doors.command.shopify.importing import AT_ONCE
from mall.doors.command.shopify.shelving import Shelves, shelves
from mall.doors.command.shopify.tests.files import SMALL, Shop, lines, more, mug, said
from mall.doors.trouble import Trouble
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from mall.media.tests.drawn import halves, written

FILE = SMALL.read_bytes()
HANDLES = ["linen-apron", "oak-spoon", "rye-basket"]


@pytest.fixture
async def shop(db: Database, tenant: TenantId, now: Instant) -> Shop:
    return await Shop(db, tenant, now).open()


async def shelved(shop: Shop) -> Shelves:
    async with shop.db.read(shop.tenant) as read:
        return await shelves(read, shop.language)


async def test_a_dry_run_tells_what_would_happen_and_stores_nothing(shop: Shop) -> None:
    before = await shelved(shop)

    lines_of = await shop.take(FILE, dry_run=True)

    assert {handle: line.kind for handle, line in lines_of.items()} == dict.fromkeys(
        HANDLES, "created"
    )
    assert [await shop.product(handle) for handle in HANDLES] == [None, None, None]
    assert await shelved(shop) == before
    assert shop.asked == []


async def test_a_file_becomes_products_with_prices_stock_and_shelves(shop: Shop) -> None:
    await shop.take(FILE)

    apron = await shop.there("linen-apron")
    assert (apron.title, apron.state) == ({"en": "Linen Apron"}, "draft")
    assert [sku.code for sku in apron.skus] == ["AP-OAT-S", "AP-OAT-L", "AP-INK-S"]
    assert await shop.prices("linen-apron") == [(2200, 2950), (2400, None), (2250, None)]
    assert await shop.on_hand("linen-apron") == [12, 0, 0]
    there = await shelved(shop)
    assert there.categories[apron.category_id].title == {"en": "Aprons"}
    assert apron.brand_id and there.brands[apron.brand_id].title == {"en": "Hearth & Oak"}
    assert [there.tags[code].title for code in apron.tags] == [{"en": "linen"}, {"en": "kitchen"}]


async def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    await shop.take(FILE, publish=True)
    before = [await shop.there(handle) for handle in HANDLES], await shelved(shop)

    again = await shop.take(FILE, publish=True)

    assert {line.kind for line in again.values()} == {"unchanged"}
    assert ([await shop.there(handle) for handle in HANDLES], await shelved(shop)) == before
    assert await shop.on_hand("linen-apron") == [12, 0, 0]


async def test_a_description_is_cleaned_once_and_is_then_the_same(shop: Shop) -> None:
    file = lines(mug(body='<p onclick="x()">A&nbsp;cup<script>x()</script> & more</p><script>'))
    await shop.take(file)
    html = (await shop.there("mug")).description["en"]

    assert "A" in html and "script" not in html and "onclick" not in html
    assert (await shop.take(file))["mug"].kind == "unchanged"


async def test_only_what_the_file_speaks_of_is_changed(shop: Shop) -> None:
    await shop.take(FILE)
    before = await shop.there("linen-apron")
    columns = ["Handle", "Title", "Variant Price"]
    row = {"Handle": "linen-apron", "Title": "Apron", "Variant Price": ""}

    assert (await shop.take(lines(row, columns=columns)))["linen-apron"].kind == "updated"

    after = await shop.there("linen-apron")
    assert after.title == {"en": "Apron"} and after.version == before.version + 1
    assert (after.description, after.brand_id) == (before.description, before.brand_id)
    assert (after.tags, after.skus, after.options) == (before.tags, before.skus, before.options)
    assert await shop.prices("linen-apron") == [(2200, 2950), (2400, None), (2250, None)]


async def test_wrong_rows_are_named_and_keep_their_product_as_it_was(shop: Shop) -> None:
    await shop.take(lines(mug("a"), mug("b")))
    before = await shop.there("b")

    wrong = lines(mug("a", price="13.00"), mug("b", title="New", price="1,300"), mug("c"))
    found = await shop.take(wrong)

    assert {handle: line.kind for handle, line in found.items()} == {
        "a": "updated",
        "b": "skipped",
        "c": "created",
    }
    assert said(found["b"]) == [(3, "amount_wrong")]
    assert await shop.there("b") == before
    assert await shop.prices("a") == [(1300, None)] and await shop.prices("b") == [(1200, None)]


async def test_what_a_room_refuses_keeps_out_one_product_and_no_neighbour(shop: Shop) -> None:
    await shop.take(lines(mug("owner", sku="X-1")))

    found = await shop.take(lines(mug("a"), mug("thief", sku="X-1"), mug("b", title="t" * 201)))

    assert found["a"].kind == "created" and await shop.there("a")
    assert said(found["thief"]) == [(3, "refused")] and said(found["b"]) == [(4, "refused")]
    assert "X-1" in found["thief"].reasons[0].texts["en"]
    assert await shop.product("thief") is None and await shop.product("b") is None


async def test_rows_without_a_price_do_not_become_a_product(shop: Shop) -> None:
    found = await shop.take(lines(mug("a", price="", sku="A"), mug("b", price="")))

    assert said(found["a"]) == [(2, "price_missing")] and said(found["b"]) == [(3, "no_variant")]
    assert await shop.product("a") is None and await shop.product("b") is None


async def test_stock_that_is_known_is_counted_anew_only_when_asked_for(shop: Shop) -> None:
    await shop.take(lines(mug(quantity="5")))

    kept = await shop.take(lines(mug(quantity="9")))
    assert kept["mug"].kind == "unchanged" and said(kept["mug"]) == [(2, "stock_kept")]
    assert await shop.on_hand("mug") == [5]

    assert (await shop.take(lines(mug(quantity="9")), stock=True))["mug"].kind == "updated"
    assert await shop.on_hand("mug") == [9]
    assert (await shop.take(lines(mug(quantity="9")), stock=True))["mug"].kind == "unchanged"


async def test_what_the_file_sells_is_shown_when_asked_for_and_archived_when_it_says_so(
    shop: Shop,
) -> None:
    await shop.take(lines(mug("a"), mug("b", status="draft"), mug("c", published="false")))
    found = await shop.take(
        lines(mug("a"), mug("b", status="draft"), mug("c", published="false")), publish=True
    )
    states = [(await shop.there(one)).state for one in ("a", "b", "c")]
    assert states == ["published", "draft", "draft"] and found["a"].kind == "updated"

    await shop.take(lines(mug("a", status="archived")))
    assert (await shop.there("a")).state == "archived"


async def test_without_a_way_to_send_it_nothing_is_published(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    found = await Shop(db, tenant, now).take(lines(mug()), publish=True)
    assert said(found["mug"]) == [(2, "not_published")]


async def test_a_variant_that_is_gone_from_the_file_is_no_longer_sold(shop: Shop) -> None:
    both = [mug(option1_name="Size", option1_value="S"), more("mug", option1_value="L", price="2")]
    await shop.take(lines(*both))
    before = (await shop.there("mug")).skus

    await shop.take(lines(both[0]))

    after = (await shop.there("mug")).skus
    assert [sku.id for sku in after] == [sku.id for sku in before]
    assert [sku.active for sku in after] == [True, False]


async def test_a_product_with_a_picture_that_is_lacking_is_stored_and_healed_later(
    shop: Shop,
) -> None:
    file = lines(mug(image="http://93.184.216.34/cup.jpg?v=1", image_alt="A cup"))
    found = await shop.take(file)
    assert found["mug"].kind == "created" and said(found["mug"]) == [(2, "picture_missing")]
    assert (await shop.there("mug")).gallery == ()

    shop.answers = lambda request: httpx.Response(200, content=written(halves()))
    assert (await shop.take(file))["mug"].kind == "updated"
    assert len((await shop.there("mug")).gallery) == 1

    shop.asked.clear()
    assert (await shop.take(file))["mug"].kind == "unchanged"
    assert shop.asked == [], "what is there is not fetched again"


async def test_pictures_give_way_to_those_of_the_file_once_these_are_there(shop: Shop) -> None:
    one, two, other = (f"http://93.184.216.34/{name}.jpg" for name in ("one", "two", "other"))
    shop.answers = lambda _: httpx.Response(200, content=written(halves((300, 300))))
    await shop.take(lines(mug(image=one)))
    shop.answers = lambda _: httpx.Response(200, content=written(halves((350, 350))))
    await shop.take(lines(mug(image=one), more("mug", image=two)))
    before = (await shop.there("mug")).gallery
    assert len(before) == 2

    shop.answers = lambda _: httpx.Response(404)
    await shop.take(lines(mug(image=other)))
    assert (await shop.there("mug")).gallery == before, "nothing goes while some are lacking"

    shop.answers = lambda _: httpx.Response(200, content=written(halves((400, 400))))
    await shop.take(lines(mug(image=other)))
    after = (await shop.there("mug")).gallery
    assert len(after) == 1 and after != before


async def test_a_run_that_is_interrupted_says_how_far_it_came_and_is_completed_by_another(
    shop: Shop,
) -> None:
    file = lines(*(mug(f"m-{n}") for n in range(2 * AT_ONCE)))

    def interrupt(_read: int, _done: int) -> None:
        task = asyncio.current_task()
        assert task
        task.cancel()

    run = asyncio.create_task(shop.take(file, interrupt))
    with pytest.raises(Trouble, match=f"Interrupted; everything up to row {AT_ONCE + 1} "):
        await run
    assert await shop.product("m-0") and await shop.product(f"m-{AT_ONCE}") is None

    again = await shop.take(file)
    assert [again[f"m-{n}"].kind for n in (0, AT_ONCE)] == ["unchanged", "created"]


async def test_a_file_that_is_none_stores_nothing(shop: Shop) -> None:
    for content in (b"", b"Title,Price\nA,1\n", FILE.replace(b"Handle", "名称".encode("gbk"))):
        with pytest.raises(Trouble):
            await shop.take(content)
    async with shop.db.read(shop.tenant) as read:
        assert await catalog.categories(read) == [] and await inventory.locations(read) == []
