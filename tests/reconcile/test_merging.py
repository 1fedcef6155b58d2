"""Corners of merging two cards: what a base says once both sides have moved on."""

from dataclasses import replace

import pytest

from server.reconcile.operations import Add, Agree, Remove, Replace, Unagree, ValuesDiffer
from server.reconcile.plan import plan
from server.reconcile.snapshot import Base, Snapshot
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
    with_base,
)

ONE = "TEL:+49 30 23125001"
TWO = "TEL:+49 30 23125002"
THREE = "TEL:+49 30 23125003"


def couple(left: list[str], right: list[str]) -> Snapshot:
    """Anna's and Ben's card of one person."""
    return household(card("anna-1", *left), card("ben-1", *right), links=(same("anna-1", "ben-1"),))


def writes(snapshot: Snapshot) -> list[object]:
    made = plan(snapshot, now=clock(snapshot)).operations
    return [each for each in made if isinstance(each, Add | Replace | Remove)]


def questions(snapshot: Snapshot) -> list[ValuesDiffer]:
    made = plan(snapshot, now=clock(snapshot)).questions
    return [each for each in made if isinstance(each, ValuesDiffer)]


def kept(left: str, right: str) -> Snapshot:
    """Both members said "keep" to two different values."""
    snapshot = couple([left], [right])
    facts = find(snapshot, "anna-1", left).id, find(snapshot, "ben-1", right).id
    name = left.partition(":")[0]
    return with_base(snapshot, Base("anna-1", "ben-1", name, *facts))


@pytest.mark.parametrize("pair", [(ONE, TWO), ("ORG:Beispiel AG", "ORG:Muster AG")])
def test_values_that_were_kept_stay_as_they_are(pair: tuple[str, str]) -> None:
    snapshot = kept(*pair)
    assert plan(snapshot, now=clock(snapshot)).operations == ()
    assert not questions(snapshot)


def test_a_change_of_a_kept_value_is_asked_about() -> None:
    snapshot = put(
        kept("ORG:Beispiel AG", "ORG:Muster AG"), "ben-1", "ORG:Neu AG", instead_of="ORG:Muster AG"
    )
    assert not writes(snapshot)
    assert questions(snapshot)


def test_a_kept_value_that_goes_takes_nothing_with_it() -> None:
    snapshot = take(kept(ONE, TWO), "ben-1", TWO)
    assert not writes(snapshot)


def test_a_kept_value_that_both_have_by_now_is_agreed() -> None:
    snapshot = put(put(kept(ONE, TWO), "ben-1", ONE), "anna-1", TWO)
    made = plan(snapshot, now=clock(snapshot)).operations
    assert not writes(snapshot)
    assert sum(isinstance(each, Agree) for each in made) == 2
    assert sum(isinstance(each, Unagree) for each in made) == 1


def test_a_kept_value_that_the_other_takes_over_too_stays_kept() -> None:
    assert not writes(put(kept(ONE, TWO), "ben-1", ONE))


def test_a_kept_value_changed_to_one_the_other_has_stays_kept() -> None:
    snapshot = cycle(put(kept(ONE, TWO), "ben-1", ONE))
    changed = put(snapshot, "ben-1", THREE, instead_of=TWO)
    assert not writes(cycle(changed))


def test_a_newer_base_outweighs_an_older_one() -> None:
    """After "keep" the row of the value that both once had says nothing any more."""
    snapshot = cycle(couple([ONE], [ONE]))
    snapshot = put(snapshot, "anna-1", TWO, instead_of=ONE)
    snapshot = put(snapshot, "ben-1", THREE, instead_of=ONE)
    row = Base(
        "anna-1",
        "ben-1",
        "TEL",
        find(snapshot, "anna-1", TWO).id,
        find(snapshot, "ben-1", THREE).id,
    )
    snapshot = with_base(snapshot, row)
    assert not questions(snapshot)
    assert cycle(snapshot).bases == (row,)


def test_a_value_removed_in_one_save_and_typed_in_the_next_is_a_change() -> None:
    snapshot = cycle(couple(["ORG:Beispiel AG"], ["ORG:Beispiel AG"]))
    snapshot = put(take(snapshot, "ben-1", "ORG:Beispiel AG"), "ben-1", "ORG:Muster AG")
    assert values(cycle(snapshot), "anna-1", "ORG") == {"Muster AG"}


