"""Late changes that met another one: what their author is asked, and what an answer does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import and_, select

from server.contacts.properties import Change, Property
from server.contacts.travel import travel_of
from server.contacts.values import name_of
from server.store.books import get_book, seq_named
from server.store.database import Transaction
from server.store.edits import own_card_instead
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import read_card
from server.store.late import Body, find_body, meeting_of, put_late
from server.store.overlays import COLLIDED, Suggestion, close_suggestion, find_suggestion
from server.store.query import Query, bind
from server.store.schema import act, fact, received, suggestion
from server.store.slots import SlotRow, find_slot, surviving
from server.store.texts import octets_of
from server.store.views import is_hidden

Verdict = Literal["mine", "theirs", "both"]

_MET = (
    select(suggestion.c.id, received.c.id)
    .join(received, received.c.merged == suggestion.c.act)
    .where(suggestion.c.state == COLLIDED)
    .order_by(received.c.act, received.c.id, suggestion.c.id)
)
_COLLIDED: Final = Query(_MET)
_COLLIDED_OF: Final = Query(_MET.where(suggestion.c.author == bind("who")))
_AT: Final = Query(select(act.c.at).where(act.c.id == bind("which")))
_SAYS: Final = Query(
    select(fact.c.typed_by, fact.c.source, fact.c.bulk, act.c.at, act.c.device)
    .join(act, act.c.id == fact.c.last)
    .where(
        and_(
            fact.c.card == bind("of_card"),
            fact.c.property == bind("name"),
            fact.c.norm == bind("key"),
            fact.c.gone.is_(None),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Collision:
    """One change that met another.

    Args:
        change: What the device had, where that is known, and what was typed.
        theirs: What the card says now; None where it was removed.
    """

    suggestion: Suggestion
    change: Change
    theirs: Property | None

    @property
    def name(self) -> str:
        """The name of the property."""
        return self.suggestion.property

    @property
    def takes_both(self) -> bool:
        """Whether both values can stand on one card."""
        return (
            not travel_of(self.name).single
            and self.theirs is not None
            and self.change.after is not None
        )


@dataclass(frozen=True, slots=True)
class Race:
    """One body that lost a race.

    Args:
        standing: The slot that stands for the person now.
        name: What its author's devices call the person.
        at: When the body was sent, in UTC microseconds.
        merged: What else was typed in it and is on the card.
    """

    body: Body
    standing: SlotRow
    at: int
    collisions: tuple[Collision, ...]
    name: str
    merged: tuple[Property, ...]

    @property
    def author(self) -> str:
        """Who typed it."""
        return self.standing.member

    @property
    def has_left(self) -> bool:
        """Whether the person is not in its author's view any more."""
        return self.standing.gone is not None

    @property
    def key(self) -> str:
        """Under which the answer is remembered; says nothing of anybody else's acts (R1)."""
        return f"race {self.collisions[0].suggestion.id}"

    @property
    def asked(self) -> str:
        """What is asked: something else once the card says something else."""
        theirs = [each.theirs.canonical if each.theirs else None for each in self.collisions]
        return f"{self.key} {theirs!r}"


@dataclass(frozen=True, slots=True)
class Said:
    """Who put a value on a card, when and how."""

    typed_by: str | None
    copied: bool
    bulk: bool
    at: int
    device: int | None


def open_races(tx: Transaction, author: str | None) -> Iterator[Race]:
    """The bodies whose collisions wait for an answer, oldest first; of one member, or of all for None."""
    waiting: dict[int, list[Suggestion]] = {}
    met = tx.all(_COLLIDED) if author is None else tx.all(_COLLIDED_OF, who=author)
    for suggestion_id, body_id in met:
        found = find_suggestion(tx, suggestion_id)
        if found is not None:
            waiting.setdefault(body_id, []).append(found)
    for body_id, suggestions in waiting.items():
        body = find_body(tx, body_id)
        race = _race(tx, body, suggestions) if body is not None else None
        if race is not None:
            yield race


def settle_race(tx: Transaction, race: Race, verdicts: Sequence[Verdict]) -> None:
    """Carry out the answers, one per collision, as the author's own changes."""
    changes: list[Change] = []
    for each, verdict in zip(race.collisions, verdicts, strict=True):
        after = each.change.after
        if verdict == "mine":
            changes.append(Change(each.theirs, after))
        elif verdict == "both":
            changes.append(Change(None, after))
        state = "overtaken" if verdict == "theirs" else "applied"
        close_suggestion(tx, each.suggestion.id, state)
    if changes and race.has_left:
        _keep_apart(tx, race)
    elif changes:
        put_late(tx, race.standing, tuple(changes), Typing(race.author), None)


def who_said(tx: Transaction, race: Race, prop: Property) -> Said | None:
    """Who put a value on the author's own card; None where that is not theirs to know, or nobody knows."""
    if not race.standing.own:
        return None
    row = tx.one(_SAYS, of_card=race.standing.card, name=prop.name, key=prop.norm)
    return Said(row[0], row[1] is not None, bool(row[2]), row[3], row[4]) if row else None


def _race(tx: Transaction, body: Body, suggestions: Sequence[Suggestion]) -> Race | None:
    """What is left to ask about a body; None where its person is gone or the card says so by now."""
    addressed = find_slot(tx, body.slot) if body.slot is not None else None
    standing = surviving(tx, addressed) if addressed is not None else None
    if addressed is None or standing is None:
        return None
    sent = tx.one(_AT, which=body.act)
    assert sent is not None
    if standing.gone is not None:
        return _left(tx, body, standing, suggestions, sent[0])
    region = region_of(tx)
    written = read_card(tx, octets_of(tx, body.text))
    meeting = meeting_of(tx, body, addressed, standing, written)
    collisions: list[Collision] = []
    for each in suggestions:
        change = each.change(region)
        theirs, after = meeting.theirs(change), change.after
        if not (meeting.says(after) if after is not None else theirs is None):
            before = change.before if meeting.before is not None else None
            collisions.append(Collision(each, Change(before, after), theirs))
    if not collisions:
        return None
    name = name_of(meeting.current).formatted.strip()
    met = {each.change.after for each in collisions}
    merged = tuple(
        each.after
        for each in meeting.changes
        if each.after is not None and each.after not in met and meeting.says(each.after)
    )
    return Race(body, standing, sent[0], tuple(collisions), name, merged)


def _left(
    tx: Transaction, body: Body, standing: SlotRow, suggestions: Sequence[Suggestion], at: int
) -> Race | None:
    """What is left to ask when its person has left its author's view; None where the author sent them away.

    Nothing of the card is shown any more but the name that the author saw.
    """
    if standing.own or is_hidden(tx, standing.member, standing.card):
        return None
    region = region_of(tx)
    typed = [(each, each.change(region).after) for each in suggestions]
    collisions = tuple(
        Collision(each, Change(None, after), None) for each, after in typed if after is not None
    )
    if not collisions:
        return None
    seen = read_card(tx, octets_of(tx, standing.text)).props
    return Race(body, standing, at, collisions, name_of(seen).formatted.strip(), ())


def _keep_apart(tx: Transaction, race: Race) -> None:
    """What was typed on a card that is not shown any more becomes a private card of its author (R4)."""
    where = get_book(tx, race.standing.book)
    written = read_card(tx, octets_of(tx, race.body.text))
    seq = seq_named(where, race.body.etag)
    own_card_instead(tx, where, race.standing, written, device=race.body.device, seq=seq)
