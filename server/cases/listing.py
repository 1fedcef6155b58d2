"""Which cases are open, for whom: read from what is kept for those who answer, and nobody else's (R1)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from server.access import may_answer
from server.cases.asked import asked_case
from server.cases.checks import find_check
from server.cases.doubles import (
    NAMED_MOST,
    SHOWN_MOST,
    Doubles,
    doubles_case,
    doubles_key,
    groups_of,
)
from server.cases.held import held_case
from server.cases.kept import kept_case
from server.cases.letters import letter_case
from server.cases.marks import marked
from server.cases.raced import race_case
from server.cases.shapes import Case
from server.cases.suggested import suggestion_case, suggestions_with_cards
from server.cases.telling import Teller
from server.errors import NotFound
from server.reconcile.asked import Subject
from server.reconcile.operations import SamePerson
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
from server.store.questions import DOUBLE, contents_of, questions_for, subject_of, told
from server.store.races import Race, open_races
from server.store.releasing import Hold, open_holds

LETTER_KEY: Final = "letter"
CLOSED: Final = (
    "There is no open case of this id; it was answered meanwhile, or its values changed."
)
_LAST: Final = frozenset({"family", "offer"})
"""What is offered, for which nothing waits."""
_SINGLE: Final = 2
"""The place of what is about single people: the letter comes first, then what a device did in one go."""


@dataclass(frozen=True, slots=True)
class Open:
    """One open case with what deciding it needs."""

    case: Case
    question: Subject | Doubles | Suggestion | Race | Hold | Ask | Check | None
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
        places = (
            place for place, each in enumerate(items, 1) if case_id in (each.id, *each.within)
        )
        place = next(places, 0)
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
    opened = _Listing(tx, viewer, fresh=fresh).find(case_id)
    if opened is not None:
        return opened
    found = find_check(tx, case_id, viewer)
    if found is None:
        raise NotFound(CLOSED)
    return Open(*found)


def open_in(tx: Transaction, viewer: str | None, *, fresh: bool = False) -> list[Open]:
    """The open cases of one moment, the most useful first, those put off last."""
    return [each.tell() for each in _items(tx, viewer, fresh=fresh)]


def singles_in(tx: Transaction, member: str, *, fresh: bool = False) -> Iterator[Open]:
    """What several doubles of a member are one question of: all of them, few as they may be, and each alone."""
    yield from _Listing(tx, member, fresh=fresh).singles(member)


@dataclass(frozen=True, slots=True)
class _Item:
    """One case that waits, told only where somebody looks at it.

    Attributes:
        key: Under which its answer is remembered.
        within: The cases that it stands for, each with the key under which its answer is.
    """

    id: str
    key: str
    place: int
    tell: Callable[[], Open]
    within: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which its answers are remembered."""
        return tuple(self.within.values()) or (self.key,)


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
        folded = self._folded(asked)
        within = {key for keys in folded.values() for key in keys}
        asked = [(key, kind) for key, kind in asked if key not in within]
        found = [
            *(() if self._released else self._letter()),
            *self._holds(),
            *self._races(),
            *self._asks(),
            *(self._doubles(member, keys) for member, keys in folded.items()),
            *(self._question(key) for key, kind in asked if kind not in _LAST),
            *self._suggestions(),
            *(self._question(key) for key, kind in asked if kind in _LAST),
        ]
        if self._viewer is None:
            told = [(each, each.tell()) for each in found]
            found = [replace(each, tell=partial(_same, it)) for each, it in told if it.case.members]
        later = put_off(self._tx, {key for each in found for key in each.keys})
        return sorted(found, key=lambda each: (later.issuperset(each.keys), each.place))

    def find(self, wanted: str) -> Open | None:
        """One case with all that a page shows of it, also where it is listed within another one."""
        for each in self.items():
            if each.id == wanted:
                if not each.within:
                    return each.tell()
                member = each.tell().case.members[0]
                return self._tell_doubles(member, each.within, SHOWN_MOST, whole=True)
            if wanted in each.within:
                return self._tell(each.within[wanted])
        return None

    def singles(self, member: str) -> Iterator[Open]:
        """All own doubles as one question, and each alone."""
        keys = tuple(key for key, kind in sorted(self._asked().items()) if kind == DOUBLE)
        if keys:
            within = {case_id(self._tx, key): key for key in keys}
            yield self._tell_doubles(member, within, 0, whole=True)
        for key in keys:
            yield self._tell(key)

    def _folded(self, asked: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """The questions that are one, by whom they are asked of."""
        keys = [key for key, kind in asked if kind == DOUBLE]
        if self._viewer is not None:
            return groups_of((key, self._viewer) for key in keys)
        told_of = {key: told(each, self._region) for key, each in self._contents(keys).items()}
        return groups_of((key, each.asked.members[0]) for key, each in sorted(told_of.items()))

    def _doubles(self, member: str, keys: tuple[str, ...]) -> _Item:
        """Several doubles of one member; the command line is told all of them."""
        within = {case_id(self._tx, key): key for key in keys}
        most = len(keys) if self._viewer is None else NAMED_MOST
        tell = partial(self._tell_doubles, member, within, most)
        return _Item(case_id(self._tx, doubles_key(member)), "", _SINGLE, tell, within)

    def _tell_doubles(
        self, member: str, within: Mapping[str, str], most: int, *, whole: bool = False
    ) -> Open:
        """Own doubles, of which the first are told; those put off come last.

        Args:
            whole: With all that an answer needs.
        """
        later = put_off(self._tx, within.values())
        keys = sorted(within.values(), key=lambda key: (key in later, key))
        pairs = self._pairs(keys if whole else keys[:most])
        told = [(self._tell(key).case, pairs[key]) for key in keys[:most]]
        told.sort(key=lambda each: (each[1].key in later, each[0].title.casefold(), each[0].id))
        name, key = self._names.get(member, member), doubles_key(member)
        case = doubles_case(member, name, len(keys), told, case_id(self._tx, key))
        named = {which: pairs[key] for which, key in within.items() if key in pairs}
        return self._opened(case, Doubles(member, named))

    def _pairs(self, keys: Sequence[str]) -> dict[str, SamePerson]:
        """The two people of each of some doubts."""
        found = {key: subject_of(content) for key, content in self._contents(keys).items()}
        return {key: each for key, each in found.items() if isinstance(each, SamePerson)}

    def _contents(self, keys: Sequence[str]) -> dict[str, str]:
        """What some questions say."""
        if self._fresh is None:
            return contents_of(self._tx, keys)
        return {key: self._fresh[key].content for key in keys}

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
        found = told(self._contents((key,))[key], self._region)
        asked = found.asked
        cards = {each.id: each for each in asked.cards}
        teller = Teller(self._tx.now, cards, self._names, self._lives, found.devices)
        name = case_id(self._tx, key)
        return self._opened(kept_case(teller, asked, name, found.label), asked.subject)

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
        self, case: Case, question: Subject | Doubles | Suggestion | Race | Hold | Ask | None
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
