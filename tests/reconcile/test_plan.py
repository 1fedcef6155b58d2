"""What a cycle does with linked cards: one test per row of the table."""

from dataclasses import replace

import pytest

from server.reconcile.operations import (
    Add,
    Agree,
    Confirm,
    Join,
    Plan,
    Remove,
    Replace,
    Suggest,
    ValuesDiffer,
)
from server.reconcile.person import PERSON_CARDS_MAX
from server.reconcile.plan import plan
from server.reconcile.snapshot import CardState, Placed, Snapshot
from tests.reconcile.model import (
    apply,
    card,
    claim,
    clock,
    cycle,
    find,
    hide,
    household,
    put,
    same,
    take,
    values,
)

MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL:+49 30 23125001"
OTHER_PHONE = "TEL:+49 30 23125002"
THIRD_PHONE = "TEL:+49 30 23125003"


def planned(snapshot: Snapshot) -> Plan:
    return plan(snapshot, now=clock(snapshot))


def linked(*cards: CardState, **more: object) -> Snapshot:
    """Cards that are one person by a person's word."""
    ids = [each.id for each in cards]
    links = tuple(same(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :])
    return household(*cards, links=links, **more)


def in_agreement(line: str, **more: object) -> Snapshot:
    """Anna's and Ben's card of one person that agreed on one value."""
    return cycle(linked(card("anna-1", line), card("ben-1", line), **more))


def only(made: Plan, kind: type) -> list[object]:
    return [operation for operation in made.operations if isinstance(operation, kind)]


def writes(made: Plan) -> list[object]:
    kinds = (Add, Replace, Remove, Suggest)
    return [operation for operation in made.operations if isinstance(operation, kinds)]


def test_equal_values_agree_and_are_confirmed_by_the_other_member() -> None:
    snapshot = linked(card("anna-1", "TEL:030 23125001"), card("ben-1", PHONE))
    left, right = find(snapshot, "anna-1", PHONE), find(snapshot, "ben-1", PHONE)
    assert planned(snapshot).operations == (
        Agree("anna-1", "ben-1", "TEL", left.id, right.id),
        Confirm(left.id, "ben"),
        Confirm(right.id, "anna"),
    )


def test_a_value_that_arrived_in_bulk_confirms_nothing() -> None:
    snapshot = linked(card("anna-1", PHONE, bulk=True), card("ben-1", PHONE))
    assert not only(planned(snapshot), Confirm)


def test_what_one_side_lacks_is_added() -> None:
    snapshot = linked(card("anna-1", PHONE), card("ben-1"))
    origin = find(snapshot, "anna-1", PHONE).id
    assert planned(snapshot).operations == (
        Add("ben-1", origin),
        Agree("anna-1", "ben-1", "TEL", origin, Placed("ben-1", origin)),
    )


def test_different_values_of_a_multi_valued_property_go_both_ways() -> None:
    after = cycle(linked(card("anna-1", PHONE), card("ben-1", OTHER_PHONE)))
    assert values(after, "anna-1", "TEL") == values(after, "ben-1", "TEL")
    assert len(values(after, "anna-1", "TEL")) == 2


def test_a_single_valued_property_is_filled_where_it_is_empty() -> None:
    after = cycle(linked(card("anna-1", "BDAY:1980-02-29"), card("ben-1")))
    assert values(after, "ben-1", "BDAY") == {"1980-02-29"}


@pytest.mark.parametrize("line", ["NOTE:likes tea", "NICKNAME:Evi", "X-THING:1", "CATEGORIES:A"])
def test_personal_properties_stay(line: str) -> None:
    assert not planned(linked(card("anna-1", line), card("ben-1"))).operations


def test_all_differences_of_a_person_are_one_question() -> None:
    snapshot = linked(
        card("anna-1", "ORG:Beispiel AG", "TITLE:Head gardener"),
        card("ben-1", "ORG:Muster AG", "TITLE:Botanist"),
    )
    made = planned(snapshot)
    assert not made.operations
    (question,) = made.questions
    assert isinstance(question, ValuesDiffer)
    assert question.cards == ("anna-1", "ben-1")
    assert [each.property for each in question.properties] == ["ORG", "TITLE"]


def test_an_answered_question_is_not_asked_again_until_a_value_changes() -> None:
    snapshot = linked(card("anna-1", "ORG:Beispiel AG"), card("ben-1", "ORG:Muster AG"))
    (question,) = planned(snapshot).questions
    settled = household_with(snapshot, settled=frozenset({question.key}))
    assert not planned(settled).questions
    assert planned(put(settled, "ben-1", "ORG:Muster & Sohn", instead_of="ORG:Muster AG")).questions


def household_with(snapshot: Snapshot, **more: object) -> Snapshot:
    return replace(snapshot, **more)  # type: ignore[arg-type]


def test_a_change_on_one_side_is_followed() -> None:
    changed = put(in_agreement(PHONE), "anna-1", OTHER_PHONE, instead_of=PHONE)
    made = planned(changed)
    old, new = find(changed, "ben-1", PHONE).id, find(changed, "anna-1", OTHER_PHONE).id
    assert writes(made) == [Replace("ben-1", old, new)]
    assert values(apply(changed, made), "ben-1", "TEL") == values(changed, "anna-1", "TEL")


def test_a_removal_on_one_side_is_followed() -> None:
    changed = take(in_agreement(PHONE), "anna-1", PHONE)
    assert values(cycle(changed), "ben-1", "TEL") == set()


