"""The two commands from end to end: the database, the progress, the last words."""

import asyncio
import io
import os
import re
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from babel.numbers import get_currency_precision
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from mall.doors.command import malls
from mall.doors.command.holding import opened
from mall.doors.command.shopify.exporting import Terms, export
from mall.doors.command.shopify.importing import Import, Told, import_file
from mall.doors.command.shopify.pictures import Fetching
from mall.doors.command.shopify.reading import Sheet
from mall.doors.command.shopify.reporting import Report
from mall.doors.command.shopify.shelving import freight_for
from mall.doors.command.shopify.writing import Wishes
from mall.doors.command.speaking import err, out
from mall.doors.house import House, open_house
from mall.kernel.db import Database
from mall.kernel.settings import Settings
from mall.tenants import Tenant

_WIDTH_OF_A_FILE = 160  # columns of a table that goes elsewhere than to a terminal


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    tenant: str
    dry_run: bool
    publish: bool
    pictures: bool
    stock: bool
    freight: str | None
    language: str | None


def import_shopify(settings: Settings, file: Path, report: Path | None, asked: Asked) -> int:
    """Import a file and say what came of it; give how many products were skipped."""
    began = time.monotonic()
    with opened(settings, "mall import"), _written(report) as lines:
        told = Report(lines)
        sheet = asyncio.run(_import(settings, file, asked, told))
    _say(told, sheet, asked, time.monotonic() - began)
    return told.counts["skipped"]


def export_products(settings: Settings, slug: str, file: Path | None, language: str | None) -> int:
    """Write every product to a file, or to the standard output; give their number."""

    async def work(db: Database) -> int:
        tenant = await malls.named(db, slug)
        terms = Terms(
            language or tenant.language,
            get_currency_precision(tenant.currency),
            address_of(tenant, settings),
        )
        with _target(file) as target, _counting() as told:
            async with db.read(tenant.id, one_moment=True) as read:
                return await export(read, target, terms, told)

    return malls.in_database(settings, "mall export", work)


def address_of(tenant: Tenant, settings: Settings) -> str:
    """Give the address under which the world finds a mall; its own machine has no TLS."""
    host = tenant.hosts[0]
    if host == "localhost" or host.endswith(".localhost"):
        return f"http://{host}:{settings.port}"
    return f"https://{host}"


async def _import(settings: Settings, file: Path, asked: Asked, report: Report) -> Sheet:
    async with open_house(settings) as house:
        tenant = await malls.named(house.db, asked.tenant)
        wishes = await _wishes(house, tenant, asked)
        with file.open("rb") as content, _reading(file, asked) as told:
            fetching = Fetching(house.outside, tenant.id)
            run = Import(house.db, fetching, tenant.id, wishes, report, told)
            return await import_file(content, run)


async def _wishes(house: House, tenant: Tenant, asked: Asked) -> Wishes:
    async with house.db.read(tenant.id) as read:
        freight = await freight_for(read, asked.freight)
    return Wishes(
        language=asked.language or tenant.language,
        digits=get_currency_precision(tenant.currency),
        publish=asked.publish,
        stock=asked.stock,
        pictures=asked.pictures,
        dry_run=asked.dry_run,
        freight=freight,
    )


def _say(report: Report, sheet: Sheet, asked: Asked, seconds: float) -> None:
    if (table := report.table()) is not None:
        wide = Console(highlight=False, width=_WIDTH_OF_A_FILE)
        (out if out.is_terminal else wide).print(table)
    if report.left_out:
        out.print(
            f"… 另有 {report.left_out:,} 件有说明,请用 --report 查看 · "
            f"{report.left_out:,} more have something to say; see --report"
        )
    if left_out := sheet.header.left_out:
        names = dict.fromkeys(re.sub(" / .*", " / …", name) for name in left_out)
        out.print(f"未采用的列 · columns not taken: {', '.join(names)}", markup=False)
    if report.pictures_left:
        out.print(f"待取图片 · pictures that a real run would fetch: {report.pictures_left:,}")
    mark = "试运行,未保存 · dry run, nothing stored" if asked.dry_run else "✓"
    rate = report.products / seconds if seconds else 0
    out.print(f"{mark}  {report.summary()}   ({seconds:.1f} s, {rate:,.0f}/s)", markup=False)
    if report.counts["created"] and not asked.publish and not asked.dry_run:
        out.print("新商品是草稿;加 --publish 再次运行即上架")
        out.print("The new products are drafts; run it again with --publish to show them")


@contextmanager
def _reading(file: Path, asked: Asked) -> Generator[Told]:
    """Show how much of a file is read."""
    word = "试运行 · dry run" if asked.dry_run else "导入 · importing"
    bar = Progress(
        TextColumn(word),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[products]:,} 件 · products"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )
    with bar:
        task = bar.add_task(word, total=max(1, file.stat().st_size), products=0)
        yield lambda read, products: bar.update(task, completed=read, products=products)


@contextmanager
def _counting() -> Generator[Callable[[int], None]]:
    with err.status("导出 · exporting") as status:
        yield lambda done: status.update(f"导出 · exporting {done:,}")


@contextmanager
def _written(path: Path | None) -> Generator[TextIO | None]:
    """Open the report, in the way that spreadsheets understand."""
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield file


@contextmanager
def _target(path: Path | None) -> Generator[TextIO]:
    """Open where to write; a file appears under its name only when it is whole."""
    if path is None:
        stream = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=False)
        yield stream
        stream.flush()
        stream.detach()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
