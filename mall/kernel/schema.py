"""The schema as SQL: who may see which row, for every table that the metadata knows."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from sqlalchemy import MetaData
from sqlalchemy import Table as CoreTable

import mall
from mall.kernel.db import Table

APP_ROLE = "mall_app"
DIRECTORY_TABLES = frozenset({"tenants.tenant", "tenants.host"})  # read to find the tenant
TENANT = "NULLIF(current_setting('mall.tenant', true), '')::uuid"


def rooms() -> list[str]:
    """List every room (and the kernel) of the house by name."""
    return [module.name for module in iter_modules(mall.__path__) if module.name != "doors"]


def import_all(*parts: str) -> None:
    """Import the named modules of every room that has them: ``reactions``, ``errands``, ..."""
    for room in rooms():
        for part in parts:
            name = f"mall.{room}.{part}"
            if find_spec(name) is not None:
                import_module(name)


def import_all_tables() -> MetaData:
    """Import every room's tables and give the metadata that then knows them all."""
    import_all("tables")
    return Table.metadata


def schemas(metadata: MetaData) -> list[str]:
    """List the database schemas that the tables live in."""
    return sorted({table.schema for table in metadata.tables.values() if table.schema})


def policies(metadata: MetaData) -> list[str]:
    """Write the statements that shut every table to all but its tenant, with the grants."""
    grants = [f'GRANT USAGE ON SCHEMA "{schema}" TO {APP_ROLE}' for schema in schemas(metadata)]
    return grants + [line for table in metadata.sorted_tables for line in policy(table)]


def policy(table: CoreTable) -> list[str]:
    """Write the statements for one table. Append-only tables get no right to change a row."""
    name = table.fullname
    mine = f"tenant_id = {TENANT}"
    rights = "SELECT, INSERT" if table.info.get("append_only") else "SELECT, INSERT, UPDATE, DELETE"
    lines = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} USING ({mine}) WITH CHECK ({mine})",
        f"GRANT {rights} ON {name} TO {APP_ROLE}",
    ]
    if name in DIRECTORY_TABLES:
        lines.append(f"CREATE POLICY directory ON {name} FOR SELECT USING (true)")
    return lines
