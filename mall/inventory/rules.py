"""Who gets the last one, and what moves when: plain functions over plain values (rules 4.19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from mall.kernel.i18n import Texts
from mall.kernel.ids import LocationId, OrderId, SkuId
from mall.kernel.problems import Conflict, Invalid

FEW = 10  # from this many down, shoppers are told the number
Kind = Literal["receive", "adjust", "allocate", "release", "ship", "return"]


type Shelves = Mapping[SkuId, Sequence[Stock]]  # each SKU's stock, the preferred location first


@dataclass(frozen=True, slots=True)
class Location:
    """A place with shelves. Online orders are served from the lowest ``priority`` first."""

    id: LocationId
    code: str
    title: Texts
    kind: Literal["warehouse", "store"]
    priority: int
    sells_online: bool


class Stock(msgspec.Struct, frozen=True):
    """The units of one SKU at one location."""

    sku_id: SkuId
    location_id: LocationId
    on_hand: int
    held: int  # promised to unpaid orders
    allocated: int  # promised to paid orders
    safety: int  # a floor for selling online, not for shipping what is sold

    @property
    def available(self) -> int:
        """Units that can still be promised; negative when safety eats more than there is."""
        return self.on_hand - self.held - self.allocated - self.safety


class Availability(msgspec.Struct, frozen=True):
    """What shoppers are told about one SKU."""

    sku_id: SkuId
    available: int  # never negative

    @property
    def label(self) -> Literal["plenty", "few", "none"]:
        """Say it in a word."""
        if self.available <= 0:
            return "none"
        return "few" if self.available <= FEW else "plenty"


class Want(msgspec.Struct, frozen=True):
    """Units that one order needs together: it gets all of them or none."""

    order_id: OrderId
    units: Mapping[SkuId, int]  # at least one SKU, at least one unit of each


class Held(msgspec.Struct, frozen=True):
    """The units are promised to the order; each SKU is served whole by one location."""

    want: Want
    places: Mapping[SkuId, LocationId]


@dataclass(eq=False)
class OutOfStock(Conflict):
    """Fewer units can be promised than one order needs. The first such SKU is named."""

    code: ClassVar[str] = "inventory.out_of_stock"
    texts: ClassVar[Texts] = {
        "zh-CN": "库存不足：您要 {asked} 件，现在只剩 {available} 件",
        "en": "Not enough stock: you asked for {asked}, {available} left",
    }
    sku_id: SkuId
    asked: int
    available: int


@dataclass(eq=False)
class BelowZero(Invalid):
    """An adjustment would leave fewer units than are already promised to orders."""

    code: ClassVar[str] = "inventory.below_promised"
    texts: ClassVar[Texts] = {
        "zh-CN": "调整后只剩 {on_hand} 件，少于已承诺给订单的 {promised} 件",
        "en": "That would leave {on_hand}, fewer than the {promised} already promised to orders",
    }
    sku_id: SkuId
    on_hand: int
    promised: int


@dataclass(eq=False)
class LocationTaken(Conflict):
    """Another location has that code."""

    code: ClassVar[str] = "inventory.location_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "地点编码 {location} 已被使用",
        "en": "The location code {location} is already in use",
    }
    location: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Units of one SKU at one location that one order has a right to."""

    order_id: OrderId
    sku_id: SkuId
    location_id: LocationId
    units: int
    stage: Literal["held", "allocated"]


class Change(msgspec.Struct, frozen=True):
    """What happens to one stock row; each number is added to the row's."""

    sku_id: SkuId
    location_id: LocationId
    on_hand: int = 0
    held: int = 0
    allocated: int = 0


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger. ``units`` is signed from the point of view of the shelf."""

    kind: Kind
    sku_id: SkuId
    location_id: LocationId
    units: int
    on_hand_after: int
    cause_kind: str  # "order", "parcel", "refund", "count", "import", ...
    cause_id: UUID
    note: str


def promisable(row: Sequence[Stock]) -> int:
    """Tell how many units of a SKU one location can promise; ``row``: its stock everywhere."""
    return max([0, *(stock.available for stock in row)])


def has_plenty(shelves: Shelves, units: Mapping[SkuId, int]) -> bool:
    """Tell whether every SKU has more than these units at one location."""
    return all(promisable(shelves.get(sku, ())) > asked for sku, asked in units.items())


def hold_in_turn(shelves: Shelves, wants: Sequence[Want]) -> list[Held | OutOfStock]:
    """Decide the wants one after another; a refusal takes nothing from those behind it.

    ``shelves`` lists each SKU's stock, the preferred location first. An order is served by the
    first location that has everything, else SKU by SKU.
    """
    left = {
        sku: {stock.location_id: stock.available for stock in row} for sku, row in shelves.items()
    }
    outcomes: list[Held | OutOfStock] = []
    for want in wants:
        places = _places(left, want)
        if isinstance(places, dict):
            for sku, place in places.items():
                left[sku][place] -= want.units[sku]
            outcomes.append(Held(want, places))
        else:
            outcomes.append(places)
    return outcomes


def _places(
    left: Mapping[SkuId, Mapping[LocationId, int]], want: Want
) -> dict[SkuId, LocationId] | OutOfStock:
    fits: dict[SkuId, list[LocationId]] = {}
    for sku, asked in want.units.items():
        there = left.get(sku) or {}
        fits[sku] = [place for place, units in there.items() if units >= asked]
        if not fits[sku]:
            return OutOfStock(sku, asked, max([0, *there.values()]))
    first, *others = fits.values()
    together = next((place for place in first if all(place in row for row in others)), None)
    return {sku: together or row[0] for sku, row in fits.items()}


def taken_back(holdings: Sequence[Holding], units: Mapping[SkuId, int] | None) -> list[Holding]:
    """Choose which holdings give back ``units`` (None: all of them).

    Never more than an order has: asking for more gives back what there is.
    """
    if units is None:
        return list(holdings)
    wanted, chosen = dict(units), list[Holding]()
    for holding in holdings:
        take = min(holding.units, wanted.get(holding.sku_id, 0))
        if take > 0:
            wanted[holding.sku_id] -= take
            chosen.append(
                Holding(holding.order_id, holding.sku_id, holding.location_id, take, holding.stage)
            )
    return chosen
