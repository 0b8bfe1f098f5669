"""What operators do with shelves over HTTP: categories, brands, attributes, tags."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post, put
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from mall.catalog import actions, queries
from mall.catalog.console_api.words import Code, Slug, Title, Words, texts
from mall.catalog.rules import Attribute, Brand, Category, Choice
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language
from mall.kernel.ids import AssetId, AttributeId, BrandId, CategoryId, new_uuid
from mall.kernel.problems import FieldError, InvalidFields, Nothing
from mall.kernel.time import Instant
from mall.staff import StaffMember, actor

_TWICE = {"zh-CN": "与前面的重复", "en": "This repeats an earlier one"}


class WriteCategory(Struct, forbid_unknown_fields=True):
    """A place in the tree of goods; ``parent_id`` null: first level."""

    slug: Slug
    title: Title
    parent_id: CategoryId | None = None
    image: AssetId | None = None
    position: Annotated[int, Meta(ge=0, le=1_000_000)] = 0

    def category(self, category_id: CategoryId) -> Category:
        """Hand it to the rules."""
        title = texts(self.title)
        return Category(category_id, self.parent_id, self.slug, title, self.image, self.position)


class WriteBrand(Struct, forbid_unknown_fields=True):
    """Who makes it."""

    slug: Slug
    title: Title


class WriteChoice(Struct, forbid_unknown_fields=True):
    """A value that can be chosen, or a free tag."""

    code: Code
    title: Title


class WriteAttribute(Struct, forbid_unknown_fields=True):
    """A typed property of the goods of some categories and everything below them."""

    code: Code
    title: Title
    kind: Literal["choice", "choices", "number", "flag", "text"]
    unit: dict[Language, Words] | None = None
    choices: Annotated[list[WriteChoice], Meta(max_length=500)] = []
    filterable: bool = False
    category_ids: Annotated[list[CategoryId], Meta(max_length=500)] = []

    def attribute(self, attribute_id: AttributeId) -> Attribute:
        """Hand it to the rules."""
        return Attribute(
            id=attribute_id,
            code=self.code,
            title=texts(self.title),
            kind=self.kind,
            unit=None if self.unit is None else texts(self.unit),
            choices=_choices("choices", self.choices),
            filterable=self.filterable,
            category_ids=tuple(self.category_ids),
        )


class WriteTags(Struct, forbid_unknown_fields=True):
    """Free tags in their order."""

    tags: Annotated[list[WriteChoice], Meta(min_length=1, max_length=500)]


@get("/categories", opt={"permission": "products.read"})
async def list_categories(read: Read) -> list[Category]:
    """List every category, siblings in order."""
    return await queries.categories(read)


@post("/categories", status_code=201, opt={"permission": "products.write"})
async def add_category(data: WriteCategory, tx: Tx, staff: StaffMember, now: Instant) -> Category:
    """Add a category."""
    category = data.category(CategoryId(new_uuid()))
    await actions.put_category(tx, category, actor=actor(staff), now=now)
    return category


@put("/categories/{category_id:uuid}", opt={"permission": "products.write"})
async def change_category(
    category_id: UUID, data: WriteCategory, tx: Tx, staff: StaffMember, now: Instant
) -> Category:
    """Write a category anew; moving it moves everything below it."""
    if all(one.id != category_id for one in await queries.categories(tx)):
        raise Nothing("category")
    category = data.category(CategoryId(category_id))
    await actions.put_category(tx, category, actor=actor(staff), now=now)
    return category


@get("/brands", opt={"permission": "products.read"})
async def list_brands(read: Read) -> list[Brand]:
    """List every brand."""
    return await queries.brands(read)


@post("/brands", status_code=201, opt={"permission": "products.write"})
async def add_brand(data: WriteBrand, tx: Tx, staff: StaffMember, now: Instant) -> Brand:
    """Add a brand."""
    brand = Brand(BrandId(new_uuid()), data.slug, texts(data.title))
    await actions.put_brand(tx, brand, actor=actor(staff), now=now)
    return brand


@put("/brands/{brand_id:uuid}", opt={"permission": "products.write"})
async def change_brand(
    brand_id: UUID, data: WriteBrand, tx: Tx, staff: StaffMember, now: Instant
) -> Brand:
    """Write a brand anew."""
    if all(one.id != brand_id for one in await queries.brands(tx)):
        raise Nothing("brand")
    brand = Brand(BrandId(brand_id), data.slug, texts(data.title))
    await actions.put_brand(tx, brand, actor=actor(staff), now=now)
    return brand


@get("/attributes", opt={"permission": "products.read"})
async def list_attributes(read: Read) -> list[Attribute]:
    """List every attribute, in order."""
    return await queries.attributes(read)


@post("/attributes", status_code=201, opt={"permission": "products.write"})
async def add_attribute(
    data: WriteAttribute, tx: Tx, staff: StaffMember, now: Instant
) -> Attribute:
    """Add an attribute behind the others."""
    attribute = data.attribute(AttributeId(new_uuid()))
    await actions.put_attribute(tx, attribute, actor=actor(staff), now=now)
    return attribute


@put("/attributes/{attribute_id:uuid}", opt={"permission": "products.write"})
async def change_attribute(
    attribute_id: UUID, data: WriteAttribute, tx: Tx, staff: StaffMember, now: Instant
) -> Attribute:
    """Write an attribute anew; products keep the values they have."""
    if all(one.id != attribute_id for one in await queries.attributes(tx)):
        raise Nothing("attribute")
    attribute = data.attribute(AttributeId(attribute_id))
    await actions.put_attribute(tx, attribute, actor=actor(staff), now=now)
    return attribute


@get("/tags", opt={"permission": "products.read"})
async def list_tags(read: Read) -> list[Choice]:
    """List every tag, in order."""
    return await queries.tags(read)


@put("/tags", opt={"permission": "products.write"})
async def put_tags(data: WriteTags, tx: Tx, staff: StaffMember, now: Instant) -> list[Choice]:
    """Add tags or change their titles; those that are not named stay, behind these."""
    tags = _choices("tags", data.tags)
    await actions.put_tags(tx, tags, actor=actor(staff), now=now)
    return await queries.tags(tx)


def _choices(field: str, written: Sequence[WriteChoice]) -> tuple[Choice, ...]:
    """Give choices in order. Raises InvalidFields for a code that is there twice."""
    known, errors = set[str](), list[FieldError]()
    for n, one in enumerate(written):
        if one.code in known:
            errors.append(FieldError(f"{field}.{n}.code", "twice", _TWICE))
        known.add(one.code)
    if errors:
        raise InvalidFields(tuple(errors))
    return tuple(Choice(one.code, texts(one.title)) for one in written)


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_categories,
    add_category,
    change_category,
    list_brands,
    add_brand,
    change_brand,
    list_attributes,
    add_attribute,
    change_attribute,
    list_tags,
    put_tags,
)
