from datetime import UTC, datetime, timedelta

import pytest

from mall.doors.storefront.saying import Saying, phone

CHINESE = Saying("zh-CN", "CNY", "Asia/Shanghai")
ENGLISH = Saying("en", "CNY", "Asia/Shanghai")
NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai


def test_an_amount_is_written_with_sign_thousands_and_fen() -> None:
    assert CHINESE.money(129900) == "¥1,299.00"
    assert ENGLISH.money(5) == "¥0.05"
    assert Saying("en", "JPY", "Asia/Tokyo").money(1500) == "¥1,500"


def test_an_amount_below_zero_keeps_its_digits() -> None:
    assert CHINESE.money(-1050) == "-¥10.50"


def test_a_price_parts_sign_whole_and_rest_for_the_eye() -> None:
    assert str(CHINESE.price(12900)) == '<span class="price"><i>¥</i>129<i>.00</i></span>'


def test_machines_read_an_amount_without_signs() -> None:
    assert CHINESE.decimal(129900) == "1299.00"


def test_english_chooses_between_one_and_many() -> None:
    assert ENGLISH("{n} 件", n=1) == "1 item"
    assert ENGLISH("{n} 件", n=3) == "3 items"
    assert CHINESE("{n} 件", n=3) == "3 件"


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(hours=2), "今天 10:00"),
        (timedelta(hours=13), "昨天 23:00"),
        (timedelta(days=3), "2月26日 12:00"),
        (timedelta(days=400), "2026年1月25日 12:00"),
    ],
)
def test_a_moment_is_told_by_the_mall_s_own_days(ago: timedelta, said: str) -> None:
    assert f">{said}<" in CHINESE.when(NOW - ago, NOW)


def test_a_number_from_here_is_written_in_groups_and_others_stay() -> None:
    assert phone("+8613800138000") == "138 0013 8000"
    assert phone("+4915112345678") == "+4915112345678"
