"""Questions about two cards of the one who is asked are listed as such, so that many are one.

Frozen like every revision.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENT = """\
UPDATE question SET kind = 'double'
WHERE kind = 'same-person' AND NOT EXISTS (
    SELECT 1
    FROM question_card
    JOIN card ON card.id = question_card.card
    LEFT JOIN question_member
        ON question_member.question = question_card.question
        AND question_member.member = card.member
    WHERE question_card.question = question.key AND question_member.member IS NULL
) AND (SELECT count(*) FROM question_member WHERE question_member.question = question.key) = 1
"""


def upgrade() -> None:
    """Tell them apart from questions about the cards of two members."""
    op.execute(STATEMENT)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
