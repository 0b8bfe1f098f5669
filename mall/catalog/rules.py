"""What a product is, and what must be right before it is stored: plain values, no I/O."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec
import nh3

from mall.kernel.i18n import Texts, pick
from mall.kernel.ids import (
    AssetId,
    AttributeId,
    BrandId,
    CategoryId,
    FreightTemplateId,
    ProductId,
    SkuId,
)
from mall.kernel.problems import Conflict, FieldError, Invalid, InvalidFields
from mall.kernel.time import Instant

type State = Literal["draft", "published", "archived"]
type Kind = Literal["choice", "choices", "number", "flag", "text"]
# choice: a code; choices: codes; number: in the attribute's unit; flag: yes or no; text: languages
type AttributeValue = str | list[str] | int | bool | dict[str, str]

SLUG_AT_MOST = 120
OPTIONS_AT_MOST = 3
VALUES_AT_MOST = 60
SKUS_AT_MOST = 400
PICTURES_AT_MOST = 20
TAGS_AT_MOST = 20
DEPTH_AT_MOST = 4
_SLUG = re.compile(r"[^\W_A-Z]+(-[^\W_A-Z]+)*")
_CODE = re.compile(r"[0-9A-Za-z_]+([-.][0-9A-Za-z_]+)*")
_HTML = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s"),
        *("blockquote", "table", "thead", "tbody", "tr", "th", "td", "img", "a", "span", "figure"),
        *("figcaption", "sub", "sup", "small", "div"),
    },
    attributes={"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}},
    url_schemes={"http", "https", "mailto", "tel"},
)


@dataclass(frozen=True, slots=True)
class Category:
    """A place in the tree of goods."""

    id: CategoryId
    parent_id: CategoryId | None  # None: first level
    slug: str
    title: Texts
    image: AssetId | None
    position: int  # among its siblings


@dataclass(frozen=True, slots=True)
class Brand:
    """Who makes it."""

    id: BrandId
    slug: str
    title: Texts


class Choice(msgspec.Struct, frozen=True):
    """One value that can be chosen, or a free tag."""

    code: str
    title: dict[str, str]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A typed property of the goods of some categories and everything below them."""

    id: AttributeId
    code: str
    title: Texts
    kind: Kind
    unit: Texts | None
    choices: tuple[Choice, ...]
    filterable: bool
    category_ids: tuple[CategoryId, ...]


class OptionValue(msgspec.Struct, frozen=True):
    """A value that a shopper picks; ``swatch`` ("#rrggbb") for colours, else ""."""

    code: str
    title: dict[str, str]
    swatch: str = ""


class Option(msgspec.Struct, frozen=True):
    """A choice to be made before buying: colour, size."""

    code: str
    title: dict[str, str]
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class Sku:
    """The thing that is sold, counted and priced."""

    id: SkuId
    code: str  # the merchant's own
    values: tuple[str, ...]  # one value code per option
    titles: tuple[Texts, ...]  # these values in words
    barcode: str
    weight_grams: int
    image: AssetId | None
    active: bool


