"""What of a product the file changes, and what it leaves alone.

Words that the file does not speak of stay: other languages, subtitle, attributes, freight, and the
codes and colours of options, which are recognised by their words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from mall.catalog import Draft, DraftSku, Option, OptionValue, Product, safe_html, slug_from
from mall.doors.command.shopify.rules.goods import Goods
from mall.doors.command.shopify.rules.variants import Variant
from mall.kernel.i18n import Texts, pick
from mall.kernel.ids import AssetId, BrandId, CategoryId, FreightTemplateId

type Asset = Callable[[str], AssetId | None]  # the picture behind an address; None: not there


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option of the file: its place there, the product's own, and codes by the words."""

    place: int
    option: Option
    codes: Mapping[str, str]


def drafted(
    goods: Goods,
    before: Product | None,
    *,
    language: str,
    category_id: CategoryId,
    brand_id: BrandId | None,
    tags: tuple[str, ...],
    freight_template_id: FreightTemplateId | None,
    asset: Asset,
) -> Draft:
    """Write the product as the file wants it, on top of what is there."""
    kept = None if before is None else as_draft(before)
    chosen = options_of(goods, before, language)
    draft = Draft(
        slug=goods.slug,
        title=worded(kept.title if kept else {}, goods.title, language),
        category_id=category_id,
        skus=tuple(_sku(one, chosen, before, goods.says, asset) for one in goods.variants),
        subtitle=kept.subtitle if kept else {},
        description=described(kept.description if kept else {}, goods.body, language),
        brand_id=brand_id,
        tags=tags,
        attributes=kept.attributes if kept else {},
        options=tuple(one.option for one in chosen),
        gallery=gallery_of(goods, before, asset),
        freight_template_id=freight_template_id,
    )
    if kept is None:
        return draft
    if "body" not in goods.says:
        draft = replace(draft, description=kept.description)
    if not goods.variants:
        draft = replace(draft, skus=kept.skus, options=kept.options)
    return draft


def as_draft(product: Product) -> Draft:
    """Write a product as it is; one that sells nothing keeps what it used to sell."""
    selling = [sku for sku in product.skus if sku.active] or product.skus
    return Draft(
        slug=product.slug,
        title=product.title,
        category_id=product.category_id,
        skus=tuple(
            DraftSku(sku.values, sku.code, sku.barcode, sku.weight_grams, sku.image, sku.active)
            for sku in selling
        ),
        subtitle=product.subtitle,
        description=product.description,
        brand_id=product.brand_id,
        tags=product.tags,
        attributes=product.attributes,
        options=product.options,
        gallery=product.gallery,
        freight_template_id=product.freight_template_id,
    )


def worded(there: Texts, said: str, language: str) -> Texts:
    """Put words into one language; those that read the same already stay as they are."""
    if pick(there, language).strip() == said:
        return there
    others = {tag: text for tag, text in there.items() if tag != language}
    return {**others, language: said} if said else others


def described(there: Texts, said: str, language: str) -> Texts:
    """Put a description into one language; one that is stored as what is there changes nothing."""
    if pick(there, language).strip() == safe_html(said).strip():
        return there
    return worded(there, said, language)


def option_label(option: Option, options: Sequence[Option], language: str) -> str:
    """Name an option in one word; by its code where the words of two are the same."""
    words = [pick(one.title, language) for one in options]
    word = pick(option.title, language)
    return word if words.count(word) == 1 else option.code


def value_label(value: OptionValue, option: Option, language: str) -> str:
    """Name a value in one word; by its code where the words of two are the same."""
    words = [pick(one.title, language) for one in option.values]
    word = pick(value.title, language)
    return word if words.count(word) == 1 else value.code


def options_of(goods: Goods, before: Product | None, language: str) -> list[Chosen]:
    """Recognise the options and values of the file by their words, and add what is new.

    They come in the order that the product has them in, so that its variants stay the same.
    """
    known = list(before.options) if before else []
    by_label = {option_label(one, known, language): (n, one) for n, one in enumerate(known)}
    taken, made = {one.code for one in known}, list[tuple[int, Chosen]]()
    for place, name in enumerate(goods.options):
        words = list(dict.fromkeys(variant.values[place] for variant in goods.variants))
        position, option = by_label.get(name, (len(known), None))
        if option is None:
            option = Option(fresh_code(name, "option", taken), {language: name}, ())
            taken.add(option.code)
        sold = _sold(before, position)
        made.append((position, _with_values(place, option, words, sold, language)))
    return [chosen for _, chosen in sorted(made, key=lambda entry: entry[0])]


def fresh_code(name: str, otherwise: str, taken: Collection[str]) -> str:
    """Make a code from words that nothing else has."""
    plain = slug_from(name) or otherwise
    if plain not in taken:
        return plain
    return next(code for n in count(2) if (code := f"{plain}-{n}") not in taken)


def gallery_of(goods: Goods, before: Product | None, asset: Asset) -> tuple[AssetId, ...]:
    """Order the pictures as the file does; while some are missing, none that is there goes."""
    there = before.gallery if before else ()
    found = [asset(shot.url) for shot in goods.gallery]
    named = list(dict.fromkeys(one for one in found if one is not None))
    if not goods.gallery or None in found:
        named += [one for one in there if one not in named]
    return tuple(named[: max(len(goods.gallery), len(there))])


def _sold(before: Product | None, position: int) -> set[str]:
    """List the values of an option that are being sold."""
    skus = before.skus if before else ()
    return {sku.values[position] for sku in skus if sku.active and position < len(sku.values)}


def _with_values(
    place: int, option: Option, words: Sequence[str], sold: Collection[str], language: str
) -> Chosen:
    """Give an option the values of the file; of others stay those that nothing was sold in."""
    codes = {value_label(one, option, language): one.code for one in option.values}
    named = {codes[word] for word in words if word in codes}
    stay = [one for one in option.values if one.code in named or one.code not in sold]
    taken = {one.code for one in option.values}
    for word in words:
        if word not in codes:
            codes[word] = fresh_code(word, "value", taken)
            taken.add(codes[word])
            stay.append(OptionValue(codes[word], {language: word}))
    return Chosen(place, Option(option.code, option.title, tuple(stay)), codes)


def _sku(
    variant: Variant,
    chosen: Sequence[Chosen],
    before: Product | None,
    says: Collection[str],
    asset: Asset,
) -> DraftSku:
    values = tuple(one.codes[variant.values[one.place]] for one in chosen)
    skus = before.skus if before else ()
    known = next((sku for sku in skus if sku.values == values), None)
    image = asset(variant.picture) if variant.picture else None
    if known is None:
        return DraftSku(values, variant.code, variant.barcode, variant.grams or 0, image)
    return DraftSku(
        values=values,
        code=variant.code or known.code,
        barcode=variant.barcode if "barcode" in says else known.barcode,
        weight_grams=known.weight_grams if variant.grams is None else variant.grams,
        image=image or known.image,
    )
