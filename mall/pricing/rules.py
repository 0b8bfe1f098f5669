"""What one unit costs before any promotion."""

from dataclasses import dataclass
from typing import ClassVar

from mall.kernel.i18n import Texts
from mall.kernel.ids import SkuId
from mall.kernel.problems import Invalid

MOST_MINOR = 10_000_000_00  # ten million yuan: beyond it a slip of the keyboard is likelier


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit of a SKU, in minor units of the mall's currency."""

    sku_id: SkuId
    price_minor: int
    compare_at_minor: int | None  # a higher former price shown struck through; None: not shown


@dataclass(eq=False)
class BadPrice(Invalid):
    """A price that cannot be meant."""

    code: ClassVar[str] = "pricing.bad_price"
    texts: ClassVar[Texts] = {
        "zh-CN": "价格应在 0 到 1000 万元之间，划线价应高于售价",
        "en": "A price lies between 0 and 10 million, a compare-at price above the price",
    }
    sku_id: SkuId


def checked(price: Price) -> Price:
    """Give the price back if it can be meant. Raises BadPrice."""
    if not 0 <= price.price_minor <= MOST_MINOR:
        raise BadPrice(price.sku_id)
    compare = price.compare_at_minor
    if compare is not None and not price.price_minor < compare <= MOST_MINOR:
        raise BadPrice(price.sku_id)
    return price
