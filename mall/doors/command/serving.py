"""A web process: uvicorn in front of the application."""

import socket

import uvicorn

from mall.doors.command.http_connection import HttpConnection
from mall.kernel.settings import Settings

_PATIENCE = 10  # seconds that requests in flight get when it is closed


def serve_web(settings: Settings, app: str = "mall.doors.web:app") -> None:
    """Serve until SIGINT or SIGTERM. ``app``: where the application is found, as module:name.

    Several processes serve together when they are given the same open socket to listen on.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="mall.doors.command.accepting:AcceptingLoop",
        http=HttpConnection,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    given = settings.web_socket
    server = uvicorn.Server(config)
    server.run(None if given is None else [socket.socket(fileno=given)])
    if not server.started:
        raise SystemExit(1)
