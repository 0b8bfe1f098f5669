"""Words, amounts and moments, as one visitor reads them. Texts are written in Chinese."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import get_currency_precision, get_currency_symbol
from markupsafe import Markup, escape

from mall.kernel.i18n import Language, Texts, pick
from mall.kernel.time import Instant

_ENGLISH = Path(__file__).parent / "words" / "en.json"
_LOCALES = {"zh-CN": "zh_CN", "en": "en"}


@cache
def english() -> Mapping[str, str]:
    """Read the dictionary: the Chinese text to the English one."""
    return cast("dict[str, str]", json.loads(_ENGLISH.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Saying:
    """How to say things to one visitor of one mall."""

    language: Language
    currency: str
    time_zone: str

    def __call__(self, text: str, **values: Any) -> str:
        """Say a text of ours. ``one|many`` in English is chosen by the value ``n``."""
        if self.language == "en":
            text = english().get(text, text)
            one, bar, many = text.partition("|")
            if bar:
                text = one if values.get("n") == 1 else many
        return text.format(**values) if values else text

    def text(self, texts: Texts) -> str:
        """Say a text of the mall."""
        return pick(texts, self.language)

    def money(self, minor: int) -> str:
        """Write an amount in plain words: ¥1,299.00."""
        sign, whole, rest = _parts(minor, self.currency, self.language)
        return f"{sign}{whole}{rest}"

    def decimal(self, minor: int) -> str:
        """Write an amount for machines: 1299.00."""
        whole, rest = divmod(minor, 10**self.digits)
        return f"{whole}.{rest:0{self.digits}d}" if self.digits else str(whole)

    @property
    def sign(self) -> str:
        """Give the sign of the currency."""
        return _sign(self.currency, self.language)

    @property
    def digits(self) -> int:
        """Tell how many digits the small part of an amount has."""
        return _digits(self.currency)

    def price(self, minor: int, kind: str = "") -> Markup:
        """Write a price for the eye: small sign, big whole, small rest."""
        sign, whole, rest = _parts(minor, self.currency, self.language)
        classes = f"price price--{kind}" if kind else "price"
        return Markup('<span class="{}"><i>{}</i>{}<i>{}</i></span>').format(
            classes, sign, whole, rest
        )

    def when(self, moment: Instant, now: Instant) -> Markup:
        """Say when something was: by the clock within a day, by the date after."""
        local = moment.astimezone(self._zone)
        day, today = local.date(), now.astimezone(self._zone).date()
        clock = format_time(local, "HH:mm", locale=self._locale)
        if day == today:
            said = f"今天 {clock}" if self.language == "zh-CN" else f"Today {clock}"
        elif day == today - timedelta(days=1):
            said = f"昨天 {clock}" if self.language == "zh-CN" else f"Yesterday {clock}"
        else:
            pattern = "M月d日 HH:mm" if self.language == "zh-CN" else "d MMM HH:mm"
            if day.year != today.year:
                pattern = pattern.replace("M月", "y年M月").replace("MMM", "MMM y")
            said = format_datetime(local, pattern, locale=self._locale)
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), said)

    def clock(self, moment: Instant) -> str:
        """Write a moment whole."""
        local = moment.astimezone(self._zone)
        return format_datetime(local, "yyyy-MM-dd HH:mm:ss", locale=self._locale)

    def day(self, moment: Instant) -> str:
        """Write the day of a moment."""
        return format_date(moment.astimezone(self._zone), "long", locale=self._locale)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]


def phone(number: str) -> str:
    """Write a number the way people read it out: 138 0013 8000; others stay as they are."""
    home = number.removeprefix("+86")
    if number.startswith("+86") and len(home) == 11:
        return f"{home[:3]} {home[3:7]} {home[7:]}"
    return number


def _parts(minor: int, currency: str, language: str) -> tuple[str, str, str]:
    sign, digits = _sign(currency, language), _digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    below = "-" if minor < 0 else ""
    return f"{below}{sign}", f"{whole:,}", f".{rest:0{digits}d}" if digits else ""


@cache
def _sign(currency: str, language: str) -> str:
    symbol = get_currency_symbol(currency, locale=_LOCALES.get(language, "zh_CN"))
    return symbol.replace("CN¥", "¥")  # in English too: this is where it is at home


@cache
def _digits(currency: str) -> int:
    return get_currency_precision(currency)


def paragraphs(text: str) -> Markup:
    """Show a plain text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())
