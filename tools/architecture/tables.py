"""Every row belongs to a tenant, and the database itself keeps tenants apart.

``tenant_id`` leads every key and index (which is also what lets the tables be spread over nodes),
every table has its policies, and foreign keys point down the staircase.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from sqlalchemy import DateTime, Float, ForeignKeyConstraint, Index, Table, UniqueConstraint

from mall.kernel import schema
from mall.kernel.db import Table as Row
from tools.architecture.fault import Fault
from tools.architecture.house import House, staircase

TENANT = "tenant_id"


@dataclass(frozen=True, slots=True)
class Placed:
    """A table and where it is written."""

    table: Table
    room: str
    path: str
    line: int

    def fault(self, what: str, do: str) -> Fault:
        """Make a fault of this table."""
        return Fault(self.path, self.line, f"table {self.table.fullname}: {what}", do)


def faults(house: House) -> Iterator[Fault]:
    """Read the metadata of all rooms. A room that cannot be imported is a fault."""
    for source in house:
        if source.parts[0] == "mall" and source.parts[2:] == ("tables.py",):
            try:
                import_module(source.module)
            except Exception as error:  # whatever a module that is being written raises
                yield Fault(source.path, 1, f"cannot be imported: {error!r}", "mend the import")
    heights = {room: -i for i, line in enumerate(staircase(house.root)) for room in line}
    policies = schema.policies(Row.metadata)
    yield from faults_of(placed(house.root), policies, schema.DIRECTORY_TABLES, heights)


def placed(root: Path) -> list[Placed]:
    """List every mapped table with the place of its class."""
    found = list[Placed]()
    for mapper in Row.registry.mappers:
        module, table = mapper.class_.__module__, cast(Table, mapper.local_table)
        path = module.replace(".", "/") + ".py"
        text = (root / path).read_text(encoding="utf-8") if (root / path).is_file() else ""
        match = re.search(rf"^class {mapper.class_.__name__}\b", text, re.MULTILINE)
        line = text[: match.start()].count("\n") + 1 if match else 1
        found.append(Placed(table, module.split(".")[1], path, line))
    return found


def faults_of(
    tables: Sequence[Placed],
    policies: Sequence[str],
    directory: frozenset[str],
    heights: dict[str, int],
) -> Iterator[Fault]:
    """Judge tables. ``directory`` names those that are read to find the tenant.

    ``heights`` tells how high a room stands; what points up, or sideways, is a fault.
    """
    for one in tables:
        if one.table.schema != one.room:
            what = f"is in the schema {one.table.schema}"
            yield one.fault(what, f'write {{"schema": "{one.room}"}}')
        yield from _of_keys(one, directory)
        yield from _of_columns(one)
        yield from _of_foreign_keys(one, directory, heights)
        yield from _of_policies(one, policies)


def _of_keys(one: Placed, directory: frozenset[str]) -> Iterator[Fault]:
    table = one.table
    if _first([column.name for column in table.primary_key.columns]) != TENANT:
        yield one.fault("its primary key does not begin with tenant_id", "put tenant_id first")
    keys = [(c, list(c.columns)) for c in table.constraints if isinstance(c, UniqueConstraint)]
    for key, columns in sorted(keys, key=lambda pair: str(pair[0].name)):
        if _first([column.name for column in columns]) != TENANT:
            yield one.fault(f"{_called(key)} does not begin with tenant_id", "put tenant_id first")
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        found_by_all = table.fullname in directory and index.info.get("across_tenants")
        first = next(iter(index.expressions), None)
        if getattr(first, "name", None) != TENANT and not found_by_all:
            yield one.fault(
                f"{_called(index)} does not begin with tenant_id", "put tenant_id first"
            )


def _of_columns(one: Placed) -> Iterator[Fault]:
    for column in one.table.columns:
        if isinstance(column.type, Float):
            what = f"{column.name} is a float"
            yield one.fault(
                what, "count in whole units and say which: _minor, _grams, _basis_points"
            )
        if isinstance(column.type, DateTime) and not column.type.timezone:
            yield one.fault(f"{column.name} has no time zone", "use Mapped[Instant]")


def _of_foreign_keys(
    one: Placed, directory: frozenset[str], heights: dict[str, int]
) -> Iterator[Fault]:
    keys = [c for c in one.table.constraints if isinstance(c, ForeignKeyConstraint)]
    for key in sorted(keys, key=lambda key: str(key.name)):
        if _first(key.column_keys) != TENANT:
            yield one.fault(f"{_called(key)} does not begin with tenant_id", "put tenant_id first")
        target, _, _ = key.elements[0].target_fullname.partition(".")
        same_room = target == one.room
        if not same_room and heights.get(target, 1) >= heights.get(one.room, 0):
            what = f"{_called(key)} points to {target}, which is not below {one.room}"
            yield one.fault(what, "let foreign keys point down the staircase only")


def _of_policies(one: Placed, policies: Sequence[str]) -> Iterator[Fault]:
    name = one.table.fullname
    for start in (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} USING (",
    ):
        if not any(policy.startswith(start) for policy in policies):
            yield one.fault(f"no “{start}”", "let mall.kernel.schema write it")


def _first(names: Sequence[str]) -> str | None:
    return names[0] if names else None


def _called(key: UniqueConstraint | ForeignKeyConstraint | Index) -> str:
    return str(key.name or type(key).__name__)
