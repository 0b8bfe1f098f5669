"""Statements that run very often: written once, then run without SQLAlchemy's machinery."""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache, partial
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import (
    Boolean,
    DateTime,
    Executable,
    Integer,
    LargeBinary,
    Select,
    Uuid,
    bindparam,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.types import TypeEngine

from mall.kernel.wire import Said

TENANT = bindparam("tenant", type_=Uuid())  # filled in by the power that runs the statement

_DIALECT = dialect()
_ROWS_AT_MOST = 64  # in one INSERT
_ANY_NUMBER = 16  # of rows up to which each number has a text of its own
_NAMED = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A Core statement whose SQL is written at its first run and kept.

    Its ``bindparam``s are filled by name. No ``in_`` with a list: that would be another text for
    every length; ``= any(:array)`` is the same text for all.
    """

    def __init__(self, statement: Executable) -> None:
        """``statement`` may use ``TENANT``."""
        self._statement = statement

    @cached_property
    def text(self) -> bytes:
        """The SQL with numbered places."""
        text = str(self._compiled)
        assert "POSTCOMPILE" not in text, "use = any(:array) instead of in_()"
        places = {name: f"${number}" for number, (name, *_) in enumerate(self._places, start=1)}
        return _NAMED.sub(lambda found: places[found[1]], text).replace("%%", "%").encode()

    @cached_property
    def row(self) -> Callable[[Sequence[Any]], Any]:
        """Makes rows whose values go by the names of the columns that are selected."""
        chosen = cast("Select[Any]", self._statement).selected_columns
        return cast("Any", namedtuple)("Row", chosen.keys())._make

    @cached_property
    def changes(self) -> object | None:
        """The table whose rows it changes. None: it only reads."""
        return self._statement.table if isinstance(self._statement, UpdateBase) else None

    def filled(self, params: Mapping[str, Any]) -> list[bytes | None]:
        """Give what fills the places, as PostgreSQL reads it."""
        values: list[bytes | None] = []
        for name, write, constant in self._places:
            value = params.get(name, constant)
            values.append(None if value is None else write(value))
        return values

    @cached_property
    def _places(self) -> list[tuple[str, Callable[[Any], bytes], Any]]:
        """The names in the text, each with what writes its value, and what it is if not given."""
        names = dict.fromkeys(_NAMED.findall(str(self._compiled)))
        binds, constants = self._compiled.binds, self._compiled.params
        return [(name, _writer(binds[name].type), constants[name]) for name in names]

    @cached_property
    def _compiled(self) -> Any:
        assert isinstance(self._statement, CompilerElement)
        return self._statement.compile(dialect=_DIALECT)


@lru_cache(maxsize=256)
def updating(table: CoreTable, where: tuple[str, ...], sets: tuple[str, ...]) -> Prepared:
    """Write an UPDATE of the rows in which columns have the values ``was_<column>``.

    The columns of ``sets`` become ``new_<column>``.
    """
    columns = table.columns
    tenant = columns["tenant_id"] == TENANT
    was = (columns[name] == bindparam(f"was_{name}", type_=columns[name].type) for name in where)
    new = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in sets}
    return Prepared(update(table).where(tenant, *was).values(new))


def insertings(
    into: CoreTable,
    tenant_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    on_conflict: str,
) -> list[Said]:
    """Write rows that share one set of columns as INSERTs of 64, 32 or 16, and one of the rest.

    ``on_conflict``: what follows ON CONFLICT; "": a row that is there already is an error.

    So few texts can stay prepared, whatever number of rows there is. Every value travels as text,
    whose type the column decides: the driver would take a small number for another type than a
    great one, and so for another statement. (An INSERT from ``unnest`` would be one text for all,
    but PostgreSQL's sharding extension refuses it under row-level security.)
    """
    columns = tuple(name for name in rows[0] if name != "tenant_id")
    writers = _writers(into, columns)
    found: list[Said] = []
    tenant, start = _uuid(tenant_id), 0
    while start < len(rows):
        left = len(rows) - start
        size = left if left <= _ANY_NUMBER else min(_ROWS_AT_MOST, 1 << (left.bit_length() - 1))
        values: list[bytes | None] = [tenant]
        for row in rows[start : start + size]:
            values += [
                None if (value := row[name]) is None else write(value) for name, write in writers
            ]
        text = _insert_text(into, columns, size, on_conflict)
        found.append(Said(text, values))
        start += size
    return found


@lru_cache(maxsize=1024)
def _writers(
    table: CoreTable, columns: tuple[str, ...]
) -> tuple[tuple[str, Callable[[Any], bytes]], ...]:
    return tuple((name, _writer(table.columns[name].type)) for name in columns)


@lru_cache(maxsize=1024)
def _insert_text(table: CoreTable, columns: tuple[str, ...], rows: int, on_conflict: str) -> bytes:
    names = ", ".join(f'"{name}"' for name in columns)
    wide = len(columns)
    lines = (
        ", ".join(f"${2 + row * wide + column}" for column in range(wide)) for row in range(rows)
    )
    values = ", ".join(f"($1, {line})" for line in lines)
    tail = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    text = f"INSERT INTO {table.fullname} (tenant_id, {names}) VALUES {values}{tail}"  # noqa: S608
    return text.encode()


def _array(kind: TypeEngine[Any], values: Sequence[Any]) -> bytes:
    write = _writer(kind)
    plain = isinstance(kind, Integer | Boolean | Uuid)
    return b"{%b}" % b",".join(
        b"NULL" if value is None else write(value) if plain else _quoted(write(value))
        for value in values
    )


def _writer(kind: TypeEngine[Any]) -> Callable[[Any], bytes]:
    """Give what writes a value of a type as PostgreSQL reads it."""
    if isinstance(kind, JSONB):
        return msgspec.json.encode
    if isinstance(kind, LargeBinary):
        return _hex
    if isinstance(kind, ARRAY):
        return partial(_array, cast("ARRAY[Any]", kind).item_type)
    if isinstance(kind, Integer):
        return _integer
    if isinstance(kind, Uuid):
        return _uuid
    if isinstance(kind, DateTime):
        return _moment
    return as_text


def as_json(value: object) -> str:
    """Write a value as JSON."""
    return msgspec.json.encode(value).decode()


def as_text(value: object) -> bytes:
    """Write a value that says in words what it is. Raises DataError for what cannot be stored."""
    try:
        written = (value if isinstance(value, str) else str(value)).encode()
    except UnicodeEncodeError as problem:
        raise psycopg.DataError("half a character") from problem
    if b"\0" in written:
        raise psycopg.DataError("PostgreSQL stores no NUL")
    return written


def _integer(value: int) -> bytes:
    return b"%d" % value


def _uuid(value: UUID) -> bytes:
    return b"%032x" % value.int


@lru_cache(maxsize=1024)  # those of one batch are mostly the same
def _moment(value: datetime) -> bytes:
    return str(value).encode()


def _hex(value: bytes) -> bytes:
    return b"\\x" + value.hex().encode()


def _quoted(text: bytes) -> bytes:
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
