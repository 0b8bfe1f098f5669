"""The two commands as a user runs them, on a server of their own."""

import csv
import io
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TextIO

import pytest
from click.testing import CliRunner, Result

from mall.doors.command.commands import main
from mall.doors.command.shopify import running
from mall.doors.command.shopify.tests.files import SMALL, lines, mug
from mall.doors.postgres import create_database, throw_away_cluster
from mall.doors.postgres.migrating import migrate
from mall.doors.trouble import Trouble

type Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Generator[Run]:
    """Run commands on an empty mall called shop."""
    with throw_away_cluster() as cluster:
        made = create_database(cluster, "mall", owner="owner-of-a-test", app="app-of-a-test")
        migrate(made.owner)
        env = {
            "MALL_DATA": str(tmp_path_factory.mktemp("data")),
            "DATABASE_URL": made.owner,
            "MALL_APP_DATABASE_URL": made.app,
        }

        def command(*words: str | Path) -> Result:
            return CliRunner().invoke(main, [str(word) for word in words], env=env)

        owner = ("--owner", "owner@example.com", "--password", "a long password")
        added = command(
            "tenant", "add", "shop", "--name", "小店", *owner, "--exemption", "个人自产农副产品"
        )
        assert added.exit_code == 0, added.output
        yield command


def test_a_file_is_tried_taken_in_and_written_back(run: Run, tmp_path: Path) -> None:
    take = ("import", "shopify", SMALL, "--tenant", "shop", "--no-images")
    tried = run(*take, "--dry-run")
    assert tried.exit_code == 0 and "dry run, nothing stored" in tried.output, tried.output
    assert len(run("export", "products", "--tenant", "shop").stdout.splitlines()) == 1

    taken = run(*take)
    assert taken.exit_code == 0 and "created 3" in taken.output, taken.output
    again = run(*take)
    assert again.exit_code == 0 and "unchanged 3" in again.output, again.output

    written = tmp_path / "goods.csv"
    assert run("export", "products", written, "--tenant", "shop").exit_code == 0
    assert written.read_text("utf-8") == run("export", "products", "--tenant", "shop").stdout
    assert list(tmp_path.iterdir()) == [written], "no half file stays"
    back = run("import", "shopify", written, "--tenant", "shop")
    assert back.exit_code == 0 and "unchanged 3" in back.output, back.output


def test_an_export_that_fails_leaves_the_file_of_before(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "goods.csv"
    written.write_text("of before")

    async def cut(_read: object, file: TextIO, *_: object) -> int:
        file.write("half of i")
        raise Trouble("中断", "cut short")

    monkeypatch.setattr(running, "export", cut)
    done = run("export", "products", written, "--tenant", "shop")

    assert done.exit_code == 1 and "cut short" in done.output
    assert list(tmp_path.iterdir()) == [written] and written.read_text() == "of before"


def test_a_skipped_product_is_told_row_by_row_and_by_the_exit_code(
    run: Run, tmp_path: Path
) -> None:
    file, report = tmp_path / "wrong.csv", tmp_path / "report.csv"
    file.write_bytes(lines(mug("fine"), mug("=wrong", price="dear")))

    done = run("import", "shopify", file, "--tenant", "shop", "--report", report)

    assert done.exit_code == 1 and "“dear” is no amount" in done.output
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8-sig"))))
    assert [(row["row"], row["handle"], row["outcome"], row["code"]) for row in rows] == [
        ("2", "fine", "created", ""),
        ("3", "'=wrong", "skipped", ""),
        ("3", "'=wrong", "skipped", "handle_changed"),
        ("3", "'=wrong", "skipped", "amount_wrong"),
    ]


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe", "标题;价格\n".encode("gbk"), b"Title\n"])
def test_a_file_that_is_something_else_ends_in_one_sentence(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "else.csv"
    file.write_bytes(content)
    done = run("import", "shopify", file, "--tenant", "shop")
    assert done.exit_code == 1 and "no product CSV of Shopify" in done.output
    assert "Traceback" not in done.output and isinstance(done.exception, SystemExit)


def test_a_mall_that_is_not_there_is_named(run: Run) -> None:
    for words in (["import", "shopify", SMALL], ["export", "products"]):
        done = run(*words, "--tenant", "nowhere")
        assert done.exit_code == 1 and "No mall is called nowhere" in done.output
