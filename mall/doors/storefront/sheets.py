"""The styles that stand in a page itself, and the policy that lets in these and no others.

A first visit sees the page one round trip earlier so, and the styles are few kilobytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from mall.doors.policy import named, policy
from mall.doors.storefront.built import sheet

_TINTED = re.compile(r'data-tint="(#(?:[0-9a-fA-F]{3}){1,2})"')


@dataclass(frozen=True, slots=True)
class Written:
    """A whole page, and the headers that belong to it."""

    body: bytes
    headers: Mapping[str, str]


class Sheets:
    """The style sheets of one page while it is being written."""

    def __init__(self) -> None:
        """Begin with none."""
        self._names = list[str]()

    def write(self, *kinds: str) -> Markup:
        """Write the styles of these kinds of page."""
        written, name = _common(*kinds)
        self._names.append(name)
        return written

    def finish(self, text: str) -> Written:
        """Add the colours that pictures and swatches of the page have of their own.

        They cannot stand in ``style`` attributes, which no policy tells from those of a stranger.
        """
        tints = "".join(
            f'[data-tint="{tint}"]{{--tint:{tint}}}'
            for tint in dict.fromkeys(_TINTED.findall(text))
        )
        if tints:
            self._names.append(named(tints))
            text = text.replace("</head>", f"<style>{tints}</style>\n</head>", 1)
        return Written(text.encode(), {"Content-Security-Policy": policy(*self._names)})


@cache
def _common(*kinds: str) -> tuple[Markup, str]:
    text = sheet(*kinds)
    written = Markup("<style>{}</style>").format(Markup(text))  # noqa: S704 - our own
    return written, named(text)
