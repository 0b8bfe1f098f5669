"""Where the goods of a file stand: categories, brands, tags, freight and a place for the stock.

Everything is looked for by its words and by its address name; what is lacking is made.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mall import catalog, fulfilment, inventory
from mall.catalog import Brand, Category, Choice, Filter, Product, slug_from
from mall.doors.command.shopify.rules.goods import Goods
from mall.doors.command.shopify.rules.merging import fresh_code
from mall.doors.trouble import Trouble
from mall.inventory import Location
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Texts, pick
from mall.kernel.ids import (
    BrandId,
    CategoryId,
    FreightTemplateId,
    LocationId,
    new_uuid,
)
from mall.kernel.time import Instant

SHELF = "imported"
_SHELF_TITLE = {"zh-CN": "导入", "en": "Imported"}
_STORE_TITLE = {"zh-CN": "总仓", "en": "Main warehouse"}


@dataclass(frozen=True, slots=True)
class Names[Id]:
    """Finds things by their words in any language, else by their name in addresses."""

    words: Mapping[str, Id]
    slugs: Mapping[str, Id]

    def find(self, name: str) -> Id | None:
        """Find what is called like this; "C++" is not taken for what stands in addresses as c."""
        word = name.casefold()
        if word in self.words:
            return self.words[word]
        slug = slug_from(name)
        return self.slugs.get(slug) if re.sub(r"[\s_]+", "-", word) == slug else None

    def at(self, name: str) -> Id:
        """Find what is there for certain."""
        found = self.find(name)
        assert found is not None, f"nothing was made for {name}"
        return found


@dataclass(frozen=True, slots=True)
class Shelves:
    """What there is, by its words in every language, by its address name and by its code."""

    language: str
    categories: Mapping[CategoryId, Category]
    brands: Mapping[BrandId, Brand]
    tags: Mapping[str, Choice]
    locations: Sequence[Location]
    category_names: Names[CategoryId]
    brand_names: Names[BrandId]
    tag_names: Names[str]

    def category_of(self, goods: Goods, before: Product | None) -> CategoryId:
        """Choose where a product stands; one that stands in a place of that name stays there."""
        if before is not None:
            here = self.categories.get(before.category_id)
            if not goods.shelf or (
                here and goods.shelf.casefold() in _names(here.slug, here.title)
            ):
                return before.category_id
        return self.category_names.at(goods.shelf or SHELF)

    def brand_of(self, goods: Goods, before: Product | None) -> BrandId | None:
        """Choose the brand, in the same way."""
        here = self.brands.get(before.brand_id) if before and before.brand_id else None
        if "vendor" not in goods.says:
            return here.id if here else None
        if here is not None and goods.vendor.casefold() in _names(here.slug, here.title):
            return here.id
        return self.brand_names.at(goods.vendor) if goods.vendor else None

    def tags_of(self, goods: Goods, before: Product | None) -> tuple[str, ...]:
        """Choose the tags, in the same way."""
        if "tags" not in goods.says:
            return before.tags if before else ()
        has = before.tags if before else ()
        known = {tag_label(self.tags, code, self.language).casefold(): code for code in has}
        codes = [known.get(tag.casefold()) or self.tag_names.at(tag) for tag in goods.tags]
        return tuple(dict.fromkeys(codes))


def tag_label(tags: Mapping[str, Choice], code: str, language: str) -> str:
    """Name a tag in a list with commas; by its code where its words would break the list."""
    word = pick(tags[code].title, language) if code in tags else code
    return code if {",", "\uff0c"} & set(word) or word != " ".join(word.split()) else word


async def stand(
    tx: Tx, wanted: Sequence[Goods], language: str, actor: Actor, now: Instant
) -> Shelves:
    """Make what is lacking for these products, and give what there is then."""
    there = await shelves(tx, language)
    made = await _make_categories(tx, wanted, there, actor, now)
    made = await _make_brands(tx, wanted, there, actor, now) or made
    made = await _make_tags(tx, wanted, there, actor, now) or made
    if not there.locations and any(one.quantity for goods in wanted for one in goods.variants):
        new = LocationId(new_uuid())
        store = Location(new, "main", _STORE_TITLE, "warehouse", 0, sells_online=True)
        await inventory.open_location(tx, store)
        made = True
    return await shelves(tx, language) if made else there


async def shelves(read: Read, language: str) -> Shelves:
    """Load what there is."""
    categories = {one.id: one for one in await catalog.categories(read)}
    brands = {one.id: one for one in await catalog.brands(read)}
    tags = {one.code: one for one in await catalog.tags(read)}
    return Shelves(
        language,
        categories,
        brands,
        tags,
        await inventory.locations(read),
        _index((one.id, one.slug, one.title) for one in categories.values()),
        _index((one.id, one.slug, one.title) for one in brands.values()),
        _index((one.code, one.code, one.title) for one in tags.values()),
    )


async def freight_for(read: Read, title: str | None) -> FreightTemplateId | None:
    """Choose how new products are sent: by name, else as most of the latest are. None: no way.

    Raises Trouble that names the templates there are.
    """
    templates = await fulfilment.freight_templates(read)
    if title is not None:
        for one in templates.values():
            if title in one.title.values():
                return one.id
        known = "、".join(pick(one.title, "zh-CN") for one in templates.values()) or "-"
        raise Trouble(
            f"没有名为“{title}”的运费模板;现有:{known}",
            f"No freight template is called “{title}”; there are: {known}",
        )
    latest = await catalog.list_products(read, Filter(state="published"), cursor=None, limit=100)
    used = Counter(one.freight_template_id for one in latest.items)
    for template_id, _ in used.most_common():
        if template_id in templates:
            return template_id
    return min(templates, default=None)


async def _make_categories(
    tx: Tx, wanted: Sequence[Goods], there: Shelves, actor: Actor, now: Instant
) -> bool:
    names = {goods.shelf.casefold(): goods.shelf for goods in wanted}
    find = there.category_names.find
    lacking = [name for name in names.values() if name and find(name) is None]
    shelf = find(SHELF)
    if not lacking and ("" not in names or shelf):
        return False
    taken, position = {one.slug for one in there.categories.values()}, len(there.categories)
    if shelf is None:
        shelf = CategoryId(new_uuid())
        first = Category(shelf, None, SHELF, _SHELF_TITLE, None, position)
        await catalog.put_category(tx, first, actor=actor, now=now)
        taken.add(SHELF)
    for place, name in enumerate(lacking, position + 1):
        slug = fresh_code(name, "category", taken)
        taken.add(slug)
        title = {there.language: name}
        category = Category(CategoryId(new_uuid()), shelf, slug, title, None, place)
        await catalog.put_category(tx, category, actor=actor, now=now)
    return True


async def _make_brands(
    tx: Tx, wanted: Sequence[Goods], there: Shelves, actor: Actor, now: Instant
) -> bool:
    names = {goods.vendor.casefold(): goods.vendor for goods in wanted if goods.vendor}
    taken = {one.slug for one in there.brands.values()}
    lacking = [name for name in names.values() if there.brand_names.find(name) is None]
    for name in lacking:
        slug = fresh_code(name, "brand", taken)
        taken.add(slug)
        brand = Brand(BrandId(new_uuid()), slug, {there.language: name})
        await catalog.put_brand(tx, brand, actor=actor, now=now)
    return bool(lacking)


async def _make_tags(
    tx: Tx, wanted: Sequence[Goods], there: Shelves, actor: Actor, now: Instant
) -> bool:
    names = {tag.casefold(): tag for goods in wanted for tag in goods.tags}
    lacking = [name for name in names.values() if there.tag_names.find(name) is None]
    if not lacking:
        return False
    made = list(there.tags.values())
    taken = set(there.tags)
    for name in lacking:
        code = fresh_code(name, "tag", taken)
        taken.add(code)
        made.append(Choice(code, {there.language: name}))
    await catalog.put_tags(tx, made, actor=actor, now=now)
    return True


def _names(slug: str, title: Texts) -> set[str]:
    return {slug.casefold(), *(text.casefold() for text in title.values())}


def _index[Id](there: Iterable[tuple[Id, str, Texts]]) -> Names[Id]:
    found = list(there)[::-1]  # of two that are called the same, the first counts
    words = {text.casefold(): one for one, _, title in found for text in title.values()}
    return Names(words, {slug.casefold(): one for one, slug, _ in found})
