"""Values that are asked about whether they are still right, and members who vouch for one again.

Frozen like every revision: a table is new; a confirmation may be said anew by another act, and the
one before it is kept. The gauge of a day tells people by how fresh they are, which older ones do not.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """\
CREATE TABLE doubt (
    member TEXT NOT NULL,
    place INTEGER NOT NULL,
    fact INTEGER NOT NULL,
    closed INTEGER,
    CONSTRAINT pk_doubt PRIMARY KEY (member, place),
    CONSTRAINT fk_doubt_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_doubt_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_doubt_closed FOREIGN KEY(closed) REFERENCES act (id)
) STRICT
""",
    "ALTER TABLE confirmation RENAME TO confirmation_before",
    """\
CREATE TABLE confirmation (
    fact INTEGER NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    how TEXT NOT NULL,
    CONSTRAINT pk_confirmation PRIMARY KEY (fact, member, act),
    CONSTRAINT fk_confirmation_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_confirmation_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_confirmation_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT
""",
    "INSERT INTO confirmation (fact, member, act, how)"
    " SELECT fact, member, act, how FROM confirmation_before",
    "DROP TABLE confirmation_before",
    "ALTER TABLE gauge ADD COLUMN fresh INTEGER",
    "ALTER TABLE gauge ADD COLUMN ageing INTEGER",
)


def upgrade() -> None:
    """Add the table, and let a member vouch for a value more than once."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
