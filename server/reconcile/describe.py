"""A plan in plain words: the letter before it is carried out, and one line for every step."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from server.contacts.properties import Property
from server.reconcile.clusters import Clusters
from server.reconcile.operations import (
    Add,
    Agree,
    Confirm,
    Join,
    Offer,
    Operation,
    Plan,
    Question,
    Remove,
    Replace,
    SamePerson,
    Suggest,
    Unagree,
    ValuesDiffer,
    WhichBelong,
)
from server.reconcile.snapshot import Fact, FactRef, Placed, Snapshot, cards_by_id, facts_by_id
from server.saying import N_, NN_, counted, listed, said

_NOUNS: Final = {
    "TEL": NN_("a phone number", "{count} phone numbers"),
    "EMAIL": NN_("a mail address", "{count} mail addresses"),
    "ADR": NN_("an address", "{count} addresses"),
    "URL": NN_("a web address", "{count} web addresses"),
    "IMPP": NN_("a chat address", "{count} chat addresses"),
    "SOCIALPROFILE": NN_("a profile", "{count} profiles"),
    "BDAY": NN_("a birthday", "{count} birthdays"),
    "ANNIVERSARY": NN_("an anniversary", "{count} anniversaries"),
    "ORG": NN_("an employer", "{count} employers"),
    "TITLE": NN_("a job title", "{count} job titles"),
    "ROLE": NN_("a role", "{count} roles"),
}
_MOBILE: Final = NN_("a mobile number", "{count} mobile numbers")
_NUMBERS: Final = (
    *("no", "one", N_("two"), N_("three"), N_("four"), N_("five"), N_("six"), N_("seven")),
    *(N_("eight"), N_("nine"), N_("ten"), N_("eleven"), N_("twelve")),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a plan means for people.

    Attributes:
        common: People of whom at least two members hold a card; the next three make up all.
        agree: Those with nothing to do.
        complete: Those whose cards take something from each other.
        questions: Those of whom somebody has to be asked.
        gains: Per person that is completed, the name and who gains what.
        text: The letter, sentence by sentence.
    """

    common: int
    agree: int
    complete: int
    questions: int
    gains: tuple[tuple[str, str], ...]
    text: tuple[str, ...]


def letter(plan: Plan, snapshot: Snapshot, names: Mapping[str, str], *, viewer: str = "") -> Letter:
    """Say what a plan would do.

    Args:
        plan: Made from this snapshot.
        snapshot: What the plan was made from.
        names: What the members are called, by their ids.
        viewer: The member it is written to, of whose view alone it then speaks; empty for all.
    """
    view = _View(plan, snapshot, names, viewer)
    asked = {card for question in view.questions for card in question.cards}
    gains: list[tuple[str, str]] = []
    questions = agree = changed = 0
    total: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for cards in view.people:
        steps = [step for card in cards for step in view.steps[card]]
        if asked & set(cards):
            questions += 1
        elif steps:
            gained = view.gained(steps)
            changed += sum(not isinstance(step, Add) for step in steps)
            for member, nouns in gained.items():
                total[member] += nouns
            gain = view.gain(gained) or said("one follows the other")
            gains.append((view.called(cards[0]), gain))
        else:
            agree += 1
    common = len(view.people)
    removed = sum(isinstance(step, Remove) for steps in view.steps.values() for step in steps)
    text = _text(view, (common, agree, len(gains), questions), view.gains(total), changed, removed)
    return Letter(common, agree, len(gains), questions, tuple(gains), tuple(text))


def sentences(plan: Plan, snapshot: Snapshot, names: Mapping[str, str]) -> tuple[str, ...]:
    """One line for every operation of a plan, in its order."""
    view = _View(plan, snapshot, names, "")
    return tuple(_sentence(view, operation) for operation in plan.operations)


def question_sentence(question: Question, snapshot: Snapshot, names: Mapping[str, str]) -> str:
    """One line for a question."""
    view = _View(Plan(), snapshot, names, "")
    if isinstance(question, SamePerson):
        why = ", ".join(reason.text for reason in question.reasons)
        one, other = view.card(question.card_a), view.card(question.card_b)
        return f"Are {one} and {other} the same person? ({why})"
    if isinstance(question, WhichBelong):
        called = _listed(list(dict.fromkeys(view.card(cards[0]) for cards in question.people)))
        return f"Which of {called} are the same?"
    if isinstance(question, Offer):
        return f"Does more of {view.card(question.source)} belong on {view.card(question.card)}?"
    what = _listed([_NOUNS[each.property][0].split(" ", 1)[1] for each in question.properties])
    return f"{view.called(question.cards[0])}: which {what} is right?"


