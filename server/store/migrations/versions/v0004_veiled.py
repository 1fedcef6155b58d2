"""What members are not shown only because of what they keep to themselves.

Frozen like every revision: the table is new.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENT = """\
CREATE TABLE veiled (
    member TEXT NOT NULL,
    fact INTEGER NOT NULL,
    CONSTRAINT pk_veiled PRIMARY KEY (member, fact),
    CONSTRAINT fk_veiled_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_veiled_fact FOREIGN KEY(fact) REFERENCES fact (id)
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
