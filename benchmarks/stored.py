"""A mall that has been open for two years: orders by the million, stored through SQL."""

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import psycopg

from benchmarks.running import Running
from mall.doors.postgres import libpq

OPEN_FOR = timedelta(days=730)
RECENT = timedelta(days=26)  # older orders are at their end
REGULAR = 50_000  # of so many orders, one is by the shopper who comes most often
_AT_ONCE = 20_000
_AT_A_TIME = 2

# Of the number n of an order and the moment of placing it follows all the rest.
_STORE = """
WITH thing AS MATERIALIZED (
    SELECT n, at, now() - at AS age, uuidv7(at - now()) AS id, chance,
           CASE WHEN n % %(regular)s = 0 THEN 0 ELSE chance / 7 % %(shoppers)s + 1 END AS shopper,
           1 + (n % 3 = 0)::int AS lines
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
      CROSS JOIN LATERAL (
          SELECT hashint8(n) & 2147483647,
                 %(from)s + (%(until)s - %(from)s)
                          * ((n - %(first)s + 1.0) / (%(last)s - %(first)s + 2.0))::float8
      ) by_n (chance, at)
), made AS MATERIALIZED (
    SELECT *, CASE WHEN age < interval '30 minutes' THEN 'unpaid'
                   WHEN chance % 7 = 0 THEN 'cancelled'
                   WHEN age < interval '1 day' THEN 'paid'
                   WHEN age < interval '9 days' THEN 'shipped'
                   WHEN age < interval '22 days' THEN 'received' ELSE 'closed' END AS state,
           9900 * lines + 800 AS payable,
           '+861' || translate(substr(md5(shopper::text), 1, 10), 'abcdef', '013579') AS phone,
           substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑', 1 + shopper % 20, 1)
               || chr(19968 + shopper / 20 % 200) || chr(19968 + shopper / 4000 % 100) AS name,
           CASE WHEN n % 40 = 0 AND age > interval '22 days' AND chance % 7 > 0 THEN 100 ELSE 0 END
             AS refunded
      FROM thing
), orders AS (
    INSERT INTO orders."order" (
        tenant_id, id, number, shopper_id, channel, language, currency, state, version,
        freight_minor, payable_minor, paid_minor, refunded_minor, ship_to, receiver_phone,
        receiver_name, buyer_note,
        idempotency_key, request_hash, placed_at, pay_by, paid_at, shipped_at, received_at,
        ended_at, cancel_reason)
    SELECT %(tenant)s, id,
           to_char(at, 'YYMMDD') || lpad((n * 6700417 % 10000000000)::text, 10, '0'),
           md5('shopper ' || shopper)::uuid, 'web', 'zh-CN', 'CNY', state, 4,
           800, payable, CASE WHEN state IN ('unpaid', 'cancelled') THEN 0 ELSE payable END,
           refunded,
           jsonb_build_object(
               'name', name, 'phone', phone, 'region_code', '440305',
               'region', '["广东省", "深圳市", "南山区"]'::jsonb, 'detail', '测试路 1 号'),
           CASE WHEN state <> 'unpaid' THEN phone END, CASE WHEN state <> 'unpaid' THEN name END,
           '',
           md5('key ' || n), sha256(n::text::bytea), at,
           at + interval '30 minutes' + CASE WHEN state = 'unpaid' THEN interval '1 day'
                                             ELSE interval '0' END,
           CASE WHEN state NOT IN ('unpaid', 'cancelled') THEN at + interval '3 minutes' END,
           CASE WHEN state IN ('shipped', 'received', 'closed') THEN at + interval '1 day' END,
           CASE WHEN state IN ('received', 'closed') THEN at + interval '9 days' END,
           CASE state WHEN 'cancelled' THEN at + interval '30 minutes'
                      WHEN 'closed' THEN at + interval '22 days' END,
           CASE state WHEN 'cancelled' THEN 'timeout' END
      FROM made
), lines AS (
    INSERT INTO orders.line (
        tenant_id, order_id, line_no, sku_id, product_id, snapshot, quantity, unit_minor,
        list_minor, allocations, freight_share_minor, weight_grams, adjust_minor, shipped,
        refunded, released, refunded_minor, refunded_freight_minor)
    SELECT %(tenant)s, id, l, (%(skus)s::uuid[])[1 + (n + l) % %(goods)s],
           (%(products)s::uuid[])[1 + (n + l) % %(goods)s],
           '{"title": {"zh-CN": "测试商品 轻薄防风外套", "en": "Bench jacket"}, "options": {},
             "image": null}', 1, 9900, 9900, '[]', CASE l WHEN 1 THEN 800 ELSE 0 END, 400, 0,
           (state IN ('shipped', 'received', 'closed'))::int, 0, 0,
           CASE l WHEN 1 THEN refunded ELSE 0 END, 0
      FROM made CROSS JOIN LATERAL generate_series(1, lines) l
), happenings AS (
    INSERT INTO orders.happening (tenant_id, id, order_id, at, kind, actor_kind, actor_name,
                                  before, after, note)
    SELECT %(tenant)s, uuidv7(at + after_it - now()), made.id, at + after_it, kind, 'system', '',
           was, becomes, ''
      FROM made JOIN (VALUES ('pay', 'unpaid', 'paid', interval '3 minutes'),
                             ('receive', 'shipped', 'received', interval '9 days'),
                             ('cancel', 'unpaid', 'cancelled', interval '30 minutes'))
                steps (kind, was, becomes, after_it)
        ON (state = 'cancelled') = (kind = 'cancel') AND age > after_it AND state <> 'unpaid'
), refunds AS (
    INSERT INTO orders.refund (tenant_id, id, order_id, key, amount_minor, lines, reason, state,
                               asked_by, asked_at, ended_at)
    SELECT %(tenant)s, uuidv7(at + interval '10 days' - now()), id, 'broken', refunded, '[]', '',
           'succeeded', 'staff', at + interval '10 days', at + interval '10 days'
      FROM made WHERE refunded > 0
), movements AS (
    INSERT INTO inventory.movement (tenant_id, id, at, kind, sku_id, location_id, units,
                                    on_hand_after, cause_kind, cause_id, note)
    SELECT %(tenant)s, uuidv7(at - now()), at, 'ship',
           (%(skus)s::uuid[])[1 + (n + 1) % %(goods)s], %(shelf)s, -1, 90000000, 'parcel',
           uuidv7(at - now()), ''
      FROM made WHERE state IN ('shipped', 'received', 'closed')
), holdings AS (
    INSERT INTO inventory.holding (tenant_id, order_id, sku_id, location_id, units, stage,
                                   expires_at)
    SELECT %(tenant)s, id, (%(skus)s::uuid[])[1 + (n + l) % %(goods)s], %(shelf)s, 1,
           CASE state WHEN 'unpaid' THEN 'held' ELSE 'allocated' END, now() + interval '1 day'
      FROM made CROSS JOIN LATERAL generate_series(1, lines) l
     WHERE state IN ('unpaid', 'paid')
 RETURNING sku_id, stage
)
UPDATE inventory.stock
   SET held = stock.held + h.held, allocated = stock.allocated + h.allocated
  FROM (SELECT sku_id, count(*) FILTER (WHERE stage = 'held') AS held,
               count(*) FILTER (WHERE stage = 'allocated') AS allocated
          FROM holdings GROUP BY sku_id) h
 WHERE stock.tenant_id = %(tenant)s AND stock.sku_id = h.sku_id
"""
_VACUUMING = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
_REST_WITHIN = 300  # seconds
_TABLES = (
    'orders."order"',
    "orders.line",
    "orders.happening",
    "orders.refund",
    "inventory.holding",
    "inventory.movement",
    "inventory.stock",
)


