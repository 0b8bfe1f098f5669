"""Changes of as much at once as there is, over the shop API and the forms of the pages."""

from collections.abc import Iterator, Mapping
from uuid import uuid4

from tests.faults.goods import CONSOLE, SHIP_TO, SHOP, ask
from tests.strangers.belongings import CANARY, PASSWORD
from tests.strangers.bodies import FIELDS
from tests.strangers.changes import Change, Stage

_ORDER, _LINE = f"{SHOP}/orders/{{number:str}}", f"{SHOP}/cart/lines/{{sku_id:uuid}}"
_BOOK, _PLACE = f"{SHOP}/me/addresses", f"{SHOP}/me/addresses/{{address_id:uuid}}"
_FORM_PLACE = "/account/addresses/{address_id:uuid}"
_NOTIFIED = "POST /callbacks/payments/{provider:str}"


def shopping(stage: Stage) -> Iterator[Change]:
    """Let shoppers change everything there is."""
    yield from _filling_carts(stage)
    yield from _ordering(stage)
    yield from _cancelling(stage)
    yield from _sending_back(stage)
    yield from _coming_and_going(stage)
    yield from _being_known(stage)


def _filling_carts(stage: Stage) -> Iterator[Change]:
    skus, one = stage.plenty.skus, stage.plenty.owned.goods.sku_id
    line = {"sku": one, "quantity": "2"}
    yield stage.shops(f"POST {SHOP}/cart/lines", json={"sku_id": one})
    yield stage.shops(f"PATCH {_LINE}", json={"quantity": 3, "selected": True})
    yield stage.shops(
        f"POST {SHOP}/cart/selection", json={"selected": True, "sku_ids": [*skus, one]}
    )
    yield stage.shops("POST /cart/add", data=line)
    yield stage.shops("POST /cart/quantity", data=line)
    yield stage.shops("POST /cart/buy", data=line)
    yield stage.shops("POST /cart/remove", data=line)
    yield stage.shops(f"DELETE {_LINE}")
    yield stage.shops("POST /cart/choose", data={"selected": "1"})
    stage.put_into_cart(stage.plenty.owned.people.member, stage.plenty.variants)
    product = f"{CONSOLE}/products/{stage.plenty.product_id}"
    ask(stage.console, "POST", f"{product}/archive")
    yield stage.shops("POST /cart/clear", data={})
    ask(stage.console, "POST", f"{product}/publish")


def _ordering(stage: Stage) -> Iterator[Change]:
    """Place three orders, each in another way, and pay them."""
    owned, items = stage.plenty.owned, stage.items
    here = {"address_id": owned.ids["address_id"]}
    yield stage.shops(f"POST {SHOP}/checkout/quote", json=here)
    yield stage.shops(f"POST {SHOP}/checkout/quote", json=here | {"items": items})
    wish = here | {"items": items, "payable_minor": stage.payable(items)}
    yield stage.shops(f"POST {SHOP}/orders", json=wish)
    placed = [stage.newest_order()]
    yield stage.shops(f"POST {SHOP}/orders", json=here | {"payable_minor": stage.payable(None)})
    placed.append(stage.newest_order())
    yield stage.shops("POST /orders/{number:str}/again", number=placed[0], data={})
    form = {
        "item": [f"{one['sku_id']}.{one['quantity']}" for one in items],
        "from_cart": "1",
        "address": here["address_id"],
        "shown": str(stage.payable(items)),
        "key": uuid4().hex,
    }
    yield stage.shops("POST /checkout", data=form)
    placed.append(stage.newest_order())
    yield stage.shops(f"POST {_ORDER}/pay", number=placed[0], json={})
    way = {"provider": "demo_pay"}
    yield stage.shops("POST /pay/{number:str}", number=placed[1], data=way)
    yield stage.shops("POST /pay/{number:str}", number=placed[2], data=way)
    for number in placed:
        yield stage.shops(_NOTIFIED, **stage.paid_notice(number))
    for number in placed:
        stage.wait_for(number, "paid")
    sent, *unsent = placed
    yield stage.runs(f"PUT {CONSOLE}/orders/{{number:str}}/address", number=sent, json=SHIP_TO)
    parcel = {"carrier": "sf", "tracking_no": "SF1234567899999"}
    parcel |= {"lines": [line | {"quantity": 2} for line in stage.lines]}
    yield stage.runs(f"POST {CONSOLE}/orders/{{number:str}}/parcels", number=sent, json=parcel)
    yield from _asking_back(stage, sent)
    yield stage.shops("POST /orders/{number:str}/receive", number=sent, data={})
    yield stage.shops(f"POST {_ORDER}/cancel", number=unsent[0])
    yield stage.runs(f"POST {CONSOLE}/orders/{{number:str}}/cancel", number=unsent[1])


def _asking_back(stage: Stage, sent: str) -> Iterator[Change]:
    """Ask for one of each of an order that was sent: the mall decides."""
    yield stage.shops(f"POST {_ORDER}/refunds", number=sent, json={"lines": stage.lines})
    asked = ask(stage.member, "GET", f"{SHOP}/orders/{sent}/refunds")[-1]["id"]
    yield stage.runs(
        f"POST {CONSOLE}/refunds/{{refund_id:uuid}}/decision",
        refund_id=asked,
        json={"grant": True},
    )
    units = {f"units-{n}": "1" for n in range(1, len(stage.lines) + 1)}
    back = units | {"reason": "不想要了", "key": uuid4().hex}
    yield stage.shops("POST /orders/{number:str}/refund", number=sent, data=back)


