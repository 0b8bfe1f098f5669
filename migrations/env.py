"""How alembic sees this mall: every room's tables, as the owner, in one transaction.

``mall migrate`` hands the connection over; ``alembic upgrade head --sql`` style runs print SQL.
"""

from collections.abc import MutableMapping
from typing import Literal

from alembic import context
from sqlalchemy import Connection

from mall.doors.postgres.history import HISTORY_SCHEMA
from mall.kernel.schema import import_all_tables, schemas

METADATA = import_all_tables()
OURS = frozenset(schemas(METADATA))

Kind = Literal[
    "schema",
    "table",
    "column",
    "index",
    "unique_constraint",
    "foreign_key_constraint",
    "check_constraint",
]
Parents = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]


def ours(name: str | None, kind: Kind, parents: Parents) -> bool:
    """Leave job tables and strangers' schemas alone when tables and code are compared."""
    return name in OURS if kind == "schema" else True


connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        dialect_name="postgresql",
        target_metadata=METADATA,
        literal_binds=True,
        version_table_schema=HISTORY_SCHEMA,
    )
else:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_schemas=True,
        include_name=ours,
        version_table_schema=HISTORY_SCHEMA,
        compare_server_default=True,
    )
with context.begin_transaction():
    context.run_migrations()
