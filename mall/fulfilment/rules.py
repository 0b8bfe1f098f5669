"""Freight arithmetic (rules 4.16) and what a parcel may hold: plain functions, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from mall.kernel.i18n import Texts
from mall.kernel.ids import FreightTemplateId, ParcelId, SkuId
from mall.kernel.money import share_out
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant

type Measure = Literal["pieces", "weight"]


class Tariff(msgspec.Struct, frozen=True):
    """What a region costs: the first units, then each started step."""

    regions: tuple[str, ...]  # GB/T 2260 prefixes, "44" or "4403"; empty: everywhere else
    first_units: int  # pieces, or grams
    first_fee_minor: int
    step_units: int
    step_fee_minor: int
    delivers: bool = True  # False: nothing is sent there
    free_from_pieces: int = 0  # 0: no such rule
    free_from_minor: int = 0  # 0: no such rule; both: both must be reached


class FreightTemplate(msgspec.Struct, frozen=True):
    """How goods of one kind are charged for delivery."""

    id: FreightTemplateId
    title: dict[str, str]
    measure: Measure
    tariffs: tuple[Tariff, ...]


class FreightLine(msgspec.Struct, frozen=True):
    """What freight depends on, for one line of a basket."""

    template_id: FreightTemplateId | None
    quantity: int
    weight_grams: int  # of the whole line
    amount_minor: int  # of the whole line, after discounts


class Freight(msgspec.Struct, frozen=True):
    """What delivery costs, shared over the lines in their order."""

    shares_minor: list[int]

    @property
    def total_minor(self) -> int:
        """Add the shares up."""
        return sum(self.shares_minor)


@dataclass(eq=False)
class NoDelivery(Conflict):
    """Something in the basket is not delivered to that region."""

    code: ClassVar[str] = "fulfilment.no_delivery"
    texts: ClassVar[Texts] = {
        "zh-CN": "有商品暂不支持配送到该地区，请更换地址或移除商品",
        "en": "An item is not delivered there; change the address or remove the item",
    }
    position: int  # of the line, from 0


@dataclass(eq=False)
class NoTemplate(Conflict):
    """A line without a way to be charged: refused, never sent for free by accident."""

    code: ClassVar[str] = "fulfilment.no_template"
    texts: ClassVar[Texts] = {
        "zh-CN": "有商品还没有设置运费，请联系客服",
        "en": "An item has no freight set yet; please contact the mall",
    }
    position: int


@dataclass(eq=False)
class BadTariff(Invalid):
    """A freight template that cannot be meant."""

    code: ClassVar[str] = "fulfilment.bad_tariff"
    texts: ClassVar[Texts] = {
        "zh-CN": "运费模板需要一条适用于其余全部地区的规则，首件与续件须大于 0",
        "en": "A template needs a rule for everywhere else, with first and step above 0",
    }


@dataclass(eq=False)
class BadTracking(Invalid):
    """A tracking number that this carrier does not give out."""

    code: ClassVar[str] = "fulfilment.bad_tracking"
    texts: ClassVar[Texts] = {
        "zh-CN": "运单号格式与所选快递公司不符",
        "en": "This is not a tracking number of that carrier",
    }
    carrier: str
    tracking_no: str


@dataclass(eq=False)
class TrackingTaken(Conflict):
    """Another parcel of the same order has that number."""

    code: ClassVar[str] = "fulfilment.tracking_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "该订单已有包裹使用运单号 {tracking_no}",
        "en": "Another parcel of this order has the number {tracking_no}",
    }
    tracking_no: str


@dataclass(eq=False)
class UnknownCarrier(Invalid):
    """No carrier has that code."""

    code: ClassVar[str] = "fulfilment.unknown_carrier"
    texts: ClassVar[Texts] = {"zh-CN": "没有这家快递公司", "en": "There is no such carrier"}
    carrier: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods on their way."""

    id: ParcelId
    carrier: str
    tracking_no: str
    lines: Mapping[int, int]  # line number of the order to units
    shipped_at: Instant


@dataclass(frozen=True, slots=True)
class Carrier:
    """A company that carries parcels."""

    titles: Texts
    pattern: str  # what its tracking numbers look like, as a regular expression
    link: str  # where a person follows a parcel; "{no}" is its number; "": nowhere


def charge(
    templates: Mapping[FreightTemplateId, FreightTemplate],
    lines: Sequence[FreightLine],
    region: str,
) -> Freight:
    """Say what delivery to ``region`` (six digits, GB/T 2260) costs, shared over the lines.

    Lines of one template are measured together; several templates add up. Inside a template the
    charge is shared by its own measure. Raises NoTemplate, NoDelivery.
    """
    groups = dict[FreightTemplateId | None, list[int]]()
    for position, line in enumerate(lines):
        groups.setdefault(line.template_id, []).append(position)
    shares = [0] * len(lines)
    for template_id, positions in groups.items():
        template = None if template_id is None else templates.get(template_id)
        if template is None:
            raise NoTemplate(positions[0])
        tariff = tariff_for(template, region)
        if tariff is None or not tariff.delivers:
            raise NoDelivery(positions[0])
        theirs = [lines[position] for position in positions]
        weights = [_measured(template.measure, line) for line in theirs]
        fee = _fee(tariff, theirs, sum(weights))
        if len(positions) == 1:  # nothing is shared
            shares[positions[0]] = fee
            continue
        fair = weights if any(weights) else [line.quantity for line in theirs]
        scaled = [weight * fee for weight in fair]  # a share may exceed the grams of its line
        for position, share in zip(positions, share_out(fee, scaled), strict=True):
            shares[position] = share
    return Freight(shares)


def tariff_for(template: FreightTemplate, region: str) -> Tariff | None:
    """Find the tariff of a region: the longest matching prefix, else the one for elsewhere."""
    best: tuple[int, Tariff] | None = None
    for tariff in template.tariffs:
        for prefix in tariff.regions or ("",):
            if region.startswith(prefix) and (best is None or len(prefix) > best[0]):
                best = (len(prefix), tariff)
    return best[1] if best else None


def checked(template: FreightTemplate) -> FreightTemplate:
    """Give a template back if it can be meant. Raises BadTariff."""
    elsewhere = sum(not tariff.regions for tariff in template.tariffs)
    sane = all(
        t.first_units > 0 and t.step_units > 0 and t.first_fee_minor >= 0 and t.step_fee_minor >= 0
        for t in template.tariffs
    )
    if elsewhere != 1 or not sane:
        raise BadTariff
    return template


def _measured(measure: Measure, line: FreightLine) -> int:
    return line.quantity if measure == "pieces" else line.weight_grams


def _fee(tariff: Tariff, lines: Sequence[FreightLine], measured: int) -> int:
    pieces, amount = tariff.free_from_pieces, tariff.free_from_minor
    if (
        (pieces > 0 or amount > 0)
        and (pieces <= 0 or sum(line.quantity for line in lines) >= pieces)
        and (amount <= 0 or sum(line.amount_minor for line in lines) >= amount)
    ):
        return 0
    beyond = max(measured - tariff.first_units, 0)
    return tariff.first_fee_minor + -(-beyond // tariff.step_units) * tariff.step_fee_minor


def units_by_sku(lines: Mapping[int, int], skus: Mapping[int, SkuId]) -> dict[SkuId, int]:
    """Add up the units of a parcel per SKU."""
    units = dict[SkuId, int]()
    for line_no, quantity in lines.items():
        units[skus[line_no]] = units.get(skus[line_no], 0) + quantity
    return units
