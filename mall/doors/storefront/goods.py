"""The page of one product, and choosing its variant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from mall import search
from mall.catalog import Option, Sku
from mall.doors.given import AnyRequest
from mall.doors.storefront import ld
from mall.doors.storefront.cards import cards_of, images_of
from mall.doors.storefront.filled import Filled, asked
from mall.doors.storefront.links import category_link, product_link
from mall.doors.storefront.pages import Frame, Page, page, public
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.kernel.ids import AssetId
from mall.kernel.problems import Nothing
from mall.media import Asset
from mall.search import Goods
from mall.tenants import Tenant

OPTION = "o-"  # before the code of an option, in addresses and forms
_MORE = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """The variant that the page shows."""

    price_minor: int | None
    was_minor: int | None
    words: str
    image: Asset | None
    label: str
    available: int | None


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value to pick; ``none``: with the other choices it cannot be had."""

    code: str
    title: str
    swatch: str
    chosen: bool
    none: bool


@dataclass(frozen=True, slots=True)
class ShownOption:
    """A choice to make."""

    field: str  # its name in forms
    code: str
    title: str
    chosen_title: str
    values: list[ShownValue]


@get("/p/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_product(
    request: AnyRequest, slug: str, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Show a product; the chosen values stand in the address as ``o-<option>=<value>``."""
    goods = await search.goods(read, slug)
    if goods is None:
        raise Nothing("product")
    frame = await public(request, read, tenant, language)
    sku = chosen_sku(goods, asked(request))
    return await product_page(read, frame, goods, sku)


async def product_page(
    read: Read,
    frame: Frame,
    goods: Goods,
    sku: Sku,
    *,
    quantity: str = "1",
    errors: Mapping[str, str] | None = None,
) -> Page:
    """Show a product with one of its variants chosen, and what is wrong with what was written."""
    product, say = goods.product, frame.say
    images = await images_of(read, [*product.gallery, *(one.image for one in product.skus)])
    gallery = _gallery(goods, images)
    canonical = product_link(product.slug)
    trail = [(frame.text(step.title), category_link(step.slug)) for step in goods.way]
    newest = await search.newest(read, goods.way[-1] if goods.way else None, limit=_MORE + 1)
    more = [hit for hit in newest if hit.product_id != product.id][:_MORE]
    stock = stock_words(frame, goods, sku)
    return page(
        "product.html",
        frame,
        status=422 if errors else 200,
        name=frame.text(product.title),
        subtitle=frame.text(product.subtitle),
        slug=product.slug,
        canonical=canonical,
        within=goods.way[0].slug if goods.way else "",
        back=trail[-1][1] if trail else "/categories",
        trail=[*trail, (frame.text(product.title), "")],
        description_short=frame.text(product.subtitle) or frame.text(product.title),
        gallery=gallery,
        product_ld=ld.product(frame, goods, gallery, canonical),
        crumbs_ld=ld.crumbs(frame, [*trail, (frame.text(product.title), canonical)]),
        chosen=_chosen(frame, goods, sku, images),
        stock_words=stock,
        labels=[(code, frame.text(title)) for code, title in goods.tags],
        options=[_option(frame, goods, sku, n, option) for n, option in enumerate(product.options)],
        quantity=quantity,
        errors=errors or {},
        parameters=[
            *([(say("品牌"), frame.text(goods.brand.title))] if goods.brand else []),
            *((frame.text(one.title), frame.text(one.text)) for one in goods.parameters),
        ],
        description=Markup(frame.text(product.description)),  # noqa: S704 - cleaned when stored
        more=await cards_of(read, frame, more),
        variants=ld.embedded(_variants(frame, goods, gallery)),
    )


def chosen_sku(goods: Goods, given: Filled) -> Sku:
    """Find the variant that was asked for; else the first that can be had, else any.

    Values that were asked for win over what can be had.
    """
    wanted = [given.text(OPTION + option.code) for option in goods.product.options]
    priced = [one for one in goods.product.skus if one.id in goods.prices]

    def fitness(sku: Sku) -> tuple[int, bool]:
        same = sum(
            bool(value) and value == own for value, own in zip(wanted, sku.values, strict=False)
        )
        return same, left_of(goods, sku) > 0

    return max(priced, key=fitness)


def exact_sku(goods: Goods, given: Filled) -> Sku | None:
    """Find the variant whose every value was given; None: a choice is missing or does not exist."""
    wanted = tuple(given.text(OPTION + option.code) for option in goods.product.options)
    found = (one for one in goods.product.skus if one.values == wanted and one.id in goods.prices)
    return next(found, None)


def missing_choices(goods: Goods, given: Filled) -> list[str]:
    """Name the fields of the options of which no value, or none that exists, was given."""
    return [
        OPTION + option.code
        for option in goods.product.options
        if given.text(OPTION + option.code) not in {value.code for value in option.values}
    ]


def left_of(goods: Goods, sku: Sku) -> int:
    """Tell how many units of a variant can be ordered."""
    known = goods.availability.get(sku.id)
    return known.available if known and sku.id in goods.prices else 0


def stock_words(frame: Frame, goods: Goods, sku: Sku) -> str:
    """Say honestly how much there is."""
    known = goods.availability.get(sku.id)
    if known is None or known.label == "none":
        return frame.say("无货")
    if known.label == "few":
        return frame.say("仅剩 {left} 件", left=known.available)
    return frame.say("库存充足")


def _gallery(goods: Goods, images: Mapping[AssetId, Asset]) -> list[Asset]:
    ids = [*goods.product.gallery, *(sku.image for sku in goods.product.skus)]
    return [images[one] for one in dict.fromkeys(ids) if one is not None and one in images]


def _chosen(frame: Frame, goods: Goods, sku: Sku, images: Mapping[AssetId, Asset]) -> Chosen:
    price, known = goods.prices.get(sku.id), goods.availability.get(sku.id)
    own = sku.image or next(iter(goods.product.gallery), None)
    return Chosen(
        price.price_minor if price else None,
        price.compare_at_minor if price else None,
        " / ".join(frame.text(title) for title in sku.titles),
        images.get(own) if own else None,
        known.label if known and price else "none",
        known.available if known else 0,
    )


def _option(frame: Frame, goods: Goods, sku: Sku, n: int, option: Option) -> ShownOption:
    def can_be_had(value: str) -> bool:
        tried = (*sku.values[:n], value, *sku.values[n + 1 :])
        return any(one.values == tried and left_of(goods, one) > 0 for one in goods.product.skus)

    values = [
        ShownValue(
            value.code,
            frame.text(value.title),
            value.swatch,
            value.code == sku.values[n],
            not can_be_had(value.code),
        )
        for value in option.values
    ]
    chosen = next((value.title for value in values if value.chosen), "")
    return ShownOption(OPTION + option.code, option.code, frame.text(option.title), chosen, values)


def _variants(frame: Frame, goods: Goods, gallery: Sequence[Asset]) -> dict[str, Any]:
    """Tell the script what it needs to answer a choice at once."""
    places = {image.id: n for n, image in enumerate(gallery)}
    say = frame.say
    skus = [
        {
            "v": sku.values,
            "p": goods.prices[sku.id].price_minor,
            "w": goods.prices[sku.id].compare_at_minor or 0,
            "a": left_of(goods, sku),
            "l": goods.availability[sku.id].label if sku.id in goods.availability else "none",
            "s": stock_words(frame, goods, sku),
            "i": places.get(sku.image, -1) if sku.image else -1,
        }
        for sku in goods.product.skus
        if sku.id in goods.prices
    ]
    return {
        "sign": say.sign,
        "digits": say.digits,
        "saves": say("省 {amount}", amount="%"),
        "none": say("这个组合暂时没有"),
        "choose": say("请选择规格"),
        "skus": skus if goods.product.options else [],
    }


HANDLERS: Sequence[HTTPRouteHandler] = (show_product,)
