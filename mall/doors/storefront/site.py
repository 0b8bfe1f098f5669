"""What belongs to the site as a whole: the list of malls, the language, what machines ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from litestar import MediaType, Response, get
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import catalog, tenants
from mall.catalog import Filter
from mall.doors.given import MALLS, AnyRequest, house_of, mall_of
from mall.doors.storefront.filled import asked
from mall.doors.storefront.links import category_link, inside, origin, product_link
from mall.doors.storefront.pages import environment, moved
from mall.doors.storefront.saying import Saying
from mall.kernel.db import Read
from mall.kernel.i18n import LANGUAGES, Language, pick
from mall.tenants import Tenant

_A_YEAR = 31_536_000
_COLOURS = {"vermilion": "#c2412d", "tea": "#4c6b45"}
_PRODUCTS_AT_MOST = 20_000
_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64"
 rx="14" fill="{colour}"/><text x="32" y="45" font-size="38" font-family="serif" fill="#fff"
 text-anchor="middle">{letter}</text></svg>"""


@dataclass(frozen=True, slots=True)
class MallCard:
    """A mall on the list of malls."""

    name: str
    host: str
    href: str
    accent: str


@get(MALLS, opt={"access": "anyone"})
async def show_malls(request: AnyRequest, read: Read, language: Language) -> Response[str]:
    """List the malls of this installation, on the bare host."""
    settings = house_of(request).settings
    malls = [
        MallCard(
            pick(one.name, language),
            one.hosts[0],
            f"http://{one.hosts[0]}:{settings.port}/",
            one.theme.accent,
        )
        for one in await tenants.directory(read)
        if one.hosts
    ]
    page = environment().get_template("malls.html")
    say = Saying(language, "CNY", "Asia/Shanghai")
    return Response(page.render(malls=malls, language=language, _=say), media_type=MediaType.HTML)


@get("/language/{wanted:str}", opt={"access": "anyone"})
async def choose_language(request: AnyRequest, wanted: str) -> Redirect:
    """Remember the language and go back."""
    cookies = list[Cookie]()
    if wanted in LANGUAGES:
        cookies.append(
            Cookie(key="mall_language", value=wanted, max_age=_A_YEAR, samesite="lax", path="/")
        )
    return moved(inside(asked(request).text("back")), cookies=cookies)


@get("/robots.txt", opt={"access": "anyone", "cache": 1}, media_type=MediaType.TEXT)
async def show_robots(request: AnyRequest, tenant: Tenant) -> str:
    """Tell machines where they may look."""
    shut = ("/cart", "/checkout", "/pay/", "/orders", "/account", "/sign-in", "/api/", "/inbox")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in shut)]
    return "\n".join([*lines, f"Sitemap: {origin(request)}/sitemap.xml", ""])


@get("/sitemap.xml", opt={"access": "anyone", "cache": 1})
async def show_sitemap(request: AnyRequest, read: Read, tenant: Tenant) -> Response[str]:
    """List every page that a stranger may find."""
    here, paths, cursor = origin(request), ["/"], None
    paths += [category_link(one.slug) for one in await catalog.categories(read)]
    paths += [f"/pages/{one.slug}" for one in await tenants.pages(read)]
    while len(paths) < _PRODUCTS_AT_MOST:
        found = await catalog.list_products(
            read, Filter(state="published"), cursor=cursor, limit=100
        )
        paths += [product_link(one.slug) for one in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    urls = "".join(f"<url><loc>{escape(here + path)}</loc></url>" for path in paths)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return Response(text, media_type="application/xml")


@get("/manifest.webmanifest", opt={"access": "anyone", "cache": 1})
async def show_manifest(tenant: Tenant, language: Language) -> Response[dict[str, object]]:
    """Let phones keep the mall like an app."""
    name = pick(tenant.name, language)
    body: dict[str, object] = {
        "name": name,
        "short_name": name[:12],
        "start_url": "/",
        "display": "standalone",
        "lang": language,
        "background_color": "#faf7f2",
        "theme_color": _COLOURS.get(tenant.theme.accent, "#c2412d"),
        "icons": [{"src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(body, media_type="application/manifest+json")


@get("/favicon.svg", opt={"access": "anyone"})
async def show_icon(request: AnyRequest) -> Response[str]:
    """Draw the seal of the mall; on the bare host that of the house."""
    tenant = mall_of(request)
    accent = tenant.theme.accent if tenant else "vermilion"
    letter = escape(pick(tenant.name, tenant.language)[:1]) if tenant else "集"
    drawn = _ICON.format(colour=_COLOURS.get(accent, "#c2412d"), letter=letter)
    return Response(
        drawn, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_malls,
    choose_language,
    show_robots,
    show_sitemap,
    show_manifest,
    show_icon,
)
