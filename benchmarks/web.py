"""The mall's own web process with one route more: the bare answer that the others are held to."""

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from litestar import get
from litestar.types import ASGIApp

from mall.doors.web import create_app
from mall.kernel.settings import from_environment


@get("/hello", opt={"access": "anyone"}, media_type="text/plain", include_in_schema=False)
async def hello() -> str:
    """Do as little as a route can."""
    return "hello"


def app() -> ASGIApp:
    """Build the mall with the bare route."""
    return create_app(from_environment(), also=[hello])


if __name__ == "__main__":
    settings = from_environment()
    Server(
        "benchmarks.web:app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.web_processes,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
