"""Storing a few products of a file in one transaction; each is whole or not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mall import catalog, inventory, media, pricing
from mall.catalog import CodeTaken, Draft, Product
from mall.doors.command.shopify.pictures import Answer, name_of
from mall.doors.command.shopify.rules.goods import Goods
from mall.doors.command.shopify.rules.merging import as_draft, drafted
from mall.doors.command.shopify.rules.reasons import Reason, grave, note
from mall.doors.command.shopify.rules.variants import Variant
from mall.doors.command.shopify.shelving import Shelves, stand
from mall.inventory import BelowZero, Count, Stock
from mall.kernel.audit import Actor
from mall.kernel.db import Tx
from mall.kernel.ids import AssetId, FreightTemplateId, LocationId, SkuId, new_uuid
from mall.kernel.problems import InvalidFields, Problem
from mall.kernel.time import Instant
from mall.media import Picture
from mall.pricing import BadPrice, Price

type Kind = Literal["created", "updated", "unchanged", "skipped"]

ACTOR = Actor("system", None, "mall import")
_NOTE = "导入 · import"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a file is to be taken."""

    language: str  # of its words
    digits: int  # decimals of the mall's currency
    publish: bool = False  # show what the file says is active and published
    stock: bool = False  # count what was counted before anew
    pictures: bool = True
    dry_run: bool = False
    freight: FreightTemplateId | None = None  # for new products


@dataclass(frozen=True, slots=True)
class Load:
    """A product of the file with its pictures by address: those that are there, and the fetched."""

    goods: Goods
    there: Mapping[str, AssetId]
    fetched: Mapping[str, Answer]


@dataclass(slots=True)
class Outcome:
    """What came of one product."""

    kind: Kind
    reasons: list[Reason] = field(default_factory=list[Reason])


