"""Pages over HTTP, as a browser without script sees them."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from mall import orders
from mall.doors.policy import named
from mall.doors.storefront.tests.door import Browser, hidden, open_door
from mall.kernel.db import Database
from mall.kernel.ids import TenantId

GUEST = {
    "name": "林小满",
    "phone": "13800138000",
    "region0": "440000",
    "region1": "440300",
    "region2": "440305",
    "detail": "科苑路 1 号",
}


@pytest_asyncio.fixture
async def browser(db: Database, tenant: TenantId, tmp_path: Path) -> AsyncGenerator[Browser]:
    async with open_door(db, tenant, tmp_path) as opened:
        yield opened


async def put_into_cart(browser: Browser, colour: str = "black", quantity: int = 1) -> None:
    fields = {"product": "wool-coat", "o-colour": colour, "quantity": f"{quantity}"}
    answer = await browser.send("/cart/add", fields)
    assert answer.headers["location"] == "/cart"


async def signed_in(browser: Browser) -> None:
    email = {"email": "lin@example.com"}
    await browser.send("/register/ask", email, status=200)
    fields = {"password": "a good password", "name": "林小满", "code": await browser.code()}
    await browser.send("/register", email | fields)


async def test_the_pages_for_everybody_show_the_goods(browser: Browser) -> None:
    for path in ("/", "/c/clothing", "/c/coats", "/search?q=大衣", "/search?tag=commute"):
        assert "/p/wool-coat" in await browser.read(path), path
    page = await browser.read("/p/wool-coat?o-colour=oat")
    assert "<i>¥</i>139<i>.00</i>" in page
    assert '"@type":"Product"' in page
    assert "七天" in await browser.read("/pages/returns")
    assert "/p/wool-coat" in await browser.read("/sitemap.xml")


async def test_a_page_is_known_by_the_styles_in_it_and_by_nothing_else(browser: Browser) -> None:
    await put_into_cart(browser)
    for path in ("/", "/c/coats", "/p/wool-coat", "/cart", "/checkout", "/sign-in", "/nope"):
        answer = await browser.http.get(path)
        sheets = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        names = " ".join(named(one) for one in sheets)
        assert f"style-src 'self' {names};" in answer.headers["content-security-policy"], path
        assert not re.search(r"<[^>]* (style|on[a-z]+)=", answer.text), path


async def test_a_page_for_everybody_sets_no_cookie(browser: Browser) -> None:
    for path in ("/", "/c/coats", "/p/wool-coat", "/search"):
        answer = await browser.http.get(path)
        assert "set-cookie" not in answer.headers, path


async def test_the_language_that_was_chosen_is_spoken_from_then_on(browser: Browser) -> None:
    answer = await browser.http.get("/language/en?back=/p/wool-coat")
    assert answer.headers["location"] == "/p/wool-coat"
    page = await browser.read("/p/wool-coat")
    assert '<html lang="en"' in page
    assert "Add to cart" in page


@pytest.mark.parametrize(
    "path",
    ["/nope", "/p/nope", "/c/nope", "/pages/nope", "/orders/1", "/pay/1", "/pay/1/result"],
)
async def test_what_is_not_there_is_said_on_a_page(browser: Browser, path: str) -> None:
    assert "没有找到这个页面" in await browser.read(path, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/c/coats?page=0&sort=x&from=-1&to=9999999999&price=abc&brand=%00&a.material=%ff",
        "/search?q=%00%ff&in=nope&page=999999999999",
        "/p/wool-coat?o-colour=%00&quantity=x",
        "/cart?gone=rubbish.0",
        "/checkout?item=rubbish&item=0.1&address=x",
        "/orders?state=x&after=rubbish",
        "/categories?at=%27",
        "/account?done=x",
    ],
)
async def test_rubbish_in_an_address_breaks_nothing(browser: Browser, path: str) -> None:
    answer = await browser.http.get(path)
    assert answer.status_code in {200, 303, 400, 422}, (path, answer.text[:300])


@pytest.mark.parametrize(
    "path",
    [
        "/cart/add",
        "/cart/buy",
        "/cart/quantity",
        "/cart/choose",
        "/cart/remove",
        "/checkout",
        "/sign-in/ask",
        "/sign-in/code",
        "/sign-in/password",
        "/register/ask",
        "/register",
        "/password/ask",
        "/password",
    ],
)
async def test_rubbish_in_a_form_breaks_nothing(browser: Browser, path: str) -> None:
    fields = {"sku": "x", "quantity": "many", "product": "\0", "phone": "\0", "email": "@"}
    fields |= {"item": "x.y", "key": "\0", "password": "p", "code": "\0", "selected": "?"}
    answer = await browser.http.post(path, data=fields)
    assert answer.status_code < 500, (path, answer.text[:300])


async def test_a_choice_that_is_missing_is_asked_for_beside_the_goods(browser: Browser) -> None:
    answer = await browser.send("/cart/add", {"product": "wool-coat"}, status=422)
    assert "请先选好规格" in answer.text


async def test_the_cart_counts_ticks_and_gives_back(browser: Browser) -> None:
    await put_into_cart(browser, "black", 2)
    await put_into_cart(browser, "oat")
    black = {"sku": str(browser.shop.black)}
    assert browser.http.cookies["mall_cart"] == "3"
    await browser.send("/cart/quantity", {**black, "to": "1"})
    await browser.send("/cart/choose", {"sku": str(browser.shop.oat), "selected": "0"})
    assert "去结算（1）" in await browser.read("/cart")
    answer = await browser.send("/cart/remove", black)
    page = await browser.read(answer.headers["location"])
    assert "已删除" in page
    await browser.send("/cart/add", {**black, "quantity": "1", "back": "/cart"})
    assert browser.http.cookies["mall_cart"] == "2"


async def test_a_guest_buys_without_script(browser: Browser) -> None:
    await put_into_cart(browser)
    page = await browser.read("/checkout")
    known = {"key": hidden(page, "key"), "item": hidden(page, "item"), "from_cart": "1"}
    first = await browser.send(
        "/checkout", {**known, **GUEST, "shown": hidden(page, "shown"), "phone": "1"}, status=422
    )
    assert "请输入正确的手机号" in first.text
    assert 'value="林小满"' in first.text
    freight = await browser.send(
        "/checkout", {**known, **GUEST, "step": "freight", "shown": "0"}, status=200
    )
    assert hidden(freight.text, "shown") == "13700"
    moved = await browser.send("/checkout", {**known, **GUEST, "shown": "12900"}, status=409)
    assert "金额有变化" in moved.text
    agreed = {"key": hidden(moved.text, "key"), "shown": hidden(moved.text, "shown")}
    placed = await browser.send("/checkout", {**known, **GUEST, **agreed})
    again = await browser.send("/checkout", {**known, **GUEST, **agreed})
    assert placed.headers["location"] == again.headers["location"]
    cashier = await browser.read(placed.headers["location"])
    assert "<i>¥</i>137<i>.00</i>" in cashier
    assert "购物车还是空的" in await browser.read("/cart")


async def test_signing_in_brings_the_cart_along_and_leads_back(browser: Browser) -> None:
    await put_into_cart(browser)
    answer = await browser.http.get("/account/profile")
    assert answer.headers["location"] == "/sign-in?next=%2Faccount%2Fprofile"
    await signed_in(browser)
    assert "去结算（1）" in await browser.read("/cart")
    assert "个人资料" in await browser.read("/account/profile")
    await browser.send("/sign-out", {})
    assert "购物车还是空的" in await browser.read("/cart")


async def test_a_wrong_code_is_said_at_its_field_and_the_code_not_shown(browser: Browser) -> None:
    asked = await browser.send("/sign-in/ask", {"phone": "13700137000"}, status=200)
    assert 'autocomplete="one-time-code"' in asked.text
    fields = {"phone": "13700137000", "code": "246810"}
    page = await browser.send("/sign-in/code", fields, status=422)
    assert 'id="code-error"' in page.text
    assert "246810" not in page.text


async def test_an_address_is_picked_one_reload_at_a_time(browser: Browser) -> None:
    await signed_in(browser)
    step = {"step": "regions", "name": "林小满", "region0": "440000"}
    page = await browser.send("/account/addresses/new", step, status=200)
    assert '<option value="440300"' in page.text
    assert 'value="林小满"' in page.text
    missing = await browser.send("/account/addresses/new", {"name": "林小满"}, status=422)
    assert 'id="region_code-error"' in missing.text
    saved = await browser.send("/account/addresses/new", {**GUEST, "next": "/checkout"})
    assert saved.headers["location"].startswith("/checkout?address=")
    assert "138 0013 8000" in await browser.read("/account/addresses")


async def test_an_order_can_be_cancelled_and_bought_again(browser: Browser) -> None:
    await put_into_cart(browser)
    page = await browser.read("/checkout")
    fields = {"key": hidden(page, "key"), "item": hidden(page, "item"), "shown": "13700"}
    placed = await browser.send("/checkout", {**fields, **GUEST})
    number = placed.headers["location"].rpartition("/")[2]
    assert "待付款" in await browser.read(f"/orders/{number}")
    assert "再想想" in await browser.read(f"/orders/{number}/cancel")
    await browser.send(f"/orders/{number}/cancel", {})
    assert "已取消" in await browser.read(f"/orders/{number}")
    refused = await browser.send(f"/orders/{number}/receive", {}, status=409)
    assert "订单当前状态不支持此操作" in refused.text
    await browser.send(f"/orders/{number}/again", {})
    async with browser.db.read(browser.tenant.id) as read:
        assert (await orders.by_number(read, number)).state == "cancelled"


async def test_nobody_sees_the_order_of_another_guest(
    browser: Browser, db: Database, tenant: TenantId
) -> None:
    await put_into_cart(browser)
    page = await browser.read("/checkout")
    fields = {"key": hidden(page, "key"), "item": hidden(page, "item"), "shown": "13700"}
    placed = await browser.send("/checkout", {**fields, **GUEST})
    number = placed.headers["location"].rpartition("/")[2]
    browser.http.cookies.clear()
    for path in (f"/orders/{number}", f"/pay/{number}", f"/orders/{number}/refund"):
        await browser.read(path, 404)
