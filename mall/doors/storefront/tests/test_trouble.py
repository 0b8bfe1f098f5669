"""What is refused before any page is asked: visitors see a page, programs read a problem."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from psycopg import OperationalError

from mall.doors import front
from mall.doors.storefront.tests.door import Browser, open_door
from mall.kernel.db import Database
from mall.kernel.ids import TenantId

API = "/api/shop/v1/mall"


@pytest_asyncio.fixture
async def browser(db: Database, tenant: TenantId, tmp_path: Path) -> AsyncGenerator[Browser]:
    async with open_door(db, tenant, tmp_path) as opened:
        yield opened


def is_page(answer: httpx.Response, status: int, *words: str) -> None:
    """Check that an answer is a whole page that says something."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    for one in ("<!doctype html>", "</html>", *words):
        assert one in answer.text, one


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    """Check that an answer is a problem for programs."""
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code


async def test_haste(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front.Front, "_limiter", front.Limiter(0.1, 2))
    for _ in range(2):
        await browser.read("/cart")
    answer = await browser.http.get("/cart")
    is_page(answer, 429, "请求太频繁", "试铺")
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    is_problem(await browser.http.get(API), 429, "request.too_fast")


async def test_another_site(browser: Browser) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    is_page(await browser.http.post("/cart/add", headers=from_elsewhere), 403, "该操作来自其他网站")
    refused = await browser.http.post(API, headers=from_elsewhere)
    is_problem(refused, 403, "request.cross_site")


async def test_a_database_that_is_away(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(front, "by_host", away)
    answer = await browser.http.get("/p/wool-coat?o-colour=oat")
    is_page(answer, 503, "页面暂时打不开", "系统正忙", 'href="/p/wool-coat?o-colour=oat"')
    assert answer.headers["retry-after"] == "1"
    english = await browser.http.get("/", headers={"Accept-Language": "en"})
    is_page(english, 503, "We are busy")
    is_problem(await browser.http.get(API), 503, "doors.away")


async def test_a_host_of_nobody(browser: Browser) -> None:
    nobody = {"Host": "nobody.test"}
    answer = await browser.http.get("/", headers=nobody)
    is_page(answer, 404, "这个地址下没有店铺")
    assert "试铺" not in answer.text
    is_problem(await browser.http.get(API, headers=nobody), 404, "request.not_found")


async def test_what_no_page_is_wanted_for_reads_a_problem_everywhere(browser: Browser) -> None:
    answer = await browser.http.get("/p/nothing", headers={"Accept": "application/json"})
    is_problem(answer, 404, "request.not_found")
