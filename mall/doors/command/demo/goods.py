"""The demo malls as typed values.

One folder per mall beside this module: ``mall.json`` (facts for the tenant), ``home.json``,
``categories.json``, ``attributes.json``, ``brands.json``, ``tags.json``, ``freight.json``,
``locations.json``, ``policies.json`` and ``products/<category>.json``. Pictures are WebP files in
``pictures/<mall>/`` (the mark is an SVG). The order in the files is the order to show.

Things point at each other by slug or code, never by id: a seeder makes ids and keeps a map. Codes
and slugs are unique within a mall. Texts always have "zh-CN" and "en". Money is in minor units.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, json

from mall.kernel.i18n import Texts

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
SLUGS = ("demo", "tea")

type AttributeKind = Literal["choice", "choices", "number", "flag", "text"]
# choice: a code; choices: codes; number: int in the attribute's unit; flag: bool; text: languages
type AttributeValue = str | list[str] | int | bool | dict[str, str]


class _Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """Refuse misspelt keys in the files."""


class DemoLicence(_Plain, frozen=True):
    """Footer facts; every number says 演示."""

    company: Texts
    licence_no: str
    icp_no: str
    police_no: str


class DemoContact(_Plain, frozen=True):
    """How a shopper reaches the mall; number and address lead nowhere."""

    hours: Texts
    phone: str
    email: str


class DemoFacts(_Plain, frozen=True):
    """What the tenants room wants to know; ``accent`` is "#rrggbb", ``logo`` a picture name."""

    slug: str
    hosts: list[str]
    name: Texts
    slogan: Texts
    language: Literal["zh-CN", "en"]
    currency: str
    time_zone: str
    accent: str
    logo: str
    licence: DemoLicence
    contact: DemoContact


class DemoHero(_Plain, frozen=True):
    """A banner; ``wide`` (1600 x 800) leaves its left free for words, ``square`` (1200) its top."""

    title: Texts
    text: Texts
    action: Texts
    category: str
    wide: str
    square: str


class DemoSection(_Plain, frozen=True):
    """A floor of the home page: products of one category, in order."""

    title: Texts
    text: Texts
    category: str
    products: list[str]


class DemoHome(_Plain, frozen=True):
    """The home page; ``search_words`` are what the empty search page offers."""

    heroes: list[DemoHero]
    featured: list[str]
    sections: list[DemoSection]
    search_words: list[Texts]


class DemoCategory(_Plain, frozen=True):
    """A category; parents come before their children, ``parent`` None means first level."""

    slug: str
    title: Texts
    picture: str
    parent: str | None = None


class DemoChoice(_Plain, frozen=True):
    """One of the values of a choice attribute, or a free tag."""

    code: str
    title: Texts


class DemoAttribute(_Plain, frozen=True):
    """A typed attribute; it applies to ``categories`` and everything below them."""

    code: str
    title: Texts
    kind: AttributeKind
    categories: list[str]
    filterable: bool
    unit: Texts | None = None
    choices: list[DemoChoice] = []


class DemoBrand(_Plain, frozen=True):
    """An invented brand."""

    slug: str
    title: Texts


class DemoOptionValue(_Plain, frozen=True):
    """A value a shopper can choose; ``swatch`` ("#rrggbb") only for colours."""

    code: str
    title: Texts
    swatch: str | None = None


class DemoOption(_Plain, frozen=True):
    """A choice to make before buying, such as colour."""

    code: str
    title: Texts
    values: list[DemoOptionValue]


class DemoSku(_Plain, frozen=True):
    """One sellable thing.

    ``options`` holds one value code per option of the product, in their order. ``stock`` is pieces
    by location code (a missing location has none). ``picture`` None means the first of the gallery.
    """

    code: str
    options: list[str]
    barcode: str
    price_minor: int
    weight_grams: int
    stock: Mapping[str, int]
    compare_at_minor: int | None = None
    picture: str | None = None


class DemoProduct(_Plain, frozen=True):
    """A product; ``description`` is HTML (p, h3 only); ``pictures`` begin with the main one."""

    slug: str
    title: Texts
    subtitle: Texts
    description: Texts
    category: str
    brand: str
    tags: list[str]
    attributes: Mapping[str, AttributeValue]
    options: list[DemoOption]
    pictures: list[str]
    skus: list[DemoSku]
    freight_template: str
    published_days_ago: int


class DemoFreightRule(_Plain, frozen=True):
    """Fees of some provinces (GB/T 2260 codes; empty: everywhere else), rules 4.16.

    ``free_from_minor`` frees the template's goods from that amount on; None: never free.
    """

    regions: list[str]
    first_units: int
    first_fee_minor: int
    step_units: int
    step_fee_minor: int
    free_from_minor: int | None = None


class DemoFreightTemplate(_Plain, frozen=True):
    """A freight template; ``no_delivery`` are province codes that are refused."""

    code: str
    title: Texts
    by: Literal["pieces", "grams"]
    rules: list[DemoFreightRule]
    no_delivery: list[str]


class DemoLocation(_Plain, frozen=True):
    """A place with stock; ``region`` is a city code."""

    code: str
    title: Texts
    kind: Literal["warehouse", "store"]
    region: str
    address: Texts


class DemoPolicy(_Plain, frozen=True):
    """A page of rules or help; ``body`` is HTML with h2 and p only."""

    slug: str
    title: Texts
    body: Texts


class DemoMall(_Plain, frozen=True):
    """Everything to seed one mall."""

    facts: DemoFacts
    home: DemoHome
    categories: list[DemoCategory]
    attributes: list[DemoAttribute]
    brands: list[DemoBrand]
    tags: list[DemoChoice]
    freight_templates: list[DemoFreightTemplate]
    locations: list[DemoLocation]
    policies: list[DemoPolicy]
    products: list[DemoProduct]

    def picture(self, name: str) -> Path:
        """Give the file of a picture named in the data."""
        return PICTURES / self.facts.slug / name


def _read[T](path: Path, shape: type[T]) -> T:
    return json.decode(path.read_bytes(), type=shape)


@cache
def demo_mall(slug: str) -> DemoMall:
    """Load one demo mall ("demo" or "tea") from its files; read once per process.

    Products come category by category in the order of the categories.
    Raises FileNotFoundError for another slug, msgspec.ValidationError for a file out of shape.
    """
    at = HERE / slug
    categories = _read(at / "categories.json", list[DemoCategory])
    shelves = [at / "products" / f"{category.slug}.json" for category in categories]
    return DemoMall(
        facts=_read(at / "mall.json", DemoFacts),
        home=_read(at / "home.json", DemoHome),
        categories=categories,
        attributes=_read(at / "attributes.json", list[DemoAttribute]),
        brands=_read(at / "brands.json", list[DemoBrand]),
        tags=_read(at / "tags.json", list[DemoChoice]),
        freight_templates=_read(at / "freight.json", list[DemoFreightTemplate]),
        locations=_read(at / "locations.json", list[DemoLocation]),
        policies=_read(at / "policies.json", list[DemoPolicy]),
        products=[
            product
            for shelf in shelves
            if shelf.exists()
            for product in _read(shelf, list[DemoProduct])
        ],
    )


def demo_malls() -> list[DemoMall]:
    """Load both demo malls, the general one first."""
    return [demo_mall(slug) for slug in SLUGS]
