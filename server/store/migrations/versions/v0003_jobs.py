"""How jobs went last, and how right each member's book was from day to day.

Frozen like every revision: the tables are new.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """\
CREATE TABLE job (
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    failed INTEGER,
    sentence TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_job PRIMARY KEY (name)
) STRICT
""",
    """\
CREATE TABLE gauge (
    member TEXT NOT NULL,
    day TEXT NOT NULL,
    chance INTEGER,
    people INTEGER NOT NULL,
    known INTEGER NOT NULL,
    CONSTRAINT pk_gauge PRIMARY KEY (member, day),
    CONSTRAINT fk_gauge_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT
""",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