def store(mall: Running, stored: int, more: int, told: Callable[[int], None]) -> None:
    """Store ``more`` orders behind those that are ``stored``; ``told`` hears how many there are.

    Most are old and at their end; the last ones are recent: received, sent, paid, unpaid. Those
    are not due before a day is over, so that the worker leaves them alone.
    """
    now = datetime.now().astimezone()
    recent = max(1, int(more * (RECENT / OPEN_FOR)))
    since = now - OPEN_FOR + (OPEN_FOR - RECENT) * (stored / (stored + more))
    parts = _parts(stored + 1, stored + more - recent, since, now - RECENT)
    with _hasty(mall), _grown(mall):
        with ThreadPoolExecutor(_AT_A_TIME) as workers:
            for done in workers.map(partial(_store, mall), *zip(*parts, strict=True)):
                told(done)
        for part in _parts(stored + more - recent + 1, stored + more, now - RECENT, now):
            told(_store(mall, *part))


@contextmanager
def _grown(mall: Running) -> Generator[None]:
    """Store orders as large as they have become, on pages that they have grown into.

    A mall keeps a quarter of a page for that; some 15 of them need about a tenth of it.
    """
    fill = 'ALTER TABLE orders."order" SET ({})'
    with psycopg.connect(libpq(mall.urls.owner), autocommit=True) as owner:
        [former] = owner.execute(
            """SELECT unnest(reloptions) FROM pg_class WHERE oid = 'orders."order"'::regclass"""
        ).fetchall()
        owner.execute(fill.format("fillfactor=85").encode())
        try:
            yield
        finally:
            owner.execute(fill.format(*former).encode())


