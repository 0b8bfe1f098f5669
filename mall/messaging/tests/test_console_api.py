"""Messages as staff see them."""

from datetime import timedelta

from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from mall.messaging import Recipient, send
from mall.messaging.console_api import HANDLERS
from mall.tenants.tests.door import serving


async def test_staff_see_what_was_said_and_never_a_code(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    to = Recipient(phone="+8613800138000")
    async with db.write(tenant) as tx:
        await send(tx, "code", to, {"code": "481516"}, language="en", key="a", now=now)
        paid = {"number": "1", "amount": "¥1.00"}
        later = now + timedelta(seconds=1)
        await send(tx, "paid", to, paid, language="en", key="b", now=later)
    async with serving(HANDLERS, db, tenant, now) as client:
        first = await client.get("/messages", params={"limit": 1})
        cursor = first.json()["next_cursor"]
        rest = await client.get("/messages", params={"limit": 1, "cursor": cursor})
    [newest], [oldest] = first.json()["items"], rest.json()["items"]
    assert (newest["template"], oldest["template"]) == ("paid", "code")
    assert "¥1.00" in newest["body"] and oldest["body"] == ""
    assert "481516" not in first.text + rest.text
    assert rest.json()["next_cursor"] is None
