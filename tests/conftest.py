"""A whole mall for journeys: `mall up` as users run it, with its own data folder and ports."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from mall.doors.command.ports import answer_of
from tests.opening import environment, two_free_ports

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
    port = two_free_ports()
    data = tmp_path_factory.mktemp("mall")
    for folder in (data, *data.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's own user passes through
    environ = environment(data, port)
    environ["MALL_PAY_REFUND_SECONDS"] = "0.5"
    log = (data / "up.log").open("wb")
    command = [sys.executable, "-m", "mall.doors.command", "up"]
    process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _OPENS_WITHIN
        while answer_of(f"http://127.0.0.1:{port}/healthz") is None:
            assert process.poll() is None, (data / "up.log").read_text()[-2000:]
            assert time.monotonic() < deadline, (data / "up.log").read_text()[-2000:]
            time.sleep(0.3)
        yield OpenMall(port, data)
    finally:
        process.terminate()
        process.wait(60)
        log.close()
