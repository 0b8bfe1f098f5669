"""What goes wrong between wanting and having, and what people then see and can do."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Invite, Visitor
from tests.browser.test_buying import fill_address, pay_at_the_cashier
from tests.conftest import OpenMall
from tests.journeys.acts import (
    PASSWORD,
    SHOP,
    Provider,
    become_member,
    change_rows,
    leave_on_shelf,
    operator,
    order,
    set_price,
    ship,
    sku_of,
)
from tests.waiting import eventually

SLUG = "camp-speaker"


def stand_at_the_checkout(visitor: Visitor, slug: str, *values: str) -> None:
    """Come as a guest, with one variant, to the checkout, and write the address."""
    visitor.go(f"/p/{slug}")
    page = visitor.page
    for value in values:
        page.get_by_role("radio", name=value).check()
    page.locator("#choice").get_by_role("button", name="立即购买").click()
    fill_address(page)


def stand_at_the_checkout_on_a_phone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go(f"/p/{SLUG}")
    page.get_by_role("button", name="已选").click()
    page.locator("#choice").get_by_role("button", name="立即购买").click()
    fill_address(page)
    page.locator(".checkout-bar").get_by_role("button", name="提交订单").click()
    expect(page.get_by_role("heading", name="收银台")).to_be_attached()


def submit(page: Page) -> None:
    page.locator(".summary").get_by_role("button", name="提交订单").click()


def signed_in(mall: OpenMall, visitor: Visitor) -> str:
    email = become_member(mall.shopper())
    visitor.go("/sign-in/password")
    visitor.page.get_by_label("邮箱").fill(email)
    visitor.page.get_by_label("密码").fill(PASSWORD)
    visitor.page.get_by_role("button", name="登录").click()
    visitor.page.wait_for_url("**/account")
    return email


def end_sessions(mall: OpenMall, page: Page, email: str) -> None:
    end = "UPDATE members.session SET expires_at = now() FROM members.member m WHERE"
    change_rows(mall, f"{end} m.id = session.member_id AND m.email = %s", email)
    page.wait_for_timeout(1_200)  # a session is remembered for a second


def pay_an_order(mall: OpenMall, visitor: Visitor, quantity: int = 1) -> str:
    """Place an order with the visitor's own session, and pay it; gives its number."""
    buyer = mall.shopper()
    for cookie in visitor.context.cookies():
        buyer.cookies.set(str(cookie.get("name")), str(cookie.get("value")))
    number = order(buyer, sku_of(buyer, SLUG), quantity)["number"]
    visitor.go(f"/pay/{number}")
    visitor.page.get_by_role("button", name="支付").click()
    pay_at_the_cashier(visitor.page)
    return number


def test_when_another_takes_the_last_unit_the_page_says_so_and_keeps_what_was_written(
    mall: OpenMall, invite: Invite
) -> None:
    quick = mall.shopper()
    sku = sku_of(quick, "linen-blend-dress", "bean-rose", "m")
    leave_on_shelf(operator(mall), sku, 1)
    slow = invite(DESK)
    stand_at_the_checkout(slow, "linen-blend-dress", "豆沙", "M")
    order(quick, sku)
    submit(slow.page)
    expect(slow.page.get_by_role("alert")).to_contain_text("只剩 0 件")
    expect(slow.page.get_by_text("已售罄，请返回购物车移除")).to_be_visible()
    expect(slow.page.get_by_label("收货人")).to_have_value("林小满")
    expect(slow.page.get_by_role("combobox", name="区县")).to_have_value("440305")
    expect(slow.page.locator(".summary").get_by_role("button")).to_be_disabled()


def test_when_the_price_has_changed_the_new_amount_is_shown_and_asked_for(
    mall: OpenMall, invite: Invite
) -> None:
    sku = sku_of(mall.shopper(), "braided-cable")
    console, shopper = operator(mall), invite(DESK)
    set_price(console, sku, 20_000)
    shopper.go("/p/braided-cable?" + "&".join(_query(mall, "braided-cable", sku["values"])))
    shopper.page.locator("#choice").get_by_role("button", name="立即购买").click()
    fill_address(shopper.page)
    shopper.page.get_by_role("button", name="计算运费").click()
    expect(shopper.page.locator(".sums__total")).to_contain_text("¥200.00")
    set_price(console, sku, 21_000)
    submit(shopper.page)
    moved = shopper.page.get_by_role("alert")
    expect(moved).to_contain_text("金额有变化，请您确认")
    expect(moved).to_contain_text("¥200.00¥210.00")
    submit(shopper.page)
    expect(shopper.page.locator(".cashier__amount")).to_contain_text("¥210.00")


