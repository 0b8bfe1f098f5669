"""What the rows of a product say about its variants."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mall.doors.command.shopify.rules import cells
from mall.doors.command.shopify.rules.cells import Said
from mall.doors.command.shopify.rules.columns import NAMES, OPTIONS
from mall.doors.command.shopify.rules.rows import Row

UNITS_AT_MOST = 100_000_000
GRAMS_AT_MOST = 10_000_000
BARCODE_AT_MOST = 80
CODE_AT_MOST = 80
_DAMAGED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)  # 6.97E+12
_OF_A_VARIANT = ("option1_value", "option2_value", "option3_value", "sku", "price")
_NO_CHOICE = (["title"], ["default title"])  # how Shopify writes a product without options


@dataclass(frozen=True, slots=True)
class Variant:
    """One row that is sold. None: the row does not say."""

    row: int
    values: tuple[str, ...]  # one per option of the product
    code: str  # "": the mall makes one
    barcode: str
    grams: int | None
    price_minor: int | None
    compare_at_minor: int | None
    quantity: int | None
    picture: str  # an address, or ""


def variants_of(rows: Sequence[Row], said: Said) -> tuple[tuple[str, ...], tuple[Variant, ...]]:
    """Read the names of the options, and the variants."""
    names = _option_names(rows, said)
    variants, seen = list[Variant](), dict[tuple[str, ...], int]()
    for row in rows:
        if not any(row.cells.get(column) for column in _OF_A_VARIANT):
            if not any(row.cells.get(column) for column in ("title", "image", "variant_image")):
                said.note(row, "nothing_said")
            continue
        variant = _variant(row, names, said)
        first = seen.setdefault(variant.values, row.number)
        if first != row.number:
            said.grave(row, "variant_twice", first=first)
        variants.append(variant)
    titles = tuple(names.values())
    if (
        len(variants) == 1
        and (
            [title.casefold() for title in titles],
            [value.casefold() for value in variants[0].values],
        )
        == _NO_CHOICE
    ):
        return (), (replace(variants[0], values=()),)
    return titles, tuple(variants)


def _option_names(rows: Sequence[Row], said: Said) -> dict[int, str]:
    names = dict[int, str]()
    for n in OPTIONS:
        column = f"option{n}_name"
        row = next((row for row in rows if row.cells.get(column)), None)
        if row is None:
            continue
        name = cells.name(row, column, said)
        if name in names.values():
            said.grave(row, "option_name_twice", value=name)
        names[n] = name
    return names


def _variant(row: Row, names: Mapping[int, str], said: Said) -> Variant:
    for n in OPTIONS:
        value = row.cells.get(f"option{n}_value", "")
        if value and n not in names:
            said.grave(row, "option_name_missing", value=value, n=n)
        if not value and n in names:
            said.grave(row, "option_value_missing", value=names[n])
    price, compare_at = cells.amount(row, "price", said), cells.amount(row, "compare_at", said)
    if price is not None and compare_at is not None and compare_at <= price:
        if compare_at > 0:
            said.note(row, "compare_at_dropped")
        compare_at = None
    return Variant(
        row=row.number,
        values=tuple(cells.name(row, f"option{n}_value", said) for n in names),
        code=_code(row, said),
        barcode=_barcode(row, said),
        grams=cells.rounded(row, "grams", said, most=GRAMS_AT_MOST),  # whatever the unit shown
        price_minor=price,
        compare_at_minor=compare_at,
        quantity=_quantity(row, said),
        picture=row.cells.get("variant_image", ""),
    )


def _code(row: Row, said: Said) -> str:
    """Read the SKU, in the characters that the mall's codes are made of."""
    given = row.cells.get("sku", "").lstrip("'").strip()  # a spreadsheet's mark of text
    code = re.sub(r"[^0-9A-Za-z_.-]+", "-", given)
    code = re.sub(r"[-.]{2,}", lambda found: "-" if "-" in found[0] else ".", code)
    code = code.strip("-.")[:CODE_AT_MOST].rstrip("-.")
    if code != given:
        said.note(row, "code_changed", value=given, code=code or "SKU-…")
    if not code:
        return ""
    first = said.codes.setdefault(hash(code), row.number)
    if first != row.number:
        said.grave(row, "code_twice", code=code, first=first)
    return code


def _barcode(row: Row, said: Said) -> str:
    barcode = row.cells.get("barcode", "").lstrip("'").strip()
    if _DAMAGED.fullmatch(barcode):
        said.grave(row, "barcode_damaged", value=barcode)
    if len(barcode) > BARCODE_AT_MOST:
        said.grave(row, "too_long", column=NAMES["barcode"][0], most=BARCODE_AT_MOST)
    return barcode


def _quantity(row: Row, said: Said) -> int | None:
    found = cells.units(row, "quantity", said, most=UNITS_AT_MOST)
    if found is None:
        return None
    if found < 0:
        said.note(row, "below_zero", value=found)
    if found <= 0 and row.cells.get("policy", "").casefold() in cells.YES | {"continue"}:
        said.note(row, "sells_without_stock")
    return max(found, 0)
