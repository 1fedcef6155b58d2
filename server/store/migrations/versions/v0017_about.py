"""Acts on access say what they were about, so that their sentences name it.

Frozen like every revision: the column is added at the end; older acts say nothing.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE act ADD COLUMN about TEXT")


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
