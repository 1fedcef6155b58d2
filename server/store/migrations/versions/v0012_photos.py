"""What a list shows of a card has its photo beside it.

Frozen like every revision: the column is added at the end; what was worked out without it is worked out anew.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DELETE FROM listed",
    "ALTER TABLE listed ADD COLUMN photo TEXT DEFAULT '' NOT NULL",
)


def upgrade() -> None:
    """Add the column."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
