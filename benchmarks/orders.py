"""Orders per second over HTTP, held against pgbench running the smallest honest SQL order.

python -m benchmarks.orders [seconds]

At the end the checker of tests/faults judges what clients were told against the database.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import psycopg
import uvloop

from benchmarks.clients import Client, Turn, measure
from benchmarks.judged import Notes, check
from benchmarks.running import HOST, Running, machine, running_mall, wait_until_quiet
from mall.doors.postgres import libpq
from mall.kernel.ids import SkuId

CLIENTS = 32
MANY = 256
GOODS = 1000
SHIP_TO = {
    "name": "测试",
    "phone": "13800138000",
    "region_code": "440305",
    "detail": "测试路 1 号",
}
_TABLES = """
CREATE SCHEMA bench;
CREATE TABLE bench.stock (sku int PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0));
CREATE TABLE bench.orders (id bigserial PRIMARY KEY, state text, payable bigint, at timestamptz);
CREATE TABLE bench.line (order_id bigint, sku int, quantity int, price bigint);
CREATE TABLE bench.payment (order_id bigint, state text, amount bigint);
INSERT INTO bench.stock SELECT n, 100000000 FROM generate_series(1, {goods}) n;
"""
_SCRIPT = r"""
\set sku {sku}
BEGIN;
UPDATE bench.stock SET available = available - 1 WHERE sku = :sku AND available >= 1;
INSERT INTO bench.orders (state, payable, at) VALUES ('unpaid', 9900, now()) RETURNING id \gset
INSERT INTO bench.line VALUES (:id, :sku, 1, 9900);
INSERT INTO bench.payment VALUES (:id, 'wanted', 9900);
COMMIT;
"""


class _Quoted(msgspec.Struct):
    payable_minor: int


_payable = msgspec.json.Decoder(_Quoted).decode


def main() -> None:
    """Measure, print a table, and one JSON object in the last line."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    notes = Notes()
    with tempfile.TemporaryDirectory() as folder, running_mall(GOODS, pays=True) as mall:
        make_tables(mall)
        found = dict[str, float]()
        found["pgbench_tps"] = pgbench(mall, f"random(1, {GOODS})", seconds)
        found["orders_per_s"] = orders(mall, mall.skus, (1,), seconds, notes)
        found["pgbench_hot_tps"] = pgbench(mall, "1", seconds)
        found["hot_orders_per_s"] = orders(mall, mall.skus[:1], (1,), seconds, notes)
        found["mixed_orders_per_s"] = orders(mall, mall.skus, (1, 2, 3), seconds, notes)
        found["orders_per_s_256"] = orders(mall, mall.skus, (1,), seconds, notes, clients=MANY)
        found["oversold"] = oversold(mall)
        wait_until_quiet(mall.urls)
        notes.write(Path(folder))
        found["findings"] = check(mall, Path(folder))
    found["ratio"] = found["orders_per_s"] / found["pgbench_tps"]
    found["hot_ratio"] = found["hot_orders_per_s"] / found["orders_per_s"]
    print(f"\n{machine()}; {CLIENTS} clients, {GOODS} SKUs, fsync on, {seconds:g} s each\n")
    for name, value in found.items():
        print(f"  {name:20} {value:10.2f}")
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    sys.exit(1 if found["findings"] else 0)


def make_tables(mall: Running) -> None:
    """Make the tables of pgbench's orders beside those of the mall."""
    with psycopg.connect(libpq(mall.urls.owner), autocommit=True) as owner:
        owner.execute(_TABLES.format(goods=GOODS).encode())


def pgbench(mall: Running, sku: str, seconds: float) -> float:
    """Run the SQL order for a while; gives transactions a second."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "order.sql")
        script.write_text(_SCRIPT.format(sku=sku))
        done = subprocess.run(
            [
                mall.cluster.programs / "pgbench",
                *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"),
                *("-T", str(int(seconds)), "-f", script, libpq(mall.urls.owner)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ),
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def orders(
    mall: Running,
    skus: list[SkuId],
    sizes: tuple[int, ...],
    seconds: float,
    notes: Notes,
    *,
    clients: int = CLIENTS,
) -> float:
    """Let the clients place orders for a while; gives orders a second. Any failure is the end."""

    region, ship_to = SHIP_TO["region_code"], msgspec.json.encode(SHIP_TO).decode()
    item = [f'{{"sku_id":"{sku}","quantity":1}}' for sku in skus]

    async def turn(client: Client) -> bool:
        chosen = ",".join(random.sample(item, min(random.choice(sizes), len(item))))
        asked = f'{{"items":[{chosen}],"region_code":"{region}"}}'
        status, body = await client.ask("POST", "/api/shop/v1/checkout/quote", asked.encode())
        if status != 200:
            raise SystemExit(f"{status} {body.decode()}")
        payable = _payable(body).payable_minor
        wanted = f'{{"items":[{chosen}],"ship_to":{ship_to},"payable_minor":{payable},"note":""}}'
        key = f"{random.getrandbits(128):032x}"
        encoded = wanted.encode()
        header = f"Idempotency-Key: {key}\r\n"
        began = time.monotonic()
        status, body = await client.ask("POST", "/api/shop/v1/orders", encoded, header)
        if status != 201:
            raise SystemExit(f"{status} {body.decode()}")
        notes.add(client, began, time.monotonic(), key, body)
        return True

    return uvloop.run(_rounds([Client(mall.port, HOST) for _ in range(clients)], turn, seconds))


async def _rounds(clients: list[Client], turn: Turn, seconds: float) -> float:
    await measure(clients, turn, min(5.0, seconds))  # every process has heard of all goods
    rate, _ = await measure(clients, turn, seconds)
    for client in clients:
        client.close()
    return rate


def oversold(mall: Running) -> int:
    """Count SKUs that promise more than they have, or other than their orders say."""
    with psycopg.connect(libpq(mall.urls.owner)) as owner:
        owner.execute(f"SET mall.tenant = '{mall.tenant_id}'".encode())
        row = owner.execute(
            "SELECT count(*) FROM inventory.stock s LEFT JOIN (SELECT sku_id, sum(quantity) AS sold"
            " FROM orders.line GROUP BY sku_id) l USING (sku_id)"
            " WHERE s.held + s.allocated > s.on_hand OR s.held <> COALESCE(l.sold, 0)"
        ).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
