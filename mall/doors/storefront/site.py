"""What belongs to the site as a whole: its language, icon, manifest, maps, and its malls."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import catalog, tenants
from mall.doors.given import MALLS, AnyRequest, house_of, mall_of
from mall.doors.storefront.filled import asked
from mall.doors.storefront.links import category_link, inside, origin, product_link
from mall.doors.storefront.pages import moved, page_without_mall
from mall.doors.storefront.saying import Saying
from mall.kernel.db import Read
from mall.kernel.i18n import LANGUAGES, Language, pick
from mall.kernel.problems import Nothing
from mall.tenants import Tenant

_ANYONE = {"access": "anyone"}
_YEAR_SECONDS = 31_536_000
_SITEMAP_AT_MOST = 50_000  # addresses, sitemaps.org
_HOUR = {"Cache-Control": "public, max-age=3600"}
_ACCENTS = {"vermilion": "#c2412d", "tea": "#4b7152"}
_MARK = (
    '<path d="M12 27v-9a4 4 0 0 1 4-4h32a4 4 0 0 1 4 4v9a5 5 0 0 1-10 0 5 5 0 0 1-10 0 5 5 0 0 '
    '1-10 0 5 5 0 0 1-10 0Z" fill="#fff8ef"/><path d="M16 37v12a3 3 0 0 0 3 3h5v-8a8 8 0 0 1 16 '
    '0v8h5a3 3 0 0 0 3-3V37" fill="none" stroke="#fff8ef" stroke-width="4.5" '
    'stroke-linejoin="round"/>'
)
_NOT_FOR_ROBOTS = ("/account", "/cart", "/checkout", "/inbox", "/language", "/orders", "/pay")


@dataclass(frozen=True, slots=True)
class MallCard:
    """A mall on the page of malls."""

    name: str
    host: str
    href: str
    accent: str


@get("/language/{tag:str}", opt=_ANYONE)
async def choose_language(request: AnyRequest, tag: str) -> Redirect:
    """Remember the language and go back to where the visitor was."""
    if tag not in LANGUAGES:
        raise Nothing("page")
    chosen = Cookie(key="mall_language", value=tag, max_age=_YEAR_SECONDS, samesite="lax")
    return moved(inside(asked(request).text("back")), cookies=[chosen])


@get("/favicon.svg", opt=_ANYONE)
async def show_icon(request: AnyRequest) -> Response[str]:
    """Draw the mark in the accent of the mall."""
    tenant = mall_of(request)
    colour = _ACCENTS.get(tenant.theme.accent if tenant else "", _ACCENTS["vermilion"])
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="15" fill="{colour}"/>{_MARK}</svg>'
    )
    return Response(drawing, media_type="image/svg+xml", headers=_HOUR)


@get("/favicon.ico", opt=_ANYONE)
async def show_old_icon() -> Redirect:
    """Lead browsers that ask out of habit to the icon."""
    return Redirect("/favicon.svg", status_code=301)


@get("/manifest.webmanifest", opt=_ANYONE)
async def show_manifest(tenant: Tenant, language: Language) -> Response[bytes]:
    """Describe the mall to phones that put it on their first screen."""
    name = pick(tenant.name, language)
    told = {
        "name": name,
        "short_name": name[:12],
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf7f2",
        "theme_color": "#faf7f2",
        "icons": [{"src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    body = msgspec.json.encode(told)
    headers = {**_HOUR, "Vary": "Accept-Language, Cookie"}
    return Response(body, media_type="application/manifest+json", headers=headers)


@get("/robots.txt", opt=_ANYONE)
async def show_robots(request: AnyRequest) -> Response[str]:
    """Tell robots where there is something for them."""
    closed = "\n".join(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS)
    text = f"User-agent: *\n{closed}\nSitemap: {origin(request)}/sitemap.xml\n"
    return Response(text, media_type="text/plain", headers=_HOUR)


@get("/sitemap.xml", opt={"access": "anyone", "cache": 1})
async def show_sitemap(request: AnyRequest, read: Read) -> Response[str]:
    """List every page that is for everybody."""
    host = origin(request)
    lines = [(f"{host}/", ""), (f"{host}/categories", "")]
    lines += [(f"{host}{category_link(one.slug)}", "") for one in await catalog.categories(read)]
    lines += [(f"{host}/pages/{one.slug}", "") for one in await tenants.pages(read)]
    products = await catalog.published_slugs(read, _SITEMAP_AT_MOST)
    lines += [(f"{host}{product_link(slug)}", f"{at:%Y-%m-%d}") for slug, at in products]
    urls = "".join(
        f"<url><loc>{escape(at)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for at, day in lines[:_SITEMAP_AT_MOST]
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return Response(body, media_type="application/xml; charset=utf-8", headers=_HOUR)


@get(MALLS, opt=_ANYONE)
async def show_malls(request: AnyRequest, read: Read, language: Language) -> Response[bytes]:
    """Show the malls of this installation, on its bare host."""
    if mall_of(request) is not None:
        raise Nothing("page")
    settings = house_of(request).settings
    port = request.headers.get("host", "").rpartition(":")[2]
    suffix = f":{port}" if port.isdecimal() else ""
    scheme = request.scope["scheme"]
    cards = [
        MallCard(
            pick(one.name, language),
            f"{one.hosts[0]}{suffix}",
            f"{scheme}://{one.hosts[0]}{suffix}/",
            one.theme.accent,
        )
        for one in await tenants.directory(read)
        if one.hosts
    ]
    return page_without_mall(
        "malls.html", Saying(language, "CNY", "UTC"), malls=cards, demo=settings.demo
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    choose_language,
    show_icon,
    show_old_icon,
    show_manifest,
    show_robots,
    show_sitemap,
    show_malls,
)
