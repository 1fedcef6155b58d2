"""The statements that a first answer may need, in Core; their text stands compiled in `compiled`.

Importing SQLAlchemy takes longer than a whole cold start may, so the modules
that run these import the text alone. Whoever changes something here, or in
`schema`, writes the text anew:

    python -m server.store.hot
"""

from pathlib import Path
from typing import Final

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateIndex, CreateTable

from server.store.query import DIALECT, Query, bind, inserting
from server.store.schema import (
    act,
    book,
    card,
    device,
    device_property,
    member,
    metadata,
    served,
    setting,
    share,
    shown_card,
    slot,
    text,
    view,
)
from server.store.statement import Value

FOLDER: Final = Path(__file__).parent
COMPILED: Final = FOLDER / "compiled.py"
SCHEMA: Final = FOLDER / "schema.sql"

# --- acts and settings ----------------------------------------------------

INSERT_ACT = inserting(act, "kind", "member", "device", "at", "undoes", "name")
NOTE_ABOUT = Query(update(act).where(act.c.id == bind("which")).values(about=bind("words")))
ABOUT = Query(select(act.c.about).where(act.c.id == bind("which")))
GET_SETTING = Query(select(setting.c.value).where(setting.c.key == bind("name")))
_SETTING = insert(setting).values(key=bind("name"), value=bind("content"))
UPSERT_SETTING = Query(
    _SETTING.on_conflict_do_update(index_elements=["key"], set_={"value": _SETTING.excluded.value})
)

# --- members --------------------------------------------------------------

_MEMBER = (
    member.c.id,
    member.c.name,
    member.c.role,
    member.c.shares,
    member.c.password_hash,
    member.c.paused,
)
LIST_MEMBERS = Query(select(*_MEMBER).where(member.c.gone.is_(None)).order_by(member.c.joined))
FIND_MEMBER = Query(
    select(*_MEMBER).where(and_(member.c.id == bind("who"), member.c.gone.is_(None)))
)
ALL_MEMBERS = Query(
    select(
        member.c.id,
        member.c.role,
        member.c.shares,
        member.c.gone,
        member.c.name,
        member.c.joined,
        member.c.paused,
    ).order_by(member.c.joined)
)
INSERT_MEMBER = inserting(member, "id", "name", "role", "shares", "joined")
UPDATE_MEMBER = Query(
    update(member)
    .where(member.c.id == bind("who"))
    .values(name=bind("new_name"), role=bind("new_role"), shares=bind("new_shares"))
)
SET_PASSWORD = Query(
    update(member).where(member.c.id == bind("who")).values(password_hash=bind("content"))
)
GET_PASSWORD = Query(select(member.c.password_hash).where(member.c.id == bind("who")))
LIST_SHARES = Query(select(share.c.from_member, share.c.to_member, share.c.level))
LIST_SHARES_TO = Query(
    select(share.c.from_member, share.c.to_member, share.c.level).where(
        share.c.to_member == bind("taker")
    )
)
LIST_SHOWN = Query(select(shown_card.c.card, shown_card.c.member))
LIST_SHOWN_TO = Query(
    select(shown_card.c.card, shown_card.c.member).where(shown_card.c.member == bind("taker"))
)
_SHARE = insert(share).values(from_member=bind("giver"), to_member=bind("taker"), level=bind("how"))
UPSERT_SHARE = Query(
    _SHARE.on_conflict_do_update(
        index_elements=["from_member", "to_member"], set_={"level": _SHARE.excluded.level}
    )
)
CARDS_OF_MEMBER = Query(select(card.c.id).where(card.c.member == bind("who")))

# --- devices --------------------------------------------------------------

_DEVICE = select(
    device.c.id,
    device.c.member,
    device.c.label,
    device.c.read_only,
    device.c.speaks_4,
    member.c.role,
    device.c.user_agent,
    device.c.last_seen,
).join(member, member.c.id == device.c.member)
DEVICE_BY_SECRET = Query(
    _DEVICE.where(
        and_(
            device.c.secret_hash == bind("digest"),
            device.c.member == bind("who"),
            device.c.revoked.is_(None),
            member.c.gone.is_(None),
        )
    )
)
DEVICE_BY_ID = Query(_DEVICE.where(and_(device.c.id == bind("which"), device.c.revoked.is_(None))))
LIST_DEVICES = Query(
    _DEVICE.where(and_(device.c.member == bind("who"), device.c.revoked.is_(None))).order_by(
        device.c.id
    )
)
INSERT_DEVICE = inserting(device, "member", "label", "secret_hash", "read_only", "created")
REVOKE_DEVICE = Query(
    update(device).where(device.c.id == bind("which")).values(revoked=bind("by_act"))
)
SPEAKS_4 = Query(update(device).where(device.c.id == bind("which")).values(speaks_4=1))
TOUCH_DEVICE = Query(
    update(device)
    .where(device.c.id == bind("which"))
    .values(user_agent=bind("agent"), last_seen=bind("at"))
)
DEVICE_LABEL = Query(select(device.c.label).where(device.c.id == bind("which")))
SENT_PROPERTIES = Query(
    select(device_property.c.name).where(device_property.c.device == bind("which"))
)
INSERT_SENT_PROPERTY = Query(
    insert(device_property)
    .values(device=bind("which"), name=bind("property_name"))
    .on_conflict_do_nothing()
)
COUNT_DEVICES = Query(select(func.count()).select_from(device).where(device.c.revoked.is_(None)))

