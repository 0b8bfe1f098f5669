"""Expected refusals. A room subclasses a category and never writes an HTTP number."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from mall.kernel.i18n import Texts, pick


@dataclass(eq=False)
class Problem(Exception):
    """A refusal the caller can act on. Never raised for a bug: a bug is an assertion."""

    code: ClassVar[str]  # stable, for programs: "<room>.<what>"
    status: ClassVar[int]
    texts: ClassVar[Texts]  # format strings over the fields of the problem

    def __str__(self) -> str:
        return f"{self.code} {asdict(self)}"

    def text(self, language: str) -> str:
        """Say what happened and what to do, in ``language``."""
        return pick(self.texts, language).format(**self.fields())

    def fields(self) -> dict[str, Any]:
        """Name the typed fields, for programs."""
        return asdict(self)


class Invalid(Problem):
    """The request can never succeed as written."""

    status = 422


class NotSignedIn(Problem):
    """The caller must sign in first."""

    status = 401


class NotAllowed(Problem):
    """The caller is known, and may not do this."""

    status = 403


class NotFound(Problem):
    """The thing does not exist, or this caller may not know that it does."""

    status = 404


class Conflict(Problem):
    """The request is well formed, but the present state refuses it."""

    status = 409


@dataclass(eq=False)
class TooMany(Problem):
    """A limit is used up for now."""

    status = 429
    retry_after_seconds: int


@dataclass(eq=False)
class Unavailable(Problem):
    """Something this needs is away for a while; the same request may be repeated."""

    status = 503
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; ``path`` is as the client wrote it: ``lines.0.quantity``."""

    path: str
    code: str  # "required", "too_small", ...
    texts: Texts


@dataclass(eq=False)
class InvalidFields(Invalid):
    """Some fields cannot be used as they are; every one is named."""

    code = "request.invalid_fields"
    texts = {"zh-CN": "有内容需要修改", "en": "Some fields need a change"}
    errors: tuple[FieldError, ...]


@dataclass(eq=False)
class Nothing(NotFound):
    """There is nothing of this kind under this name."""

    code = "request.not_found"
    texts = {"zh-CN": "没有找到您要的内容", "en": "We could not find what you asked for"}
    kind: str  # "order", "product", ...
