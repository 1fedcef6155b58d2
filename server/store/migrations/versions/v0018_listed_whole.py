"""What lists count and page through stands in their index, so that no entry is read to be counted.

Frozen like every revision.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX IF EXISTS ix_listed_member_place_name_href",
    "CREATE INDEX IF NOT EXISTS ix_listed_member_place_name_href_book_keeper"
    " ON listed (member, place, name, href, book, keeper)",
)


def upgrade() -> None:
    """Replace the index by a wider one."""
    for each in STATEMENTS:
        op.execute(each)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
