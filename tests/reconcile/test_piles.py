"""Doubts about more than two people are one question; and nobody joins where somebody speaks against it."""

from dataclasses import replace
from itertools import pairwise

from server.reconcile.linking import find_links
from server.reconcile.operations import Question, SamePerson, WhichBelong
from server.reconcile.piles import PEOPLE_MOST, questions_of
from server.reconcile.snapshot import CardState, Snapshot
from tests.reconcile.model import card as card_of
from tests.reconcile.model import cycle, household, same

MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL:+49 30 23125001"
LATER = "BDAY:1991-01-01"
EARLIER = "BDAY:1950-05-05"


def card(
    card_id: str, *lines: str, seen_by: tuple[str, ...] = ("anna", "ben", "carl")
) -> CardState:
    return card_of(card_id, *lines, seen_by=seen_by)


def joined(snapshot: Snapshot) -> set[tuple[str, str]]:
    return {(each.card_a, each.card_b) for each in find_links(snapshot)[0]}


def questions(snapshot: Snapshot) -> list[Question]:
    return list(find_links(snapshot)[1])


def the_piles(snapshot: Snapshot) -> WhichBelong:
    (question,) = questions(snapshot)
    assert isinstance(question, WhichBelong)
    return question


def test_two_people_are_one_question_however_many_cards_they_have() -> None:
    snapshot = household(
        card("anna-1", MAIL), card("ben-1", MAIL), card("anna-2", PHONE), card("ben-2", PHONE)
    )
    (question,) = questions(snapshot)
    assert isinstance(question, SamePerson)
    assert questions(cycle(snapshot)) == [question]


def test_three_people_in_doubt_are_one_question() -> None:
    question = the_piles(household(card("anna-1"), card("ben-1"), card("carl-1")))
    assert question.people == (("anna-1",), ("ben-1",), ("carl-1",))
    assert question.piles == (None, None, None)


def test_a_question_is_named_by_its_people_before_and_after_the_cycle_joins_them() -> None:
    snapshot = household(
        card("anna-1", MAIL), card("ben-1", MAIL), card("anna-2", PHONE), card("ben-2")
    )
    assert the_piles(cycle(snapshot)) == the_piles(snapshot)


def test_a_card_that_fits_two_people_who_are_apart_joins_neither() -> None:
    apart = same("anna-1", "anna-2", verdict="apart")
    snapshot = household(
        card("anna-1", MAIL), card("anna-2", MAIL), card("ben-1", MAIL), links=(apart,)
    )
    assert joined(snapshot) == set()
    assert {pair.cards for pair in the_piles(snapshot).pairs} == {
        ("anna-1", "ben-1"),
        ("anna-2", "ben-1"),
    }


def test_a_card_that_fits_two_persons_equally_of_whom_cards_contradict_joins_neither() -> None:
    """Neither of the two cards it fits contradicts the other; cards that are one with them do."""
    links = (same("anna-1", "carl-1"), same("anna-2", "carl-2"))
    snapshot = household(
        card("anna-1", MAIL),
        card("carl-1", EARLIER),
        card("anna-2", PHONE),
        card("carl-2", LATER),
        card("ben-1", MAIL, PHONE),
        links=links,
    )
    assert joined(snapshot) == set()
    question = the_piles(snapshot)
    assert question.people == (("anna-1", "carl-1"), ("anna-2", "carl-2"), ("ben-1",))
    assert question.piles == (None, None, None)


def test_certain_links_that_bring_two_together_who_contradict_are_asked_about() -> None:
    """Carl's card is as certain Anna's as it is Ben's, and these are two people."""
    snapshot = household(
        card("anna-1", MAIL, PHONE, LATER),
        card("ben-1", MAIL, PHONE, EARLIER),
        card("carl-1", MAIL),
    )
    assert joined(snapshot) == set()
    assert len(the_piles(snapshot).people) == 3


def test_what_was_undone_between_two_people_is_not_done_by_another_of_their_cards() -> None:
    links = (same("anna-1", "anna-2"),)
    snapshot = household(
        card("anna-1", MAIL),
        card("anna-2", PHONE),
        card("ben-1", MAIL, PHONE),
        links=links,
        undone=frozenset({"same:anna-1:ben-1:"}),
        settled=frozenset({"same:anna-1:ben-1:"}),
    )
    assert joined(snapshot) == set()
    assert [each.key for each in questions(snapshot)] == ["same:anna-2:ben-1:"]


def test_a_pair_that_was_answered_is_in_no_further_question() -> None:
    snapshot = household(card("anna-1"), card("ben-1"), card("carl-1"))
    answered = replace(snapshot, settled=frozenset({"same:anna-1:ben-1:"}))
    assert {pair.cards for pair in the_piles(answered).pairs} == {
        ("anna-1", "carl-1"),
        ("ben-1", "carl-1"),
    }


def test_more_people_than_anybody_sorts_are_several_questions() -> None:
    cards = [f"anna-{number:03}" for number in range(PEOPLE_MOST + 5)]
    chain = [
        SamePerson(f"same:{left}:{right}:", left, right, "", 0.6, ())
        for left, right in pairwise(cards)
    ]
    found = list(
        questions_of(
            chain,
            "",
            lambda each: (each,),
            excludes=lambda *_: False,
            unlike=lambda *_: False,
        )
    )
    sizes = sorted(len(each.people) if isinstance(each, WhichBelong) else 2 for each in found)
    assert sizes == [2, 5, PEOPLE_MOST]
    asked = [p for q in found for p in (q.pairs if isinstance(q, WhichBelong) else (q,))]
    assert sorted(asked, key=lambda pair: pair.key) == chain


def test_two_cards_of_one_member_are_asked_about_with_what_else_that_member_is_asked() -> None:
    snapshot = household(
        card("anna-1", MAIL, PHONE),
        card("ben-1", MAIL, seen_by=()),
        card("ben-2", PHONE, seen_by=()),
    )
    question = the_piles(snapshot)
    assert question.scope == "ben"
    assert {pair.scope for pair in question.pairs} == {"ben", ""}
