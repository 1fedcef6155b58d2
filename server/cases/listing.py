"""Which cases are open, for whom: read from what is kept for those who answer, and nobody else's (R1)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from server.access import may_answer
from server.cases.asked import asked_case
from server.cases.checks import find_check
from server.cases.disputed import dispute_case
from server.cases.families import family_case
from server.cases.held import held_case
from server.cases.letters import letter_case
from server.cases.marks import marked
from server.cases.piles import pile_case
from server.cases.raced import race_case
from server.cases.shapes import Case, Reason
from server.cases.suggested import suggestion_case, suggestions_with_cards
from server.cases.telling import Teller, name_of_card
from server.errors import NotFound
from server.reconcile.asked import Asked, Subject
from server.reconcile.disputes import Disputed
from server.reconcile.families import FamilyChanged
from server.reconcile.operations import SamePerson, ValuesDiffer, WhichBelong
from server.store.asking import fresh_questions, is_current
from server.store.database import Database, Transaction
from server.store.doubts import Check
from server.store.fading import half_lives_of
from server.store.household import is_released, region_of
from server.store.lending import Ask, open_asks
from server.store.linking import put_off
from server.store.members import list_members, member_names
from server.store.noting_acts import name_of_act
from server.store.overlays import Suggestion
from server.store.questions import contents_of, questions_for, told
from server.store.races import Race, open_races
from server.store.releasing import Hold, open_holds

LETTER_KEY: Final = "letter"
CLOSED: Final = (
    "There is no open case of this id; it was answered meanwhile, or its values changed."
)
_FAMILY: Final = "family"
_SINGLE: Final = 2
"""The place of what is about single people: the letter comes first, then what a device did in one go."""


@dataclass(frozen=True, slots=True)
class Open:
    """One open case with what deciding it needs."""

    case: Case
    question: Subject | Suggestion | Race | Hold | Ask | Check | None
    """None for the letter."""
    fresh: bool = False
    """Whether it was worked out at this moment from all cards."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a member, told as far as a page shows it.

    Attributes:
        count: How many cases wait.
        cases: The first of them.
        place: Of the case that was asked for its number among them, 1 for the first; 0 if it is none.
    """

    count: int
    cases: tuple[Case, ...]
    place: int


def open_cases(db: Database, viewer: str | None, *, fresh: bool = False) -> tuple[Case, ...]:
    """The open cases that a member may answer; None for all, as the command line lists them.

    Args:
        fresh: Where the kept questions are not up to date, work out what is asked at this moment,
            which takes a plan.
    """
    with db.read() as tx:
        return tuple(each.case for each in open_in(tx, viewer, fresh=fresh))


def waiting_cases(db: Database, viewer: str, *, most: int, case_id: str = "") -> Waiting:
    """What waits for a member, of which no more is told than a page shows.

    Args:
        most: How many cases to tell.
        case_id: The case whose place is asked for.
    """
    with db.read() as tx:
        items = _items(tx, viewer, fresh=False)
        told = [each.tell() for each in items[:most]]
        ids = [each.id for each in items]
        place = ids.index(case_id) + 1 if case_id in ids else 0
        return Waiting(len(items), tuple(each.case for each in told), place)


def find_case(db: Database, case_id: str, viewer: str | None, *, fresh: bool = False) -> Case:
    """One open case.

    Raises:
        NotFound: It is not open, or this member may not answer it.
    """
    with db.read() as tx:
        return find_open(tx, case_id, viewer, fresh=fresh).case


def find_open(tx: Transaction, case_id: str, viewer: str | None, *, fresh: bool = False) -> Open:
    """One open case with what deciding it needs.

    Raises:
        NotFound: It is not open, or this member may not answer it.
    """
    for each in _items(tx, viewer, fresh=fresh):
        if each.id == case_id:
            return each.tell()
    found = find_check(tx, case_id, viewer)
    if found is None:
        raise NotFound(CLOSED)
    return Open(*found)


def open_in(tx: Transaction, viewer: str | None, *, fresh: bool = False) -> list[Open]:
    """The open cases of one moment, the most useful first, those put off last."""
    return [each.tell() for each in _items(tx, viewer, fresh=fresh)]


@dataclass(frozen=True, slots=True)
class _Item:
    """One case that waits, told only where somebody looks at it.

    Attributes:
        key: Under which its answer is remembered.
    """

    id: str
    key: str
    place: int
    tell: Callable[[], Open]


def _items(tx: Transaction, viewer: str | None, *, fresh: bool) -> list[_Item]:
    """What waits, the most useful first, what was put off last."""
    return _Listing(tx, viewer, fresh=fresh).items()


class _Listing:
    """Puts together what waits for one member, or for everybody, from nothing but what is theirs."""

    def __init__(self, tx: Transaction, viewer: str | None, *, fresh: bool) -> None:
        self._tx = tx
        self._viewer = viewer
        self._released = is_released(tx)
        self._is_fresh = fresh and not (self._released and is_current(tx))
        self._fresh = fresh_questions(tx) if self._is_fresh and self._released else None
        self._members = list_members(tx)
        self._place = {each.id: index for index, each in enumerate(self._members)}
        self._answering = {each.id for each in self._members if may_answer(each.role)}
        self._names = member_names(tx)
        self._region = region_of(tx)
        self._lives = half_lives_of(tx)

    def items(self) -> list[_Item]:
        """What waits, the most useful first, what was put off last."""
        if self._viewer is not None and self._viewer not in self._answering:
            return []
        asked = sorted(self._asked().items()) if self._released else []
        found = [
            *(() if self._released else self._letter()),
            *self._holds(),
            *self._races(),
            *self._asks(),
            *(self._question(key) for key, kind in asked if kind != _FAMILY),
            *self._suggestions(),
            *(self._question(key) for key, kind in asked if kind == _FAMILY),
        ]
        if self._viewer is None:
            told = [(each, each.tell()) for each in found]
            found = [replace(each, tell=partial(_same, it)) for each, it in told if it.case.members]
        later = put_off(self._tx, {each.key for each in found})
        return sorted(found, key=lambda each: (each.key in later, each.place))

    def _asked(self) -> dict[str, str]:
        """The keys of the questions that a cycle or an answer left, each with its kind."""
        if self._fresh is None:
            return questions_for(self._tx, self._viewer)
        return {
            key: each.kind
            for key, each in self._fresh.items()
            if self._viewer is None
            or self._viewer in told(each.content, self._region).asked.members
        }

    def _question(self, key: str) -> _Item:
        return _Item(case_id(self._tx, key), key, _SINGLE, partial(self._tell, key))

    def _tell(self, key: str) -> Open:
        """A question as it is kept, in words."""
        if self._fresh is None:
            content = contents_of(self._tx, (key,))[key]
        else:
            content = self._fresh[key].content
        found = told(content, self._region)
        asked = found.asked
        cards = {each.id: each for each in asked.cards}
        teller = Teller(self._tx.now, cards, self._names, self._lives, found.devices)
        name = case_id(self._tx, key)
        return self._opened(_case(teller, asked, name, found.label), asked.subject)

    def _letter(self) -> Iterator[_Item]:
        """The letter that releases the household's first cycle."""
        case = letter_case(
            self._tx,
            case_id(self._tx, LETTER_KEY),
            tuple(each.id for each in self._members if each.role == "adult"),
            viewer=self._viewer,
            fresh=self._is_fresh,
        )
        if case is not None:
            yield self._item(case, None, 0)

    def _holds(self) -> Iterator[_Item]:
        for each in open_holds(self._tx, self._viewer):
            if (
                self._released or each.kind != "made"
            ):  # of new cards the letter speaks, which releases them
                case = held_case(self._tx, each, case_id(self._tx, each.key))
                yield self._item(case, each, 1 if case.kind.startswith("mass-") else _SINGLE)

    def _races(self) -> Iterator[_Item]:
        for each in open_races(self._tx, self._viewer):
            case = race_case(self._tx, self._names, each, case_id(self._tx, each.asked))
            yield self._item(case, each, _SINGLE)

    def _asks(self) -> Iterator[_Item]:
        for each in open_asks(self._tx, self._viewer):
            case = asked_case(self._tx, self._names, each, case_id(self._tx, each.key))
            yield self._item(case, each, _SINGLE)

    def _suggestions(self) -> Iterator[_Item]:
        """Suggestions wait for the keeper of the card they are about."""
        for each, card, devices in suggestions_with_cards(self._tx, self._viewer):
            teller = Teller(self._tx.now, {card.id: card}, self._names, self._lives, devices)
            key, case = suggestion_case(self._tx, teller, each, self._region)
            case = replace(case, id=case_id(self._tx, key))
            yield self._item(case, each, _SINGLE)

    def _item(
        self, case: Case, question: Suggestion | Race | Hold | Ask | None, place: int
    ) -> _Item:
        """A case that is told already."""
        opened = self._opened(case, question)
        return _Item(case.id, key_of(opened), place, partial(_same, opened))

    def _opened(
        self, case: Case, question: Subject | Suggestion | Race | Hold | Ask | None
    ) -> Open:
        """A case with those who may answer it, and choices named after members, in the order in which they joined."""
        place = self._place
        members = sorted(self._answering.intersection(case.members), key=lambda each: place[each])
        choices = sorted(case.choices, key=lambda each: place.get(each, len(place)))
        case = replace(case, members=tuple(members), choices=tuple(choices))
        return Open(case, question, self._fresh is not None)


