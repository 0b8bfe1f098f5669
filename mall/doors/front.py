"""The first thing a request meets: which mall, which language, how fast, and what is kept ready."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from litestar import HttpMethod, Litestar, Request
from litestar.types import HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from mall.doors.express import Answered, Express, Ride, as_lines, given_by
from mall.doors.gate import Gate
from mall.doors.given import (
    MALLS,
    SAFE,
    Headers,
)
from mall.doors.house import NOBODY, House
from mall.doors.limits import Limiter, TooFast
from mall.doors.micro_cache import Kept, Key, MicroCache, send_kept, sets_cookie
from mall.doors.policy import policy
from mall.doors.problems import CrossSite
from mall.doors.static import StaticFiles
from mall.doors.storefront import show_problem
from mall.doors.visitors import (
    is_address,
    is_cross_site,
    language_of,
    name_of_host,
    visitor_of,
)
from mall.kernel.db import Present
from mall.kernel.source import Source
from mall.members import Begun
from mall.members.shop_api import session_cookie
from mall.tenants import Tenant, by_host

_ETAG_FROM = "/api/"
_UNCOUNTED = ("/media/", "/assets/", "/healthz", "/callbacks/")
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self), payment=(self)"),
]
_POLICY = (b"content-security-policy", policy().encode())
_WITH_POLICY = [*_SECURITY, _POLICY]
_WITH_POLICY_WRITTEN = as_lines(_WITH_POLICY)


class Front:
    """Wraps the application; it asks the database only through short memories."""

    def __init__(self, app: Litestar, static: StaticFiles) -> None:
        """Stand before ``app``, which opens its house before the first request comes."""
        self._app = app
        self.express = Express(app, _always_written)
        self._static = static
        self._kept = MicroCache()
        self._gate = Gate(_WITH_POLICY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if "state" in scope:  # every connection finds it there
                scope["state"]["gate"] = self._gate
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = HttpMethod.GET  # HEAD is GET without the body
            send = _without_body(send)
        path = scope["path"]
        if path.startswith("/assets/"):
            await self._static.serve(scope, send)
            return
        headers: Headers = dict(scope["headers"])
        tenant: Tenant | None = None
        refusal: Exception | None = None
        house = self._house
        if path != "/healthz":  # which must be able to say that the database is away
            try:
                tenant = await _tenant(house, headers.get(b"host", b""))
            except Exception as failure:  # said as a problem below, like any other
                refusal = failure
        language = _introduce(scope, headers, house, tenant)
        if tenant is None and path == "/" and self._is_bare(headers):
            scope["path"] = path = MALLS
        key: Key | None = None
        if scope["method"] == "GET" and tenant is not None:
            zipped = b"gzip" in headers.get(b"accept-encoding", b"")
            key = (tenant.slug, path, scope["query_string"], language, zipped)
            kept = self._kept.get(key)
            if kept is not None:
                await send_kept(kept, headers, send)
                return
        queue = self._gate.queue(scope["method"], path)
        if queue is None:
            await self._work(scope, headers, tenant, key, refusal, receive, send)
            return
        over = self._is_over(tenant)
        if over or not queue.enter():
            line = queue.line(tenant and tenant.id)
            if over or not await queue.wait(line):
                host = headers.get(b"host", b"").lower()
                await self._gate.refuse(line, host, path, language, send)
                return
        try:
            await self._work(scope, headers, tenant, key, refusal, receive, send)
        finally:
            queue.leave()

    async def _work(
        self,
        scope: HTTPScope,
        headers: Headers,
        tenant: Tenant | None,
        key: Key | None,
        refusal: Exception | None,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request that has a place."""
        version = 0
        if key is not None and tenant is not None:
            try:
                kept = await self._renewed(key, tenant)
                if kept is not None:
                    await send_kept(kept, headers, send)
                    return
                version = await self._house.db.version(tenant.id)
            except Exception as failure:
                refusal = failure
        sending = self._sending(scope, headers, key, version, send)
        refusal = refusal or self._refusal(scope, headers)
        if refusal is not None:
            request = Request[Any, Any, Any](scope, receive, send)
            answer = show_problem(request, refusal)
            response = answer.to_asgi_response(None, request)  # pyright: ignore[reportUnknownMemberType]
            await response(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    async def ride(
        self, ride: Ride, scope: HTTPScope, headers: Headers, body: bytes
    ) -> Answered | None:
        """Answer without the framework, for a server that knows of it.

        None: the request has to go the usual way, as if it had not been here.
        """
        given = given_by(ride, headers, body)
        if given is None or self._refusal(scope, headers) is not None:
            return None
        house = self._house
        try:
            tenant = await _tenant(house, headers.get(b"host", b""))
        except Exception:  # said by the usual way
            return None
        _introduce(scope, headers, house, tenant)
        queue = self._gate.orders
        if self._is_over(tenant):
            return None
        if not queue.enter() and not await queue.wait(queue.line(tenant and tenant.id)):
            return None
        try:
            return await self.express.go(ride, scope, given)
        finally:
            queue.leave()

    @property
    def _house(self) -> House:
        return cast("House", self._app.state.house)

    async def _renewed(self, key: Key, tenant: Tenant) -> Kept | None:
        """Give an answer whose time is over if nothing has changed of what it was made of."""
        kept, db = self._kept.stale(key), self._house.db
        if kept is None or kept.tenant != tenant or kept.version != await db.version(tenant.id):
            return None
        for present in kept.present:
            if not await db.is_present(tenant.id, present):
                return None
        self._kept.renew(kept)
        return kept

    def _is_bare(self, headers: Headers) -> bool:
        """Tell whether the host is that of the installation, not one that nobody owns."""
        name = name_of_host(headers.get(b"host", b""))
        return name in {self._house.settings.base_domain, "localhost"} or is_address(name)

    def _refusal(self, scope: HTTPScope, headers: Headers) -> Exception | None:
        if scope["method"] not in SAFE and is_cross_site(headers):
            return CrossSite()
        if self._limiter.counts and not scope["path"].startswith(_UNCOUNTED):
            wait = self._limiter.take(visitor_of(scope, headers))
            if wait:
                return TooFast(wait)
        return None

    def _is_over(self, tenant: Tenant | None) -> bool:
        """Tell whether a mall asks for more than its share of the installation."""
        return self._quota.counts and tenant is not None and self._quota.take(tenant.slug) > 0

    @cached_property
    def _limiter(self) -> Limiter:
        per_second = self._house.settings.requests_per_second
        return Limiter(per_second, per_second * 6)

    @cached_property
    def _quota(self) -> Limiter:
        """Count what each mall asks of this process; a second's worth may come at once."""
        per_second = self._house.settings.tenant_requests_per_second
        return Limiter(per_second, per_second)

    def _sending(
        self, scope: HTTPScope, headers: Headers, key: Key | None, version: int, send: Send
    ) -> Send:
        """Add what every answer carries; keep or tag those that may be.

        ``version``: of the mall, asked before the answer was made.
        """
        start: HTTPResponseStartEvent | None = None
        body = bytearray()
        asked_api = scope["method"] == "GET" and scope["path"].startswith(_ETAG_FROM)

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                brought = list(message["headers"])
                message["headers"] = [*brought, *_always(scope, brought)]
                if message["status"] != 200 or not (asked_api or _keeps(scope) > 0):
                    await send(message)
                    return
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message["body"])
            if message["more_body"]:
                return
            whole = bytes(body)
            seconds = _keeps(scope)
            tag = f'"{hashlib.blake2b(whole, digest_size=12).hexdigest()}"'.encode()
            start["headers"] = [*start["headers"], (b"etag", tag)]
            present = cast("Sequence[Present]", _seen_in(scope, "state").get("present", ()))
            mall = cast("Tenant | None", cast("dict[str, Any]", scope).get("mall"))
            kept = Kept(start, whole, seconds, mall, version, present)
            if key is not None and seconds > 0 and not sets_cookie(start):
                self._kept.put(key, kept)
            await send_kept(kept, headers, send)

        return sending


