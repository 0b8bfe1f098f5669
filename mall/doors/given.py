"""What handlers are given: each thing by its name, made anew for every request."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

from mall import members
from mall import staff as staff_room
from mall.checkout import PlaceOrder, PlaceWant
from mall.doors import errand_runs
from mall.doors.house import NOBODY, House
from mall.doors.lanes import Lanes
from mall.kernel.audit import Actor
from mall.kernel.crypto import hash_token
from mall.kernel.db import Read, Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.i18n import Language
from mall.kernel.ids import MemberId, ShopperId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.problems import Nothing
from mall.kernel.source import Source
from mall.kernel.time import Instant, utc_now
from mall.members import Session, Shopper, SignInFirst
from mall.staff import Forbidden, StaffMember, StaffOnly
from mall.tenants import Tenant

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CONSOLE = "/api/console/"
MALLS = "/malls"  # the bare host's first page; it belongs to no mall
SHOPPER_COOKIE = "mall_shopper"
STAFF_COOKIE = "mall_staff"

AnyRequest = Request[Any, Any, Any]  # no `type`: the framework looks at what it stands for
type AnyConnection = ASGIConnection[Any, Any, Any, Any]
type Headers = Mapping[bytes, bytes]  # by name in lower case


def house_of(connection: AnyConnection) -> House:
    """Find what this process holds, as Front has left it."""
    scope: Any = connection.scope
    return scope["mall_house"]


def mall_of(connection: AnyConnection) -> Tenant | None:
    """Find the mall that was asked, as Front has found it; None: the host is nobody's."""
    scope: Any = connection.scope
    return scope.get("mall")


def tenant_of(connection: AnyConnection) -> Tenant:
    """Find the mall that was asked. Raises Nothing when the host is nobody's."""
    found = mall_of(connection)
    if found is None:
        raise Nothing("mall")
    return found


def token_of(connection: AnyConnection) -> str:
    """Find the session's secret: a bearer token, else the cookie of the face that is asked."""
    scope: Any = connection.scope
    headers: Headers = scope["mall_headers"]  # set by Front
    authorization = headers.get(b"authorization", b"")
    if authorization[:7].lower() == b"bearer ":
        return authorization[7:].strip().decode("latin-1")
    console = scope["path"].startswith(CONSOLE)
    return cookie_of(headers, STAFF_COOKIE if console else SHOPPER_COOKIE)


def cookie_of(headers: Headers, name: str) -> str:
    """Read a cookie. "": there is none."""
    written = headers.get(b"cookie")
    if written is None:
        return ""
    for part in written.decode("latin-1").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


async def session_of(connection: AnyConnection) -> Session | None:
    """Find the shopper's session, remembered for a second."""
    token = token_of(connection)
    if not token:
        return None
    house, tenant, hashed = house_of(connection), tenant_of(connection), hash_token(token)
    known = house.sessions.known((tenant.id, hashed))
    if known is not None:
        return known[1]

    async def ask() -> Session | None:
        async with house.db.read(tenant.id) as read:
            return await members.session(read, hashed, utc_now())

    return await house.sessions.get((tenant.id, hashed), ask)


async def staff_of(connection: AnyConnection) -> StaffMember | None:
    """Find who of the staff is signed in, remembered for a second."""
    token = token_of(connection)
    if not token:
        return None
    house, tenant, hashed = house_of(connection), tenant_of(connection), hash_token(token)

    async def ask() -> StaffMember | None:
        async with house.db.read(tenant.id) as read:
            found = await staff_room.session(read, hashed, utc_now())
        if found and found.seen_at and found.seen_at + staff_room.TOUCH_EVERY < utc_now():
            async with house.db.write(tenant.id) as tx:
                await staff_room.touch(tx, hashed, utc_now())
        return found

    return await house.staff.get((tenant.id, hashed), ask)


async def shopper_of(connection: AnyConnection) -> Shopper:
    """Find who shops; a stranger who changes something becomes a guest with a session.

    A stranger who only looks gets an id that owns nothing and is forgotten. Guards ask before any
    transaction is open: a request that waited for a second connection while it holds the first
    would, with enough of its like, wait for ever.
    """
    scope: Any = connection.scope
    state: dict[str, Any] = scope["state"]
    if "shopper" not in state:
        session = await session_of(connection)
        state["shopper"] = session.shopper if session else await _stranger(connection)
    return state["shopper"]


async def _stranger(connection: AnyConnection) -> Shopper:
    scope: Any = connection.scope
    if scope["method"] in SAFE:
        return Shopper(ShopperId(new_uuid()), None)
    async with house_of(connection).db.write(tenant_of(connection).id) as tx:
        begun = await members.begin_guest(tx, utc_now())
    scope["state"]["new_guest"] = begun
    return begun.shopper


async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Let in whom the handler's ``opt`` allows. A handler that says nothing lets nobody in."""
    scope: Any = connection.scope
    scope["handler_opt"] = opt = handler.opt  # for Front
    access, permission = opt.get("access"), opt.get("permission")
    if access == "anyone" or permission == staff_room.ANYONE:
        return
    if scope["method"] == "OPTIONS":  # the framework's own answer, which only lists the verbs
        return
    if access == "shopper":
        await shopper_of(connection)  # now, for what comes next holds a connection meanwhile
        return
    if access == "member":
        session = await session_of(connection)
        if session is None or session.member_id is None:
            raise SignInFirst
        return
    assert permission is not None, f"{handler} does not say who may use it"
    staff = await staff_of(connection)
    if staff is None:
        raise StaffOnly
    if permission != staff_room.SIGNED_IN and permission not in staff.permissions:
        raise Forbidden(permission)


