"""Files for tests: rows by the names of their columns, and a mall to bring them into."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from obstore.store import MemoryStore

from mall import catalog, fulfilment, inventory, pricing
from mall.catalog import Product
from mall.doors.command.shopify.exporting import Terms, export
from mall.doors.command.shopify.importing import Import, Told, import_file
from mall.doors.command.shopify.pictures import Fetching
from mall.doors.command.shopify.reading import Sheet
from mall.doors.command.shopify.reporting import Line, Report
from mall.doors.command.shopify.rules.columns import NAMES
from mall.doors.command.shopify.rules.goods import Parsed, parsed
from mall.doors.command.shopify.writing import Wishes
from mall.fulfilment import FreightTemplate, Tariff
from mall.kernel.audit import SYSTEM
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.ids import FreightTemplateId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.time import Instant

SMALL = Path(__file__).with_name("small.csv")  # in the shape of a real export; its goods are ours
ALL = [names[0] for names in NAMES.values()]

type Answers = Callable[[httpx.Request], httpx.Response]


def lines(*rows: Mapping[str, str], columns: Iterable[str] = ALL) -> bytes:
    """Write rows with these cells; all others are empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def mug(handle: str = "mug", **cells: str) -> dict[str, str]:
    """Give a product of one row; ``cells`` by column: ``price="12"``."""
    plain = {"handle": handle, "title": handle.title(), "price": "12.00", "quantity": "5"}
    return {NAMES[column][0]: cell for column, cell in (plain | cells).items()}


def more(handle: str, **cells: str) -> dict[str, str]:
    """Give a further row of a product."""
    return {NAMES[column][0]: cell for column, cell in ({"handle": handle} | cells).items()}


def read(content: bytes, digits: int = 2) -> list[Parsed]:
    """Read a file without storing anything."""
    sheet, codes = Sheet(io.BytesIO(content)), dict[int, int]()
    says = frozenset(sheet.header.places)
    return [parsed(group, says, digits=digits, codes=codes) for group in sheet.groups()]


def said(one: Parsed | Line) -> list[tuple[int, str]]:
    """Give the rows and codes of what was said."""
    return [(reason.row, reason.code) for reason in one.reasons]


def nobody_answers(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there", request=request)


def nothing(read: int, products: int) -> None:
    """Tell nobody how far it is."""


@dataclass
class Shop:
    """One mall of a test."""

    db: Database
    tenant: TenantId
    now: Instant
    answers: Answers = nobody_answers
    asked: list[str] = field(default_factory=list[str])  # paths that were fetched
    language: str = "en"

    async def open(self) -> "Shop":
        """Give the mall a way to send goods."""
        freight = FreightTemplate(
            FreightTemplateId(new_uuid()), {"en": "Post"}, "pieces", (Tariff((), 1, 800, 1, 200),)
        )
        async with self.db.write(self.tenant) as tx:
            await fulfilment.set_template(tx, freight, actor=SYSTEM, now=self.now)
        return self

    async def take(self, content: bytes, told: Told = nothing, **wishes: Any) -> dict[str, Line]:
        """Import a file; give what came of it by handle."""
        async with self.db.read(self.tenant) as read:
            freight = min(await fulfilment.freight_templates(read), default=None)
        asked = replace(Wishes(self.language, 2, freight=freight), **wishes)
        report = Report()
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as http:
            outside = Outside(http, MemoryStore(), Secrets(b"x" * 32), {}, {})
            fetching = Fetching(outside, self.tenant)
            run = Import(self.db, fetching, self.tenant, asked, report, told)
            await import_file(io.BytesIO(content), run)
        return {line.handle: line for line in report.first}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return self.answers(request)

    async def product(self, slug: str) -> Product | None:
        async with self.db.read(self.tenant) as read:
            return await catalog.product_by_slug(read, slug)

    async def there(self, slug: str) -> Product:
        found = await self.product(slug)
        assert found is not None, f"{slug} was not stored"
        return found

    async def prices(self, slug: str) -> list[tuple[int, int | None]]:
        skus = [sku.id for sku in (await self.there(slug)).skus]
        async with self.db.read(self.tenant) as read:
            found = await pricing.prices(read, skus)
        return [(found[sku].price_minor, found[sku].compare_at_minor) for sku in skus]

    async def on_hand(self, slug: str) -> list[int]:
        skus = [sku.id for sku in (await self.there(slug)).skus]
        async with self.db.read(self.tenant) as read:
            found = {row.sku_id: row.on_hand for row in await inventory.stock(read, skus)}
        return [found.get(sku, 0) for sku in skus]

    async def written(self, language: str | None = None) -> str:
        """Export everything."""
        text = io.StringIO(newline="")
        terms = Terms(language or self.language, 2, "http://shop.localhost:8000")
        async with self.db.read(self.tenant) as read:
            await export(read, text, terms, list[int]().append)
        return text.getvalue()
