"""Pages per second against a bare route of the same server.

python -m benchmarks.pages [seconds]
"""

import json
import sys
import time
from collections.abc import Sequence
from itertools import cycle

import uvloop

from benchmarks.clients import Client, measure
from benchmarks.running import HOST, Running, machine, running_mall
from mall.doors.gate import BROWSERS_IN_LINE

CLIENTS = BROWSERS_IN_LINE  # further ones are sent away from what is not kept, like the bare route
GOODS = 200


def main() -> None:
    """Measure, print a table, and one JSON object in the last line."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    with running_mall(GOODS, web_processes=1) as mall:  # with more, who asks sets the pace
        wait_for_index(mall)
        found = uvloop.run(_all(mall, seconds))
    bare = found["bare_per_s"]
    for name in ("product_json", "product_html", "list_html"):
        found[f"{name}_ratio"] = found[f"{name}_per_s"] / bare
    print(f"\n{machine()}; {CLIENTS} clients, {GOODS} products, {seconds:g} s each\n")
    for name, value in found.items():
        print(f"  {name:22} {value:10.2f}")
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


async def _all(mall: Running, seconds: float) -> dict[str, float]:
    paths = {
        "bare_per_s": ["/hello"],
        "product_json_per_s": [f"/api/shop/v1/products/{slug}" for slug in mall.slugs],
        "product_html_per_s": [f"/p/{slug}" for slug in mall.slugs],
        "list_html_per_s": ["/c/bench"],
    }
    return {name: await rate(mall.port, some, seconds) for name, some in paths.items()}


async def rate(port: int, paths: Sequence[str], seconds: float) -> float:
    """Let the clients read addresses by turns for a while; gives answers a second."""
    by_turns = cycle(paths)

    async def turn(client: Client) -> bool:
        path = next(by_turns)
        status, body = await client.ask("GET", path, headers="Accept-Language: zh-CN\r\n")
        if status != 200:
            raise SystemExit(f"{path}: {status} {body[:500].decode()}")
        return True

    clients = [Client(port, HOST) for _ in range(CLIENTS)]
    await measure(clients, turn, 1.0)  # warm
    found, _ = await measure(clients, turn, seconds)
    for client in clients:
        client.close()
    return found


def wait_for_index(mall: Running) -> None:
    """Wait until the search index has followed the catalogue."""

    async def total() -> int:
        client = Client(mall.port, HOST)
        _, body = await client.ask("GET", "/api/shop/v1/products?limit=1")
        client.close()
        return int(json.loads(body)["total"])

    deadline = time.monotonic() + 60
    while uvloop.run(total()) < GOODS:
        if time.monotonic() > deadline:
            raise SystemExit("the index does not follow the catalogue")
        time.sleep(0.3)


if __name__ == "__main__":
    main()