def _always(
    scope: HTTPScope, brought: Sequence[tuple[bytes, bytes]] = ()
) -> list[tuple[bytes, bytes]]:
    """Give what every answer carries, and the session that this request began to its browser.

    ``brought``: its own headers; a page with styles in it brings its own policy.
    """
    always = _WITH_POLICY
    if brought and any(name == _POLICY[0] for name, _ in brought):
        always = _SECURITY
    begun = cast("Begun | None", _seen_in(scope, "state").get("new_guest"))
    if begun is None:
        return always
    source = Source("", secure=scope["scheme"] == "https")
    cookie = session_cookie(begun.token, source).to_header(header="")
    return [*always, (b"set-cookie", cookie.encode("latin-1"))]


def _always_written(scope: HTTPScope) -> bytes:
    always = _always(scope)
    return _WITH_POLICY_WRITTEN if always is _WITH_POLICY else as_lines(always)


def _introduce(scope: HTTPScope, headers: Headers, house: House, tenant: Tenant | None) -> str:
    """Leave in the scope what givers look at; gives the language."""
    context: Any = scope
    context["mall"], context["mall_house"], context["mall_headers"] = tenant, house, headers
    context["mall_language"] = language = language_of(headers, tenant)
    return language


async def _tenant(house: House, host: bytes) -> Tenant | None:
    name = name_of_host(host)
    known = house.malls.known(name)
    if known is not None:
        return known[1]

    async def ask() -> Tenant | None:
        async with house.db.read(NOBODY) as read:
            return await by_host(read, name)

    return await house.malls.get(name, ask)


def _keeps(scope: HTTPScope) -> float:
    """Tell for how many seconds everybody may get the same answer; 0: everybody gets their own."""
    return float(_seen_in(scope, "handler_opt").get("cache", 0))


def _seen_in(scope: HTTPScope, what: str) -> Mapping[str, Any]:
    """Read what the application has left in the scope."""
    return cast("dict[str, Any]", scope).get(what) or {}


def _without_body(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return sending
