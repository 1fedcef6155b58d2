"""Groups: lists of cards that belong to one member alone (design rule R5).

A group names its members by the UIDs of its own view's slots. A line whose slot
was joined to another names the survivor, and the former one again once they part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, or_, select

from server.contacts.card import parse, replace_properties
from server.contacts.lines import make_line
from server.contacts.properties import Change, Property, main_line, properties, property_from
from server.contacts.values import text_key
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.query import Query, bind
from server.store.render import own_content
from server.store.schema import card, fact
from server.store.slots import SlotRow, announce, find_slot, slot_of_uid, slots_of_card, surviving
from server.store.texts import octets_of

_URN: Final = "urn:uuid:"
_NAMING: Final = Query(
    select(fact.c.card)
    .join(card, card.c.id == fact.c.card)
    .where(
        and_(
            fact.c.property == "MEMBER",
            or_(fact.c.norm == bind("key"), fact.c.norm == bind("bare")),
            fact.c.gone.is_(None),
            card.c.book == bind("in_book"),
            card.c.kind == "group",
            card.c.trashed.is_(None),
        )
    )
    .distinct()
    .order_by(fact.c.card)
)
_FACT: Final = Query(
    select(fact.c.id, fact.c.norm, fact.c.typed_by, fact.c.previous).where(
        fact.c.id == bind("which")
    )
)
_LIVE: Final = Query(
    select(fact.c.id, fact.c.norm).where(
        and_(fact.c.property == "MEMBER", fact.c.card == bind("of_card"), fact.c.gone.is_(None))
    )
)


@dataclass(slots=True)
class Moves:
    """What happened to slots while views were brought up to date.

    Args:
        groups: Group cards that were written.
        joined: Slots that have a survivor now.
        gone: Slots that were retired before; those that are live now, or have another survivor, have parted.
    """

    groups: tuple[str, ...] = ()
    joined: list[SlotRow] = field(default_factory=list)
    gone: list[SlotRow] = field(default_factory=list)


def follow(tx: Transaction, moves: Moves) -> None:
    """Let groups name what stands for each of their members now, and announce those that changed."""
    for before in moves.gone:
        now = find_slot(tx, before.id) if before.survivor is not None else None
        former = find_slot(tx, before.survivor) if before.survivor is not None else None
        if now is not None and now.survivor != before.survivor and former is not None:
            for row in _groups_naming(tx, surviving(tx, former)):
                _name_again(tx, row, now)
    for slot in moves.joined:
        for row in _groups_naming(tx, slot):
            _name_survivors(tx, row)
    for card_id in moves.groups:
        written = find_card(tx, card_id)
        if written is not None and written.kind == "group" and written.trashed is None:
            _name_survivors(tx, written)


def _name_survivors(tx: Transaction, row: CardRow) -> None:
    """Put the survivor in the place of each retired member of a group.

    A person that is named already is not named twice: the line of the retired
    slot stays, which no device shows, until the two part again.
    """
    region = region_of(tx)
    before = members_of(tx, row)
    named = {key for each in before for key in keys_of_line(each)}
    changes: list[Change] = []
    for each in before:
        slot = slot_named(tx, row.book, each)
        standing = surviving(tx, slot) if slot is not None else None
        if slot is None or standing is None or standing.gone is not None or standing is slot:
            continue
        renamed = _naming(each, standing.uid, region)
        if not named.intersection(keys_of_line(renamed)):
            named.update(keys_of_line(renamed))
            changes.append(Change(each, renamed))
    _rewrite(tx, row, changes, region)


def _name_again(tx: Transaction, row: CardRow, parted: SlotRow) -> None:
    """Take back in one group what joining had made of a member's line, unless it was chosen since."""
    wanted = set(keys_of_uid(parted.uid))
    before = members_of(tx, row)
    if any(wanted.intersection(keys_of_line(each)) for each in before):
        return
    region = region_of(tx)
    for fact_id, norm in tx.all(_LIVE, of_card=row.id):
        former = _followed_from(tx, fact_id, wanted)
        line = next((each for each in before if each.norm == norm), None)
        if former is not None and line is not None:
            change = Change(line, _naming(line, parted.uid, region))
            _rewrite(tx, row, [change], region, is_back=True, previous=former[0])
            return


