"""Text into words that can be found again: Chinese cut by a dictionary and by twos, Latin whole."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import rjieba

_RUN = re.compile(
    r"(?P<han>[㐀-鿿豈-﫿]+)|(?P<latin>[^\W_㐀-鿿豈-﫿]+(?:[-.+/&'][^\W_㐀-鿿豈-﫿]+)*)"
)
_PIECE = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
_QUERY_WORDS_AT_MOST = 12
_WORD_AT_MOST = 60
_FILLERS = frozenset("的了和与及在是有我你他她它这那一不个款之")


def words_in(text: str) -> Iterator[str]:
    """Cut a text into all the words under which it should be found; repeats are not left out."""
    for run in _RUN.finditer(_folded(_TAG.sub(" ", text))):
        if han := run["han"]:
            yield from rjieba.cut_for_search(han)
            yield from _twos(han)
            yield from han
        else:
            yield from _latin_words(run["latin"])


@lru_cache(maxsize=4096)
def looked_for(text: str) -> str:
    """Write what a shopper typed as a tsquery; "" when there is nothing to look for.

    Every word must be there: a Chinese one whole or by its neighbouring characters, a Latin one
    as it is or as a beginning.
    """
    parts = list[str]()
    for run in _RUN.finditer(_folded(text)):
        if han := run["han"]:
            cut = [word for word in rjieba.cut(han) if word not in _FILLERS] or [han]
            parts += [_han_part(word) for word in cut]
        else:
            parts.append(_latin_part(run["latin"]))
    return " & ".join(parts[:_QUERY_WORDS_AT_MOST])


def weighted(texts: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Give every word the best weight (A before D) under which it stands."""
    best = dict[str, str]()
    for weight, group in texts:
        for text in group:
            for word in words_in(text):
                if len(word) <= _WORD_AT_MOST and weight < best.get(word, "E"):
                    best[word] = weight
    return best


def as_tsvector(words: dict[str, str]) -> str:
    """Write words as PostgreSQL reads a tsvector."""
    return " ".join(f"{_quoted(word)}:1{weight}" for word, weight in words.items())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _twos(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)]


def _latin_words(word: str) -> Iterator[str]:
    pieces = _PIECE.findall(word)
    yield "".join(pieces)
    if len(pieces) > 1:
        yield from pieces


def _han_part(word: str) -> str:
    twos = _twos(word)
    if len(twos) < 2:
        return _quoted(word)
    return f"({_quoted(word)} | ({' & '.join(_quoted(two) for two in twos)}))"


def _latin_part(word: str) -> str:
    pieces = [piece[:_WORD_AT_MOST] for piece in _PIECE.findall(word)]
    whole = "".join(pieces)[:_WORD_AT_MOST]
    either = [f"{_quoted(whole)}:*"]
    if whole.endswith("s") and len(whole) > 3:
        either.append(f"{_quoted(whole[:-1])}:*")
    if len(pieces) > 1:
        either.append("(" + " & ".join(f"{_quoted(piece)}:*" for piece in pieces) + ")")
    return f"({' | '.join(either)})"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
