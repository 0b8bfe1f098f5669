import pytest

from tools.architecture import powers
from tools.architecture.tests.samples import Build, said


@pytest.mark.parametrize(
    ("path", "broken", "mended", "fault"),
    [
        pytest.param(
            "mall/orders/errands.py",
            "async def ask(tx: Tx, outside: Outside) -> None: ...",
            "async def ask(outside: Outside) -> None: ...",
            "ask holds a transaction and the outside at once - "
            "split it into the three steps of an errand",
            id="a transaction and the outside",
        ),
        pytest.param(
            "mall/orders/errands.py",
            "async def ask(tx: 'Tx | None', *, outside: Outside | None) -> None: ...",
            "async def ask(tx: 'Tx | None') -> None: ...",
            "ask holds a transaction and the outside at once - "
            "split it into the three steps of an errand",
            id="both, in disguise",
        ),
        pytest.param(
            "mall/orders/rules/price.py",
            "async def total() -> int: ...",
            "def total() -> int: ...",
            "the rule total is async - make it a plain function",
            id="an async rule",
        ),
        pytest.param(
            "mall/orders/rules.py",
            "def total(read: Read) -> int: ...",
            "def total(lines: list[int]) -> int: ...",
            "the rule total takes Read - load first, hand the rule plain values",
            id="a rule with a power",
        ),
        pytest.param(
            "mall/orders/actions.py",
            "def pay() -> None: at(utc_now())",
            "def pay(now: Instant) -> None: at(now)",
            "utc_now() asks the clock - take ``now: Instant``",
            id="a clock outside of the doors",
        ),
        pytest.param(
            "mall/orders/actions.py",
            "async def pay(tx: Tx) -> None: await tx.commit()",
            "async def pay(tx: Tx) -> None: await tx.run()",
            "tx.commit() ends the caller's transaction - leave it to the door",
            id="an action that commits",
        ),
        pytest.param(
            "mall/orders/actions.py",
            "from mall.kernel.db import Database",
            "from mall.kernel.db import Tx",
            "a room holds the database - take ``Read``/``Tx``",
            id="a room with the database",
        ),
    ],
)
def test_what_a_function_may_touch_stands_in_its_first_line(
    build: Build, path: str, broken: str, mended: str, fault: str
) -> None:
    assert said(powers.faults(build({path: broken}))) == [f"{path}:1: {fault}"]
    assert said(powers.faults(build({path: mended}))) == []


def test_doors_and_simulators_have_clocks_of_their_own(build: Build) -> None:
    asks = "def answer() -> None: at(utc_now())"
    files = {"mall/doors/web.py": asks, "mall/payments/providers/ali/simulator/app.py": asks}
    assert said(powers.faults(build(files))) == []
