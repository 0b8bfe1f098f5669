"""Where providers knock: notifications are verified, written down, and only then acknowledged."""

from litestar import MediaType, post
from litestar.handlers import HTTPRouteHandler

from mall import payments
from mall.doors.given import AnyRequest
from mall.kernel.errands import RunErrand


@post(
    "/callbacks/payments/{provider:str}",
    opt={"access": "anyone"},  # its signature is its permission
    status_code=200,
    media_type=MediaType.TEXT,
    include_in_schema=False,
)
async def payment_notified(request: AnyRequest, provider: str, run_errand: RunErrand) -> str:
    """Take in a payment notification; anything but 200 makes the provider send it again."""
    headers = dict(request.headers)
    await payments.take_notification(run_errand, provider, headers, await request.body())
    return "success"


HANDLERS: list[HTTPRouteHandler] = [payment_notified]
