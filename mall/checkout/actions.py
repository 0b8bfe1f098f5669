"""Placing orders, many at once: look at keys, quote, hold stock, record. One commit for all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from mall import cart, fulfilment, inventory, members, orders
from mall.checkout import rules
from mall.checkout.queries import offers_of
from mall.checkout.rules import (
    HOLD_GRACE,
    PAY_WITHIN,
    CartChanged,
    KeyReused,
    NoAddress,
    Offer,
    Placed,
    PlaceWant,
    PriceMoved,
    Quote,
    Unsellable,
)
from mall.inventory import Held, Shelves, Want
from mall.kernel.at_once import at_once
from mall.kernel.db import Outdated, Tx
from mall.kernel.ids import AddressId, OrderId, ShopperId, SkuId, new_uuid
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.members import Address
from mall.orders import Known, NewOrder, PlacedLine, ShipTo


class _Present(msgspec.Struct, frozen=True):
    """What is true now, for everybody who is placing."""

    known: Mapping[tuple[ShopperId, str], Known]
    offers: Mapping[SkuId, Offer]
    addresses: Mapping[AddressId, Address]
    in_carts: set[tuple[ShopperId, SkuId]]  # of what is to be bought from carts
    shelves: Shelves


async def place(
    tx: Tx, wants: Sequence[PlaceWant], *, now: Instant, look: bool
) -> list[Placed | Problem]:
    """Place orders: one outcome per want, in the same order; a refusal disturbs no neighbour.

    A key that has placed the same order before gives that order again. Orders are all or nothing.
    Keys are seldom used twice: without ``look`` only those are looked up that would be refused,
    and the commit fails with UniqueViolation if one of the others is known. Then look.

    When ``tx`` trusts and there is plenty, nothing at all is asked, and everything travels with
    the commit. Raises Outdated, or the commit does, when that cannot be: then do not trust.
    """
    present = await _present(tx, wants, look=look)
    if tx.trusts and not inventory.has_plenty(present.shelves, _units(wants)):
        raise Outdated
    outcomes: list[Placed | Problem | NewOrder] = []
    mine: dict[tuple[ShopperId, str], NewOrder] = {}
    for want in wants:
        key = want.shopper_id, want.idempotency_key
        decided = _decide(want, present, now)
        if isinstance(decided, NewOrder):
            first = mine.get(key)
            decided = _once(first, decided) if first else _leave_cart(want, present) or decided
        if isinstance(decided, NewOrder):
            mine[key] = decided
        outcomes.append(decided)
    fresh = list(mine.values())
    refused = await _hold(tx, fresh, present.shelves, now=now)
    kept = [order for order in fresh if order.id not in refused]
    if kept:
        # in an order that all batches keep: two with the same keys would wait for each other
        orders.record(tx, sorted(kept, key=lambda order: order.idempotency_key))
        await cart.remove_bought(
            tx,
            [
                line
                for want, order in zip(wants, outcomes, strict=True)
                if isinstance(order, NewOrder) and order.id not in refused
                for line in _of_cart(want)
            ],
        )
    ended = [
        refused.get(order.id) or _placed(order) if isinstance(order, NewOrder) else order
        for order in outcomes
    ]
    return ended if look else await _known_after_all(tx, wants, ended)


async def _known_after_all(
    tx: Tx, wants: Sequence[PlaceWant], outcomes: list[Placed | Problem]
) -> list[Placed | Problem]:
    """Give refused wants the order that their key has placed before, when there is one."""
    pairs = list(zip(wants, outcomes, strict=True))
    known = await _known(tx, [want for want, outcome in pairs if isinstance(outcome, Problem)])
    return [_again(want, known) or outcome for want, outcome in pairs]


async def _known(tx: Tx, wants: Sequence[PlaceWant]) -> Mapping[tuple[ShopperId, str], Known]:
    if not wants:
        return {}
    return await orders.by_keys(tx, [(want.shopper_id, want.idempotency_key) for want in wants])


async def _present(tx: Tx, wants: Sequence[PlaceWant], *, look: bool) -> _Present:
    skus = list({item.sku_id for want in wants for item in want.items})
    places = [want.ship_to for want in wants if not isinstance(want.ship_to, ShipTo)]
    return _Present(
        *await at_once(  # one round trip, if any
            _known(tx, wants if look else ()),
            tx.recall(offers_of, skus),
            members.addresses_by_id(tx, places),
            cart.lock_wanted(tx, [line for want in wants for line in _of_cart(want)]),
            (inventory.shelves_lately if tx.trusts else inventory.lock_shelves)(tx, skus),
        )
    )


def _decide(want: PlaceWant, present: _Present, now: Instant) -> Placed | Problem | NewOrder:
    again = _again(want, present.known)
    if again is not None:
        return again
    ship_to = _destination(want, present)
    if ship_to is None:
        return NoAddress()
    for item in want.items:
        if item.sku_id not in present.offers:
            return Unsellable(item.sku_id)
    try:
        quote = rules.quote(
            want.items,
            present.offers,
            None,
            region=ship_to.region_code,
            currency=want.currency,
        )
    except Problem as refusal:
        return refusal
    if quote.freight_minor is None:
        position = next(n for n, line in enumerate(quote.lines) if line.state == "no_delivery")
        return fulfilment.NoDelivery(position)
    if quote.payable_minor != want.shown_payable_minor:
        return PriceMoved(want.shown_payable_minor, quote)
    return _order(want, quote, ship_to, now)


def _again(
    want: PlaceWant, orders_by_key: Mapping[tuple[ShopperId, str], Known]
) -> Placed | KeyReused | None:
    """Say what comes of a key that has placed an order before. None: it has placed none."""
    known = orders_by_key.get((want.shopper_id, want.idempotency_key)) if orders_by_key else None
    if known is None:
        return None
    if known.request_hash != rules.fingerprint(want):
        return KeyReused(known.number)
    return Placed(known.order_id, known.number, known.payable_minor, known.currency, known.pay_by)


def _destination(want: PlaceWant, present: _Present) -> ShipTo | None:
    if isinstance(want.ship_to, ShipTo):
        return want.ship_to
    address = present.addresses.get(want.ship_to)
    if address is None or address.member_id != want.member_id:
        return None
    return ShipTo(address.name, address.phone, address.region_code, address.region, address.detail)


def _order(want: PlaceWant, quote: Quote, ship_to: ShipTo, now: Instant) -> NewOrder:
    lines = tuple(
        PlacedLine(
            line_no=number,
            sku_id=line.sku_id,
            product_id=line.product_id,
            title=line.title,
            options=line.options,
            image=line.image,
            quantity=line.quantity,
            unit_minor=line.unit_minor,
            list_minor=line.list_minor,
            allocations=(),
            freight_share_minor=line.freight_share_minor,
            weight_grams=line.weight_grams,
        )
        for number, line in enumerate(quote.lines, start=1)
    )
    assert quote.freight_minor is not None
    return NewOrder(
        id=OrderId(new_uuid()),
        number=rules.order_number(now, want.time_zone),
        shopper_id=want.shopper_id,
        member_id=want.member_id,
        channel=want.channel,
        language=want.language,
        currency=quote.currency,
        lines=lines,
        freight_minor=quote.freight_minor,
        payable_minor=quote.payable_minor,
        ship_to=ship_to,
        buyer_note=want.buyer_note,
        idempotency_key=want.idempotency_key,
        request_hash=rules.fingerprint(want),
        placed_at=now,
        pay_by=now + PAY_WITHIN,
    )


def _of_cart(want: PlaceWant) -> list[tuple[ShopperId, SkuId]]:
    """List the lines of a cart that a want is about."""
    return [(want.shopper_id, item.sku_id) for item in want.items] if want.from_cart else []


def _leave_cart(want: PlaceWant, present: _Present) -> CartChanged | None:
    """Take the lines of a want out of the carts; whoever comes second finds them gone."""
    lines = _of_cart(want)
    if not present.in_carts.issuperset(lines):
        return CartChanged()
    present.in_carts.difference_update(lines)
    return None


def _once(first: NewOrder, again: NewOrder) -> NewOrder | KeyReused:
    """Let a key that is in the batch twice place one order."""
    return first if first.request_hash == again.request_hash else KeyReused(first.number)


async def _hold(
    tx: Tx, fresh: Sequence[NewOrder], shelves: Shelves, *, now: Instant
) -> dict[OrderId, Problem]:
    """Hold the stock of all; give the orders that get none, with the reason."""
    if not fresh:
        return {}
    wants = [
        Want(order.id, {line.sku_id: line.quantity for line in order.lines}) for order in fresh
    ]
    expires_at = now + PAY_WITHIN + HOLD_GRACE
    if tx.trusts:
        await inventory.hold_trusting(tx, wants, expires_at=expires_at, shelves=shelves)
        return {}
    outcomes = await inventory.hold(tx, wants, expires_at=expires_at, shelves=shelves)
    return {
        order.id: outcome
        for order, outcome in zip(fresh, outcomes, strict=True)
        if not isinstance(outcome, Held)
    }


def _units(wants: Sequence[PlaceWant]) -> Mapping[SkuId, int]:
    units: dict[SkuId, int] = defaultdict(int)
    for want in wants:
        for item in want.items:
            units[item.sku_id] += item.quantity
    return units


def _placed(order: NewOrder) -> Placed:
    return Placed(order.id, order.number, order.payable_minor, order.currency, order.pay_by)
