import pytest

from tools.architecture import imports
from tools.architecture.tests.samples import Build, said

GROUND = dict.fromkeys(
    [
        "mall/__init__.py",
        "mall/kernel/__init__.py",
        "mall/kernel/db.py",
        "mall/kernel/outside.py",
        "mall/catalog/__init__.py",
        "mall/catalog/actions.py",
        "mall/catalog/rules/__init__.py",
        "mall/catalog/tests/__init__.py",
        "mall/catalog/tests/drafts.py",
        "mall/orders/__init__.py",
        "mall/orders/actions.py",
        "mall/orders/queries.py",
        "mall/orders/store.py",
        "mall/payments/__init__.py",
        "mall/payments/port.py",
        "mall/payments/providers/__init__.py",
        "mall/payments/providers/ali/__init__.py",
        "mall/payments/providers/ali/simulator.py",
        "mall/payments/providers/wechat/__init__.py",
    ],
    "",
)


@pytest.mark.parametrize(
    ("path", "broken", "mended", "fault"),
    [
        pytest.param(
            "mall/catalog/actions.py",
            "import mall.orders",
            "import mall.kernel",
            "imports mall.orders, against “The staircase: imports go down only” - "
            "call down, announce, or plug in (house: Staircase)",
            id="up the staircase",
        ),
        pytest.param(
            "mall/orders/actions.py",
            "import mall.catalog.actions",
            "import mall.catalog",
            "imports mall.catalog.actions, against “Faces: a room is entered through its "
            "__init__” - import the room's face instead",
            id="through a window",
        ),
        pytest.param(
            "mall/orders/store.py",
            "import mall.orders.actions",
            "import mall.kernel.db",
            "imports mall.orders.actions, against “Inside a room: one order for all rooms” - "
            "inside a room imports go down this order only",
            id="up inside a room",
        ),
        pytest.param(
            "mall/orders/queries.py",
            "import mall.orders",
            "import mall.orders.store",
            "imports mall.orders, against “Inside a room: one order for all rooms” - "
            "inside a room imports go down this order only",
            id="a room's own face",
        ),
        pytest.param(
            "mall/catalog/rules/titles_that_are_long_enough_to_be_wrapped_over_two_lines.py",
            "import sqlalchemy.ext.asyncio",
            "import decimal",
            "imports sqlalchemy, against “Rules are pure: no database, no web, no network” - "
            "call down, announce, or plug in (house: Staircase)",
            id="a rule that reads",
        ),
        pytest.param(
            "mall/payments/providers/ali/__init__.py",
            "import mall.payments.providers.wechat",
            "import mall.payments.port",
            "imports mall.payments.providers.wechat, against “Kinds are strangers: none imports "
            "another” - call down, announce, or plug in (house: Staircase)",
            id="a kind that knows another",
        ),
        pytest.param(
            "mall/payments/providers/ali/simulator.py",
            "import mall.payments.port",
            "import json",
            "imports mall.payments.port, against “Simulators share no code with the mall” - "
            "a simulator shares no code with the mall",
            id="a simulator that shares code",
        ),
    ],
)
def test_each_contract_names_the_import_that_breaks_it(
    build: Build, path: str, broken: str, mended: str, fault: str
) -> None:
    assert said(imports.faults(build({**GROUND, path: broken}))) == [f"{path}:1: {fault}"]
    assert said(imports.faults(build({**GROUND, path: mended}))) == []


def test_a_test_may_use_what_tests_below_are_made_with(build: Build) -> None:
    test = {
        "mall/orders/tests/__init__.py": "",
        "mall/orders/tests/test_actions.py": "import mall.catalog.tests.drafts",
    }
    assert said(imports.faults(build(GROUND | test))) == []


def test_a_room_that_has_no_place_is_named(build: Build) -> None:
    house = build({**GROUND, "mall/surprise/__init__.py": ""})
    assert said(imports.faults(house)) == [
        "pyproject.toml:1: The staircase: imports go down only: mall.surprise - "
        "place it on the staircase"
    ]


def test_when_imports_cannot_be_judged_that_is_a_fault(build: Build) -> None:
    (fault,) = imports.faults(build({"mall/__init__.py": ""}))
    assert fault.what == "lint-imports failed"
    assert "does not exist" in fault.do
