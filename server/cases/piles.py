"""How a question about several people reads, and what their piles do (design section 5)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from server.cases.refusing import no_answer
from server.cases.shapes import Case, Heap, Joined, Pile
from server.cases.telling import Teller, name_of_card
from server.errors import UsageError
from server.reconcile.clusters import Clusters
from server.reconcile.linking import still_asked
from server.reconcile.operations import SamePerson, WhichBelong
from server.reconcile.snapshot import CardState, Fact, Snapshot, cards_by_id
from server.reconcile.universes import shown_as, universes_of
from server.saying import said
from server.store.database import Transaction
from server.store.linking import keep_answer, link_cards
from server.store.snapshots import snapshot_near
from server.store.views import refresh

LATER: Final = "L"
"""The pile of what is left out of the answer."""
ALONE: Final = "N"
"""Each card that is put there is somebody of their own."""
_LETTERS: Final = "ABCDEFGHIJKMOPQRSTUVWXYZ"
_TOLD: Final = ("TEL", "EMAIL", "BDAY", "ORG", "ADR", "TITLE", "URL", "IMPP")
"""What tells people of one name apart, in this order."""
_TOLD_MOST: Final = 4
_SHARED_MOST: Final = 2


def pile_case(told: Teller, question: WhichBelong, case_id: str) -> Case:
    """The case of several people who may be fewer."""
    doubted = {card for pair in question.pairs for card in (pair.card_a, pair.card_b)}
    keepers = dict.fromkeys(told.member(card) for card in sorted(doubted))
    members = (question.scope,) if question.scope else tuple(keepers)
    facts = {cards: _facts(told, cards, frozenset(members)) for cards in question.people}
    alone = {
        card: _facts(told, (card,), frozenset(members))
        for cards in question.people
        if len(cards) > 1
        for card in cards
    }
    spread = Counter(value for each in facts.values() for value in set(map(_value, each)))
    heaps = [
        _heap(told, cards, pile, alone, [f for f in facts[cards] if spread[_value(f)] < len(facts)])
        for cards, pile in zip(question.people, question.piles, strict=True)
    ]
    heaps.sort(key=lambda each: (each.pile == LATER, each.pile, each.since, each.cards))
    letters = dict.fromkeys(each.pile for each in heaps if each.pile != LATER)
    names = Counter(each.name for each in heaps for _ in each.cards)
    title = max(names, key=lambda name: (names[name], len(name), name))
    number = len(heaps)
    called = title if len(names) == 1 else f"{title} or much alike"
    return Case(
        id=case_id,
        kind="cluster",
        title=title,
        members=members,
        cards=question.cards,
        choices=(*(("piles",) if letters else ()), "same", "different", "later"),
        sentence=f"{number} people called {called}: which of them are the same?",
        heaps=tuple(replace(each, number=index) for index, each in enumerate(heaps, 1)),
        piles=tuple(
            Pile(letter, _shared([facts[each.cards] for each in heaps if each.pile == letter]))
            for letter in _LETTERS[: min(number // 2, len(letters) + 2, len(_LETTERS))]
        ),
    )


def _facts(told: Teller, cards: Sequence[str], answerers: frozenset[str]) -> list[Fact]:
    """What tells somebody apart, each once, of what everybody who may answer sees."""
    found: dict[tuple[str, str], Fact] = {}
    for card in cards:
        for fact in told.cards[card].facts:
            if fact.prop.name in _TOLD and answerers <= fact.seen_by:
                found.setdefault(_value(fact), fact)
    return sorted(found.values(), key=lambda fact: (_TOLD.index(fact.prop.name), fact.id))


def _value(fact: Fact) -> tuple[str, str]:
    return fact.prop.name, fact.prop.norm


def _heap(
    told: Teller,
    cards: tuple[str, ...],
    pile: int | None,
    alone: Mapping[str, Sequence[Fact]],
    facts: Sequence[Fact],
) -> Heap:
    states = [told.cards[card] for card in cards]
    return Heap(
        number=0,
        cards=cards,
        members=tuple(dict.fromkeys(state.keeper for state in states)),
        name=name_of_card(states[0]),
        values=tuple(fact.prop.shown for fact in facts[:_TOLD_MOST]),
        since=min(state.added for state in states),
        pile=LATER if pile is None else _LETTERS[pile],
        joined=tuple(
            Joined(
                state.id,
                state.keeper,
                name_of_card(state),
                tuple(fact.prop.shown for fact in alone[state.id][:_TOLD_MOST]),
            )
            for state in states
            if state.id in alone
        ),
    )


def _shared(known: Sequence[Sequence[Fact]]) -> tuple[str, ...]:
    """What most of a pile have in common."""
    shown = {_value(fact): fact.prop.shown for facts in known for fact in facts}
    held = Counter(_value(fact) for facts in known for fact in facts)
    return tuple(shown[each] for each, many in held.most_common(_SHARED_MOST) if many > 1)


def answer_piles(
    tx: Transaction, snapshot: Snapshot, question: WhichBelong, case: Case, choice: str
) -> str:
    """Cards in one pile become one person, and piles stay apart for good; gives what happened.

    Raises:
        UsageError: The choice is no answer to this case, or puts together who was called different.
    """
    placed = _placed(case, choice)
    sorting = _Sorting(tx, snapshot, question, case, placed)
    sorting.refuse_known_strangers()
    sorting.carry_out()
    refresh(tx, question.cards)
    sorting.put_off_the_rest()
    people = len({pile for pile in placed if pile is not None})
    left = placed.count(None)
    said = "one person now." if people == 1 else f"{people} people now, kept apart for good."
    rest = f" {left} of them {'is' if left == 1 else 'are'} left for later." if left else ""
    return f"{case.title}: {said}{rest}"


def _placed(case: Case, choice: str) -> tuple[str | None, ...]:
    """The pile of each heap, None for those left out.

    Raises:
        UsageError: It is no answer to this case, or places nobody.
    """
    match choice:
        case "same":
            return ("A",) * len(case.heaps)
        case "different":
            words = [f"{each.number}={ALONE}" for each in case.heaps]
        case "piles" if "piles" in case.choices:
            words = [f"{each.number}={each.pile}" for each in case.heaps]
        case _:
            words = choice.split()
    numbers = {str(each.number): index for index, each in enumerate(case.heaps)}
    numbers |= {card: index for index, each in enumerate(case.heaps) for card in each.cards}
    found: list[str | None] = [None] * len(case.heaps)
    for word in words:
        number, equals, pile = word.partition("=")
        pile = pile.upper()
        if not equals or number not in numbers or pile not in (*_LETTERS, ALONE, LATER):
            raise no_answer(case, word)
        index = numbers[number]
        found[index] = None if pile == LATER else f"{ALONE}{index}" if pile == ALONE else pile
    if sum(each is not None for each in found) < 2:
        raise UsageError("Put at least two of them somewhere, or leave the question for later.")
    return tuple(found)


@dataclass(slots=True)
class _Sorting:
    """Carries an answer out, link by link."""

    tx: Transaction
    snapshot: Snapshot
    question: WhichBelong
    case: Case
    placed: Sequence[str | None]
    cards: Mapping[str, CardState] = field(init=False)
    pile_of: Mapping[str, str | None] = field(init=False)

    def __post_init__(self) -> None:
        self.cards = cards_by_id(self.snapshot)
        self.pile_of = {
            card: pile
            for heap, pile in zip(self.case.heaps, self.placed, strict=True)
            for card in heap.cards
        }

    def refuse_known_strangers(self) -> None:
        """Stop where somebody called two of one pile different.

        Raises:
            UsageError: They did; that is undone first.
        """
        known = ("", self.question.scope)  # what somebody said for themselves stops nobody else
        apart = {
            (each.card_a, each.card_b)
            for each in self.snapshot.links
            if each.verdict == "apart" and each.scope in known
        }
        for left, right in combinations(sorted(self.pile_of), 2):
            pile = self.pile_of[left]
            if (left, right) in apart and pile is not None and pile == self.pile_of[right]:
                numbers = [
                    each.number
                    for each in self.case.heaps
                    if {left, right}.intersection(each.cards)
                ]
                raise UsageError(
                    said(
                        "Numbers {one} and {other} were called different people; put them into different piles, or undo that first.",
                        one=str(numbers[0]),
                        other=str(numbers[-1]),
                    )
                )

    def carry_out(self) -> None:
        """Make the links, remember the answers, and put what is left behind everything else."""
        asked = {(pair.card_a, pair.card_b): pair for pair in self.question.pairs}
        together = Clusters()
        for heap in self.case.heaps:
            for other in heap.cards[1:]:
                together.connect(heap.cards[0], other)
        for left, right in (*asked, *self._further(asked)):
            pile = self.pile_of[left]
            if pile is None or self.pile_of[right] is None:
                continue
            if pile != self.pile_of[right]:
                self._link(left, right, "apart", asked.get((left, right)))
            elif together.of(left) != together.of(right):
                together.connect(left, right)
                self._link(left, right, "same", asked.get((left, right)))
        for (left, right), pair in asked.items():
            piles = self.pile_of[left], self.pile_of[right]
            if None not in piles:
                choice = "same" if piles[0] == piles[1] else "different"
                keep_answer(self.tx, pair.key, self.tx.actor.member, choice)

    def put_off_the_rest(self) -> None:
        """What is still open between these cards alone is asked after everything else."""
        now = snapshot_near(self.tx, self.pile_of)
        for question in still_asked(now, self.question.pairs):
            keep_answer(self.tx, question.key, self.tx.actor.member, "later")

    def _further(self, asked: Mapping[tuple[str, str], SamePerson]) -> Iterator[tuple[str, str]]:
        """The other pairs of the cards that were in doubt, so that what is said of them lasts."""
        doubted = sorted({card for pair in asked for card in pair})
        yield from (pair for pair in combinations(doubted, 2) if pair not in asked)

    def _link(self, left: str, right: str, verdict: str, pair: SamePerson | None) -> None:
        reasons = pair.reasons if pair is not None else ()
        link_cards(
            self.tx,
            (left, right),
            verdict,
            scope=pair.scope if pair is not None else self._scope(left, right),
            evidence=[each.text for each in reasons if not each.against],
            member=self.tx.actor.member,
        )

    def _scope(self, left: str, right: str) -> str:
        """For whom it holds: one member alone says it for all only of their own cards."""
        one, other = self.cards[left], self.cards[right]
        scopes = {each.scope for each in universes_of(shown_as(one), shown_as(other))}
        said = self.question.scope
        return "" if "" in scopes and (not said or one.keeper == other.keeper == said) else said
