"""The simulator itself: its cashier, and what it keeps when it is killed."""

import signal
import subprocess
import sys

import httpx
import pytest

from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.time import Instant
from mall.payments.errands import PREPAY
from mall.payments.tests.door import Door
from mall.payments.tests.stage import Receiver, Stage, until

_ZH, _EN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "en-GB"}


@pytest.fixture
def browser() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, follow_redirects=True)


async def address(door: Door, stage: Stage) -> str:
    """Begin to pay; gives the cashier's address."""
    attempt_id = await door.start()
    await door.run(PREPAY, {"attempt": str(attempt_id)})
    url = (await door.book()).attempt(attempt_id).pay_url
    assert url is not None
    return url.replace("localhost", "127.0.0.1")


async def test_a_buyer_pays_without_script(
    live: Door, stage: Stage, browser: httpx.AsyncClient
) -> None:
    url = await address(live, stage)
    page = await browser.get(url, headers=_ZH)
    assert "确认支付 ¥129.00" in page.text and "演示" in page.text
    assert "Pay ¥129.00" in (await browser.get(url, headers=_EN)).text
    assert "确认支付" in (await browser.get(url, params={"lang": "zh-CN"}, headers=_EN)).text

    done = await browser.post(url, data={"method": "alipay", "fault": "none"}, headers=_ZH)
    assert "支付成功" in done.text and "支付宝" in done.text
    assert f"http://{live.host}/orders/1" in done.text
    assert "支付成功" in (await browser.post(url, data={"method": "wechat"}, headers=_ZH)).text

    async def paid() -> bool:
        await live.work()
        return live.heard == ["PaymentSucceeded"]

    await until(paid)
    [theirs] = await stage.ledger(live, "trade")
    assert (theirs["paid_minor"], theirs["method"]) == (12_900, "alipay")


async def test_a_closed_payment_cannot_be_paid(
    live: Door, stage: Stage, browser: httpx.AsyncClient
) -> None:
    url = await address(live, stage)
    await live.close()
    await live.work()

    assert "订单已关闭" in (await browser.post(url, data={"method": "wechat"}, headers=_ZH)).text
    assert (await stage.ledger(live, "trade"))[0]["paid_minor"] is None


async def test_the_cashier_refuses_strangers_and_nonsense(
    live: Door, stage: Stage, browser: httpx.AsyncClient
) -> None:
    url = await address(live, stage)
    assert (await browser.get(f"{stage.url}/cashier/guessed")).status_code == 404
    assert (await browser.post(f"{stage.url}/cashier/guessed", data={})).status_code == 404
    for nonsense in ({"method": "gold"}, {"method": "wechat", "fault": "fire"}, {"method": "\0"}):
        answer = await browser.post(url, data=nonsense, headers=_ZH)
        assert answer.status_code == 422 and "请从列出的支付方式" in answer.text
    assert (await browser.post(url, content=b"x" * 70_000)).status_code == 413
    policy = (await browser.get(url)).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


async def test_a_shop_name_is_text_and_nothing_else(
    live: Door, stage: Stage, browser: httpx.AsyncClient
) -> None:
    live.host = 'x.localhost:8000/"><script>alert(1)</script>'
    page = await browser.get(await address(live, stage))
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("fault", ["forged", "unknown"])
async def test_drills_on_the_cashier(
    live: Door, stage: Stage, browser: httpx.AsyncClient, fault: str
) -> None:
    url = await address(live, stage)
    page = await browser.post(url, data={"method": "wechat", "fault": fault}, headers=_ZH)
    assert ("支付成功" in page.text) == (fault == "unknown")
    assert ("伪造" in page.text and "并未支付" in page.text) == (fault == "forged")


async def test_notifications_survive_a_kill(
    db: Database, tenant: TenantId, now: Instant, stage: Stage, receiver: Receiver
) -> None:
    live = stage.seat(Door(db, tenant, now))
    attempt_id = await live.start()
    await live.run(PREPAY, {"attempt": str(attempt_id)})
    receiver.deaf = True
    try:
        await stage.pay(live, attempt_id)
        stage.end(signal.SIGKILL)
    finally:
        receiver.deaf = False
    await stage.start()

    async def paid() -> bool:
        await live.work()
        return live.heard == ["PaymentSucceeded"]

    await until(paid)


async def test_notifications_of_a_mall_are_held_until_they_are_released(
    db: Database, live: Door, stage: Stage, now: Instant
) -> None:
    other = stage.seat(Door(db, TenantId(new_uuid()), now))

    async def heard(door: Door) -> bool:
        await door.work()
        return door.heard == ["PaymentSucceeded"]

    trades = {"merchant": str(live.tenant), "about": "trade"}
    await stage.control("POST", "notices/hold", trades)
    for door in (live, other):  # notifications are carried in this order
        attempt_id = await door.start()
        await door.run(PREPAY, {"attempt": str(attempt_id)})
        await stage.pay(door, attempt_id)
    await until(lambda: heard(other))
    assert not await heard(live)
    await stage.control("POST", "notices/release", trades)
    await until(lambda: heard(live))


def test_it_does_not_start_without_a_secret() -> None:
    command = [sys.executable, "-m", "mall.payments.providers.demo_pay.simulator", "--secret", ""]
    ended = subprocess.run(command, env={}, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0 and "MALL_PAY_SECRET" in ended.stderr


async def test_requests_without_a_right_signature_are_refused(stage: Stage) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for headers in ({}, {"Demo-Merchant": "m", "Demo-Timestamp": "1", "Demo-Nonce": "n"}):
            answer = await http.get(f"{stage.url}/v1/trades/X", headers=headers)
            assert answer.status_code == 401 and "Demo-Signature" not in answer.headers
