"""Whom two members claim is a question to both; until it is answered nobody's changes are followed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cases.undoing import undo
from server.cycle import run_cycle, trial
from server.errors import UsageError
from server.store.cards import claims_of, owner_said
from server.store.database import Actor
from server.store.linking import say_claim
from server.store.sharing import set_visibility
from server.store.undoing import last_decision, undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl; Anna and Ben have Eva, and both say that she is theirs."""
    made = Home(tmp_path, "anna", "ben", "carl")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    made.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(made)
    claim(made, "anna", "a.vcf")
    claim(made, "ben", "b.vcf")
    cycle(made)
    yield made
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def card_at(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        book = home.book(tx, who)
        rows = tx.connection.execute(
            "SELECT card FROM slot WHERE book = ? AND href = ?", (book.id, href)
        ).fetchone()
    return str(rows[0])


def claim(home: Home, who: str, href: str, says: str = "mine") -> None:
    card = card_at(home, who, href)
    home.clock.pass_seconds(1)
    with home.db.write(Actor("own", who)) as tx:
        say_claim(tx, card, who, says, None)
        refresh(tx, (card,))


def disputes(home: Home, who: str | None) -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "dispute"]


def undo_claim(home: Home, act: int) -> int:
    with home.db.write(Actor("undo", "ben")) as tx:
        return undo_act(tx, act, member="ben").act


def owner(home: Home) -> str | None:
    cards = (card_at(home, "anna", "a.vcf"), card_at(home, "ben", "b.vcf"))
    with home.db.read() as tx:
        return owner_said(each for card in cards for each in claims_of(tx, card))


def test_both_are_asked_once_and_nobody_else(home: Home) -> None:
    (case,) = disputes(home, "anna")
    assert disputes(home, "ben") == disputes(home, None) == [case]
    assert disputes(home, "carl") == []
    assert case.sentence == "Anna and Ben both say that Eva Stein is theirs. Whose is it?"
    assert case.choices == ("anna", "ben", "ours", "later")


@pytest.mark.parametrize(("choice", "whose"), [("anna", "anna"), ("ben", "ben"), ("ours", "")])
def test_the_answer_settles_whose_it_is(home: Home, choice: str, whose: str) -> None:
    decide(home.db, disputes(home, "ben")[0].id, choice, member="ben")
    assert owner(home) == whose
    assert disputes(home, None) == []
    cycle(home)
    assert disputes(home, None) == []


def test_undoing_the_answer_asks_again(home: Home) -> None:
    decide(home.db, disputes(home, "ben")[0].id, "anna", member="ben")
    with home.db.read() as tx:
        act = last_decision(tx, "ben")
    assert act is not None
    undo(home.db, act, member="ben")
    cycle(home)
    assert len(disputes(home, "anna")) == 1


def test_undoing_that_and_having_it_back_asks_what_was_asked(home: Home) -> None:
    (case,) = disputes(home, "anna")
    claim(home, "ben", "b.vcf", "released")
    claim(home, "ben", "b.vcf")
    cycle(home)
    (anew,) = disputes(home, "anna")
    assert anew.id != case.id
    with home.db.read() as tx:
        (act,) = tx.connection.execute("SELECT max(id) FROM act WHERE kind = 'own'").fetchone()
    for _ in range(2):
        act = undo_claim(home, undo_claim(home, act))
        assert disputes(home, "anna") == [anew]


def test_an_answer_that_was_undone_is_the_same_question_again(home: Home) -> None:
    (case,) = disputes(home, "ben")
    decide(home.db, case.id, "anna", member="ben")
    with home.db.read() as tx:
        act = last_decision(tx, "ben")
    assert act is not None
    undo(home.db, act, member="ben")
    assert disputes(home, "ben") == [case]
    decide(home.db, case.id, "anna", member="ben")
    assert disputes(home, "ben") == []


def test_whoever_claims_again_asks_again(home: Home) -> None:
    decide(home.db, disputes(home, "anna")[0].id, "anna", member="anna")
    claim(home, "ben", "b.vcf")
    cycle(home)
    assert len(disputes(home, "anna")) == 1


def test_letting_go_ends_the_question_at_once(home: Home) -> None:
    claim(home, "ben", "b.vcf", "released")
    assert disputes(home, None) == []
    assert owner(home) == "anna"


def test_who_does_not_see_the_others_card_is_asked_nothing(home: Home) -> None:
    card = card_at(home, "anna", "a.vcf")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert disputes(home, "ben") == disputes(home, "anna") == []


def test_another_word_is_no_answer(home: Home) -> None:
    with pytest.raises(UsageError, match="is no answer to this case; say anna, ben, ours, later"):
        decide(home.db, disputes(home, "anna")[0].id, "carl", member="anna")
