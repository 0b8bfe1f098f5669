from textwrap import dedent

import pytest

from tools.architecture import problems
from tools.architecture.tests.samples import Build

KERNEL = """
    class Problem(Exception): ...
    class Conflict(Problem):
        status = 409
    """
GOOD = dedent("""
    from mall.kernel.problems import Conflict, Problem

    class Sold(Conflict):
        code = "orders.sold"
        texts = {"zh-CN": "只剩 {left} 件", "en": "{left} left"}
        left: int
    """)


def judged(build: Build, rules: str) -> list[str]:
    house = build({"mall/kernel/problems.py": KERNEL, "mall/orders/rules.py": rules})
    return [fault.what for fault in problems.faults(house)]


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ('"orders.sold"', '"stock.sold"', "the code of Sold is “stock.sold”"),
        ("(Conflict)", "(Problem)", "Sold has no status"),
        ('"orders.sold"', '"orders"', "the code of Sold is “orders”"),
        ('code = "orders.sold"', "...", "the code of Sold is “”"),
        (', "en": "{left} left"', "", "Sold has no text in en"),
        ("只剩", "{right}", "the zh-CN text of Sold names {right}, which is no field"),
        ("{left} left", "few left", "only one text of Sold names {left}"),
    ],
)
def test_a_problem_that_cannot_be_told_is_named(
    build: Build, good: str, bad: str, what: str
) -> None:
    assert what in judged(build, GOOD.replace(good, bad))
    assert judged(build, GOOD) == []


def test_a_code_names_one_problem(build: Build) -> None:
    twice = GOOD + GOOD.partition("\n\n")[2].replace("Sold", "Gone")
    assert judged(build, twice) == ["Sold and Gone share the code orders.sold"]


def test_a_problem_below_a_problem_has_its_fields_and_status(build: Build) -> None:
    rules = GOOD + (
        'class Last(Sold):\n    code = "orders.last"\n'
        '    texts = {"zh-CN": "{left}", "en": "{left}"}\n'
    )
    assert judged(build, rules) == []
    house = build({})
    assert [(p.code, p.status, p.fields) for p in problems.refusals(house)] == [
        ("orders.last", 409, {"left": "int"}),
        ("orders.sold", 409, {"left": "int"}),
    ]
