"""What counts as shown to a member though no entry of theirs made from its card says so.

Frozen like every revision: the table is new.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENT = """\
CREATE TABLE shown_value (
    member TEXT NOT NULL,
    fact INTEGER NOT NULL,
    CONSTRAINT pk_shown_value PRIMARY KEY (member, fact),
    CONSTRAINT fk_shown_value_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_shown_value_fact FOREIGN KEY(fact) REFERENCES fact (id)
) STRICT
"""


def upgrade() -> None:
    """Add the table."""
    op.execute(STATEMENT)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
