"""Registering by e-mail and setting a forgotten password, as a browser without script sees it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from mall import members
from mall.doors.storefront.tests.door import Browser, open_door
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import utc_now

EMAIL, PASSWORD = "lin@example.com", "a good password"


@pytest_asyncio.fixture
async def browser(db: Database, tenant: TenantId, tmp_path: Path) -> AsyncGenerator[Browser]:
    async with open_door(db, tenant, tmp_path) as opened:
        yield opened


async def register(browser: Browser, email: str = EMAIL) -> None:
    await browser.send("/register/ask", {"email": email}, status=200)
    fields = {"email": email, "password": PASSWORD, "code": await browser.code()}
    await browser.send("/register", fields)
    browser.http.cookies.clear()


async def test_registering_says_the_same_of_an_address_that_is_taken(browser: Browser) -> None:
    async with browser.db.write(browser.tenant.id) as tx:
        await members.enrol(
            tx, email=EMAIL, password_hash="", name="", language="zh-CN", now=utc_now()
        )
    pages, told = list[str](), list[str]()
    for email in (EMAIL, "lid@example.com"):
        answer = await browser.send("/register/ask", {"email": email}, status=200)
        pages.append(answer.text.replace(email, ""))
        told.append((await browser.letter())[0])
    assert pages[0] == pages[1] and "l***@example.com" in pages[0]
    assert told == ["registered", "registration"]


async def test_a_forgotten_password_is_set_anew_and_the_visit_goes_on(browser: Browser) -> None:
    await register(browser)
    page = await browser.read("/sign-in/password?next=%2Fcheckout")
    assert "/password?next=%2Fcheckout" in page
    assert 'type="email"' in await browser.read("/password?next=%2Fcheckout")
    asked = {"email": EMAIL, "next": "/checkout"}
    shown = (await browser.send("/password/ask", asked, status=200)).text
    for hint in ('autocomplete="one-time-code"', 'autocomplete="new-password"', "至少 8 位"):
        assert hint in shown
    code = await browser.code()
    short = await browser.send("/password", asked | {"code": code, "password": "short"}, status=422)
    assert "密码至少需要 8 位" in short.text and code not in short.text
    new = asked | {"code": code, "password": "another password"}
    leads = (await browser.send("/password", new)).headers["location"]
    assert leads == "/account?done=password&next=%2Fcheckout"
    page = await browser.read(leads)
    assert "新密码已生效" in page and 'href="/checkout">继续' in page
    assert (await browser.letter())[0] == "password_changed"
    browser.http.cookies.clear()
    old = {"email": EMAIL, "password": PASSWORD}
    await browser.send("/sign-in/password", old, status=401)
    await browser.send("/sign-in/password", old | {"password": "another password"})


async def test_whoever_asks_for_a_stranger_reads_the_same_and_the_code_opens_nothing(
    browser: Browser,
) -> None:
    await register(browser)
    pages = list[str]()
    for email in (EMAIL, "lid@example.com"):
        answer = await browser.send("/password/ask", {"email": email}, status=200)
        pages.append(answer.text.replace(email, ""))
    assert pages[0] == pages[1]
    assert (await browser.letter())[0] == "unregistered" and await browser.code() == ""


@pytest.mark.parametrize("where", ["/register", "/password"])
async def test_a_page_that_is_asked_too_often_keeps_the_field_of_the_code(
    browser: Browser, where: str
) -> None:
    await browser.send(f"{where}/ask", {"email": EMAIL}, status=200)
    again = await browser.send(f"{where}/ask", {"email": EMAIL, "code": ""}, status=429)
    assert 'id="code"' in again.text and "操作太频繁" in again.text
    first = await browser.send(f"{where}/ask", {"email": EMAIL}, status=429)
    assert 'id="code"' not in first.text and EMAIL in first.text


async def test_where_one_goes_after_a_new_password_is_inside_the_mall(browser: Browser) -> None:
    await register(browser)
    asked = {"email": EMAIL, "next": "//evil.example"}
    await browser.send("/password/ask", asked, status=200)
    new = asked | {"code": await browser.code(), "password": "another password"}
    answer = await browser.send("/password", new)
    assert answer.headers["location"] == "/account?done=password"
    page = await browser.read("/account?done=password&next=//evil.example")
    assert 'href="//evil' not in page and "继续" not in page
