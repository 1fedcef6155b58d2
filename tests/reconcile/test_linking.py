"""Which links a cycle makes, for whom they hold, and what is asked."""

from dataclasses import replace

import pytest

from server.reconcile.linking import find_links
from server.reconcile.operations import Join, SamePerson, WhichBelong
from server.reconcile.snapshot import Snapshot
from tests.reconcile.model import card, cycle, hide, household, put, same

MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL:+49 30 23125001"


def joined(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    return [(each.card_a, each.card_b, each.scope) for each in find_links(snapshot)[0]]


def asked(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """What is in doubt, pair by pair, in however few questions."""
    pairs = [
        pair
        for question in find_links(snapshot)[1]
        for pair in (question.pairs if isinstance(question, WhichBelong) else (question,))
    ]
    return sorted((each.card_a, each.card_b, each.scope) for each in pairs)


def test_certain_cards_of_members_who_see_each_others_are_linked_for_all() -> None:
    snapshot = household(card("ben-1", MAIL), card("anna-1", MAIL))
    assert joined(snapshot) == [("anna-1", "ben-1", "")]
    assert asked(snapshot) == []


def test_a_link_tells_its_reasons_and_score() -> None:
    ((link,), _) = find_links(household(card("anna-1", MAIL), card("ben-1", MAIL)))
    assert isinstance(link, Join)
    assert link.score >= 0.9
    assert [each.text for each in link.reasons] == ["same name", "same e-mail address"]


def test_a_doubtful_pair_is_asked_about() -> None:
    (_, (question,)) = find_links(household(card("anna-1"), card("ben-1")))
    assert isinstance(question, SamePerson)
    assert (question.card_a, question.card_b, question.scope) == ("anna-1", "ben-1", "")


def test_a_card_that_the_other_keeper_does_not_see_is_linked_for_the_one_who_sees_both() -> None:
    snapshot = household(card("anna-1", MAIL, seen_by=()), card("ben-1", MAIL))
    assert joined(snapshot) == [("anna-1", "ben-1", "anna")]


def test_cards_that_nobody_sees_both_of_are_never_compared() -> None:
    snapshot = household(card("anna-1", MAIL, seen_by=()), card("ben-1", MAIL, seen_by=()))
    assert find_links(snapshot) == ((), ())


def test_a_third_member_links_what_only_they_see_together() -> None:
    snapshot = household(
        card("anna-1", MAIL, seen_by=("carl",)), card("ben-1", MAIL, seen_by=("carl",))
    )
    assert joined(snapshot) == [("anna-1", "ben-1", "carl")]


def test_a_private_value_is_no_evidence_for_others() -> None:
    snapshot = hide(household(card("anna-1", MAIL), card("ben-1", MAIL)), "anna-1", MAIL)
    assert joined(snapshot) == []
    assert asked(snapshot) == [("anna-1", "ben-1", "")]


def test_a_private_card_is_no_rival_of_a_card_that_others_see() -> None:
    """Ben cannot tell from a link whether Anna has another card like it."""
    snapshot = household(
        card("anna-1", MAIL),
        card("anna-2", PHONE, seen_by=()),
        card("ben-1", MAIL, PHONE),
    )
    assert ("anna-1", "ben-1", "") in joined(snapshot)


def test_what_is_brought_to_a_card_rests_on_what_all_who_see_it_may_see() -> None:
    """Ben's own double keeps the link from his view, not what Carl sees enter Ben's card."""
    snapshot = household(
        card("anna-1", MAIL, PHONE, seen_by=("anna", "ben", "carl")),
        card("ben-1", MAIL, seen_by=("ben", "carl")),
        card("ben-2", PHONE, seen_by=("ben",)),
    )
    assert joined(snapshot) == [("anna-1", "ben-1", "*"), ("anna-1", "ben-1", "carl")]
    assert asked(snapshot) == [
        ("anna-1", "ben-1", "ben"),
        ("anna-1", "ben-2", "ben"),
        ("ben-1", "ben-2", ""),
    ]


def test_an_undone_link_of_one_member_brings_nothing_either() -> None:
    snapshot = household(
        card("anna-1", MAIL, seen_by=("anna", "ben", "carl")),
        card("ben-1", MAIL, seen_by=("ben", "carl")),
        undone=frozenset({"same:anna-1:ben-1:ben"}),
    )
    assert joined(snapshot) == [("anna-1", "ben-1", "carl")]


def test_two_cards_of_one_member_are_linked_like_any_others() -> None:
    snapshot = household(card("anna-1", MAIL), card("anna-2", MAIL))
    assert joined(snapshot) == [("anna-1", "anna-2", "")]


def test_what_is_linked_is_not_linked_again() -> None:
    snapshot = household(card("anna-1", MAIL), card("ben-1", MAIL))
    assert joined(cycle(snapshot)) == []


def test_a_household_may_want_to_be_asked_always() -> None:
    snapshot = household(card("anna-1", MAIL), card("ben-1", MAIL), always_ask=True)
    assert joined(snapshot) == []
    assert asked(snapshot) == [("anna-1", "ben-1", "")]


def test_what_was_answered_is_not_asked_again() -> None:
    snapshot = household(card("anna-1"), card("ben-1"))
    keys = frozenset(each.key for each in find_links(snapshot)[1])
    assert asked(replace(snapshot, settled=keys)) == []


def test_cards_called_different_are_neither_linked_nor_asked_about() -> None:
    apart = same("anna-1", "ben-1", verdict="apart")
    assert find_links(household(card("anna-1", MAIL), card("ben-1", MAIL), links=(apart,))) == (
        (),
        (),
    )


def test_a_keepers_private_different_counts_for_all() -> None:
    apart = same("anna-1", "ben-1", verdict="apart", scope="ben")
    assert not joined(household(card("anna-1", MAIL), card("ben-1", MAIL), links=(apart,)))


def test_another_members_private_same_does_not_count_for_all() -> None:
    everyone = ("anna", "ben", "carl")
    link = same("anna-1", "ben-1", scope="carl")
    snapshot = household(
        card("anna-1", seen_by=everyone), card("ben-1", seen_by=everyone), links=(link,)
    )
    assert asked(snapshot) == [("anna-1", "ben-1", "")]


def test_a_card_that_joins_a_person_takes_over_its_aparts() -> None:
    snapshot = household(
        card("anna-1", MAIL),
        card("anna-2", PHONE),
        card("ben-1", MAIL, PHONE),
        links=(same("anna-1", "anna-2", verdict="apart"), same("anna-1", "ben-1")),
    )
    assert find_links(snapshot) == ((), ())


def test_a_card_never_brings_two_together_that_are_apart() -> None:
    snapshot = household(
        card("anna-1", MAIL, PHONE),
        card("carl-1", PHONE),
        card("ben-1", MAIL, PHONE),
        links=(same("anna-1", "carl-1", verdict="apart"),),
    )
    assert joined(snapshot) == [("anna-1", "ben-1", "")]


def test_a_card_that_contradicts_a_linked_card_is_asked_about() -> None:
    """Links that people made do not help a stranger in."""
    snapshot = household(
        card("anna-1", MAIL),
        card("anna-2", "BDAY:1940-01-01", name="Mama"),
        card("ben-1", MAIL, "BDAY:1980-01-01"),
        links=(same("anna-1", "anna-2"),),
    )
    assert joined(snapshot) == []
    assert asked(snapshot) == [("anna-1", "ben-1", "")]


def test_what_a_cycle_brought_is_no_evidence() -> None:
    """Else every copy would make its card a double of whoever else has the number."""
    snapshot = cycle(
        household(
            card("anna-1", PHONE),
            card("ben-1", name="Mama"),
            links=(same("anna-1", "ben-1"),),
        )
    )
    assert asked(household_with(snapshot, card("ben-2", PHONE, name="Oma"))) == [
        ("anna-1", "ben-2", "")
    ]


def household_with(snapshot: Snapshot, *cards: object) -> Snapshot:
    """The household after another card came, whose values get ids of their own."""
    later = household(*snapshot.cards, *cards)  # type: ignore[arg-type]  # cards they are
    return replace(snapshot, cards=(*snapshot.cards, later.cards[-1]))


@pytest.mark.parametrize("kind", ["group"])
def test_groups_take_no_part(kind: str) -> None:
    cards = (card("anna-1", MAIL, kind=kind), card("ben-1", MAIL, kind=kind))
    assert find_links(household(*cards)) == ((), ())


def test_a_followed_change_can_make_two_cards_certain_in_the_same_cycle() -> None:
    """Ben corrects a birthday that kept Carl's card away."""
    everyone = ("anna", "ben", "carl")
    snapshot = cycle(
        household(
            card("anna-1", MAIL, "BDAY:1980-01-01", seen_by=everyone),
            card("ben-1", MAIL, "BDAY:1980-01-01", seen_by=everyone),
            card("carl-1", MAIL, "BDAY:1980-10-10", seen_by=everyone),
        )
    )
    assert len(snapshot.links) == 1
    changed = put(snapshot, "ben-1", "BDAY:1980-10-10", instead_of="BDAY:1980-01-01")
    assert len(cycle(changed).links) == 3
