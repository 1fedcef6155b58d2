"""The whole current schema: what Hearthbook keeps, and why. Read this first.

Every table is STRICT; times are integer UTC microseconds; booleans are 0 or 1; ids that can reach
a page or a device are random text, integer ids never leave the server. Every change is an `act`,
whose id is the store-wide revision. The tables of views, of what was received, asked and held
stand in `schema_views.py`, on the same metadata. Alembic revisions in `migrations/` lead here from
any older database; a test proves that they do.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint

from server.store.schema_views import asked as asked
from server.store.schema_views import counted as counted
from server.store.schema_views import doubt as doubt
from server.store.schema_views import hidden as hidden
from server.store.schema_views import hold as hold
from server.store.schema_views import hold_card as hold_card
from server.store.schema_views import listed as listed
from server.store.schema_views import question as question
from server.store.schema_views import question_card as question_card
from server.store.schema_views import question_member as question_member
from server.store.schema_views import received as received
from server.store.schema_views import served as served
from server.store.schema_views import shown_card as shown_card
from server.store.schema_views import shown_value as shown_value
from server.store.schema_views import slot as slot
from server.store.schema_views import slot_past as slot_past
from server.store.schema_views import view as view
from server.store.tables import declare, integer, string
from server.store.tables import metadata as metadata

# --- the household --------------------------------------------------------

setting = declare(
    "setting",
    Column(
        "key", Text, primary_key=True
    ),  # household, region, secret (hex), always_ask, released …
    string("value"),
)

member = declare(
    "member",
    Column("id", Text, primary_key=True),  # [a-z][a-z0-9-]{0,31}
    string("name"),
    string("role"),  # adult | child | guest
    string("shares"),  # none | name | all: what other adults see, later ones too
    string("password_hash", null=True),  # argon2id; opens the pages only
    integer("joined"),  # act
    integer("gone", null=True),  # act
    integer("paused", null=True),  # act since which nothing of theirs is merged
)

share = declare(
    "share",
    Column("from_member", Text, ForeignKey("member.id"), primary_key=True),
    Column("to_member", Text, ForeignKey("member.id"), primary_key=True),
    string("level"),  # none | name | all: overrides member.shares for this one sharee
)

device = declare(
    "device",
    Column("id", Integer, primary_key=True),
    string("member", ForeignKey("member.id")),
    string("label"),
    Column(
        "secret_hash", LargeBinary, nullable=False
    ),  # SHA-256 of a random secret: needs no slow hash
    integer("read_only", default="0"),
    integer("speaks_4", default="0"),  # has asked for vCard 4.0 or written it
    string("user_agent", default=""),
    integer("created"),
    integer("last_seen", null=True),
    integer("revoked", null=True),  # act
    Index("ix_device_secret_hash", "secret_hash"),
    Index(
        "uq_device_member_label",
        "member",
        "label",
        unique=True,
        sqlite_where=Column("revoked", Integer).is_(None),
    ),
)

device_property = declare(
    "device_property",  # the property names a device has ever sent: only these can it remove
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("name", Text, primary_key=True),
)

session = declare(
    "session",
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256 of the cookie
    string("member", ForeignKey("member.id")),
    integer("created"),
    integer("expires"),
)

setup_link = declare(
    "setup_link",
    Column("token_hash", LargeBinary, primary_key=True),
    string("member", ForeignKey("member.id")),
    integer("expires"),
    integer("used", null=True),
)

connecting = declare(
    "connecting",  # a device that was added on the pages, and the one-time page that connects it
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    string("name"),  # what its member calls it
    Column("token_hash", LargeBinary, nullable=True),  # SHA-256 of the one-time page's token
    Column("sealed", LargeBinary, nullable=True),  # the password; only the token opens it
    Column("browser_hash", LargeBinary, nullable=True),  # the one browser that opened the page
    integer("expires"),
    Index("ix_connecting_token_hash", "token_hash"),
)

# --- who did what ---------------------------------------------------------

act = declare(
    "act",  # who did something, once; its id is the revision
    Column("id", Integer, primary_key=True),
    string("kind"),  # put | delete | import | cycle | late | decide | own | share | settle …
    string("member", null=True),  # None: the machine
    integer("device", ForeignKey("device.id"), null=True),
    integer("at"),
    integer("undoes", ForeignKey("act.id"), null=True),
    string("name", null=True),  # random; ids minted in it come from it, so a replay gives the same
    string("about", null=True),  # JSON: what an act on access was about, in ids, for its sentence
    Index("ix_act_device_at", "device", "at"),
    Index("ix_act_undoes", "undoes", sqlite_where=Column("undoes", Integer).is_not(None)),
)

cycle = declare(
    "cycle",
    Column("id", Integer, primary_key=True),
    string("kind"),  # nightly | quick | command | letter
    integer("started"),
    integer("finished", null=True),
    integer("act", ForeignKey("act.id"), null=True),  # None: it changed nothing
    string("summary", default=""),  # counts as JSON, no personal data
    Index("ix_cycle_act", "act"),
)

lease = declare(
    "lease",
    Column("name", Text, primary_key=True),
    string("holder"),
    integer("expires"),
)

job = declare(
    "job",  # how the latest run of each job went, where it did not just go well
    Column("name", Text, primary_key=True),
    integer("at"),  # time of its latest end
    integer("failed", null=True),  # since when it fails; None: the latest run went well
    string("sentence", default=""),  # what went wrong, without personal data
)

gauge = declare(
    "gauge",  # how right each member's book probably was, a day at a time
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("day", Text, primary_key=True),  # 2026-11-21, in UTC
    integer("chance", null=True),  # per mille; None where nothing is known
    integer("people"),
    integer("known"),
    integer("fresh", null=True),  # people of whom what is known is fresh; None before this was kept
    integer("ageing", null=True),
)

# --- cards ----------------------------------------------------------------

text = declare(
    "text",  # every octet once
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    integer("safe"),  # 2: may stand in XML as it is, 1: escape it, 0: strip it first
    Column("octets", LargeBinary, nullable=False),
)

book = declare(
    "book",
    Column("id", Integer, primary_key=True),
    string("member", ForeignKey("member.id")),
    string("name"),  # the path segment; `contacts` takes part in the household
    string("displayname"),
    string("properties", default="{}"),  # further WebDAV properties as JSON
    integer("gone", null=True),  # act
    Index(
        "uq_book_member_name",
        "member",
        "name",
        unique=True,
        sqlite_where=Column("gone", Integer).is_(None),
    ),
)

card = declare(
    "card",
    Column("id", Text, primary_key=True),
    string("member", ForeignKey("member.id")),  # the keeper
    integer("book", ForeignKey("book.id")),
    string("uid"),
    string("kind"),  # person | organisation | group
    string("name_key"),  # normalised name, for name-only doubles
    integer("text", ForeignKey("text.id")),
    string("version"),  # 2.1 | 3.0 | 4.0
    string("visibility", default="shared"),  # shared | private | members
    integer(
        "private_device", null=True
    ),  # the device that sent CLASS:PRIVATE; only its removal counts
    integer("added"),  # act
    integer("changed"),  # act
    integer("settles", null=True),  # time until which others do not see it; None: settled
    integer("held", null=True),  # act that holds it from others
    integer("trashed", null=True),  # act
    integer("frozen", null=True),  # act from which on its changes are held: others see it as before
    Index("ix_card_member_uid", "member", "uid"),
    Index("ix_card_name_key", "name_key"),
    Index("ix_card_added", "added"),
    Index("ix_card_trashed", "trashed", sqlite_where=Column("trashed", Integer).is_not(None)),
    Index("ix_card_settles", "settles", sqlite_where=Column("settles", Integer).is_not(None)),
    Index("ix_card_frozen", "frozen", sqlite_where=Column("frozen", Integer).is_not(None)),
)

card_member = declare(
    "card_member",  # visibility `members`: who else may see it
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
)

card_version = declare(
    "card_version",
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("act", Integer, ForeignKey("act.id"), primary_key=True),
    integer("text", ForeignKey("text.id")),
    integer("cosmetic", default="0"),
    Index("ix_card_version_act_card", "act", "card"),
)

fact = declare(
    "fact",  # one property value with its history
    Column("id", Integer, primary_key=True),
    string("card", ForeignKey("card.id")),
    string("property"),
    string("norm"),  # match key
    Column("octets", LargeBinary, nullable=False),  # its lines as written
    string("version"),  # vCard version of those lines
    integer("first", ForeignKey("act.id")),
    integer("last", ForeignKey("act.id")),
    integer("gone", ForeignKey("act.id"), null=True),
    integer("withheld", default="0"),  # its removal does not travel
    string("typed_by", null=True),  # member who typed it; None: the machine brought it
    integer("bulk", default="0"),  # import, first sync: typed some time, nobody knows when
    integer("source", ForeignKey("fact.id"), null=True),  # R6: the fact it was copied from
    integer("previous", ForeignKey("fact.id"), null=True),  # the fact that this one was edited from
    string("visibility", default="shared"),
    Index("ix_fact_card", "card"),
    Index("ix_fact_source", "source"),
    Index("ix_fact_property_norm", "property", "norm"),
)

fact_member = declare(
    "fact_member",  # visibility `members` of one value: who else may see it
    Column("fact", Integer, ForeignKey("fact.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
)

confirmation = declare(
    "confirmation",
    Column("fact", Integer, ForeignKey("fact.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("act", Integer, ForeignKey("act.id"), primary_key=True),  # one may say so again
    string("how"),  # independent | accepted | still-right
)

# --- between cards --------------------------------------------------------

link = declare(
    "link",
    Column("id", Text, primary_key=True),
    string("card_a", ForeignKey("card.id")),  # card_a < card_b
    string("card_b", ForeignKey("card.id")),
    string("verdict"),  # same | apart
    string("scope", default=""),  # empty: whoever sees both; else the one member it holds for
    string("evidence", default="[]"),  # reasons as JSON
    string("member", null=True),  # who said so; None: the machine
    integer("act", ForeignKey("act.id")),
    integer("ended", ForeignKey("act.id"), null=True),
    Index("ix_link_card_a", "card_a"),
    Index("ix_link_card_b", "card_b"),
    Index("ix_link_act_id", "act", "id"),
)

claim = declare(
    "claim",
    Column("id", Integer, primary_key=True),
    string("card", ForeignKey("card.id")),
    string("member", ForeignKey("member.id")),  # whose it is said to be
    string("says"),  # mine | ours | released
    string("said_by"),
    integer("act", ForeignKey("act.id")),
    Index("ix_claim_card", "card"),
)

base = declare(
    "base",  # what two linked cards last agreed on
    Column("id", Integer, primary_key=True),
    string("card_a", ForeignKey("card.id")),
    string("card_b", ForeignKey("card.id")),
    string("property"),
    integer("fact_a", ForeignKey("fact.id")),
    integer("fact_b", ForeignKey("fact.id")),
    integer("act", ForeignKey("act.id")),
    UniqueConstraint("fact_a", "fact_b"),
    Index("ix_base_card_a_card_b", "card_a", "card_b"),
)

operation = declare(
    "operation",  # one step of an act on one card; an origin meets a card at most once, ever
    Column("id", Integer, primary_key=True),
    integer("act", ForeignKey("act.id")),
    integer("origin", ForeignKey("fact.id")),
    string("card", ForeignKey("card.id")),
    string("kind"),  # add | replace | remove | suggest
    integer("fact_before", null=True),
    integer("fact_after", null=True),
    UniqueConstraint("origin", "card"),
    Index("ix_operation_act", "act"),
    Index("ix_operation_card_act", "card", "act"),
)

suggestion = declare(
    "suggestion",
    Column("id", Text, primary_key=True),
    string("author", ForeignKey("member.id")),
    string("card", ForeignKey("card.id")),
    string("property"),
    Column("before", LargeBinary),  # lines as served, or None for an addition
    Column("after", LargeBinary),  # lines as typed, or None for a removal
    string("version", default="3.0"),
    string("state"),  # open | applied | declined | personal | overtaken | collided
    integer("act", ForeignKey("act.id")),
    integer("closed", ForeignKey("act.id"), null=True),
    integer("origin", null=True),  # the fact it came from, where a cycle made it
    integer("held", null=True),  # act that holds it from everybody but its author
    Index("ix_suggestion_card", "card"),
    Index("ix_suggestion_act", "act"),
    Index("ix_suggestion_closed", "closed"),
)

answer = declare(
    "answer",
    Column("key", Text, primary_key=True),  # the question with its values
    string("member", null=True),
    string("choice"),
    integer("act", ForeignKey("act.id")),
    Index("ix_answer_act", "act"),
)
