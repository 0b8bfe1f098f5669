"""Languages. Texts for people come as one value with every language in it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

type Language = Literal["zh-CN", "en"]
type Texts = Mapping[str, str]  # language tag to text

LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)
DEFAULT: Language = "zh-CN"


def pick(texts: Texts, language: str) -> str:
    """Choose the text in ``language``, else in the default one, else any; "" if there is none."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")


@lru_cache(maxsize=1024)
def best_language(accept_language: str) -> Language | None:
    """Choose from an ``Accept-Language`` header; None when it names no language of ours."""
    wanted = list[tuple[float, str]]()
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.strip().lower()))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda entry: -entry[0]):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return None
