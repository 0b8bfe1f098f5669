"""From settings to a database that answers, embedded or somebody else's."""

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree

import psycopg

from mall.doors.postgres import roles
from mall.doors.postgres.addresses import APP, OWNER, Urls, libpq, on_socket, parsed, url_of
from mall.doors.postgres.places import Place, place_in, secret, secrets_in
from mall.doors.postgres.server import SUPERUSER, running, start, stop_server
from mall.doors.trouble import Trouble
from mall.kernel.settings import Settings


def prepare(settings: Settings) -> Urls:
    """Have the database running, with both roles, and leave it running. Repeatable."""
    if settings.database_url is None:
        place = place_in(settings.data)
        with _one_at_a_time(settings.data):
            if running(place) is None:
                start(place)
            return lay_roles(place)
    return _external(settings, settings.database_url)


@contextmanager
def opened(settings: Settings) -> Generator[Urls]:
    """Have the database running inside the ``with``; a server that ran before stays."""
    with ExitStack() as stack:
        if settings.database_url is None:
            place = place_in(settings.data)
            if running(place) is None:
                stack.callback(stop_server, place)
        yield prepare(settings)


def stop(settings: Settings) -> None:
    """Stop the embedded server if it runs."""
    if settings.database_url is None and (settings.data / "postgres").exists():
        stop_server(place_in(settings.data))


def urls(settings: Settings) -> Urls:
    """Tell the addresses of a database that is prepared already, without touching it."""
    if settings.database_url is None:
        place = place_in(settings.data)
        return _on_socket(place)
    return _external_urls(settings, settings.database_url)


def embedded_place(settings: Settings) -> Place | None:
    """Tell where the embedded server lives. None: another server is used."""
    return place_in(settings.data) if settings.database_url is None else None


@contextmanager
def throw_away_server(folder: Path | None = None, *, durable: bool = False) -> Generator[Urls]:
    """Run a server of its own in a new folder, gone at the end of the ``with``.

    ``folder`` None: a temporary one. ``durable`` true pays for fsync, as a real mall does.
    """
    with ExitStack() as stack:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="jishi-"))
            stack.callback(rmtree, folder, ignore_errors=True)
            folder.chmod(0o711)  # the server's account passes through; what is inside is 0700
        place = place_in(folder)
        stack.callback(rmtree, place.home, ignore_errors=True)
        stack.callback(rmtree, place.socket, ignore_errors=True)
        child = start(place, durable=durable)
        try:
            yield lay_roles(place)
        finally:
            stop_server(place, patience=3)
            child.wait(20)


def lay_roles(place: Place) -> Urls:
    """Give a running embedded server its roles and database, and tell their addresses."""
    address = libpq(
        on_socket(place.socket, SUPERUSER, secret(place.secrets, SUPERUSER), "postgres")
    )
    given = _on_socket(place)
    if not _both_answer(given):
        with roles.connect(address) as connection:
            owner = secret(place.secrets, OWNER)
            roles.lay_embedded(connection, owner, secret(place.secrets, APP))
    return given


def _on_socket(place: Place) -> Urls:
    return Urls(
        owner=on_socket(place.socket, OWNER, secret(place.secrets, OWNER)),
        app=on_socket(place.socket, APP, secret(place.secrets, APP)),
    )


def _both_answer(given: Urls) -> bool:
    try:
        roles.connect(given.owner_libpq).close()
        roles.connect(given.app_libpq).close()
    except psycopg.OperationalError:
        return False
    return True


def _external_urls(settings: Settings, database_url: str) -> Urls:
    parts = parsed(database_url, "DATABASE_URL")
    if settings.app_database_url is not None:
        app = url_of(parsed(settings.app_database_url, "MALL_APP_DATABASE_URL"))
    else:
        password = secret(secrets_in(settings.data), APP)
        app = url_of(parts, user=APP, password=password)
    return Urls(owner=url_of(parts), app=app)


def _external(settings: Settings, database_url: str) -> Urls:
    given = _external_urls(settings, database_url)
    try:
        with roles.connect(given.owner_libpq) as owner:
            if owner.info.server_version < 160000:
                version = owner.info.server_version // 10000
                raise Trouble(
                    f"需要 PostgreSQL 16 以上,DATABASE_URL 是 {version}。",
                    f"PostgreSQL 16 or newer is needed; DATABASE_URL leads to {version}.",
                )
            if settings.app_database_url is None:
                password = secret(secrets_in(settings.data), APP)
                roles.lay_app_login(owner, roles.Login(APP, password), given.app_libpq)
        with roles.connect(given.app_libpq) as app:
            roles.check_app(app)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise Trouble(
            f"连不上 DATABASE_URL 的数据库:{reason}",
            f"The database of DATABASE_URL cannot be reached: {reason}",
        ) from None
    return given


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    """Keep two commands from starting the same server at once."""
    handle = os.open(folder / "postgres.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
