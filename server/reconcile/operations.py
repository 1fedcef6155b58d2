"""What a plan consists of: operations on cards, and questions that only people can answer.

A plan is data. It can be printed, compared and applied; the order of its operations is the
order in which they are to be applied.
"""

from dataclasses import dataclass
from typing import TypeAlias

from server.reconcile.snapshot import FactRef


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two cards are thought to be one person, or not, in words for people.

    Attributes:
        strength: 1 (a hint) to 3 (hard evidence).
        against: it speaks against the two being one.
    """

    text: str
    strength: int
    against: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Link two cards (in sorted order) as one person; `scope` as in `Link`."""

    card_a: str
    card_b: str
    scope: str
    reasons: tuple[Reason, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Agree:
    """Remember that two facts of two cards stand for each other: one new base row."""

    card_a: str
    card_b: str
    property: str
    ref_a: FactRef
    ref_b: FactRef


@dataclass(frozen=True, slots=True)
class Unagree:
    """Forget one base row, named by its two facts."""

    card_a: str
    card_b: str
    property: str
    fact_a: int
    fact_b: int


@dataclass(frozen=True, slots=True)
class Add:
    """Put a copy of the fact `origin` on `card`, with `origin` as its source."""

    card: str
    origin: int


@dataclass(frozen=True, slots=True)
class Replace:
    """Let a copy of the fact `origin` take the place of `fact` on `card`; `previous` is `fact`."""

    card: str
    fact: FactRef
    origin: int


@dataclass(frozen=True, slots=True)
class Remove:
    """Take `fact` off `card`, because the fact `origin` was removed from a linked card."""

    card: str
    fact: int
    origin: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Note that `member` holds the value of `fact` independently."""

    fact: int
    member: str


@dataclass(frozen=True, slots=True)
class Suggest:
    """Offer the keeper of `card` what `author` did on a card of their own.

    Attributes:
        fact: the fact of `card` that would be changed or removed.
        origin: the fact that would take its place; None if it would be removed.
    """

    author: str
    card: str
    fact: int | None
    origin: int | None


OnCard: TypeAlias = Add | Replace | Remove | Suggest
"""What is done on one card."""

Operation: TypeAlias = Join | Agree | Unagree | Confirm | OnCard


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Are these two cards (in sorted order) one person?"""

    key: str
    card_a: str
    card_b: str
    scope: str
    score: float
    reasons: tuple[Reason, ...]

    @property
    def cards(self) -> tuple[str, str]:
        """Both cards."""
        return self.card_a, self.card_b


@dataclass(frozen=True, slots=True)
class WhichBelong:
    """Which of these people, three or more, are the same? One question, answered in piles.

    Attributes:
        people: Their cards, person by person; cards that are one person already go together.
        piles: For each of the people the number of the pile that is proposed, from 0; None where
            too little tells, or two piles fit equally.
        pairs: What is in doubt, pair by pair; an answer is remembered of each of them.
    """

    key: str
    scope: str
    people: tuple[tuple[str, ...], ...]
    piles: tuple[int | None, ...]
    pairs: tuple[SamePerson, ...]

    @property
    def cards(self) -> tuple[str, ...]:
        """All cards of all of them."""
        return tuple(card for cards in self.people for card in cards)


@dataclass(frozen=True, slots=True)
class Difference:
    """One property in which the cards of a person differ.

    Attributes:
        sides: the cards (in sorted order) with their facts; None where it was removed.
        preselected: the card whose value is proposed, None if nothing speaks for either.
        why: the reason for it in words, empty without one.
    """

    property: str
    single: bool
    sides: tuple[tuple[str, int | None], ...]
    preselected: str | None
    why: str


@dataclass(frozen=True, slots=True)
class ValuesDiffer:
    """Which of these values is right? One question per person."""

    key: str
    cards: tuple[str, ...]
    properties: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One member sees more of a person than others may: does it belong on that member's own card?

    Attributes:
        card: The card that lacks it; its keeper alone is asked.
        source: The card that says it.
        facts: What it says, which not everybody may see who sees `card`.
        instead: Of each of them the value of `card` whose place it would take; None beside what is there.
    """

    key: str
    card: str
    source: str
    facts: tuple[int, ...]
    instead: tuple[int | None, ...]

    @property
    def cards(self) -> tuple[str, str]:
        """Both cards."""
        return self.card, self.source


Question: TypeAlias = SamePerson | WhichBelong | ValuesDiffer | Offer


@dataclass(frozen=True, slots=True)
class Skipped:
    """The cards of a person that could not be brought together, and what was raised."""

    cards: tuple[str, ...]
    error: Exception


@dataclass(frozen=True, slots=True)
class Plan:
    """What one cycle will do, and what it has to ask.

    Attributes:
        skipped: The people who are left as they are, by a mistake of ours.
    """

    operations: tuple[Operation, ...] = ()
    questions: tuple[Question, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def applied_key(operation: Operation) -> tuple[int, str] | None:
    """Return the pair that keeps an operation from ever being repeated, None if none is needed.

    What brings a value is named by the value's fact and the card. A removal is named by the fact
    that goes and its own card: the fact that was removed elsewhere may have come to this card
    as an addition before, which has taken that pair.
    """
    match operation:
        case Add(card=card, origin=origin) | Replace(card=card, origin=origin):
            return origin, card
        case Remove(card=card, fact=fact):
            return fact, card
        case Suggest(card=card, fact=fact, origin=origin):
            cause = fact if origin is None else origin
            return None if cause is None else (cause, card)
        case _:
            return None
