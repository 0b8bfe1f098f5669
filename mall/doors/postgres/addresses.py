"""Addresses of a database: what the environment gives, in the shapes that libraries take."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from mall.doors.trouble import Trouble

OWNER_ROLE = "mall_owner"
APP_ROLE = "mall_app"  # as mall.kernel.schema says; that import would make every start heavier
DATABASE = "mall"


@dataclass(frozen=True, slots=True)
class Urls:
    """One database as two roles, for SQLAlchemy. They hold passwords and are never logged."""

    owner: str
    app: str


def libpq(url: str) -> str:
    """Turn SQLAlchemy's form of the address into libpq's."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def on_socket(folder: Path, role: str, password: str, database: str) -> str:
    """Write the address of a database that listens in a folder."""
    return _url({"user": role, "password": password, "dbname": database, "host": str(folder)})


def parsed(given: str, variable: str) -> dict[str, str]:
    """Take an address apart, in any form that libpq or SQLAlchemy knows. Trouble if it is none."""
    plain = given.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        parts = {k: str(v) for k, v in conninfo_to_dict(plain).items() if v is not None}
    except ProgrammingError as error:
        raise Trouble(
            f"{variable} 不是有效的 PostgreSQL 地址({error})。".replace("\n", " "),
            f"{variable} is not a PostgreSQL address ({error}).".replace("\n", " "),
        ) from None
    return parts


def url_of(parts: dict[str, str], **changes: str) -> str:
    """Write an address from its parts, some of them changed."""
    return _url(parts | changes)


def _url(parts: dict[str, str]) -> str:
    rest = {k: v for k, v in parts.items() if k not in {"user", "password", "dbname"}}
    who = quote(parts.get("user", ""), safe="")
    if parts.get("password"):
        who += ":" + quote(parts["password"], safe="")
    host = rest.get("host", "")
    where = ""
    if host and not host.startswith("/") and "," not in host and ":" not in host:
        where = rest.pop("host")
        if "port" in rest:
            where += ":" + rest.pop("port")
    tail = "?" + urlencode(rest, quote_via=quote, safe="/") if rest else ""
    at = f"{who}@" if who else ""
    return f"postgresql+psycopg://{at}{where}/{quote(parts.get('dbname', ''), safe='')}{tail}"
