"""The templates: where they lie, and what every one of them can do."""

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

from mall.doors.storefront import built, links, pictures
from mall.doors.storefront.saying import paragraphs, phone

_TEMPLATES = Path(__file__).parent / "templates"
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class _Flush(Extension):
    """Leaves the indentation of templates where it is: a page has to fit into the first packets."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Take it out."""
        return _INDENT.sub("", source)


@cache
def environment() -> Environment:
    """Open the templates."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=[_Flush],
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        cache_size=400,
    )
    cast("dict[str, Any]", made.globals).update(
        script=built.script,
        icon=built.icon,
        picture=pictures.picture,
        thumb=pictures.thumb,
        hero_picture=pictures.hero_picture,
        picture_address=pictures.seen_address,
        linked=links.linked,
        product_link=links.product_link,
        category_link=links.category_link,
    )
    cast("dict[str, Any]", made.filters).update(paragraphs=paragraphs, phone=phone)
    return made
