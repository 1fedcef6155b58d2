"""What one cycle looks at: the cards of a household with their facts, links and bases, frozen.

A snapshot is read once by the shell and is all that `plan` ever sees. Times are integer UTC
microseconds; ids of facts are positive integers, ids of cards and members are opaque text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from server.contacts.properties import Property
from server.contacts.values import Name

BRINGS = "*"
"""The scope of a link by which values may be brought to a card, and which is in nobody's view."""

Verdict: TypeAlias = Literal["same", "apart"]
Says: TypeAlias = Literal["mine", "ours", "released"]


@dataclass(frozen=True, slots=True)
class Placed:
    """The fact that a plan will create on `card` from the fact `origin`; it has no id yet."""

    card: str
    origin: int


FactRef: TypeAlias = int | Placed


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one card with its history.

    Attributes:
        confirmed: when a member last typed it or vouched for it; None if nobody ever did.
        bulk: it arrived with an import, a first sync or a mass change.
        source: the fact it was copied from or sent back from; None if it is the member's own.
        previous: the fact of the same card that it was edited from.
        gone: when it left its card; None while it lives.
        withheld: its removal must not travel (a lossy device, a held change, an undo).
        act_kind: the kind of act that made it: "put", "import", "cycle", "web", "undo", ...;
            of an own edit that was undone, the kind of that edit, since undoing it is one.
        seen_by: the members who may see this value now, its keeper included.
    """

    id: int
    card: str
    prop: Property
    first: int
    last: int
    confirmed: int | None
    typed_by: str | None
    bulk: bool
    source: int | None
    previous: int | None
    gone: int | None
    withheld: bool
    act_kind: str
    seen_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class CardState:
    """One card that takes part: shown to others or not, never held, unsettled or in the trash.

    Attributes:
        added: when the card entered its book.
        seen_by: the members who see the card at level `all`, its keeper included.
        facts: what is on the card now.
        former: what was on it and is gone.
        is_me: its keeper's devices call it "me"; who that is for others is theirs to say.
        frozen: its keeper's changes are held: it is as it was before, and nothing is written on it.
    """

    id: str
    keeper: str
    uid: str
    kind: str
    name: Name
    added: int
    seen_by: frozenset[str]
    facts: tuple[Fact, ...]
    former: tuple[Fact, ...] = ()
    is_me: bool = False
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Two cards (in sorted order) that are one person, or are not.

    Attributes:
        scope: empty if it holds for everyone who sees both cards, else the one member it holds
            for, or `BRINGS`.
        machine: made by a cycle, not by a person.
    """

    card_a: str
    card_b: str
    verdict: Verdict
    scope: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """Two facts of two cards (in sorted order) that last stood for each other.

    The facts may be gone by now. Facts with different values mean that both were accepted as
    they are by a person's *keep*.
    """

    card_a: str
    card_b: str
    property: str
    fact_a: int
    fact_b: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a member said about whose person a card is; the latest word of each member counts.

    Attributes:
        act: tells apart what was said at one time, as where a clock stands still.
        name: what the act is called, whatever its number becomes in a replay.
        again: what was said before, where an undo said it once more; None where it was said anew.
    """

    card: str
    member: str
    says: Says
    at: int
    act: int = 0
    name: str = ""
    again: "Claim | None" = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a cycle may know.

    Attributes:
        applied: keys of operations (see `operations.applied_key`) that were ever applied, undone
            or suggested; none of them is planned again.
        settled: keys of questions that were answered; none of them is asked again.
        undone: keys of questions whose answer was undone; no link is made for them by the machine.
        always_ask: the household wants no link made by the machine.
        suggesting: members whose changes are suggestions to everybody else, whosever the person is.
    """

    region: str
    cards: tuple[CardState, ...]
    links: tuple[Link, ...] = ()
    bases: tuple[Base, ...] = ()
    claims: tuple[Claim, ...] = ()
    applied: frozenset[tuple[int, str]] = frozenset()
    settled: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    always_ask: bool = False
    suggesting: frozenset[str] = frozenset()


def cards_by_id(snapshot: Snapshot) -> Mapping[str, CardState]:
    """Return the cards of a snapshot by their ids."""
    return {card.id: card for card in snapshot.cards}


def facts_by_id(snapshot: Snapshot) -> Mapping[int, Fact]:
    """Return all facts of a snapshot, live and gone, by their ids."""
    return {fact.id: fact for card in snapshot.cards for fact in (*card.facts, *card.former)}


def line_of(fact: Fact | None, facts: Mapping[int, Fact]) -> Iterator[int]:
    """Yield the id of a fact and of those it was edited from."""
    while fact is not None:
        yield fact.id
        fact = facts.get(fact.previous) if fact.previous is not None else None
