"""`mall up`: everything of one mall in one terminal, opened in order and closed in order."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

from mall.doors.command.children import MARK, Child, end_all, end_orphans
from mall.doors.command.demo_goods import demo_accounts, has_goods
from mall.doors.command.holding import held, holder, say_closing
from mall.doors.command.ports import answer_of, bound, port_is_free
from mall.doors.command.sharing import Door
from mall.doors.command.speaking import err, out
from mall.doors.postgres import Cluster, Urls, prepare, secret
from mall.doors.postgres.history import SEEDED, is_done, up_to_date
from mall.doors.trouble import Trouble
from mall.kernel.crypto import Secrets
from mall.kernel.settings import Settings

_FREE_AT_LEAST = 200_000_000  # bytes
_OPEN_SECONDS = 120
_FALLS_AT_MOST = 4  # while opening; later a fallen child is always started again
_STEP = 0.1
_WEB = "web"
_SIMULATOR = "mall.payments.providers.demo_pay.simulator"


def up(settings: Settings, modules: Mapping[str, Sequence[str]] | None = None) -> None:
    """Open the mall and keep it open until Ctrl-C or SIGTERM. Raises Trouble in one sentence.

    ``modules``: what runs, by name, each with its arguments for ``python -m``; None: a mall.
    """
    with held(settings.data, "mall up", wait=True) as mine, _stopped_by_signals():
        if not mine:
            raise _open_already(settings)
        with contextlib.suppress(KeyboardInterrupt), ExitStack() as stack:
            stack.callback(out.print, "已关闭 · closed")
            try:
                _Mall(settings, modules or modules_of(settings), stack).run()
            finally:
                say_closing(settings.data)


class _Mall:
    """One run of `mall up`. What is started is put on the stack to be stopped, last first."""

    def __init__(
        self, settings: Settings, modules: Mapping[str, Sequence[str]], stack: ExitStack
    ) -> None:
        self.settings = settings
        self.stack = stack
        self.cluster: Cluster | None = None
        self.server: subprocess.Popen[bytes] | None = None
        self.seeded = False  # the demo malls are in the database
        self.environ = dict(os.environ) | {MARK: str(settings.data), "PYTHONUNBUFFERED": "1"}
        if settings.demo:
            self.environ["MALL_PAY_SECRET"] = pay_secret(settings)
        self.logs = settings.data / "logs"
        self.parent = os.getppid()
        self.modules = modules
        self.children: list[Child] = []

    def run(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        if end_orphans(self.settings.data):
            out.print("· 清理了上次遗留的进程 · ended what the last run left behind")
        _check_room(self.settings)
        door = self.stack.enter_context(_door(self.settings))
        self._bring_up_to_date(self._open_database())
        self.stack.callback(end_all, self.children, seconds=25)
        further = [name for name in self.modules if part_of(name) != name]
        self._start([name for name in self.modules if name not in further], door)
        self._wait_until_it_serves()
        self._announce()
        self._start(further, door)  # now, for one opens sooner alone
        while True:
            self._look()
            time.sleep(_STEP * 2)

    def _start(self, names: Sequence[str], door: Door) -> None:
        """Start children; those of the web listen at the ``door``."""
        for name in names:
            part = part_of(name)
            environ = self.environ | {"PGAPPNAME": f"mall {part}"}  # who, in pg_stat_activity
            descriptors = list[int]()
            if part == _WEB:
                environ |= door.environ(name)
                descriptors += door.descriptors
            log = self.logs / f"{name}.log"
            child = Child(name, ["-m", *self.modules[name]], log, environ, descriptors)
            self.children.append(child)
            child.start()

    def _open_database(self) -> Urls:
        if self.settings.database_url is None:
            fresh = not (self.settings.data / "postgres").exists()
            with out.status("新建数据库 · making the database" if fresh else "数据库 · database"):
                self.cluster = Cluster.of(self.settings.data)
                self.stack.callback(self._stop_database)
                self.server = self.cluster.start()
                return prepare(self.settings)
        return prepare(self.settings)

    def _stop_database(self) -> None:
        if self.cluster is not None and self.server is not None:
            self.cluster.stop(self.server)

    def _bring_up_to_date(self, urls: Urls) -> None:
        if not up_to_date(urls.owner):
            self._run_to_end("migrate")
        self.seeded = is_done(urls.owner, SEEDED)
        if self.settings.demo and has_goods() and not self.seeded:
            self._run_to_end("seed")
            self.seeded = True

    def _run_to_end(self, command: str) -> None:
        """Run one of our commands; it shows its own progress and explains its own troubles."""
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "mall.doors.command", command],
            env=self.environ,
            start_new_session=True,
        )
        try:
            while (code := process.poll()) is None:
                self._stop_without_make()
                time.sleep(_STEP / 2)
        finally:
            process.terminate()
            process.wait()
        if code:
            raise SystemExit(code)

    def _stop_without_make(self) -> None:
        """End when the `make` that started us was killed: nobody is left to press Ctrl-C."""
        if "MAKELEVEL" in os.environ and os.getppid() != self.parent:
            raise KeyboardInterrupt

    def _wait_until_it_serves(self) -> None:
        address = f"http://127.0.0.1:{self.settings.port}/healthz"
        deadline = time.monotonic() + _OPEN_SECONDS
        with out.status("开门 · opening"):
            while answer_of(address) is None:
                self._look()
                fallen = next((c for c in self.children if c.falls >= _FALLS_AT_MOST), None)
                if fallen is not None:
                    raise Trouble(
                        f"{fallen.name} 无法启动:{fallen.last_word()}(见 {fallen.log})",
                        f"{fallen.name} does not start: {fallen.last_word()} (see {fallen.log})",
                    )
                if time.monotonic() > deadline:
                    raise Trouble(
                        f"{_OPEN_SECONDS} 秒内没有开门;请看 {self.logs},或运行 mall doctor。",
                        f"Not open after {_OPEN_SECONDS} s; see {self.logs} or run mall doctor.",
                    )
                time.sleep(_STEP)

    def _look(self) -> None:
        self._stop_without_make()
        for child in self.children:
            for line in child.new_errors():
                err.print(f"[yellow]{child.name}[/yellow] ", end="")
                err.print(line, markup=False)
            code = child.look()
            if code is not None:
                name = child.name
                err.print(f"[yellow]{name}[/yellow] 停了,重新启动 · ended ({code}), starts again")
        if self.cluster and self.server is not None and self.server.poll() is not None:
            err.print("[yellow]postgres[/yellow] 停了,重新启动 · ended, starts again")
            self.server = self.cluster.start()

    def _announce(self) -> None:
        for line in greeting(self.settings):
            out.print(line)
        warning = warning_of(self.settings, seeded=self.seeded)
        if warning:
            err.print(f"[yellow]![/yellow] {warning}")
        out.print(f"ready {self.settings.url}")


def pay_secret(settings: Settings) -> str:
    """Give the secret that the mall and its payment simulator share, in hex."""
    root = Secrets(secret(settings.data, "root").encode())
    return root.key_for("demo_pay").hex()


def modules_of(settings: Settings) -> dict[str, list[str]]:
    """Name the processes of a mall. Those of the web listen on one socket, which we hold open."""
    command = "mall.doors.command"
    names = [_WEB, *(f"{_WEB}-{number}" for number in range(2, settings.web_processes + 1))]
    modules = {name: [command, _WEB] for name in names} | {"worker": [command, "worker"]}
    return modules | ({"pay": [_SIMULATOR]} if settings.demo else {})


def part_of(name: str) -> str:
    """Tell to which part of a mall a process belongs, by its name: ``web-2`` to ``web``."""
    return name.partition("-")[0]


def greeting(settings: Settings) -> list[str]:
    """Write what to know of an open mall."""
    return [
        *(demo_accounts() if settings.demo else ()),
        f"集市 · malls     {settings.url}",
        f"接口 · API docs  {settings.url}/api/docs",
        f"日志 · logs      {settings.data / 'logs'}    Ctrl-C 关闭 · closes",
    ]


def warning_of(settings: Settings, *, seeded: bool) -> str:
    """Say that strangers can sign in as the owner of a demo mall; "" when they cannot.

    ``seeded``: the demo malls are in the database; there they stay without ``MALL_DEMO`` too.
    """
    if not seeded or _is_this_machine(settings.host):
        return ""
    return (
        "网络中的任何人都能用公开的密码登录演示店铺;"
        "正式使用请设 MALL_DEMO=0,并换一个新的 MALL_DATA 或 DATABASE_URL。\n"
        "  Anybody on the network can sign in to the demo malls, whose passwords are public; "
        "for real use set MALL_DEMO=0 and a new MALL_DATA or DATABASE_URL."
    )


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


@contextmanager
def _stopped_by_signals() -> Generator[None]:
    """Make SIGTERM and SIGHUP end us as Ctrl-C does; once closing, no signal cuts it short."""

    def stop(_: int, __: object) -> None:
        for kind in kinds:
            signal.signal(kind, signal.SIG_IGN)
        raise KeyboardInterrupt

    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, stop) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _check_room(settings: Settings) -> None:
    """Refuse a start that cannot end well: a full disk, a taken port of the simulator."""
    free = shutil.disk_usage(settings.data).free
    if free < _FREE_AT_LEAST:
        raise Trouble(
            f"磁盘快满了:{settings.data} 只剩 {free // 1_000_000} MB;请腾出至少 1 GB。",
            f"The disk is full: {free // 1_000_000} MB are left for {settings.data}; "
            "free at least 1 GB.",
        )
    if settings.demo and not port_is_free(settings.host, settings.pay_simulator_port):
        raise _taken("MALL_PAY_PORT", settings.pay_simulator_port)


def _door(settings: Settings) -> Door:
    """Take the mall's address. Nobody is let in before a web process listens."""
    listener = bound(settings.host, settings.port)
    if listener is None:
        raise _taken("MALL_PORT", settings.port)
    return Door(listener, settings.web_processes)


def _taken(variable: str, port: int) -> Trouble:
    return Trouble(
        f"端口 {port} 已被占用;换一个:{variable}={port + 10} make up",
        f"Port {port} is taken; choose another: {variable}={port + 10} make up",
    )


def _open_already(settings: Settings) -> Trouble:
    who = holder(settings.data)
    return Trouble(
        f"{settings.data} 正被 {who} 使用;集市已经开着,或另设 MALL_DATA 和 MALL_PORT。",
        f"{settings.data} is in use by {who}: the mall is open already, or choose another "
        "MALL_DATA and MALL_PORT.",
    )