@contextmanager
def _hasty(mall: Running) -> Generator[None]:
    """Write no whole pages to the log: only while nothing is measured, and in a throw-away mall."""
    with mall.cluster.connect() as server:
        server.execute("ALTER SYSTEM SET full_page_writes = off")
        server.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            server.execute("ALTER SYSTEM RESET full_page_writes")
            server.execute("SELECT pg_reload_conf()")


def tidy(mall: Running) -> None:
    """Do what autovacuum and the checkpointer do in time, and wait until they are at rest."""
    with mall.cluster.connect("mall") as server:
        for table in _TABLES:
            server.execute(f"VACUUM (ANALYZE) {table}".encode())
        until = time.monotonic() + _REST_WITHIN
        while server.execute(_VACUUMING).fetchall() != [(0,)]:
            if time.monotonic() > until:
                raise SystemExit("autovacuum does not come to rest")
            time.sleep(1)
        server.execute("CHECKPOINT")


def used_gb(mall: Running) -> float:
    """Tell how much disk the database takes."""
    with mall.cluster.connect("mall") as server:
        [(size,)] = server.execute("SELECT pg_database_size('mall')").fetchall()
    return int(size) / 1e9


def _parts(
    first: int, last: int, since: datetime, until: datetime
) -> list[tuple[int, int, datetime, datetime]]:
    """Cut numbers and times into pieces."""
    each = (until - since) / max(1, last - first + 1)
    parts = list[tuple[int, int, datetime, datetime]]()
    for start in range(first, last + 1, _AT_ONCE):
        end = min(start + _AT_ONCE, last + 1)
        parts.append((start, end - 1, since + each * (start - first), since + each * (end - first)))
    return parts


def _store(mall: Running, first: int, last: int, since: datetime, until: datetime) -> int:
    """Store the orders from ``first`` to ``last``, and give how many."""
    with psycopg.connect(libpq(mall.urls.owner)) as owner:
        owner.execute(f"SET mall.tenant = '{mall.tenant_id}'".encode())
        owner.execute("SET synchronous_commit = off")
        skus = owner.execute("SELECT id, product_id FROM catalog.sku ORDER BY id").fetchall()
        [(shelf,)] = owner.execute("SELECT id FROM inventory.location").fetchall()
        values = {
            "tenant": mall.tenant_id,
            "shelf": shelf,
            "skus": [sku for sku, _ in skus],
            "products": [product for _, product in skus],
            "goods": len(skus),
            "first": first,
            "last": last,
            "from": since,
            "until": until,
            "regular": REGULAR,
            "shoppers": 800_000,
        }
        owner.execute(_STORE.replace(" % ", " %% ").encode(), values)
    return last - first + 1
