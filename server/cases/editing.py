"""One card as a form: what it shows, what came back, and what became of it.

The form is made from the text that a member's own devices are served, and says which one; what came
back is merged against that, as a PUT is. Where it meets another edit, the form comes back with both.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from server.access import BOOK_OF_THE_HOUSEHOLD, card_level, may
from server.cases.marks import sealed, unsealed
from server.cases.sheets import (
    PROBLEMS,
    Filled,
    Sheet,
    Words,
    fields_of,
    rows_of,
    typed_in,
)
from server.contacts.card import parse, replace_properties
from server.contacts.entering import MANY, changes_of, leaves_no_name
from server.contacts.lines import escape, make_line
from server.contacts.properties import Change, Property, properties, property_from
from server.errors import NotFound, UsageError, nobody_there
from server.store.books import find_book
from server.store.cards import CardRow, claims_of, find_card, owner_said
from server.store.database import Actor, Database, Transaction
from server.store.household import region_of
from server.store.meeting import Meeting
from server.store.members import get_member, household_of
from server.store.slots import SlotRow, text_at
from server.store.texts import octets_of
from server.store.typed import add_typed, live_slot, put_typed

BARE: Final = b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was typed is kept."""

    card: str
    own: bool
    changed: bool


def open_sheet(
    db: Database, viewer: str, card_id: str, words: Words, filled: Filled | None = None
) -> Sheet:
    """The form of a card as it is, or with what was typed so far.

    Raises:
        NotFound: The viewer sees no such card.
        UsageError: They only read, or see its name alone.
    """
    with db.read() as tx:
        slot, row = _found(tx, viewer, card_id)
        seq = _seq(tx, viewer, slot, filled.base) if filled is not None else slot.seq
        drawn = _Drawn(tx, viewer, slot, row, seq, words)
        return drawn.sheet(filled or Filled())


def new_sheet(db: Database, viewer: str, once: str, words: Words, filled: Filled) -> Sheet:
    """The form of a new card.

    Raises:
        UsageError: The viewer only reads.
    """
    with db.read() as tx:
        _writes(tx, viewer)
    return _blank(viewer, once, filled, words)


def save_sheet(
    db: Database, viewer: str, card_id: str, filled: Filled, words: Words
) -> Saved | Sheet:
    """Keep what was typed on a card; else the form again, with what stands in the way.

    Raises:
        NotFound: The viewer sees no such card.
        UsageError: They only read, or see its name alone.
    """
    with db.write(Actor("put", viewer)) as tx:
        slot, row = _found(tx, viewer, card_id)
        drawn = _Drawn(tx, viewer, slot, row, _seq(tx, viewer, slot, filled.base), words)
        sheet = drawn.sheet(filled)
        if sheet.problems:
            return sheet
        rows = typed_in(drawn.props, filled, words)
        if leaves_no_name(rows):
            return _unnamed(sheet, "name")
        changes = changes_of(rows, drawn.props, region=region_of(tx))
        collided = put_typed(tx, slot, had=drawn.octets, changes=changes) if changes else ()
        if not collided:
            return Saved(slot.card, slot.own, tx.has_acted)
        now = _Drawn(tx, viewer, slot, row, slot.seq, words)
        return now.met(Meeting(drawn.props, now.props, changes), collided)


