"""A web process: uvicorn in front of the application."""

import asyncio
import socket
from functools import partial

import uvicorn

from mall.doors.command.accepting import AcceptingLoop
from mall.doors.command.http_connection import HttpConnection
from mall.doors.command.sharing import Connections
from mall.kernel.settings import Settings

_PATIENCE = 10  # seconds that requests in flight get when it is closed


def serve_web(settings: Settings, app: str = "mall.doors.web:app") -> None:
    """Serve until SIGINT or SIGTERM. ``app``: where the application is found, as module:name.

    Several processes serve together when they are given the same open socket to listen on, and the
    same table to count in.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="none",
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
    connections = Connections.of(settings.web_table, settings.web_number)
    server.server_state.connections = connections
    serving = server.serve(None if given is None else [socket.socket(fileno=given)])
    asyncio.run(serving, loop_factory=partial(AcceptingLoop, connections))
    if not server.started:
        raise SystemExit(1)
