"""Who stands twice in the book of one member is one question, answered for all of them or for some."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case
from server.cases.listing import waiting_cases
from server.cases.recounting import recount
from server.cases.undoing import undo
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.migrate import migrate
from server.store.undoing import last_decision
from tests.asking import decide, find_case, open_cases
from tests.builders import Home, a_card

MAIL = "EMAIL:mia@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna has three people who may be two cards each, Ben has one."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "m.vcf", a_card("m", "Mia Berg", MAIL))
    made.put("anna", "n.vcf", a_card("n", "Mia Berger", MAIL))
    for number, name in enumerate(("Tom Wald", "Ute Feld")):
        for which in "ab":
            made.put("anna", f"{number}{which}.vcf", a_card(f"{number}{which}", name))
    for which in "ab":
        made.put("ben", f"{which}.vcf", a_card(f"ben-{which}", "Jan Vermeer"))
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    run_cycle(made.db, kind="command", releasing=True)
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def the_doubles(home: Home) -> Case:
    (case,) = [each for each in open_cases(home.db, "anna") if each.kind == "doubles"]
    return find_case(home.db, case.id, "anna")


def kinds(home: Home, who: str | None) -> list[str]:
    return sorted(each.kind for each in open_cases(home.db, who))


def said(home: Home, verdict: str) -> int:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT count(*) FROM link WHERE ended IS NULL AND verdict = ?", (verdict,)
        ).fetchone()
    return int(row[0])


def ids(case: Case) -> dict[str, str]:
    return {min(side.name for side in each.case.sides): each.case.id for each in case.doubles}


def undo_last(home: Home) -> None:
    with home.db.read() as tx:
        act = last_decision(tx, "anna")
    assert act is not None
    undo(home.db, act, member="anna")


def test_they_are_one_question_of_their_member_and_one_alone_stays_as_it_is(home: Home) -> None:
    assert kinds(home, "anna") == ["doubles"]
    assert kinds(home, "ben") == ["same-person"]
    assert kinds(home, None) == ["doubles", "same-person"]
    case = the_doubles(home)
    assert case.sentence == "3 people may be in the book of Anna twice."
    assert list(ids(case)) == ["Mia Berg", "Tom Wald", "Ute Feld"]
    assert [each.is_sure for each in case.doubles] == [True, False, False]
    with pytest.raises(NotFound):
        find_case(home.db, case.id, "ben")


def test_some_are_answered_in_one_act_that_is_undone_as_one(home: Home) -> None:
    case = the_doubles(home)
    named = ids(case)
    told = decide(home.db, case.id, f"{named['Tom Wald']} {named['Ute Feld']}=same", member="anna")
    assert told == "Your doubles: 2 of them are one person each now."
    assert said(home, "same") == 2
    assert kinds(home, "anna") == ["same-person"]
    undo_last(home)
    assert said(home, "same") == 0
    assert ids(the_doubles(home)) == named


def test_all_are_answered_with_one_word(home: Home) -> None:
    decide(home.db, the_doubles(home).id, "same", member=None)
    assert said(home, "same") == 3
    assert kinds(home, "anna") == []


def test_one_may_be_two_people(home: Home) -> None:
    case = the_doubles(home)
    decide(home.db, case.id, f"{ids(case)['Tom Wald']}=different", member="anna")
    assert (said(home, "apart"), said(home, "same")) == (1, 0)
    assert sorted(ids(the_doubles(home))) == ["Mia Berg", "Ute Feld"]


def test_each_is_answered_alone_too(home: Home) -> None:
    which = ids(the_doubles(home))["Mia Berg"]
    assert find_case(home.db, which, "anna").kind == "same-person"
    assert waiting_cases(home.db, "anna", most=0, case_id=which).place == 1
    decide(home.db, which, "same", member="anna")
    assert said(home, "same") == 1
    assert sorted(ids(the_doubles(home))) == ["Tom Wald", "Ute Feld"]


def test_who_was_left_for_later_comes_last(home: Home) -> None:
    case = the_doubles(home)
    named = ids(case)
    words = f"{named['Tom Wald']}=later {named['Ute Feld']}=later {named['Mia Berg']}=later"
    assert decide(home.db, case.id, words, member="anna").startswith("Left for later")
    home.put("anna", "o.vcf", a_card("o", "Ole Hansen"))
    home.put("anna", "p.vcf", a_card("p", "Ole Hansen"))
    run_cycle(home.db, kind="command", releasing=True)
    assert waiting_cases(home.db, "anna", most=1).cases[0].title.startswith("Ole Hansen")
    decide(home.db, the_doubles(home).id, "later", member="anna")
    assert said(home, "same") == said(home, "apart") == 0
    with home.db.read() as tx:
        assert last_decision(tx, "anna") is None


@pytest.mark.parametrize("choice", ["", "perhaps", "0123", "{id}=perhaps", "{id} 0123"])
def test_what_is_no_answer_changes_nothing(home: Home, choice: str) -> None:
    case = the_doubles(home)
    with pytest.raises(UsageError):
        decide(home.db, case.id, choice.format(id=case.doubles[0].case.id), member="anna")
    assert said(home, "same") == 0


def test_of_one_that_is_not_asked_any_more_nothing_is_said(home: Home) -> None:
    case = the_doubles(home)
    home.delete("anna", "0a.vcf")
    with pytest.raises(UsageError):
        decide(home.db, case.id, " ".join(ids(case).values()), member="anna")
    assert said(home, "same") == 0


def test_the_history_says_how_many_they_are(home: Home) -> None:
    case = the_doubles(home)
    named = ids(case)
    decide(home.db, case.id, f"{named['Tom Wald']} {named['Ute Feld']}", member="anna")
    with reading_as(home.db, "anna") as tx:
        (told, *_) = recount(tx, recent_acts(tx, most=1))
    assert told.sentence == (
        "Anna said of Tom Wald and Ute Feld: one person each, who had two cards."
    )
    undo_last(home)
    case = the_doubles(home)
    words = f"{named['Tom Wald']} {named['Ute Feld']} {named['Mia Berg']}=different"
    decide(home.db, case.id, words, member="anna")
    with reading_as(home.db, "anna") as tx:
        (told, *_) = recount(tx, recent_acts(tx, most=1))
    assert "6 cards of" in told.sentence
    assert "4 different people" in told.sentence


def test_what_an_older_version_asked_is_one_question_after_its_migration(home: Home) -> None:
    with home.db.write(Actor("settings")) as tx:
        tx.connection.execute("ALTER TABLE act DROP COLUMN about")  # it came later
        tx.connection.execute("UPDATE question SET kind = 'same-person' WHERE kind = 'double'")
        tx.connection.execute("UPDATE alembic_version SET version_num = '0015'")
    assert kinds(home, "anna") == ["same-person"] * 3
    home.db.close()
    migrate(home.db.path)
    assert kinds(home, "anna") == ["doubles"]
    assert kinds(home, "ben") == ["same-person"]
