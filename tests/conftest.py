"""A whole mall for journeys: `mall up` as users run it, with its own data folder and ports."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

_OPENS_WITHIN = 300


@dataclass(frozen=True)
class OpenMall:
    """A mall that serves, with the demo goods."""

    port: int
    data: Path  # its folder

    def shopper(self, mall: str = "demo") -> httpx.Client:
        """Give a fresh browser at a mall."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Host": f"{mall}.localhost:{self.port}", "Accept-Language": "zh-CN"},
            timeout=20,
        )


@pytest.fixture(scope="session")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Generator[OpenMall]:
    """Open a mall; it is closed when the tests of this process are over."""
    port = _two_free_ports()
    data = tmp_path_factory.mktemp("mall")
    for folder in (data, *data.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's own user passes through
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MALL_")}
    environ.pop("DATABASE_URL", None)
    environ.pop("MAKELEVEL", None)
    environ |= {"MALL_DATA": str(data), "MALL_PORT": str(port), "MALL_REQUESTS_PER_SECOND": "0"}
    environ["MALL_PAY_REFUND_SECONDS"] = "0.5"
    log = (data / "up.log").open("wb")
    command = [sys.executable, "-m", "mall.doors.command", "up"]
    process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _OPENS_WITHIN
        while not _serves(port):
            assert process.poll() is None, (data / "up.log").read_text()[-2000:]
            assert time.monotonic() < deadline, (data / "up.log").read_text()[-2000:]
            time.sleep(0.3)
        yield OpenMall(port, data)
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(json.load(answer)["ok"])
    except OSError:
        return False


def _two_free_ports() -> int:
    """Find a port whose neighbour is free too: the payment simulator sits there."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