@dataclass(frozen=True, slots=True)
class Product:
    """What a shopper looks at; buying means choosing one of its SKUs."""

    id: ProductId
    slug: str
    title: Texts
    subtitle: Texts
    description: Texts  # safe HTML
    category_id: CategoryId
    brand_id: BrandId | None
    state: State
    tags: tuple[str, ...]
    attributes: Mapping[str, AttributeValue]
    options: tuple[Option, ...]
    gallery: tuple[AssetId, ...]
    skus: tuple[Sku, ...]
    freight_template_id: FreightTemplateId | None
    published_at: Instant | None
    changed_at: Instant
    version: int


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What other rooms want to know about a SKU."""

    product_id: ProductId
    slug: str
    title: Texts
    options: tuple[Texts, ...]  # the chosen values in words
    image: AssetId | None
    weight_grams: int
    freight_template_id: FreightTemplateId | None
    sellable: bool  # published and active; says nothing about price and stock

    @property
    def choice(self) -> dict[str, str]:
        """Say the chosen values in one line per language; {} when there is nothing to choose."""
        tags = {tag for value in self.options for tag in value}
        return {tag: " / ".join(pick(value, tag) for value in self.options) for tag in tags}


@dataclass(frozen=True, slots=True)
class DraftSku:
    """A SKU as an operator writes it; ``code`` "": the mall makes one."""

    values: tuple[str, ...] = ()
    code: str = ""
    barcode: str = ""
    weight_grams: int = 0
    image: AssetId | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A product as an operator writes it."""

    slug: str
    title: Texts
    category_id: CategoryId
    skus: tuple[DraftSku, ...]
    subtitle: Texts
    description: Texts  # any HTML; stored without what could do harm
    brand_id: BrandId | None
    tags: tuple[str, ...]
    attributes: Mapping[str, AttributeValue]
    options: tuple[Option, ...]
    gallery: tuple[AssetId, ...]
    freight_template_id: FreightTemplateId | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a draft may refer to."""

    categories: Mapping[CategoryId, Category]
    brands: frozenset[BrandId]
    attributes: Mapping[str, Attribute]
    tags: frozenset[str]


@dataclass(eq=False)
class SlugTaken(Conflict):
    """Something of the same kind has that name in the address already."""

    code: ClassVar[str] = "catalog.slug_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "网址名 {slug} 已被使用",
        "en": "The address name {slug} is already in use",
    }
    slug: str


@dataclass(eq=False)
class CodeTaken(Conflict):
    """Another product has a SKU of that code."""

    code: ClassVar[str] = "catalog.sku_code_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "商品编码 {sku_code} 已被其他商品使用",
        "en": "The SKU code {sku_code} belongs to another product",
    }
    sku_code: str


@dataclass(eq=False)
class ChangedMeanwhile(Conflict):
    """Somebody else has changed it since it was loaded."""

    code: ClassVar[str] = "catalog.changed_meanwhile"
    texts: ClassVar[Texts] = {
        "zh-CN": "该商品刚被其他人修改，请刷新后再改",
        "en": "Somebody has just changed this product; reload it and try again",
    }
    version: int  # the present one


class NotReady(Invalid):
    """A product that cannot be shown yet."""

    code: ClassVar[str] = "catalog.not_ready"
    texts: ClassVar[Texts] = {
        "zh-CN": "上架前请至少保留一个启用的规格，并设置运费模板",
        "en": "Before publishing, keep one active variant and choose a freight template",
    }


def slug_from(words: str) -> str:
    """Make an address name from words: lower case, hyphens; "" when nothing is left."""
    plain = unicodedata.normalize("NFKC", words).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:SLUG_AT_MOST].rstrip("-")


def is_slug(slug: str) -> bool:
    """Tell whether it can stand in an address."""
    return len(slug) <= SLUG_AT_MOST and _SLUG.fullmatch(slug) is not None


def safe_html(html: str) -> str:
    """Keep the looks of a description and nothing that could do harm."""
    return _HTML.clean(html)


def paths(categories: Sequence[Category]) -> dict[CategoryId, tuple[Category, ...]]:
    """Give the way from the first level to each category. A ring or a lost parent ends the way."""
    by_id = {category.id: category for category in categories}
    ways = dict[CategoryId, tuple[Category, ...]]()
    for category in categories:
        way = [category]
        while (parent := way[0].parent_id) in by_id and len(way) <= DEPTH_AT_MOST:
            assert parent is not None
            way.insert(0, by_id[parent])
        ways[category.id] = tuple(way)
    return ways


def applicable(attribute: Attribute, way: Sequence[Category]) -> bool:
    """Tell whether goods of a category (given by its way) have the attribute."""
    return any(step.id in attribute.category_ids for step in way)


def checked(draft: Draft, known: Known) -> None:
    """Find everything wrong with a draft at once. Raises InvalidFields."""
    errors = list(_of_words(draft))
    errors += _of_places(draft, known)
    errors += _of_attributes(draft, known)
    errors += _of_variants(draft)
    if errors:
        raise InvalidFields(tuple(errors))


def _of_words(draft: Draft) -> list[FieldError]:
    errors = list[FieldError]()
    if not is_slug(draft.slug):
        errors.append(_error("slug", "bad_slug"))
    if not any(text.strip() for text in draft.title.values()):
        errors.append(_error("title", "required"))
    if any(len(text) > 200 for text in (*draft.title.values(), *draft.subtitle.values())):
        errors.append(_error("title", "too_long"))
    if any(len(text) > 100_000 for text in draft.description.values()):
        errors.append(_error("description", "too_long"))
    if len(draft.gallery) > PICTURES_AT_MOST:
        errors.append(_error("gallery", "too_many"))
    return errors


def _of_places(draft: Draft, known: Known) -> list[FieldError]:
    errors = list[FieldError]()
    if draft.category_id not in known.categories:
        errors.append(_error("category_id", "unknown"))
    if draft.brand_id is not None and draft.brand_id not in known.brands:
        errors.append(_error("brand_id", "unknown"))
    if len(draft.tags) > TAGS_AT_MOST:
        errors.append(_error("tags", "too_many"))
    errors += [
        _error(f"tags.{n}", "unknown") for n, tag in enumerate(draft.tags) if tag not in known.tags
    ]
    return errors


def _of_attributes(draft: Draft, known: Known) -> list[FieldError]:
    way = paths(list(known.categories.values())).get(draft.category_id, ())
    errors = list[FieldError]()
    for code, value in draft.attributes.items():
        attribute = known.attributes.get(code)
        if attribute is None or not applicable(attribute, way):
            errors.append(_error(f"attributes.{code}", "not_of_category"))
        elif not _fits(attribute, value):
            errors.append(_error(f"attributes.{code}", "wrong_value"))
    return errors


def _fits(attribute: Attribute, value: AttributeValue) -> bool:
    codes = {choice.code for choice in attribute.choices}
    match attribute.kind:
        case "choice":
            return isinstance(value, str) and value in codes
        case "choices":
            return isinstance(value, list) and codes.issuperset(value)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "flag":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, dict)


def _of_variants(draft: Draft) -> list[FieldError]:
    errors = list[FieldError]()
    if len(draft.options) > OPTIONS_AT_MOST:
        errors.append(_error("options", "too_many"))
    for n, option in enumerate(draft.options):
        codes = [value.code for value in option.values]
        if not codes or len(codes) > VALUES_AT_MOST or len(set(codes)) < len(codes):
            errors.append(_error(f"options.{n}.values", "wrong_values"))
    if not draft.skus or len(draft.skus) > SKUS_AT_MOST:
        errors.append(_error("skus", "wrong_count"))
    allowed = [{value.code for value in option.values} for option in draft.options]
    seen, codes_seen = set[tuple[str, ...]](), set[str]()
    for n, sku in enumerate(draft.skus):
        fits = len(sku.values) == len(allowed) and all(
            value in values for value, values in zip(sku.values, allowed, strict=True)
        )
        if not fits:
            errors.append(_error(f"skus.{n}.values", "wrong_values"))
        if sku.values in seen:
            errors.append(_error(f"skus.{n}.values", "twice"))
        seen.add(sku.values)
        if sku.code and (not _CODE.fullmatch(sku.code) or len(sku.code) > 80):
            errors.append(_error(f"skus.{n}.code", "bad_code"))
        if sku.code and sku.code in codes_seen:
            errors.append(_error(f"skus.{n}.code", "twice"))
        codes_seen.add(sku.code)
        if not 0 <= sku.weight_grams <= 10_000_000:
            errors.append(_error(f"skus.{n}.weight_grams", "out_of_range"))
    return errors


_SAID: Mapping[str, Texts] = {
    "required": {"zh-CN": "请填写此项", "en": "Please fill this in"},
    "too_long": {"zh-CN": "内容太长", "en": "This is too long"},
    "too_many": {"zh-CN": "数量超出上限", "en": "There are too many"},
    "unknown": {"zh-CN": "所选内容不存在", "en": "This does not exist"},
    "bad_slug": {
        "zh-CN": "网址名只能用小写字母、数字、汉字和连字符",
        "en": "Use lower-case letters, digits and hyphens",
    },
    "bad_code": {
        "zh-CN": "编码只能用字母、数字、下划线、点和连字符",
        "en": "Use letters, digits, underscores, dots and hyphens",
    },
    "not_of_category": {
        "zh-CN": "该分类没有此属性",
        "en": "Goods of this category have no such attribute",
    },
    "wrong_value": {"zh-CN": "属性值不正确", "en": "This is no value of the attribute"},
    "wrong_values": {
        "zh-CN": "规格值与选项不一致",
        "en": "The values do not match the options",
    },
    "wrong_count": {"zh-CN": "请提供 1 到 400 个规格", "en": "Give between 1 and 400 variants"},
    "twice": {"zh-CN": "与前面的重复", "en": "This repeats an earlier one"},
    "out_of_range": {"zh-CN": "数值超出范围", "en": "The number is out of range"},
}


def _error(path: str, code: str) -> FieldError:
    return FieldError(path, code, _SAID[code])
