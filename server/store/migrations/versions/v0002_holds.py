"""Mass changes that are held, members who pause, and values for named members.

Frozen like every revision: columns are added at the end, tables are new.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE member ADD COLUMN paused INTEGER",
    "ALTER TABLE card ADD COLUMN frozen INTEGER",
    "ALTER TABLE suggestion ADD COLUMN held INTEGER",
    """\
CREATE TABLE fact_member (
    fact INTEGER NOT NULL,
    member TEXT NOT NULL,
    CONSTRAINT pk_fact_member PRIMARY KEY (fact, member),
    CONSTRAINT fk_fact_member_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_fact_member_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT
""",
    """\
CREATE TABLE counted (
    device INTEGER NOT NULL,
    kind TEXT NOT NULL,
    audience TEXT NOT NULL,
    card TEXT NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT pk_counted PRIMARY KEY (device, kind, audience, card),
    CONSTRAINT fk_counted_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_counted_card FOREIGN KEY(card) REFERENCES card (id)
) STRICT
""",
    """\
CREATE TABLE hold (
    id INTEGER NOT NULL,
    member TEXT NOT NULL,
    device INTEGER,
    kind TEXT NOT NULL,
    act INTEGER NOT NULL,
    ended INTEGER,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT fk_hold_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_hold_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_hold_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_hold_ended FOREIGN KEY(ended) REFERENCES act (id)
) STRICT
""",
    """\
CREATE TABLE hold_card (
    hold INTEGER NOT NULL,
    card TEXT NOT NULL,
    slot INTEGER,
    act INTEGER NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_hold_card PRIMARY KEY (hold, card),
    CONSTRAINT fk_hold_card_hold FOREIGN KEY(hold) REFERENCES hold (id),
    CONSTRAINT fk_hold_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_hold_card_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_hold_card_last FOREIGN KEY(last) REFERENCES act (id)
) STRICT
""",
    "CREATE INDEX ix_card_frozen ON card (frozen) WHERE frozen IS NOT NULL",
    "CREATE INDEX ix_hold_member ON hold (member) WHERE ended IS NULL",
    "CREATE INDEX ix_hold_card_card ON hold_card (card)",
    # Cards that were held already are asked about like those that come to be.
    """\
INSERT INTO hold (member, kind, act)
SELECT member, 'made', min(held) FROM card WHERE held IS NOT NULL GROUP BY member
""",
    """\
INSERT INTO hold_card (hold, card, act, last)
SELECT hold.id, card.id, card.held, card.held
FROM card JOIN hold ON hold.member = card.member WHERE card.held IS NOT NULL
""",
)


def upgrade() -> None:
    """Add the columns, tables and indexes."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back but a backup.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("restore a backup instead")
