"""Goods for tests: a small shelf, and products to put on it."""

from dataclasses import dataclass, replace
from typing import Any

from mall.catalog import (
    Attribute,
    Brand,
    Category,
    Choice,
    Draft,
    DraftSku,
    Option,
    OptionValue,
    put_attribute,
    put_brand,
    put_category,
    put_tags,
)
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Tx
from mall.kernel.ids import (
    AttributeId,
    BrandId,
    CategoryId,
    FreightTemplateId,
    new_uuid,
)
from mall.kernel.time import Instant


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


@dataclass(frozen=True)
class Shelf:
    clothing: Category
    coats: Category
    brand: Brand
    material: Attribute
    freight: FreightTemplateId


async def fill_shelf(tx: Tx, now: Instant) -> Shelf:
    clothing = Category(CategoryId(new_uuid()), None, "clothing", both("服装", "Clothing"), None, 0)
    coats = Category(CategoryId(new_uuid()), clothing.id, "coats", both("外套", "Coats"), None, 0)
    brand = Brand(BrandId(new_uuid()), "shanye", both("山野", "Shanye"))
    choices = (Choice("wool", both("羊毛", "Wool")), Choice("linen", both("麻", "Linen")))
    material = Attribute(
        AttributeId(new_uuid()),
        "material",
        both("面料", "Fabric"),
        "choice",
        None,
        choices,
        True,
        (clothing.id,),
    )
    for category in (clothing, coats):
        await put_category(tx, category, actor=SYSTEM, now=now)
    await put_brand(tx, brand, actor=SYSTEM, now=now)
    await put_attribute(tx, material, actor=SYSTEM, now=now)
    await put_tags(tx, [Choice("commute", both("通勤款", "Commuter"))], actor=SYSTEM, now=now)
    return Shelf(clothing, coats, brand, material, FreightTemplateId(new_uuid()))


COLOURS = Option(
    "colour",
    both("颜色", "Colour"),
    (
        OptionValue("black", both("黑", "Black"), "#111111"),
        OptionValue("oat", both("燕麦", "Oat"), "#e3d8c3"),
    ),
)


def coat(shelf: Shelf, **changes: Any) -> Draft:
    draft = Draft(
        slug="wool-coat",
        title=both("双面羊毛大衣", "Wool coat"),
        category_id=shelf.coats.id,
        skus=(
            DraftSku(("black",), "COAT-1", weight_grams=900),
            DraftSku(("oat",), "COAT-2", weight_grams=900),
        ),
        subtitle=both("轻而暖", "Light and warm"),
        description=both("<p>羊毛</p>", "<p>Wool</p>"),
        brand_id=shelf.brand.id,
        tags=("commute",),
        attributes={"material": "wool"},
        options=(COLOURS,),
        gallery=(),
        freight_template_id=shelf.freight,
    )
    return replace(draft, **changes)
