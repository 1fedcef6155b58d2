"""What is asked, of whom and about what, as a cycle or an answer left it.

Frozen like every revision: the tables are new.
"""

from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """\
CREATE TABLE question (
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT pk_question PRIMARY KEY ("key")
) STRICT
""",
    """\
CREATE TABLE question_member (
    member TEXT NOT NULL,
    question TEXT NOT NULL,
    CONSTRAINT pk_question_member PRIMARY KEY (member, question),
    CONSTRAINT fk_question_member_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_question_member_question FOREIGN KEY(question) REFERENCES question ("key") ON DELETE CASCADE
) STRICT
""",
    """\
CREATE TABLE question_card (
    card TEXT NOT NULL,
    question TEXT NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_question_card PRIMARY KEY (card, question),
    CONSTRAINT fk_question_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_question_card_question FOREIGN KEY(question) REFERENCES question ("key") ON DELETE CASCADE
) STRICT
""",
    "CREATE INDEX ix_question_member_question ON question_member (question)",
    "CREATE INDEX ix_question_card_question ON question_card (question)",
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
