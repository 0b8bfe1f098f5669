import ast
import sys
from pathlib import Path

import psycopg
import pytest

from tests.faults import checker
from tests.faults.checker import CannotJudge, Diary, judge, table
from tests.faults.checker.__main__ import main
from tests.faults.checker.diary import entries
from tests.faults.checker.tests.honest import Copy, Honest

PACKAGE = Path(checker.__file__).parent
ALLOWED = set(sys.stdlib_module_names) | {"psycopg", "msgspec"}


def imports_of(source: str) -> set[str]:
    """Name what a file imports; nothing relative, nothing by a computed name."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            found |= {name} & {"__import__", "import_module", "run_module", "exec", "eval"}
    return found


def is_allowed(name: str) -> bool:
    """Tell whether the checker may import it: its own, the standard library, and two more."""
    return name.startswith("tests.faults.checker") or name.split(".")[0] in ALLOWED


def test_the_checker_shares_no_code_with_the_mall() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "tests"]
    assert len(files) > 15
    for path in files:
        strange = {name for name in imports_of(path.read_text()) if not is_allowed(name)}
        assert strange == set(), path


def test_an_import_of_the_mall_would_be_seen() -> None:
    for line in ("import mall", "from mall.kernel import ids", "from tests.faults import goods"):
        assert not all(is_allowed(name) for name in imports_of(line))
    for line in ("from .. import goods", "__import__('mall')", "importlib.import_module('mall')"):
        assert not all(is_allowed(name) for name in imports_of(line))


def test_the_role_that_reads_sees_every_mall_and_cannot_write(honest: Honest) -> None:
    with psycopg.connect(honest.reader("mall"), autocommit=True) as reader:
        [tenants] = reader.execute(
            'SELECT count(DISTINCT tenant_id) FROM orders."order"'
        ).fetchall()
        assert tenants == (2,)
        reader.execute("SET search_path = procrastinate")
        for text in (
            'UPDATE orders."order" SET paid_minor = 0',
            "DELETE FROM orders.happening",
            "INSERT INTO kernel.version SELECT tenant_id, 1 FROM tenants.tenant",
            "TRUNCATE messaging.message",
            "DROP TABLE orders.line",
            "CREATE TABLE public.mine ()",
            "SELECT procrastinate.procrastinate_retry_job_v1(1, now(), 1, 'a', 'b')",
            "SET ROLE mall_owner",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ):
            reader.execute("SET default_transaction_read_only = off")  # no wall of its own making
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(text.encode())


def test_a_role_that_could_write_or_sees_no_mall_is_refused(copy: Copy) -> None:
    with copy.honest.cluster.connect() as rows:
        reader = copy.honest.reader("mall")
        for change, back, why in (
            ("SUPERUSER", "NOSUPERUSER", "is a superuser"),
            ("NOBYPASSRLS", "BYPASSRLS", "sees no mall's rows"),
        ):
            rows.execute(f"ALTER ROLE mall_reader {change}".encode())
            with pytest.raises(CannotJudge, match=why):
                judge(reader, copy.history, str(copy.ledger))
            rows.execute(f"ALTER ROLE mall_reader {back}".encode())
    copy.rows.execute("GRANT UPDATE (note) ON orders.happening TO mall_reader")
    with pytest.raises(CannotJudge, match=r"can write orders\.happening"):
        copy.judge()


def test_what_was_not_looked_at_is_void_and_not_held(copy: Copy, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    for name in ("orders.refund", "payments.refund"):
        copy.spoil(f"DELETE FROM {name}")
    copy.spoil(
        "UPDATE orders.line SET refunded = 0, released = 0, refunded_minor = 0,"
        " refunded_freight_minor = 0"
    )
    copy.spoil('UPDATE orders."order" SET refunded_minor = 0')
    copy.forge_ledger("DELETE FROM refund")
    reader = copy.honest.reader(copy.database)
    by_code = {one.code: one for one in judge(reader, nobody, str(copy.ledger))}
    assert (by_code["I8"].state, by_code["I8"].facts) == ("void", 0)
    assert "an acknowledged order is lost" in by_code["I1"].unseen


def test_the_program_prints_a_table_and_says_by_its_status_whether_something_was_found(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = copy.honest.reader("mall")
    given = ["--database", reader, "--history", str(copy.history), "--ledger", str(copy.ledger)]
    assert main([*given, "--patience", "0"]) == 0
    assert "I11  holds" in capsys.readouterr().out
    copy.lie("pay", 303, number=copy.orders["left"])
    assert main(given) == 1
    assert copy.orders["left"] in capsys.readouterr().out
    assert main([*given[:-1], "/nowhere"]) == 2
    assert "/nowhere" in capsys.readouterr().err


def test_a_request_without_an_answer_is_unknown_and_a_torn_line_is_left_out(tmp_path: Path) -> None:
    diary = Diary(tmp_path, "one")
    diary.begin("place", "north.localhost:8000", key="a")
    diary.end(diary.begin("place", "north.localhost", key="b"), 503)
    diary.end(diary.begin("place", "north.localhost", key="c"), 201, {"number": "7"})
    diary.close()
    path = tmp_path / "one.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    told = [(one.key, one.outcome, one.host) for one in entries(tmp_path)]
    assert told == [
        ("a", "begun", "north.localhost"),
        ("b", "begun", "north.localhost"),
        ("b", "unknown", "north.localhost"),
        ("c", "begun", "north.localhost"),
    ]


def test_many_findings_are_counted_and_the_first_are_shown(copy: Copy) -> None:
    for number in range(30):
        copy.lie("place", 201, number=f"lost-{number}", payable_minor=1)
    [first, *_] = verdicts = copy.judge()
    assert (first.state, first.found, len(first.findings)) == ("broken", 30, 20)
    assert "... and 10 more" in table(verdicts)
