"""Says what an answer tells that nobody of another tenant may know."""

import base64
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus
from uuid import UUID

from tests.strangers.inside import Answer, Question
from tests.strangers.marking import MARK

ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)
_CURSOR = re.compile(r"(?:next_cursor\":\"|cursor=)([\w-]{8,})")


@dataclass
class Judge:
    """Knows the values of a tenant that nobody else has; its marks say themselves what they are.

    What a stranger brings may be said again: in the answer to the same request, and later if it was
    a request that writes, and was not refused.
    """

    ids: frozenset[str]
    own: Sequence[str]  # numbers, hosts, tokens: in lower case
    brought: set[str] = field(default_factory=set[str])  # by all that writes, refused or not
    _taken: set[str] = field(default_factory=set[str])
    _under_way: dict[int, set[str]] = field(default_factory=dict[int, set[str]])

    def secrets_in(self, text: str) -> set[str]:
        """Find everything of the tenant in a text."""
        for cursor in _CURSOR.findall(text):
            text += _read(cursor)
        text = text.lower()
        found = {one.rstrip(".") for one in MARK.findall(text)}
        ids = {str(UUID(one)) for one in ID.findall(text)} & self.ids
        return found | ids | {one for one in self.own if one in text}

    def hear(self, question: Question) -> None:
        """Note what a request brings along, before it is sent."""
        if question.verb not in {"GET", "HEAD", "OPTIONS"}:
            self._under_way[id(question)] = self.secrets_in(question.text)
            self.brought |= self._under_way[id(question)]

    def amiss(self, question: Question, answer: Answer) -> list[str]:
        """Say what is wrong with an answer to somebody of another tenant."""
        said = f"{question} is answered with {answer.status}"
        wrong = [f"{said}: {answer.body[:300]!r}"] if answer.status >= 500 else []
        kept = self._taken.union(*self._under_way.values())
        if answer.status in {200, 304} and question.verb in {"GET", "HEAD"}:
            known = unheard(self.secrets_in(unquote(question.path)), kept)
            wrong += [f"{said} and knows {secret}" for secret in sorted(known)]
        if told := self.secrets_in(text_of(answer)):
            told = unheard(told, kept | self.secrets_in(question.text))
        brought = self._under_way.pop(id(question), set())
        self._taken |= brought if answer.status < 400 else set()
        return [*wrong, *(f"{said} and tells {secret}" for secret in sorted(told))]


def unheard(found: set[str], kept: set[str]) -> set[str]:
    """Leave out what strangers have said themselves, and the beginnings of it."""
    return {one for one in found if not any(was.startswith(one) for was in kept)}


def text_of(answer: Answer) -> str:
    """Write an answer down whole: its status, every header, and the body as it is read."""
    body = answer.body
    if answer.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.all_headers)
    return f"{answer.status}\n{unquote_plus(headers)}\n{body.decode('utf-8', 'replace')}"


def _read(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
    except ValueError:
        return ""
