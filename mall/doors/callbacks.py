"""Where providers knock: notifications are verified, written down, and only then acknowledged."""

from uuid import UUID

from litestar import MediaType, post
from litestar.handlers import HTTPRouteHandler

from mall import payments
from mall.doors.given import AnyRequest, house_of, runs_errands
from mall.kernel.ids import TenantId


@post(
    "/callbacks/payments/{provider:str}/{merchant:uuid}",
    opt={"access": "anyone"},  # its signature is its permission
    status_code=200,
    media_type=MediaType.TEXT,
    include_in_schema=False,
)
async def payment_notified(request: AnyRequest, provider: str, merchant: UUID) -> str:
    """Take in a payment notification; anything but 200 makes the provider send it again."""
    run = runs_errands(house_of(request), TenantId(merchant))
    await payments.take_notification(run, provider, dict(request.headers), await request.body())
    return "success"


HANDLERS: list[HTTPRouteHandler] = [payment_notified]
