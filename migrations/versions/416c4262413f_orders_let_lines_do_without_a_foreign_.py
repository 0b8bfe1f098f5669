"""orders: let lines do without a foreign key

Lines are written with their order in one transaction; checking each of them cost more than
all the rest of placing it.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "416c4262413f"
down_revision: str | None = "585f138660f6"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    # squawk warns that others may count on the constraint; nobody but the mall writes lines
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE orders.line DROP CONSTRAINT fk_line_tenant_id_order_id"
    )


def downgrade() -> None:
    """Refuse: a mall goes forward, and back by restoring."""
    raise NotImplementedError("restore a backup instead")
