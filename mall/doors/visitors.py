"""What a request says of who sends it, and from where."""

import hashlib
from functools import lru_cache
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from mall.doors.given import SHOPPER_COOKIE, STAFF_COOKIE, Headers, cookie_of
from mall.kernel.i18n import LANGUAGES, best_language
from mall.tenants import Tenant, host_name


@lru_cache(maxsize=1024)
def name_of_host(host: bytes) -> str:
    """Write the host of a request as malls are found by it."""
    return host_name(host.decode("latin-1"))


def language_of(headers: Headers, tenant: Tenant | None) -> str:
    """Choose a language: the visitor's choice, the browser's, the mall's."""
    if b"cookie" not in headers and b"accept-language" not in headers:
        return tenant.language if tenant else LANGUAGES[0]
    chosen = cookie_of(headers, "mall_language")
    if chosen in LANGUAGES:
        return chosen
    asked = best_language(headers.get(b"accept-language", b"").decode("latin-1"))
    return asked or (tenant.language if tenant else LANGUAGES[0])


def visitor_of(scope: HTTPScope, headers: Headers) -> str:
    """Name whom to count: the session when there is one, so that an office is not one visitor."""
    if authorization := headers.get(b"authorization"):
        return hashlib.sha256(authorization).hexdigest()
    session = cookie_of(headers, SHOPPER_COOKIE) or cookie_of(headers, STAFF_COOKIE)
    client = scope["client"]
    return session or (client[0] if client else "")


def is_cross_site(headers: Headers) -> bool:
    """Tell whether another site's page sent this with our visitor's cookies.

    Browsers say so themselves in ``Sec-Fetch-Site`` or ``Origin``; programs send neither.
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get(b"host")
    except ValueError:  # it is no address at all
        return True


def is_address(name: str) -> bool:
    """Tell whether a host is an IP address."""
    return name.replace(".", "").isdecimal() or name.startswith("[")