def members_of(tx: Transaction, row: CardRow) -> tuple[Property, ...]:
    """The lines of a group that name its members."""
    found = properties(parse(octets_of(tx, row.text)), region=region_of(tx))
    return tuple(each for each in found if each.name == "MEMBER")


def _followed_from(
    tx: Transaction, fact_id: int | None, wanted: set[str]
) -> tuple[int | None] | None:
    """What stood before the line that the machine renamed to this one, if it named one of these."""
    while fact_id is not None:
        found = tx.one(_FACT, which=fact_id)
        assert found is not None
        if found[1] in wanted:
            return (found[3],)
        if found[2] is not None:
            return None
        fact_id = found[3]
    return None


def _rewrite(
    tx: Transaction,
    row: CardRow,
    changes: Sequence[Change],
    region: str,
    *,
    is_back: bool = False,
    previous: int | None = None,
) -> None:
    """Change members of a group by machine, and announce it; each new line remembers the one it stands for."""
    if not changes:
        return
    ids = {norm: fact_id for fact_id, norm in tx.all(_LIVE, of_card=row.id)}
    replaced = {
        ("MEMBER", each.after.norm): previous if is_back else ids[each.before.norm]
        for each in changes
        if each.before is not None and each.after is not None
    }
    octets = replace_properties(parse(octets_of(tx, row.text)), changes, region=region)
    change_card(tx, row, read_card(tx, octets), Typing(None, replaced=replaced), device=None)
    _announce(tx, row.id)


def _announce(tx: Transaction, card_id: str) -> None:
    """Serve a group as it is now."""
    row = find_card(tx, card_id)
    assert row is not None
    for slot in slots_of_card(tx, card_id):
        if slot.own and slot.gone is None:
            announce(tx, slot, card_id, own=True, content=own_content(tx, row))


def _groups_naming(tx: Transaction, slot: SlotRow) -> tuple[CardRow, ...]:
    """The groups of a slot's book that name it."""
    key, bare = keys_of_uid(slot.uid)
    found = (
        find_card(tx, each[0]) for each in tx.all(_NAMING, in_book=slot.book, key=key, bare=bare)
    )
    return tuple(row for row in found if row is not None)


def slot_named(tx: Transaction, book_id: int, member: Property) -> SlotRow | None:
    """The slot of the view that a member line names: by its UID, or by UID as a URN."""
    value = member.value
    slot = None
    if value[: len(_URN)].casefold() == _URN:
        slot = slot_of_uid(tx, book_id, value[len(_URN) :])
    return slot or slot_of_uid(tx, book_id, value)


def _naming(member: Property, uid: str, region: str) -> Property:
    """A member line that names somebody else."""
    line = main_line(member.octets)
    assert line is not None
    octets = make_line(line.name, _urn(uid), group=line.group, params=line.params)
    return property_from(octets, version=member.version, region=region)


def slots_named(tx: Transaction, group: CardRow) -> Iterator[SlotRow]:
    """The slots of its view that a group names."""
    for each in members_of(tx, group):
        slot = slot_named(tx, group.book, each)
        if slot is not None:
            yield slot


def _urn(uid: str) -> str:
    return uid if uid.casefold().startswith(_URN) else f"{_URN}{uid}"


def keys_of_line(member: Property) -> tuple[str, str]:
    """The match keys under which a member line is found."""
    key = member.norm
    return (key, key.removeprefix(_URN)) if key.startswith(_URN) else (f"{_URN}{key}", key)


def keys_of_uid(uid: str) -> tuple[str, str]:
    """The match keys of lines that name a UID."""
    return text_key(_urn(uid)), text_key(uid)
