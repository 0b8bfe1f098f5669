"""Paying for one's orders."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from mall import payments
from mall.kernel.db import Read
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Texts
from mall.kernel.ids import AttemptId, ShopperId
from mall.kernel.time import Instant
from mall.orders import errands, queries
from mall.orders.rules import State

_PATH = r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$"  # visible ASCII; neither //host nor a backslash


class PayOrder(Struct, forbid_unknown_fields=True):
    """How to pay, and the page of this mall to come back to."""

    provider: Annotated[str, Meta(pattern="^[a-z_]{1,40}$")] = "demo_pay"
    return_path: Annotated[str, Meta(pattern=_PATH, max_length=300)] = "/orders"


class PaymentStarted(Struct):
    """Where paying stands; ``attempt_id`` null: the order cost nothing and is paid.

    ``pay_url`` null: the provider is slow; ask for the payment again in a second.
    """

    attempt_id: AttemptId | None
    pay_url: str | None


class WayToPay(Struct):
    """A provider; ``demo``: no real money moves."""

    code: str
    title: Texts
    demo: bool


class MyAttempt(Struct):
    """One try to pay; the buyer pays at ``pay_url`` while the state is ``prepaid``."""

    id: AttemptId
    provider: str
    state: str
    amount_minor: int
    currency: str
    pay_url: str | None
    expires_at: Instant


class MyPayment(Struct):
    """Where paying an order stands; ``newest`` null: nobody has tried."""

    order_state: State
    payable_minor: int
    currency: str
    pay_by: Instant
    ways: list[WayToPay]
    newest: MyAttempt | None


@post("/orders/{number:str}/pay", status_code=200, opt={"access": "shopper"})
async def pay_order(
    number: str,
    data: PayOrder,
    request: Request[Any, Any, Any],
    run_errand: RunErrand,
    shopper_id: ShopperId,
    demo: bool,
) -> PaymentStarted:
    """Begin to pay an order; a repeated call goes on with the same attempt."""
    host = f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"
    started = await errands.start_payment(
        run_errand,
        number=number,
        shopper_id=shopper_id,
        provider=data.provider,
        demo=demo,
        return_url=f"{host}{data.return_path}",
    )
    return PaymentStarted(started.attempt_id, started.pay_url)


@get("/orders/{number:str}/payment", opt={"access": "shopper"})
async def show_payment(number: str, read: Read, shopper_id: ShopperId, demo: bool) -> MyPayment:
    """Show the newest try to pay an order, and the ways there are."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    tried = await payments.attempts(read, order.id)
    ways = [
        WayToPay(code, one.titles, one.demo)
        for code, one in payments.providers(order.currency, demo=demo).items()
    ]
    return MyPayment(
        order_state=order.state,  # pyright: ignore[reportArgumentType] - of the state table
        payable_minor=order.payable_minor,
        currency=order.currency,
        pay_by=order.pay_by,
        ways=ways,
        newest=_shown(tried[-1]) if tried else None,
    )


def _shown(one: payments.Attempt) -> MyAttempt:
    return MyAttempt(
        id=one.id,
        provider=one.provider,
        state=one.state,
        amount_minor=one.amount.minor,
        currency=one.amount.currency,
        pay_url=one.pay_url if one.is_open else None,
        expires_at=one.expires_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (pay_order, show_payment)
