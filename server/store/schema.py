"""The whole current schema: what Hearthbook keeps, and why. Read this first.

Every table is STRICT; times are integer UTC microseconds; booleans are 0 or 1; ids that can reach
a page or a device are random text, integer ids never leave the server. Every change is an `act`,
whose id is the store-wide revision. Alembic revisions in `migrations/` lead here from any older
database; a test proves that they do.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

_NAMES = {"ix": "ix_", "uq": "uq_", "fk": "fk_"}
metadata = MetaData(
    naming_convention={
        **{kind: prefix + "%(table_name)s_%(column_0_N_name)s" for kind, prefix in _NAMES.items()},
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *columns: Column[Any] | UniqueConstraint | Index) -> Table:
    """Declare a STRICT table."""
    return Table(name, metadata, *columns, sqlite_strict=True)


def _integer(
    name: str, *args: ForeignKey, null: bool = False, default: str | None = None
) -> Column[int]:
    """A whole number: a time, a count, a flag or a row id."""
    return Column(name, Integer, *args, nullable=null, server_default=default)


def _text(
    name: str, *args: ForeignKey, null: bool = False, default: str | None = None
) -> Column[str]:
    """A text."""
    return Column(name, Text, *args, nullable=null, server_default=default)


# --- the household --------------------------------------------------------

setting = _table(
    "setting",
    Column(
        "key", Text, primary_key=True
    ),  # household, region, secret (hex), always_ask, released …
    _text("value"),
)

member = _table(
    "member",
    Column("id", Text, primary_key=True),  # [a-z][a-z0-9-]{0,31}
    _text("name"),
    _text("role"),  # adult | child | guest
    _text("shares"),  # none | name | all: what other adults see, later ones too
    _text("password_hash", null=True),  # argon2id; opens the pages only
    _integer("joined"),  # act
    _integer("gone", null=True),  # act
)

share = _table(
    "share",
    Column("from_member", Text, ForeignKey("member.id"), primary_key=True),
    Column("to_member", Text, ForeignKey("member.id"), primary_key=True),
    _text("level"),  # none | name | all: overrides member.shares for this one sharee
)

device = _table(
    "device",
    Column("id", Integer, primary_key=True),
    _text("member", ForeignKey("member.id")),
    _text("label"),
    Column(
        "secret_hash", LargeBinary, nullable=False
    ),  # SHA-256 of a random secret: needs no slow hash
    _integer("read_only", default="0"),
    _integer("speaks_4", default="0"),  # has asked for vCard 4.0 or written it
    _text("user_agent", default=""),
    _integer("created"),
    _integer("last_seen", null=True),
    _integer("revoked", null=True),  # act
    Index("ix_device_secret_hash", "secret_hash"),
    Index(
        "uq_device_member_label",
        "member",
        "label",
        unique=True,
        sqlite_where=Column("revoked", Integer).is_(None),
    ),
)

device_property = _table(
    "device_property",  # the property names a device has ever sent: only these can it remove
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("name", Text, primary_key=True),
)

session = _table(
    "session",
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256 of the cookie
    _text("member", ForeignKey("member.id")),
    _integer("created"),
    _integer("expires"),
)

setup_link = _table(
    "setup_link",
    Column("token_hash", LargeBinary, primary_key=True),
    _text("member", ForeignKey("member.id")),
    _integer("expires"),
    _integer("used", null=True),
)

# --- who did what ---------------------------------------------------------

act = _table(
    "act",  # who did something, once; its id is the revision
    Column("id", Integer, primary_key=True),
    _text("kind"),  # put | delete | import | cycle | late | decide | own | share | settle …
    _text("member", null=True),  # None: the machine
    _integer("device", ForeignKey("device.id"), null=True),
    _integer("at"),
    _integer("undoes", ForeignKey("act.id"), null=True),
    Index("ix_act_device_at", "device", "at"),
)

cycle = _table(
    "cycle",
    Column("id", Integer, primary_key=True),
    _text("kind"),  # nightly | quick | command | letter
    _integer("started"),
    _integer("finished", null=True),
    _integer("act", ForeignKey("act.id"), null=True),  # None: it changed nothing
    _text("summary", default=""),  # counts as JSON, no personal data
)

lease = _table(
    "lease",
    Column("name", Text, primary_key=True),
    _text("holder"),
    _integer("expires"),
)

# --- cards ----------------------------------------------------------------

text = _table(
    "text",  # every octet once
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    _integer("safe"),  # 2: may stand in XML as it is, 1: escape it, 0: strip it first
    Column("octets", LargeBinary, nullable=False),
)

book = _table(
    "book",
    Column("id", Integer, primary_key=True),
    _text("member", ForeignKey("member.id")),
    _text("name"),  # the path segment; `contacts` takes part in the household
    _text("displayname"),
    _text("properties", default="{}"),  # further WebDAV properties as JSON
    _integer("gone", null=True),  # act
    Index(
        "uq_book_member_name",
        "member",
        "name",
        unique=True,
        sqlite_where=Column("gone", Integer).is_(None),
    ),
)

view = _table(
    "view",  # what the devices of one member sync of one book
    Column("book", Integer, ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    _text("member", ForeignKey("member.id")),
    _text("epoch"),  # random; only a restore makes a new one
    _integer("seq", default="0"),
)

card = _table(
    "card",
    Column("id", Text, primary_key=True),
    _text("member", ForeignKey("member.id")),  # the keeper
    _integer("book", ForeignKey("book.id")),
    _text("uid"),
    _text("kind"),  # person | organisation | group
    _text("name_key"),  # normalised name, for name-only doubles
    _integer("text", ForeignKey("text.id")),
    _text("version"),  # 2.1 | 3.0 | 4.0
    _text("visibility", default="shared"),  # shared | private | members
    _integer(
        "private_device", null=True
    ),  # the device that sent CLASS:PRIVATE; only its removal counts
    _integer("added"),  # act
    _integer("changed"),  # act
    _integer("settles", null=True),  # time until which others do not see it; None: settled
    _integer("held", null=True),  # act that holds it from others
    _integer("trashed", null=True),  # act
    Index("ix_card_member_uid", "member", "uid"),
    Index("ix_card_name_key", "name_key"),
    Index("ix_card_added", "added"),
    Index("ix_card_settles", "settles", sqlite_where=Column("settles", Integer).is_not(None)),
)

card_member = _table(
    "card_member",  # visibility `members`: who else may see it
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
)

card_version = _table(
    "card_version",
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("act", Integer, ForeignKey("act.id"), primary_key=True),
    _integer("text", ForeignKey("text.id")),
    _integer("cosmetic", default="0"),
)

fact = _table(
    "fact",  # one property value with its history
    Column("id", Integer, primary_key=True),
    _text("card", ForeignKey("card.id")),
    _text("property"),
    _text("norm"),  # match key
    Column("octets", LargeBinary, nullable=False),  # its lines as written
    _text("version"),  # vCard version of those lines
    _integer("first", ForeignKey("act.id")),
    _integer("last", ForeignKey("act.id")),
    _integer("gone", ForeignKey("act.id"), null=True),
    _integer("withheld", default="0"),  # its removal does not travel
    _text("typed_by", null=True),  # member who typed it; None: the machine brought it
    _integer("bulk", default="0"),  # import, first sync: typed some time, nobody knows when
    _integer("source", ForeignKey("fact.id"), null=True),  # R6: the fact it was copied from
    _integer(
        "previous", ForeignKey("fact.id"), null=True
    ),  # the fact that this one was edited from
    _text("visibility", default="shared"),
    Index("ix_fact_card", "card"),
    Index("ix_fact_source", "source"),
    Index("ix_fact_property_norm", "property", "norm"),
)

confirmation = _table(
    "confirmation",
    Column("fact", Integer, ForeignKey("fact.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    _integer("act", ForeignKey("act.id")),
    _text("how"),  # independent | accepted | still-right
)

# --- between cards --------------------------------------------------------

link = _table(
    "link",
    Column("id", Text, primary_key=True),
    _text("card_a", ForeignKey("card.id")),  # card_a < card_b
    _text("card_b", ForeignKey("card.id")),
    _text("verdict"),  # same | apart
    _text("scope", default=""),  # empty: whoever sees both; else the one member it holds for
    _text("evidence", default="[]"),  # reasons as JSON
    _text("member", null=True),  # who said so; None: the machine
    _integer("act", ForeignKey("act.id")),
    _integer("ended", ForeignKey("act.id"), null=True),
    Index("ix_link_card_a", "card_a"),
    Index("ix_link_card_b", "card_b"),
)

claim = _table(
    "claim",
    Column("id", Integer, primary_key=True),
    _text("card", ForeignKey("card.id")),
    _text("member", ForeignKey("member.id")),  # whose it is said to be
    _text("says"),  # mine | ours | released
    _text("said_by"),
    _integer("act", ForeignKey("act.id")),
    Index("ix_claim_card", "card"),
)

base = _table(
    "base",  # what two linked cards last agreed on
    Column("id", Integer, primary_key=True),
    _text("card_a", ForeignKey("card.id")),
    _text("card_b", ForeignKey("card.id")),
    _text("property"),
    _integer("fact_a", ForeignKey("fact.id")),
    _integer("fact_b", ForeignKey("fact.id")),
    _integer("act", ForeignKey("act.id")),
    UniqueConstraint("fact_a", "fact_b"),
    Index("ix_base_card_a_card_b", "card_a", "card_b"),
)

operation = _table(
    "operation",  # one step of an act on one card; an origin meets a card at most once, ever
    Column("id", Integer, primary_key=True),
    _integer("act", ForeignKey("act.id")),
    _integer("origin", ForeignKey("fact.id")),
    _text("card", ForeignKey("card.id")),
    _text("kind"),  # add | replace | remove | suggest
    _integer("fact_before", null=True),
    _integer("fact_after", null=True),
    UniqueConstraint("origin", "card"),
    Index("ix_operation_act", "act"),
)

suggestion = _table(
    "suggestion",
    Column("id", Text, primary_key=True),
    _text("author", ForeignKey("member.id")),
    _text("card", ForeignKey("card.id")),
    _text("property"),
    Column("before", LargeBinary),  # lines as served, or None for an addition
    Column("after", LargeBinary),  # lines as typed, or None for a removal
    _text("version", default="3.0"),
    _text("state"),  # open | applied | declined | personal | overtaken | collided
    _integer("act", ForeignKey("act.id")),
    _integer("closed", ForeignKey("act.id"), null=True),
    _integer("origin", null=True),  # the fact it came from, where a cycle made it
    Index("ix_suggestion_card", "card"),
)

answer = _table(
    "answer",
    Column("key", Text, primary_key=True),  # the question with its values
    _text("member", null=True),
    _text("choice"),
    _integer("act", ForeignKey("act.id")),
)

# --- views ----------------------------------------------------------------

hidden = _table(
    "hidden",
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    _integer("act", ForeignKey("act.id")),
)

slot = _table(
    "slot",
    Column("id", Integer, primary_key=True),
    _integer("book", ForeignKey("book.id", ondelete="CASCADE")),
    _text("member", ForeignKey("member.id")),
    _text("href"),
    _text("uid"),
    _text("card", ForeignKey("card.id")),  # the source it is made from now, or was last
    _integer("own"),  # the source is the viewer's own card, served whole
    _integer("survivor", ForeignKey("slot.id"), null=True),
    _integer("seq"),
    _integer("text", ForeignKey("text.id"), null=True),
    _integer("text_3", ForeignKey("text.id"), null=True),  # the same card in 3.0, where text is 4.0
    Column("content", LargeBinary, nullable=True),  # digest of the visible canonical content
    _integer("modified"),  # time of the last announcement
    _integer("gone", null=True),  # act
    UniqueConstraint("book", "href"),
    Index("ix_slot_book_seq", "book", "seq"),
    Index("ix_slot_book_uid", "book", "uid"),
    Index("ix_slot_card", "card"),
)

slot_past = _table(
    "slot_past",  # every text ever served is found by its ETag: the base of a merge
    Column("slot", Integer, ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    _integer("text", ForeignKey("text.id"), null=True),
    _integer("text_3", ForeignKey("text.id"), null=True),
    _integer("act", ForeignKey("act.id")),
)

served = _table(
    "served",
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("slot", Integer, ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True),
    _integer("seq"),
    _text("version"),  # 3.0 | 4.0: which of the two texts it got
)

received = _table(
    "received",  # bodies that were refused or merged: nothing typed is ever lost
    Column("id", Integer, primary_key=True),
    _integer("device", ForeignKey("device.id"), null=True),
    _text("member"),
    _integer("book", ForeignKey("book.id")),
    _text("href"),
    _integer("slot", null=True),
    _text("etag", default=""),  # the If-Match it named
    _integer("status"),
    _integer("text", ForeignKey("text.id")),
    _integer("act", ForeignKey("act.id")),
    _integer("merged", null=True),  # act that merged a refused one; its own where nothing was left
)
