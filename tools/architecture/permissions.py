"""The page that shows who may use what: every endpoint, and every role of the staff."""

from collections.abc import Iterator

from litestar import Litestar

from tools.architecture.endpoints import CONSOLE, FOR_ALL_STAFF, Endpoint, endpoints

PAGE = "docs/permissions.md"
CALLERS = "/callbacks/"  # providers, who sign what they say


def page(app: Litestar) -> str:
    """Write the page."""
    from mall.staff import ROLES

    asked = sorted(endpoints(app), key=lambda one: (one.written, one.verb))
    staff = [one for one in asked if one.written.startswith(CONSOLE) and one.access != "anyone"]
    others = [one for one in asked if one not in staff]
    lines = [
        "# Permissions",
        "",
        "A role that lacks the permission is answered `403 staff.forbidden`; whoever has not "
        "signed in to this mall's console, `401`.",
        "",
        "## The console, by role",
        "",
        f"| endpoint | permission | {' | '.join(ROLES)} | a stranger |",
        f"|---|---|{'---|' * len(ROLES)}---|",
        *_staff_rows(staff),
        "",
        "## Everything else, by visitor",
        "",
        "`shopper`: whoever comes, and a guest's session is made for whoever has none. `member`: "
        "who has signed in.",
        "",
        "| endpoint | who |",
        "|---|---|",
        *(f"| `{one.verb} {one.written}` | {_who(one)} |" for one in others),
    ]
    return "\n".join(lines) + "\n"


def _staff_rows(staff: list[Endpoint]) -> Iterator[str]:
    from mall.staff import ANYONE, ROLES

    for one in staff:
        allowed = [one.permission in role.permissions | FOR_ALL_STAFF for role in ROLES.values()]
        cells = ["✓" if may else "-" for may in (*allowed, one.permission == ANYONE)]
        path = one.written.removeprefix(CONSOLE)
        yield f"| `{one.verb} {path}` | `{one.permission}` | {' | '.join(cells)} |"


def _who(one: Endpoint) -> str:
    return "whose signature is right" if one.written.startswith(CALLERS) else one.access
