"""What a cart may hold, and what it has to say before anything is bought."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, ProductId, SkuId
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant

UNITS_AT_MOST = 999
LINES_AT_MOST = 120


@dataclass(frozen=True, slots=True)
class CartLine:
    """Units of one SKU that a shopper has put aside."""

    sku_id: SkuId
    quantity: int
    selected: bool
    seen_price_minor: int  # when it was put in or last agreed to
    added_at: Instant


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A cart line as a shopper sees it now."""

    sku_id: SkuId
    product_id: ProductId
    slug: str
    title: Texts
    options: Texts  # the chosen variant in words; {} when there is nothing to choose
    image: AssetId | None
    quantity: int
    selected: bool
    price_minor: int
    compare_at_minor: int | None
    seen_price_minor: int
    available: int
    state: Literal["ok", "too_many", "sold_out", "gone"]

    @property
    def buyable(self) -> bool:
        """Tell whether it can be part of an order as it stands."""
        return self.state == "ok"

    @property
    def total_minor(self) -> int:
        """What the line costs now."""
        return self.price_minor * self.quantity

    @property
    def price_change_minor(self) -> int:
        """What one unit costs more (or less: negative) than when it was put in."""
        return self.price_minor - self.seen_price_minor


@dataclass(frozen=True, slots=True)
class CartView:
    """A whole cart as a shopper sees it now; only selected lines that can be bought count."""

    lines: tuple[ShownLine, ...]

    @property
    def chosen(self) -> list[ShownLine]:
        """List the lines that checkout would take."""
        return [line for line in self.lines if line.selected and line.buyable]

    @property
    def goods_minor(self) -> int:
        """Add up what is chosen."""
        return sum(line.total_minor for line in self.chosen)

    @property
    def units(self) -> int:
        """Count the units of all lines, for the badge."""
        return sum(line.quantity for line in self.lines)


@dataclass(eq=False)
class CartFull(Conflict):
    """One more line than a cart holds."""

    code: ClassVar[str] = "cart.full"
    texts: ClassVar[Texts] = {
        "zh-CN": "购物车最多放 {most} 种商品，请先清理",
        "en": "A cart holds {most} different items; please remove some first",
    }
    most: int


@dataclass(eq=False)
class NotForSale(Invalid):
    """A SKU that cannot be put into a cart."""

    code: ClassVar[str] = "cart.not_for_sale"
    texts: ClassVar[Texts] = {
        "zh-CN": "该商品已下架或不存在",
        "en": "This item is not for sale",
    }
    sku_id: SkuId


def state_of(
    quantity: int, available: int, *, sellable: bool
) -> Literal["ok", "too_many", "sold_out", "gone"]:
    """Say in a word whether so many can be bought."""
    if not sellable:
        return "gone"
    if available <= 0:
        return "sold_out"
    return "ok" if quantity <= available else "too_many"


def capped(quantity: int) -> int:
    """Bring a quantity into what a line may hold."""
    return min(max(quantity, 1), UNITS_AT_MOST)
