"""What machines read of a page: schema.org as JSON-LD."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from mall.doors.storefront.pages import Frame
from mall.doors.storefront.pictures import seen_address
from mall.media import Asset
from mall.search import Goods


def embedded(value: Any) -> Markup:
    """Write a value as JSON that can stand inside a script element."""
    text = msgspec.json.encode(value).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def crumbs(frame: Frame, steps: Sequence[tuple[str, str]]) -> Markup:
    """Write the way from the first page to this one."""
    way = [(frame.text(frame.tenant.name), "/"), *steps]
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": f"{frame.origin}{href}"}
        for n, (name, href) in enumerate(way, 1)
    ]
    return embedded(
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": items,
        }
    )


def product(frame: Frame, goods: Goods, gallery: Sequence[Asset], canonical: str) -> Markup:
    """Write a product with one offer per variant that has a price."""
    found, say = goods.product, frame.say
    url = f"{frame.origin}{canonical}"
    offers: list[Mapping[str, Any]] = [
        {
            "@type": "Offer",
            "sku": sku.code,
            "price": say.decimal(goods.prices[sku.id].price_minor),
            "priceCurrency": frame.tenant.currency,
            "availability": "https://schema.org/"
            + ("InStock" if goods.availability[sku.id].available > 0 else "OutOfStock"),
            "url": url,
        }
        for sku in found.skus
        if sku.id in goods.prices and sku.id in goods.availability
    ]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": say.text(found.title),
        "description": say.text(found.subtitle) or say.text(found.title),
        "url": url,
        "image": [f"{frame.origin}{seen_address(image)}" for image in gallery],
        "offers": offers,
    }
    if goods.brand is not None:
        told["brand"] = {"@type": "Brand", "name": say.text(goods.brand.title)}
    return embedded(told)
