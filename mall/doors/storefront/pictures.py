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

_WIDTHS = {  # pixels of the files worth offering; more would only make the page longer
    "card": (320, 640),
    "lane": (320, 640),
    "floor": (320, 640),
    "tile": (160, 640),
}
_FIRST = Markup('fetchpriority="high" decoding="sync"')
# Lazy pictures in sight would else be fetched as urgently as the first one, and hold it up.
_LATER = Markup('loading="lazy" decoding="async" fetchpriority="low"')


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
    if sizes in _WIDTHS:
        least, most = (best_width(asset, one) for one in _WIDTHS[sizes])
        within = (w for w in asset.widths if least <= w <= most)
        offered = ", ".join(f"{address(asset, w)} {w}w" for w in within)
    return Markup(
        '<span class="picture" data-tint="{tint}"><img src="{src}" srcset="{srcset}" '
        'sizes="{sizes}" width="{width}" height="{height}" alt="{alt}" {how}></span>'
    ).format(
        tint=_near(asset.tint),
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
        '<span class="picture" data-tint="{}"><img src="{}" width="160" height="{}" alt="{}" '
        "{}></span>"
    ).format(_near(asset.tint), address(asset, 160), height_at(asset, 160), alt, _LATER)


def _near(tint: str) -> str:
    """Round a colour that is seen for a moment to "#rgb": pages then name few of them, once."""
    return "#" + "".join(f"{round(int(tint[at : at + 2], 16) / 17):x}" for at in (1, 3, 5))


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