def _cancelling(stage: Stage) -> Iterator[Change]:
    """Change and cancel orders that are not paid, some while somebody is about to pay."""
    tried, console = stage.plenty.orders[1], f"{CONSOLE}/orders/{{number:str}}"
    lower = {"payable_minor": 2_000 * len(stage.lines)}
    yield stage.runs(f"POST {console}/price", number=tried, json=lower)
    yield stage.runs(f"POST {console}/notes", number=tried, json={"note": "many"})
    ask(stage.member, "POST", f"{SHOP}/orders/{tried}/pay", json={})
    yield stage.shops(f"POST {_ORDER}/cancel", number=tried)
    yield stage.shops(f"POST {_ORDER}/cancel", number=stage.order())
    yield stage.shops("POST /orders/{number:str}/cancel", number=stage.order(), data={})
    yield stage.runs(f"POST {console}/cancel", number=stage.order())


def _sending_back(stage: Stage) -> Iterator[Change]:
    sent, lines = stage.plenty.orders[0], {"lines": stage.lines}
    console = f"{CONSOLE}/orders/{{number:str}}"
    yield stage.shops(f"POST {_ORDER}/refunds/preview", number=sent, json=lines)
    yield stage.shops(f"POST {_ORDER}/refunds", number=sent, json=lines)
    yield stage.runs(f"POST {console}/refunds", number=sent, json=lines)
    little = {"line_no": 1, "amount_minor": 1}
    yield stage.runs(f"POST {console}/compensations", number=sent, json=little)
    yield stage.shops(f"POST {_ORDER}/receive", number=sent)


def _coming_and_going(stage: Stage) -> Iterator[Change]:
    """Let guests with full carts become members, and members go."""
    slug = stage.plenty.owned.slug
    known = {"email": f"member-{CANARY}@{slug}.localhost", "password": PASSWORD}
    for ask_route, route, kind, phone in (
        (f"POST {SHOP}/session/code", f"POST {SHOP}/session/code/verify", "json", "13700137001"),
        ("POST /sign-in/ask", "POST /sign-in/code", "data", "13700137002"),
    ):
        guest, where = stage.guest(), {"phone": phone}
        yield stage.shops(ask_route, guest, **{kind: where})
        proof = where | {"code": stage.code_sent_to(phone)}
        yield stage.shops(route, guest, **{kind: proof})
    yield stage.shops(f"POST {SHOP}/session/password", stage.guest(), json=known)
    yield stage.shops("POST /sign-in/password", stage.guest(), data=known)
    first, second = ({**known, "email": f"{n}@{slug}.localhost"} for n in ("first", "second"))
    yield from _by_code(stage, f"POST {SHOP}/members/code", f"POST {SHOP}/members", "json", first)
    yield from _by_code(stage, "POST /register/ask", "POST /register", "data", second)
    yield from _by_code(stage, f"POST {SHOP}/password/code", f"POST {SHOP}/password", "json", first)
    yield from _by_code(stage, "POST /password/ask", "POST /password", "data", second)
    password = f"{SHOP}/session/password"
    everywhere = {"everywhere": "true"}
    gone = stage.signed_in(password, first)
    yield stage.shops(f"DELETE {SHOP}/session", gone, params=everywhere)
    gone = stage.signed_in(password, second)
    yield stage.shops("POST /sign-out", gone, data={"everywhere": "1"})


def _by_code(
    stage: Stage, ask_route: str, route: str, kind: str, wish: Mapping[str, str]
) -> Iterator[Change]:
    """Let a guest ask for a code by e-mail, and come in with it."""
    guest = stage.guest()
    yield stage.shops(ask_route, guest, **{kind: {"email": wish["email"]}})
    proof = {**wish, "code": stage.code_sent_to(wish["email"])}
    yield stage.shops(route, guest, **{kind: proof})


def _being_known(stage: Stage) -> Iterator[Change]:
    def last() -> str:
        return str(ask(stage.member, "GET", _BOOK)[-1]["id"])

    yield stage.shops(f"PATCH {SHOP}/me", json={"name": "many"})
    yield stage.shops("POST /account/profile", data={"name": "many"})
    if last() == stage.plenty.owned.ids["address_id"]:
        ask(stage.member, "POST", _BOOK, json=SHIP_TO)
    default = SHIP_TO | {"is_default": True}
    yield stage.shops(f"DELETE {_PLACE}", address_id=last())
    yield stage.shops(f"POST {_BOOK}", json=default)
    yield stage.shops(f"PUT {_PLACE}", json=default)
    yield stage.shops(f"POST {_FORM_PLACE}", address_id=last(), data=FIELDS)
    yield stage.shops(f"POST {_FORM_PLACE}/remove", data={})
    yield stage.shops("POST /account/addresses/new", data=FIELDS | {"is_default": "1"})