def _query(mall: OpenMall, slug: str, values: list[str]) -> list[str]:
    product = mall.shopper().get(f"{SHOP}/products/{slug}").json()
    codes = [option["code"] for option in product["options"]]
    return [f"o-{code}={value}" for code, value in zip(codes, values, strict=True)]


def test_a_session_that_ends_at_the_checkout_leads_through_sign_in_back_to_the_goods(
    mall: OpenMall, invite: Invite
) -> None:
    shopper = invite(DESK)
    page, email = shopper.page, signed_in(mall, shopper)
    shopper.go(f"/p/{SLUG}")
    page.locator("#choice").get_by_role("button", name="加入购物车").click()
    page.get_by_role("link", name="看购物车").click()
    page.locator(".summary").get_by_role("link", name="去结算").click()
    page.get_by_role("link", name="添加收货地址").click()
    fill_address(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".place").first).to_contain_text("林小满")

    end_sessions(mall, page, email)
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("登录已过期")
    expect(page.locator(".buy-line")).to_have_count(1)
    page.get_by_role("link", name="已有账号，去登录").click()
    page.get_by_role("link", name="邮箱密码").click()
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".place").first).to_contain_text("林小满")
    submit(page)
    expect(page.get_by_role("heading", name="收银台")).to_be_attached()


def test_a_session_that_ends_while_an_address_is_written_leads_back_to_writing_it(
    mall: OpenMall, invite: Invite
) -> None:
    shopper = invite()
    page, email = shopper.page, signed_in(mall, shopper)
    shopper.go("/account/addresses/new")
    fill_address(page)
    end_sessions(mall, page, email)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="邮箱密码").click()
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("收货人")).to_be_visible()
    assert page.url.endswith("/account/addresses/new")


def test_a_forged_payment_leaves_the_buyer_waiting_and_the_way_back_to_the_cashier_open(
    mall: OpenMall, invite: Invite
) -> None:
    shopper = invite()
    page = shopper.page
    stand_at_the_checkout_on_a_phone(shopper)
    number = shopper.number()
    page.get_by_role("button", name="支付").click()
    page.get_by_text("故障演练").click()
    page.get_by_role("radio", name="伪造通知").check()
    page.get_by_role("button", name="确认支付").click()
    expect(page.get_by_role("status")).to_contain_text("伪造")
    page.get_by_role("link", name="返回商家").click()
    expect(page.get_by_role("heading", name="正在确认支付结果")).to_be_visible()
    provider = Provider(mall)
    eventually(lambda: [one["last"] for one in provider.notices(number)] == ["401"])

    page.get_by_role("link", name="回到收银台").click()
    page.get_by_role("button", name="支付").click()
    pay_at_the_cashier(page)


def test_one_unit_can_be_given_back_and_then_the_rest_cancelled(
    mall: OpenMall, invite: Invite
) -> None:
    shopper = invite()
    page = shopper.page
    signed_in(mall, shopper)
    number = pay_an_order(mall, shopper, quantity=2)
    shopper.go(f"/orders/{number}")
    whole = page.locator(".sums__total .price").first.text_content()
    page.locator(".order-bar").get_by_role("link", name="申请退款").click()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("请填写要退的件数")).to_be_visible()
    page.get_by_label("退几件").fill("1")
    page.get_by_role("button", name="算算退多少").click()
    expect(page.get_by_text("预计退回 ¥")).to_be_visible()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("退款申请已提交")).to_be_visible()
    expect(page.get_by_role("heading", name="待发货")).to_be_visible()

    page.locator(".order-bar").get_by_role("link", name="取消订单").click()
    page.get_by_role("button", name="确认取消").click()
    expect(page.get_by_role("heading", name="已退款")).to_be_visible()
    back = page.locator(".sums dd", has_text="-").text_content()
    assert back == f"-{whole}"
    succeeded = page.locator(".timeline b", has_text="退款成功")

    def both_are_back() -> bool:
        page.reload()
        return succeeded.count() == 2

    _look_until(page, both_are_back)


def _look_until(page: Page, found: Callable[[], bool]) -> None:
    for _ in range(40):
        if found():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it never came to that")


def test_who_cancels_too_late_is_told_why(mall: OpenMall, invite: Invite) -> None:
    shopper = invite(DESK)
    signed_in(mall, shopper)
    number = pay_an_order(mall, shopper)
    shopper.go(f"/orders/{number}/cancel")
    ship(operator(mall), number)
    shopper.page.get_by_role("button", name="确认取消").click()
    alert = shopper.page.get_by_role("alert")
    expect(alert).to_have_text("商品已经发出，不能取消了；收到后可以申请退款。")
    expect(shopper.page.get_by_role("heading", name="待收货")).to_be_visible()
