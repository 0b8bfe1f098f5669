import pytest

from tools.architecture import honesty
from tools.architecture.tests.samples import Build

TEST = "mall/orders/tests/test_actions.py"


@pytest.mark.parametrize(
    ("broken", "mended", "what"),
    [
        pytest.param(
            "@pytest.mark.skip\ndef test_x(): assert one()",
            "@pytest.mark.skip(reason='needs root')\ndef test_x(): assert one()",
            "left out without a reason",
            id="a bare mark",
        ),
        pytest.param(
            "@pytest.mark.skipif(True)\ndef test_x(): assert one()",
            "@pytest.mark.skipif(True, reason='needs root')\ndef test_x(): assert one()",
            "left out without a reason",
            id="a mark without reason",
        ),
        pytest.param(
            "def test_x():\n    pytest.skip('')\n    assert one()",
            "def test_x():\n    pytest.skip('needs root')\n    assert one()",
            "left out without a reason",
            id="an empty reason",
        ),
        pytest.param(
            "def test_x():\n    time.sleep(1)\n    assert one()",
            "def test_x():\n    while not one():\n        time.sleep(1)\n    assert one()",
            "a test sleeps",
            id="a sleep instead of a question",
        ),
        pytest.param(
            "async def test_x():\n    await asyncio.sleep(1)\n    assert one()",
            "async def test_x():\n    await asyncio.sleep(0)\n    assert one()",
            "a test sleeps",
            id="an async sleep",
        ),
        pytest.param(
            "def test_x(): one()",
            "def test_x():\n    with pytest.raises(ValueError): one()",
            "test_x cannot fail",
            id="no promise",
        ),
        pytest.param(
            "def test_x(): assert True",
            "def test_x(): assert one() is True",
            "test_x cannot fail",
            id="an empty promise",
        ),
        pytest.param(
            "def seen(): one()\ndef test_x(): seen()",
            "def seen(): assert one()\ndef test_x(): seen()",
            "test_x cannot fail",
            id="a promise kept elsewhere",
        ),
    ],
)
def test_a_test_that_is_not_honest_is_named(
    build: Build, broken: str, mended: str, what: str
) -> None:
    assert [fault.what for fault in honesty.faults(build({TEST: broken}))] == [what]
    assert list(honesty.faults(build({TEST: mended}))) == []


@pytest.mark.parametrize("caught", ["", " Exception", " (ValueError, BaseException) as error"])
def test_no_failure_is_swallowed_anywhere(build: Build, caught: str) -> None:
    broken = f"try:\n    one()\nexcept{caught}:\n    pass"
    mended = "try:\n    one()\nexcept ValueError:\n    pass"
    assert [(f.what, f.line) for f in honesty.faults(build({"mall/a.py": broken}))] == [
        ("every exception is swallowed here", 3)
    ]
    assert list(honesty.faults(build({"mall/a.py": mended}))) == []
