from collections.abc import Callable

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.schema import SchemaItem

from mall.kernel import schema
from tools.architecture import tables
from tools.architecture.tests.samples import Build

HEIGHTS = {"kernel": 0, "catalog": 1, "orders": 2, "checkout": 3}

type Part = Callable[[], SchemaItem]


def judged(*parts: SchemaItem, policies: list[str] | None = None, **more: str) -> list[str]:
    """Make the table orders.line of some parts, and say what is wrong with it."""
    room = more.get("schema", "orders")
    made = Table("line", MetaData(), *_columns(), *parts, schema=room)
    lines = schema.policy(made) if policies is None else policies
    placed = tables.Placed(made, "orders", "mall/orders/tables.py", 7)
    found = tables.faults_of([placed], lines, frozenset(), HEIGHTS)
    return [fault.what.removeprefix(f"table {room}.line: ") for fault in found]


def _columns() -> list[Column[object]]:
    return [Column("tenant_id", Uuid()), Column("id", Uuid()), Column("other", Uuid())]


def key() -> SchemaItem:
    return PrimaryKeyConstraint("tenant_id", "id")


def test_a_table_in_order_has_no_fault() -> None:
    below = ForeignKeyConstraint(
        ["tenant_id", "other"], ["catalog.sku.tenant_id", "catalog.sku.id"]
    )
    unique = UniqueConstraint("tenant_id", "other")
    moment = Column("at", DateTime(timezone=True))
    assert judged(key(), below, unique, moment, Index("by_other", "tenant_id", "other")) == []


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (lambda: UniqueConstraint("other", name="u"), "u does not begin with tenant_id"),
        (lambda: Index("i", "other"), "i does not begin with tenant_id"),
        (lambda: Index("i", "id", "tenant_id"), "i does not begin with tenant_id"),
        (lambda: Column("price", Float()), "price is a float"),
        (lambda: Column("at", DateTime()), "at has no time zone"),
        (
            lambda: ForeignKeyConstraint(["other"], ["catalog.sku.id"], name="f"),
            "f does not begin with tenant_id",
        ),
        (
            lambda: ForeignKeyConstraint(
                ["tenant_id", "id"], ["checkout.want.tenant_id", "checkout.want.id"], name="f"
            ),
            "f points to checkout, which is not below orders",
        ),
    ],
)
def test_each_part_that_would_mix_tenants_or_lose_money_is_named(part: Part, what: str) -> None:
    assert judged(key(), part()) == [what]


@pytest.mark.parametrize("columns", [["id"], ["id", "tenant_id"]])
def test_the_primary_key_begins_with_the_tenant(columns: list[str]) -> None:
    assert judged(PrimaryKeyConstraint(*columns)) == [
        "its primary key does not begin with tenant_id"
    ]


def test_a_table_lives_in_the_schema_of_its_room() -> None:
    assert judged(key(), schema="catalog") == ["is in the schema catalog"]


def test_a_table_without_its_policy_is_named() -> None:
    table = Table("line", MetaData(), *_columns(), key(), schema="orders")
    lines = schema.policy(table)
    for needed in ("ENABLE ROW", "FORCE ROW", "CREATE POLICY tenant"):
        (what,) = judged(key(), policies=[line for line in lines if needed not in line])
        assert needed in what


def test_a_fault_stands_where_the_table_is_written() -> None:
    made = Table("line", MetaData(), Column("id", Integer(), primary_key=True), schema="orders")
    placed = tables.Placed(made, "orders", "mall/orders/tables.py", 7)
    fault = next(tables.faults_of([placed], schema.policy(made), frozenset(), HEIGHTS))
    assert str(fault).startswith("mall/orders/tables.py:7: table orders.line: ")


def test_tables_that_cannot_be_imported_are_one_fault_and_no_crash(build: Build) -> None:
    house = build({"mall/not_there/tables.py": "import nothing_of_this_name"})
    found = [f for f in tables.faults(house) if f.path == "mall/not_there/tables.py"]
    assert ["cannot be imported" in fault.what for fault in found] == [True]
