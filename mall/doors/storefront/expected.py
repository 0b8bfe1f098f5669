"""What a field of a form may hold, and what is said at it when it holds something else."""

import re
from collections.abc import Callable, Collection
from uuid import UUID

from mall.kernel.i18n import Texts

# What stood in a field, None when it was not sent -> what is wrong with it, None when nothing is.
type Expected = Callable[[str | None], Texts | None]

TICKED = ("1", "on", "true")
UNTICKED = ("", "0")

AGAIN: Texts = {"zh-CN": "此项只能填写一次", "en": "This can be given only once"}
UNREADABLE: Texts = {
    "zh-CN": "含有无法识别的字符，请重新填写",
    "en": "This contains characters that cannot be read; please write it again",
}
OUTDATED: Texts = {
    "zh-CN": "页面内容已过期，请核对后重新提交",
    "en": "This page was out of date; please check it and send it again",
}
MISSING: Texts = {"zh-CN": "请填写此项", "en": "Please fill this in"}
NO_CHOICE: Texts = {"zh-CN": "请从列出的选项中选择", "en": "Please choose one of these"}

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_TOKEN = re.compile(r"[0-9A-Za-z_-]{16,64}")
_WHOLE = re.compile(r"\+?[0-9]{1,15}")


def is_readable(written: str) -> bool:
    """Tell whether people can have written this: no NUL, no controls, no broken characters."""
    return _NO_TEXT.search(written) is None


def any_text() -> Expected:
    """Expect text, of which somebody else says how long it may be."""
    return lambda _: None


def text_up_to(most: int, *, needed: bool = False) -> Expected:
    """Expect text of up to ``most`` characters, without the space around it."""

    def wrong(written: str | None) -> Texts | None:
        plain = (written or "").strip()
        if needed and not plain:
            return MISSING
        return _too_long(most) if len(plain) > most else None

    return wrong


def secret(most: int) -> Expected:
    """Expect a password, in which spaces count."""

    def wrong(written: str | None) -> Texts | None:
        return MISSING if not written else _too_long(most) if len(written) > most else None

    return wrong


def whole(least: int, most: int, *, needed: bool = True, sent: bool = True) -> Expected:
    """Expect a whole number; not ``needed``: the field may be empty, not ``sent``: missing."""
    said: Texts = {
        "zh-CN": "请填写 {least} 到 {most} 之间的整数",
        "en": "Enter a whole number from {least} to {most}",
    }
    texts = {language: text.format(least=least, most=most) for language, text in said.items()}

    def wrong(written: str | None) -> Texts | None:
        plain = (written or "").strip()
        if (written is None and not sent) or (not plain and not needed):
            return None
        fits = _WHOLE.fullmatch(plain) is not None and least <= int(plain) <= most
        return None if fits else texts

    return wrong


def choice(allowed: Collection[str], *, needed: bool = False) -> Expected:
    """Expect one of some values; not ``needed``: it need not be sent."""

    def wrong(written: str | None) -> Texts | None:
        if written is None:
            return NO_CHOICE if needed else None
        return None if written in allowed else NO_CHOICE

    return wrong


def tick() -> Expected:
    """Expect a box, ticked or not."""
    return choice((*TICKED, *UNTICKED))


def token() -> Expected:
    """Expect a name that a page has made up for what it sends, so that it happens once."""

    def wrong(written: str | None) -> Texts | None:
        return None if not written or _TOKEN.fullmatch(written) else OUTDATED

    return wrong


def one_id(*, needed: bool = False) -> Expected:
    """Expect an id."""

    def wrong(written: str | None) -> Texts | None:
        if written is None:
            return MISSING if needed else None
        try:
            UUID(written.strip())
        except ValueError:
            return NO_CHOICE
        return None

    return wrong


def _too_long(most: int) -> Texts:
    said: Texts = {"zh-CN": "最多 {most} 个字", "en": "At most {most} characters"}
    return {language: text.format(most=most) for language, text in said.items()}
