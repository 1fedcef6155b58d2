"""What an act did is found by the act, however large the household is.

Frozen like every revision: the indexes are new.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX ix_act_undoes ON act (undoes) WHERE undoes IS NOT NULL",
    "CREATE INDEX ix_cycle_act ON cycle (act)",
    "CREATE INDEX ix_card_trashed ON card (trashed) WHERE trashed IS NOT NULL",
    "CREATE INDEX ix_card_version_act_card ON card_version (act, card)",
    "CREATE INDEX ix_link_act_id ON link (act, id)",
    "CREATE INDEX ix_operation_card_act ON operation (card, act)",
    "CREATE INDEX ix_suggestion_act ON suggestion (act)",
    "CREATE INDEX ix_suggestion_closed ON suggestion (closed)",
    "CREATE INDEX ix_answer_act ON answer (act)",
)


def upgrade() -> None:
    """Add the indexes."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
