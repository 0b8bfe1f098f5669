"""What is said when goods are on their way."""

from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.events import ParcelShipped
from mall.kernel.db import Tx
from mall.kernel.events import hears
from mall.kernel.i18n import pick
from mall.messaging import Recipient, send
from mall.orders import order


@hears(ParcelShipped)
async def say_shipped(tx: Tx, event: ParcelShipped) -> None:
    """Tell the buyer who carries the parcel, and its number."""
    found = await order(tx, event.order_id)
    carrier = load_carriers().get(event.carrier)
    name = pick(carrier.titles, found.language) if carrier else event.carrier
    await send(
        tx,
        "shipped",
        Recipient(phone=found.ship_to.phone),
        {"number": found.number, "carrier": name, "tracking_no": event.tracking_no},
        language=found.language,
        key=f"shipped/{event.parcel_id}",
        now=found.shipped_at or found.placed_at,
    )
