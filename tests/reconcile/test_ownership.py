"""Whose person it is: claims first, else a proposal from evidence."""

from dataclasses import replace

import pytest

from server.reconcile.ownership import OURS, Ownership, owner_of
from server.reconcile.snapshot import Claim, Says, Snapshot
from tests.reconcile.model import EVERYONE, card, claim, hide, household

PHONE = "TEL:+49 30 23125001"


def owned(*claims: Claim, snapshot: Snapshot | None = None) -> Ownership:
    snapshot = snapshot or household(card("anna-1", added=2), card("ben-1", added=1))
    return owner_of(snapshot.cards, claims, viewers=EVERYONE)


def test_nobody_owns_a_person_before_somebody_says_so() -> None:
    assert (owned().owner, owned().claimed) == (None, False)


def test_a_claim_makes_an_owner() -> None:
    found = owned(claim("anna-1", "ben"))
    assert (found.owner, found.claimed) == ("ben", True)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([("anna", "mine", 1), ("anna", "released", 2)], (None, False)),
        ([("anna", "mine", 1), ("ben", "ours", 2)], (OURS, False)),
        ([("anna", "ours", 1), ("ben", "mine", 2)], ("ben", True)),
        ([("anna", "mine", 1), ("ben", "mine", 2)], (None, True)),
        ([("anna", "mine", 1), ("anna", "released", 2), ("ben", "mine", 2)], ("ben", True)),
        ([("anna", "ours", 1), ("anna", "released", 2)], (None, False)),
    ],
)
def test_the_latest_words_count(
    claims: list[tuple[str, Says, int]], expected: tuple[str | None, bool]
) -> None:
    found = owned(*(Claim("anna-1", who, says, at) for who, says, at in reversed(claims)))
    assert (found.owner, found.claimed) == expected


def test_a_claim_on_a_card_that_not_all_viewers_see_does_not_count() -> None:
    snapshot = household(card("anna-1", seen_by=()), card("ben-1"), card("anna-2"))
    assert owned(claim("anna-1", "anna"), snapshot=snapshot).owner is None


def test_a_person_held_by_one_member_is_that_members() -> None:
    found = owned(snapshot=household(card("anna-1"), card("anna-2")))
    assert (found.owner, found.claimed) == ("anna", False)


@pytest.mark.parametrize(
    ("claims", "followed"),
    [
        ((), {"anna", "ben"}),
        ((claim("anna-1", "anna"),), {"anna"}),
        ((claim("anna-1", "anna", "ours"),), {"anna", "ben"}),
        ((claim("anna-1", "anna"), claim("anna-1", "ben")), set()),
    ],
)
def test_whose_changes_are_followed(claims: tuple[Claim, ...], followed: set[str]) -> None:
    assert {each for each in EVERYONE if owned(*claims).follows(each)} == followed


def test_evidence_proposes_who_has_had_the_card_longer() -> None:
    assert (owned().proposal, owned().reasons) == ("ben", ("has had the card longer",))


def test_evidence_counts_edits_and_knowledge() -> None:
    snapshot = household(card("anna-1", PHONE, added=2), card("ben-1", added=1))
    assert owned(snapshot=snapshot).proposal == "anna"
    assert owned(snapshot=snapshot).reasons == ("edits the card", "knows more")


def test_a_value_that_a_viewer_does_not_see_is_no_evidence() -> None:
    snapshot = household(card("anna-1", PHONE, added=2), card("ben-1", added=1))
    assert owned(snapshot=hide(snapshot, "anna-1", PHONE)).proposal == "ben"


def test_equal_evidence_proposes_the_same_member_in_any_order() -> None:
    snapshot = household(card("ben-1"), card("anna-1"))
    mirrored = replace(snapshot, cards=snapshot.cards[::-1])
    assert owned(snapshot=snapshot) == owned(snapshot=mirrored)
