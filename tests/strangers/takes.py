"""What each field takes of all the rubbish, because it may be meant; anything else it refuses."""

from collections.abc import Mapping

from tests.strangers.papers import Control, Paper
from tests.strangers.rubbish import (
    EMPTY,
    EVERYTHING,
    MISSING,
    SOMEBODYS,
    TWICE,
    UNREADABLE,
    WRITTEN,
)

type Takes = Mapping[str, frozenset[str]]

LEADS = frozenset({"next", "back"})  # taken or passed over; never out of the mall
SECRETS = frozenset({"password", "code"})
KEPT_TOGETHER = "region"  # the lower selects depend on the upper ones
LEFT_OUT = frozenset({MISSING, EMPTY})
OPTIONAL = WRITTEN | LEFT_OUT
GIVEN = frozenset({SOMEBODYS, "huge", "bad id"})  # looks like a name that a page made up
LONG_ENOUGH = GIVEN | {"no choice", "html"}  # for a password
UNTICKED = LEFT_OUT
PLACE = {"name": WRITTEN, "detail": WRITTEN, "is_default": UNTICKED, "step": LEFT_OUT}
UNCHECKED = EVERYTHING - UNREADABLE - {TWICE}  # the button asks for something else only
UNCHECKED_PLACE = dict.fromkeys(
    ("name", "phone", "region0", "region1", "region2", "detail"), UNCHECKED
) | {"is_default": UNTICKED, "step": LEFT_OUT}
TOKEN = {"key": GIVEN | LEFT_OUT}
ORDER = TOKEN | {"from_cart": UNTICKED, "note": OPTIONAL, "step": LEFT_OUT}
GOODS = {"quantity": frozenset({MISSING})}
NARROWS: Takes = dict.fromkeys(("sort", "stock", "price", "tag", "in", "brand"), EVERYTHING)
PRICES: Takes = dict.fromkeys(("from", "to"), LEFT_OUT)
REFUND = TOKEN | {"step": LEFT_OUT}

TAKES: Mapping[str, Takes] = {
    "GET /search": {**NARROWS, **PRICES, "q": OPTIONAL},
    "GET /c/{slug}": {**NARROWS, **PRICES},
    "GET /p/{slug}": dict.fromkeys(("product", "o-colour", "quantity"), EVERYTHING),
    "POST /register": {"name": OPTIONAL, "password": LONG_ENOUGH},
    "POST /register/ask": dict.fromkeys(("code", "password", "name"), EVERYTHING),
    "POST /password": {"password": LONG_ENOUGH},
    "POST /password/ask": dict.fromkeys(("code", "password"), EVERYTHING),
    "POST /sign-in/ask": {"code": EVERYTHING},
    "POST /sign-in/code": {},
    "POST /sign-in/password": {},
    "POST /sign-out": {},
    "POST /sign-out [everywhere]": dict.fromkeys(("name", "gender", "language"), EVERYTHING)
    | {"everywhere": UNTICKED},
    "POST /cart/add": GOODS,
    "POST /cart/buy": GOODS,
    "POST /cart/choose [selected]": {"sku": frozenset({MISSING})},
    "POST /cart/quantity": {},
    "POST /cart/quantity [to]": {"quantity": EVERYTHING, "to": frozenset({MISSING})},
    "POST /cart/remove": {"sku": frozenset({SOMEBODYS})},
    "POST /cart/clear": {},
    "POST /checkout": PLACE | ORDER,
    "POST /checkout [step]": UNCHECKED_PLACE | ORDER,
    "POST /account/profile": {"name": OPTIONAL}
    | {"gender": LEFT_OUT, "language": frozenset({MISSING})},
    "POST /account/addresses/new": PLACE,
    "POST /account/addresses/new [step]": UNCHECKED_PLACE,
    "POST /account/addresses/{id}": PLACE,
    "POST /account/addresses/{id} [step]": UNCHECKED_PLACE,
    "POST /account/addresses/{id}/remove": {},
    "POST /orders/{number}/again": {},
    "POST /orders/{number}/cancel": {},
    "POST /orders/{number}/receive": {},
    "POST /orders/{number}/refund": REFUND,
    "POST /orders/{number}/refund [step]": REFUND,
    "POST /pay/{number}": {},
}


def takes(paper: Paper, control: Control) -> frozenset[str]:
    """List the kinds of rubbish that a field takes."""
    if control.name in LEADS:
        return EVERYTHING
    return TAKES.get(paper.name, {}).get(control.name, frozenset())
