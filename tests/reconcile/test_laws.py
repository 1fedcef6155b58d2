"""Laws of a cycle that hold for every household and every history of it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from server.contacts.travel import travel_of
from server.reconcile.merging import value_key
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
from server.reconcile.plan import plan
from server.reconcile.snapshot import Fact, Snapshot
from tests.reconcile.model import apply, card, clock, cycle, household, same, values
from tests.reconcile.strategies import (
    THREE,
    edited,
    edits_of_three,
    edits_of_two,
    histories,
    renamed,
)

households = histories() | histories(THREE)


def planned(snapshot: Snapshot) -> Plan:
    return plan(snapshot, now=clock(snapshot))


def facts_of(snapshot: Snapshot) -> dict[int, Fact]:
    return {f.id: f for each in snapshot.cards for f in (*each.facts, *each.former)}


@given(households)
def test_a_second_cycle_does_nothing_and_asks_the_same(snapshot: Snapshot) -> None:
    first = planned(snapshot)
    after = apply(snapshot, first)
    second = planned(after)
    assert second.operations == ()
    assert {q.key for q in second.questions} == {q.key for q in first.questions}


@given(households, st.randoms(use_true_random=False))
def test_no_order_matters(snapshot: Snapshot, random: st.randoms) -> None:  # type: ignore[valid-type]
    def shuffled(items: Iterable[object]) -> tuple[object, ...]:
        found = list(items)
        random.shuffle(found)  # type: ignore[attr-defined]
        return tuple(found)

    mixed = replace(
        snapshot,
        cards=shuffled(replace(c, facts=shuffled(c.facts)) for c in snapshot.cards),  # type: ignore[arg-type]
        links=shuffled(snapshot.links),  # type: ignore[arg-type]
        bases=shuffled(snapshot.bases),  # type: ignore[arg-type]
        claims=shuffled(snapshot.claims),  # type: ignore[arg-type]
    )
    assert planned(mixed) == planned(snapshot)


@given(histories())
def test_swapping_the_members_swaps_the_plan(snapshot: Snapshot) -> None:
    def swap(name: str) -> str:
        return name.replace("anna", "?").replace("ben", "anna").replace("?", "ben")

    swapped = cycle(renamed(snapshot, swap))
    straight = renamed(cycle(snapshot), swap)
    for each in straight.cards:
        assert values(swapped, each.id) == values(straight, each.id)


@given(households)
def test_nothing_is_invented(snapshot: Snapshot) -> None:
    after = cycle(snapshot)
    before = {fact.prop.canonical for each in snapshot.cards for fact in each.facts}
    assert {fact.prop.canonical for each in after.cards for fact in each.facts} <= before


@given(households)
def test_a_value_goes_only_where_everyone_may_see_its_source(snapshot: Snapshot) -> None:
    cards, facts = {each.id: each for each in snapshot.cards}, facts_of(snapshot)
    for operation in planned(snapshot).operations:
        match operation:
            case Add(card=target, origin=origin) | Replace(card=target, origin=origin):
                assert cards[target].seen_by <= facts[origin].seen_by


@given(households)
def test_personal_values_stay_as_they_are(snapshot: Snapshot) -> None:
    after = {each.id: each for each in cycle(snapshot).cards}
    for each in snapshot.cards:
        kept = {f.id for f in each.facts if travel_of(f.prop.name).flow == "stays"}
        assert kept <= {f.id for f in after[each.id].facts}


@given(households)
def test_no_value_vanishes_that_nobody_took_away(snapshot: Snapshot) -> None:
    """What the machine takes off a card was changed or removed by a member on another, maybe by way of a third."""
    facts = facts_of(snapshot)
    operations = planned(snapshot).operations
    taken_off = {each.fact: each.origin for each in operations if isinstance(each, Remove)}
    for operation in operations:
        if isinstance(operation, Remove):
            origin, ways = operation.origin, dict(taken_off)
            while origin in ways:
                origin = ways.pop(origin)
            assert facts[origin].gone is not None
        if isinstance(operation, Replace):
            assert facts[operation.origin].previous is not None or any(
                f.gone is not None for f in facts.values() if f.card == facts[operation.origin].card
            )


def reached(snapshot: Snapshot, card_id: str) -> set[tuple[str, str]]:
    """The ways to reach somebody that a card knows."""
    card = next(each for each in snapshot.cards if each.id == card_id)
    return {value_key(f.prop) for f in card.facts if travel_of(f.prop.name).flow == "adds"}


def is_in_agreement(snapshot: Snapshot) -> bool:
    """Whether all cards know the same ways to reach somebody.

    Different is only what is asked about, and what a keeper took off before the cards had ever
    agreed on it: an older copy does not bring it back.
    """
    known = [reached(snapshot, each.id) for each in snapshot.cards]
    asked = {
        value_key(facts_of(snapshot)[fact].prop)
        for question in planned(snapshot).questions
        if isinstance(question, ValuesDiffer)
        for difference in question.properties
        for _, fact in difference.sides
        if fact is not None
    }
    taken = {value_key(f.prop) for each in snapshot.cards for f in each.former}
    everybody = set.intersection(*known)
    somebody = set.union(*known)
    return somebody - everybody <= asked | taken


@given(edits_of_two())
def test_any_interleaving_of_edits_converges(edits: list[tuple[str, ...]]) -> None:
    snapshot = household(card("anna-1"), card("ben-1"), links=(same("anna-1", "ben-1"),))
    for who, what, line in edits:
        snapshot = edited(snapshot, who, what, line)
    assert is_in_agreement(cycle(snapshot))


@given(edits_of_three())
def test_any_interleaving_of_the_edits_of_three_converges(
    edits: tuple[list[list[str]], list[tuple[str, ...]]],
) -> None:
    cards = [
        card(f"{member}-1", *said, seen_by=THREE)
        for member, said in zip(THREE, edits[0], strict=True)
    ]
    links = tuple(same(left.id, right.id) for left, right in combinations(cards, 2))
    snapshot = cycle(household(*cards, links=links))
    for who, what, line in edits[1]:
        snapshot = edited(snapshot, who, what, line)
    assert is_in_agreement(cycle(snapshot))


@given(edits_of_two(cycles=True))
def test_edits_one_at_a_time_need_no_question(edits: list[tuple[str, ...]]) -> None:
    snapshot = household(card("anna-1"), card("ben-1"), links=(same("anna-1", "ben-1"),))
    for who, what, line in edits:
        snapshot = cycle(edited(snapshot, who, what, line))
        assert not planned(snapshot).questions
        assert reached(snapshot, "anna-1") == reached(snapshot, "ben-1")


def for_member(made: Plan, snapshot: Snapshot, member: str) -> tuple[object, object]:
    """What a plan does to a member's cards, and what it asks that member."""
    own = {each.id for each in snapshot.cards if each.keeper == member}
    facts = facts_of(snapshot)

    def touches(operation: Operation) -> bool:
        match operation:
            case Add(card=which) | Replace(card=which) | Remove(card=which) | Suggest(card=which):
                return which in own
            case Confirm(fact=fact):
                return facts[fact].card in own
            case Join(card_a=a, card_b=b, scope=scope):
                seen = [c.seen_by for c in snapshot.cards if c.id in (a, b)]
                return scope in ("", member) and all(member in each for each in seen)
            case Agree() | Unagree():
                return False

    def may_answer(question: Question) -> bool:
        match question:
            case SamePerson(card_a=a, card_b=b, scope=scope):
                return scope == member or (scope == "" and bool({a, b} & own))
            case WhichBelong(scope=scope, pairs=pairs):
                doubted = {card for pair in pairs for card in pair.cards}
                return scope == member or (scope == "" and bool(doubted & own))
            case Offer(card=which):
                return which in own
            case ValuesDiffer(cards=involved, properties=properties):
                if any(member not in c.seen_by for c in snapshot.cards if c.id in involved):
                    return False
                sides = [side for each in properties for _, side in each.sides]
                return all(member in facts[side].seen_by for side in sides if side is not None)

    return (
        {repr(each) for each in made.operations if touches(each)},
        {repr(each) for each in made.questions if may_answer(each)},
    )


