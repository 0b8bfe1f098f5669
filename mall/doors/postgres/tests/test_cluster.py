import os
import signal
import stat
from collections.abc import Generator
from pathlib import Path
from shutil import rmtree

import psycopg
import pytest

from mall.doors.postgres import (
    Cluster,
    NoServer,
    Urls,
    create_database,
    libpq,
    prepare,
    secret,
    throw_away_cluster,
)
from mall.doors.postgres.addresses import APP_ROLE, parsed, url_of
from mall.doors.postgres.migrating import migrate, pending
from mall.doors.postgres.tests.folders import new_folder
from mall.doors.trouble import Trouble
from mall.kernel import schema
from mall.kernel.settings import from_environment


@pytest.fixture
def folder() -> Generator[Path]:
    with new_folder() as made:
        yield made


@pytest.fixture(scope="module")
def cluster() -> Generator[Cluster]:
    with throw_away_cluster(fsync="off") as made:
        yield made


@pytest.fixture(scope="module")
def urls(cluster: Cluster) -> Urls:
    return create_database(cluster, "roles", owner="a: b/c@d", app="app")


def value(url: str, question: str) -> object:
    with psycopg.connect(libpq(url)) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def test_folders_are_closed_to_everybody_else(cluster: Cluster) -> None:
    for folder in (
        cluster.folder,
        cluster.tables_folder,
        cluster.sockets,
        cluster.secrets / "secrets",
    ):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for kept in (cluster.secrets / "secrets").iterdir():
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_server_never_runs_as_root(cluster: Cluster) -> None:
    assert cluster.tables_folder.stat().st_uid != 0


def test_no_one_is_let_in_without_the_password(urls: Urls) -> None:
    wrong = url_of(parsed(urls.app, "app"), password="wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(libpq(wrong))


def test_the_server_listens_on_no_network(urls: Urls) -> None:
    assert value(urls.owner, "SHOW listen_addresses") == ""
    assert value(urls.owner, "SHOW password_encryption") == "scram-sha-256"


def test_a_real_mall_loses_nothing_with_the_power() -> None:
    with throw_away_cluster() as durable:
        urls = create_database(durable, "mall", owner="owner", app="app")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert value(urls.owner, f"SHOW {setting}") == "on"


@pytest.mark.parametrize("who", ["owner", "app"])
def test_neither_role_stands_above_the_rules(urls: Urls, who: str) -> None:
    question = """SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
                  FROM pg_roles WHERE rolname = current_user"""
    assert value(getattr(urls, who), question) is False


def test_the_application_cannot_create_tables(urls: Urls) -> None:
    with (
        psycopg.connect(libpq(urls.app)) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TABLE public.mine (id int)")


def test_both_names_of_the_application_role_agree() -> None:
    assert APP_ROLE == schema.APP_ROLE


def test_migrating_is_repeatable_and_shuts_every_table(cluster: Cluster) -> None:
    urls = create_database(cluster, "migrated", owner="owner", app="app")
    assert pending(urls.owner)
    for _ in range(2):
        migrate(urls.owner)
    assert not pending(urls.owner)
    open_tables = """
        SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
          AND n.nspname NOT IN
              ('pg_catalog', 'information_schema', 'procrastinate', 'migrations', 'public')"""
    assert value(urls.owner, open_tables) == 0


def test_what_a_killed_server_leaves_behind_does_not_hinder_the_next(folder: Path) -> None:
    cluster = Cluster.of(folder)
    first = cluster.start(fsync="off")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert (cluster.tables_folder / "postmaster.pid").exists()

    second = cluster.start(fsync="off")
    try:
        assert cluster.running_pid() == second.pid
    finally:
        cluster.stop(second)


def test_a_process_number_that_a_stranger_has_now_does_not_hinder(folder: Path) -> None:
    cluster = Cluster.of(folder)
    cluster.stop(cluster.start(fsync="off"))
    stale = [str(os.getppid()), str(cluster.tables_folder), "0", "5432", "", "", "", "ready"]
    (cluster.tables_folder / "postmaster.pid").write_text("\n".join(stale))
    assert cluster.running_pid() is None

    cluster.stop(cluster.start(fsync="off"))


def test_a_lost_password_file_is_replaced(folder: Path) -> None:
    cluster = Cluster.of(folder)
    settings = from_environment({"MALL_DATA": str(folder)})
    server = cluster.start(fsync="off")
    prepare(settings)
    cluster.stop(server)
    for kept in (folder / "secrets").iterdir():
        kept.unlink()

    server = cluster.start(fsync="off")
    try:
        assert value(prepare(settings).app, "SELECT 1") == 1
    finally:
        cluster.stop(server)


def test_a_half_made_database_is_made_anew(folder: Path) -> None:
    cluster = Cluster.of(folder)
    cluster.folder.mkdir(exist_ok=True)
    (cluster.folder / "data.new").mkdir()
    (cluster.folder / "data.new" / "PG_VERSION").write_text("18")

    cluster.stop(cluster.start(fsync="off"))
    assert (cluster.tables_folder / "PG_VERSION").exists()


def test_a_long_path_still_has_a_short_socket(folder: Path) -> None:
    cluster = Cluster.of(folder / ("long" * 25) / "mall")
    assert len(os.fsencode(cluster.sockets / ".s.PGSQL.5432")) <= 107
    cluster.stop(cluster.start(fsync="off"))
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    rmtree(cluster.sockets)


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    cluster = Cluster.of(folder / ("long" * 25) / "mall")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    cluster.sockets.symlink_to(elsewhere)
    try:
        with pytest.raises(NoServer):
            cluster.start()
    finally:
        cluster.sockets.unlink()


def test_nothing_above_the_data_folder_changes(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    before = [p.stat().st_mode for p in (closed, *closed.parents)]
    cluster = Cluster.of(closed / "data")
    try:
        cluster.stop(cluster.start(fsync="off"))
        assert [p.stat().st_mode for p in (closed, *closed.parents)] == before
    finally:
        rmtree(cluster.folder)


def test_secrets_are_made_once(folder: Path) -> None:
    assert secret(folder, "one") == secret(folder, "one") != secret(folder, "two")


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://me:p%40ss@db.example:6432/shop?sslmode=require",
        "postgres://me:p%40ss@db.example:6432/shop?sslmode=require",
        "postgresql+psycopg://me:p%40ss@db.example:6432/shop?sslmode=require",
        "host=db.example port=6432 user=me password=p@ss dbname=shop sslmode=require",
    ],
)
def test_addresses_are_taken_in_every_form(given: str) -> None:
    wanted = "postgresql+psycopg://me:p%40ss@db.example:6432/shop?sslmode=require"
    assert url_of(parsed(given, "DATABASE_URL")) == wanted


def test_what_is_no_address_is_named() -> None:
    with pytest.raises(Trouble, match="DATABASE_URL"):
        parsed("mysql://somewhere", "DATABASE_URL")
