import pytest

from mall.doors.storefront.links import inside, linked, product_link


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "cart",
        "",
        "/cart\r\nSet-Cookie: a=b",
        "/\t/evil.test",
        "//[",
        "/\\[evil.test",
        "http://[::1",
    ],
)
def test_an_address_that_leads_outside_is_not_followed(address: str) -> None:
    assert inside(address, "/safe") == "/safe"


def test_an_address_inside_is_kept_with_its_query() -> None:
    assert inside("/c/coats?sort=newest") == "/c/coats?sort=newest"


def test_empty_values_leave_no_trace_in_an_address() -> None:
    assert linked("/search", [("q", "大衣"), ("sort", "")]) == "/search?q=%E5%A4%A7%E8%A1%A3"


def test_a_name_in_chinese_is_escaped() -> None:
    assert product_link("大衣") == "/p/%E5%A4%A7%E8%A1%A3"
