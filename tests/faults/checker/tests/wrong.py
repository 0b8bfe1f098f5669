"""Everything that is wrong on purpose: by SQL, in the provider's ledger, in the histories."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.checker.tests.honest import Copy

type Spoil = Callable[[Copy], None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: which invariant it breaks, and the words in which it is found."""

    code: str
    found: str
    spoil: Spoil


def _sql(*texts: str) -> Spoil:
    def spoil(copy: Copy) -> None:
        for text in texts:
            copy.spoil(text)

    return spoil


def _ledger(text: str) -> Spoil:
    return lambda copy: copy.forge_ledger(text)


def _of(name: str) -> str:
    """Find the tenant and id of an order, whatever the columns are called."""
    return f'(SELECT tenant_id, id FROM orders."order" WHERE number = %({name})s)'


def _again(table: str, where: str, **other: str) -> str:
    """Write a row once more, with other values in some columns."""
    values = ", ".join(f"'{column}', {value}" for column, value in other.items())
    return f"""INSERT INTO {table}
        SELECT (jsonb_populate_record(NULL::{table},
                                      to_jsonb(old) || jsonb_build_object({values}))).*
          FROM {table} old WHERE {where}"""


_MINE = "(tenant_id, order_id) ="
_TWIN = "'00000000-0000-7000-8000-000000000001'"
_SOUTH = "(SELECT tenant_id FROM tenants.tenant WHERE slug = 'south')"
_NORTH = "(SELECT tenant_id FROM tenants.tenant WHERE slug = 'north')"
_SHELF = f"sku_id = (SELECT sku_id FROM orders.line WHERE {_MINE} {_of('paid')})"
_UNREF = 'NOT EXISTS (SELECT 1 FROM orders."order" o WHERE o.paid_by = a.id)'


def _job(task: str, status: str, args: str) -> str:
    return f"""INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, args, status)
               SELECT 'mall', '{task}', jsonb_build_object('tenant', {_NORTH}) || {args},
                      '{status}'"""


def _a_key_was_told_another_order(copy: Copy) -> None:
    [(key, payable)] = copy.rows.execute(
        'SELECT idempotency_key, (SELECT payable_minor FROM orders."order" WHERE number = %(left)s)'
        ' FROM orders."order" WHERE number = %(cancelled)s',
        copy.orders,
    ).fetchall()
    told = {"number": copy.orders["left"], "payable_minor": payable, "currency": "CNY"}
    copy.lie("place", 201, key=str(key), **told)


def _a_refused_key_ordered(copy: Copy) -> None:
    copy.spoil("""UPDATE orders."order" SET idempotency_key = 'refused' WHERE number = %(left)s""")
    copy.lie("place", 409, key="refused")


def _a_payment_is_a_fancy(copy: Copy) -> None:
    copy.forget("pay")  # the buyer's word would speak against it too
    copy.forge_ledger("DELETE FROM trade WHERE subject = :paid")


