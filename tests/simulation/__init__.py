"""Random interleavings of the mall's own code, with virtual time and faults (T-09).

Real: every rule, action, reaction, sweep and errand of checkout, orders, payments, inventory and
fulfilment - the code that runs in the mall decides here too. Each coroutine is driven to its end
by hand: nothing in it ever waits, so there is no event loop.

Modelled: the SQL (``memory``, ``books``, ``bills``: dictionaries; a transaction is atomic and can
be undone), the queue of jobs (``world``: any order, a step can be lost or repeated), and the
outside (``provider``: a payment provider with books of its own, and daily bills). Left out: carts,
addresses of members, messages, audit.

Transactions run one after another: that locks do serialize them is what the tests on PostgreSQL
show. The three steps of an errand, and the hearing
of an event, are transactions of their own and interleave with everything else.
"""
