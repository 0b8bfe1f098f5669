"""inventory: drop an index that nobody asks

Orders end their holdings themselves when their time is over; nobody looks for expired holdings,
but every order that was placed paid for the index.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "2c9e5d0b7a14"
down_revision: str | None = "416c4262413f"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    # squawk wants it CONCURRENTLY, which no transaction can do; the lock lasts for a moment
    op.execute(
        "-- squawk-ignore require-concurrent-index-deletion\n"
        "DROP INDEX inventory.ix_holding_tenant_id_expires_at"
    )


def downgrade() -> None:
    """Refuse: a mall goes forward, and back by restoring."""
    raise NotImplementedError("restore a backup instead")
