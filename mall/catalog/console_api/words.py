"""Words that both parts of this face take."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from mall.catalog import rules
from mall.kernel.i18n import Language

type Slug = Annotated[str, Meta(max_length=rules.SLUG_AT_MOST)]
type Code = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_]+([.-][0-9A-Za-z_]+)*$", max_length=60)]
type Words = Annotated[str, Meta(max_length=200)]
type Title = Annotated[dict[Language, Words], Meta(min_length=1)]


def texts(written: Mapping[Language, str]) -> dict[str, str]:
    """Hand texts by language to the rules."""
    return {str(language): text for language, text in written.items()}
