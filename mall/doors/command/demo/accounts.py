"""Who is there in the demo malls, and how a visitor signs in. Small: `mall up` prints it.

Addresses end in .localhost, so that no letter to them ever leaves this machine (RFC 6761).
"""

from dataclasses import dataclass

from mall.kernel.settings import Settings, from_environment

SLUGS = ("demo", "tea")
PASSWORD = "jishi-demo"  # noqa: S105 - it is no secret: everybody may look around


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody invented; ``role`` is one of the staff's, or "member"."""

    role: str
    name: str

    def email(self, slug: str) -> str:
        """Give the address that this person of a mall signs in with."""
        return f"{self.role}@{slug}.localhost"


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """Where a demo member receives parcels; ``region`` is a district's code (GB/T 2260)."""

    name: str
    phone: str
    region: str
    detail: str


STAFF = (
    DemoPerson("owner", "陈望舒"),
    DemoPerson("manager", "林见山"),
    DemoPerson("clerk", "周小禾"),
    DemoPerson("support", "何晴"),
    DemoPerson("finance", "许知白"),
)
MEMBER = DemoPerson("member", "沈一帆")
PLACES = (  # the first is the default
    DemoPlace("沈一帆", "13800000001", "330106", "文三路 1 号（演示地址）3 幢 502 室"),
    DemoPlace("沈一帆", "13800000001", "310115", "世纪大道 1 号（演示地址）12 层"),
    DemoPlace("沈建国", "13800000002", "650102", "解放北路 1 号（演示地址）"),
)


def host_of(slug: str, settings: Settings) -> str:
    """Name the host of a demo mall."""
    return f"{slug}.{settings.base_domain}"


def accounts(settings: Settings) -> tuple[str, ...]:
    """Write the lines that tell a visitor where to go and who to be."""
    malls = "   ".join(f"http://{host_of(slug, settings)}:{settings.port}" for slug in SLUGS)
    members = "   ".join(MEMBER.email(slug) for slug in SLUGS)
    staff = " ".join(person.role for person in STAFF)
    at = "   ".join(f"@{slug}.localhost" for slug in SLUGS)
    return (
        f"演示 · demo      {malls}",
        f"会员 · member    {members}",
        f"员工 · staff     {staff}   {at}",
        f"密码 · password  {PASSWORD}",
    )


LINES = accounts(from_environment())  # what the socket prints
