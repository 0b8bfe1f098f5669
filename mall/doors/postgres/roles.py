"""Two roles: the owner migrates, the application works under row-level security."""

from dataclasses import dataclass
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from mall.doors.postgres.cluster import Cluster
from mall.doors.postgres.secrets import secret
from mall.kernel.schema import APP_ROLE
from mall.kernel.settings import Settings

OWNER_ROLE = "mall_owner"
NAME = "mall"


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses for SQLAlchemy; they hold passwords and are never logged."""

    owner: str
    app: str


def prepare(settings: Settings) -> Urls:
    """Make sure that roles and database exist; the server must be running.

    A repeated call changes nothing. Raises psycopg.OperationalError for a server out of reach.
    """
    password = secret(settings.data, "app_role")
    if settings.database_url is None:
        cluster = Cluster.of(settings.data)
        return create_database(
            cluster, NAME, owner=secret(settings.data, "owner_role"), app=password
        )
    owner = _psycopg_url(settings.database_url)
    if settings.app_database_url is not None:
        return Urls(_text(owner), _text(_psycopg_url(settings.app_database_url)))
    with psycopg.connect(
        _text(owner.set(drivername="postgresql")), autocommit=True, connect_timeout=5
    ) as connection:
        _make_role(connection, APP_ROLE, password)
    return Urls(_text(owner), _text(owner.set(username=APP_ROLE, password=password)))


def create_database(cluster: Cluster, name: str, *, owner: str, app: str) -> Urls:
    """Create a database with both roles on an embedded server; ``owner``, ``app``: passwords."""
    with cluster.connect() as connection:
        _make_role(connection, OWNER_ROLE, owner)
        _make_role(connection, APP_ROLE, app)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                )
            )
    with cluster.connect(name) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return Urls(
        cluster.url(OWNER_ROLE, quote(owner), name), cluster.url(APP_ROLE, quote(app), name)
    )


def _make_role(connection: psycopg.Connection, name: str, password: str) -> None:
    role = sql.Identifier(name)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL(f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {{}}").format(
            role, sql.Literal(password)
        )
    )
    if name == APP_ROLE:
        connection.execute(sql.SQL("ALTER ROLE {} SET search_path = procrastinate").format(role))


def _psycopg_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def app_url(settings: Settings) -> str:
    """Tell the application role's address of a database that is prepared already."""
    if settings.app_database_url is not None:
        return _text(_psycopg_url(settings.app_database_url))
    password = secret(settings.data, "app_role")
    if settings.database_url is None:
        return Cluster.of(settings.data).url(APP_ROLE, quote(password), NAME)
    return _text(_psycopg_url(settings.database_url).set(username=APP_ROLE, password=password))
