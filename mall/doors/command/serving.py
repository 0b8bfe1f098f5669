"""The web process: Granian in front of the Litestar application."""

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from mall.kernel.settings import Settings


def serve_web(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight get ten seconds."""
    Server(
        "mall.doors.web:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.web_processes,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