class Refused(Exception):
    """One product cannot be stored; the transaction has to be undone."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(f"{len(reasons)} reasons")
        self.reasons = list(reasons)


@dataclass(slots=True)
class _Plan:
    goods: Goods
    before: Product | None
    draft: Draft
    outcome: Outcome
    product: Product | None = None
    skus: dict[SkuId, Variant] = field(default_factory=dict[SkuId, Variant])

    @property
    def same(self) -> bool:
        return self.before is not None and self.draft == as_draft(self.before)

    def touch(self) -> None:
        if self.outcome.kind == "unchanged":
            self.outcome.kind = "updated"


async def write(tx: Tx, loads: Sequence[Load], wishes: Wishes, now: Instant) -> list[Outcome]:
    """Store products, and tell for each what came of it.

    Raises Refused and other Problems: then the caller undoes everything and takes them one by one.
    """
    plans, shelves = await _plans(tx, loads, wishes, now)
    for plan in plans:
        await _save(tx, plan, now)
    await _set_prices(tx, plans, now)
    await _count(tx, plans, shelves, wishes, now)
    for plan in plans:
        await _move(tx, plan, wishes, now)
    return [plan.outcome for plan in plans]


async def _plans(
    tx: Tx, loads: Sequence[Load], wishes: Wishes, now: Instant
) -> tuple[list[_Plan], Shelves]:
    await tx.lock("import", tx.tenant_id)  # two imports at once would wait for each other
    shelves = await stand(tx, [load.goods for load in loads], wishes.language, ACTOR, now)
    ids = await catalog.ids_by_slugs(tx, [load.goods.slug for load in loads])
    found = await catalog.products(tx, list(ids.values()))
    there = {product.slug: product for product in found.values()}
    plans = [
        await _plan(tx, load, there.get(load.goods.slug), shelves, wishes, now) for load in loads
    ]
    return plans, shelves


async def _plan(
    tx: Tx, load: Load, before: Product | None, shelves: Shelves, wishes: Wishes, now: Instant
) -> _Plan:
    goods = load.goods
    if before is None and not goods.variants:
        raise Refused([grave(goods.row, "no_variant")])
    assets = dict(load.there)
    alts = {shot.url: shot.alt for shot in goods.gallery}
    for url, answer in load.fetched.items():
        if isinstance(answer, Picture):
            alt = {wishes.language: alts.get(url) or goods.title}
            made = await media.record(tx, answer, name=name_of(url), alt=alt, now=now)
            assets[url] = made.id
    has = before.freight_template_id if before else None
    draft = drafted(
        goods,
        before,
        language=wishes.language,
        category_id=shelves.category_of(goods, before),
        brand_id=shelves.brand_of(goods, before),
        tags=shelves.tags_of(goods, before),
        freight_template_id=has or (wishes.freight if before is None or wishes.publish else None),
        asset=assets.get,
    )
    return _Plan(goods, before, draft, Outcome("unchanged" if before else "created"))


async def _save(tx: Tx, plan: _Plan, now: Instant) -> None:
    before = plan.before
    if before is not None and plan.same:
        product = before
    else:
        product_id, version = (before.id, before.version) if before else (None, None)
        try:
            product = await catalog.save_product(
                tx, plan.draft, product_id, version=version, actor=ACTOR, now=now
            )
        except (InvalidFields, CodeTaken) as problem:
            raise Refused(_of_draft(problem, plan.goods)) from problem
        plan.touch()
    plan.product = product
    by_values = {sku.values: sku.id for sku in product.skus}
    if plan.goods.variants:
        skus = zip(plan.draft.skus, plan.goods.variants, strict=True)
        plan.skus = {by_values[sku.values]: variant for sku, variant in skus}


def _of_draft(problem: InvalidFields | CodeTaken, goods: Goods) -> list[Reason]:
    """Say with its row what the catalogue has refused."""
    if isinstance(problem, CodeTaken):
        rows = [one.row for one in goods.variants if one.code == problem.sku_code]
        return [_because(rows[0] if rows else goods.row, problem)]
    reasons = list[Reason]()
    for error in problem.errors:
        kind, _, rest = error.path.partition(".")
        n = rest.partition(".")[0]
        of_variant = kind == "skus" and n.isdecimal() and int(n) < len(goods.variants)
        row = goods.variants[int(n)].row if of_variant else goods.row
        said = {tag: f"{error.path}: {text}" for tag, text in error.texts.items()}
        reasons.append(grave(row, "refused", zh=said["zh-CN"], en=said["en"]))
    return reasons


def _because(row: int, problem: Problem) -> Reason:
    return grave(row, "refused", zh=problem.text("zh-CN"), en=problem.text("en"))


def refusal_of(problem: Problem, goods: Goods) -> Reason:
    """Say why a room has refused a product."""
    return _because(goods.row, problem)


async def _set_prices(tx: Tx, plans: Sequence[_Plan], now: Instant) -> None:
    known = await pricing.prices(tx, [sku for plan in plans for sku in plan.skus])
    changed = list[Price]()
    for plan in plans:
        for sku_id, variant in plan.skus.items():
            price = _price(sku_id, variant, plan.goods.says, known.get(sku_id))
            if price is None:
                raise Refused([grave(variant.row, "price_missing")])
            if price != known.get(sku_id):
                changed.append(price)
                plan.touch()
    try:
        await pricing.set_prices(tx, changed, actor=ACTOR, now=now)
    except BadPrice as problem:
        raise Refused([_because(_row_of(plans, problem.sku_id), problem)]) from problem


def _price(
    sku_id: SkuId, variant: Variant, says: frozenset[str], known: Price | None
) -> Price | None:
    """Tell what a variant costs now; a row without price changes nothing. None: it has no price."""
    if variant.price_minor is None:
        return known
    if "compare_at" in says:
        return Price(sku_id, variant.price_minor, variant.compare_at_minor)
    kept = known.compare_at_minor if known else None
    still = kept if kept is not None and kept > variant.price_minor else None
    return Price(sku_id, variant.price_minor, still)


async def _count(
    tx: Tx, plans: Sequence[_Plan], shelves: Shelves, wishes: Wishes, now: Instant
) -> None:
    """Put the first stock of a variant on its shelf; later the shelf knows better than a file."""
    there = dict[SkuId, list[Stock]]()
    for row in await inventory.stock(tx, [sku for plan in plans for sku in plan.skus]):
        there.setdefault(row.sku_id, []).append(row)
    opening, anew = list[Count](), list[Count]()
    for plan in plans:
        for sku_id, variant in plan.skus.items():
            said = variant.quantity
            rows = there.get(sku_id, [])
            on_hand = sum(row.on_hand for row in rows)
            if said is None or said == on_hand:
                continue
            if rows and not wishes.stock:
                kept = note(variant.row, "stock_kept", there=on_hand, said=said)
                plan.outcome.reasons.append(kept)
                continue
            (anew if rows else opening).append(Count(sku_id, _place(shelves), said - on_hand))
            plan.touch()
    cause = ("import", new_uuid())  # commits with the products: never counted twice
    try:
        if opening:
            await inventory.count(tx, "receive", opening, cause=cause, note=_NOTE, now=now)
        if anew:
            await inventory.count(tx, "adjust", anew, cause=cause, note=_NOTE, now=now)
    except BelowZero as problem:
        raise Refused([_because(_row_of(plans, problem.sku_id), problem)]) from problem


def _place(shelves: Shelves) -> LocationId:
    """Choose the shelf: the one that online orders are served from first."""
    online = [one for one in shelves.locations if one.sells_online]
    return (online or shelves.locations)[0].id


def _row_of(plans: Sequence[_Plan], sku_id: SkuId) -> int:
    return next(plan.skus[sku_id].row for plan in plans if sku_id in plan.skus)


async def _move(tx: Tx, plan: _Plan, wishes: Wishes, now: Instant) -> None:
    """Archive or publish what the file says is; nothing becomes a draft again."""
    goods, product, reasons = plan.goods, plan.product, plan.outcome.reasons
    assert product is not None
    if goods.status == "archived":
        if product.state != "archived":
            await catalog.archive(tx, product.id, actor=ACTOR, now=now)
            plan.touch()
    elif goods.status == "draft" or not goods.published:
        if product.state == "published":
            reasons.append(note(goods.row, "still_published"))
    elif wishes.publish and product.state != "published":
        if product.freight_template_id is None or not any(sku.active for sku in product.skus):
            reasons.append(note(goods.row, "not_published"))
            return
        await catalog.publish(tx, product.id, actor=ACTOR, now=now)
        plan.touch()
