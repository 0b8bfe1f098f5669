"""The columns of the file, by the names that Shopify gave them in the past and gives them today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mall.doors.trouble import Trouble

OPTIONS = (1, 2, 3)
NAMES: Mapping[str, tuple[str, ...]] = {  # the first is the one that we write
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description"),
    "vendor": ("Vendor",),
    "category": ("Product Category", "Standardized Product Type"),
    "type": ("Type", "Custom Product Type"),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "option1_name": ("Option1 Name",),
    "option1_value": ("Option1 Value",),
    "option2_name": ("Option2 Name",),
    "option2_value": ("Option2 Value",),
    "option3_name": ("Option3 Name",),
    "option3_value": ("Option3 Value",),
    "sku": ("Variant SKU", "SKU"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
    "fulfilment": ("Variant Fulfillment Service", "Fulfillment service"),
    "price": ("Variant Price", "Price"),
    "compare_at": ("Variant Compare At Price", "Compare-at price"),
    "shipping": ("Variant Requires Shipping", "Requires shipping"),
    "taxable": ("Variant Taxable", "Charge tax"),
    "barcode": ("Variant Barcode", "Barcode"),
    "image": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "gift_card": ("Gift Card",),
    "variant_image": ("Variant Image", "Variant image URL"),
    "weight_unit": ("Variant Weight Unit", "Weight unit for display"),
    "status": ("Status",),
}
_REQUIRED = ("handle", "title", "price")
_NOT_TAKEN = {"fulfilment", "shipping", "taxable"}  # a mall decides these on its own
_BY_NAME = {name.casefold(): column for column, names in NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand in one file."""

    places: Mapping[str, int]
    width: int
    left_out: tuple[str, ...]  # names of columns that the mall has no use for

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Take a row apart by column, without the blanks around the cells."""
        return {column: row[place].strip() for column, place in self.places.items()}


def header_of(row: Sequence[str]) -> Header:
    """Read the first row. Raises Trouble when this is no product export."""
    places, left_out = dict[str, int](), list[str]()
    for place, name in enumerate(row):
        column = _BY_NAME.get(name.strip().casefold())
        if column is not None and column not in _NOT_TAKEN:
            places.setdefault(column, place)
        elif column is None and name.strip():
            left_out.append(name.strip())
    missing = "、".join(NAMES[column][0] for column in _REQUIRED if column not in places)
    if missing:
        raise Trouble(
            f"这不是 Shopify 的商品 CSV(UTF-8 编码、逗号分隔):第一行缺少 {missing} 列。",
            "This is no product CSV of Shopify (UTF-8, commas): its first row lacks "
            f"{missing.replace('、', ', ')}.",
        )
    return Header(places, len(row), tuple(left_out))
