"""How cards are listed and found, who asks for a card, and to whom one is shown whole.

Frozen like every revision: the tables are new.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """\
CREATE TABLE listed (
    text INTEGER NOT NULL,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    detail TEXT NOT NULL,
    found TEXT NOT NULL,
    CONSTRAINT pk_listed PRIMARY KEY (text),
    CONSTRAINT fk_listed_text FOREIGN KEY(text) REFERENCES text (id) ON DELETE CASCADE
) STRICT
""",
    """\
CREATE TABLE asked (
    id TEXT NOT NULL,
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    closed INTEGER,
    choice TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_asked PRIMARY KEY (id),
    CONSTRAINT fk_asked_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_asked_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_asked_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_asked_closed FOREIGN KEY(closed) REFERENCES act (id)
) STRICT
""",
    """\
CREATE TABLE shown_card (
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_shown_card PRIMARY KEY (card, member),
    CONSTRAINT fk_shown_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_shown_card_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_shown_card_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT
""",
    "CREATE INDEX ix_asked_card ON asked (card)",
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
