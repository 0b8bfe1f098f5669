"""Marks what a tenant owns, so that every piece of it is known wherever it turns up.

A text says which column it comes from; money comes from a range that nobody else uses; pictures
end with a watermark. What cannot say so stands in ``UNMARKED``, with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.faults.standing import Standing
from tests.strangers.rows import TABLES_OF_TENANTS

MARK = re.compile(  # in a text of lower case
    r"(?:~canary~b~|canary-b-)[\w.~-]*"  # a text, or the beginning of one that was cut short
    r"|(?<![\w.])71317\d{8}(?!\d)|71,317,\d{3},\d{3}\.\d\d"  # money, as it is stored or shown
)
_MONEY_FROM = 7_131_700_000_000
_DEARER = 50_000_000  # what a price is compared with is above it

WORD = "a word of the code, or a number of the country's list: every tenant has the same ones"
OWN = "its value is nobody else's as it is, and is looked for"
EMPTY = "lists ids and numbers of lines, no words"

UNMARKED: Mapping[str, str] = {
    "catalog.attribute.kind": WORD,
    "catalog.attribute.category_ids": EMPTY,
    "catalog.product.attributes": "the one attribute there is, a flag, is true",
    "catalog.product.state": WORD,
    "catalog.product.gallery": EMPTY,
    "fulfilment.freight_template.measure": WORD,
    "fulfilment.parcel.carrier": WORD,
    "fulfilment.parcel.lines": EMPTY,
    "inventory.holding.stage": WORD,
    "inventory.location.kind": WORD,
    "inventory.movement.kind": WORD,
    "inventory.movement.cause_kind": WORD,
    "kernel.audit_entry.actor_kind": WORD,
    "kernel.audit_entry.action": WORD,
    "kernel.audit_entry.subject_kind": WORD,
    "media.asset.kind": WORD,
    "media.asset.tint": WORD,
    "media.asset.widths": EMPTY,
    "members.address.region_code": WORD,
    "members.address.region": WORD,
    "members.member.gender": WORD,
    "members.member.language": WORD,
    "messaging.message.template": WORD,
    "messaging.message.transport": WORD,
    "messaging.message.language": WORD,
    "messaging.message.state": WORD,
    "orders.happening.kind": WORD,
    "orders.happening.actor_kind": WORD,
    "orders.happening.before": WORD,
    "orders.happening.after": WORD,
    "orders.line.allocations": EMPTY,
    "orders.order.number": OWN,
    "orders.order.channel": WORD,
    "orders.order.language": WORD,
    "orders.order.currency": WORD,
    "orders.order.state": WORD,
    "orders.order.closing": WORD,
    "orders.refund.lines": EMPTY,
    "orders.refund.state": WORD,
    "orders.refund.asked_by": WORD,
    "payments.attempt.provider": WORD,
    "payments.attempt.out_no": OWN,
    "payments.attempt.currency": WORD,
    "payments.attempt.state": WORD,
    "payments.attempt.reference": OWN,
    "payments.attempt.paid_currency": WORD,
    "payments.bill.provider": WORD,
    "payments.bill_line.provider": WORD,
    "payments.bill_line.kind": WORD,
    "payments.bill_line.currency": WORD,
    "payments.discrepancy.provider": WORD,
    "payments.discrepancy.kind": WORD,
    "payments.discrepancy.what": WORD,
    "payments.discrepancy.currency": WORD,
    "payments.notification.provider": WORD,
    "payments.notification.kind": WORD,
    "payments.notification.out_no": OWN,
    "payments.notification.state": WORD,
    "payments.refund.out_no": OWN,
    "payments.refund.currency": WORD,
    "payments.refund.state": WORD,
    "payments.refund.reference": OWN,
    "staff.account.role": WORD,
    "staff.account.language": WORD,
    "tenants.host.host": OWN,
    "tenants.tenant.slug": "everybody may read the directory; the tests call the tenant by it",
    "tenants.tenant.language": WORD,
    "tenants.tenant.currency": WORD,
    "tenants.tenant.time_zone": WORD,
}

_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_schema = %s AND table_name = %s
   AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
        OR data_type = 'bigint' AND column_name LIKE '%%\\_minor')
 ORDER BY ordinal_position
"""
# What nobody fills in by hand soon enough.
_FILL = (
    "INSERT INTO payments.bill VALUES (%(tenant)s, 'demo_pay', '2027-01-02', 1, now())",
    "INSERT INTO payments.bill_line (tenant_id, provider, day, line_no, kind, out_no, reference,"
    " amount_minor, currency, at) VALUES (%(tenant)s, 'demo_pay', '2027-01-02', 1, 'payment', 'x',"
    " 'y', 1, 'CNY', now())",
    "INSERT INTO members.code VALUES (%(tenant)s, '13900000000', '\\x00', 0, now() + '1 year')",
)
# Nothing of it is done by itself any more: no time-out, no question to the provider, no touch, no
# bill that is read when the hour strikes.
_REST = (
    "UPDATE orders.\"order\" SET pay_by = now() + '1 year' WHERE tenant_id = %(tenant)s",
    "UPDATE inventory.holding SET expires_at = now() + '1 year' WHERE tenant_id = %(tenant)s",
    "UPDATE payments.attempt SET next_poll_at = NULL WHERE tenant_id = %(tenant)s",
    "UPDATE payments.refund SET next_poll_at = NULL WHERE tenant_id = %(tenant)s",
    "UPDATE staff.session SET seen_at = now() + '1 day' WHERE tenant_id = %(tenant)s",
    "INSERT INTO payments.bill SELECT %(tenant)s, 'demo_pay', current_date + n, 0, now()"
    " FROM generate_series(-9, 2) n",
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT = ("kind", "state", "currency", "image", "logo", "id", "provider", "region_code", "carrier")
_SAID = {"zh-CN": "", "en": ""}
_SHAPES: Mapping[str, Any] = {  # of what may be empty
    **dict.fromkeys(("subtitle", "description", "alt", "contact", "unit"), _SAID),
    "choices": [{"code": "", "title": _SAID}],
}


def mark(mall: Standing, tenant_id: UUID) -> set[str]:
    """Mark every row of a tenant. Gives the text columns that bear no mark."""
    bare = set[str]()
    with mall.database() as rows:
        for statement in (*_FILL, *_REST):
            rows.execute(statement.encode(), {"tenant": tenant_id})
        for schema, table in rows.execute(TABLES_OF_TENANTS).fetchall():
            bare |= _mark_table(rows, schema, table, tenant_id)
    for n, file in enumerate(sorted((mall.data / "files" / tenant_id.hex).rglob("*.webp"))):
        file.write_bytes(file.read_bytes() + f"~canary~B~file~{n}".encode())
    return bare


def _mark_table(rows: psycopg.Connection, schema: str, table: str, tenant_id: UUID) -> set[str]:
    name = f"{schema}.{table}"
    columns = rows.execute(_COLUMNS, [schema, table]).fetchall()
    texts = {column for column, kind in columns if kind != "bigint"}
    wanted = [(column, kind) for column, kind in columns if f"{name}.{column}" not in UNMARKED]
    if not wanted:
        return {f"{name}.{column}" for column in texts}
    chosen = sql.SQL("SELECT ctid::text, {} FROM {} WHERE tenant_id = %s").format(
        sql.SQL(", ").join(sql.Identifier(column) for column, _ in wanted),
        sql.Identifier(schema, table),
    )
    change = sql.SQL("UPDATE {} SET {} WHERE ctid = %s::tid").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(one)) for one, _ in wanted),
    )
    numbers, bare = count(1), texts
    for place, *values in rows.execute(chosen, [tenant_id]).fetchall():
        money = _MONEY_FROM + next(numbers)
        made = list[Any]()
        for (column, kind), value in zip(wanted, values, strict=True):
            words = _Words(name, column, numbers, money)
            made.append(_marked(column, kind, value, money, words))
            if words.used:
                bare = bare - {column}
        rows.execute(change, [*made, place])
    return {f"{name}.{column}" for column in bare}


