import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.doors.command.shopify.reading import Sheet, slug_of
from mall.doors.command.shopify.rules.columns import NAMES
from mall.doors.command.shopify.rules.rows import ROWS_AT_MOST
from mall.doors.command.shopify.tests.files import ALL, SMALL, lines, more, mug, read, said
from mall.doors.trouble import Trouble

HEADER = ",".join(ALL)


def test_rows_of_one_handle_are_one_product() -> None:
    apron, spoon, basket = read(SMALL.read_bytes())
    assert (apron.handle, apron.first_row, apron.last_row) == ("linen-apron", 2, 5)
    assert (spoon.first_row, basket.first_row) == (6, 7)
    assert all(one.goods is not None for one in (apron, spoon, basket))


def test_the_names_that_shopify_uses_today_are_understood() -> None:
    columns = [names[-1] for names in NAMES.values()]
    row = {NAMES[column][-1]: cell for column, cell in (("handle", "mug"), ("title", "Mug"))}
    (one,) = read(lines(row | {"Price": "7.50"}, columns=columns))
    assert one.goods is not None and one.goods.variants[0].price_minor == 750


def test_a_file_without_its_columns_is_refused_in_one_sentence() -> None:
    with pytest.raises(Trouble, match=r"lacks Handle, Variant Price\.") as refused:
        read(b"Title,Colour\nMug,red\n")
    assert "缺少 Handle、Variant Price 列" in refused.value.zh


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"', "标题;价格".encode("gbk"), b"\0\0\xff"])
def test_a_file_that_is_something_else_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(Trouble):
        read(content)


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_name() -> None:
    (one,) = read(b"\xef\xbb\xbf" + lines(mug()))
    assert one.goods is not None


def test_a_handle_that_returns_is_named_row_by_row_and_the_first_product_stays() -> None:
    content = lines(mug("a"), mug("b"), mug("a"), more("a", image="x.jpg"), mug("c"))
    first, b, again, c = read(content)
    assert first.goods is not None and b.goods is not None and c.goods is not None
    assert again.goods is None
    assert said(again) == [(4, "handle_returns"), (5, "handle_returns")]
    assert "row 2" in again.reasons[0].texts["en"]


def test_a_row_of_another_encoding_keeps_its_product_out_and_no_other() -> None:
    bad = lines(mug("b", title="杯子")).replace("杯子".encode(), "杯子".encode("gbk"))
    a, b, c = read(lines(mug("a")) + bad.partition(b"\n")[2] + lines(mug("c")).partition(b"\n")[2])
    assert a.goods is not None and c.goods is not None
    assert b.goods is None and said(b) == [(3, "not_utf8")]


def test_a_row_with_too_few_or_too_many_cells_keeps_its_product_out() -> None:
    content = lines(mug("a"), mug("b")) + b"b,short\n" + lines(mug("c")).partition(b"\n")[2]
    a, b, c = read(content)
    assert a.goods is not None and c.goods is not None
    assert b.goods is None and said(b) == [(4, "wrong_width")]


def test_an_unclosed_quote_costs_the_products_it_touches_and_not_the_file() -> None:
    rows = lines(mug("a"), mug("b", body="<p>fine</p>"), mug("c"), mug("d")).decode()
    broken = rows.replace("<p>fine</p>", '"<p>never closed')
    outcomes = {one.handle: one for one in read(broken.encode())}
    assert outcomes["a"].goods is None, "the broken row may have been one of its rows"
    assert [code for _, code in said(outcomes["a"])] == ["unreadable"]
    assert all(one.goods is None for one in outcomes.values())

    healed = broken + 'e,"closed, but "too late\n' + lines(mug("f")).decode().partition("\n")[2]
    outcomes = {one.handle: one for one in read(healed.encode())}
    assert outcomes["f"].goods is not None
    assert outcomes["a"].goods is None and set(outcomes) == {"a", "f"}


def test_a_row_without_handle_belongs_to_the_product_above() -> None:
    a, b = read(lines(mug("a"), more("", image="x.jpg"), mug("b")))
    assert a.goods is None and said(a) == [(3, "handle_missing")]
    assert b.goods is not None


def test_empty_rows_are_passed_over_but_counted() -> None:
    a, b = read(lines(mug("a")) + b"\n,,,\n" + lines(mug("b")).partition(b"\n")[2])
    assert a.goods is not None
    assert b.first_row == 5


def test_a_product_of_too_many_rows_is_refused_without_keeping_them() -> None:
    rows = [more("a", image=f"{n}.jpg") for n in range(3 * ROWS_AT_MOST)]
    sheet = Sheet(io.BytesIO(lines(mug("a"), *rows, mug("b"))))
    a, b = sheet.groups()
    assert len(a.rows) == ROWS_AT_MOST and a.last_row == 3 * ROWS_AT_MOST + 2
    assert [reason.code for reason in a.reasons] == ["too_many_rows"]
    assert not b.reasons


def test_long_handles_that_begin_alike_stay_two() -> None:
    one, other = slug_of("x" * 200 + "-a"), slug_of("x" * 200 + "-b")
    assert one != other and max(len(one), len(other)) <= 120
    assert slug_of("Blue_Shirt ") == "blue-shirt" and slug_of("__") == ""


def refused_or_read(content: bytes) -> bool:
    """Read whatever it is; a grave reason and goods never come together."""
    try:
        found = read(content)
    except Trouble as refused:
        return bool(refused.zh and refused.en)
    return all(
        (one.goods is None) == any(reason.grave for reason in one.reasons)
        and all(reason.texts["zh-CN"] and reason.texts["en"] for reason in one.reasons)
        for one in found
    )


@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_the_reading(content: bytes) -> None:
    assert refused_or_read(content)
    assert refused_or_read(f"{HEADER}\n".encode() + content)


CELLS = st.one_of(
    st.sampled_from(["", "a", "A b", "22.00", "-1", "1e9", "true", "Title", "Default Title", '"']),
    st.text(max_size=12),
)


@given(st.lists(st.lists(CELLS, min_size=len(ALL), max_size=len(ALL)), max_size=6))
def test_no_cells_at_all_break_the_reading(rows: list[list[str]]) -> None:
    records = [dict(zip(ALL, row, strict=True)) for row in rows]
    text = [{name: cell.replace("\ud800", "") for name, cell in one.items()} for one in records]
    assert refused_or_read(lines(*text))


@given(st.binary(min_size=1, max_size=30), st.integers(min_value=0))
def test_damage_in_a_real_file_never_spreads_to_a_crash(junk: bytes, place: int) -> None:
    content = SMALL.read_bytes()
    at = place % len(content)
    assert refused_or_read(content[:at] + junk + content[at + len(junk) :])
