from pathlib import Path

from tools.architecture import generated
from tools.architecture.house import read
from tools.architecture.tests.samples import Build, said
from tools.architecture.tests.test_faces import GOOD
from tools.architecture.tests.test_problems import GOOD as RULES
from tools.architecture.tests.test_problems import KERNEL

FILES = {**GOOD, "mall/kernel/problems.py": KERNEL, "mall/orders/rules.py": RULES}


def test_a_page_older_than_the_code_is_named_until_it_is_written(
    build: Build, tmp_path: Path
) -> None:
    house = build(FILES)
    missing = [fault.path for fault in generated.faults(house)]
    assert missing == [
        "docs/rooms/orders.md",
        "docs/rooms/payments.md",
        "docs/rooms/README.md",
        "docs/problems.md",
    ]
    assert generated.write(house) == missing
    assert said(generated.faults(house)) == []
    assert generated.write(house) == []

    (tmp_path / "mall/orders/actions.py").write_text("async def pay(tx: Tx, n: int): ...")
    assert said(generated.faults(read(tmp_path))) == [
        "docs/rooms/orders.md:1: the page is older than the code - "
        "run `python -m tools.architecture write`"
    ]


def test_a_page_about_a_room_that_is_gone_is_named_and_removed(
    build: Build, tmp_path: Path
) -> None:
    house = build({**FILES, "docs/rooms/gone.md": "# gone"})
    assert "docs/rooms/gone.md" in [fault.path for fault in generated.faults(house)]
    assert "docs/rooms/gone.md" in generated.write(house)
    assert not (tmp_path / "docs/rooms/gone.md").exists()


def test_the_page_of_a_room_shows_its_face_and_who_hears_it(build: Build) -> None:
    house = build(FILES)
    orders, payments = (generated.room_page(house, room) for room in ("orders", "payments"))
    assert "Orders: what was bought." in orders
    assert "- `pay(tx: Tx) -> None`" in orders
    assert "- `payments.Paid` → `note`: Note it." in orders
    assert "- `orders.sold` (409) `Sold`" in orders
    assert "- `Paid` (`payments.paid.v1`) — Money has come. Heard by `orders.note`." in payments


def test_the_catalogue_of_problems_has_code_status_both_texts_and_fields(build: Build) -> None:
    row = "| `orders.sold` | 409 | 只剩 {left} 件 | {left} left | `left: int` |"
    assert row in generated.problems_page(build(FILES)).splitlines()
