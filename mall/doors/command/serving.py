"""The web process: uvicorn in front of the application."""

import uvicorn

from mall.doors.command.http_connection import HttpConnection
from mall.kernel.settings import Settings

_PATIENCE = 10  # seconds that requests in flight get when it is closed


def serve_web(settings: Settings, app: str = "mall.doors.web:app") -> None:
    """Serve until SIGINT or SIGTERM. ``app``: where the application is found, as module:name."""
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        workers=settings.web_processes,
        loop="mall.doors.command.accepting:AcceptingLoop",
        http=HttpConnection,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