def test_a_value_changed_to_one_the_other_card_has_anyway_leaves_that_card_too() -> None:
    snapshot = cycle(couple([ONE, TWO], [ONE, TWO]))
    snapshot = take(snapshot, "anna-1", TWO)
    snapshot = put(snapshot, "anna-1", TWO, instead_of=ONE)
    assert values(cycle(snapshot), "ben-1", "TEL") == {"+493023125002"}


def test_two_values_that_changed_places_stay_two() -> None:
    snapshot = cycle(couple([ONE], [ONE]))
    snapshot = put(snapshot, "anna-1", TWO, instead_of=ONE)
    snapshot = put(snapshot, "anna-1", ONE)
    after = cycle(snapshot)
    assert values(after, "ben-1", "TEL") == values(after, "anna-1", "TEL")


def test_what_a_card_says_twice_goes_twice() -> None:
    snapshot = cycle(couple([ONE, ONE], [ONE]))
    assert not values(cycle(take(snapshot, "ben-1", ONE)), "anna-1", "TEL")


def test_a_date_without_year_agrees_with_one_that_has_it() -> None:
    snapshot = couple(["BDAY:--0229"], ["BDAY:1980-02-29"])
    assert not questions(snapshot)
    assert len(cycle(snapshot).bases) == 1
    assert plan(cycle(snapshot), now=clock(snapshot) + 100).operations == ()


def test_a_year_that_one_side_forgets_is_no_change() -> None:
    snapshot = cycle(couple(["BDAY:1980-02-29"], ["BDAY:1980-02-29"]))
    snapshot = put(snapshot, "ben-1", "BDAY:--0229", instead_of="BDAY:1980-02-29")
    assert not writes(snapshot)
    assert not questions(snapshot)


def test_of_two_employers_of_one_side_only_the_older_fills() -> None:
    after = cycle(couple(["ORG:Beispiel AG", "ORG:Muster AG"], []))
    assert values(after, "ben-1", "ORG") == {"Beispiel AG"}


def test_two_employers_against_another_one_are_left_alone() -> None:
    snapshot = couple(["ORG:Beispiel AG", "ORG:Muster AG"], ["ORG:Neu AG"])
    assert not writes(snapshot)
    assert not questions(snapshot)


@pytest.mark.parametrize("line", [ONE, "BDAY:1980-02-29"])
def test_a_private_value_keeps_its_place(line: str) -> None:
    """What Anna keeps to herself is not put on her card a second time."""
    snapshot = hide(couple([line], [line]), "anna-1", line)
    assert plan(snapshot, now=clock(snapshot)).operations == ()


def test_what_was_agreed_and_made_private_since_is_left_alone() -> None:
    snapshot = hide(cycle(couple([ONE], [ONE])), "anna-1", ONE)
    assert plan(snapshot, now=clock(snapshot)).operations == ()
    assert not writes(put(snapshot, "ben-1", TWO, instead_of=ONE))[1:]


def test_a_base_of_facts_that_are_no_longer_kept_says_nothing() -> None:
    snapshot = with_base(couple([ONE], [TWO]), Base("anna-1", "ben-1", "TEL", 998, 999))
    assert len(writes(snapshot)) == 2


def test_an_undone_change_stays_where_it_is() -> None:
    """Ben took back what a cycle had changed; that is no change for Anna to follow."""
    snapshot = cycle(put(cycle(couple([ONE], [ONE])), "anna-1", TWO, instead_of=ONE))
    snapshot = put(snapshot, "ben-1", ONE, instead_of=TWO, act_kind="undo")
    assert not writes(snapshot)


def test_an_undone_addition_is_not_repeated() -> None:
    snapshot = cycle(couple([ONE], []))
    snapshot = take(snapshot, "ben-1", ONE, withheld=True)
    assert not writes(snapshot)


def test_a_value_that_was_taken_off_on_purpose_is_not_brought_back_by_an_older_copy() -> None:
    snapshot = take(couple([ONE], [ONE]), "anna-1", ONE)
    assert not writes(snapshot)


def test_a_value_typed_again_after_its_removal_travels_again() -> None:
    snapshot = cycle(take(cycle(couple([ONE], [ONE])), "anna-1", ONE))
    assert not values(snapshot, "ben-1", "TEL")
    assert values(cycle(put(snapshot, "anna-1", ONE)), "ben-1", "TEL") == {"+493023125001"}


