"""Whole purchases: into the cart, quoted, ordered, paid at the simulator, and known as paid.

python -m benchmarks.purchases [seconds]

At the end the checker of tests/faults judges the data of the run: histories of the clients, the
simulator's ledger, the database.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import psutil
import uvloop

from benchmarks.clients import Client
from benchmarks.judged import check
from benchmarks.orders import SHIP_TO
from benchmarks.running import HOST, Running, machine, running_mall, wait_until_quiet
from tests.faults.checker import Diary

CLIENTS = 32
GOODS = 1000
_PAID_WITHIN = 60  # seconds after the last client has gone
_SHOP = "/api/shop/v1"


class Buyer:
    """A client that buys, and writes down what it was told."""

    def __init__(self, mall: Running, history: Path, number: int) -> None:
        """Come in; nothing is asked yet."""
        self._skus = [str(sku) for sku in mall.skus]
        self._client = Client(mall.port, HOST)
        self._diary = Diary(history, f"buyer-{number}")

    async def buy(self) -> None:
        """Buy one unit of something. Any refusal is the end."""
        sku = random.choice(self._skus)
        await self._asked("POST", "/cart/lines", {"sku_id": sku, "quantity": 1})
        region = {"region_code": SHIP_TO["region_code"]}
        quote = await self._asked("POST", "/checkout/quote", region)
        key = f"{random.getrandbits(128):032x}"
        wanted = {"ship_to": SHIP_TO, "payable_minor": quote["payable_minor"]}
        entry = self._diary.begin("place", HOST, key=key)
        placed = await self._asked("POST", "/orders", wanted, f"Idempotency-Key: {key}\r\n")
        self._diary.end(entry, 201, placed)
        number = placed["number"]
        begun = await self._asked("POST", f"/orders/{number}/pay", {})
        entry = self._diary.begin("pay", HOST, number=number)
        self._diary.end(entry, await _pay(begun["pay_url"]))

    def close(self) -> None:
        """Leave."""
        self._client.close()
        self._diary.close()

    async def _asked(
        self, method: str, path: str, given: Mapping[str, object], headers: str = ""
    ) -> dict[str, str]:
        body = msgspec.json.encode(given)
        status, answer = await self._client.ask(method, _SHOP + path, body, headers)
        if status >= 300:
            raise SystemExit(f"{path}: {status} {answer.decode()}")
        return msgspec.json.decode(answer)


async def _pay(address: str) -> int:
    """Press the button of the cashier's page; gives the status."""
    place, _, path = address.partition("://")[2].partition("/")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(place.rpartition(":")[2]))
    form = b"method=wechat&fault=none"
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    writer.write(head.encode() + form)
    answer = await reader.read()
    writer.close()
    return int(answer[9:12])


def main() -> None:
    """Measure, print a table, and one JSON object in the last line."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    with tempfile.TemporaryDirectory() as folder, running_mall(GOODS, pays=True) as mall:
        history = Path(folder)
        purchases, lasted, spent = uvloop.run(_buying(mall, history, seconds))
        wait_until_quiet(mall.urls)
        findings = check(mall, history)
    found = {"purchases_per_s": purchases / lasted, "findings": findings}
    found |= {f"{name}_ms": 1000 * used / purchases for name, used in spent.items()}
    print(f"\n{machine()}; {CLIENTS} clients, {purchases} purchases, fsync on\n")
    for name, value in found.items():
        print(f"  {name:20} {value:10.2f}")
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    sys.exit(1 if findings else 0)


async def _buying(
    mall: Running, history: Path, seconds: float
) -> tuple[int, float, dict[str, float]]:
    """Let the clients buy for a while, and wait until all is known as paid.

    Gives the purchases, the seconds that they took until the last was known as paid, and the
    seconds of processor time by process.
    """
    buyers = [Buyer(mall, history, number) for number in range(CLIENTS)]
    await asyncio.gather(*(buyer.buy() for buyer in buyers))  # warm
    await _until_paid(mall, CLIENTS)
    done, before, began = 0, _used(mall), time.perf_counter()

    async def run(buyer: Buyer) -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            await buyer.buy()
            done += 1

    await asyncio.gather(*(run(buyer) for buyer in buyers))
    await _until_paid(mall, CLIENTS + done)
    lasted, after = time.perf_counter() - began, _used(mall)
    for buyer in buyers:
        buyer.close()
    return done, lasted, {name: after[name] - before[name] for name in after}


async def _until_paid(mall: Running, orders: int) -> None:
    deadline = time.monotonic() + _PAID_WITHIN
    while time.monotonic() < deadline:
        if await asyncio.to_thread(_paid, mall) == orders:
            return
        await asyncio.sleep(0.02)
    raise SystemExit(f"{_paid(mall)} of {orders} orders are known as paid")


def _paid(mall: Running) -> int:
    with mall.cluster.connect("mall") as rows:
        row = rows.execute("""SELECT count(*) FROM orders."order" WHERE state = 'paid'""")
        return int(row.fetchall()[0][0])


def _used(mall: Running) -> dict[str, float]:
    """Tell the seconds of processor time that each part has used so far."""
    server = mall.cluster.running_pid()
    assert server is not None
    below = psutil.Process(server).children(recursive=True)
    parts = mall.pids | {
        "postgres": [server, *(one.pid for one in below)],
        "clients": [os.getpid()],
    }
    return {
        name: sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)
        for name, pids in parts.items()
    }


if __name__ == "__main__":
    main()
