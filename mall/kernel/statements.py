"""Statements that run very often: written once, then run without SQLAlchemy's machinery."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, cast

import msgspec
from sqlalchemy import Boolean, Executable, Integer, LargeBinary, Uuid
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.types import TypeEngine

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

    def filled(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give all that the statement needs as the driver takes it."""
        given = {**self._constants, **params}
        for name, kind in self._arrays.items():
            given[name] = array_of(kind, given[name])
        return given

    @cached_property
    def _constants(self) -> dict[str, Any]:
        return {name: value for name, value in self._compiled.params.items() if value is not None}

    @cached_property
    def _arrays(self) -> dict[str, TypeEngine[Any]]:
        kinds = {name: bind.type for name, bind in self._compiled.binds.items()}
        return {
            name: cast("ARRAY[Any]", kind).item_type
            for name, kind in kinds.items()
            if isinstance(kind, ARRAY)
        }

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


def array_of(kind: TypeEngine[Any], values: Sequence[Any]) -> object:
    """Write many values as one array that the driver need not look into.

    It would take small numbers for another type than great ones, and so for another statement.
    """
    if isinstance(kind, LargeBinary):
        return list(values)
    if isinstance(kind, Integer | Boolean | Uuid):
        write = str
    else:
        write = _json if isinstance(kind, JSONB) else _quoted
    plain = ("NULL" if value is None else write(value) for value in values)
    return f"{{{','.join(plain)}}}"


def _json(value: object) -> str:
    return _quoted(msgspec.json.encode(value).decode())


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _is_json(table: CoreTable, name: str) -> bool:
    return isinstance(table.columns[name].type, JSONB)


def _array_type(table: CoreTable, name: str) -> str:
    kind = table.columns[name].type
    assert not isinstance(kind, ARRAY), "unnest would flatten a column that is an array itself"
    return "text[]" if isinstance(kind, JSONB) else f"{kind.compile(_DIALECT)}[]"
