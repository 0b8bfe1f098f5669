"""A mall whose processes end as by kill -9 at every step of what they do, one step after another.

Nothing of the product knows of this, and no step is listed: the few seams of the kernel are wrapped
(``seams``), and every passage names itself after the function on whose behalf it happens. The
processes are started by ``python -m tests.faults.crashes``.
"""
