from pathlib import Path

import pytest

from tools.architecture import migrations
from tools.architecture.tests.samples import Build, said

ENV = """
    from alembic import context

    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
    """
STEP = '''
    """{name}: hold the notes of buyers"""

    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.execute("{sql}")
    '''
SAFE = "ALTER TABLE orders.line ADD COLUMN note text"
UNSAFE = "ALTER TABLE orders.line ADD COLUMN note text NOT NULL"
PATH = "migrations/versions/0001_notes.py"


def house(build: Build, name: str, sql: str) -> list[str]:
    made = build({"migrations/env.py": ENV, PATH: STEP.format(name=name, sql=sql)})
    return said(migrations.faults(made))


@pytest.mark.parametrize("name", ["orders", "catalog, orders", "house"])
def test_a_migration_that_names_its_rooms_and_is_safe_has_no_fault(build: Build, name: str) -> None:
    assert house(build, name, SAFE) == []


def test_a_migration_names_rooms_only(build: Build) -> None:
    assert house(build, "orders, notes", SAFE) == [
        f'{PATH}:1: “notes” is no room - begin the docstring with "<room>[, <room>]: <why>"'
    ]


def test_a_migration_that_would_stop_a_mall_in_use_is_named(build: Build, tmp_path: Path) -> None:
    (fault,) = house(build, "orders", UNSAFE)
    path, line, *_ = fault.split(":")
    assert "adding-required-field" in fault
    assert "NOT NULL" in (tmp_path / path).read_text().splitlines()[int(line) - 1]


def test_migrations_that_cannot_be_printed_are_one_fault_and_no_crash(build: Build) -> None:
    build({"migrations/env.py": "import nothing_of_this_name"})
    made = build({PATH: STEP.format(name="orders", sql=SAFE)})
    (fault,) = said(migrations.faults(made))
    assert fault.startswith("migrations/env.py:1: their SQL cannot be printed: ModuleNotFound")
