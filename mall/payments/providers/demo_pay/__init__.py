"""Demo pay (演示支付): a payment provider that moves no real money.

Its other side is the simulator in this folder, a process of its own with which this adapter
shares no code. The protocol is like the usual ones: JSON over HTTP, every message signed with the
key of the merchant, numbers of ours as idempotency keys.
"""

from datetime import timedelta

from mall.payments.port import Provider
from mall.payments.providers.demo_pay.calls import bill, close, prepay, query, refund, refund_query
from mall.payments.providers.demo_pay.notifications import verify_notification

PROVIDER = Provider(
    titles={"zh-CN": "演示支付", "en": "Demo pay"},
    currencies=frozenset({"CNY", "USD"}),
    demo=True,
    time_zone="Asia/Shanghai",
    bill_after=timedelta(minutes=10),
    prepay=prepay,
    query=query,
    close=close,
    refund=refund,
    refund_query=refund_query,
    verify_notification=verify_notification,
    bill=bill,
)
