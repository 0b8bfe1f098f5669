"""A mall with stock and orders, for tests of what money and time do to orders."""

from dataclasses import dataclass
from datetime import timedelta

from mall import inventory
from mall.inventory import Count, Held, Location, Stock, Want
from mall.kernel.audit import Actor
from mall.kernel.ids import (
    LocationId,
    OrderId,
    ProductId,
    ShopperId,
    SkuId,
    StaffId,
    new_uuid,
)
from mall.kernel.time import Instant
from mall.orders import NewOrder, Order, PlacedLine, ShipTo, order, reactions, record, timeline
from mall.payments import PaymentClosed, PaymentSucceeded, RefundFailed, RefundSucceeded
from mall.payments.tests.door import Door

BUYER = ShopperId(new_uuid())
CLERK = Actor("staff", StaffId(new_uuid()), "小周")
SHIP_TO = ShipTo(
    "林小满", "+8613800138000", "440305", ("广东省", "深圳市", "南山区"), "科苑路 1 号"
)
UNIT, FREIGHT = 900, 200


def new_order(
    number: str,
    at: Instant,
    *,
    shopper: ShopperId = BUYER,
    sku: SkuId | None = None,
    units: int = 2,
) -> NewOrder:
    """Make an order of one line. ``sku`` None: one that nobody has on a shelf."""
    titles = {"zh-CN": "大衣", "en": "Coat"}
    line = PlacedLine(
        line_no=1,
        sku_id=sku or SkuId(new_uuid()),
        product_id=ProductId(new_uuid()),
        title=titles,
        options={},
        image=None,
        quantity=units,
        unit_minor=UNIT,
        list_minor=UNIT * units,
        allocations=(),
        freight_share_minor=FREIGHT,
        weight_grams=500,
    )
    return NewOrder(
        id=OrderId(new_uuid()),
        number=number,
        shopper_id=shopper,
        member_id=None,
        channel="web",
        language="en",
        currency="CNY",
        lines=(line,),
        freight_minor=FREIGHT,
        payable_minor=UNIT * units + FREIGHT,
        ship_to=SHIP_TO,
        buyer_note="",
        idempotency_key=number,
        request_hash=b"",
        placed_at=at,
        pay_by=at + timedelta(minutes=30),
    )


@dataclass
class Shop:
    """One SKU on one shelf, one order of it, and the payments of that order."""

    door: Door
    sku: SkuId
    place: LocationId

    async def place_order(self, units: int = 2) -> None:
        """Place the order as checkout does."""
        one = new_order("N1", self.door.now, sku=self.sku, units=units)
        async with self.door.db.write(self.door.tenant) as tx:
            want = Want(one.id, {self.sku: units})
            [held] = await inventory.hold(tx, [want], expires_at=one.pay_by)
            assert isinstance(held, Held)
            record(tx, [one])
        self.door.order = one.id

    async def receive_units(self, units: int) -> None:
        """Change what is on the shelf."""
        async with self.door.db.write(self.door.tenant) as tx:
            await inventory.count(
                tx,
                "receive" if units > 0 else "adjust",
                [Count(self.sku, self.place, units)],
                cause=("test", new_uuid()),
                note="",
                now=self.door.now,
            )

    async def order(self) -> Order:
        """Load the order."""
        async with self.door.db.read(self.door.tenant) as read:
            return await order(read, self.door.order)

    async def story(self) -> list[str]:
        """Name what happened to the order, the oldest first."""
        async with self.door.db.read(self.door.tenant) as read:
            return [one.kind for one in await timeline(read, self.door.order)]

    async def stock(self) -> Stock:
        """Load the shelf."""
        async with self.door.db.read(self.door.tenant) as read:
            [shelf] = await inventory.stock(read, [self.sku])
        return shelf

    async def hear(self, *, times: int = 1) -> None:
        """Run what waits, and let orders hear everything that came of it, ``times`` over."""
        heard = 0
        await self.door.work()
        while heard < len(self.door.events):
            event = self.door.events[heard]
            heard += 1
            for _ in range(times):
                async with self.door.db.write(self.door.tenant) as tx:
                    match event:
                        case PaymentSucceeded():
                            await reactions.take_payment(tx, event)
                        case PaymentClosed():
                            await reactions.end_cancelled(tx, event)
                        case RefundSucceeded():
                            await reactions.note_refund(tx, event)
                        case RefundFailed():
                            await reactions.note_failed_refund(tx, event)
                        case _:
                            pass
            await self.door.work()


async def open_shop(door: Door, units: int) -> Shop:
    """Open a warehouse with units of one SKU."""
    shop = Shop(door, SkuId(new_uuid()), LocationId(new_uuid()))
    async with door.db.write(door.tenant) as tx:
        await inventory.open_location(
            tx, Location(shop.place, "w1", {"en": "W1"}, "warehouse", 1, True)
        )
    await shop.receive_units(units)
    return shop
