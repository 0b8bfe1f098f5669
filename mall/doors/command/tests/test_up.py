import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import psycopg
import pytest

from mall.doors.command.children import MARK
from mall.doors.command.supervisor import warning_of
from mall.doors.postgres import Cluster, libpq, urls
from mall.doors.postgres.tests.folders import new_folder
from mall.kernel.settings import Settings, from_environment

SMALL_MALL = [sys.executable, "-m", "mall.doors.command.tests.small_mall"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Runs:
    """Starts the mall of one test as often as wanted, and ends whatever is left."""

    def __init__(self, data: Path) -> None:
        self.environ = {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", MARK}},
            "MALL_DATA": str(data),
            "MALL_PORT": str(free_port()),
            "MALL_DEMO": "0",
            "MALL_WEB_PROCESSES": "1",
        }
        self.started = list[subprocess.Popen[str]]()

    @property
    def settings(self) -> Settings:
        return from_environment(self.environ)

    def start(self, **changes: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            SMALL_MALL,
            env=self.environ | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def open(self, **changes: str) -> subprocess.Popen[str]:
        process = self.start(**changes)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("ready "):
                return process
        raise AssertionError(said)

    def web_pid(self) -> int:
        address = f"http://127.0.0.1:{self.environ['MALL_PORT']}/healthz"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)["pid"]

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()
        Cluster.of(Path(self.environ["MALL_DATA"])).end_leftover()


@pytest.fixture
def runs() -> Generator[Runs]:
    with new_folder() as folder:
        made = Runs(folder / "data")
        yield made
        made.end()


def soon(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if happens():
                return True
        time.sleep(0.1)
    return False


def test_closes_everything_it_opened(runs: Runs) -> None:
    mall = runs.open()
    web = runs.web_pid()
    mall.send_signal(signal.SIGTERM)

    assert mall.wait(20) == 0
    assert not psutil.pid_exists(web)
    assert Cluster.of(runs.settings.data).running_pid() is None


def test_starts_a_killed_child_again(runs: Runs) -> None:
    runs.open()
    first = runs.web_pid()
    os.kill(first, signal.SIGKILL)

    assert soon(lambda: runs.web_pid() != first)


def test_many_serve_behind_one_port_and_the_others_answer_for_a_killed_one(runs: Runs) -> None:
    runs.open(MALL_WEB_PROCESSES="3")
    seen = set[int]()
    assert soon(lambda: seen.add(runs.web_pid()) or len(seen) == 3)
    first = seen.pop()
    os.kill(first, signal.SIGKILL)
    after = {runs.web_pid() for _ in range(20)}

    assert after and first not in after
    assert soon(lambda: runs.web_pid() not in {first, *seen})


def test_starts_a_killed_database_again(runs: Runs) -> None:
    runs.open()
    cluster = Cluster.of(runs.settings.data)
    first = cluster.running_pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)

    assert soon(lambda: cluster.is_ready() and cluster.running_pid() != first)


def test_opens_again_after_the_supervisor_itself_was_killed(runs: Runs) -> None:
    first = runs.open()
    web = runs.web_pid()
    with psycopg.connect(libpq(urls(runs.settings).owner)) as owner:
        owner.execute("CREATE TABLE public.kept AS SELECT 42 AS answer")
    first.kill()
    first.wait()

    begun = time.monotonic()
    runs.open()
    assert runs.web_pid() != web
    assert not psutil.pid_exists(web)
    assert time.monotonic() - begun < 10
    with psycopg.connect(libpq(urls(runs.settings).owner)) as owner:
        assert owner.execute("SELECT answer FROM public.kept").fetchone() == (42,)


def test_a_second_one_says_that_the_mall_is_open(runs: Runs) -> None:
    runs.open()
    second = runs.start()
    said, _ = second.communicate(timeout=20)

    assert second.returncode == 1
    assert "已经开着" in said
    assert "open already" in said
    assert "Traceback" not in said


def test_a_killed_make_takes_the_mall_with_it_and_the_next_one_opens(runs: Runs) -> None:
    command = f"{sys.executable} -m mall.doors.command.tests.small_mall; true"
    make = subprocess.Popen(
        ["/bin/sh", "-c", command], env=runs.environ | {"MAKELEVEL": "1"}, stdout=subprocess.DEVNULL
    )
    assert soon(lambda: runs.web_pid() > 0)
    make.kill()
    make.wait()

    runs.open()


def test_a_taken_port_is_named(runs: Runs) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(runs.environ["MALL_PORT"])))
        taken.listen()
        refused = runs.start()
        said, _ = refused.communicate(timeout=20)

    assert refused.returncode == 1
    assert f"Port {runs.environ['MALL_PORT']} is taken" in said
    assert "Traceback" not in said


def test_an_unreachable_database_is_one_sentence(runs: Runs) -> None:
    address = f"postgresql://someone:secret@127.0.0.1:{free_port()}/mall"
    refused = runs.start(DATABASE_URL=address)
    said, _ = refused.communicate(timeout=20)

    assert refused.returncode == 1
    assert "连不上 DATABASE_URL" in said
    assert "cannot be reached" in said
    assert "Traceback" not in said
    assert "secret" not in said


def test_a_wrong_number_in_the_environment_is_one_sentence(runs: Runs) -> None:
    run = [sys.executable, "-m", "mall.doors.command", "up"]
    environ = runs.environ | {"MALL_PORT": "eighty"}
    done = subprocess.run(run, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "MALL_PORT must be a number" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("host", "seeded", "warned"),
    [
        ("127.0.0.1", True, False),
        ("::1", True, False),
        ("localhost", True, False),
        ("0.0.0.0", True, True),
        ("::", True, True),
        ("192.168.1.7", True, True),
        ("mall.internal", True, True),
        ("0.0.0.0", False, False),
    ],
)
def test_demo_malls_that_the_network_can_reach_are_warned_of(
    runs: Runs, host: str, seeded: bool, warned: bool
) -> None:
    said = warning_of(from_environment(runs.environ | {"MALL_HOST": host}), seeded=seeded)
    assert ("MALL_DEMO=0" in said) == warned
