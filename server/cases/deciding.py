"""Answers: the first one settles a case and acts at once, in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.cases.asked import decide_asked
from server.cases.checks import decide_check
from server.cases.children import as_suggestions, reaches_others
from server.cases.disputed import answer_dispute
from server.cases.doubles import Doubles, answer_doubles
from server.cases.families import answer_family
from server.cases.held import decide_hold
from server.cases.listing import CLOSED, Open, find_open, key_of, what_is_asked
from server.cases.offered import answer_offer
from server.cases.piles import answer_piles
from server.cases.raced import answer_race
from server.cases.refusing import no_answer
from server.cases.shapes import Case
from server.cases.telling import answers_of, keys_of
from server.cases.wording import property_word
from server.cycle import accept_suggestion, run_cycle
from server.errors import NotFound, UsageError
from server.reconcile.disputes import Disputed
from server.reconcile.families import FamilyChanged
from server.reconcile.linking import Found
from server.reconcile.operations import (
    Add,
    Agree,
    Difference,
    Offer,
    Operation,
    Remove,
    Replace,
    SamePerson,
    Unagree,
    ValuesDiffer,
    WhichBelong,
)
from server.reconcile.plan import plan
from server.reconcile.snapshot import (
    FactRef,
    Placed,
    Snapshot,
    cards_by_id,
    facts_by_id,
    line_of,
)
from server.saying import said
from server.store.applying import Work, apply_work
from server.store.asking import as_it_is, ask_again
from server.store.database import Actor, Database, Transaction
from server.store.doubts import Check
from server.store.lending import Ask
from server.store.linking import keep_answer, link_cards
from server.store.noting_acts import note_act
from server.store.overlays import Suggestion, close_suggestion
from server.store.races import Race
from server.store.releasing import Hold
from server.store.snapshots import snapshot_near, snapshot_of
from server.store.views import refresh


def decide(
    db: Database, case_id: str, choice: str, *, member: str | None, fresh: bool = False
) -> str:
    """Answer a case; gives a sentence of what happened.

    Args:
        choice: One of the case's choices; for values that differ also
            `PROPERTY=MEMBER`, several of them separated by blanks, for an
            edit that lost a race `PROPERTY=CHOICE`, for a cluster `NUMBER=PILE`, for doubles
            the ids of some of them, or `ID=CHOICE`.
        member: Who answers; None on the command line, for the first who may.
        fresh: As for `open_cases`.

    Raises:
        NotFound: The case is not open, or this member may not answer it.
        UsageError: The choice is none of the case's.
    """
    with db.read() as tx:
        found = find_open(tx, case_id, member, fresh=fresh)
    if found.question is None and choice == "go" and choice in found.case.choices:
        run_cycle(db, kind="letter", member=member or found.case.members[0], releasing=True)
        return "Done: the cards agree now, and what is left are questions."
    with db.write(Actor("decide", member or found.case.members[0])) as tx:
        return answer_open(tx, find_open(tx, case_id, member, fresh=fresh), choice.strip())


def answer_open(tx: Transaction, found: Open, choice: str) -> str:
    """Answer an open case in a transaction; gives a sentence of what happened.

    Raises:
        NotFound: The question is another one by now.
        UsageError: The choice is none of the case's.
    """
    asked = what_is_asked(tx, found)
    if isinstance(found.question, Check):
        done = decide_check(tx, found.question, found.case, choice)
    elif isinstance(found.question, Doubles):
        done, choice = answer_doubles(tx, found.question, found.case, choice, fresh=found.fresh)
    elif choice == "later" and choice in found.case.choices:
        keep_answer(tx, key_of(found), tx.actor.member, "later")
        done = said("Left for later; nothing was changed.")
    elif isinstance(found.question, Hold):  # it ends with its answer, which needs no remembering
        done = decide_hold(tx, found.question, found.case, choice)
    elif isinstance(found.question, Ask):  # so does this
        done = decide_asked(tx, found.question, found.case, choice)
    else:
        done = _answer(tx, found, choice)
        if not isinstance(found.question, Offer):  # that is remembered value by value
            keep_answer(tx, key_of(found), tx.actor.member, choice)
        whole = [key_of(found)] if found.case.kind != "cluster" else []  # piles leave some open
        ask_again(tx, found.case.cards, answered=whole)
    note_act(tx, "decide", choice=choice, **asked)
    return done


def _answer(tx: Transaction, found: Open, choice: str) -> str:
    """Carry an answer out.

    Raises:
        NotFound: The question is another one by now.
        UsageError: The choice is none of the case's.
    """
    question, case = found.question, found.case
    if isinstance(question, Suggestion):
        return _suggestion(tx, question, case, choice)
    if isinstance(question, Race):
        return answer_race(tx, question, case, choice)
    if question is None or isinstance(question, Hold | Ask | Check | Doubles):
        raise no_answer(case, choice)
    now, snapshot = (question, snapshot_of(tx)) if found.fresh else as_it_is(tx, question)
    done = ""
    match now:
        case None:
            raise NotFound(CLOSED)
        case SamePerson():
            return _same_person(tx, now, case, choice)
        case WhichBelong():
            done = answer_piles(tx, snapshot, now, case, choice)
            _agree_at_once(tx, case, now.cards)
            return done
        case ValuesDiffer():
            return _values(tx, snapshot, now, case, choice)
        case Offer():
            done = answer_offer(tx, snapshot, now, case, choice)
        case FamilyChanged():
            done = answer_family(tx, now, case, choice)
        case Disputed():
            done = answer_dispute(tx, now, case, choice)
    if not done:
        raise no_answer(case, choice)
    return done


def _same_person(tx: Transaction, question: SamePerson, case: Case, choice: str) -> str:
    pair = (question.card_a, question.card_b)
    evidence = [each.text for each in question.reasons if not each.against]
    if choice == "different":
        link_cards(
            tx, pair, "apart", scope=question.scope, evidence=evidence, member=tx.actor.member
        )
        refresh(tx, pair)
        return said("{name}: kept as different people, and not asked again.", name=case.title)
    if choice != "same":
        raise no_answer(case, choice)
    link_cards(tx, pair, "same", scope=question.scope, evidence=evidence, member=tx.actor.member)
    refresh(tx, pair)
    _agree_at_once(tx, case, pair)
    return said("{name}: one person now. Each keeps their own name for them.", name=case.title)


def _agree_at_once(tx: Transaction, case: Case, cards: Iterable[str]) -> None:
    """Let cards that were said to be one person agree, where more than one member may know of it.

    What nobody else may know waits for the next cycle, as it would anyway; and so does who else
    is the same person now, which so few cards cannot tell: a name is frequent by all of them.
    """
    if len(case.members) == 1:
        return
    snapshot = snapshot_near(tx, cards)
    made = plan(snapshot, now=tx.now, find=_nobody)
    apply_work(tx, Work(made.operations, facts_by_id(snapshot)))


def _nobody(_: Snapshot) -> Found:
    """Looks for nobody."""
    return (), ()


def _suggestion(tx: Transaction, suggestion: Suggestion, case: Case, choice: str) -> str:
    match choice:
        case "accept":
            accept_suggestion(tx, suggestion, tx.actor.member)
            return said("{name}: accepted; everybody who sees the card has it.", name=case.title)
        case "decline":
            close_suggestion(tx, suggestion.id, "declined")
            return said("{name}: declined; it stays with whoever typed it.", name=case.title)
        case _:
            raise no_answer(case, choice)


def _values(
    tx: Transaction, snapshot: Snapshot, question: ValuesDiffer, case: Case, choice: str
) -> str:
    """Carry out whose values win, property by property."""
    decided = _Decided(snapshot, question)
    if choice == "keep":
        operations = [step for each in question.properties for step in decided.keep(each)]
        done = said("{name}: each keeps their own.", name=case.title)
    elif choice == "both":
        single = [property_word(each.property) for each in question.properties if each.single]
        if single:
            raise UsageError(
                said("Only one can be right; say whose, or keep: {what}.", what=said(single[0]))
            )
        operations = [step for each in question.properties for step in decided.both(each)]
        done = said("{name}: both have both.", name=case.title)
    else:
        winners = _winners(snapshot, question, case, choice)
        operations = [step for each, card in winners for step in decided.follow(each, card)]
        done = said("{name}: the cards agree now.", name=case.title)
    if not reaches_others(tx):
        operations, suggested = as_suggestions(tx.actor.member or "", operations, snapshot)
        if suggested:
            done = said("{name}: suggested to whoever keeps the other card.", name=case.title)
    apply_work(tx, Work(tuple(operations), facts_by_id(snapshot), tx.actor.member))
    return done


def _winners(
    snapshot: Snapshot, question: ValuesDiffer, case: Case, choice: str
) -> list[tuple[Difference, str]]:
    """Whose value wins for which property, as the card that says it.

    Raises:
        UsageError: Somebody named has no card in the case, or several that differ, or a property
            does not differ.
    """
    keepers = [each for each in case.choices if each not in ("keep", "both", "later")]
    keys = keys_of(question.properties)
    cards = cards_by_id(snapshot)
    known = [answers_of(each, cards) for each in question.properties]
    wanted: dict[str, str] = {}
    if choice in keepers:
        for key, each, answers in zip(keys, question.properties, known, strict=True):
            own = [answer for answer in answers if answer.partition("#")[0] == choice]
            if len({_said(snapshot, each, answers[answer]) for answer in own}) > 1:
                raise UsageError(
                    said(
                        "{choice} has {number} cards with different values here; say {which}.",
                        choice=choice,
                        number=str(len(own)),
                        which=" or ".join(f"{key}={answer}" for answer in own),
                    )
                )
            wanted |= {key: answers[own[0]]} if own else {}
    for word in choice.split() if choice not in keepers else ():
        name, equals, answer = word.partition("=")
        place = keys.index(name.upper()) if name.upper() in keys else None
        if not equals or place is None or answer not in known[place]:
            raise no_answer(case, choice)
        wanted[name.upper()] = known[place][answer]
    missing = [key for key in keys if key not in wanted]
    if missing:
        raise UsageError(
            said(
                "Say whose value is right for {which} too, such as {what}={who}.",
                which=", ".join(missing),
                what=missing[0],
                who=next(iter(known[keys.index(missing[0])])),
            )
        )
    return [(each, wanted[key]) for each, key in zip(question.properties, keys, strict=True)]


def _said(snapshot: Snapshot, difference: Difference, card: str) -> object:
    """What a card says in a property that differs; None where it was removed."""
    fact = dict(difference.sides)[card]
    return facts_by_id(snapshot)[fact].prop.canonical if fact is not None else None


@dataclass(frozen=True, slots=True)
class _Decided:
    """Turns an answer about one property into operations on the cards."""

    snapshot: Snapshot
    question: ValuesDiffer

    def follow(self, difference: Difference, winner: str) -> Iterator[Operation]:
        """The other members' cards take the value of one card, or its absence.

        A second card of the same member keeps what it says: own cards are put
        together by their member's tap alone (R8).
        """
        sides = dict(difference.sides)
        wins = sides[winner]
        for card, fact in difference.sides:
            if card == winner or not self._may_reach(card, (winner, wins)):
                continue
            if self._are_one_members(card, winner):
                continue
            yield from self._forget(difference, winner, card)
            if wins is None:
                if fact is not None:
                    yield Remove(card, fact, fact)
                continue
            yield Add(card, wins) if fact is None else Replace(card, fact, wins)
            yield _agree(difference.property, (winner, wins), (card, Placed(card, wins)))
            yield from self._leave_doubles(difference, winner, (card, wins))

    def keep(self, difference: Difference) -> Iterator[Operation]:
        """Both values are right for their cards: the base holds two different facts."""
        for left, right in self._pairs(difference):
            if left[1] is not None and right[1] is not None:
                yield from self._forget(difference, left[0], right[0])
                yield _agree(difference.property, (left[0], left[1]), (right[0], right[1]))

    def both(self, difference: Difference) -> Iterator[Operation]:
        """Every card gets every value that another member's card says."""
        for left, right in self._pairs(difference):
            yield from self._forget(difference, left[0], right[0])
            for (card, fact), (other, _) in ((left, right), (right, left)):
                if fact is not None and self._may_reach(other, (card, fact)):
                    yield Add(other, fact)
                    yield _agree(difference.property, (card, fact), (other, Placed(other, fact)))

    def _leave_doubles(
        self, difference: Difference, winner: str, placed: tuple[str, int]
    ) -> Iterator[Operation]:
        """What the winner's other cards say stays, beside what another member's card says now."""
        card, wins = placed
        for double, fact in difference.sides:
            if double == winner or fact is None or not self._are_one_members(double, winner):
                continue
            yield from self._forget(difference, double, card)
            yield _agree(difference.property, (double, fact), (card, Placed(card, wins)))

    def _pairs(
        self, difference: Difference
    ) -> Iterator[tuple[tuple[str, int | None], tuple[str, int | None]]]:
        """The sides of different members, two by two."""
        for index, left in enumerate(difference.sides):
            for right in difference.sides[index + 1 :]:
                if not self._are_one_members(left[0], right[0]):
                    yield left, right

    def _are_one_members(self, left: str, right: str) -> bool:
        cards = cards_by_id(self.snapshot)
        return cards[left].keeper == cards[right].keeper

    def _may_reach(self, target: str, origin: tuple[str, int | None]) -> bool:
        """Whether everybody who sees a card may see where its new value comes from (R1, R6).

        Only such questions are asked; what an answer does must not hang on that.
        """
        card, fact = origin
        cards = cards_by_id(self.snapshot)
        source = facts_by_id(self.snapshot)[fact] if fact is not None else cards[card]
        return cards[target].seen_by <= source.seen_by

    def _forget(self, difference: Difference, left: str, right: str) -> Iterator[Operation]:
        """End what two cards agreed on before in this property's disputed values."""
        facts = facts_by_id(self.snapshot)
        disputed = {
            each for _, fact in difference.sides for each in line_of(facts.get(fact or 0), facts)
        }
        a, b = sorted((left, right))
        for base in self.snapshot.bases:
            same = (base.card_a, base.card_b, base.property) == (a, b, difference.property)
            if same and ({base.fact_a, base.fact_b} & disputed):
                yield Unagree(a, b, base.property, base.fact_a, base.fact_b)


def _agree(name: str, left: tuple[str, FactRef], right: tuple[str, FactRef]) -> Agree:
    first, second = sorted((left, right), key=lambda side: side[0])
    return Agree(first[0], second[0], name, first[1], second[1])