def test_a_withheld_removal_does_not_travel() -> None:
    changed = take(in_agreement(PHONE), "anna-1", PHONE, withheld=True)
    assert not planned(changed).operations


def test_the_owners_change_is_followed() -> None:
    snapshot = in_agreement(PHONE, claims=(claim("anna-1", "anna"),))
    changed = put(snapshot, "anna-1", OTHER_PHONE, instead_of=PHONE)
    assert values(cycle(changed), "ben-1") == values(changed, "anna-1")


def test_another_members_change_is_suggested_to_the_owner_once() -> None:
    snapshot = in_agreement(PHONE, claims=(claim("anna-1", "anna"),))
    changed = put(snapshot, "ben-1", OTHER_PHONE, instead_of=PHONE)
    old, new = find(changed, "anna-1", PHONE).id, find(changed, "ben-1", OTHER_PHONE).id
    made = planned(changed)
    assert writes(made) == [Suggest("ben", "anna-1", old, new)]
    assert not planned(apply(changed, made)).operations


def test_another_members_removal_is_suggested_to_the_owner_once() -> None:
    snapshot = in_agreement(PHONE, claims=(claim("anna-1", "anna"),))
    changed = take(snapshot, "ben-1", PHONE)
    made = planned(changed)
    assert writes(made) == [Suggest("ben", "anna-1", find(changed, "anna-1", PHONE).id, None)]
    assert not planned(apply(changed, made)).operations


def test_different_changes_on_both_sides_are_a_question() -> None:
    snapshot = put(in_agreement(PHONE), "anna-1", OTHER_PHONE, instead_of=PHONE)
    snapshot = put(snapshot, "ben-1", THIRD_PHONE, instead_of=PHONE)
    made = planned(snapshot)
    assert not writes(made)
    (question,) = made.questions
    assert isinstance(question, ValuesDiffer)
    assert question.properties[0].sides == (
        ("anna-1", find(snapshot, "anna-1", OTHER_PHONE).id),
        ("ben-1", find(snapshot, "ben-1", THIRD_PHONE).id),
    )
    assert question.properties[0].preselected == "ben-1"


def test_the_same_change_on_both_sides_is_agreement() -> None:
    snapshot = put(in_agreement(PHONE), "anna-1", OTHER_PHONE, instead_of=PHONE)
    snapshot = put(snapshot, "ben-1", OTHER_PHONE, instead_of=PHONE)
    made = planned(snapshot)
    assert not writes(made)
    assert only(made, Agree)
    assert not made.questions


def test_a_change_against_a_removal_keeps_the_changed_value_and_asks() -> None:
    snapshot = take(in_agreement(PHONE), "anna-1", PHONE)
    snapshot = put(snapshot, "ben-1", OTHER_PHONE, instead_of=PHONE)
    made = planned(snapshot)
    assert not writes(made)
    (question,) = made.questions
    assert isinstance(question, ValuesDiffer)
    assert question.properties[0].sides[0] == ("anna-1", None)
    assert question.properties[0].preselected == "ben-1"


def test_a_private_value_neither_travels_nor_is_asked_about() -> None:
    snapshot = linked(card("anna-1", PHONE, "ORG:Beispiel AG"), card("ben-1", "ORG:Muster AG"))
    snapshot = hide(hide(snapshot, "anna-1", PHONE), "anna-1", "ORG:Beispiel AG")
    assert planned(snapshot) == Plan()


def test_the_machine_links_what_is_certain_and_merges_it_at_once() -> None:
    made = planned(household(card("anna-1", MAIL, PHONE), card("ben-1", MAIL)))
    assert isinstance(made.operations[0], Join)
    assert only(made, Add)


def test_a_private_card_does_not_decide_whose_cards_come_first() -> None:
    seen = [
        card("2-anna", MAIL, keeper="anna"),
        card("3-ben", keeper="ben"),
        card("4-anna", PHONE, keeper="anna", name="Jan Vermeer"),
        card("5-ben", keeper="ben", name="Jan Vermeer"),
    ]
    links = (same("2-anna", "3-ben"), same("4-anna", "5-ben"))
    private = card("1-anna", keeper="anna", name="Jan Vermeer", seen_by=())
    alone = household(*seen, links=links)
    beside = household(*seen, private, links=(*links, same("1-anna", "5-ben", scope="anna")))
    made = planned(beside).operations
    steps = [each for each in made if isinstance(each, Add) and each.card != private.id]
    assert steps == only(planned(alone), Add)
    assert len(steps) == 2


def test_private_cards_do_not_make_a_person_too_many_cards_for_others() -> None:
    """Where more are one person than ever are, nothing merges between those of which all know that."""
    seen = [card("anna-1", MAIL), *(card(f"ben-{number}") for number in range(PERSON_CARDS_MAX))]
    links = tuple(same("anna-1", each.id) for each in seen[1:])
    assert not writes(planned(household(*seen, links=links)))
    few, known = seen[:-2], links[:-2]
    own = [card(f"own-{number}", PHONE, keeper="ben", seen_by=()) for number in range(5)]
    said = tuple(same("ben-1", each.id, scope="ben") for each in own)
    alone = planned(household(*few, links=known))
    beside = planned(household(*few, *own, links=(*known, *said)))
    public = {each.id for each in few}
    assert writes(alone)
    assert [each for each in writes(beside) if each.card in public] == writes(alone)  # type: ignore[attr-defined]  # each is on a card
