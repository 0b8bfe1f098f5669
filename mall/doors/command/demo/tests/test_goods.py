"""The demo data is complete and consistent: what a seeder may rely on."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec
import pytest
from PIL import Image

from mall.doors.command.demo.goods import (
    PICTURES,
    SLUGS,
    DemoAttribute,
    DemoMall,
    DemoProduct,
    demo_mall,
    demo_malls,
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@pytest.fixture(params=SLUGS)
def mall(request: pytest.FixtureRequest) -> DemoMall:
    return demo_mall(cast(str, request.param))


def all_different(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def texts_in(value: object) -> Iterator[Mapping[str, str]]:
    """Walk plain data for every mapping that looks like a text in languages."""
    if isinstance(value, dict):
        found = cast(dict[str, object], value)
        if "zh-CN" in found or "en" in found:
            yield cast(Mapping[str, str], found)
        for inner in found.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in cast(list[object], value):
            yield from texts_in(inner)


def with_parents(mall: DemoMall, slug: str) -> set[str]:
    parent = {category.slug: category.parent for category in mall.categories}[slug]
    return {slug, parent} if parent else {slug}


def fits(attribute: DemoAttribute, value: object) -> bool:
    codes = {choice.code for choice in attribute.choices}
    match attribute.kind:
        case "choice":
            return isinstance(value, str) and value in codes
        case "choices":
            named = set(cast(list[str], value)) if isinstance(value, list) else set[str]()
            return bool(named) and named <= codes
        case "number":
            return isinstance(value, int) and not isinstance(value, bool) and value > 0
        case "flag":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, dict) and set(cast(dict[str, str], value)) == {"zh-CN", "en"}


def test_there_are_enough_goods_to_look_around() -> None:
    demo, tea = demo_malls()
    assert len(demo.products) >= 90 and len(tea.products) >= 35
    assert sum(len(product.skus) >= 6 for product in demo.products) >= 8
    for mall in (demo, tea):
        leaves = {c.slug for c in mall.categories if c.parent}
        assert leaves == {product.category for product in mall.products}
        assert len(mall.home.heroes) == 2 and mall.home.featured and mall.home.sections
        assert {p.slug for p in mall.policies} == {
            "returns",
            "delivery",
            "privacy",
            "terms",
            "help",
        }


def test_every_name_is_used_once(mall: DemoMall) -> None:
    assert all_different([product.slug for product in mall.products])
    assert all_different([category.slug for category in mall.categories])
    assert all_different([brand.slug for brand in mall.brands])
    assert all_different([attribute.code for attribute in mall.attributes])
    assert all_different([tag.code for tag in mall.tags])
    assert all_different([product.title["zh-CN"] for product in mall.products])
    for product in mall.products:
        assert SLUG.match(product.slug)
    skus = [sku for product in mall.products for sku in product.skus]
    assert all_different([sku.code for sku in skus])
    assert all_different([sku.barcode for sku in skus])


def test_barcodes_are_in_store_numbers_with_a_right_check_digit() -> None:
    for mall in demo_malls():
        for product in mall.products:
            for sku in product.skus:
                digits = [int(digit) for digit in sku.barcode]
                weighted = sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits))
                assert len(digits) == 13 and weighted % 10 == 0, sku.code
                assert 200 <= int(sku.barcode[:3]) <= 299, sku.code


def test_barcodes_differ_between_the_malls() -> None:
    codes = [s.barcode for mall in demo_malls() for p in mall.products for s in p.skus]
    assert all_different(codes)


def test_every_text_has_both_languages(mall: DemoMall) -> None:
    found = list(texts_in(msgspec.to_builtins(mall)))
    assert len(found) > 400
    for texts in found:
        assert set(texts) == {"zh-CN", "en"} and all(text.strip() for text in texts.values()), texts
    for product in mall.products:
        assert not re.search(r"[\u4e00-\u9fff]", product.title["en"] + product.description["en"])
        for html in product.description.values():
            assert 2 <= html.count("<p>") <= 4
            assert set(re.findall(r"</?(\w+)", html)) <= {"p", "h3"}


def test_attribute_values_have_the_type_of_their_attribute(mall: DemoMall) -> None:
    known = {attribute.code: attribute for attribute in mall.attributes}
    used = set[str]()
    for product in mall.products:
        around = with_parents(mall, product.category)
        for code, value in product.attributes.items():
            assert fits(known[code], value), (product.slug, code, value)
            assert around & set(known[code].categories), (product.slug, code)
            used.add(code)
    assert used == set(known)


def test_options_and_skus_belong_together(mall: DemoMall) -> None:
    for product in mall.products:
        values = [{value.code for value in option.values} for option in product.options]
        chosen = [tuple(sku.options) for sku in product.skus]
        assert len(set(chosen)) == len(chosen), product.slug
        for combination in chosen:
            assert len(combination) == len(values), product.slug
            assert all(v in known for v, known in zip(combination, values, strict=True))


def test_prices_weights_and_stock_are_sane(mall: DemoMall) -> None:
    locations = {location.code for location in mall.locations}
    labels = set[str]()
    for product in mall.products:
        assert product.skus and product.published_days_ago >= 0
        for sku in product.skus:
            assert 1_000 <= sku.price_minor <= 1_000_000, sku.code
            assert sku.compare_at_minor is None or sku.compare_at_minor > sku.price_minor, sku.code
            assert 10 <= sku.weight_grams <= 50_000, sku.code
            assert set(sku.stock) <= locations and all(n >= 0 for n in sku.stock.values())
            total = sum(sku.stock.values())
            labels.add("none" if total == 0 else "few" if total <= 5 else "plenty")
    assert labels == {"none", "few", "plenty"}


def test_everything_a_product_names_exists(mall: DemoMall) -> None:
    brands = {brand.slug for brand in mall.brands}
    tags = {tag.code for tag in mall.tags}
    templates = {template.code for template in mall.freight_templates}
    products = {product.slug for product in mall.products}
    categories = {category.slug for category in mall.categories}
    for product in mall.products:
        assert product.brand in brands and product.category in categories
        assert product.tags and set(product.tags) <= tags
        assert product.freight_template in templates
    for section in mall.home.sections:
        assert section.category in categories and set(section.products) <= products
    assert set(mall.home.featured) <= products
    assert {hero.category for hero in mall.home.heroes} <= categories
    assert {p.brand for p in mall.products} == brands
    assert {tag for p in mall.products for tag in p.tags} == tags


def test_parents_come_before_their_children(mall: DemoMall) -> None:
    seen = set[str]()
    for category in mall.categories:
        assert category.parent is None or category.parent in seen
        seen.add(category.slug)


def pictures_of(mall: DemoMall) -> set[str]:
    def of(product: DemoProduct) -> set[str]:
        shown = set(product.pictures)
        assert {sku.picture for sku in product.skus if sku.picture} <= shown, product.slug
        return shown

    named = {mall.facts.logo} | {category.picture for category in mall.categories}
    named |= {name for hero in mall.home.heroes for name in (hero.wide, hero.square)}
    return named.union(*(of(product) for product in mall.products))


def test_every_picture_exists_and_every_file_is_shown(mall: DemoMall) -> None:
    files = {path.name for path in (PICTURES / mall.facts.slug).iterdir()}
    assert files == pictures_of(mall)


def test_pictures_have_their_size_and_stay_light(mall: DemoMall) -> None:
    for product in mall.products:
        with Image.open(mall.picture(product.pictures[0])) as main:
            assert main.size == (1200, 1200) and main.format == "WEBP"
    for hero in mall.home.heroes:
        with (
            Image.open(mall.picture(hero.wide)) as wide,
            Image.open(mall.picture(hero.square)) as s,
        ):
            assert (wide.size, s.size) == ((1600, 800), (1200, 1200))
    sizes = [path.stat().st_size for path in (PICTURES / mall.facts.slug).glob("*.webp")]
    assert sum(sizes) / len(sizes) < 45_000 and max(sizes) < 120_000


def test_all_pictures_together_stay_below_nine_megabytes() -> None:
    assert sum(path.stat().st_size for path in PICTURES.rglob("*.webp")) < 9_000_000


def test_freight_has_a_rule_for_everywhere_else(mall: DemoMall) -> None:
    for template in mall.freight_templates:
        assert template.rules[-1].regions == []
        named = [code for rule in template.rules for code in rule.regions] + template.no_delivery
        assert all_different(named) and all(re.fullmatch(r"\d{6}", code) for code in named)
        assert all(rule.first_units > 0 and rule.step_units > 0 for rule in template.rules)


def test_licence_facts_say_that_they_are_examples(mall: DemoMall) -> None:
    licence = mall.facts.licence
    for text in (licence.company["zh-CN"], licence.licence_no, licence.icp_no, licence.police_no):
        assert "演示" in text
