"""Two tables of the tests' own: one with a column of every type, one that processes remember."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    bindparam,
    create_engine,
    func,
    select,
    text,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mall.kernel import schema
from mall.kernel.db import Read, Table
from mall.kernel.statements import Prepared


class Addresses(Protocol):
    """The addresses of the test database, for either role."""

    @property
    def owner(self) -> str: ...

    @property
    def app(self) -> str: ...


METADATA = MetaData()
SCHEMA = "kernel_test"

THING = CoreTable(
    "thing",
    METADATA,
    Column("tenant_id", Uuid(), primary_key=True),
    Column("id", Uuid(), primary_key=True),
    Column("words", Text()),
    Column("number", BigInteger()),
    Column("flag", Boolean()),
    Column("other", Uuid()),
    Column("at", DateTime(timezone=True)),
    Column("tree", JSONB(none_as_null=True)),
    Column("raw", LargeBinary()),
    Column("tags", ARRAY(Text())),
    schema=SCHEMA,
)
WORD = CoreTable(
    "word",
    METADATA,
    Column("tenant_id", Uuid(), primary_key=True),
    Column("word", Text(), primary_key=True),
    Column("meaning", Text()),
    schema=SCHEMA,
    info={"remembered": True},
)


class ThingRow:
    __table__ = THING


class WordRow:
    __table__ = WORD


# they stay out of the metadata of the mall, which other tests compare with the database
Thing = cast("type[Table]", ThingRow)
Word = cast("type[Table]", WordRow)

_TENANT = bindparam("tenant", type_=Uuid())
_WORDS = Prepared(
    select(WORD.c.word, WORD.c.meaning).where(
        WORD.c.tenant_id == _TENANT,
        WORD.c.word == func.any(bindparam("words", type_=ARRAY(Text()))),
    )
)
THINGS = Prepared(select(*THING.c[1:]).where(THING.c.tenant_id == _TENANT))


async def meanings(read: Read, words: Sequence[str]) -> dict[str, str]:
    """Load what words mean; unknown ones are missing."""
    return {row[0]: row[1] for row in await read.rows(_WORDS, words=list(words))}


def create(owner_url: str) -> None:
    """Create the tables, shut to all but their tenant like every other."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        METADATA.create_all(connection)
        for line in schema.policies(METADATA):
            connection.execute(text(line))
    engine.dispose()


def thing(id_: UUID, **values: Any) -> dict[str, Any]:
    """Make a row with all columns; those that are not named are NULL."""
    names = [column.name for column in THING.c][2:]
    return {"id": id_, **dict.fromkeys(names), **values}


type Row = tuple[
    str | None,
    int | None,
    bool | None,
    UUID | None,
    datetime | None,
    Any,
    bytes | None,
    list[str | None] | None,
]
