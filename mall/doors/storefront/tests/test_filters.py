from hypothesis import given
from hypothesis import strategies as st

from mall.doors.storefront.filled import Filled, number_in
from mall.doors.storefront.filters import narrowing, number_pages


def read(**fields: str) -> Filled:
    return Filled({name.replace("_", "."): [value] for name, value in fields.items()})


def test_an_address_is_read_into_a_query() -> None:
    asked = Filled(
        {"brand": ["b", "a"], "a.material": ["wool"], "from": ["50"], "sort": ["price_up"]}
    )
    query = narrowing(asked, "/c/coats", category="coats").query
    assert query.brands == {"a", "b"}
    assert query.attributes == {"material": {"wool"}}
    assert query.price_from_minor == 5000
    assert query.price_to_minor is None
    assert query.sort == "price_up"


def test_what_cannot_be_meant_is_passed_over() -> None:
    asked = read(sort="; drop", page="abc", **{"from": "x", "to": "-3"})
    found = narrowing(asked, "/c/coats", category="coats")
    assert found.query.sort == "relevance"
    assert found.query.price_from_minor is None
    assert found.page == 1
    assert found.count == 0


def test_a_band_of_prices_becomes_a_range_and_stays_in_the_address() -> None:
    found = narrowing(read(price="100"), "/c/coats", category="coats")
    assert (found.query.price_from_minor, found.query.price_to_minor) == (10000, 20000)
    assert found.href() == "/c/coats?price=100"


def test_taking_off_one_condition_keeps_the_others() -> None:
    asked = Filled({"brand": ["a", "b"], "stock": ["1"]})
    found = narrowing(asked, "/c/coats", category="coats")
    assert found.without(("brand", "a")) == "/c/coats?brand=b&stock=1"


def test_the_way_through_many_pages_shows_both_ends_and_those_around() -> None:
    found = narrowing(Filled({}), "/c/coats", category="coats")
    pages = number_pages(found, 5, 9)
    assert [number for number, href in pages.near if href is not None] == [1, 4, 5, 6, 9]
    assert pages.before.endswith("page=4")
    assert number_pages(found, 1, 1).after == ""


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=30), max_size=3)))
def test_any_address_is_read_the_same_from_what_is_written_of_it(
    fields: dict[str, list[str]],
) -> None:
    found = narrowing(Filled(fields), "/search", category=None)
    again = dict[str, list[str]]()
    for name, value in found.pairs:
        again.setdefault(name, []).append(value)
    assert narrowing(Filled(again), "/search", category=None).pairs == found.pairs


@given(st.text(max_size=20))
def test_a_number_is_read_or_the_other_value_given(written: str) -> None:
    assert 0 <= number_in(written, 7) < 10**9
