from hypothesis import given
from hypothesis import strategies as st

from mall.catalog import Category, paths, slug_from
from mall.catalog.rules import DEPTH_AT_MOST, is_slug, safe_html
from mall.kernel.ids import CategoryId, new_uuid


@given(st.text(max_size=300))
def test_whatever_the_words_a_slug_made_of_them_can_stand_in_an_address(words: str) -> None:
    slug = slug_from(words)
    assert slug == "" or is_slug(slug), slug


def test_words_become_readable_addresses() -> None:
    assert slug_from(" Wool Coat (2026) ") == "wool-coat-2026"
    assert slug_from("双面 羊毛大衣") == "双面-羊毛大衣"
    assert not is_slug("Wool") and not is_slug("a--b") and not is_slug("a/b") and not is_slug("")


def test_a_description_keeps_its_looks_and_loses_what_could_do_harm() -> None:
    written = (
        '<h2 onclick="x()">标题</h2><script>alert(1)</script>'
        '<a href="javascript:x()">a</a><a href="https://example.com">b</a>'
        '<img src="/media/a.webp" onerror="x()"><iframe src="https://e.com"></iframe>'
    )
    cleaned = safe_html(written)
    assert "<h2>标题</h2>" in cleaned and 'src="/media/a.webp"' in cleaned
    assert 'href="https://example.com"' in cleaned
    for harm in ("script", "onclick", "onerror", "javascript", "iframe"):
        assert harm not in cleaned


def test_a_ring_of_categories_ends() -> None:
    first, second = CategoryId(new_uuid()), CategoryId(new_uuid())
    ring = [
        Category(first, second, "a", {"en": "A"}, None, 0),
        Category(second, first, "b", {"en": "B"}, None, 0),
    ]
    assert all(len(way) <= DEPTH_AT_MOST + 2 for way in paths(ring).values())
