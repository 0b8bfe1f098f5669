"""What msgspec and Litestar say of a wrong field, in words for people."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import msgspec
from litestar.exceptions import ValidationException

from mall.kernel.i18n import Texts
from mall.kernel.problems import FieldError

_SAYINGS: list[tuple[str, str, Texts]] = [
    (
        r"missing required field `(?P<field>[^`]+)`",
        "required",
        {"zh-CN": "请填写此项", "en": "Please fill this in"},
    ),
    (
        r"unknown field `(?P<field>[^`]+)`",
        "unknown_field",
        {"zh-CN": "不支持此项", "en": "There is no such field"},
    ),
    (
        r"`(?:int|float)` >= (?P<limit>-?\d+)",
        "too_small",
        {"zh-CN": "不能小于 {limit}", "en": "Must be at least {limit}"},
    ),
    (
        r"`(?:int|float)` <= (?P<limit>-?\d+)",
        "too_large",
        {"zh-CN": "不能大于 {limit}", "en": "Must be at most {limit}"},
    ),
    (
        r"of length >= (?P<limit>\d+)",
        "too_short",
        {"zh-CN": "至少需要 {limit} 个字或项", "en": "Needs at least {limit}"},
    ),
    (
        r"of length <= (?P<limit>\d+)",
        "too_long",
        {"zh-CN": "最多 {limit} 个字或项", "en": "At most {limit} are allowed"},
    ),
    (
        r"matching regex",
        "bad_format",
        {"zh-CN": "格式不正确", "en": "This is not in the expected form"},
    ),
    (
        r"Invalid enum value",
        "not_a_choice",
        {"zh-CN": "不在可选范围内", "en": "This is not one of the choices"},
    ),
    (
        r"Invalid UUID",
        "bad_id",
        {"zh-CN": "编号格式不正确", "en": "This is not an id"},
    ),
    (
        r"(?i)invalid rfc3339|datetime",
        "bad_time",
        {"zh-CN": "时间格式不正确", "en": "This is not a time we understand"},
    ),
    (
        r"Expected `(?P<wanted>[^`]+)`",
        "wrong_type",
        {"zh-CN": "内容类型不正确", "en": "This is of the wrong kind"},
    ),
    (
        r"(?i)missing required (?:query|header|cookie|path)? ?param\w* '?(?P<field>[\w-]+)'?",
        "required",
        {"zh-CN": "请填写此项", "en": "Please fill this in"},
    ),
]
_OTHER: Texts = {"zh-CN": "内容不正确", "en": "This is not right"}
_AT = re.compile(r" - at `\$?\.?(?P<path>[^`]*)`")


def field_errors(failure: ValidationException) -> tuple[FieldError, ...]:
    """Name every wrong field of a request."""
    found = list[FieldError]()
    extra = cast(object, failure.extra)
    entries = cast("list[Any]", extra) if isinstance(extra, list) else []
    for entry in entries:
        if isinstance(entry, Mapping):
            said = cast("Mapping[str, Any]", entry)
            found.append(_one(str(said.get("message", "")), str(said.get("key", ""))))
    return tuple(found) or (_one(str(failure.detail), ""),)


def body_error(cause: BaseException | None) -> FieldError | None:
    """Name a wrong field of the body that is called like something that handlers are given.

    Litestar takes that for a failure of ours: it compares ``language`` with the names of its
    dependencies after it has cut ``data.`` off. None: it was no such thing.
    """
    if not isinstance(cause, msgspec.ValidationError):
        return None
    at = _AT.search(str(cause))
    if at is None or not at["path"].startswith("data."):
        return None
    found = _one(str(cause), "")
    return replace(found, path=found.path.removeprefix("data."))


def _one(message: str, key: str) -> FieldError:
    at = _AT.search(message)
    path = _dotted(at["path"]) if at else key
    for pattern, code, texts in _SAYINGS:
        said = re.search(pattern, message)
        if said is None:
            continue
        groups = said.groupdict()
        if "field" in groups and groups["field"] != path:
            path = ".".join(part for part in (path, groups["field"]) if part)
        worded = {language: text.format(**groups) for language, text in texts.items()}
        return FieldError(path or key, code, worded)
    return FieldError(path or key, "invalid", _OTHER)


def _dotted(path: str) -> str:
    """Write msgspec's ``lines[0].quantity`` as ``lines.0.quantity``."""
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path).strip(".")
