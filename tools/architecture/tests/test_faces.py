import pytest

from tools.architecture import faces
from tools.architecture.tests.samples import Build, said

PAYMENTS = {
    "mall/payments/__init__.py": '''
        """Payments: money comes and goes.

        hears      -
        announces  Paid
        """

        from mall.payments.events import Paid

        __all__ = ["Paid"]
        ''',
    "mall/payments/events.py": '''
        class Paid(Event):
            """Money has come."""

            name = "payments.paid.v1"
        ''',
}
ORDERS = {
    "mall/orders/__init__.py": '''
        """Orders: what was bought.

        hears      payments.Paid
        announces  -
        """

        from mall.orders.actions import pay

        __all__ = ["pay"]
        ''',
    "mall/orders/actions.py": "async def pay(tx: Tx) -> None: ...",
    "mall/orders/reactions.py": '''
        from mall.payments import Paid

        @hears(Paid)
        async def note(tx: Tx, event: Paid, now: Instant) -> None:
            """Note it."""
        ''',
}
GOOD = PAYMENTS | ORDERS


def judged(build: Build, good: str, bad: str) -> list[str]:
    """Say what is wrong when one text of the faces is another."""
    return said(faces.faults(build({path: text.replace(good, bad) for path, text in GOOD.items()})))


def test_faces_that_say_what_is_so_have_no_fault(build: Build) -> None:
    assert said(faces.faults(build(GOOD))) == []


def test_a_face_says_what_its_room_is(build: Build) -> None:
    bad = {**GOOD, "mall/tenants/__init__.py": ""}
    assert said(faces.faults(build(bad))) == [
        "mall/tenants/__init__.py:1: the face says nothing - say what the room is"
    ]


def test_what_a_face_lists_is_there(build: Build) -> None:
    assert judged(build, '["pay"]', '["pay", "repay"]') == [
        "mall/orders/__init__.py:1: repay is in __all__ and defined nowhere - "
        "import it, or take it out"
    ]


def test_a_face_says_whom_it_hears(build: Build) -> None:
    assert judged(build, "hears      payments.Paid", "hears      -") == [
        "mall/orders/__init__.py:1: the room hears Paid, and its face does not say so - "
        "add it to the line “hears”"
    ]
    assert judged(build, "@hears(Paid)\n", "\n") == [
        "mall/orders/__init__.py:1: the face says that the room hears Paid, and it does not - "
        "mend the line “hears”"
    ]


def test_a_face_says_what_it_announces(build: Build) -> None:
    assert judged(build, "announces  Paid", "announces  -") == [
        "mall/payments/__init__.py:1: the room announces Paid, and its face does not say so - "
        "add it to the line “announces”"
    ]
    assert judged(build, "announces  -", "announces  Shipped") == [
        "mall/orders/__init__.py:1: the face says that the room announces Shipped, and it does "
        "not - mend the line “announces”"
    ]


@pytest.mark.parametrize("told", ["-", "payments.Paid (says so to the buyer)"])
def test_what_a_room_hears_of_itself_may_be_told_and_need_not(build: Build, told: str) -> None:
    face = PAYMENTS["mall/payments/__init__.py"].replace("hears      -", f"hears      {told}")
    reactions = ORDERS["mall/orders/reactions.py"].replace("mall.payments", "mall.payments.events")
    files = {"mall/payments/__init__.py": face, "mall/payments/reactions.py": reactions}
    assert said(faces.faults(build(PAYMENTS | files))) == []


def test_an_event_that_is_heard_through_its_room_has_its_owner(build: Build) -> None:
    reactions = ORDERS["mall/orders/reactions.py"]
    reactions = reactions.replace("from mall.payments import Paid", "from mall import payments")
    reactions = reactions.replace("Paid", "payments.Paid")
    (heard,) = faces.hearings(build({**GOOD, "mall/orders/reactions.py": reactions}), "orders")
    assert (heard.event.owner, heard.event.name) == ("payments", "Paid")
