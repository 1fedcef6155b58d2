"""What was decided about who is who, for a page: in words, and taken back one by one."""

import json
from dataclasses import dataclass
from itertools import islice

from server.contacts.values import name_of
from server.errors import nobody_there
from server.saying import said
from server.store.cards import find_card, values_for
from server.store.database import Actor, Database, Transaction
from server.store.decisions import Decision, decisions_of, take_back
from server.store.fence import reading_as
from server.store.household import region_of
from server.store.parting import take_out


@dataclass(frozen=True, slots=True)
class End:
    """One of the two cards: what its keeper calls the person."""

    card: str
    keeper: str
    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What holds of two cards; `member` is None where the machine found it."""

    id: str
    ends: tuple[End, End]
    same: bool
    member: str | None
    at: int
    reasons: tuple[str, ...]


def decided(
    db: Database, viewer: str, *, same: bool | None, most: int, after: str = ""
) -> tuple[Decided, ...]:
    """What holds of a member's cards, the latest first.

    Args:
        same: Only one person, or only different people; None for both.
        after: The id of the last one of the page before.
    """
    with reading_as(db, viewer) as tx:
        found = (
            each
            for each in decisions_of(tx, viewer, after)
            if same is None or (each.verdict == "same") == same
        )
        return tuple(_told(tx, viewer, each) for each in islice(found, most))


def reconsider(db: Database, viewer: str, decision: str) -> Decided:
    """Take one of them back; gives what held until then.

    Raises:
        NotFound: Nothing of this id holds, or this member does not decide about it.
        UsageError: The member only reads.
    """
    with db.write(Actor("decide", viewer)) as tx:
        return _told(tx, viewer, take_back(tx, viewer, decision))


def part(db: Database, viewer: str, card_id: str) -> str:
    """Say that a card is somebody else than the other cards of its person; gives a sentence of what happened.

    Raises:
        NotFound: The viewer sees no such card.
        UsageError: It stands alone, the viewer keeps none of the cards, or only reads.
    """
    with db.write(Actor("decide", viewer)) as tx:
        name = _end(tx, viewer, card_id).name or said("A card without a name")
        take_out(tx, viewer, card_id)
        return said("{name}: somebody else now. What was copied stays.", name=name)


def _told(tx: Transaction, viewer: str, each: Decision) -> Decided:
    left, right = (_end(tx, viewer, card) for card in each.cards)
    ends = (left, right) if left.keeper == viewer else (right, left)
    reasons = tuple(str(reason) for reason in json.loads(each.evidence))
    return Decided(each.id, ends, each.verdict == "same", each.member, each.at, reasons)


def _end(tx: Transaction, viewer: str, card_id: str) -> End:
    """One card of a decision.

    Raises:
        NotFound: There is no such card.
    """
    row = find_card(tx, card_id)
    if row is None:
        raise nobody_there()
    props = tuple(each.prop for each in values_for(tx, row, viewer, region_of(tx)))
    return End(card_id, row.member, name_of(props).formatted.strip())
