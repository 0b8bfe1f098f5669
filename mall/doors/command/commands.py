"""The commands. Each loads what it needs only when it runs, so that `mall up` stays small."""

import asyncio
import logging
from collections.abc import Awaitable

import click

from mall.doors.command.demo_goods import has_goods, seed
from mall.doors.command.environment import settings
from mall.doors.command.import_commands import export_group, import_group
from mall.doors.command.speaking import out, plainly
from mall.doors.command.tenant_commands import tenant

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="环境变量 · environment: MALL_PORT MALL_DATA MALL_HOST MALL_DOMAIN DATABASE_URL",
)
@click.version_option(package_name="jishi")
def main() -> None:
    """集市 · An online mall, on your own machine."""


@main.command("up")
def up_command() -> None:
    """打开集市,Ctrl-C 关闭 · Open the whole mall in this terminal."""
    from mall.doors.command.supervisor import up

    with plainly():
        up(settings())


@main.command()
def web() -> None:
    """只运行网页进程 · Serve the pages and APIs (one of what `up` runs)."""
    from mall.doors.command.serving import serve_web

    with plainly():
        serve_web(settings())


@main.command()
def worker() -> None:
    """只运行后台进程 · Deliver events, run errands, make the rounds."""
    import uvloop

    from mall.doors.worker import run_worker

    logging.basicConfig(level=logging.WARNING, format=_LOG_FORMAT)
    with plainly():
        uvloop.run(run_worker(settings()))


@main.command("migrate")
@click.option("--write", "message", help="写出下一个迁移 · Write the next migration: 'room: why'.")
def migrate_command(message: str | None) -> None:
    """更新数据库结构 · Bring the database up to date; safe to repeat."""
    from mall.doors.command.holding import opened
    from mall.doors.postgres import migrating

    with plainly(), opened(settings(), "mall migrate", current=False) as urls:
        with out.status("更新数据库结构 · migrating"):
            migrating.migrate(urls.owner)
        if message is None:
            out.print(f"✓ 数据库结构是最新的 · the database is up to date ({migrating.head()})")
            return
        path = migrating.write_migration(urls.owner, message)
        out.print(f"✓ {path}" if path else "没有差别 · tables and code agree already")


@main.command("doctor")
def doctor_command() -> None:
    """查找问题并给出办法 · Find out what is wrong and what helps."""
    from mall.doors.command.doctor import examine

    with plainly():
        raise SystemExit(0 if examine(settings()) else 1)


@click.command("seed")
def seed_command() -> None:
    """放入演示商品,可重复 · Fill the demo malls; safe to repeat."""
    from mall.doors.command.holding import opened
    from mall.doors.postgres.history import SEEDED, note_done

    with plainly():
        here = settings()
        with opened(here, "mall seed") as urls:
            asyncio.run(_finished(seed()(here)))
            note_done(urls.owner, SEEDED)


async def _finished(work: Awaitable[None]) -> None:
    await work


main.add_command(tenant)
main.add_command(import_group)
main.add_command(export_group)
if has_goods():
    main.add_command(seed_command)
