"""What operators do with products over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.catalog import actions, queries, rules
from mall.catalog.console_api.words import Code, Slug, Title, Words, texts
from mall.catalog.rules import Product
from mall.catalog.store import Filter
from mall.kernel import paging
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language, Texts, pick
from mall.kernel.ids import AssetId, BrandId, CategoryId, FreightTemplateId, ProductId
from mall.kernel.paging import Page
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.staff import StaffMember, actor

type Html = Annotated[str, Meta(max_length=100_000)]
type Value = (
    Words
    | Annotated[list[Code], Meta(max_length=rules.VALUES_AT_MOST)]
    | Annotated[int, Meta(ge=-(10**12), le=10**12)]
    | bool
    | dict[Language, Words]
)


class WriteOptionValue(Struct, forbid_unknown_fields=True):
    """A value that a shopper picks; ``swatch`` for colours."""

    code: Code
    title: Title
    swatch: Annotated[str, Meta(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""


class WriteOption(Struct, forbid_unknown_fields=True):
    """A choice to be made before buying: colour, size."""

    code: Code
    title: Title
    values: Annotated[list[WriteOptionValue], Meta(min_length=1, max_length=rules.VALUES_AT_MOST)]


class WriteSku(Struct, forbid_unknown_fields=True):
    """A variant; ``values`` holds one value code per option, ``code`` "": the mall makes one."""

    values: Annotated[list[Code], Meta(max_length=rules.OPTIONS_AT_MOST)] = []
    code: Annotated[str, Meta(max_length=80)] = ""
    barcode: Annotated[str, Meta(pattern=r"^[!-~]*$", max_length=60)] = ""
    weight_grams: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    image: AssetId | None = None
    active: bool = True


class WriteProduct(Struct, forbid_unknown_fields=True, kw_only=True):
    """A product; ``slug`` "": made of the title. Descriptions are HTML, stored without scripts."""

    title: Title
    category_id: CategoryId
    skus: Annotated[list[WriteSku], Meta(min_length=1, max_length=rules.SKUS_AT_MOST)]
    slug: Slug = ""
    subtitle: dict[Language, Words] = {}
    description: dict[Language, Html] = {}
    brand_id: BrandId | None = None
    tags: Annotated[list[Code], Meta(max_length=rules.TAGS_AT_MOST)] = []
    attributes: Annotated[dict[Code, Value], Meta(max_length=100)] = {}
    options: Annotated[list[WriteOption], Meta(max_length=rules.OPTIONS_AT_MOST)] = []
    gallery: Annotated[list[AssetId], Meta(max_length=rules.PICTURES_AT_MOST)] = []
    freight_template_id: FreightTemplateId | None = None

    def draft(self) -> rules.Draft:
        """Hand it to the rules."""
        title = texts(self.title)
        return rules.Draft(
            slug=self.slug or rules.slug_from(pick(title, "en")),
            title=title,
            category_id=self.category_id,
            skus=tuple(
                rules.DraftSku(
                    tuple(sku.values),
                    sku.code,
                    sku.barcode,
                    sku.weight_grams,
                    sku.image,
                    sku.active,
                )
                for sku in self.skus
            ),
            subtitle=texts(self.subtitle),
            description=texts(self.description),
            brand_id=self.brand_id,
            tags=tuple(self.tags),
            attributes={code: _plain(value) for code, value in self.attributes.items()},
            options=tuple(
                rules.Option(
                    option.code,
                    texts(option.title),
                    tuple(
                        rules.OptionValue(one.code, texts(one.title), one.swatch)
                        for one in option.values
                    ),
                )
                for option in self.options
            ),
            gallery=tuple(self.gallery),
            freight_template_id=self.freight_template_id,
        )


class ReplaceProduct(WriteProduct, forbid_unknown_fields=True, kw_only=True):
    """A product written anew; ``version`` is the one that was looked at."""

    version: Annotated[int, Meta(ge=1, le=10**12)]


class ListedProduct(Struct):
    """A product on a list."""

    id: ProductId
    slug: str
    title: Texts
    category_id: CategoryId
    brand_id: BrandId | None
    state: str
    image: AssetId | None
    active_skus: int
    changed_at: Instant
    version: int


@get("/products", opt={"permission": "products.read"})
async def list_products(
    read: Read,
    only: Annotated[rules.State | None, Parameter(query="state")] = None,
    category_id: Annotated[UUID | None, Parameter(description="With everything below it")] = None,
    text: Annotated[
        str | None, Parameter(max_length=100, description="In title, address name or SKU code")
    ] = None,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ListedProduct]:
    """List products, the last changed first."""
    inside = None
    if category_id is not None:
        inside = tuple(await queries.subtree(read, CategoryId(category_id)))
    wanted = Filter(only, inside, text.strip() or None if text else None)
    found = await queries.list_products(read, wanted, cursor=cursor, limit=limit)
    return Page([_listed(product) for product in found.items], found.next_cursor)


@post("/products", status_code=201, opt={"permission": "products.write"})
async def create_product(data: WriteProduct, tx: Tx, staff: StaffMember, now: Instant) -> Product:
    """Create a product as a draft."""
    return await actions.save_product(tx, data.draft(), None, actor=actor(staff), now=now)


@get("/products/{product_id:uuid}", opt={"permission": "products.read"})
async def show_product(product_id: UUID, read: Read) -> Product:
    """Show a product with every variant, in whatever state."""
    return await _product(read, product_id)


@put("/products/{product_id:uuid}", opt={"permission": "products.write"})
async def replace_product(
    product_id: UUID, data: ReplaceProduct, tx: Tx, staff: StaffMember, now: Instant
) -> Product:
    """Write a product anew. Variants are known by their values; those left out are not sold."""
    return await actions.save_product(
        tx,
        data.draft(),
        ProductId(product_id),
        version=data.version,
        actor=actor(staff),
        now=now,
    )


@post(
    "/products/{product_id:uuid}/publish",
    status_code=200,
    opt={"permission": "products.publish"},
)
async def publish_product(product_id: UUID, tx: Tx, staff: StaffMember, now: Instant) -> Product:
    """Show a product to shoppers."""
    await actions.publish(tx, ProductId(product_id), actor=actor(staff), now=now)
    return await _product(tx, product_id)


@post(
    "/products/{product_id:uuid}/archive",
    status_code=200,
    opt={"permission": "products.publish"},
)
async def archive_product(product_id: UUID, tx: Tx, staff: StaffMember, now: Instant) -> Product:
    """Take a product off the shelves; it can be published again."""
    await actions.archive(tx, ProductId(product_id), actor=actor(staff), now=now)
    return await _product(tx, product_id)


async def _product(read: Read, product_id: UUID) -> Product:
    found = await queries.product(read, ProductId(product_id))
    if found is None:
        raise Nothing("product")
    return found


def _listed(product: Product) -> ListedProduct:
    return ListedProduct(
        product.id,
        product.slug,
        product.title,
        product.category_id,
        product.brand_id,
        product.state,
        product.gallery[0] if product.gallery else None,
        sum(sku.active for sku in product.skus),
        product.changed_at,
        product.version,
    )


def _plain(value: Value) -> rules.AttributeValue:
    return texts(value) if isinstance(value, dict) else value


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_products,
    create_product,
    show_product,
    replace_product,
    publish_product,
    archive_product,
)
