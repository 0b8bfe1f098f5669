import pytest

from tools.architecture import words
from tools.architecture.tests.samples import Build

CODE = {
    "mall/kernel/ids.py": 'OrderId = NewType("OrderId", UUID)',
    "mall/orders/__init__.py": '"""Orders."""',
    "mall/orders/rules.py": 'type State = Literal["unpaid", "paid"]',
    "mall/cart/__init__.py": '"""Cart."""',
    "mall/cart/tables.py": "class CartRow(Table): ...",
}
PAGE = """
    # Words

    ## cart 购物车

    | 中文 | English | in code |
    |---|---|---|
    | 购物车 | cart | `CartRow` |

    ## orders 订单

    | 中文 | English | in code |
    |---|---|---|
    | 订单 | order | `OrderId` |
    | 待付款 | unpaid | `unpaid`, `State` |
    """


@pytest.mark.parametrize(
    ("good", "bad", "whats"),
    [
        ("", "", []),
        ("`OrderId`", "`State`", ["no word for OrderId"]),
        (
            "## orders 订单",
            "## members 会员",
            ["no words of the room orders", "nothing in members is called unpaid"],
        ),
        ("`unpaid`", "`owing`", ["nothing in orders is called owing"]),
        ("| 待付款 |", "|  |", ["a cell is empty"]),
        ("## cart 购物车", "## zoo", ["no words of the room cart"]),
    ],
)
def test_every_room_and_id_has_a_word_and_every_word_is_in_the_code(
    build: Build, good: str, bad: str, whats: list[str]
) -> None:
    house = build({**CODE, words.PAGE: PAGE.replace(good, bad) if good else PAGE})
    found = [fault.what for fault in words.faults(house)]
    assert set(whats) <= set(found)
    assert bool(found) == bool(whats)


def test_rooms_are_sorted(build: Build) -> None:
    head, cart, orders = PAGE.split("\n    ## ")
    page = "\n    ## ".join([head, orders.strip() + "\n", cart])
    found = words.faults(build({**CODE, words.PAGE: page}))
    assert [fault.what for fault in found] == ["the rooms are not sorted"]


def test_a_house_without_words_is_named(build: Build) -> None:
    assert [fault.what for fault in words.faults(build(CODE))] == ["the page is missing"]
