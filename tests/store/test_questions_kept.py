"""What is kept of questions is what would be asked, whatever somebody else answers meanwhile (R1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.history import last_act
from server.store.linking import end_links, link_cards
from server.store.sharing import set_share
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna has two cards of one name; Ben sees both and has a private one."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a1.vcf", a_card("a1", "Jan Vermeer", "EMAIL:one@example.org"))
    made.put("anna", "a2.vcf", a_card("a2", "Jan Vermeer", "EMAIL:two@example.org"))
    body = a_card("b", "Jan Vermeer", "EMAIL:three@example.org", "CLASS:PRIVATE")
    made.put("ben", "b.vcf", body)
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


@pytest.mark.parametrize("choice", ["same", "different", "later"])
def test_an_answer_leaves_what_others_are_asked_of_the_same_card(home: Home, choice: str) -> None:
    (case,) = open_cases(home.db, "anna")
    decide(home.db, case.id, choice, member="anna")
    assert home.verify() == ()
    run_cycle(home.db, kind="quick")
    assert len(open_cases(home.db, "ben")) == 1


def test_piles_that_leave_somebody_open_are_asked_further(tmp_path: Path) -> None:
    made = Home(tmp_path, "anna")
    birthday = "BDAY:1980-02-29"
    for number, line in enumerate((birthday, "NOTE:other", birthday)):
        name = "Eva Steiner" if number == 2 else "Eva Stein"
        made.put("anna", f"{number}.vcf", a_card(f"u{number}", name, line))
    run_cycle(made.db, kind="command", releasing=True)
    for case in open_cases(made.db, "anna"):
        for choice in case.choices:
            if "=" not in choice:
                decide(made.db, case.id, choice, member="anna")
                assert made.verify() == ()
            break
    made.db.close()


def test_a_person_who_is_parted_again_is_asked_about_by_the_next_cycle(tmp_path: Path) -> None:
    """Undoing a link leaves a namesake in doubt with both."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "1.vcf", a_card("a1", "Eva Steiner", "EMAIL:one@example.org"))
    made.put("anna", "2.vcf", a_card("a2", "Eva Steiner", "EMAIL:two@example.org"))
    made.put("ben", "b.vcf", a_card("b", "Eva Steiner", "EMAIL:one@example.org"))
    report = run_cycle(made.db, kind="command", releasing=True)
    assert report is not None
    with made.db.write(Actor("undo")) as tx:
        undo_act(tx, last_act(tx))
    assert made.verify() == ()
    run_cycle(made.db, kind="command", releasing=True)
    assert made.verify() == ()
    made.db.close()


def test_who_is_asked_otherwise_after_different_is_undone_is_asked_by_the_next_cycle(
    tmp_path: Path,
) -> None:
    """It was said for all; since then Anna sees Ben's card no more, and only he and Carl see both."""
    made = Home(tmp_path, "anna", "ben", "carl")
    made.put("anna", "a.vcf", a_card("a", "Eva Stein"))
    made.put("ben", "b.vcf", a_card("b", "Eva Stein"))
    run_cycle(made.db, kind="command", releasing=True)
    (case,) = open_cases(made.db, "anna")
    decide(made.db, case.id, "different", member="anna")
    with made.db.read() as tx:
        answered = last_act(tx)
    with made.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "anna", "none")
    run_cycle(made.db, kind="command", releasing=True)
    with made.db.write(Actor("undo", "anna")) as tx:
        undo_act(tx, answered, member="anna")
    assert made.verify() == ()
    run_cycle(made.db, kind="command", releasing=True)
    assert made.verify() == ()
    assert len(open_cases(made.db, "ben")) == len(open_cases(made.db, "carl")) == 1
    made.db.close()


def test_what_a_cycle_asks_of_two_own_cards_is_what_the_next_one_would(tmp_path: Path) -> None:
    """Ben's first card is not Anna's, and so not Carl's, which the cycle makes one with hers."""
    made = Home(tmp_path, "anna", "ben", "carl")
    with made.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "carl", "none")
    made.put("anna", "a.vcf", a_card("a", "Mia Berg", "EMAIL:mia@example.org"))
    made.put("ben", "b1.vcf", a_card("b1", "Mia Berg"))
    run_cycle(made.db, kind="command", releasing=True)
    (case,) = open_cases(made.db, "anna")
    decide(made.db, case.id, "different", member="anna")
    made.put("carl", "c.vcf", a_card("c", "Mia Berg", "EMAIL:mia@example.org"))
    made.put("ben", "b2.vcf", a_card("b2", "Mia Berg"))
    run_cycle(made.db, kind="command", releasing=True)
    assert made.verify() == ()
    made.db.close()


@pytest.mark.parametrize("choice", ["keep", "anna"])
def test_an_answer_that_is_undone_and_undone_again_is_asked_no_more(
    tmp_path: Path, choice: str
) -> None:
    made = Home(tmp_path, "anna", "ben")
    for who, title in (("anna", "TITLE:Dr"), ("ben", "TITLE:Prof")):
        made.put(who, "e.vcf", a_card(who, "Eva Stein", "EMAIL:eva@example.org", title))
    run_cycle(made.db, kind="command", releasing=True)
    (case,) = open_cases(made.db, "anna")
    decide(made.db, case.id, choice, member="anna")
    for asked in (1, 0, 1):
        with made.db.write(Actor("undo")) as tx:
            undo_act(tx, last_act(tx))
        assert made.verify() == ()
        assert len(open_cases(made.db, "anna")) == asked
    made.db.close()


def test_what_an_undo_opens_hangs_together_with_what_is_asked_of_others(tmp_path: Path) -> None:
    """Anna's first card has a value from Ben's second one, which is in doubt with her second one."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "1.vcf", a_card("a1", "Eva Stein"))
    made.put("ben", "1.vcf", a_card("b1", "Eva Stein"))
    made.put("ben", "2.vcf", a_card("b2", "Mia Berg", "ORG:Bakery"))
    with made.db.read() as tx:
        found = dict(tx.connection.execute("SELECT uid, id FROM card").fetchall())
    say(made, "same", found["a1"], found["b2"])
    run_cycle(made.db, kind="command", releasing=True)
    with made.db.write(Actor("decide", "anna")) as tx:
        end_links(tx, found["a1"], found["b2"])
        refresh(tx, found.values())
    run_cycle(made.db, kind="command", releasing=True)
    (case,) = open_cases(made.db, "anna")
    decide(made.db, case.id, "same", member="anna")
    with made.db.read() as tx:
        answered = last_act(tx)
    made.put("ben", "2.vcf", a_card("b2", "Eva Stein", "ORG:Bakery"))
    made.put("anna", "2.vcf", a_card("a2", "Eva Stein"))
    with made.db.read() as tx:
        found = dict(tx.connection.execute("SELECT uid, id FROM card").fetchall())
    say(made, "apart", found["b1"], found["b2"])
    say(made, "apart", found["a1"], found["a2"])
    run_cycle(made.db, kind="command", releasing=True)
    with made.db.write(Actor("undo")) as tx:
        undo_act(tx, answered)
    assert made.verify() == ()
    made.db.close()


def say(home: Home, verdict: str, left: str, right: str) -> None:
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (left, right), verdict, member="anna")
        refresh(tx, (left, right))
