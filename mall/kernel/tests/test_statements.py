"""What is written as text is read back as it was, whatever it is."""

from datetime import datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.statements import Prepared, insertings
from mall.kernel.tests.things import THING, THINGS, WORD, Thing, thing
from mall.kernel.tests.trips import Trips

_MEAN = ["", "NULL", "null", '"', "'", "\\", '\\"', "{}", "{a,b}", ",", " a ", "$1", "%s", "\n\t"]
_text = st.sampled_from(_MEAN) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8
)
_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=_zones)  # noqa: DTZ001
_numbers = st.integers(-(2**63), 2**63 - 1)
_plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | _text
_trees = st.recursive(
    _plain | st.floats(-1e6, 1e6, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_rows = st.fixed_dictionaries(
    {
        "words": st.none() | _text,
        "number": st.none() | _numbers | st.integers(-3, 3),
        "flag": st.none() | st.booleans(),
        "other": st.none() | st.uuids(),
        "at": st.none() | _times,
        "tree": _trees,
        "raw": st.none() | st.binary(max_size=6),
        "tags": st.none() | st.lists(st.none() | _text, max_size=4),
    }
)
_lists: dict[str, tuple[TypeEngine[Any], st.SearchStrategy[Any]]] = {
    "text": (Text(), _text),
    "bigint": (BigInteger(), _numbers),
    "boolean": (Boolean(), st.booleans()),
    "uuid": (Uuid(), st.uuids()),
    "timestamptz": (DateTime(timezone=True), _times),
    "jsonb": (JSONB(), _trees.filter(lambda tree: tree is not None)),
    "bytea": (LargeBinary(), st.binary(max_size=6)),
}
_some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: row[0])


@_some
@given(kinds=st.lists(_rows, min_size=1, max_size=6), count=st.integers(1, 200))
async def test_what_is_inserted_is_what_is_read_back(
    db: Database, kinds: list[dict[str, Any]], count: int
) -> None:
    tenant = TenantId(new_uuid())
    rows = [{"id": new_uuid(), **kinds[turn % len(kinds)]} for turn in range(count)]
    async with db.write(tenant) as tx:
        assert await tx.insert(Thing, rows[: count // 2]) == count // 2
        assert await tx.insert(Thing, rows, skip_conflicts=True) == count - count // 2
        assert await tx.insert(Thing, rows, skip_conflicts=True) == 0
    async with db.read(tenant) as read:
        found = _sorted(await read.rows(THINGS))
    sent = _sorted([tuple(row[column.name] for column in THING.c[1:]) for row in rows])
    assert found == sent
    assert [type(value) for value in found[0]] == [type(value) for value in sent[0]]


@pytest.mark.parametrize("name", _lists)
@_some
@given(drawn=st.data())
async def test_an_array_arrives_as_it_was_sent(
    db: Database, name: str, drawn: st.DataObject
) -> None:
    kind, values = _lists[name]
    sent = drawn.draw(st.lists(st.none() | values, max_size=8))
    array = bindparam("array", type_=ARRAY(kind))
    whole = Prepared(select(array.label("whole")))
    held = Prepared(select(bindparam("one", type_=kind) == func.any(array)))
    async with db.read(TenantId(new_uuid())) as read:
        assert await read.rows(whole, array=sent) == [(sent,)]
        present = [one for one in sent if one is not None]
        if present and name != "jsonb":
            assert await read.rows(held, array=sent, one=present[-1]) == [(True,)]
        if None not in sent and name == "text":
            assert await read.rows(held, array=sent, one="no such text") == [(False,)]


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16, 17, 63, 64, 65, 127, 128, 200])
def test_any_number_of_rows_becomes_few_texts(tenant: TenantId, count: int) -> None:
    rows = [thing(new_uuid(), number=number) for number in range(count)]
    parts = insertings(THING, tenant, rows, on_conflict="")
    sizes = [part.text.count(b"($1,") for part in parts]
    assert sum(sizes) == count
    assert all(size in {64, 32, *range(17)} for size in sizes)
    assert len(sizes) <= count // 64 + 3
    assert sizes == sorted(sizes, reverse=True)
    assert {part.values[0] for part in parts} == {tenant.hex.encode()}
    numbers = [value for part in parts for value in part.values[3::9]]
    assert numbers == [b"%d" % number for number in range(count)], "in their order"


async def test_many_rows_go_in_one_round_trip(db: Database, tenant: TenantId, trips: Trips) -> None:
    rows = [thing(new_uuid(), number=number) for number in range(200)]
    async with db.write(tenant) as tx:
        await tx.insert(Thing, [thing(new_uuid())])
        trips.count = 0
        assert await tx.insert(Thing, rows) == 200
        assert trips.count == 1
        assert await tx.insert(Thing, []) == 0
        tx.add(Thing, [])
        assert trips.count == 1


async def test_a_row_that_is_there_already_fails_unless_it_may_be_passed_over(
    db: Database, tenant: TenantId
) -> None:
    row = thing(new_uuid(), words="first")
    async with db.write(tenant) as tx:
        tx.add(Thing, [row])
    for again in (True, False):
        with pytest.raises(psycopg.errors.UniqueViolation):
            async with db.write(tenant) as tx:
                if again:
                    await tx.insert(Thing, [row])
                else:
                    tx.add(Thing, [row])
    async with db.write(tenant) as tx:
        later = [{**row, "words": "second"}, thing(new_uuid(), words="third")]
        assert await tx.insert(Thing, later, skip_conflicts=True) == 1
        assert {one[1] for one in await tx.rows(THINGS)} == {"first", "third"}


async def test_rows_are_those_of_the_mall_that_writes(db: Database, tenant: TenantId) -> None:
    other = TenantId(new_uuid())
    async with db.write(tenant) as tx:
        await tx.insert(Thing, [{"tenant_id": other, **thing(new_uuid())}])
        assert len(await tx.rows(THINGS)) == 1
    async with db.read(other) as read:
        assert await read.rows(THINGS) == []
        assert await read.rows(THINGS, tenant=tenant) == [], "the policy keeps what a query forgot"


async def test_constants_of_a_statement_need_not_be_given(db: Database, tenant: TenantId) -> None:
    statement = Prepared(select(literal("50%"), bindparam("more", type_=Text()), literal(2**40)))
    async with db.read(tenant) as read:
        assert await read.rows(statement, more="%s") == [("50%", "%s", 2**40)]


def test_a_list_of_changing_length_is_refused() -> None:
    with pytest.raises(AssertionError, match="any"):
        _ = Prepared(select(WORD.c.word).where(WORD.c.word.in_(["a", "b"]))).text


def test_a_statement_knows_which_table_it_changes() -> None:
    assert Prepared(insert(WORD)).changes is WORD
    assert Prepared(update(THING).values(number=1)).changes is THING
    assert Prepared(select(WORD)).changes is None
