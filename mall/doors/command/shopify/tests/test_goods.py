from hypothesis import given
from hypothesis import strategies as st

from mall.doors.command.shopify.rules.cells import major_of, minor_of
from mall.doors.command.shopify.rules.goods import Goods
from mall.doors.command.shopify.tests.files import SMALL, lines, more, mug, read, said


def goods_of(*rows: dict[str, str], digits: int = 2) -> Goods:
    (one,) = read(lines(*rows), digits)
    assert one.goods is not None, said(one)
    return one.goods


def refused(*rows: dict[str, str], digits: int = 2) -> list[tuple[int, str]]:
    (one,) = read(lines(*rows), digits)
    assert one.goods is None
    return said(one)


def test_variants_are_read_with_all_their_facts() -> None:
    apron = read(SMALL.read_bytes())[0].goods
    assert apron is not None
    assert apron.options == ("Colour", "Size")
    assert [one.values for one in apron.variants] == [("Oat", "S"), ("Oat", "L"), ("Ink", "S")]
    assert [one.price_minor for one in apron.variants] == [2200, 2400, 2250]
    assert [one.compare_at_minor for one in apron.variants] == [2950, None, None]
    assert [one.grams for one in apron.variants] == [420, 456, 420]
    assert [one.quantity for one in apron.variants] == [12, 0, 0]
    assert apron.variants[0].barcode == "4006381333931"
    assert apron.variants[2].picture == "https://pictures.example/ink.jpg"
    assert apron.tags == ("linen", "kitchen") and apron.vendor == "Hearth & Oak"


def test_pictures_come_in_the_order_of_their_positions() -> None:
    apron = read(SMALL.read_bytes())[0].goods
    assert apron is not None
    ends = [shot.url.rpartition("/")[2] for shot in apron.gallery]
    assert ends == ["apron-2.jpg", "apron-1.jpg?v=2", "apron-3.jpg"]


def test_default_title_means_that_there_is_nothing_to_choose() -> None:
    spoon = read(SMALL.read_bytes())[1].goods
    assert spoon is not None
    assert spoon.options == () and spoon.variants[0].values == ()


def test_the_last_part_of_a_category_stands_in_for_a_missing_type() -> None:
    assert goods_of(mug(category="Home > Kitchen > Mugs")).shelf == "Mugs"
    assert goods_of(mug(category="Home > Mugs", type="Cups")).shelf == "Cups"


def test_every_wrong_row_is_named_at_once() -> None:
    rows = [
        mug(option1_name="Size", option1_value="S", price="12,50", title=""),
        more("mug", option1_value="M", price="1.999"),
        more("mug", option1_value="L", price="9", grams="heavy", quantity="2.5"),
        more("mug", option1_value="L", price="9"),
        more("mug", price="9"),
        more("mug", option1_value="XL", option2_value="red", price="9"),
        more("mug", option1_value="XXL", price="9", barcode="6.97E+12"),
    ]
    assert refused(*rows) == [
        (2, "title_missing"),
        (2, "amount_wrong"),
        (3, "amount_too_fine"),
        (4, "number_wrong"),
        (4, "number_wrong"),
        (5, "variant_twice"),
        (6, "option_value_missing"),
        (7, "option_name_missing"),
        (8, "barcode_damaged"),
    ]


def test_words_that_are_not_known_keep_a_product_out() -> None:
    assert refused(mug(status="sold")) == [(2, "word_wrong")]
    assert refused(mug(published="perhaps")) == [(2, "word_wrong")]
    assert refused(mug(gift_card="true")) == [(2, "gift_card")]


def test_a_sku_belongs_to_one_variant_of_the_file() -> None:
    first, second = read(lines(mug("a", sku="X-1"), mug("b", sku="X-1")))
    assert first.goods is not None and second.goods is None
    assert said(second) == [(3, "code_twice")]


def test_a_sku_is_brought_into_the_characters_of_codes() -> None:
    (one,) = read(lines(mug(sku="'AB 12/3--x.")))
    assert one.goods is not None and one.goods.variants[0].code == "AB-12-3-x"
    assert said(one) == [(2, "code_changed")]
    (plain,) = read(lines(mug(sku="'0042")))
    assert plain.goods is not None and plain.goods.variants[0].code == "0042"


def test_a_compare_at_price_that_is_no_higher_is_left_out_with_a_note() -> None:
    (one,) = read(lines(mug(price="12", compare_at="12.00")))
    assert one.goods is not None and one.goods.variants[0].compare_at_minor is None
    assert said(one) == [(2, "compare_at_dropped")]
    (none,) = read(lines(mug(price="12", compare_at="0")))
    assert not said(none)


def test_currencies_have_their_own_decimals() -> None:
    assert goods_of(mug(price="1200"), digits=0).variants[0].price_minor == 1200
    assert goods_of(mug(price="1200.00"), digits=0).variants[0].price_minor == 1200
    assert goods_of(mug(price="1.234"), digits=3).variants[0].price_minor == 1234
    assert refused(mug(price="1200.50"), digits=0) == [(2, "amount_too_fine")]


def test_tags_are_told_apart_by_either_comma_and_named_once() -> None:
    assert goods_of(mug(tags="通勤款，防水, 快充 ,防水,")).tags == ("通勤款", "防水", "快充")


def test_what_is_lacking_says_nothing() -> None:
    columns = ["Handle", "Title", "Variant Price"]
    (one,) = read(lines({"Handle": "a", "Title": "A", "Variant Price": "1"}, columns=columns))
    assert one.goods is not None
    assert one.goods.says == {"handle", "title", "price"}
    variant = one.goods.variants[0]
    assert (variant.grams, variant.quantity, variant.code) == (None, None, "")
    assert one.goods.status == "active" and one.goods.published


@given(st.integers(min_value=0, max_value=10**14), st.integers(min_value=0, max_value=4))
def test_amounts_survive_being_written_and_read(minor: int, digits: int) -> None:
    assert minor_of(major_of(minor, digits), digits) == minor
    assert minor_of(f"{major_of(minor, digits)}{'000' if digits else '.00'}", digits) == minor
