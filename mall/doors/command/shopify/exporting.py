"""The way back: the products of a mall as a file that Shopify, and this mall, can read.

Everything is read from one moment of the database, a page at a time.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TextIO

from mall import catalog, inventory, media, pricing
from mall.catalog import Filter, Product, Sku
from mall.doors.command.shopify.rules.cells import major_of
from mall.doors.command.shopify.rules.columns import NAMES
from mall.doors.command.shopify.rules.merging import option_label, value_label
from mall.doors.command.shopify.shelving import Shelves, shelves, tag_label
from mall.kernel.db import Read
from mall.kernel.i18n import pick
from mall.kernel.ids import AssetId, SkuId
from mall.media import Asset
from mall.pricing import Price

_AT_ONCE = 100  # products
_HEADER = [names[0] for column, names in NAMES.items() if column != "category"]
_STATUS = {"published": "active", "draft": "draft", "archived": "archived"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How the file is written."""

    language: str
    digits: int  # decimals of the mall's currency
    address: str  # of the mall, for pictures: "https://www.example.com"


@dataclass(frozen=True, slots=True)
class _Facts:
    shelves: Shelves
    assets: Mapping[AssetId, Asset]
    prices: Mapping[SkuId, Price]
    on_hand: Mapping[SkuId, int]
    terms: Terms


async def export(read: Read, file: TextIO, terms: Terms, told: Callable[[int], None]) -> int:
    """Write every product, the last changed first; give their number."""
    there = await shelves(read, terms.language)
    out = csv.DictWriter(file, _HEADER, restval="", lineterminator="\n")
    out.writeheader()
    cursor, done = None, 0
    while True:
        page = await catalog.list_products(read, Filter(), cursor=cursor, limit=_AT_ONCE)
        facts = await _facts(read, page.items, there, terms)
        for product in page.items:
            out.writerows(_named(row) for row in rows_of(product, facts))
        done += len(page.items)
        told(done)
        if (cursor := page.next_cursor) is None:
            return done


async def _facts(read: Read, products: Sequence[Product], there: Shelves, terms: Terms) -> _Facts:
    skus = [sku for product in products for sku in product.skus]
    pictures = [one for product in products for one in product.gallery]
    pictures += [sku.image for sku in skus if sku.image]
    on_hand = dict[SkuId, int]()
    for stock in await inventory.stock(read, [sku.id for sku in skus]):
        on_hand[stock.sku_id] = on_hand.get(stock.sku_id, 0) + stock.on_hand
    return _Facts(
        there,
        await media.assets(read, pictures),
        await pricing.prices(read, [sku.id for sku in skus]),
        on_hand,
        terms,
    )


def rows_of(product: Product, facts: _Facts) -> Iterator[dict[str, str]]:
    """Write a product in rows by column: its own facts, its variants, its pictures."""
    selling = [sku for sku in product.skus if sku.active]
    pictures = [facts.assets[one] for one in product.gallery if one in facts.assets]
    first = True
    for place, (sku, picture) in enumerate(zip_longest(selling, pictures), 1):
        row = {"handle": product.slug}
        if first:
            row |= _of_product(product, facts)
        if sku is not None:
            row |= _of_variant(product, sku, facts, names=first)
        if picture is not None:
            row |= _of_picture(picture, place, facts.terms)
        first = False
        yield row
    if first:  # nothing to sell, nothing to see
        yield {"handle": product.slug, **_of_product(product, facts)}


def _of_product(product: Product, facts: _Facts) -> dict[str, str]:
    there, language = facts.shelves, facts.terms.language
    category = there.categories.get(product.category_id)
    brand = there.brands.get(product.brand_id) if product.brand_id else None
    return {
        "title": pick(product.title, language),
        "body": pick(product.description, language),
        "vendor": pick(brand.title, language) if brand else "",
        "type": pick(category.title, language) if category else "",
        "tags": ", ".join(tag_label(there.tags, tag, language) for tag in product.tags),
        "published": "true" if product.state == "published" else "false",
        "gift_card": "false",
        "status": _STATUS[product.state],
    }


def _of_variant(product: Product, sku: Sku, facts: _Facts, *, names: bool) -> dict[str, str]:
    language, digits = facts.terms.language, facts.terms.digits
    row = {"option1_value": "Default Title"} if not product.options else dict[str, str]()
    if names and not product.options:
        row["option1_name"] = "Title"
    for n, (option, code) in enumerate(zip(product.options, sku.values, strict=True), 1):
        value = next(one for one in option.values if one.code == code)
        row[f"option{n}_value"] = value_label(value, option, language)
        if names:
            row[f"option{n}_name"] = option_label(option, product.options, language)
    price, image = facts.prices.get(sku.id), facts.assets.get(sku.image) if sku.image else None
    compare_at = price.compare_at_minor if price else None
    return row | {
        "sku": sku.code,
        "grams": str(sku.weight_grams),
        "tracker": "shopify",
        "quantity": str(facts.on_hand[sku.id]) if sku.id in facts.on_hand else "",
        "policy": "deny",
        "fulfilment": "manual",
        "price": major_of(price.price_minor, digits) if price else "",
        "compare_at": "" if compare_at is None else major_of(compare_at, digits),
        "shipping": "true",
        "taxable": "true",
        "barcode": sku.barcode,
        "variant_image": _address(image, facts.terms) if image else "",
        "weight_unit": "g",
    }


def _of_picture(picture: Asset, place: int, terms: Terms) -> dict[str, str]:
    return {
        "image": _address(picture, terms),
        "image_position": str(place),
        "image_alt": pick(picture.alt, terms.language),
    }


def _address(picture: Asset, terms: Terms) -> str:
    return f"{terms.address}{media.address(picture, picture.widths[-1])}"


def _named(row: Mapping[str, str]) -> dict[str, str]:
    return {NAMES[column][0]: cell for column, cell in row.items()}
