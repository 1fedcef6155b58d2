"""Devices that were added on the pages, and the one-time pages that connect them.

Frozen like every revision: the table is new.
"""

from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """\
CREATE TABLE connecting (
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB,
    sealed BLOB,
    browser_hash BLOB,
    expires INTEGER NOT NULL,
    CONSTRAINT pk_connecting PRIMARY KEY (device),
    CONSTRAINT fk_connecting_device FOREIGN KEY(device) REFERENCES device (id)
) STRICT
""",
    "CREATE INDEX ix_connecting_token_hash ON connecting (token_hash)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