# --- books and their slots ------------------------------------------------

_BOOK = (
    select(book.c.id, book.c.member, book.c.name, book.c.displayname, view.c.epoch, view.c.seq)
    .join(view, view.c.book == book.c.id)
    .where(book.c.gone.is_(None))
)
FIND_BOOK = Query(_BOOK.where(and_(book.c.member == bind("who"), book.c.name == bind("title"))))
LIST_BOOKS = Query(_BOOK.where(book.c.member == bind("who")).order_by(book.c.id))
GET_BOOK = Query(_BOOK.where(book.c.id == bind("which")))
IS_MEMBER = Query(
    select(member.c.id).where(and_(member.c.id == bind("who"), member.c.gone.is_(None)))
)
INSERT_BOOK = inserting(book, "member", "name", "displayname", "properties")
INSERT_VIEW = inserting(view, "book", "member", "epoch")
DROP_BOOK = Query(update(book).where(book.c.id == bind("which")).values(gone=bind("by_act")))
BOOK_PROPERTIES = Query(
    select(book.c.displayname, book.c.properties).where(book.c.id == bind("which"))
)
SET_BOOK_PROPERTIES = Query(
    update(book)
    .where(book.c.id == bind("which"))
    .values(displayname=bind("title"), properties=bind("content"))
)
_IN_BOOK = and_(slot.c.book == bind("which"), slot.c.gone.is_(None))
LIST_SLOTS = Query(select(slot.c.href, slot.c.seq).where(_IN_BOOK).order_by(slot.c.seq))
ANY_SLOT = Query(select(slot.c.id).where(_IN_BOOK).limit(1))
COUNT_SLOTS = Query(select(func.count()).select_from(slot).where(_IN_BOOK))
CHANGES = Query(
    select(slot.c.href, slot.c.seq, slot.c.gone.is_not(None))
    .where(and_(slot.c.book == bind("which"), slot.c.seq > bind("since")))
    .order_by(slot.c.seq)
)
_ENTRY = select(
    slot.c.id, slot.c.href, slot.c.uid, slot.c.seq, text.c.octets, text.c.safe, slot.c.modified
).where(_IN_BOOK)
_AS_WRITTEN = _ENTRY.join(text, text.c.id == slot.c.text)
_IN_3 = _ENTRY.join(text, text.c.id == func.coalesce(slot.c.text_3, slot.c.text))
LOAD_AS_WRITTEN = Query(_AS_WRITTEN.where(slot.c.href == bind("name")))
LOAD_IN_3 = Query(_IN_3.where(slot.c.href == bind("name")))
LOAD_ALL_AS_WRITTEN = Query(_AS_WRITTEN.order_by(slot.c.seq))
LOAD_ALL_IN_3 = Query(_IN_3.order_by(slot.c.seq))
_SERVED = insert(served).values(
    device=bind("on_device"), slot=bind("in_slot"), seq=bind("at_seq"), version=bind("in_version")
)
UPSERT_SERVED = Query(
    _SERVED.on_conflict_do_update(
        index_elements=["device", "slot"],
        set_={"seq": _SERVED.excluded.seq, "version": _SERVED.excluded.version},
    )
)

_HEAD: Final = '''\
"""The text of the statements in `hot`, so that a first answer need not wait for SQLAlchemy.

Written by `python -m server.store.hot`; never by hand. A test compares the two.
"""

from typing import Final

from server.store.statement import Statement
'''


def compiled_text() -> str:
    """What `compiled.py` must hold."""
    queries = {name: each for name, each in globals().items() if isinstance(each, Query)}
    return "\n".join((_HEAD, *(_constant(name, each) for name, each in queries.items()), ""))


def schema_text() -> str:
    """What `schema.sql` must hold: the statements that make the current schema, in order."""
    tables = [
        str(CreateTable(table).compile(dialect=DIALECT)).strip() for table in metadata.sorted_tables
    ]
    indexes = [
        str(CreateIndex(index).compile(dialect=DIALECT)).strip()
        for table in metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda each: str(each.name))
    ]
    script = ";\n".join((*tables, *indexes, "")).replace("\n)\n STRICT", "\n) STRICT")
    head = "-- Written by `python -m server.store.hot` from `schema.py`, which says why; never by hand."
    return "\n".join(
        (head, *(line.rstrip().replace("\t", "    ") for line in script.splitlines()), "")
    )


def _constant(name: str, query: Query) -> str:
    """One statement as a constant, laid out as `ruff format` wants it."""
    sql = f'"""\n{query.sql}\n"""'
    if not query.fixed:
        return f"{name}: Final = Statement({sql})"
    fixed = ", ".join(f'"{key}": {_literal(value)}' for key, value in query.fixed.items())
    return f"{name}: Final = Statement(\n    {sql},\n    {{{fixed}}},\n)"


def _literal(value: Value) -> str:
    assert value is None or isinstance(value, int), "ruff would quote a text in its own way"
    return repr(value)


if __name__ == "__main__":
    COMPILED.write_text(compiled_text(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
