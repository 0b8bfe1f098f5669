"""${message}

One sentence on why. Written for a database in use: no long lock, no rewrite of a big table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision: str = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Refuse: a mall goes forward, and back by restoring."""
    raise NotImplementedError("restore a backup instead")
