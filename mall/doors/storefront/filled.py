"""Forms as visitors filled them in: rubbish is read without failing, errors find their field."""

from collections.abc import Mapping
from uuid import UUID

from litestar.datastructures import FormMultiDict

from mall.doors.given import AnyRequest
from mall.kernel.i18n import Language, pick
from mall.kernel.problems import InvalidFields, Problem

_TEXT_AT_MOST = 2_000


class Filled:
    """What stood in the fields of a form."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        """Hold the fields; one name can have many values."""
        self._fields = fields

    def text(self, name: str) -> str:
        """Give what was written, without what no text column can hold."""
        written = (self._fields.get(name) or [""])[0]
        return written.replace("\0", "").encode(errors="ignore").decode()[:_TEXT_AT_MOST]

    def texts(self, name: str) -> list[str]:
        """Give all values of a name."""
        return [value.replace("\0", "")[:200] for value in self._fields.get(name, [])][:200]

    def number(self, name: str, otherwise: int = 0) -> int:
        """Give a whole number."""
        return number_in(self.text(name), otherwise)

    def id(self, name: str) -> UUID | None:
        """Give an id; None when there is none."""
        return id_in(self.text(name))

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.text(name) in {"1", "on", "true"}

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> list[str]:
        """List the names of the fields."""
        return list(self._fields)


async def filled(request: AnyRequest) -> Filled:
    """Read the form of a request."""
    form: FormMultiDict = await request.form()
    fields = dict[str, list[str]]()
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Filled(fields)


def asked(request: AnyRequest) -> Filled:
    """Read the query of a request the same way."""
    fields = dict[str, list[str]]()
    for name, value in request.query_params.multi_items():
        fields.setdefault(name, []).append(str(value))
    return Filled(fields)


def number_in(written: str, otherwise: int = 0) -> int:
    """Read a whole number of up to nine digits."""
    plain = written.strip().lstrip("+")
    return int(plain) if plain.isdecimal() and plain.isascii() and len(plain) < 10 else otherwise


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
