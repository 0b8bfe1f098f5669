"""A file into a mall, a few products at a time: read, look for pictures, store, report.

A run that was killed is completed by running the same file again.
"""

from asyncio import CancelledError, current_task
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import batched
from typing import BinaryIO

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mall import catalog
from mall.doors.command.shopify.pictures import Answer, Fetching, missing, there, urls_of
from mall.doors.command.shopify.reading import Sheet
from mall.doors.command.shopify.reporting import Line, Report
from mall.doors.command.shopify.rules.goods import Goods, Parsed, parsed
from mall.doors.command.shopify.rules.reasons import Reason
from mall.doors.command.shopify.writing import (
    Load,
    Outcome,
    Refused,
    Wishes,
    refusal_of,
    write,
)
from mall.doors.trouble import Trouble
from mall.kernel.db import Database
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.problems import Problem
from mall.kernel.time import utc_now
from mall.media import Picture

AT_ONCE = 20  # products in one transaction

type Told = Callable[[int, int], None]  # bytes that are read, products that are done


class _Undo(Exception):
    """Everything went well and must not stay."""


@dataclass(slots=True)
class Import:
    """One run over one file."""

    db: Database
    fetching: Fetching
    tenant_id: TenantId
    wishes: Wishes
    report: Report
    told: Told
    codes: dict[int, int] = field(default_factory=dict[int, int])

    async def run(self, sheet: Sheet) -> None:
        """Take the file in, from its first product to its last."""
        says, done, row = frozenset(sheet.header.places), 0, 1
        products = (
            parsed(group, says, digits=self.wishes.digits, codes=self.codes)
            for group in sheet.groups()
        )
        try:
            for some in batched(products, AT_ONCE):
                await self._take(some)
                done, row = done + len(some), some[-1].last_row
                self.told(sheet.bytes_read, done)
        except (CancelledError, OperationalError, InterfaceError, psycopg.OperationalError) as why:
            raise _stopped(why, row) from why

    async def _take(self, some: Sequence[Parsed]) -> None:
        loads = await self._loads([one.goods for one in some if one.goods])
        outcomes = dict(
            zip((load.goods.slug for load in loads), await self._store(loads), strict=True)
        )
        for one in some:
            kind, reasons = "skipped", list(one.reasons)
            if one.goods is not None:
                outcome = outcomes[one.goods.slug]
                kind, reasons = outcome.kind, [*reasons, *outcome.reasons]
            reasons.sort(key=lambda reason: reason.row)
            self.report.add(Line(one.handle, one.first_row, one.last_row, kind, tuple(reasons)))

    async def _loads(self, wanted: Sequence[Goods]) -> list[Load]:
        """Find the pictures of products, or fetch them."""
        async with self.db.read(self.tenant_id) as read:
            ids = await catalog.ids_by_slugs(read, [goods.slug for goods in wanted])
            products = await catalog.products(read, list(ids.values()))
            by_slug = {product.slug: product for product in products.values()}
            known = await there(read, by_slug, wanted)
        got = dict[str, Answer]()
        if self.wishes.pictures and not self.wishes.dry_run:
            lacking = (url for goods in wanted for url in _lacking(goods, known[goods.slug]))
            got = await self.fetching.all(lacking)
        return [
            Load(
                goods,
                known[goods.slug],
                {url: got[url] for url in _lacking(goods, known[goods.slug]) if url in got},
            )
            for goods in wanted
        ]

    async def _store(self, loads: Sequence[Load]) -> list[Outcome]:
        """Store products together; when one of them is in the way, one by one."""
        outcomes: list[Outcome]
        try:
            outcomes = await self._written(loads)
        except (Refused, Problem):
            outcomes = [await self._store_one(load) for load in loads]
        for load, outcome in zip(loads, outcomes, strict=True):
            outcome.reasons += self._said_of_pictures(load)
        return outcomes

    async def _store_one(self, load: Load) -> Outcome:
        try:
            return (await self._written([load]))[0]
        except Refused as refused:
            return Outcome("skipped", refused.reasons)
        except Problem as problem:
            return Outcome("skipped", [refusal_of(problem, load.goods)])

    async def _written(self, loads: Sequence[Load]) -> list[Outcome]:
        if not loads:
            return []
        outcomes = list[Outcome]()
        with suppress(_Undo):
            async with self.db.write(self.tenant_id) as tx:
                outcomes = await write(tx, loads, self.wishes, utc_now())
                if self.wishes.dry_run:
                    raise _Undo
        return outcomes

    def _said_of_pictures(self, load: Load) -> list[Reason]:
        if self.wishes.dry_run and self.wishes.pictures:
            self.report.pictures_left += len(_lacking(load.goods, load.there))
        rows = {one.picture: one.row for one in load.goods.variants}
        rows |= {shot.url: shot.row for shot in load.goods.gallery}
        return [
            missing(rows[url], url, answer)
            for url, answer in load.fetched.items()
            if not isinstance(answer, Picture)
        ]


async def import_file(file: BinaryIO, run: Import) -> Sheet:
    """Take a file in, and give it back as it was read. Raises Trouble when it is no export."""
    sheet = Sheet(file)
    await run.run(sheet)
    return sheet


def _lacking(goods: Goods, known: Mapping[str, AssetId]) -> list[str]:
    return [url for url in urls_of(goods) if url not in known]


def _stopped(why: BaseException, row: int) -> Trouble:
    """Say how far it came; after a Ctrl-C the database only seems to be gone."""
    zh, en = "已中断", "Interrupted"
    task = current_task()
    if not (task and task.cancelling()):
        said = why.orig if isinstance(why, DBAPIError) else why
        reason = " ".join(str(said).split())
        zh, en = f"数据库中断({reason})", f"The database is gone ({reason})"
    return Trouble(
        f"{zh};到第 {row} 行为止已导入,再次运行同一文件即可接着导入。",
        f"{en}; everything up to row {row} is imported. Run the same file again to go on.",
    )
