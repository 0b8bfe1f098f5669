"""From wanting to having, as people do it: with eyes and fingers, in Chromium."""

import random
import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Invite, Visitor
from tests.conftest import OpenMall
from tests.journeys.acts import (
    PASSWORD,
    become_member,
    operator,
    put_into_cart,
    ship,
    sku_of,
)


def fill_address(page: Page) -> None:
    page.get_by_label("收货人").fill("林小满")
    page.get_by_label("手机号").fill("13800138000")
    for level, name in (("省", "广东省"), ("市", "深圳市"), ("区县", "南山区")):
        choice = page.get_by_role("combobox", name=level, exact=True)
        next_level = page.get_by_role("button", name="更新下一级地区")  # only without script
        if choice.locator("option").count() == 1 and next_level.count() == 1:
            next_level.click()
        choice.select_option(name)
    page.get_by_label("详细地址").fill("科苑路 1 号")


def pay_at_the_cashier(page: Page) -> None:
    page.get_by_role("radio", name="支付宝").check()
    page.get_by_role("button", name="确认支付").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    page.get_by_role("link", name="返回商家").click()
    page.wait_for_url("**/result")
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()


def test_a_member_finds_chooses_signs_in_orders_pays_and_receives(
    mall: OpenMall, invite: Invite
) -> None:
    at_home = mall.shopper()
    email = become_member(at_home)
    put_into_cart(at_home, sku_of(at_home, "steel-thermos"))

    shopper = invite()
    page = shopper.page
    shopper.go("/")
    page.get_by_role("main").or_(page.get_by_role("banner")).get_by_role(
        "link", name="搜索商品"
    ).first.click()
    page.get_by_role("searchbox", name="搜索商品").first.fill("连衣裙")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="亚麻混纺收腰连衣裙").first.click()

    page.get_by_role("button", name="已选").click()
    page.get_by_role("radio", name="豆沙").check()
    page.get_by_role("radio", name="L", exact=True).check()
    sheet = page.locator("#choice")
    expect(sheet.get_by_role("button", name="加入购物车")).to_be_disabled()  # no such one is left
    page.get_by_role("radio", name="墨绿").check()
    expect(page.locator("[data-chosen]")).to_have_text("墨绿 / L")
    sheet.get_by_role("button", name="增加").click()
    sheet.get_by_role("button", name="加入购物车").click()
    page.get_by_role("link", name="看购物车").click()
    expect(page.get_by_role("article")).to_contain_text(["墨绿 / L"])
    expect(page.get_by_role("spinbutton", name="数量")).to_have_value("2")

    page.locator(".cart-bar").get_by_role("link", name="去结算（2）").click()
    page.get_by_role("link", name="已有账号，去登录").click()
    page.get_by_role("link", name="邮箱密码").click()
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    page.get_by_role("link", name="添加收货地址").click()  # back at the checkout, as a member
    fill_address(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".buy-line")).to_have_count(2)  # the carts have become one
    expect(page.locator(".place").first).to_contain_text("广东省 深圳市 南山区 科苑路 1 号")
    payable = page.locator(".checkout-bar .price").text_content() or ""
    page.locator(".checkout-bar").get_by_role("button", name="提交订单").click()

    expect(page.locator(".cashier__amount .price")).to_have_text(payable)
    page.get_by_role("button", name="支付").click()
    expect(page.get_by_text("演示收银台")).to_be_visible()
    expect(page.locator(".amount")).to_have_text(payable)
    pay_at_the_cashier(page)

    page.get_by_role("link", name="查看订单").click()
    expect(page.get_by_role("heading", name="待发货")).to_be_visible()
    ship(operator(mall), shopper.number())
    page.reload()
    expect(page.get_by_text("SF1234567890123")).to_be_visible()
    page.locator(".order-bar").get_by_role("button", name="确认收货").click()
    expect(page.get_by_role("heading", name="已收货")).to_be_visible()
    shopper.go("/cart")
    expect(page.get_by_text("购物车还是空的")).to_be_visible()


def new_phone() -> str:
    return f"139{random.randrange(10**8):08d}"


def ask_code(page: Page) -> None:
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("验证码已发往")).to_be_visible()


def read_code(visitor: Visitor, phone: str) -> str:
    letters = visitor.page.get_by_role("article").filter(has_text=phone)
    deadline = time.monotonic() + 30
    visitor.go("/inbox")
    while letters.count() == 0 and time.monotonic() < deadline:  # the worker brings it
        visitor.page.wait_for_timeout(200)
        visitor.go("/inbox")
    letter = letters.first.locator("p").last.inner_text()
    found = re.search(r"\b\d{6}\b", letter)
    assert found is not None, letter
    return found.group()


def test_without_script_everything_works_up_to_having_paid(invite: Invite) -> None:
    shopper, beside = invite(script=False), invite(DESK)
    page, phone = shopper.page, new_phone()
    shopper.go("/")
    page.locator(".tabs").get_by_role("link", name="分类").click()
    page.get_by_role("main").get_by_role("link", name="女装").first.click()
    page.get_by_role("link", name="亚麻混纺收腰连衣裙").first.click()

    page.get_by_role("button", name="已选").click()
    page.get_by_role("radio", name="墨绿").check()
    page.get_by_role("radio", name="XL").check()
    page.get_by_role("button", name="查看这个规格的价格与库存").click()
    expect(page.locator("[data-chosen]")).to_have_text("墨绿 / XL")
    page.get_by_role("button", name="已选").click()
    page.locator("#choice").get_by_role("button", name="加入购物车").click()
    page.get_by_role("button", name="增加").click()
    expect(page.get_by_role("spinbutton", name="数量")).to_have_value("2")

    page.locator(".tabs").get_by_role("link", name="我的").click()
    page.get_by_role("main").get_by_role("link", name="登录").click()
    page.get_by_label("手机号").fill(phone)
    ask_code(page)
    page.get_by_label("验证码").fill(read_code(beside, phone))
    page.get_by_role("button", name="登录").click()
    page.locator(".tabs").get_by_role("link", name="购物车").click()
    page.locator(".cart-bar").get_by_role("link", name="去结算（2）").click()

    page.get_by_role("link", name="添加收货地址").click()
    fill_address(page)
    page.get_by_role("button", name="保存").click()
    page.locator(".checkout-bar").get_by_role("button", name="提交订单").click()
    page.get_by_role("button", name="支付").click()
    pay_at_the_cashier(page)
    page.get_by_role("link", name="查看订单").click()
    expect(page.get_by_role("heading", name="待发货")).to_be_visible()