def _same(opened: Open) -> Open:
    """A case that is told already."""
    return opened


def key_of(each: Open) -> str:
    """Under which key the answer to a case is remembered."""
    if each.question is None:
        return LETTER_KEY
    return (
        f"suggestion {each.question.id}"
        if isinstance(each.question, Suggestion)
        else each.question.key
    )


def what_is_asked(tx: Transaction, each: Open) -> dict[str, str]:
    """A question in words that a replay finds it by: its key, or what was held and when that began."""
    if isinstance(each.question, Hold):
        held = each.question
        begun = name_of_act(tx, held.begun)
        return {"hold": f"{held.kind} {begun}", "cards": " ".join(e.card for e in held.cards)}
    return {"question": key_of(each)}


def case_id(tx: Transaction, key: str) -> str:
    """The id of a question: the same for all who may answer it, and nobody else can make it."""
    return marked(tx, key)


def _case(told: Teller, asked: Asked, name: str, device: str) -> Case:
    """A kept question in words."""
    match asked.subject:
        case SamePerson():
            return _same_person(told, asked, asked.subject, name)
        case WhichBelong():
            return pile_case(told, asked.subject, name)
        case ValuesDiffer():
            return _values(told, asked, asked.subject, name)
        case FamilyChanged():
            return family_case(told, asked.subject, name, device)
        case Disputed():
            return dispute_case(told, asked.subject, name)