def _marked(column: str, kind: str, value: Any, money: int, words: "_Words") -> Any:
    if kind == "bigint":
        dearer = column.startswith("compare_at")
        return None if value is None and not dearer else money + _DEARER * dearer
    if kind == "ARRAY":
        return [words.another(column) for _ in value or [""]]
    if kind in {"text", "character varying"}:
        return words.another(column)
    if not value and column in _SHAPES:
        value = _SHAPES[column]
    return Jsonb(words.inside(value, column) if value is not None else words.another(column))


class _Words:
    """Writes marks for one column."""

    def __init__(self, table: str, column: str, numbers: Iterator[int], money: int) -> None:
        self._where, self._numbers, self._money = f"{table}.{column}", numbers, money
        self.used = False

    def another(self, name: str) -> str:
        """Write a mark that nothing else bears; ``name`` says what it has to look like."""
        self.used, n = True, next(self._numbers)
        plain = f"canary-b-{re.sub('[._]', '-', self._where)}-{n}"
        if name in {"slug", "code", "tags", "chosen", "facets"}:
            return plain
        return f"{plain}@marked.localhost" if name == "email" else f"~canary~B~{self._where}~{n}"

    def inside(self, value: Any, name: str) -> Any:
        """Mark every word in a document, but for those of the code."""
        if isinstance(value, dict):
            return {k: self.inside(v, k) for k, v in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [self.inside(one, name) for one in cast("list[Any]", value)]
        if isinstance(value, int) and name.endswith("_minor"):
            self.used = True
            return self._money
        if not isinstance(value, str) or name in _KEPT or _UUID.fullmatch(value):
            return value
        return self.another(name)
