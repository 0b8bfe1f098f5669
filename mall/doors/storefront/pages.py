"""Pages: templates filled with what every page shows - the mall, the language, the shelves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from mall import cart, catalog, media, tenants
from mall.catalog import Category
from mall.doors.given import AnyRequest
from mall.doors.storefront import links
from mall.doors.storefront.environment import environment
from mall.doors.storefront.saying import Saying
from mall.doors.storefront.sheets import Sheets, Written
from mall.kernel.db import Read
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import ShopperId, TenantId
from mall.media import Asset
from mall.tenants import Tenant

type Page = Response[bytes]

_ALL = "all"
_HTML = "text/html"  # the framework adds the charset
PUBLIC = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}
PRIVATE = {"Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category in the navigation."""

    category: Category
    image: Asset | None
    below: tuple["Shelf", ...]

    @property
    def slug(self) -> str:
        """Give its name in addresses."""
        return self.category.slug

    @property
    def title(self) -> Texts:
        """Give its title."""
        return self.category.title

    @property
    def href(self) -> str:
        """Give the address of its list."""
        return links.category_link(self.slug)


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the frame of every page leads to."""

    shelves: tuple[Shelf, ...] = ()
    words: tuple[tuple[str, Texts], ...] = ()  # slug and title of each page of words
    logo: Asset | None = None
    tags: Mapping[str, Texts] = field(default_factory=dict[str, Texts])

    def shelf(self, slug: str) -> Shelf | None:
        """Find a shelf on any level."""
        return next((one for one in self.everything() if one.slug == slug), None)

    def everything(self) -> Iterator[Shelf]:
        """List the shelves of all levels."""
        waiting = list(reversed(self.shelves))
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.below))


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page knows. Nothing of it depends on who is looking, but ``units``."""

    tenant: Tenant
    language: Language
    say: Saying
    path: str
    here: str
    origin: str
    navigation: Navigation
    units: int | None = None  # in the cart; None on pages that are the same for everybody
    personal: bool = False

    def text(self, texts: Texts) -> str:
        """Say a text of the mall."""
        return self.say.text(texts)

    def contact(self, what: str) -> str:
        """Tell how the mall is reached (hours, phone, email) or its slogan; "" when it is not said.

        A fact that has a text per language is kept under ``what.en``.
        """
        known = self.tenant.contact
        return known.get(f"{what}.{self.language}") or known.get(what, "")

    @property
    def words(self) -> dict[str, str]:
        """Give the pages of words: slug to title."""
        return {slug: self.text(title) for slug, title in self.navigation.words}


_last: dict[TenantId, Navigation] = {}  # for pages that must not ask


async def navigation_of(read: Read) -> Navigation:
    """Give the shelves and the pages of words, half a second old at most."""
    return (await read.recall(_navigation, [_ALL]))[_ALL]


async def _navigation(read: Read, keys: Sequence[str]) -> dict[str, Navigation]:
    found = await catalog.categories(read)
    mall = await tenants.mine(read)
    logo = mall.theme.logo if mall else None
    wanted = [category.image for category in found if category.image]
    images = await media.assets(read, [*wanted, *([logo] if logo else [])])
    below = dict[Any, list[catalog.Category]]()
    for category in found:
        below.setdefault(category.parent_id, []).append(category)

    def shelf(category: catalog.Category, depth: int) -> Shelf:
        children = below.get(category.id, []) if depth < 3 else []
        return Shelf(
            category,
            images.get(category.image) if category.image else None,
            tuple(shelf(child, depth + 1) for child in children),
        )

    pages = await tenants.pages(read)
    navigation = Navigation(
        tuple(shelf(category, 0) for category in below.get(None, [])),
        tuple((page.slug, page.title) for page in pages),
        images.get(logo) if logo else None,
        {tag.code: tag.title for tag in await catalog.tags(read)},
    )
    if len(_last) > 4_096:
        _last.clear()
    _last[read.tenant_id] = navigation
    return {_ALL: navigation}


async def public(request: AnyRequest, read: Read, tenant: Tenant, language: Language) -> Frame:
    """Make the frame of a page that is the same for everybody."""
    return framed(request, tenant, language, await navigation_of(read))


async def personal(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper_id: ShopperId
) -> Frame:
    """Make the frame of a page of one shopper; it counts their cart."""
    units = await cart.cart_units(read, shopper_id)
    navigation = await navigation_of(read)
    return framed(request, tenant, language, navigation, units=units, personal=True)


def framed(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    navigation: Navigation,
    *,
    units: int | None = None,
    personal: bool = False,
) -> Frame:
    """Put a frame together."""
    return Frame(
        tenant,
        language,
        Saying(language, tenant.currency, tenant.time_zone),
        request.scope["path"],
        links.here(request),
        links.origin(request),
        navigation,
        units,
        personal,
    )


def remembered(tenant: Tenant | None) -> Navigation:
    """Give the navigation if it is known without asking, for pages that must not ask."""
    known = _last.get(tenant.id) if tenant else None
    return known or Navigation()


def page(
    template: str,
    frame: Frame,
    *,
    status: int = 200,
    cookies: Sequence[Cookie] = (),
    **values: Any,
) -> Page:
    """Fill a template."""
    written = rendered(template, frame, status=status, **values)
    return Response(
        written.body,
        status_code=status,
        media_type=_HTML,
        headers={**(PRIVATE if frame.personal else PUBLIC), **written.headers},
        cookies=[*cookies, *([cart_cookie(frame.units)] if frame.units is not None else [])],
    )


def rendered(template: str, frame: Frame, **values: Any) -> Written:
    """Fill a template."""
    say, sheets = frame.say, Sheets()
    text = (
        environment()
        .get_template(template)
        .render(
            frame=frame,
            tenant=frame.tenant,
            language=frame.language,
            styles=sheets.write,
            _=say,
            text=say.text,
            money=say.money,
            price=say.price,
            when=say.when,
            clock=say.clock,
            **values,
        )
    )
    return sheets.finish(text)


def page_without_mall(template: str, say: Saying, **values: Any) -> Page:
    """Fill the template of a page that belongs to no mall."""
    written = rendered_without_mall(template, say, **values)
    return Response(written.body, media_type=_HTML, headers={**PUBLIC, **written.headers})


def rendered_without_mall(template: str, say: Saying, **values: Any) -> Written:
    """Fill such a template."""
    made, sheets = environment().get_template(template), Sheets()
    text = made.render(_=say, language=say.language, styles=sheets.write, **values)
    return sheets.finish(text)


def rendered_nothing(headers: Mapping[str, str], *, cookies: Sequence[Cookie] = ()) -> Page:
    """Answer the script, which changes nothing on the page but hears the headers."""
    return Response(
        b"",
        status_code=200,
        media_type=_HTML,
        headers={**PRIVATE, **headers},
        cookies=list(cookies),
    )


def moved(path: str, *, cookies: Sequence[Cookie] = ()) -> Redirect:
    """Send the visitor to another page, with GET."""
    return Redirect(path, status_code=303, cookies=list(cookies), headers=PRIVATE)


def cart_cookie(units: int) -> Cookie:
    """Tell the script how many units the cart holds; a number and nothing else."""
    return Cookie(key="mall_cart", value=str(units), max_age=2_592_000, samesite="lax")
