"""The cart over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Meta, Struct, UnsetType

from mall.cart import actions, queries
from mall.cart.rules import CartView, ShownLine
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, ProductId, SkuId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.members import Shopper

type Units = Annotated[int, Meta(ge=1, le=999)]


class AddToCart(Struct, forbid_unknown_fields=True):
    """Units of a SKU to be put aside."""

    sku_id: SkuId
    quantity: Units = 1


class ChangeCartLine(Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    quantity: Units | UnsetType = UNSET
    selected: bool | UnsetType = UNSET


class ChooseLines(Struct, forbid_unknown_fields=True):
    """Tick or untick lines; ``sku_ids`` null: all of them."""

    selected: bool
    sku_ids: Annotated[list[SkuId], Meta(max_length=120)] | None = None


class CartLineShown(Struct):
    """A line as things stand now; ``price_change_minor`` is since it was put in."""

    sku_id: SkuId
    product_id: ProductId
    slug: str
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    selected: bool
    price_minor: int
    compare_at_minor: int | None
    seen_price_minor: int
    price_change_minor: int
    total_minor: int
    available: int
    state: Literal["ok", "too_many", "sold_out", "gone"]


class CartShown(Struct):
    """The cart; ``goods_minor`` counts what is ticked and can be bought (``chosen``)."""

    lines: list[CartLineShown]
    chosen: list[SkuId]
    units: int
    goods_minor: int


@get("/cart", opt={"access": "shopper"})
async def show_cart(read: Read, shopper: Shopper) -> CartShown:
    """Show the cart; changes of price and stock stand at the lines."""
    return _shown(await queries.cart_view(read, shopper.id))


@post("/cart/lines", status_code=201, opt={"access": "shopper"})
async def add_line(data: AddToCart, tx: Tx, shopper: Shopper, now: Instant) -> CartShown:
    """Put units into the cart, on top of what is there."""
    await actions.add(tx, shopper.id, data.sku_id, data.quantity, now=now)
    return _shown(await queries.cart_view(tx, shopper.id))


@patch("/cart/lines/{sku_id:uuid}", opt={"access": "shopper"})
async def change_line(sku_id: UUID, data: ChangeCartLine, tx: Tx, shopper: Shopper) -> CartShown:
    """Change units or tick of a line; new units agree to the present price."""
    if all(line.sku_id != sku_id for line in await queries.cart(tx, shopper.id)):
        raise Nothing("cart line")
    if data.quantity is not UNSET:
        await actions.set_quantity(tx, shopper.id, SkuId(sku_id), data.quantity)
    if data.selected is not UNSET:
        await actions.choose(tx, shopper.id, [SkuId(sku_id)], selected=data.selected)
    return _shown(await queries.cart_view(tx, shopper.id))


@delete("/cart/lines/{sku_id:uuid}", status_code=204, opt={"access": "shopper"})
async def remove_line(sku_id: UUID, tx: Tx, shopper: Shopper) -> None:
    """Take a line out; one that is not there changes nothing."""
    await actions.remove(tx, shopper.id, [SkuId(sku_id)])


@post("/cart/selection", status_code=200, opt={"access": "shopper"})
async def choose_lines(data: ChooseLines, tx: Tx, shopper: Shopper) -> CartShown:
    """Tick or untick lines; those that are not there change nothing."""
    await actions.choose(tx, shopper.id, data.sku_ids, selected=data.selected)
    return _shown(await queries.cart_view(tx, shopper.id))


def _shown(view: CartView) -> CartShown:
    chosen = [line.sku_id for line in view.chosen]
    return CartShown([_line(line) for line in view.lines], chosen, view.units, view.goods_minor)


def _line(line: ShownLine) -> CartLineShown:
    return CartLineShown(
        line.sku_id,
        line.product_id,
        line.slug,
        line.title,
        line.options,
        line.image,
        line.quantity,
        line.selected,
        line.price_minor,
        line.compare_at_minor,
        line.seen_price_minor,
        line.price_change_minor,
        line.total_minor,
        line.available,
        line.state,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_cart,
    add_line,
    change_line,
    remove_line,
    choose_lines,
)
