"""Whatever is recalled is read from tables that tell when they change, and from no others."""

import ast
import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import mall
from mall import catalog, fulfilment, pricing
from mall.checkout import Item, PriceMoved, Unsellable, place, quote
from mall.checkout.tests.shop import Shop, open_shop, want
from mall.doors.postgres import Urls
from mall.kernel import schema, snapshots
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import AssetId, TenantId, new_uuid
from mall.kernel.tests.trips import watched
from mall.kernel.time import Instant
from mall.pricing import Price

type Load = Callable[..., Awaitable[Mapping[Any, Any]]]

_ROOT = Path(mall.__path__[0])
_CHANGING = r"(?i)(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?{}\b"


def _files() -> list[Path]:
    found = [path for path in _ROOT.rglob("*.py") if "tests" not in path.parts]
    return [path for path in found if path.parts[-2:] != ("kernel", "db.py")]


def _module(path: Path) -> str:
    return ".".join(("mall", *path.relative_to(_ROOT).with_suffix("").parts))


def _recalled() -> dict[str, Load]:
    """Find every function that is handed to ``recall`` anywhere."""
    found = dict[str, Load]()
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr != "recall":
                continue
            value: Any = import_module(_module(path))
            for name in ast.unparse(node.args[0]).split("."):
                value = getattr(value, name)
            found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hear every statement that goes to PostgreSQL."""
    return watched(monkeypatch).said


async def _keys(db: Database, tenant: TenantId, shop: Shop) -> dict[str, Sequence[Any]]:
    """Say what to ask each of them for, so that it runs to its end."""
    async with db.read(tenant) as read:
        facts = await catalog.skus(read, [shop.black])
        categories = await catalog.categories(read)
    newest = [("4",), *((f"category:{one.id.hex}", "4") for one in categories)]
    return {
        "mall.catalog.queries.skus": [shop.black, new_uuid()],
        "mall.checkout.queries.offers_of": [shop.black, new_uuid()],
        "mall.media.store.assets": [AssetId(new_uuid())],
        "mall.pricing.queries.prices": [shop.black, new_uuid()],
        "mall.search.queries._newest": newest,
        "mall.search.queries._goods": [facts[shop.black].slug],
        "mall.search.queries._all_shelves": ["all"],
        "mall.doors.storefront.pages._navigation": ["all"],
    }


async def test_recalled_tables_are_marked(
    db: Database, tenant: TenantId, now: Instant, said: list[str]
) -> None:
    everything = schema.import_all_tables().tables.values()
    tables = [table for table in everything if table.fullname != "kernel.version"]
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
    keys = await _keys(db, tenant, shop)
    recalled = _recalled()
    assert set(recalled) == set(keys), "a new load: say above what to ask it for"
    for name, load in recalled.items():
        async with db.read(tenant) as read:
            said.clear()
            found = await load(read, keys[name])
        assert found or "media" in name, f"{name} finds nothing, so it shows nothing here"
        heard = "\n".join(said).replace('"', "")
        touched = [table for table in tables if re.search(rf"\b{table.fullname}\b", heard)]
        assert touched, f"{name} asked nothing"
        unmarked = [table.fullname for table in touched if not table.info.get("remembered")]
        assert not unmarked, f"{name} reads {unmarked}, whose changes nobody would notice"


def test_remembered_tables_are_changed_by_statements_that_can_be_looked_into() -> None:
    """What is changed by plain text moves no version."""
    tables = schema.import_all_tables().tables.values()
    marked = [re.escape(table.fullname) for table in tables if table.info.get("remembered")]
    assert len(marked) >= 10
    changing = re.compile(_CHANGING.format("(?:" + "|".join(marked) + ")"))
    assert changing.search("UPDATE pricing.price SET"), "the pattern finds what it looks for"
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                text = node.value if isinstance(node.value, str) else repr(node.value)
                assert not changing.search(text), f"{_module(path)} line {node.lineno}"


async def test_what_shoppers_are_told_follows_every_change(
    db: Database, urls: Urls, tenant: TenantId, now: Instant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 0.05)
    elsewhere = Database(urls.app, connections=2)
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        product_id = (await catalog.skus(tx, [shop.black]))[shop.black].product_id
    item = Item(shop.black, 1)

    async def told() -> set[tuple[int, int | None, str] | None]:
        """Ask this process at once, the other one after its time, and a writer in the other."""
        found = set[tuple[int, int | None, str] | None]()
        for each, later in ((db, 0), (elsewhere, 0.05)):
            await asyncio.sleep(later)
            async with each.read(tenant) as read:
                answer = await quote(read, [item], region="440305", currency="CNY")
            lines = [(one.unit_minor, one.title["en"]) for one in answer.lines]
            found.add((*lines[0][:1], answer.freight_minor, lines[0][1]) if lines else None)
        async with elsewhere.write(tenant) as tx:
            cheap = want(item, payable=1, currency="CNY")
            [refused] = await place(tx, [cheap], now=now, look=True)
            if isinstance(refused, PriceMoved):
                line = refused.quote.lines[0]
                found.add((line.unit_minor, refused.quote.freight_minor, line.title["en"]))
            else:
                assert isinstance(refused, Unsellable)
                found.add(None)
        return found

    assert await told() == {(12900, 800, "Wool coat")}
    async with db.write(tenant) as tx:
        await pricing.set_prices(tx, [Price(shop.black, 9900, None)], actor=SYSTEM, now=now)
    assert await told() == {(9900, 800, "Wool coat")}
    async with db.write(tenant) as tx:
        [template] = (await fulfilment.freight_templates(tx)).values()
        dearer = replace(template.tariffs[0], first_fee_minor=1500)
        changed = replace(template, tariffs=(dearer, *template.tariffs[1:]))
        await fulfilment.set_template(tx, changed, actor=SYSTEM, now=now)
    assert await told() == {(9900, 1500, "Wool coat")}
    async with db.write(tenant) as tx:
        await catalog.archive(tx, product_id, actor=SYSTEM, now=now)
    assert await told() == {None}
    async with db.write(tenant) as tx:
        await catalog.publish(tx, product_id, actor=SYSTEM, now=now)
    assert await told() == {(9900, 1500, "Wool coat")}
    await elsewhere.close()
