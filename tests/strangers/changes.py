"""Changes of as much at once as a tenant has: at least one for every route that changes something.

They are made one after another: what one leaves behind, the next one may need.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx

from mall.doors.command.supervisor import pay_secret
from mall.kernel.crypto import hash_token
from tests.faults.goods import SHOP, ask
from tests.faults.standing import Standing
from tests.strangers.belongings import client
from tests.strangers.plenty import Plenty
from tests.waiting import eventually

_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_CODE = re.compile(r"\d{6}")
_PUT_INTO_CART = """
INSERT INTO cart.line
  (tenant_id, shopper_id, sku_id, quantity, selected, seen_price_minor, added_at)
SELECT tenant_id, shopper_id, sku_id, 1, true, 1990, now()
  FROM members.session CROSS JOIN unnest(%s::uuid[]) AS sku_id WHERE token_hash = %s
    ON CONFLICT DO NOTHING
"""
_SENT_CODE = """
SELECT body FROM messaging.message WHERE tenant_id = %s AND phone || email LIKE '%%' || %s
 ORDER BY written_at DESC LIMIT 1
"""
_NEWEST_TRY = """
SELECT out_no, amount_minor FROM payments.attempt WHERE tenant_id = %s AND subject = %s
 ORDER BY created_at DESC LIMIT 1
"""
_REFUSED_REFUND = "UPDATE payments.refund SET state = 'failed' WHERE tenant_id = %s AND id = %s"

type Who = Mapping[str, str]  # the headers that make somebody known

NOBODY: Who = {}


@dataclass(frozen=True)
class Change:
    """A request that changes something."""

    route: str  # as it is named in ``budgets.py``
    path: str
    who: Who
    given: Any  # how it is asked: ``json``, ``data`` and so on

    @property
    def verb(self) -> str:
        """The verb of the route."""
        return self.route.partition(" ")[0]


@dataclass(frozen=True)
class Stage:
    """Where a tenant's changes are made, and what has to be there before."""

    mall: Standing
    plenty: Plenty

    @cached_property
    def member(self) -> httpx.Client:
        """Give the member, to prepare something as."""
        return client(self.mall, self.plenty.owned.slug, self.plenty.owned.people.member)

    @cached_property
    def console(self) -> httpx.Client:
        """Give the owner, to prepare something as."""
        return client(self.mall, self.plenty.owned.slug, self.plenty.owned.people.owner)

    @property
    def lines(self) -> Sequence[dict[str, int]]:
        """Name a unit of every line of an order of everything."""
        return [{"line_no": n, "quantity": 1} for n in range(1, len(self.plenty.skus) + 1)]

    @property
    def items(self) -> Sequence[dict[str, Any]]:
        """Want two of everything."""
        return [{"sku_id": sku_id, "quantity": 2} for sku_id in self.plenty.skus]

    def shops(self, route: str, who: Who | None = None, **given: Any) -> Change:
        """Let the member, or somebody else, change something."""
        return self._change(route, self.plenty.owned.people.member if who is None else who, given)

    def runs(self, route: str, who: Who | None = None, **given: Any) -> Change:
        """Let the owner, or somebody else, change something."""
        return self._change(route, self.plenty.owned.people.owner if who is None else who, given)

    def _change(self, route: str, who: Who, given: dict[str, Any]) -> Change:
        names = self.plenty.owned.ids | {"product_id": self.plenty.product_id}
        names |= {name: given.pop(name) for name in list(given) if name in names}
        path = _PARAMETER.sub(lambda found: str(names[found[1]]), route.partition(" ")[2])
        return Change(route, path, who, given)

    def newest_order(self) -> str:
        """Give the number of the order that was placed last."""
        return str(ask(self.member, "GET", f"{SHOP}/orders")["items"][0]["number"])

    def order(self) -> str:
        """Order two of everything."""
        return self.plenty.order(self.member, self.items)

    def payable(self, items: Sequence[dict[str, Any]] | None) -> int:
        """Ask what items cost; None: what is ticked in the member's cart."""
        asked = {"items": items, "address_id": self.plenty.owned.ids["address_id"]}
        return int(ask(self.member, "POST", f"{SHOP}/checkout/quote", json=asked)["payable_minor"])

    def put_into_cart(self, who: Who, skus: Sequence[str]) -> None:
        """Put one each into somebody's cart."""
        with self.mall.database() as rows:
            rows.execute(_PUT_INTO_CART, [skus, _hashed(who)])

    def guest(self) -> Who:
        """Let a guest fill a cart."""
        visitor = self.mall.browser(self.plenty.owned.slug)
        ask(visitor, "POST", f"{SHOP}/cart/selection", json={"selected": True})
        who = {"Authorization": f"Bearer {visitor.cookies['mall_shopper']}"}
        self.put_into_cart(who, self.plenty.skus)
        return who

    def signed_in(self, path: str, given: dict[str, str]) -> Who:
        """Sign somebody in."""
        visitor = self.mall.browser(self.plenty.owned.slug)
        return {"Authorization": f"Bearer {ask(visitor, 'POST', path, json=given)['token']}"}

    def code_sent_to(self, address: str) -> str:
        """Read the code that was last sent to a phone or an e-mail address."""
        with self.mall.database() as rows:
            [[body]] = rows.execute(_SENT_CODE, [self.plenty.owned.tenant_id, address]).fetchall()
        found = _CODE.search(body)
        assert found, body
        return found[0]

    def paid_notice(self, number: str) -> dict[str, Any]:
        """Write what the provider says, with its signature, when the newest try has succeeded."""
        merchant = str(self.plenty.owned.tenant_id)
        with self.mall.database() as rows:
            [[out_no, minor]] = rows.execute(_NEWEST_TRY, [merchant, number]).fetchall()
        at = "2026-01-01T00:00:00Z"
        trade = {"merchant": merchant, "out_trade_no": out_no, "trade_no": f"T{uuid4().hex}"}
        trade |= {"state": "succeeded", "amount_minor": minor, "currency": "CNY"}
        trade |= {"paid_minor": minor, "paid_at": at}
        told = {"id": uuid4().hex, "type": "trade.succeeded", "merchant": merchant}
        body = json.dumps(told | {"created_at": at, "trade": trade}).encode()
        secret = bytes.fromhex(pay_secret(self.mall.settings))
        key = hmac.digest(secret, merchant.encode(), hashlib.sha256)
        stamp, nonce = str(int(time.time())), uuid4().hex
        lines = f"notice\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = hmac.digest(key, lines, hashlib.sha256).hex()
        own = {"Demo-Timestamp": stamp, "Demo-Nonce": nonce, "Demo-Signature": signature}
        return {"content": body, "who": own}

    def wait_for(self, number: str, state: str) -> None:
        """Wait until an order is in a state."""
        path = f"{SHOP}/orders/{number}"
        eventually(lambda: ask(self.member, "GET", path)["order"]["state"] == state)

    def refuse_refund(self) -> None:
        """Let a refund have been refused by the provider."""
        owned = self.plenty.owned
        with self.mall.database() as rows:
            rows.execute(_REFUSED_REFUND, [owned.tenant_id, owned.ids["refund_id"]])


def _hashed(who: Who) -> bytes:
    return hash_token(who["Authorization"].removeprefix("Bearer "))
