"""Lists are kept entry by entry, sorted, and brought up to date by what changed.

Frozen like every revision: the table is made anew, and filled when a list first needs it.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP TABLE listed",
    """\
CREATE TABLE listed (
    slot INTEGER NOT NULL,
    member TEXT NOT NULL,
    book INTEGER NOT NULL,
    href TEXT NOT NULL,
    keeper TEXT NOT NULL,
    place TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    found TEXT NOT NULL,
    photo TEXT NOT NULL,
    CONSTRAINT pk_listed PRIMARY KEY (slot),
    CONSTRAINT fk_listed_slot FOREIGN KEY(slot) REFERENCES slot (id) ON DELETE CASCADE,
    CONSTRAINT fk_listed_book FOREIGN KEY(book) REFERENCES book (id) ON DELETE CASCADE
) STRICT
""",
    "CREATE INDEX ix_listed_member_place_name_href ON listed (member, place, name, href)",
    "ALTER TABLE view ADD COLUMN listed INTEGER DEFAULT '0' NOT NULL",
)


def upgrade() -> None:
    """Make the table anew."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