def open_read(request: AnyRequest) -> AbstractAsyncContextManager[Read]:
    """Open a reading transaction of the mall."""
    bare = request.scope["path"] == MALLS
    return house_of(request).db.read(NOBODY if bare else tenant_of(request).id)


async def give_read(request: AnyRequest) -> AsyncGenerator[Read]:
    """Give the handler a reading transaction."""
    async with open_read(request) as read:
        yield read
    request.state.present = read.present  # Front keeps the answer for as long as this is true


async def give_tx(request: AnyRequest) -> AsyncGenerator[Tx]:
    """Open a transaction of the mall; it commits before the answer leaves."""
    async with house_of(request).db.write(tenant_of(request).id) as tx:
        yield tx
    house = house_of(request)
    token = token_of(request)
    if token:  # what this request changed must be seen by the next one
        key = (tenant_of(request).id, hash_token(token))
        house.sessions.forget(key)
        house.staff.forget(key)


def give_now() -> Instant:
    """Read the clock."""
    return utc_now()


def give_tenant(request: AnyRequest) -> Tenant:
    """Give the mall."""
    return tenant_of(request)


def give_language(request: AnyRequest) -> Language:
    """Choose the language: the visitor's choice, the browser's, the mall's."""
    return request.scope["mall_language"]  # type: ignore[typeddict-item] # set by Front


def give_source(request: AnyRequest) -> Source:
    """Tell where the request comes from."""
    client = request.client.host if request.client else ""
    return Source(
        ip=client,
        user_agent=request.headers.get("user-agent", "")[:300],
        secure=request.scope["scheme"] == "https",
        token=token_of(request),
    )


async def give_shopper(request: AnyRequest) -> Shopper:
    """Give who shops."""
    return await shopper_of(request)


async def give_shopper_id(shopper: Shopper) -> ShopperId:
    """Give the id that carts and orders go by, for rooms below members."""
    return shopper.id


async def give_buyer(shopper: Shopper) -> Actor:
    """Name the shopper for timelines and the audit."""
    if shopper.member is not None:
        return Actor("member", shopper.member.id, shopper.member.name)
    return Actor("guest", shopper.id, "")


async def give_me(request: AnyRequest) -> MemberId:
    """Give the member who is signed in. Raises SignInFirst."""
    session = await session_of(request)
    if session is None or session.member_id is None:
        raise SignInFirst
    return session.member_id


async def give_staff(request: AnyRequest) -> StaffMember:
    """Give who of the staff is signed in. Raises StaffOnly."""
    staff = await staff_of(request)
    if staff is None:
        raise StaffOnly
    return staff


async def give_actor(request: AnyRequest) -> Actor:
    """Name whoever is signed in at this face, for the audit. Raises StaffOnly."""
    return staff_room.actor(await give_staff(request))


def give_run_errand(request: AnyRequest) -> RunErrand:
    """Give the power to run an errand now; None comes back when the worker has to try again."""

    async def run(errand: Errand[Any, Any], args: Args) -> Any:
        house, tenant, token = house_of(request), tenant_of(request), token_of(request)
        value = await runs_errands(house, tenant.id)(errand, args)
        if token:
            house.sessions.forget((tenant.id, hash_token(token)))
            house.staff.forget((tenant.id, hash_token(token)))
        return value

    return RunErrand(run)


def runs_errands(house: House, tenant_id: TenantId) -> RunErrand:
    """Make the power to run errands of one mall."""

    async def run(errand: Errand[Any, Any], args: Args) -> Any:
        outcome = await errand_runs.run(
            errand,
            args,
            db=house.db,
            outside=house.outside,
            strangers=house.strangers,
            tenant_id=tenant_id,
        )
        return outcome.value if isinstance(outcome, Done) else None

    return RunErrand(run)


def give_outside(request: AnyRequest) -> Outside:
    """Give the world beyond the mall."""
    return house_of(request).outside


def give_demo(request: AnyRequest) -> bool:
    """Tell whether this is a demo, where money need not be real."""
    return house_of(request).settings.demo


def give_lanes(request: AnyRequest) -> Lanes:
    """Give the lanes of this process."""
    return house_of(request).lanes


def give_place(request: AnyRequest) -> PlaceOrder:
    """Give the power to place an order."""
    house, tenant = house_of(request), tenant_of(request)

    async def run(want: PlaceWant) -> Any:
        return await house.lanes.place(tenant.id, want)

    return PlaceOrder(run)


# Their givers look at nothing of a request but its scope.
FROM_SCOPE = frozenset(
    {"read", "tx", "now", "tenant", "language", "shopper", "run_errand", "place"}
)

GIVEN: Mapping[str, Any] = {
    "read": Provide(give_read),
    "tx": Provide(give_tx),
    "now": Provide(give_now, sync_to_thread=False),
    "tenant": Provide(give_tenant, sync_to_thread=False),
    "language": Provide(give_language, sync_to_thread=False),
    "source": Provide(give_source, sync_to_thread=False),
    "shopper": Provide(give_shopper),
    "shopper_id": Provide(give_shopper_id),
    "buyer": Provide(give_buyer),
    "me": Provide(give_me),
    "staff": Provide(give_staff),
    "actor": Provide(give_actor),
    "run_errand": Provide(give_run_errand, sync_to_thread=False),
    "outside": Provide(give_outside, sync_to_thread=False),
    "demo": Provide(give_demo, sync_to_thread=False),
    "lanes": Provide(give_lanes, sync_to_thread=False),
    "place": Provide(give_place, sync_to_thread=False),
}