ACKNOWLEDGED = [
    Wrong(
        "I1",
        "an acknowledged order is lost",
        _sql(
            f"DELETE FROM orders.line WHERE {_MINE} {_of('cancelled')}",
            f"DELETE FROM orders.happening WHERE {_MINE} {_of('cancelled')}",
            'DELETE FROM orders."order" WHERE number = %(cancelled)s',
        ),
    ),
    Wrong(
        "I1",
        "an acknowledged order is lost",
        lambda copy: copy.lie("place", 201, number="202701010000", payable_minor=1),
    ),
    Wrong(
        "I1",
        "the total of an order is not what was acknowledged",
        lambda copy: copy.lie(
            "place", 201, number=copy.orders["paid"], payable_minor=1, currency="CNY"
        ),
    ),
    Wrong(
        "I1",
        "the total of an order is not what was shown",
        lambda copy: copy.lie("see", 200, number=copy.orders["paid"], payable_minor=1),
    ),
    Wrong(
        "I1",
        "an order is not the sum of its lines",
        _sql(f"UPDATE orders.line SET adjust_minor = -1 WHERE {_MINE} {_of('cancelled')}"),
    ),
    Wrong(
        "I1",
        "an order was paid at the cashier, who has forgotten it",
        lambda copy: copy.lie("pay", 303, number=copy.orders["left"]),
    ),
    Wrong(
        "I1",
        "a cancellation was acknowledged and is forgotten",
        lambda copy: copy.lie("cancel", 200, number=copy.orders["paid"]),
    ),
    Wrong(
        "I1",
        "a mall that a client talked with is unknown",
        lambda copy: copy.lie("see", 404, slug="west"),
    ),
]
ONCE = [
    Wrong(
        "I2",
        "a key of a shopper has more than one order",
        _sql(
            'ALTER TABLE orders."order"'
            " DROP CONSTRAINT uq_order_tenant_id_shopper_id_idempotency_key",
            _again('orders."order"', "number = %(cancelled)s", id=_TWIN, number="'TWIN'"),
            _again("orders.line", f"{_MINE} {_of('cancelled')}", order_id=_TWIN),
            _again(
                "orders.happening",
                f"{_MINE} {_of('cancelled')}",
                order_id=_TWIN,
                id="gen_random_uuid()",
            ),
        ),
    ),
    Wrong("I2", "a key was answered with different orders", _a_key_was_told_another_order),
    Wrong("I2", "a key that was refused each time has an order", _a_refused_key_ordered),
]
CAPTURED = [
    Wrong(
        "I3",
        "the provider took more for an order than it costs",
        _ledger("UPDATE trade SET paid_minor = paid_minor + 1 WHERE subject = :paid"),
    ),
    Wrong(
        "I3",
        "the provider was paid and the mall does not know it",
        _ledger("UPDATE trade SET paid_minor = paid_minor - 1 WHERE subject = :paid"),
    ),
    Wrong(
        "I3",
        "the mall believes in a payment that its provider does not know",
        _a_payment_is_a_fancy,
    ),
    Wrong(
        "I3",
        "money that buys nothing was not sent back within 10 minutes",
        _sql(f"""UPDATE payments.attempt a SET paid_at = paid_at - interval '11 minutes'
                  WHERE state = 'succeeded' AND {_UNREF}"""),
    ),
    Wrong(
        "I3",
        "what an order says was paid is not its price",
        _sql("""UPDATE orders."order" SET paid_minor = paid_minor - 1 WHERE number = %(paid)s"""),
    ),
]
SHELVES = [
    Wrong(
        "I4",
        "a shelf does not hold what its movements add up to",
        _sql(f"UPDATE inventory.stock SET on_hand = on_hand + 1 WHERE {_SHELF}"),
    ),
    Wrong(
        "I4",
        "the promises of a shelf are not those of orders",
        _sql(f"UPDATE inventory.stock SET held = held + 1 WHERE {_SHELF}"),
    ),
    Wrong(
        "I4",
        "a shelf is below zero",
        _sql(
            "ALTER TABLE inventory.stock DROP CONSTRAINT ck_stock_safety",
            f"UPDATE inventory.stock SET safety = -1 WHERE {_SHELF}",
        ),
    ),
    Wrong(
        "I4",
        "an order has a right to other units than it has to be sent",
        _sql(
            f"UPDATE inventory.holding SET units = units + 1 WHERE {_MINE} {_of('left')}",
            f"UPDATE inventory.stock SET held = held + 1 WHERE {_SHELF}",
        ),
    ),
    Wrong(
        "I4",
        "units were sent that did not leave the shelf",
        _sql(f"""UPDATE inventory.movement SET cause_id = {_TWIN} WHERE kind = 'ship'
                  AND cause_id = (SELECT id FROM fulfilment.parcel WHERE {_MINE} {_of("sent")})"""),
    ),
    Wrong(
        "I4",
        "units were refunded unsent that did not return to the shelf",
        _sql("DELETE FROM inventory.movement WHERE kind = 'release' AND cause_kind = 'refund'"),
    ),
]
ALLOWED = [
    Wrong(
        "I5",
        "nobody has taught the checker this table",
        _sql("CREATE TABLE public.coupon (code text)"),
    ),
    Wrong(
        "I6",
        "nobody has taught the checker this table",
        _sql("CREATE TABLE public.posting (debit_minor bigint)"),
    ),
    Wrong(
        "I6",
        "the two sides of public.posting differ",
        _sql(
            "CREATE TABLE public.posting"
            " (tenant_id uuid, currency text, debit_minor bigint, credit_minor bigint)",
            "ALTER TABLE public.posting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            "CREATE POLICY tenant ON public.posting USING (false)",
            f"INSERT INTO public.posting VALUES ({_NORTH}, 'CNY', 5, 0), ({_NORTH}, 'CNY', 0, 4),"
            f" ({_SOUTH}, 'CNY', 3, 3)",
        ),
    ),
]
DELIVERED = [
    Wrong(
        "I7",
        "an event was given up before it was delivered",
        _sql(_job("mall.deliver", "failed", """'{"hearing": "orders.say_paid"}'::jsonb""")),
    ),
    Wrong(
        "I7",
        "a “paid” message was written never or twice",
        _sql(f"""DELETE FROM messaging.message m USING {_of("paid")} o
                  WHERE m.key = 'paid/' || o.id"""),
    ),
    Wrong(
        "I7",
        "a “shipped” message was written never or twice",
        _sql(
            "ALTER TABLE messaging.message DROP CONSTRAINT uq_message_tenant_id_key",
            _again("messaging.message", "template = 'shipped'", id="gen_random_uuid()"),
        ),
    ),
    Wrong(
        "I7",
        "a message speaks of what has not happened",
        _sql(
            _again(
                "messaging.message",
                f"key = 'paid/' || (SELECT id FROM {_of('paid')} o)",
                id="gen_random_uuid()",
                key=f"'paid/' || (SELECT id FROM {_of('left')} o)",
            )
        ),
    ),
    Wrong(
        "I7",
        "a timeline tells of other refunds than there were",
        _sql(
            _again(
                "orders.happening",
                f"kind = 'refunded' AND {_MINE} {_of('undone')}",
                id="gen_random_uuid()",
            )
        ),
    ),
    Wrong(
        "I7",
        "the search index does not know what is sold out",
        _sql("UPDATE search.document SET sold_out = false WHERE sold_out"),
    ),
]
REFUNDED = [
    Wrong(
        "I8",
        "more than a line cost went back",
        _sql(f"""UPDATE orders.line SET refunded_minor = refunded_minor + list_minor
                  WHERE {_MINE} {_of("parts")}"""),
    ),
    Wrong(
        "I8",
        "a line's refunds do not add up to what it says",
        _sql(f"""UPDATE orders.line SET refunded_minor = refunded_minor - 1
                  WHERE {_MINE} {_of("parts")}"""),
    ),
    Wrong(
        "I8",
        "an order's refunds do not add up to what it says",
        _sql("""UPDATE orders."order" SET refunded_minor = 0 WHERE number = %(parts)s"""),
    ),
    Wrong(
        "I8",
        "a refund of an order and its way through payments differ",
        _sql(f"""UPDATE orders.refund SET id = {_TWIN} WHERE {_MINE} {_of("sent")}"""),
    ),
    Wrong(
        "I8",
        "a refund of an order and its way through payments differ",
        _sql(f"UPDATE orders.refund SET state = 'failed' WHERE {_MINE} {_of('sent')}"),
    ),
    Wrong(
        "I8",
        "more than a payment brought went back",
        _sql(f"""UPDATE payments.refund SET attempt_id = {_TWIN} WHERE {_MINE} {_of("sent")}"""),
    ),
    Wrong(
        "I8",
        "the provider sent back more than it took",
        _ledger("""UPDATE refund SET amount_minor = amount_minor + 1 WHERE out_trade_no IN
                   (SELECT out_trade_no FROM trade WHERE subject = :undone)"""),
    ),
    Wrong(
        "I8",
        "the provider sent back what the mall did not ask for",
        _ledger("""UPDATE refund SET amount_minor = amount_minor + 1 WHERE out_trade_no IN
                   (SELECT out_trade_no FROM trade WHERE subject = :sent)"""),
    ),
    Wrong(
        "I8",
        "the mall believes in a refund that its provider does not know",
        _ledger("""DELETE FROM refund WHERE out_trade_no IN
                   (SELECT out_trade_no FROM trade WHERE subject = :undone)"""),
    ),
]
PATHS = [
    Wrong(
        "I9",
        "an order took a step that there is not",
        _sql(f"""UPDATE orders.happening SET before = 'unpaid'
                  WHERE kind = 'ship_all' AND {_MINE} {_of("sent")}"""),
    ),
    Wrong(
        "I9",
        "an order is not where its steps lead",
        _sql(f"DELETE FROM orders.happening WHERE kind = 'pay' AND {_MINE} {_of('paid')}"),
    ),
    Wrong(
        "I9",
        "something happened to an order in a state that it never was in",
        _sql(
            _again(
                "orders.happening",
                f"kind = 'cancel' AND {_MINE} {_of('cancelled')}",
                id="gen_random_uuid()",
                kind="'note'",
                before="'received'",
                after="'received'",
            )
        ),
    ),
    Wrong(
        "I9",
        "an order was changed without a word on its timeline",
        _sql("""UPDATE orders."order" SET version = version + 1 WHERE number = %(paid)s"""),
    ),
    Wrong(
        "I9",
        "the clocks of an order do not fit its state",
        _sql("""UPDATE orders."order" SET ended_at = now() WHERE number = %(paid)s"""),
    ),
]
WALLS = [
    Wrong(
        "I10",
        "catalog.product.category_id points into another mall's catalog.category",
        _sql(f"""UPDATE catalog.product p SET category_id = c.id FROM catalog.category c
                  WHERE p.tenant_id = {_NORTH} AND c.tenant_id = {_SOUTH}"""),
    ),
    Wrong(
        "I10",
        "a table is open to other malls",
        _sql("ALTER TABLE orders.refund NO FORCE ROW LEVEL SECURITY"),
    ),
    Wrong(
        "I10",
        "a job of one mall is about another's things",
        _sql(
            _job(
                "mall.deliver",
                "succeeded",
                f"""jsonb_build_object('body', jsonb_build_object('order_id',
                        (SELECT id FROM {_of("south")} o)))""",
            )
        ),
    ),
    Wrong(
        "I10",
        "a client was told of an order of another mall",
        lambda copy: copy.lie("see", 200, slug="south", number=copy.orders["paid"]),
    ),
    Wrong(
        "I10",
        "a trespass was answered",
        lambda copy: copy.lie("trespass", 200, slug="south", number=copy.orders["paid"]),
    ),
    Wrong(
        "I10",
        "the provider books a payment of one mall for another",
        _ledger("""UPDATE trade SET merchant = (SELECT merchant FROM trade WHERE subject = :south)
                    WHERE subject = :paid"""),
    ),
]
QUIET = [
    Wrong(
        "I11",
        "a job is left behind",
        _sql(_job("mall.run_errand", "doing", """'{"errand": "payments.refund"}'::jsonb""")),
    ),
    Wrong(
        "I11",
        "an order is unpaid though its time is over",
        _sql("""UPDATE orders."order" SET pay_by = placed_at WHERE number = %(left)s"""),
    ),
    Wrong(
        "I11",
        "a try to pay is neither paid nor closed",
        _sql(f"""UPDATE payments.attempt SET state = 'closing' WHERE {_MINE} {_of("tried")}"""),
    ),
    Wrong(
        "I11",
        "a refund of an order is still running",
        _sql(f"UPDATE orders.refund SET state = 'running' WHERE {_MINE} {_of('sent')}"),
    ),
    Wrong(
        "I11",
        "a message was not sent",
        _sql("UPDATE messaging.message SET state = 'waiting' WHERE template = 'shipped'"),
    ),
    Wrong(
        "I11",
        "something can still be paid that the mall has ended",
        _ledger("""UPDATE trade SET state = 'open', expires_at = expires_at + 86400
                    WHERE subject = :tried"""),
    ),
]
EVERYTHING = [
    *ACKNOWLEDGED,
    *ONCE,
    *CAPTURED,
    *SHELVES,
    *ALLOWED,
    *DELIVERED,
    *REFUNDED,
    *PATHS,
    *WALLS,
    *QUIET,
]
