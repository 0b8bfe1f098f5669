"""The other side of demo pay: a provider with its own ledger, cashier, notifications and faults.

A process of its own that shares no code with the mall, only the protocol:

    python -m mall.payments.providers.demo_pay.simulator --port 8001 --data DIR

Every request of a merchant is signed: HMAC-SHA256 with the merchant's key over the lines
``request``, method, path, unix seconds, nonce, body, each ended by a line feed; answers over
``answer``, status, the request's nonce, body; notifications over ``notice``, unix seconds, nonce,
body. The key of a merchant is HMAC-SHA256 of its id under the provider's secret
(``MALL_PAY_SECRET``, hex).
"""