class _View:
    """The parts of a plan that a letter speaks of."""

    def __init__(
        self, plan: Plan, snapshot: Snapshot, names: Mapping[str, str], viewer: str
    ) -> None:
        self._facts = facts_by_id(snapshot)
        self._names = names
        self._viewer = viewer
        self._cards = {
            card_id: card
            for card_id, card in cards_by_id(snapshot).items()
            if not viewer or viewer in card.seen_by
        }
        self.questions = [
            question
            for question in plan.questions
            if not isinstance(question, Offer)
            and set(question.cards) <= self._cards.keys()
            and (isinstance(question, ValuesDiffer) or question.scope in self._scopes(question))
        ]
        self.people = self._people(plan, snapshot)
        self.members = sorted({self._cards[c].keeper for cards in self.people for c in cards})
        self.steps: defaultdict[str, list[Add | Replace | Remove]] = defaultdict(list)
        for step in plan.operations:
            if isinstance(step, Add | Replace | Remove) and step.card in self._cards:
                self.steps[step.card].append(step)

    def called(self, card: str) -> str:
        """What the keeper of a card calls its person."""
        return self._cards[card].name.formatted or "somebody without a name"

    def card(self, card: str) -> str:
        """A card, named by its keeper and its person."""
        return f"{self._possessive(self._cards[card].keeper)} {self.called(card)}"

    def member(self, member: str) -> str:
        """What a member is called here."""
        return "you" if member and member == self._viewer else self._names.get(member, member)

    def fact(self, ref: FactRef) -> Fact:
        """The fact, or the one that it will be a copy of."""
        return self._facts[ref.origin if isinstance(ref, Placed) else ref]

    def gained(self, steps: Iterable[Operation]) -> dict[str, Counter[tuple[str, str]]]:
        """Which values each member gains by some additions."""
        found: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for step in steps:
            if isinstance(step, Add):
                keeper = self._cards[step.card].keeper
                found[keeper][_noun(self._facts[step.origin].prop)] += 1
        return found

    def gain(self, gained: Mapping[str, Counter[tuple[str, str]]]) -> str:
        """Who gains what; empty if nobody gains anything."""
        parts = [
            said("you would gain {what}", what=what)
            if member == self._viewer
            else said("{who} would gain {what}", who=self.member(member), what=what)
            for member, what in self._gained(gained)
        ]
        return listed(parts) if parts else ""

    def gains(self, gained: Mapping[str, Counter[tuple[str, str]]]) -> tuple[str, ...]:
        """The same in a sentence for each."""
        return tuple(
            said("You would gain {what}.", what=what)
            if member == self._viewer
            else said("{who} would gain {what}.", who=self.member(member), what=what)
            for member, what in self._gained(gained)
        )

    def others(self) -> list[str]:
        """Who else is spoken of than whom it is written to."""
        return [self.member(each) for each in self.members if each != self._viewer]

    def _gained(self, gained: Mapping[str, Counter[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
        for member in sorted(gained, key=lambda member: (member != self._viewer, member)):
            yield member, listed(_counted(gained[member]))

    def _possessive(self, member: str) -> str:
        return "your" if member == self._viewer else f"{self.member(member)}'s"

    def _scopes(self, question: SamePerson | WhichBelong) -> set[str]:
        return {"", self._viewer} if self._viewer else {"", question.scope}

    def _people(self, plan: Plan, snapshot: Snapshot) -> list[list[str]]:
        """The cards of everybody of whom two members hold one, or perhaps do."""
        clusters = Clusters()
        pairs = [
            *((e.card_a, e.card_b, e.scope) for e in snapshot.links if e.verdict == "same"),
            *((e.card_a, e.card_b, e.scope) for e in plan.operations if isinstance(e, Join)),
            *((e.card_a, e.card_b, e.scope) for each in self.questions for e in _pairs(each)),
        ]
        for card_a, card_b, scope in pairs:
            is_known = not self._viewer or scope in ("", self._viewer)
            if is_known and {card_a, card_b} <= self._cards.keys():
                clusters.connect(card_a, card_b)
        people: defaultdict[str, list[str]] = defaultdict(list)
        for card in sorted(self._cards):
            people[clusters.of(card)].append(card)
        return [
            cards
            for cards in people.values()
            if len({self._cards[card].keeper for card in cards}) > 1
        ]


def _pairs(question: Question) -> tuple[SamePerson, ...]:
    """The pairs of cards that perhaps are one person."""
    match question:
        case SamePerson():
            return (question,)
        case WhichBelong(pairs=pairs):
            return pairs
        case ValuesDiffer() | Offer():
            return ()


def _text(
    view: _View, counts: tuple[int, int, int, int], gains: Sequence[str], changed: int, removed: int
) -> Iterator[str]:
    common, agree, complete, questions = counts
    yield _common(view, common)
    yield said("Their cards were laid side by side, and this is what would be done.")
    yield said("So far nothing has been written anywhere.")
    yield counted(
        "The cards of {number} person agree already.",
        "The cards of {number} people agree already.",
        agree,
    )
    if complete:
        yield counted(
            "The cards of {number} person complete each other.",
            "The cards of {number} people complete each other.",
            complete,
        )
        yield from gains
        if changed:
            yield counted(
                "{number} value follows a change.", "{number} values follow a change.", changed
            )
    yield (
        counted(
            "About {number} person somebody has to be asked. "
            "Each question takes one tap, and can wait.",
            "About {number} people somebody has to be asked. "
            "Each question takes one tap, and can wait.",
            questions,
        )
        if questions
        else said("There are no questions.")
    )
    if removed:
        yield counted(
            "{number} value that a member removed would go from the other cards too.",
            "{number} values that a member removed would go from the other cards too.",
            removed,
        )
    else:
        yield said("Nothing is lost: no value is removed from any phone.")
    yield said("Names, notes, photos and groups stay as each member keeps them.")
    yield said("What is private was not part of this.")


def _common(view: _View, common: int) -> str:
    """How many people more than one of them knows."""
    if not common:
        return said("No two books here hold the same person yet.")
    others = listed(view.others())
    if len(view.others()) < len(view.members):
        return counted(
            "You and {others} have {number} person in common.",
            "You and {others} have {number} people in common.",
            common,
            others=others,
        )
    return counted(
        "{who} have {number} person in common.",
        "{who} have {number} people in common.",
        common,
        who=others,
    )


def _sentence(view: _View, operation: Operation) -> str:
    match operation:
        case Join(card_a=a, card_b=b, reasons=reasons):
            why = ", ".join(reason.text for reason in reasons)
            return f"{view.card(a)} and {view.card(b)} are one person: {why}."
        case Agree(card_a=a, card_b=b, ref_a=ref):
            return f"{view.card(a)} and {view.card(b)} agree on {view.fact(ref).prop.shown}."
        case Unagree(card_a=a, card_b=b, fact_a=ref):
            shown = view.fact(ref).prop.shown
            return f"{view.card(a)} and {view.card(b)} no longer go by {shown}."
        case Add(card=card, origin=origin):
            return f"{view.card(card)} gains {view.fact(origin).prop.shown}."
        case Replace(card=card, fact=fact, origin=origin):
            old, new = view.fact(fact).prop.shown, view.fact(origin).prop.shown
            return f"{view.card(card)} changes {old} to {new}."
        case Remove(card=card, fact=fact):
            return f"{view.card(card)} loses {view.fact(fact).prop.shown}."
        case Confirm(fact=fact, member=member):
            found = view.fact(fact)
            return f"{view.member(member)} confirms {found.prop.shown} on {view.card(found.card)}."
        case Suggest(author=author, card=card, fact=fact, origin=origin):
            what = " to become ".join(
                view.fact(ref).prop.shown for ref in (fact, origin) if ref is not None
            )
            what += " to go" if origin is None else ""
            return f"{view.member(author)} suggests {what} on {view.card(card)}."
        case _:
            assert_never(operation)


def _noun(prop: Property) -> tuple[str, str]:
    return _MOBILE if prop.name == "TEL" and "cell" in prop.types else _NOUNS[prop.name]


def _counted(nouns: Counter[tuple[str, str]]) -> list[str]:
    return [
        counted(one, many, count, count=_number(count))
        for (one, many), count in sorted(nouns.items(), key=lambda item: (-item[1], item[0]))
    ]


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _number(count: int) -> str:
    return said(_NUMBERS[count]) if count < len(_NUMBERS) else f"{count:,}"
