import pytest

from tools.architecture import names
from tools.architecture.tests.samples import Build, said

FACE = {"mall/orders/__init__.py": ""}


@pytest.mark.parametrize(
    ("broken", "mended", "word"),
    [
        ("class OrderService: ...", "class Order: ...", "service"),
        ("class HTTPHelpers: ...", "class HTTPAnswers: ...", "helpers"),
        ("def user_data() -> None: ...", "def database() -> None: ...", "data"),
        ("class OrderBase: ...", "class BaseDomain: ...", "base"),
        ("def manager_of() -> None: ...", "def managing() -> None: ...", "manager"),
    ],
)
def test_a_name_without_meaning_is_named(build: Build, broken: str, mended: str, word: str) -> None:
    house = build({**FACE, "mall/orders/rules.py": broken})
    (fault,) = names.faults(house)
    assert fault.path == "mall/orders/rules.py"
    assert f"says “{word}”" in fault.what
    assert said(names.faults(build({"mall/orders/rules.py": mended}))) == []


def test_a_file_without_meaning_is_named(build: Build) -> None:
    assert said(names.faults(build({"tools/utils.py": ""}))) == [
        "tools/utils.py:1: the file name says “utils” - say what it holds"
    ]


def test_a_room_has_known_files_only(build: Build) -> None:
    broken = build({**FACE, "mall/orders/refunding.py": "", "mall/orders/regions/x.py": ""})
    assert [fault.what for fault in names.faults(broken)] == [
        "refunding.py is not one of a room's files",
        "the folder regions is not one of a room's files",
    ]


def test_known_files_folders_of_verbs_and_kinds_are_in_order(build: Build) -> None:
    files = {
        **FACE,
        "mall/orders/rules/refunding.py": "",
        "mall/orders/actions/pay.py": "",
        "mall/orders/kinds/plain/__init__.py": "",
        "mall/orders/shop_api/lists.py": "",
        "mall/orders/queries.py": "",
        "mall/orders/tests/anything.py": "",
    }
    assert said(names.faults(build(files))) == []


def test_a_room_without_a_face_is_named(build: Build) -> None:
    files = {"mall/orders/rules.py": ""}
    assert said(names.faults(build(files))) == [
        "mall/orders:1: this room has no face - write its __init__.py"
    ]
    assert said(names.faults(build({**files, **FACE}))) == []