EVERYONE = ("anna", "ben", "carl")


def trio(*lines: list[str], **more: object) -> Snapshot:
    """Three members' cards of one person, Ben's linked with both others."""
    keepers = ("anna", "ben", "carl")
    cards = [
        card(f"{keeper}-1", *own, seen_by=EVERYONE)
        for keeper, own in zip(keepers, lines, strict=True)
    ]
    links = (same("anna-1", "ben-1"), same("ben-1", "carl-1"))
    return household(*cards, links=links, **more)


def test_a_value_reaches_all_cards_of_a_person_in_one_cycle() -> None:
    snapshot = trio([ONE], [], [])
    origin = find(snapshot, "anna-1", ONE).id
    assert writes(snapshot) == [Add("ben-1", origin), Add("carl-1", origin)]


def test_a_change_reaches_all_cards_of_a_person_in_one_cycle() -> None:
    snapshot = put(cycle(trio([ONE], [ONE], [ONE])), "ben-1", TWO, instead_of=ONE)
    after = cycle(snapshot)
    assert values(after, "anna-1", "TEL") == values(after, "carl-1", "TEL") == {"+493023125002"}


def test_a_card_follows_nobody_while_two_others_disagree() -> None:
    snapshot = cycle(trio([ONE], [ONE], [ONE]))
    snapshot = put(snapshot, "anna-1", TWO, instead_of=ONE)
    snapshot = put(snapshot, "carl-1", THREE, instead_of=ONE)
    assert not writes(snapshot)
    (question,) = questions(snapshot)
    assert question.cards == ("anna-1", "carl-1")


def test_different_fills_of_one_empty_card_wait_for_the_answer() -> None:
    snapshot = trio(["ORG:Beispiel AG"], [], ["ORG:Muster AG"])
    assert not writes(snapshot)
    assert len(questions(snapshot)) == 1


def test_three_different_values_are_one_question_with_three_sides() -> None:
    (question,) = questions(trio(["ORG:A"], ["ORG:B"], ["ORG:C"]))
    assert [len(each.sides) for each in question.properties] == [3]


def test_equal_values_from_two_cards_are_added_once() -> None:
    snapshot = trio([ONE], [], [ONE])
    assert writes(snapshot) == [Add("ben-1", find(snapshot, "anna-1", ONE).id)]


def test_a_change_comes_before_an_addition_of_the_same_value() -> None:
    snapshot = cycle(trio([ONE], [ONE], [ONE]))
    snapshot = put(put(snapshot, "anna-1", TWO, instead_of=ONE), "carl-1", TWO)
    after = cycle(snapshot)
    assert values(after, "ben-1", "TEL") == {"+493023125002"}


def test_a_stranger_to_a_claimed_person_changes_nobody_elses_card() -> None:
    """Carl's change of Anna's person is a suggestion to Anna and nothing to Ben."""
    snapshot = cycle(trio([ONE], [ONE], [ONE], claims=(claim("anna-1", "anna"),)))
    snapshot = put(snapshot, "carl-1", TWO, instead_of=ONE)
    assert not writes(snapshot)
    assert not writes(cycle(snapshot))


def test_a_value_stays_while_its_member_holds_it_on_another_card() -> None:
    """Anna tidied one of her two cards; that is no removal."""
    links = (same("anna-1", "ben-1"), same("anna-2", "ben-1"))
    cards = (card("anna-1", ONE), card("anna-2", ONE), card("ben-1", ONE))
    snapshot = cycle(household(*cards, links=links))
    assert not writes(take(snapshot, "anna-1", ONE))


def test_nothing_merges_between_two_cards_of_one_member() -> None:
    cards = (card("anna-1", ONE), card("anna-2", TWO))
    assert not writes(household(*cards, links=(same("anna-1", "anna-2"),)))


def test_a_copy_is_not_passed_on_past_its_source() -> None:
    """Ben may see Anna's card and Carl may not; Carl learns nothing from Ben's."""
    snapshot = household(
        card("anna-1", ONE, seen_by=("ben",)),
        card("ben-1", seen_by=("anna",)),
        card("carl-1", seen_by=EVERYONE),
        links=(same("anna-1", "ben-1"), same("ben-1", "carl-1")),
    )
    after = cycle(snapshot)
    assert values(after, "ben-1", "TEL") == {"+493023125001"}
    assert not values(after, "carl-1", "TEL")


