"""Statements that run very often: written once, then run without SQLAlchemy's machinery."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Executable, Integer, LargeBinary, Uuid
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.types import TypeEngine

_DIALECT = dialect()
_ROWS_AT_MOST = 64  # in one INSERT
_NAMED = re.compile(r"%\((\w+)\)s")


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
        """The SQL with numbered places."""
        text = str(self._compiled)
        assert "POSTCOMPILE" not in text, "use = any(:array) instead of in_()"
        places = {name: f"${number}" for number, (name, *_) in enumerate(self._places, start=1)}
        return _NAMED.sub(lambda found: places[found[1]], text).replace("%%", "%").encode()

    @cached_property
    def changes(self) -> object | None:
        """The table whose rows it changes. None: it only reads."""
        return self._statement.table if isinstance(self._statement, UpdateBase) else None

    def filled(self, params: Mapping[str, Any]) -> list[str | None]:
        """Give what fills the places, as PostgreSQL reads it."""
        values = list[str | None]()
        for name, write, constant in self._places:
            value = params.get(name, constant)
            values.append(None if value is None else write(value))
        return values

    @cached_property
    def _places(self) -> list[tuple[str, Callable[[Any], str], Any]]:
        """The names in the text, each with what writes its value, and what it is if not given."""
        names = dict.fromkeys(_NAMED.findall(str(self._compiled)))
        binds, constants = self._compiled.binds, self._compiled.params
        return [(name, _writer(binds[name].type), constants[name]) for name in names]

    @cached_property
    def _compiled(self) -> Any:
        assert isinstance(self._statement, CompilerElement)
        return self._statement.compile(dialect=_DIALECT)


@dataclass(frozen=True, slots=True)
class Inserting:
    """An INSERT of a fixed number of rows: its text with numbered places, and what fills them."""

    text: bytes
    values: list[str | None]


def insertings(
    into: CoreTable,
    tenant_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    skip_conflicts: bool,
) -> list[Inserting]:
    """Write rows that share one set of columns as INSERTs of 64, 32 ... 1 rows.

    So few texts can stay prepared, whatever number of rows there is. Every value travels as text,
    whose type the column decides: the driver would take a small number for another type than a
    great one, and so for another statement. (An INSERT from ``unnest`` would be one text for all,
    but PostgreSQL's sharding extension refuses it under row-level security.)
    """
    columns = tuple(name for name in rows[0] if name != "tenant_id")
    writers = [_writer(into.columns[name].type) for name in columns]
    tenant, start, found = str(tenant_id), 0, list[Inserting]()
    while start < len(rows):
        size = min(_ROWS_AT_MOST, 1 << ((len(rows) - start).bit_length() - 1))
        values: list[str | None] = [tenant]
        for row in rows[start : start + size]:
            for name, write in zip(columns, writers, strict=True):
                value = row[name]
                values.append(None if value is None else write(value))
        text = _insert_text(into, columns, size, skip_conflicts=skip_conflicts)
        found.append(Inserting(text, values))
        start += size
    return found


@lru_cache(maxsize=1024)
def _insert_text(
    table: CoreTable, columns: tuple[str, ...], rows: int, *, skip_conflicts: bool
) -> bytes:
    names = ", ".join(f'"{name}"' for name in columns)
    wide = len(columns)
    lines = (
        ", ".join(f"${2 + row * wide + column}" for column in range(wide)) for row in range(rows)
    )
    values = ", ".join(f"($1, {line})" for line in lines)
    tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
    text = f"INSERT INTO {table.fullname} (tenant_id, {names}) VALUES {values}{tail}"  # noqa: S608
    return text.encode()


def _array(kind: TypeEngine[Any], values: Sequence[Any]) -> str:
    write = _writer(kind)
    if isinstance(kind, Integer | Boolean | Uuid):
        plain = ("NULL" if value is None else write(value) for value in values)
    else:
        plain = ("NULL" if value is None else _quoted(write(value)) for value in values)
    return f"{{{','.join(plain)}}}"


def _writer(kind: TypeEngine[Any]) -> Callable[[Any], str]:
    """Give what writes a value of a type as PostgreSQL reads it."""
    if isinstance(kind, JSONB):
        return as_json
    if isinstance(kind, LargeBinary):
        return _hex
    if isinstance(kind, ARRAY):
        return partial(_array, cast("ARRAY[Any]", kind).item_type)
    return str


def as_json(value: object) -> str:
    """Write a value as JSON."""
    return msgspec.json.encode(value).decode()


def _hex(value: bytes) -> str:
    return f"\\x{value.hex()}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
