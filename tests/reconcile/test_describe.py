"""A plan in plain words."""

import pytest

from server.reconcile.describe import letter, question_sentence, sentences
from server.reconcile.operations import Plan, Suggest
from server.reconcile.plan import plan
from server.reconcile.snapshot import Snapshot
from tests.reconcile.model import (
    card,
    claim,
    clock,
    cycle,
    find,
    household,
    put,
    same,
    take,
)

NAMES = {"anna": "Anna", "ben": "Ben"}
MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL;TYPE=CELL:+49 1575 1234567"
DESK = "TEL:+49 30 23125001"


def made(snapshot: Snapshot) -> Plan:
    return plan(snapshot, now=clock(snapshot))


def a_household() -> Snapshot:
    """One person who agrees, one to be completed, one to be asked about, one stranger."""
    return household(
        card("anna-1", "EMAIL:1@x.example", name="Ada Brandt"),
        card("ben-1", "EMAIL:1@x.example", name="Ada Brandt"),
        card("anna-2", MAIL, PHONE, DESK, "URL:https://eva.example", "BDAY:1980-02-29"),
        card("ben-2", MAIL, "TEL:+49 30 23125002"),
        card("anna-3", name="Ole Kühn"),
        card("ben-3", name="Ole Kühn"),
        card("anna-4", name="Tom Fink"),
    )


def test_people_in_common_agree_are_completed_or_asked_about() -> None:
    snapshot = a_household()
    found = letter(made(snapshot), snapshot, NAMES)
    assert (found.common, found.agree, found.complete, found.questions) == (3, 1, 1, 1)


def test_the_letter_says_what_would_be_done() -> None:
    snapshot = a_household()
    assert letter(made(snapshot), snapshot, NAMES).text == (
        "Anna and Ben have 3 people in common.",
        "Their cards were laid side by side, and this is what would be done.",
        "So far nothing has been written anywhere.",
        "The cards of 1 person agree already.",
        "The cards of 1 person complete each other.",
        "Anna would gain a phone number.",
        "Ben would gain a birthday, a mobile number, a phone number and a web address.",
        "About 1 person somebody has to be asked. Each question takes one tap, and can wait.",
        "Nothing is lost: no value is removed from any phone.",
        "Names, notes, photos and groups stay as each member keeps them.",
        "What is private was not part of this.",
    )


def test_a_letter_to_a_member_says_you() -> None:
    snapshot = a_household()
    found = letter(made(snapshot), snapshot, NAMES, viewer="ben")
    assert found.text[0] == "You and Anna have 3 people in common."
    assert found.gains[0][1].startswith("you would gain a birthday")


def test_a_letter_to_a_member_speaks_only_of_what_they_see() -> None:
    snapshot = household(
        card("anna-1", MAIL, seen_by=()), card("ben-1", MAIL), card("anna-2", name="Mama")
    )
    assert letter(made(snapshot), snapshot, NAMES, viewer="anna").common == 1
    assert letter(made(snapshot), snapshot, NAMES, viewer="ben").common == 0


def test_a_doubt_of_one_member_is_not_told_to_another() -> None:
    everyone = ("anna", "ben", "carl")
    snapshot = household(
        card("anna-1", seen_by=("carl",)),
        card("ben-1", seen_by=("carl",)),
        card("carl-1", seen_by=everyone, name="Ole Kühn"),
    )
    assert letter(made(snapshot), snapshot, NAMES, viewer="carl").questions == 1
    assert letter(made(snapshot), snapshot, NAMES, viewer="anna").questions == 0


def test_an_empty_household_has_nobody_in_common() -> None:
    found = letter(Plan(), household(), NAMES)
    assert found.text[0] == "No two books here hold the same person yet."
    assert "There are no questions." in found.text


def test_a_letter_tells_of_changes_and_removals() -> None:
    snapshot = cycle(household(card("anna-1", MAIL, DESK), card("ben-1", MAIL, DESK)))
    changed = put(snapshot, "anna-1", PHONE, instead_of=DESK)
    found = letter(made(changed), changed, NAMES)
    assert found.questions == 0
    assert "1 value follows a change." in found.text
    assert found.gains == (("Eva Lorenz", "one follows the other"),)
    removed = take(snapshot, "anna-1", DESK)
    text = letter(made(removed), removed, NAMES).text
    assert "1 value that a member removed would go from the other cards too." in text


