"""The database keeps tenants apart by itself: as it stands, not as the code says it should."""

from tests.faults.standing import Standing

_TABLES = """
SELECT c.oid::regclass::text, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),
       array(SELECT concat_ws(' ', p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid),
                              COALESCE(pg_get_expr(p.polwithcheck, p.polrelid), '-'))
               FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname),
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                AND NOT a.attisdropped)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND n.nspname NOT LIKE 'pg\\_%'
   AND n.nspname NOT IN ('information_schema', 'procrastinate', 'migrations')
 ORDER BY 1
"""
_ROLE = """
SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
       array(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid)
  FROM pg_roles r WHERE rolname = 'mall_app'
"""
_MINE = "(tenant_id = (NULLIF(current_setting('mall.tenant'::text, true), ''::text))::uuid)"
_DIRECTORY = {"tenants.host", "tenants.tenant"}  # read by everybody, to find the tenant


def test_every_table_belongs_to_tenants_and_is_shut_by_its_policy(street: Standing) -> None:
    with street.database() as rows:
        tables = rows.execute(_TABLES).fetchall()
    assert len(tables) > 30
    for table, enabled, forced, owner, policies, has_tenant in tables:
        assert has_tenant, f"{table} belongs to no tenant"
        assert enabled and forced, f"row level security of {table} is not on, or not for its owner"
        assert owner == "mall_owner", f"{table} belongs to {owner}"
        expected = [f"tenant * {_MINE} {_MINE}"]
        if table in _DIRECTORY:
            expected.insert(0, "directory r true -")
        assert policies == expected, f"{table} has other policies"


def test_the_role_of_the_application_has_no_way_around_policies(street: Standing) -> None:
    with street.database() as rows:
        assert rows.execute(_ROLE).fetchone() == (False, False, False, False, [])
        owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'mall_app'"
        assert rows.execute(owned).fetchone() == (0,)


def test_without_a_tenant_the_application_sees_and_writes_nothing(street: Standing) -> None:
    with street.database() as rows:
        tables = [table for table, *_ in rows.execute(_TABLES).fetchall()]
        rows.execute("SET ROLE mall_app")
        seen = {
            table
            for table in tables
            if rows.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone() != (False,)  # type: ignore[arg-type]
        }
    assert seen == _DIRECTORY
