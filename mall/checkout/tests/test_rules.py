from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.checkout import Item, NothingToBuy, Offer, checked_items
from mall.checkout.rules import order_number, quote
from mall.fulfilment import FreightTemplate, Tariff
from mall.kernel.ids import FreightTemplateId, ProductId, SkuId, new_uuid

FREIGHT = FreightTemplate(
    FreightTemplateId(new_uuid()),
    {"zh-CN": "快递"},
    "pieces",
    (Tariff((), 1, 800, 1, 200), Tariff(("65",), 1, 0, 1, 0, delivers=False)),
)
SKUS = [SkuId(new_uuid()) for _ in range(4)]


def offer(sku: SkuId, price: int) -> Offer:
    title = {"zh-CN": "大衣"}
    return Offer(sku, ProductId(new_uuid()), "coat", title, {}, None, 900, FREIGHT, price, None)


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 50)), min_size=1, max_size=4),
    st.sampled_from([None, "440305", "110101"]),
)
def test_a_quote_adds_up_and_every_fen_of_freight_lies_on_a_line(
    goods: list[tuple[int, int]], region: str | None
) -> None:
    items = [Item(sku, quantity) for sku, (_, quantity) in zip(SKUS, goods, strict=False)]
    offers = {sku: offer(sku, price) for sku, (price, _) in zip(SKUS, goods, strict=False)}
    found = quote(items, offers, None, region=region, currency="CNY")
    assert found.goods_minor == sum(price * quantity for price, quantity in goods)
    shares = sum(line.freight_share_minor for line in found.lines)
    units = sum(quantity for _, quantity in goods)
    assert shares == (found.freight_minor or 0) == (800 + 200 * (units - 1) if region else 0)
    assert found.payable_minor == found.goods_minor + shares
    assert found.orderable == (region is not None)


def test_lines_that_cannot_be_bought_stay_and_say_why() -> None:
    offers = {sku: offer(sku, 100) for sku in SKUS[:2]}
    items = [Item(SKUS[0], 1), Item(SKUS[1], 3), Item(SKUS[2], 1)]
    found = quote(items, offers, {SKUS[1]: 2}, region="440305", currency="CNY")
    assert [line.state for line in found.lines] == ["sold_out", "too_many"]
    assert not found.orderable


def test_a_region_without_delivery_is_said_at_the_line() -> None:
    found = quote(
        [Item(SKUS[0], 1)], {SKUS[0]: offer(SKUS[0], 100)}, None, region="650102", currency="CNY"
    )
    assert found.lines[0].state == "no_delivery" and found.freight_minor is None
    assert not found.orderable


def test_items_of_one_sku_come_together_and_nothing_is_no_order() -> None:
    assert checked_items([Item(SKUS[0], 2), Item(SKUS[0], 3)]) == (Item(SKUS[0], 5),)
    for wrong in ([], [Item(SKUS[0], 0)], [Item(SKUS[0], 600), Item(SKUS[0], 600)]):
        with pytest.raises(NothingToBuy):
            checked_items(wrong)


def test_an_order_number_begins_with_the_malls_own_date() -> None:
    late = datetime(2027, 3, 1, 18, 0, tzinfo=UTC)
    assert order_number(late, "Asia/Shanghai").startswith("270302")
    assert len(order_number(late, "UTC")) == 16 and order_number(late, "UTC").isdecimal()
