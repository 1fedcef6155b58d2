"""The second half of the schema: what members' devices are served, what they sent, what is asked and held.

Read `schema.py` first; its tables are named here, and both lie on one metadata.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint

from server.store.tables import declare, integer, string

# --- views ----------------------------------------------------------------

view = declare(
    "view",  # what the devices of one member sync of one book
    Column("book", Integer, ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    string("member", ForeignKey("member.id")),
    string("epoch"),  # random; only a restore makes a new one
    integer("seq", default="0"),
    integer("listed", default="0"),  # the sequence number up to which its entries are in `listed`
)

hidden = declare(
    "hidden",
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    integer("act", ForeignKey("act.id")),
)

slot = declare(
    "slot",
    Column("id", Integer, primary_key=True),
    integer("book", ForeignKey("book.id", ondelete="CASCADE")),
    string("member", ForeignKey("member.id")),
    string("href"),
    string("uid"),
    string("card", ForeignKey("card.id")),  # the source it is made from now, or was last
    integer("own"),  # the source is the viewer's own card, served whole
    integer("survivor", ForeignKey("slot.id"), null=True),
    integer("seq"),
    integer("text", ForeignKey("text.id"), null=True),
    integer("text_3", ForeignKey("text.id"), null=True),  # the same card in 3.0, where text is 4.0
    Column("content", LargeBinary, nullable=True),  # digest of the visible canonical content
    integer("modified"),  # time of the last announcement
    integer("gone", null=True),  # act
    UniqueConstraint("book", "href"),
    Index("ix_slot_book_seq", "book", "seq"),
    Index("ix_slot_book_uid", "book", "uid"),
    Index("ix_slot_card", "card"),
)

shown_value = declare(
    "shown_value",  # values that a member was, or would have been, shown, where no slot of their card says so
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("fact", Integer, ForeignKey("fact.id"), primary_key=True),
)

slot_past = declare(
    "slot_past",  # every text ever served is found by its ETag: the base of a merge
    Column("slot", Integer, ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    integer("text", ForeignKey("text.id"), null=True),
    integer("text_3", ForeignKey("text.id"), null=True),
    integer("act", ForeignKey("act.id")),
)

served = declare(
    "served",
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("slot", Integer, ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True),
    integer("seq"),
    string("version"),  # 3.0 | 4.0: which of the two texts it got
)

listed = declare(
    "listed",  # how an entry of a view is listed and found; worked out when a list first needs it
    Column("slot", Integer, ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True),
    string("member"),
    integer("book", ForeignKey("book.id", ondelete="CASCADE")),
    string("href"),
    string("keeper"),
    string("place"),  # the folded name, by which lists are sorted
    string("name"),
    string("detail"),  # one value that tells namesakes apart
    string("found"),  # what a word of a search may be part of, folded
    string("photo"),  # what its photo is known by; empty for none
    Index(  # all that lists count, page through and are narrowed by
        "ix_listed_member_place_name_href_book_keeper",
        *("member", "place", "name", "href", "book", "keeper"),
    ),
)

asked = declare(
    "asked",  # who sees a name alone asks its keeper for the card
    Column("id", Text, primary_key=True),
    string("card", ForeignKey("card.id")),
    string("member", ForeignKey("member.id")),  # who asks
    integer("act", ForeignKey("act.id")),
    integer("closed", ForeignKey("act.id"), null=True),
    string("choice", default=""),  # once | always | no
    Index("ix_asked_card", "card"),
)

shown_card = declare(
    "shown_card",  # a card that its keeper shows whole to a member who else sees names alone
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    integer("act", ForeignKey("act.id")),
)

received = declare(
    "received",  # bodies that were refused or merged: nothing typed is ever lost
    Column("id", Integer, primary_key=True),
    integer("device", ForeignKey("device.id"), null=True),
    string("member"),
    integer("book", ForeignKey("book.id")),
    string("href"),
    integer("slot", null=True),
    string("etag", default=""),  # the If-Match it named
    integer("status"),
    integer("text", ForeignKey("text.id")),
    integer("act", ForeignKey("act.id")),
    integer("merged", null=True),  # act that merged a refused one; its own where nothing was left
)

# --- what is asked --------------------------------------------------------

question = declare(
    "question",  # made by a cycle or an answer, dropped as soon as it would be asked otherwise
    Column("key", Text, primary_key=True),
    string("kind"),  # same-person | double | cluster | values | offer | family | dispute | letter
    string("content"),  # what is asked, as everybody sees it who may answer, as JSON
)

question_member = declare(
    "question_member",  # who may answer
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("question", Text, ForeignKey("question.key", ondelete="CASCADE"), primary_key=True),
    Index("ix_question_member_question", "question"),
)

question_card = declare(
    "question_card",  # what it is about
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    Column("question", Text, ForeignKey("question.key", ondelete="CASCADE"), primary_key=True),
    string("digest", default=""),  # of a letter: of what its reader sees of the card
    Index("ix_question_card_question", "question"),
)

doubt = declare(
    "doubt",  # own values of which a member is asked whether they are still right, until the next night
    Column("member", Text, ForeignKey("member.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    integer("fact", ForeignKey("fact.id")),
    integer("closed", ForeignKey("act.id"), null=True),  # the act of an answer
)

# --- mass changes ---------------------------------------------------------

counted = declare(
    "counted",  # cards a device made, changed or deleted lately, as far as they count to a mass change
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # made | changed | deleted
    # Who can tell: members' ids, * for all; nobody is told anything of the others' (R1).
    Column("audience", Text, primary_key=True),
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    integer("at"),  # time of the last one
)

hold = declare(
    "hold",  # a mass change of one device, which waits for its member's word
    Column("id", Integer, primary_key=True),
    string("member", ForeignKey("member.id")),
    integer("device", ForeignKey("device.id"), null=True),  # None: a command
    string("kind"),  # made | changed | deleted; stale: a deletion that an edit overtook
    integer("act", ForeignKey("act.id")),
    integer("ended", ForeignKey("act.id"), null=True),
    Index("ix_hold_member", "member", sqlite_where=Column("ended", Integer).is_(None)),
)

hold_card = declare(
    "hold_card",  # one card of a mass change; of a deletion: asked for and not done
    Column("hold", Integer, ForeignKey("hold.id"), primary_key=True),
    Column("card", Text, ForeignKey("card.id"), primary_key=True),
    integer("slot", null=True),  # the slot that was to be deleted
    integer("act", ForeignKey("act.id")),  # the first act that was held
    integer("last", ForeignKey("act.id")),  # the last one; what came later was typed on purpose
    Index("ix_hold_card_card", "card"),
)
