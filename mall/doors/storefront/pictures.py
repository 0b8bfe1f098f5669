"""Pictures in pages: every width offered, the room kept free, a tint until they are there."""

from markupsafe import Markup

from mall.doors.storefront.built import icon
from mall.media import Asset, address, best_width, height_at, srcset

# How wide a picture is shown, for the browser to choose a file by; on phones a little less than
# it is, so that the usual densities stay with the file below.
SIZES = {
    "card": "(min-width: 1280px) 290px, (min-width: 900px) 23vw, (min-width: 600px) 31vw, 44vw",
    "lane": "(min-width: 900px) 23vw, 41vw",
    "gallery": "(min-width: 1280px) 600px, (min-width: 900px) 45vw, 88vw",
    "hero": "(min-width: 1280px) 830px, (min-width: 900px) 64vw, calc(100vw - 3.5rem)",
    "floor": "(min-width: 900px) 300px, 92vw",
    "tile": "(min-width: 900px) 180px, 25vw",
    "line": "112px",
    "small": "88px",
}

_SMALL = frozenset({"card", "lane", "floor", "tile"})
_FIRST = Markup('fetchpriority="high" decoding="sync"')
# Lazy pictures in sight would else be fetched as urgently as the first one, and hold it up.
_LATER = Markup('loading="lazy" decoding="async" fetchpriority="low"')
_WIDE_ENOUGH = 640  # pixels, for what is a quarter of a wide screen, or half a phone


def picture(
    asset: Asset | None, sizes: str = "card", alt: str = "", *, first: bool = False
) -> Markup:
    """Write a picture in its box.

    ``first``: it is among what the visitor sees first, so it is fetched at once, ahead of others,
    and painted together with the words around it.
    A picture that is not there keeps its place.
    """
    if asset is None:
        none = Markup('<span class="picture"><span class="picture__none">{}</span></span>')
        return none.format(icon("box"))
    width = asset.widths[-1]
    offered = srcset(asset)
    if sizes in _SMALL:  # more would only make the page longer
        most = best_width(asset, _WIDE_ENOUGH)
        offered = ", ".join(f"{address(asset, w)} {w}w" for w in asset.widths if w <= most)
    return Markup(
        '<span class="picture" style="--tint:{tint}"><img src="{src}" srcset="{srcset}" '
        'sizes="{sizes}" width="{width}" height="{height}" alt="{alt}" {how}></span>'
    ).format(
        tint=asset.tint,
        src=address(asset, 640),
        srcset=offered,
        sizes=SIZES[sizes],
        width=width,
        height=height_at(asset, width),
        alt=alt,
        how=_FIRST if first else _LATER,
    )


def thumb(asset: Asset | None, alt: str = "") -> Markup:
    """Write a small picture of one file."""
    if asset is None:
        return picture(None)
    return Markup(
        '<span class="picture" style="--tint:{}"><img src="{}" width="160" height="{}" alt="{}" '
        "{}></span>"
    ).format(asset.tint, address(asset, 160), height_at(asset, 160), alt, _LATER)


def seen_address(asset: Asset | None, width: int = 960) -> str:
    """Give the path of a picture's file; "" when there is none."""
    return address(asset, width) if asset else ""


def hero_picture(wide: Asset | None, square: Asset | None, *, first: bool = False) -> Markup:
    """Write a hero: the square picture on phones, the wide one where the first hero is wide."""
    if wide is None or square is None or not first:
        return picture(square or wide, "hero", first=first)
    inner = picture(square, "hero", first=True)
    source = Markup('<source media="(min-width: 900px)" srcset="{}" sizes="{}">').format(
        srcset(wide), SIZES["hero"]
    )
    opened = inner.index("<img")
    closed = inner.index("</span>")
    parts = (inner[:opened], inner[opened:closed], inner[closed:])
    before, image, after = (Markup(part) for part in parts)  # noqa: S704 - our own markup
    return before + Markup("<picture>") + source + image + Markup("</picture>") + after
