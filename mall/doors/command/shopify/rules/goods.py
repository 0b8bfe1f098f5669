"""A group of rows into goods that can be stored, or the reasons why not."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mall.doors.command.shopify.rules import cells
from mall.doors.command.shopify.rules.cells import Said
from mall.doors.command.shopify.rules.columns import NAMES
from mall.doors.command.shopify.rules.reasons import Reason
from mall.doors.command.shopify.rules.rows import Group, Row
from mall.doors.command.shopify.rules.variants import Variant, variants_of

type Status = Literal["active", "draft", "archived"]

PICTURES_AT_MOST = 20  # of catalog
TAGS_AT_MOST = 20  # of catalog
_LAST = 1_000_000  # place of a picture that has none
_STATES: dict[str, Status] = {
    "": "active",
    "active": "active",
    "draft": "draft",
    "archived": "archived",
    "unlisted": "draft",
}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that the file names."""

    row: int
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Goods:
    """One product of the file. Of columns that are not in ``says`` nothing is known."""

    slug: str
    row: int
    says: frozenset[str]
    title: str
    body: str
    vendor: str
    shelf: str  # its type, else the last part of its category
    tags: tuple[str, ...]
    status: Status
    published: bool  # in the online store
    options: tuple[str, ...]
    variants: tuple[Variant, ...]  # none: nothing is known about them
    gallery: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read of one product. ``goods`` None: it is not taken, for the grave reasons."""

    handle: str
    first_row: int
    last_row: int
    goods: Goods | None
    reasons: tuple[Reason, ...]


def parsed(group: Group, says: frozenset[str], *, digits: int, codes: dict[int, int]) -> Parsed:
    """Read one product; every row that is wrong is named, and one is enough to keep it out.

    ``digits`` are the decimals of the currency. ``codes`` remembers for a whole file where a SKU
    was first used: hand in the same one each time.
    """
    said = Said(digits, codes)
    goods = _goods(group, says, said) if group.rows else None
    reasons = sorted((*group.reasons, *said.reasons), key=lambda reason: reason.row)
    if any(reason.grave for reason in reasons):
        goods = None
    return Parsed(group.handle, group.first_row, group.last_row, goods, tuple(reasons))


def once[T](some: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """Keep the first of each key, in order."""
    found = dict[str, T]()
    for one in some:
        found.setdefault(key(one), one)
    return list(found.values())


def _goods(group: Group, says: frozenset[str], said: Said) -> Goods:
    first = group.rows[0]
    if group.slug != group.handle:
        said.note(first, "handle_changed", handle=group.handle, slug=group.slug)
    if not first.cells["title"] and first.number == group.first_row:
        said.grave(first, "title_missing")  # else it may stand in the row that is lacking
    if cells.is_yes(first, "gift_card", said, default="false"):
        said.grave(first, "gift_card")
    options, variants = variants_of(group.rows, said)
    return Goods(
        slug=group.slug,
        row=first.number,
        says=says,
        title=first.cells["title"],
        body=first.cells.get("body", ""),
        vendor=cells.name(first, "vendor", said),
        shelf=_shelf(first, said),
        tags=_tags(first, said),
        status=_status(first, said),
        published=cells.is_yes(first, "published", said, default="true"),
        options=options,
        variants=variants,
        gallery=_gallery(group.rows, said),
    )


def _status(row: Row, said: Said) -> Status:
    word = row.cells.get("status", "").casefold()
    if word == "unlisted":
        said.note(row, "unlisted")
    if word not in _STATES:
        known = "active, draft, archived"
        said.grave(row, "word_wrong", column=NAMES["status"][0], value=word, known=known)
    return _STATES.get(word, "draft")


def _shelf(row: Row, said: Said) -> str:
    if row.cells.get("type"):
        return cells.name(row, "type", said)
    return cells.short(row, "category", row.cells.get("category", "").rpartition(">")[2], said)


def _tags(row: Row, said: Said) -> tuple[str, ...]:
    words = re.split("[,\uff0c]", row.cells.get("tags", ""))
    names = [cells.short(row, "tags", word, said) for word in words]
    tags = once((name for name in names if name), str.casefold)
    if len(tags) > TAGS_AT_MOST:
        said.note(row, "too_many_tags", most=TAGS_AT_MOST)
    return tuple(tags[:TAGS_AT_MOST])


def _gallery(rows: Sequence[Row], said: Said) -> tuple[Shot, ...]:
    placed = list[tuple[int, Shot]]()
    for row in rows:
        if url := row.cells.get("image"):
            place = row.cells.get("image_position", "")
            number = int(place) if re.fullmatch(r"\d{1,6}", place, re.ASCII) else _LAST
            placed.append((number, Shot(row.number, url, row.cells.get("image_alt", ""))))
    placed.sort(key=lambda entry: entry[0])
    shots = once((shot for _, shot in placed), lambda shot: shot.url)
    if len(shots) > PICTURES_AT_MOST:
        said.note(rows[0], "too_many_pictures", most=PICTURES_AT_MOST)
    return tuple(shots[:PICTURES_AT_MOST])
