from dataclasses import replace
from datetime import timedelta

import pytest

from mall.catalog import (
    ChangedMeanwhile,
    CodeTaken,
    DraftSku,
    Filter,
    NotReady,
    SlugTaken,
    archive,
    categories,
    list_products,
    product_by_slug,
    products,
    publish,
    published_slugs,
    put_category,
    save_product,
    skus,
    subtree,
)
from mall.catalog.tests.drafts import coat, fill_shelf
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import ProductId, TenantId, new_uuid
from mall.kernel.problems import InvalidFields, Nothing
from mall.kernel.tests.trips import watched
from mall.kernel.time import Instant


async def test_a_product_is_written_found_and_sold_only_when_published(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        made = await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        facts = await skus(tx, [sku.id for sku in made.skus])
        assert [fact.sellable for fact in facts.values()] == [False, False]
        await publish(tx, made.id, actor=SYSTEM, now=now)
    async with db.read(tenant) as read:
        found = await product_by_slug(read, "wool-coat")
        assert found is not None and found.state == "published" and found.published_at == now
        assert [sku.values for sku in found.skus] == [("black",), ("oat",)]
        fact = (await skus(read, [found.skus[1].id]))[found.skus[1].id]
        assert fact.sellable and fact.choice == {"zh-CN": "燕麦", "en": "Oat"}
        assert fact.weight_grams == 900 and fact.freight_template_id == shelf.freight


async def test_variants_keep_their_identity_when_a_product_is_written_again(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        first = await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        only_oat = coat(shelf, skus=(DraftSku(("oat",), "COAT-2", weight_grams=950),))
        second = await save_product(tx, only_oat, first.id, actor=SYSTEM, now=now)
        by_value = {sku.values: sku for sku in second.skus}
        assert by_value["oat",].id == first.skus[1].id and by_value["oat",].weight_grams == 950
        assert by_value["black",].id == first.skus[0].id and not by_value["black",].active


async def test_two_operators_do_not_overwrite_each_other(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        made = await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        await save_product(tx, coat(shelf), made.id, version=1, actor=SYSTEM, now=now)
        with pytest.raises(ChangedMeanwhile) as refused:
            await save_product(tx, coat(shelf), made.id, version=1, actor=SYSTEM, now=now)
        assert refused.value.version == 2


async def test_everything_wrong_with_a_draft_is_said_at_once(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        bad = coat(
            shelf,
            slug="Wool Coat",
            tags=("no-such-tag",),
            attributes={"material": "gold", "volume": 3},
            skus=(DraftSku(("black",)), DraftSku(("black",)), DraftSku(("pink",), "!!")),
        )
        with pytest.raises(InvalidFields) as refused:
            await save_product(tx, bad, None, actor=SYSTEM, now=now)
    paths = {error.path for error in refused.value.errors}
    assert paths == {
        "slug",
        "tags.0",
        "attributes.material",
        "attributes.volume",
        "skus.1.values",
        "skus.2.values",
        "skus.2.code",
    }


async def test_names_and_codes_belong_to_one_product(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        with pytest.raises(SlugTaken):
            await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        with pytest.raises(CodeTaken):
            await save_product(tx, coat(shelf, slug="other"), None, actor=SYSTEM, now=now)


async def test_a_product_without_freight_cannot_be_published(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        draft = coat(shelf, freight_template_id=None)
        made = await save_product(tx, draft, None, actor=SYSTEM, now=now)
        with pytest.raises(NotReady):
            await publish(tx, made.id, actor=SYSTEM, now=now)
        with pytest.raises(Nothing):
            await archive(tx, ProductId(new_uuid()), actor=SYSTEM, now=now)


async def test_products_are_listed_by_page_state_shelf_and_words(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        for number in range(5):
            draft = coat(
                shelf, slug=f"coat-{number}", skus=(DraftSku((), f"C{number}%"[:2]),), options=()
            )
            at = now + timedelta(minutes=number)
            await save_product(tx, draft, None, actor=SYSTEM, now=at)
    async with db.read(tenant) as read:
        first = await list_products(read, Filter(state="draft"), cursor=None, limit=3)
        second = await list_products(read, Filter(state="draft"), cursor=first.next_cursor, limit=3)
        slugs = [product.slug for product in (*first.items, *second.items)]
        assert slugs == [f"coat-{number}" for number in (4, 3, 2, 1, 0)]
        assert second.next_cursor is None
        inside = tuple(await subtree(read, shelf.clothing.id))
        assert set(inside) == {shelf.clothing.id, shelf.coats.id}
        found = await list_products(
            read, Filter(text="c3", category_ids=inside), cursor=None, limit=9
        )
        assert [product.slug for product in found.items] == ["coat-3"]
        assert not (await list_products(read, Filter(text="100%"), cursor=None, limit=9)).items


async def test_names_of_what_is_for_sale_are_listed_with_one_question(
    db: Database, tenant: TenantId, now: Instant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        for number in range(4):
            codes = (DraftSku((), f"C{number}"),)
            draft = coat(shelf, slug=f"coat-{number}", skus=codes, options=())
            at = now + timedelta(minutes=number)
            made = await save_product(tx, draft, None, actor=SYSTEM, now=at)
            if number != 2:
                await publish(tx, made.id, actor=SYSTEM, now=at)
    seen = watched(monkeypatch)
    async with db.read(tenant) as read:
        found = await published_slugs(read, 9)
        assert [text.split()[0] for text in seen.said] == ["BEGIN", "SET", "SELECT"]
        assert found == [(f"coat-{n}", now + timedelta(minutes=n)) for n in (3, 1, 0)]
        assert await published_slugs(read, 2) == found[:2]


async def test_a_category_cannot_hang_below_itself(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        with pytest.raises(InvalidFields):
            await put_category(
                tx, replace(shelf.clothing, parent_id=shelf.coats.id), actor=SYSTEM, now=now
            )
        assert len(await categories(tx)) == 2


async def test_one_mall_never_sees_the_goods_of_another(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        made = await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
    async with db.read(TenantId(new_uuid())) as stranger:
        assert await products(stranger, [made.id]) == {}
        assert await product_by_slug(stranger, "wool-coat") is None
