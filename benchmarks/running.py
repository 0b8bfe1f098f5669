"""A mall for measuring: a real server with fsync, the real web and worker processes, some goods."""

import asyncio
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import psutil
import psycopg

from mall import catalog, fulfilment, inventory, pricing, tenants
from mall.catalog import Category, Draft, DraftSku
from mall.doors.command.ports import answer_of, bound
from mall.doors.command.sharing import Door
from mall.doors.command.supervisor import modules_of, part_of, pay_secret
from mall.doors.postgres import Cluster, Urls, create_database, libpq, throw_away_cluster
from mall.doors.postgres.migrating import migrate
from mall.fulfilment import FreightTemplate, Tariff
from mall.inventory import Count, Location
from mall.kernel import schema
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import (
    CategoryId,
    FreightTemplateId,
    LocationId,
    ProductId,
    SkuId,
    TenantId,
    new_uuid,
)
from mall.kernel.settings import from_environment
from mall.kernel.time import utc_now
from mall.pricing import Price
from mall.tenants import Licence, Tenant, Theme

HOST = "bench.localhost"


@dataclass(frozen=True, slots=True)
class Running:
    """What a benchmark may use."""

    cluster: Cluster
    urls: Urls
    port: int
    tenant_id: TenantId
    skus: list[SkuId]
    slugs: list[str]
    data: Path
    pids: dict[str, list[int]]  # of its processes, by part


@contextmanager
def running_mall(
    goods: int, *, pays: bool = False, web_processes: int | None = None
) -> Generator[Running]:
    """Open a mall with ``goods`` products of one SKU each; everything is gone afterwards.

    ``pays``: the payment simulator runs, too. ``web_processes`` None: as many as `mall up` runs.
    """
    with throw_away_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        urls = create_database(cluster, "mall", owner="owner-of-a-bench", app="app-of-a-bench")
        migrate(urls.owner)
        tenant_id, skus, slugs = asyncio.run(_fill(urls.app, goods))
        port = free_port()
        environ = dict(os.environ) | {
            "MALL_DATA": folder,
            "MALL_PORT": str(port),
            "MALL_DEMO": "1" if pays else "0",  # which offers the simulator to shoppers
            "MALL_REQUESTS_PER_SECOND": "0",  # one machine plays all the clients
            "DATABASE_URL": libpq(urls.owner),
            "MALL_APP_DATABASE_URL": libpq(urls.app),
        }
        if web_processes is not None:
            environ["MALL_WEB_PROCESSES"] = str(web_processes)
        if pays:
            environ["MALL_PAY_SECRET"] = pay_secret(from_environment(environ))
            environ["MALL_PAY_PORT"] = str(free_port())
        parts = dict[str, list[subprocess.Popen[bytes]]]()
        settings = from_environment(environ)
        modules = modules_of(settings)
        with Path(folder, "log").open("wb") as log, _door(port, settings.web_processes) as door:
            for name, module in modules.items():
                part = part_of(name)
                command = ["benchmarks.web"] if part == "web" else module
                process = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    env=environ | (door.environ(name) if part == "web" else {}),
                    stdout=log,
                    stderr=log,
                    pass_fds=door.descriptors,
                )
                parts.setdefault(part, []).append(process)
            try:
                _wait(port, parts, Path(folder, "log"))
                wait_until_quiet(urls)
                pids = {name: [one.pid for one in some] for name, some in parts.items()}
                yield Running(cluster, urls, port, tenant_id, skus, slugs, Path(folder), pids)
            finally:
                for process in chain.from_iterable(parts.values()):
                    process.terminate()
                for process in chain.from_iterable(parts.values()):
                    process.wait(30)


