"""What must hold after every step, computed without the mall's rules (invariants I1-I11)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from tests.simulation.world import Broken, World

_ORDER_ARROWS = {
    "unpaid": {"paid", "cancelled"},
    "cancelled": {"paid"},
    "paid": {"partly_shipped", "shipped", "closed"},
    "partly_shipped": {"shipped", "closed"},
    "shipped": {"received", "closed"},
    "received": {"closed"},
    "closed": set[str](),
}
_ATTEMPT_ARROWS = {
    "created": {"prepaid", "closing", "closed", "refused", "succeeded"},
    "prepaid": {"closing", "closed", "succeeded"},
    "closing": {"closed", "succeeded"},
    "closed": {"succeeded"},
    "refused": {"succeeded"},
    "succeeded": set[str](),
}
_REFUND_ARROWS = {
    "wanted": {"unknown", "asked", "succeeded", "failed"},
    "unknown": {"asked", "succeeded", "failed"},
    "asked": {"succeeded", "failed"},
    "failed": {"wanted", "succeeded"},
    "succeeded": set[str](),
}
_SENDING = {"paid", "partly_shipped"}
_PAID = {"paid", "partly_shipped", "shipped", "received", "closed"}


class Watcher:
    """Looks at a world after every step, and remembers what it saw."""

    def __init__(self, world: World) -> None:
        self._world = world
        stored = world.memory
        self._of_stock = {*map(id, (stored.stock, stored.holdings, stored.orders, stored.parcels))}
        world.changed |= self._of_stock  # so the first look sees how it begins
        self._orders = dict[Any, Any]()
        self._states = dict[Any, str]()
        self._closed = set[Any]()  # attempts that were closed once

    def look(self) -> None:
        """Check everything that has to hold at every moment. Raises Broken."""
        changed, memory = self._world.changed, self._world.memory
        if not changed:
            return
        if not changed.isdisjoint(self._of_stock):
            self._stock()
        changed.clear()
        for order_id, order in memory.orders.items():
            if self._orders.get(order_id) is not order:
                if order.state == "cancelled" != self._states.get(order_id):
                    self._ended(order)
                self._arrow("order", order_id, order.state, _ORDER_ARROWS)
                self._orders[order_id] = order
                self._lines(order)
        for book in memory.books.values():
            self._book(book)
        if self._world.bank.complaints:
            raise Broken(f"the provider says: {self._world.bank.complaints[0]}")

    def _stock(self) -> None:
        memory = self._world.memory
        promised = defaultdict[Any, Counter[str]](Counter)
        of_order = defaultdict[Any, Counter[Any]](Counter)
        for one in memory.holdings.values():
            promised[one.sku_id, one.location_id][one.stage] += one.units
            of_order[one.order_id][one.sku_id, one.stage] += one.units
        on_hand = 0
        for key, stock in memory.stock.items():
            due = promised[key]
            on_hand += stock.on_hand
            if stock.on_hand < 0 or stock.held < 0 or stock.allocated < 0:
                raise Broken(f"less than nothing: {stock}")
            if (stock.held, stock.allocated) != (due["held"], due["allocated"]):
                raise Broken(f"not what orders hold: {dict(due)}, {stock}")
            if stock.held + stock.allocated > stock.on_hand:
                raise Broken(f"oversold: {stock}")
        sent = sum(
            units
            for parcels in memory.parcels.values()
            for parcel in parcels
            for units in parcel.lines.values()
        )
        world = self._world
        _must(on_hand + sent == world.initial + world.counted, "units came from nowhere, or went")
        for order_id, order in memory.orders.items():
            self._promise(order, of_order[order_id], memory.parcels.get(order_id, ()))

    def _promise(self, order: Any, held: Counter[Any], parcels: Any) -> None:
        due = Counter[Any]()
        stage = "held" if order.state == "unpaid" else "allocated"
        if order.state == "unpaid" or order.state in _SENDING:
            for line in order.lines:
                gone = sum(parcel.lines.get(line.placed.line_no, 0) for parcel in parcels)
                units = line.placed.quantity - gone - line.released
                if units:
                    due[line.placed.sku_id, stage] += units
        if held != due:
            raise Broken(f"a {order.state} order is due {dict(due)} and holds {dict(held)}")

    def _ended(self, order: Any) -> None:
        """Check that nobody can pay, or has paid, what is being cancelled."""
        book = self._world.memory.books.get(order.id)
        for one in book.attempts if book else ():
            if order.cancel_reason != "out_of_stock":
                over = one.state not in {"created", "prepaid", "closing"}
                _must(over, "cancelled while it could be paid")
            late = one.id in self._closed  # the word of its end may be heard after the money
            if book and one.paid and not late:
                back = sum(
                    refund.amount.minor for refund in book.refunds if refund.attempt_id == one.id
                )
                _must(back == one.paid.minor, "cancelled with money that nobody sends back")

    def _lines(self, order: Any) -> None:
        world = self._world
        goods = freight = 0
        for line in order.lines:
            placed = line.placed
            sent = sum(
                parcel.lines.get(placed.line_no, 0)
                for parcel in world.memory.parcels.get(order.id, ())
            )
            net = placed.unit_minor * placed.quantity + line.adjust_minor
            _must(line.shipped == sent, "a line does not know what was sent")
            _must(0 <= line.released <= line.refunded <= placed.quantity, "too many units back")
            _must(sent + line.released <= placed.quantity, "sent what had been given back")
            _must(0 <= line.refunded_minor <= net, f"a line gives back {line.refunded_minor}/{net}")
            _must(
                0 <= line.refunded_freight_minor <= placed.freight_share_minor,
                "more freight goes back than was paid",
            )
            if line.refunded == placed.quantity:
                _must(line.refunded_minor == net, f"all units back, {line.refunded_minor} of {net}")
            if line.released == placed.quantity:
                whole = line.refunded_freight_minor == placed.freight_share_minor
                _must(whole, "nothing of the line was sent, and not all its freight came back")
            goods += net
            freight += placed.freight_share_minor
        _must(order.payable_minor == goods + freight, "an order does not cost what its lines do")
        back = sum(line.refunded_minor + line.refunded_freight_minor for line in order.lines)
        _must(order.refunded_minor == back, "the lines do not add up to the order's refunds")
        _must(back <= order.paid_minor, "an order gives back more than was paid")
        if order.state in _PAID:
            _must(order.paid_minor == order.payable_minor, "paid something else than it costs")
        asked = sum(
            one.amount_minor
            for one in world.memory.refunds.values()
            if one.order_id == order.id and one.state not in {"requested", "refused", "granted"}
        )
        _must(asked == back, f"refunds of {asked} for lines that gave back {back}")

    def _book(self, book: Any) -> None:
        bank = self._world.bank
        for one in book.attempts:
            self._arrow("attempt", one.id, one.state, _ATTEMPT_ARROWS)
            if one.state in {"closed", "refused"}:
                self._closed.add(one.id)
            if one.state == "succeeded":
                row = bank.trades.get(one.out_no)
                fits = row is not None and row.state == "succeeded" and row.paid == one.paid
                _must(fits, "the mall believes in money that the provider has not got")
                back = sum(
                    refund.amount.minor
                    for refund in book.refunds
                    if refund.attempt_id == one.id and refund.state != "failed"
                )
                _must(back <= one.paid.minor, "more goes back than an attempt has brought")
        for one in book.refunds:
            self._arrow("refund", one.id, one.state, _REFUND_ARROWS)
            if one.state == "succeeded":
                row = bank.refunds.get(one.out_no)
                fits = row is not None and row.state == "succeeded" and row.amount == one.amount
                _must(fits, "the mall believes in a refund that the provider has not made")

    def _arrow(self, what: str, key: Any, state: str, arrows: Mapping[str, set[str]]) -> None:
        before = self._states.get(key)
        if before is not None and before != state and state not in arrows[before]:
            raise Broken(f"{what}: {before} -> {state} is no way to go")
        self._states[key] = state

    def look_at_rest(self) -> None:
        """Check that nothing is left in the middle, once everything had its time. Raises Broken."""
        world = self._world
        for (kind, out_no, what), unsettled in world.memory.unsettled.items():
            _must(not unsettled, f"the bill and we disagree: {kind} {out_no[-4:]} {what}")
        for order in world.memory.orders.values():
            _must(order.state != "unpaid", "an order is still unpaid")
            book = world.memory.books.get(order.id)
            attempts, refunds = (book.attempts, book.refunds) if book else ((), ())
            _must(
                all(one.state in {"succeeded", "closed", "refused"} for one in attempts),
                "an attempt is still open",
            )
            _must(all(one.state == "succeeded" for one in refunds), "a refund is still running")
            _must(
                all(
                    one.state in {"succeeded", "refused", "granted"}
                    for one in world.memory.refunds.values()
                ),
                "an order still waits for a refund",
            )
            self._money(order, attempts)
            self._path(order)

    def _money(self, order: Any, attempts: Any) -> None:
        bank = self._world.bank
        numbers = {one.out_no for one in attempts}
        come = sum(
            row.paid.minor for row in bank.trades.values() if row.paid and row.out_no in numbers
        )
        back = sum(
            row.amount.minor
            for row in bank.refunds.values()
            if row.trade_no in numbers and row.state == "succeeded"
        )
        kept = order.paid_minor - order.refunded_minor if order.state in _PAID else 0
        _must(come - back == kept, f"{come} came, {back} went back, {kept} should be kept")
        for one in attempts:
            row = bank.trades.get(one.out_no)
            open_still = row is not None and row.state == "open"
            _must(not open_still, "a buyer can still pay what is over")
        if order.paid_by is None:
            _must(order.paid_minor == 0, "paid by nobody")

    def _path(self, order: Any) -> None:
        state = "unpaid"
        for one in self._world.memory.timeline.get(order.id, ()):
            _must(one.before == state, f"the timeline jumps from {state} to {one.before}")
            state = one.after
        _must(state == order.state, f"the timeline ends with {state}, the order is {order.state}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
