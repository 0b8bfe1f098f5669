"""Forms as visitors filled them in: rubbish is read without failing, errors find their field."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl
from uuid import UUID

from litestar.datastructures import FormMultiDict

from mall.doors.given import AnyRequest
from mall.doors.problems import Malformed
from mall.doors.storefront.expected import (
    AGAIN,
    OUTDATED,
    TICKED,
    UNREADABLE,
    Expected,
    is_readable,
)
from mall.kernel.i18n import Language, Texts, pick
from mall.kernel.problems import FieldError, InvalidFields, Problem

_TEXT_AT_MOST = 2_000
_FIELDS_AT_MOST = 1_000
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Filled:
    """What stood in the fields of a form."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        """Hold the fields; one name can have many values."""
        self._fields = fields

    def text(self, name: str) -> str:
        """Give what was written, without what no text column can hold."""
        written = (self._fields.get(name) or [""])[0]
        return _storable(written)[:_TEXT_AT_MOST]

    def texts(self, name: str) -> list[str]:
        """Give all values of a name."""
        return [_storable(value)[:200] for value in self._fields.get(name, [])][:200]

    def check(self, expected: Mapping[str, Expected], at: Mapping[str, str] | None = None) -> None:
        """Refuse what fields cannot hold. Raises InvalidFields, which names every wrong one.

        ``at``: where on the page a field's error stands, if not at the field of the same name;
        "" is the top, for what the visitor has not written and cannot mend.
        """
        errors = dict[str, FieldError]()
        for name, expectation in expected.items():
            texts = self._wrong(name, expectation)
            if texts is not None:
                path = (at or {}).get(name, name)
                errors.setdefault(path, FieldError(path, "invalid", texts if path else OUTDATED))
        if errors:
            raise InvalidFields(tuple(errors.values()))

    def _wrong(self, name: str, expectation: Expected) -> Texts | None:
        values = self._fields.get(name, [])
        if len(values) > 1:
            return AGAIN
        if any(not is_readable(value) for value in values):
            return UNREADABLE
        return expectation(values[0].replace("\r\n", "\n") if values else None)

    def number(self, name: str, otherwise: int = 0) -> int:
        """Give a whole number."""
        return number_in(self.text(name), otherwise)

    def id(self, name: str) -> UUID | None:
        """Give an id; None when there is none."""
        return id_in(self.text(name))

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.text(name) in TICKED

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> list[str]:
        """List the names of the fields."""
        return list(self._fields)


NOTHING = Filled({})


async def filled(request: AnyRequest) -> Filled:
    """Read the form of a request. Raises Malformed when the body is no form.

    Not by the framework where it can be helped: that keeps the last thousand forms in memory, with
    the passwords in them.
    """
    kind, _ = request.content_type
    if kind == _MULTIPART:
        form: FormMultiDict = await request.form()
        return _together((name, value) for name, value in form.multi_items())
    body = await request.body()
    if kind != _FORM:
        if body:
            raise Malformed
        return NOTHING
    try:
        text = body.decode(errors="replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST)
    except ValueError as failure:
        raise Malformed from failure
    return _together(pairs)


def asked(request: AnyRequest) -> Filled:
    """Read the query of a request the same way."""
    return _together((name, str(value)) for name, value in request.query_params.multi_items())


def _together(pairs: Iterable[tuple[str, object]]) -> Filled:
    """Put the values of a name together; a file is no value."""
    fields = dict[str, list[str]]()
    for name, value in pairs:
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Filled(fields)


def _storable(written: str) -> str:
    """Leave out what no text column can hold; browsers write the ends of lines in two signs."""
    return written.replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode()


def number_in(written: str, otherwise: int = 0) -> int:
    """Read a whole number of up to nine digits."""
    plain = written.strip().lstrip("+")
    return int(plain) if plain.isdecimal() and plain.isascii() and len(plain) < 10 else otherwise


def amount_in(written: str, otherwise: int = 0) -> int:
    """Read an amount in minor units, of up to fifteen digits."""
    plain = written.strip()
    return int(plain) if plain.isdecimal() and plain.isascii() and len(plain) < 16 else otherwise


def id_in(written: str) -> UUID | None:
    """Read an id; None when it is none."""
    try:
        return UUID(written.strip())
    except ValueError:
        return None


def errors_of(
    problem: Problem, language: Language, fields: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Say what is wrong, by field; what belongs to no field is under "".

    ``fields`` names the field that a problem's code is about.
    """
    if isinstance(problem, InvalidFields):
        return {error.path: pick(error.texts, language) for error in problem.errors}
    return {(fields or {}).get(problem.code, ""): problem.text(language)}