@given(households, st.data())
def test_what_is_private_changes_nothing_for_others(
    snapshot: Snapshot, data: st.DataObject
) -> None:
    """Two runs that differ only in what one member shows to nobody."""
    hidden_cards = [each.id for each in snapshot.cards if len(each.seen_by) == 1]
    hidden_facts = [
        fact
        for each in snapshot.cards
        for fact in each.facts
        if len(fact.seen_by) == 1 and fact.prop.name != "FN"
    ]
    if not hidden_cards and not hidden_facts:
        return
    other = snapshot
    if hidden_cards and (not hidden_facts or data.draw(st.booleans())):
        gone = data.draw(st.sampled_from(hidden_cards))
        keeper = next(each.keeper for each in snapshot.cards if each.id == gone)
        other = replace(snapshot, cards=tuple(each for each in snapshot.cards if each.id != gone))
    else:
        fact = data.draw(st.sampled_from(hidden_facts))
        state = next(each for each in snapshot.cards if each.id == fact.card)
        keeper = state.keeper
        without = replace(state, facts=tuple(f for f in state.facts if f.id != fact.id))
        other = replace(
            snapshot, cards=tuple(without if c.id == state.id else c for c in snapshot.cards)
        )
    for member in set(THREE) - {keeper}:
        assert for_member(planned(other), snapshot, member) == for_member(
            planned(snapshot), snapshot, member
        )