def machine() -> str:
    """Name the machine for a table."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return f"{cpu}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def awake_alone(one: psutil.Process, serving: Sequence[psutil.Process]) -> Generator[None]:
    """Hold the others of those that serve together, so that only this one can answer."""
    others = [other for other in serving if other != one]
    for other in others:
        other.suspend()
    try:
        yield
    finally:
        for other in others:
            other.resume()


def _door(port: int, web_processes: int) -> Door:
    listener = bound("127.0.0.1", port)
    assert listener is not None
    return Door(listener, web_processes)


def _wait(port: int, parts: dict[str, list[subprocess.Popen[bytes]]], log: Path) -> None:
    """Wait until every web process answers, each while the others are held."""
    deadline = time.monotonic() + 60
    web = [psutil.Process(one.pid) for one in parts["web"]]
    for one in web:
        with awake_alone(one, web):
            while answer_of(f"http://127.0.0.1:{port}/healthz") is None:
                ended = any(each.poll() is not None for each in chain.from_iterable(parts.values()))
                if ended or time.monotonic() > deadline:
                    raise SystemExit(f"the mall does not open:\n{log.read_text()[-3000:]}")
                time.sleep(0.2)  # nothing tells when another process is ready


def wait_until_quiet(urls: Urls) -> None:
    """Let the worker finish what there is to do, so that nothing else is measured or judged."""
    deadline = time.monotonic() + 300
    with psycopg.connect(libpq(urls.owner), autocommit=True) as owner:
        while time.monotonic() < deadline:
            row = owner.execute(
                "SELECT count(*) FROM procrastinate.procrastinate_jobs"
                " WHERE status IN ('todo', 'doing') AND task_name NOT LIKE 'round.%'"
            ).fetchone()
            if row == (0,):
                return
            time.sleep(0.5)
    raise SystemExit("the worker does not come to rest")


async def _fill(url: str, goods: int) -> tuple[TenantId, list[SkuId], list[str]]:
    schema.import_all("reactions")
    db, now = Database(url), utc_now()
    tenant_id = TenantId(new_uuid())
    category = CategoryId(new_uuid())
    freight = FreightTemplateId(new_uuid())
    shelf = LocationId(new_uuid())
    async with db.write(tenant_id) as tx:
        await tenants.found_mall(tx, _tenant(tenant_id), actor=SYSTEM, now=now)
        title = {"zh-CN": "测试", "en": "Bench"}
        one = Category(category, None, "bench", title, None, 0)
        await catalog.put_category(tx, one, actor=SYSTEM, now=now)
        await inventory.open_location(tx, Location(shelf, "web", title, "warehouse", 0, True))
        tariff = Tariff((), 1, 800, 1, 200)
        template = FreightTemplate(freight, title, "pieces", (tariff,))
        await fulfilment.set_template(tx, template, actor=SYSTEM, now=now)
    skus, slugs = list[SkuId](), list[str]()
    for start in range(0, goods, 50):
        async with db.write(tenant_id) as tx:
            prices, counts = list[Price](), list[Count]()
            for number in range(start, min(start + 50, goods)):
                product = await catalog.save_product(
                    tx, _draft(number, category, freight), None, actor=SYSTEM, now=now
                )
                await catalog.publish(tx, ProductId(product.id), actor=SYSTEM, now=now)
                slugs.append(product.slug)
                skus.append(product.skus[0].id)
                prices.append(Price(product.skus[0].id, 9_900 + number, 12_900 + number))
                counts.append(Count(product.skus[0].id, shelf, 100_000_000))
            await pricing.set_prices(tx, prices, actor=SYSTEM, now=now)
            cause = ("bench", new_uuid())
            await inventory.count(tx, "receive", counts, cause=cause, note="", now=now)
    await db.close()
    return tenant_id, skus, slugs


def _tenant(tenant_id: TenantId) -> Tenant:
    return Tenant(
        id=tenant_id,
        slug="bench",
        name={"zh-CN": "测试商城", "en": "Bench"},
        hosts=(HOST,),
        language="zh-CN",
        currency="CNY",
        time_zone="Asia/Shanghai",
        licence=Licence(exemption="测试 · for measuring"),
        theme=Theme(),
        home=tenants.Home(),
        contact={},
        founded_at=utc_now(),
    )


def _draft(number: int, category: CategoryId, freight: FreightTemplateId) -> Draft:
    title = {"zh-CN": f"测试商品 {number:04d} 号 轻薄防风外套", "en": f"Bench jacket {number:04d}"}
    body = "<p>轻薄防风,适合通勤与短途旅行。</p>" * 5
    return Draft(
        slug=f"goods-{number:05d}",
        title=title,
        category_id=category,
        skus=(DraftSku(weight_grams=400),),
        subtitle={"zh-CN": "测试", "en": "Bench"},
        description={"zh-CN": body, "en": body},
        brand_id=None,
        tags=(),
        attributes={},
        options=(),
        gallery=(),
        freight_template_id=freight,
    )