def test_differing_values_make_a_question_of_a_person() -> None:
    links = (same("anna-1", "ben-1"),)
    snapshot = household(card("anna-1", "ORG:A", DESK), card("ben-1", "ORG:B"), links=links)
    found = letter(made(snapshot), snapshot, NAMES)
    assert (found.common, found.complete, found.questions) == (1, 0, 1)


def test_many_of_a_kind_are_counted() -> None:
    lines = [f"TEL:+49 30 231250{n:02}" for n in range(13)]
    links = (same("anna-1", "ben-1"),)
    snapshot = household(card("anna-1", *lines, MAIL), card("ben-1"), links=links)
    found = letter(made(snapshot), snapshot, NAMES)
    assert found.gains[0][1] == "Ben would gain 13 phone numbers and a mail address"


def test_every_operation_is_one_line() -> None:
    snapshot = household(card("anna-1", MAIL, DESK), card("ben-1", MAIL))
    assert sentences(made(snapshot), snapshot, NAMES) == (
        "Anna's Eva Lorenz and Ben's Eva Lorenz are one person: same name, same e-mail address.",
        "Ben's Eva Lorenz gains +49 30 23125001.",
        "Anna's Eva Lorenz and Ben's Eva Lorenz agree on eva@lorenz.example.",
        "Anna's Eva Lorenz and Ben's Eva Lorenz agree on +49 30 23125001.",
        "Ben confirms eva@lorenz.example on Anna's Eva Lorenz.",
        "Anna confirms eva@lorenz.example on Ben's Eva Lorenz.",
    )


def test_changes_and_removals_are_lines_of_their_own() -> None:
    links = (same("anna-1", "ben-1"),)
    cards = (card("anna-1", MAIL, DESK), card("ben-1", MAIL, DESK, name=""))
    snapshot = cycle(household(*cards, links=links))
    snapshot = put(snapshot, "anna-1", PHONE, instead_of=DESK)
    snapshot = take(snapshot, "anna-1", MAIL)
    lines = sentences(made(snapshot), snapshot, NAMES)
    assert "Ben's somebody without a name changes +49 30 23125001 to +49 1575 1234567." in lines
    assert "Ben's somebody without a name loses eva@lorenz.example." in lines


def test_what_no_longer_agrees_is_told() -> None:
    snapshot = cycle(household(card("anna-1", MAIL), card("ben-1", MAIL)))
    snapshot = take(take(snapshot, "anna-1", MAIL), "ben-1", MAIL)
    assert sentences(made(snapshot), snapshot, NAMES) == (
        "Anna's Eva Lorenz and Ben's Eva Lorenz no longer go by eva@lorenz.example.",
    )


@pytest.mark.parametrize("what", ["change", "removal"])
def test_suggestions_are_told(what: str) -> None:
    claims = (claim("anna-1", "anna"),)
    snapshot = cycle(household(card("anna-1", DESK), card("ben-1", DESK), claims=claims))
    if what == "change":
        snapshot = put(snapshot, "ben-1", PHONE, instead_of=DESK)
        expected = "Ben suggests +49 30 23125001 to become +49 1575 1234567 on Anna's Eva Lorenz."
    else:
        snapshot = take(snapshot, "ben-1", DESK)
        expected = "Ben suggests +49 30 23125001 to go on Anna's Eva Lorenz."
    assert sentences(made(snapshot), snapshot, NAMES) == (expected,)


def test_a_question_is_one_line() -> None:
    snapshot = household(card("anna-1", "ORG:A", "TITLE:B"), card("ben-1", "ORG:C", "TITLE:D"))
    (doubt,) = made(snapshot).questions
    assert question_sentence(doubt, snapshot, NAMES) == (
        "Are Anna's Eva Lorenz and Ben's Eva Lorenz the same person? (same name)"
    )
    linked = household(*snapshot.cards, links=(same("anna-1", "ben-1"),))
    (question,) = made(linked).questions
    assert question_sentence(question, linked, NAMES) == (
        "Eva Lorenz: which employer and job title is right?"
    )


def test_a_suggestion_of_a_new_value_is_told() -> None:
    snapshot = household(card("anna-1"), card("ben-1", DESK))
    plan_ = Plan((Suggest("ben", "anna-1", None, find(snapshot, "ben-1", DESK).id),))
    assert sentences(plan_, snapshot, NAMES) == (
        "Ben suggests +49 30 23125001 on Anna's Eva Lorenz.",
    )
