"""What a mall of a test's own needs before it can be opened."""

import contextlib
import os
import socket
from pathlib import Path


def environment(data: Path, port: int) -> dict[str, str]:
    """Give the environment of this process without its mall's settings, but for a mall of ours."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALL_")}
    plain = {name: own[name] for name in own if name not in {"DATABASE_URL", "MAKELEVEL"}}
    ours = {"MALL_DATA": str(data), "MALL_PORT": str(port), "MALL_REQUESTS_PER_SECOND": "0"}
    return plain | ours


def two_free_ports() -> int:
    """Find a port whose neighbour is free too: the payment simulator sits there."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port
