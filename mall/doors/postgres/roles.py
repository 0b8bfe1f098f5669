"""The two roles: one that owns and migrates, one that serves under row-level security."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from mall.doors.postgres.addresses import APP, DATABASE, OWNER
from mall.doors.trouble import Trouble

_PLAIN = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")


@dataclass(frozen=True, slots=True)
class Login:
    """A role and its password."""

    role: str
    password: str


def connect(address: str) -> psycopg.Connection:
    """Open a connection outside of any transaction; ``address`` in libpq's form."""
    return psycopg.connect(address, autocommit=True, connect_timeout=10)


def lay_embedded(superuser: psycopg.Connection, owner: str, app: str) -> None:
    """Make both roles with these passwords and the database, where they are missing."""
    _put_login(superuser, Login(OWNER, owner))
    _put_login(superuser, Login(APP, app))
    name = sql.Identifier(DATABASE)
    known = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if known.fetchone() is None:
        make = sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER))
        superuser.execute(make)
    superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    settle_app(superuser, DATABASE)


def lay_app_login(owner: psycopg.Connection, app: Login, address: str) -> None:
    """On a server of somebody else's: make ``mall_app``, or learn that it can log in already.

    ``address`` is how ``mall_app`` would connect. Trouble when the owner may not make roles.
    """
    if _can_connect(address):
        return
    try:
        _put_login(owner, app)
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            f"DATABASE_URL 的角色不能创建角色;请给它 CREATEROLE,或自建 {APP} "
            "并设置 MALL_APP_DATABASE_URL。",
            f"The role in DATABASE_URL may not create roles; give it CREATEROLE, or make "
            f"{APP} yourself and set MALL_APP_DATABASE_URL.",
        ) from None
    settle_app(owner, owner.info.dbname)


def settle_app(connection: psycopg.Connection, database: str) -> None:
    """Let the application role into the database and point it to the job functions."""
    role, name = sql.Identifier(APP), sql.Identifier(database)
    for text in (
        "GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {role}",
        "ALTER ROLE {role} IN DATABASE {name} SET search_path = procrastinate",
        "ALTER ROLE {role} IN DATABASE {name} SET idle_in_transaction_session_timeout = '60s'",
    ):
        connection.execute(sql.SQL(text).format(role=role, name=name))


def check_app(connection: psycopg.Connection) -> None:
    """Refuse an application role that row-level security would not bind."""
    row = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None or row[1]:
        who = row[0] if row else "?"
        raise Trouble(
            f"角色 {who} 可以绕过行级安全,不能用于 MALL_APP_DATABASE_URL。",
            f"The role {who} bypasses row-level security and cannot be MALL_APP_DATABASE_URL's.",
        )


def _put_login(connection: psycopg.Connection, login: Login) -> None:
    """Make the role, or give it this password; only the SCRAM verifier travels."""
    verifier = connection.pgconn.encrypt_password(
        login.password.encode(), login.role.encode(), b"scram-sha-256"
    ).decode()
    role = sql.Identifier(login.role)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.role])
    if known.fetchone() is None:
        verb = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
        statement = verb.format(role, _PLAIN, sql.Literal(verifier))
    else:
        verb = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        statement = verb.format(role, sql.Literal(verifier))
    connection.execute(statement)


def _can_connect(address: str) -> bool:
    try:
        connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
