"""What is filled in wrongly is said at its field, in one's own language, and nothing is lost."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, Invite, Visitor
from tests.browser.test_buying import ask_code, new_phone, read_code
from tests.conftest import OpenMall
from tests.journeys.acts import PASSWORD, become_member
from tests.waiting import eventually


def let_browser_send_anything(page: Page) -> None:
    """Leave the checking to the mall."""
    page.locator("form").evaluate_all("forms => forms.forEach(form => { form.noValidate = true })")


def expect_error(field: Locator, words: str) -> None:
    """See the words at a field, and that readers of the page hear them with it."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(words)


def open_checkout(visitor: Visitor) -> Page:
    page = visitor.page
    visitor.go("/p/camp-speaker")
    page.locator("#choice button[formaction='/cart/buy']").click()
    let_browser_send_anything(page)
    return page


def test_a_checkout_without_an_address_says_at_each_field_what_is_missing(invite: Invite) -> None:
    page = open_checkout(invite(DESK))
    page.get_by_label("收货人").fill("林小满")
    page.get_by_label("手机号").fill("12345")
    page.locator(".summary").get_by_role("button", name="提交订单").click()
    expect_error(page.get_by_label("手机号"), "请输入正确的手机号（境外号码以 + 开头）")
    expect_error(page.get_by_role("combobox", name="省", exact=True), "请选择省、市、区")
    expect_error(page.get_by_label("详细地址"), "请填写详细地址（最多 200 个字）")
    expect(page.get_by_label("收货人")).to_have_value("林小满")
    expect(page.get_by_label("收货人")).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("手机号")).to_have_value("12345")


def test_the_same_checkout_says_it_in_english(invite: Invite) -> None:
    page = open_checkout(invite(DESK, language="en"))
    page.locator(".summary").get_by_role("button", name="Place order").click()
    expect_error(page.locator("#name"), "Enter a name of at most 50 characters")
    expect_error(
        page.locator("#phone"), "Enter a mobile number; outside of mainland China begin with +"
    )
    expect_error(page.locator("#detail"), "Enter street and number, at most 200 characters")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_wrong_code_is_refused_at_its_field_and_the_right_one_still_opens(invite: Invite) -> None:
    visitor, beside = invite(), invite(DESK)
    page, phone = visitor.page, new_phone()
    visitor.go("/sign-in")
    let_browser_send_anything(page)
    page.get_by_label("手机号").fill("021-5555")
    page.get_by_role("button", name="获取验证码").click()
    expect_error(page.get_by_label("手机号"), "请输入正确的手机号（境外号码以 + 开头）")
    page.get_by_label("手机号").fill(phone)
    ask_code(page)
    code = read_code(beside, phone)
    page.get_by_label("验证码").fill(f"{(int(code) + 1) % 1_000_000:06d}")
    page.get_by_role("button", name="登录").click()
    expect_error(page.get_by_label("验证码"), "验证码错误或已过期，请重新获取")
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/account")


def test_registering_says_what_is_wrong_with_address_code_and_password(invite: Invite) -> None:
    visitor, beside, email = invite(), invite(DESK), f"{uuid4().hex[:12]}@buyers.localhost"
    page = visitor.page
    visitor.go("/register")
    let_browser_send_anything(page)
    page.get_by_label("邮箱").fill("林小满")
    page.get_by_role("button", name="获取验证码").click()
    expect_error(page.get_by_label("邮箱"), "请输入正确的邮箱地址")
    page.get_by_label("邮箱").fill(email)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("邮件已发往")).to_be_visible()
    let_browser_send_anything(page)
    code = read_code(beside, email)
    page.get_by_label("验证码").fill(code)
    page.get_by_label("密码").fill("1234567")
    page.get_by_label("称呼").fill("林小满")
    page.get_by_role("button", name="注册并登录").click()
    expect(page.get_by_label("密码")).to_have_accessible_description(
        re.compile("密码至少需要 8 位，最多 200 位")
    )
    page.get_by_label("验证码").fill(f"{(int(code) + 1) % 1_000_000:06d}")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="注册并登录").click()
    expect_error(page.get_by_label("验证码"), "验证码错误或已过期，请重新获取")
    expect(page.get_by_label("称呼")).to_have_value("林小满")
    page.get_by_label("验证码").fill(code)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="注册并登录").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("heading", name="林小满")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_forgotten_password_is_replaced_with_a_code_and_the_visit_goes_on(
    mall: OpenMall, invite: Invite, script: bool
) -> None:
    visitor, beside = invite(script=script), invite(DESK)
    page, at_home = visitor.page, mall.shopper()
    email = become_member(at_home)
    visitor.go("/sign-in/password?next=/orders")
    page.get_by_role("link", name="忘记密码").click()
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("邮箱").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("如果")
    expect(page.get_by_label("验证码")).to_be_focused()
    page.keyboard.type(read_code(beside, email))
    page.get_by_label("新密码").fill("a new one, longer")
    page.get_by_label("新密码").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("新密码已生效，其他设备已退出登录。")
    page.get_by_role("link", name="继续").click()
    page.wait_for_url("**/orders")
    eventually(lambda: at_home.get("/api/shop/v1/me").status_code == 401, 5)


def test_the_enter_key_sends_the_quantity_that_was_written(invite: Invite) -> None:
    for script in (True, False):
        visitor = invite(DESK, script=script)
        page = visitor.page
        visitor.go("/p/camp-speaker")
        page.locator("#choice button.button--soft").click()
        if script:
            expect(page.get_by_text("已加入购物车")).to_be_visible()
        visitor.go("/cart")
        page.get_by_label("数量").fill("3")
        page.get_by_label("数量").press("Enter")
        expect(page.locator("#cart").get_by_text("去结算（3）").first).to_be_visible()
        page.reload()
        expect(page.get_by_label("数量")).to_have_value("3")


def test_rubbish_in_an_address_or_a_form_is_no_failure(invite: Invite) -> None:
    visitor = invite()
    for path, status in {
        "/search?in=x&page=99999&sort=x&tag=%00": 200,
        "/search?q=%00&from=abc&to=-1": 422,
        "/c/women?page=0&a.material=%F0%9F%98%80": 200,
        "/checkout?item=nonsense.-5": 200,
        "/orders?after=nonsense&state=x": 200,
        "/orders/0": 404,
        "/pay/%F0%9F%98%80": 404,
        "/cart?gone=x.y": 200,
    }.items():
        assert visitor.go(path).status == status, path