def test_a_card_that_more_people_see_takes_nothing_from_one_that_fewer_see() -> None:
    snapshot = household(
        card("anna-1", ONE, seen_by=("ben",)),
        card("ben-1", seen_by=EVERYONE),
        links=(same("anna-1", "ben-1"),),
    )
    assert not writes(snapshot)


def test_a_link_of_one_member_brings_values_into_that_members_card_only() -> None:
    snapshot = household(
        card("anna-1", ONE),
        card("ben-1", TWO, seen_by=()),
        links=(same("anna-1", "ben-1", scope="ben"),),
    )
    after = cycle(snapshot)
    assert len(values(after, "ben-1", "TEL")) == 2
    assert values(after, "anna-1", "TEL") == {"+493023125001"}


def test_cards_called_different_do_not_merge_whatever_links_them() -> None:
    snapshot = trio([ONE], [], [])
    apart = same("anna-1", "carl-1", verdict="apart")
    after = cycle(replace(snapshot, links=(*snapshot.links, apart)))
    assert not values(after, "carl-1", "TEL")


def test_a_person_of_far_too_many_cards_is_left_alone() -> None:
    cards = [card(f"anna-{n:02}", name="") for n in range(40)]
    links = tuple(same("anna-00", f"anna-{n:02}") for n in range(1, 40))
    snapshot = household(*cards, card("ben-1", ONE), links=(*links, same("anna-00", "ben-1")))
    assert not writes(snapshot)


def test_a_copy_whose_source_is_gone_travels_on_its_own() -> None:
    snapshot = cycle(couple([ONE], []))
    only_ben = replace(
        snapshot,
        cards=(*(each for each in snapshot.cards if each.keeper == "ben"), card("carl-1")),
        links=(same("ben-1", "carl-1"),),
        bases=(),
    )
    everyone = tuple(
        replace(
            each,
            seen_by=frozenset(EVERYONE),
            facts=tuple(replace(f, seen_by=frozenset(EVERYONE)) for f in each.facts),
        )
        for each in only_ben.cards
    )
    made = writes(replace(only_ben, cards=everyone))
    assert made == [Add("carl-1", find(snapshot, "ben-1", ONE).id)]


def test_a_copy_whose_source_is_gone_and_was_applied_before_is_not_repeated() -> None:
    snapshot = cycle(couple([ONE], []))
    origin = find(snapshot, "anna-1", ONE).id
    cards = tuple(
        replace(each, facts=tuple(replace(f, seen_by=frozenset(EVERYONE)) for f in each.facts))
        for each in (*snapshot.cards[1:], card("carl-1"))
    )
    alone = replace(
        snapshot,
        cards=tuple(replace(each, seen_by=frozenset(EVERYONE)) for each in cards),
        links=(same("ben-1", "carl-1"),),
        bases=(),
        applied=frozenset({(origin, "carl-1")}),
    )
    assert not writes(alone)


def test_an_edited_copy_travels_back() -> None:
    snapshot = cycle(couple([ONE], []))
    snapshot = put(snapshot, "ben-1", TWO, instead_of=ONE)
    made = plan(snapshot, now=clock(snapshot))
    assert values(apply(snapshot, made), "anna-1", "TEL") == {"+493023125002"}


def test_preselection_prefers_the_owners_value() -> None:
    snapshot = couple(["ORG:Beispiel AG"], ["ORG:Muster AG"])
    (question,) = questions(replace(snapshot, claims=(claim("anna-1", "anna"),)))
    assert question.properties[0].preselected == "anna-1"
    assert question.properties[0].why == "the owner's value"


def test_without_evidence_nothing_is_preselected() -> None:
    snapshot = household(
        card("anna-1", "ORG:A", bulk=True),
        card("ben-1", "ORG:B", bulk=True),
        links=(same("anna-1", "ben-1"),),
    )
    (question,) = questions(snapshot)
    assert (question.properties[0].preselected, question.properties[0].why) == (None, "")


def test_what_was_typed_last_is_preselected_over_what_came_in_bulk() -> None:
    snapshot = household(
        card("anna-1", "ORG:A"),
        card("ben-1", "ORG:B", bulk=True),
        links=(same("anna-1", "ben-1"),),
    )
    (question,) = questions(snapshot)
    assert question.properties[0].preselected == "anna-1"
    assert question.properties[0].why == "confirmed most recently"
