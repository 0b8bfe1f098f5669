"""Statements that run very often: written once, then run without SQLAlchemy's machinery."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Boolean, DateTime, Executable, Integer, Uuid
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.elements import CompilerElement

_DIALECT = dialect()


class Prepared:
    """A Core statement whose SQL is written at its first run and kept.

    Its ``bindparam``s are filled by name. No ``in_`` with a list: that would be another text for
    every length; ``= any(:array)`` is the same text for all.
    """

    def __init__(self, statement: Executable) -> None:
        """``statement`` may use ``bindparam("tenant")``; the power that runs it fills that in."""
        self._statement = statement

    @cached_property
    def text(self) -> bytes:
        """The SQL as the driver takes it."""
        text = str(self._compiled)
        assert "POSTCOMPILE" not in text, "use = any(:array) instead of in_()"
        return text.encode()

    @cached_property
    def given(self) -> Mapping[str, Any]:
        """The constants that stand in the statement itself."""
        return {name: value for name, value in self._compiled.params.items() if value is not None}

    @cached_property
    def _compiled(self) -> Any:
        assert isinstance(self._statement, CompilerElement)
        return self._statement.compile(dialect=_DIALECT)


@lru_cache(maxsize=1024)
def insert_text(table: CoreTable, columns: tuple[str, ...], *, skip_conflicts: bool) -> bytes:
    """Write an INSERT that takes one array per column: one text for any number of rows."""
    taken = ", ".join(f"%s::{_array_type(table, name)}" for name in columns if name != "tenant_id")
    names = ", ".join(f'"{name}"' for name in columns if name != "tenant_id")
    shown = ", ".join(
        f'"{name}"::jsonb' if _is_json(table, name) else f'"{name}"'
        for name in columns
        if name != "tenant_id"
    )
    tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
    text = (
        f"INSERT INTO {table.fullname} (tenant_id, {names})"  # noqa: S608 - our own names
        f" SELECT %s::uuid, {shown} FROM unnest({taken}) AS fresh ({names}){tail}"
    )
    return text.encode()


def array_of(table: CoreTable, name: str, values: Sequence[Any]) -> object:
    """Write one column of many rows as the driver takes it.

    Plain kinds are written here: the driver would look at every element, and take an array of
    small numbers for another type than one of great numbers, so for another statement.
    """
    kind = table.columns[name].type
    if isinstance(kind, JSONB):
        return [None if value is None else msgspec.json.encode(value).decode() for value in values]
    if isinstance(kind, Integer | Boolean | Uuid | DateTime):
        plain = ["NULL" if value is None else str(value) for value in values]
        if isinstance(kind, DateTime):
            plain = [moment if moment == "NULL" else f'"{moment}"' for moment in plain]
        return f"{{{','.join(plain)}}}"
    return list(values)


def _is_json(table: CoreTable, name: str) -> bool:
    return isinstance(table.columns[name].type, JSONB)


def _array_type(table: CoreTable, name: str) -> str:
    kind = table.columns[name].type
    assert not isinstance(kind, ARRAY), "unnest would flatten a column that is an array itself"
    return "text[]" if isinstance(kind, JSONB) else f"{kind.compile(_DIALECT)}[]"
