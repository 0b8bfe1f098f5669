"""Two roles: the owner migrates, the application works under row-level security."""

import psycopg
from psycopg import sql

from mall.doors.postgres.addresses import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    Urls,
    libpq,
    parsed,
    url_of,
)
from mall.doors.postgres.cluster import Cluster
from mall.doors.postgres.secrets import secret
from mall.doors.trouble import Trouble
from mall.kernel.settings import Settings

_OLDEST = 16


class Unreachable(Trouble):
    """The database that ``DATABASE_URL`` names does not answer."""


def prepare(settings: Settings) -> Urls:
    """Make sure that roles and database exist; an embedded server must be running.

    A repeated call changes nothing. Raises Trouble when the database is out of reach or unfit.
    """
    if settings.database_url is None:
        cluster, given = Cluster.of(settings.data), urls(settings)
        if not (_answers(given.owner) and _answers(given.app)):
            owner, app = secret(settings.data, "owner_role"), secret(settings.data, "app_role")
            create_database(cluster, DATABASE, owner=owner, app=app)
        return given
    return _prepare_external(settings)


def urls(settings: Settings) -> Urls:
    """Tell the addresses of a database that is prepared already, without a look at it."""
    app = secret(settings.data, "app_role")
    if settings.database_url is None:
        cluster, owner = Cluster.of(settings.data), secret(settings.data, "owner_role")
        return _of(cluster, DATABASE, owner, app)
    parts = parsed(settings.database_url, "DATABASE_URL")
    if settings.app_database_url is None:
        return Urls(url_of(parts), url_of(parts, user=APP_ROLE, password=app))
    given = parsed(settings.app_database_url, "MALL_APP_DATABASE_URL")
    return Urls(url_of(parts), url_of(given))


def app_url(settings: Settings) -> str:
    """Tell the application role's address; the owner's is not needed to serve."""
    return urls(settings).app


def create_database(cluster: Cluster, name: str, *, owner: str, app: str) -> Urls:
    """Create a database with both roles on an embedded server; ``owner``, ``app``: passwords."""
    database = sql.Identifier(name)
    with cluster.connect() as connection:
        _make_role(connection, OWNER_ROLE, owner)
        _make_role(connection, APP_ROLE, app)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            make = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(make.format(database, sql.Identifier(OWNER_ROLE)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        _let_in(connection, name, APP_ROLE)
    return _of(cluster, name, owner, app)


def _of(cluster: Cluster, name: str, owner: str, app: str) -> Urls:
    return Urls(cluster.url(OWNER_ROLE, owner, name), cluster.url(APP_ROLE, app, name))


def _prepare_external(settings: Settings) -> Urls:
    given = urls(settings)
    try:
        with psycopg.connect(libpq(given.owner), autocommit=True, connect_timeout=5) as owner:
            if (version := owner.info.server_version // 10_000) < _OLDEST:
                raise Trouble(
                    f"需要 PostgreSQL {_OLDEST} 以上,DATABASE_URL 是 {version}。",
                    f"PostgreSQL {_OLDEST} or newer is needed; DATABASE_URL leads to {version}.",
                )
            if settings.app_database_url is None and not _answers(given.app):
                _make_app_role(owner, secret(settings.data, "app_role"))
        with psycopg.connect(libpq(given.app), autocommit=True, connect_timeout=5) as app:
            _check_app(app)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise Unreachable(
            f"连不上 DATABASE_URL 的数据库:{reason}",
            f"The database of DATABASE_URL cannot be reached: {reason}",
        ) from None
    return given


def _make_app_role(owner: psycopg.Connection, password: str) -> None:
    try:
        _make_role(owner, APP_ROLE, password)
        _let_in(owner, owner.info.dbname, APP_ROLE)
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            f"DATABASE_URL 的角色不能创建角色;请给它 CREATEROLE,或自建 {APP_ROLE} "
            "并设置 MALL_APP_DATABASE_URL。",
            "The role in DATABASE_URL may not create roles; give it CREATEROLE, or make "
            f"{APP_ROLE} yourself and set MALL_APP_DATABASE_URL.",
        ) from None


def _check_app(app: psycopg.Connection) -> None:
    """Refuse a role that row-level security does not bind, and one without our grants."""
    row = app.execute(
        "SELECT current_user, r.rolsuper OR r.rolbypassrls, pg_has_role(%s, 'MEMBER')"
        " FROM pg_roles r WHERE rolname = current_user",
        [APP_ROLE],
    ).fetchone()
    who, unbound, granted = row or ("?", True, False)
    if unbound or not granted:
        raise Trouble(
            f"MALL_APP_DATABASE_URL 的角色 {who} 必须是 {APP_ROLE} 或其成员,且不能绕过行级安全。",
            f"The role {who} of MALL_APP_DATABASE_URL must be {APP_ROLE} or a member of it, and "
            "must not bypass row-level security.",
        )


def _make_role(connection: psycopg.Connection, name: str, password: str) -> None:
    """Make the role, or give it this password; only the SCRAM verifier travels."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
    what = sql.SQL("{} {} LOGIN PASSWORD {}" if known else "{} {} LOGIN NOCREATEROLE PASSWORD {}")
    connection.execute(what.format(verb, sql.Identifier(name), sql.Literal(verifier)))


def _let_in(connection: psycopg.Connection, database: str, name: str) -> None:
    """Let the role into the database and point it to the job functions."""
    role, where = sql.Identifier(name), sql.Identifier(database)
    for text in (
        "GRANT CONNECT, TEMPORARY ON DATABASE {where} TO {role}",
        "ALTER ROLE {role} IN DATABASE {where} SET search_path = procrastinate",
        "ALTER ROLE {role} IN DATABASE {where} SET idle_in_transaction_session_timeout = '60s'",
    ):
        connection.execute(sql.SQL(text).format(role=role, where=where))


def _answers(address: str) -> bool:
    try:
        psycopg.connect(libpq(address), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
