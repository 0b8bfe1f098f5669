"""The mall's own web process with one route more: the bare answer that the others are held to."""

from litestar import get
from litestar.types import ASGIApp

from mall.doors.command.serving import serve_web
from mall.doors.web import create_app
from mall.kernel.settings import from_environment


@get("/hello", opt={"access": "anyone"}, media_type="text/plain", include_in_schema=False)
async def hello() -> str:
    """Do as little as a route can."""
    return "hello"


def __getattr__(name: str) -> ASGIApp:
    if name == "app":
        return create_app(from_environment(), also=[hello])
    raise AttributeError(name)


if __name__ == "__main__":
    serve_web(from_environment(), "benchmarks.web:app")
