"""orders: leave room on their pages

Orders grow while they live. What vacuum found free on old pages drew new orders there, each to a
page that had to be read, and logged whole: at a million orders they cost PostgreSQL twice as much.
With a reserve that old orders grow into, and no new one may use, new ones stay at the end.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "5e7a1c94d2b6"
down_revision: str | None = "4243d1b75cb7"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.execute('ALTER TABLE orders."order" SET (fillfactor = 75)')


def downgrade() -> None:
    """Refuse: a mall goes forward, and back by restoring."""
    raise NotImplementedError("restore a backup instead")