def _same_person(told: Teller, asked: Asked, question: SamePerson, name: str) -> Case:
    cards, members = question.cards, asked.members
    names = [name_of_card(told.cards[each]) for each in cards]
    reasons = sorted(question.reasons, key=lambda each: (each.against, -each.strength))
    why = next((each.text for each in reasons if not each.against), "")
    return Case(
        id=name,
        kind="same-person",
        title=told.title(cards),
        members=members,
        cards=cards,
        choices=("same", "different", "later"),
        sentence=f"{names[0]} and {names[1]}: the same person?"
        + (f" {why[0].upper()}{why[1:]}." if why else ""),
        sides=told.sides(cards, frozenset(members)),
        reasons=tuple(Reason(each.text, each.strength, each.against) for each in reasons),
        preview=told.preview(cards, frozenset(members)),
    )


def _values(told: Teller, asked: Asked, question: ValuesDiffer, name: str) -> Case:
    keepers = tuple(dict.fromkeys(told.member(each) for each in question.cards))
    multiple = any(not each.single for each in question.properties)
    choices = told.choices(question.properties)
    words = ", ".join(
        dict.fromkeys(
            each.label if each.label.startswith("E-") else each.label.lower() for each in choices
        )
    )
    return Case(
        id=name,
        kind="values",
        title=told.title(question.cards[:1]),
        members=asked.members,
        cards=question.cards,
        choices=(*keepers, "keep", *(("both",) if multiple else ())),
        sentence=f"{told.title(question.cards[:1])}: which is right, {words}?",
        sides=told.sides(question.cards, frozenset(keepers)),
        questions=choices,
    )