def add_sheet(db: Database, viewer: str, once: str, filled: Filled, words: Words) -> Saved | Sheet:
    """Add what was typed as a new card of the viewer's, once; else the form again.

    Raises:
        UsageError: The viewer only reads.
    """
    sheet = _blank(viewer, once, filled, words)
    with db.write(Actor("put", viewer)) as tx:
        _writes(tx, viewer)
        if sheet.problems:
            return sheet
        region = region_of(tx)
        changes = changes_of(typed_in((), filled, words), (), region=region)
        if not any(each.after is not None and each.after.name == "FN" for each in changes):
            return _unnamed(sheet, "nothing")
        octets = replace_properties(parse(BARE), _complete(changes, region), region=region)
        book = find_book(tx, viewer, BOOK_OF_THE_HOUSEHOLD)
        assert book is not None
        return Saved(add_typed(tx, book, octets, once=once), own=True, changed=tx.has_acted)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A card as a member's devices were served it at some time, ready to be drawn as a form."""

    tx: Transaction
    viewer: str
    slot: SlotRow
    row: CardRow
    seq: int
    words: Words
    octets: bytes = field(init=False)
    props: tuple[Property, ...] = field(init=False)

    def __post_init__(self) -> None:
        text = text_at(self.tx, self.slot, self.seq, version_4=True)
        if text is None:
            raise NotFound("That form is too old; open it again.")
        octets = octets_of(self.tx, text)
        props = properties(parse(octets), region=region_of(self.tx))
        object.__setattr__(self, "octets", octets)
        object.__setattr__(self, "props", props)

    def sheet(self, filled: Filled) -> Sheet:
        """The form, with what was typed into it."""
        return Sheet(
            card=self.slot.card,
            name=next((each.shown for each in self.props if each.name == "FN"), ""),
            keeper=self.row.member,
            own=self.slot.own,
            base=sealed(self.tx, _purpose(self.viewer, self.slot), self.seq),
            rows=rows_of(self.props, filled, self.words),
            more=filled.more,
            ours=not self.slot.own and owner_said(claims_of(self.tx, self.row.id)) == "",
        )

    def met(self, meeting: Meeting, collided: Sequence[Change]) -> Sheet:
        """The form of the card as it is now, with what was typed on an older one laid over it."""
        fields: dict[str, str] = {}
        meanwhile: dict[str, str] = {}
        added: Counter[str] = Counter()
        met = {_says(each) for each in collided}
        for change in meeting.changes:
            theirs = meeting.theirs(change) if _says(change) in met else change.before
            at = self._place(theirs)
            if at is not None:
                key = f"p{at}"
            elif change.after is not None:
                key = f"n{change.after.name}{added[change.after.name]}"
                added[change.after.name] += 1
            else:
                continue
            if _says(change) in met:
                meanwhile[key] = theirs.shown if theirs is not None else "-"
            fields.update(fields_of(key, change, self.words))
        more = max((added[name] - 1 for name in MANY), default=0)
        sheet = self.sheet(Filled("", fields, max(more, 0)))
        has_file = any(e.after is not None and e.after.name == "PHOTO" for e in meeting.changes)
        rows = (
            replace(e, meanwhile=meanwhile.get(e.key, ""), again=has_file and e.name == "PHOTO")
            for e in sheet.rows
        )
        return replace(sheet, rows=tuple(rows), stale=True)

    def _place(self, prop: Property | None) -> int | None:
        """Where a property stands in the text, if it does."""
        says = prop.canonical if prop is not None else None
        return next((i for i, each in enumerate(self.props) if each.canonical == says), None)


def _says(change: Change) -> tuple[object, object]:
    before, after = change.before, change.after
    return before and before.canonical, after and after.canonical


def _blank(viewer: str, once: str, filled: Filled, words: Words) -> Sheet:
    return Sheet(
        card="",
        name="",
        keeper=viewer,
        own=True,
        base=once,
        rows=rows_of((), filled, words),
        more=filled.more,
    )


def _unnamed(sheet: Sheet, problem: str) -> Sheet:
    """The form again, with what is missing said at its first field."""
    first = replace(sheet.rows[0], problem=("given", PROBLEMS[problem]))
    return replace(sheet, rows=(first, *sheet.rows[1:]))


def _complete(changes: Sequence[Change], region: str) -> list[Change]:
    """A new card with what every program expects: N, and that a firm is one."""
    names = {each.after.name: each.after for each in changes if each.after is not None}
    lines = []
    if "N" not in names and "ORG" in names:
        lines = [make_line("X-ABShowAs", "COMPANY")]
    elif "N" not in names:
        lines = [make_line("N", f";{escape(names['FN'].value)};;;")]
    more = [Change(None, property_from(each, version="3.0", region=region)) for each in lines]
    return [*changes, *more]


def _found(tx: Transaction, viewer: str, card_id: str) -> tuple[SlotRow, CardRow]:
    """The entry of the viewer's book that is made from a card, and the card.

    Raises:
        NotFound: They see no such card.
        UsageError: They only read, see its name alone, or it is a group.
    """
    _writes(tx, viewer)
    slot = live_slot(tx, viewer, card_id)
    row = find_card(tx, slot.card) if slot is not None else None
    if slot is None or row is None:
        raise nobody_there()
    if row.kind == "group":
        raise UsageError("A group is changed on your phone; here single cards are.")
    if not slot.own and card_level(household_of(tx), viewer, row.access) != "all":
        raise UsageError("You see the name alone; ask for the card, then you can change it.")
    return slot, row


def _writes(tx: Transaction, viewer: str) -> None:
    if not may(get_member(tx, viewer).role, "write", own=True, read_only=False):
        raise UsageError("A guest only reads; nothing is changed here.")


def _purpose(viewer: str, slot: SlotRow) -> str:
    return f"edit {viewer} {slot.id}"


def _seq(tx: Transaction, viewer: str, slot: SlotRow, base: str) -> int:
    return unsealed(tx, _purpose(viewer, slot), base)
