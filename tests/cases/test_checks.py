"""Is this still right? Asked of who keeps the value, seldom, never twice, and never in place of a question."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, checks, decide, open_cases, waiting_cases
from server.cases.replaying import restore
from server.cases.undoing import undo, undo_mark, undo_marked
from server.cycle import measure, run_cycle
from server.errors import NotFound, UsageError
from server.store.backup import backup
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.facts import live_facts
from server.store.history import last_act
from server.store.sharing import add_member, set_share
from tests.builders import Home, a_card

YEAR = 366 * 24 * 3600
PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben typed one number of Eva's long ago, Anna one of somebody whom she alone knows."""
    made = Home(tmp_path / "data", "anna", "ben")
    made.put("anna", "a.vcf", a_card("a", "Eva Stein", PHONE))
    made.put("ben", "b.vcf", a_card("b", "Eva Stein", PHONE))
    made.put("anna", "s.vcf", a_card("s", "Sole Person", "EMAIL:sole@example.org"))
    run_cycle(made.db, kind="command", releasing=True)
    made.clock.pass_seconds(12 * YEAR)
    measure(made.db)
    yield made
    assert made.verify() == ()
    made.db.close()


def asked(home: Home, who: str | None) -> list[str]:
    return [each.title for each in checks(home.db, who)]


def the(home: Home, who: str, title: str) -> Case:
    return next(each for each in checks(home.db, who) if each.title == title)


def answer(home: Home, who: str, title: str, choice: str) -> str:
    home.clock.pass_seconds(60)
    return decide(home.db, the(home, who, title).id, choice, member=who)


def night(home: Home) -> None:
    home.clock.pass_seconds(24 * 3600)
    run_cycle(home.db, kind="nightly")
    measure(home.db)


def numbers(home: Home, who: str, name: str = "Eva Stein") -> bool:
    return b"23125 101" in home.entry(who, name).octets


def test_keepers_are_asked_those_first_whom_both_know(home: Home) -> None:
    assert asked(home, "anna") == ["Eva Stein", "Sole Person"]
    assert asked(home, "ben") == ["Eva Stein"]
    case = the(home, "anna", "Eva Stein")
    assert case.kind == "still-right"
    assert case.sentence == "Eva Stein: is this still right? Mobile: +49 30 23125 101"
    assert case.choices == ("right", "former", "unknown", "later")


def test_nothing_of_it_is_a_question_that_waits(home: Home) -> None:
    assert open_cases(home.db, "anna") == ()
    assert waiting_cases(home.db, "anna", most=9).count == 0


def test_still_right_is_said_once_for_all_who_see_it(home: Home) -> None:
    assert "right today" in answer(home, "anna", "Eva Stein", "right")
    assert asked(home, "anna") == ["Sole Person"]
    assert asked(home, "ben") == []
    night(home)
    assert asked(home, "anna") == ["Sole Person"]
    assert asked(home, "ben") == []
    home.clock.pass_seconds(12 * YEAR)
    night(home)
    assert asked(home, "anna") == ["Eva Stein", "Sole Person"]
    answer(home, "anna", "Eva Stein", "right")
    night(home)
    assert asked(home, "anna") == ["Sole Person"], "it may be said as often as it ages"


def test_who_does_not_see_it_is_asked_all_the_same(home: Home) -> None:
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    answer(home, "anna", "Eva Stein", "right")
    assert asked(home, "ben") == ["Eva Stein"]
    night(home)
    assert asked(home, "ben") == ["Eva Stein"]


def test_undone_it_is_asked_again_of_both(home: Home) -> None:
    answer(home, "anna", "Eva Stein", "right")
    undo_marked(home.db, undo_mark(home.db, "anna"), member="anna")
    assert asked(home, "anna") == ["Eva Stein", "Sole Person"]
    assert asked(home, "ben") == ["Eva Stein"]
    night(home)
    assert asked(home, "ben") == ["Eva Stein"]


def test_what_is_right_no_more_becomes_a_former_value_everywhere(home: Home) -> None:
    assert "former" in answer(home, "anna", "Eva Stein", "former")
    mark = undo_mark(home.db, "anna")
    with home.db.read() as tx:
        said = last_act(tx)
    assert not numbers(home, "anna")
    night(home)
    assert not numbers(home, "ben")
    assert asked(home, "ben") == []
    assert mark
    assert undo_mark(home.db, "anna") in ("", mark)
    home.clock.pass_seconds(60)
    undo(home.db, said, member="anna")
    assert numbers(home, "anna")
    night(home)
    assert numbers(home, "ben"), "taking it back is an edit, too"


@pytest.mark.parametrize(("choice", "days"), [("later", 30), ("unknown", 365)])
def test_who_does_not_know_is_left_alone_for_a_while(home: Home, choice: str, days: int) -> None:
    answer(home, "anna", "Eva Stein", choice)
    assert numbers(home, "anna")
    assert asked(home, "anna") == ["Sole Person"]
    home.clock.pass_seconds((days - 2) * 24 * 3600)
    night(home)
    assert asked(home, "anna") == ["Sole Person"]
    home.clock.pass_seconds(2 * 24 * 3600)
    night(home)
    assert asked(home, "anna") == ["Eva Stein", "Sole Person"]


def test_only_who_is_asked_may_answer(home: Home) -> None:
    case = the(home, "anna", "Sole Person")
    with pytest.raises(NotFound):
        decide(home.db, case.id, "right", member="ben")
    with pytest.raises(UsageError, match="right, former"):
        decide(home.db, case.id, "perhaps", member="anna")
    decide(home.db, case.id, "right", member="anna")
    with pytest.raises(NotFound):
        decide(home.db, case.id, "right", member="anna")


def test_what_goes_meanwhile_is_asked_no_more(home: Home) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "EMAIL:new@example.org"))
    home.delete("anna", "a.vcf")
    assert asked(home, "anna") == []


def test_guests_are_asked_nothing(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gast", name="Gast", shares="none", role="guest")
    measure(home.db)
    assert asked(home, "gast") == []


def test_a_child_may_say_so_of_a_card_of_its_own(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "mia", name="Mia", shares="none", role="child")
    home.add_device("mia", "phone")
    home.put("mia", "m.vcf", a_card("m", "Eva Stein", PHONE))
    home.clock.pass_seconds(12 * YEAR)
    night(home)
    assert asked(home, "mia") == ["Eva Stein"]
    answer(home, "mia", "Eva Stein", "former")
    assert not numbers(home, "mia")
    night(home)
    assert numbers(home, "anna")


def test_few_are_asked_about_and_of_each_one_value(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna")
    for index in range(20):
        lines = (f"TEL:+49 30 2312{index:04}", f"EMAIL:m{index}@example.org")
        home.put("anna", f"{index}.vcf", a_card(f"u{index}", f"Person {index:02}", *lines))
    home.clock.pass_seconds(20 * YEAR)
    measure(home.db)
    titles = asked(home, "anna")
    assert len(titles) == len(set(titles)) == 12
    assert len(checks(home.db, "anna", most=3)) == 3
    home.db.close()


def test_a_restore_gives_the_answers_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", "anna", "ben")
    home.put("anna", "a.vcf", a_card("a", "Eva Stein", PHONE, MAIL))
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "EMAIL:sole@example.org"))
    run_cycle(home.db, kind="command", releasing=True)
    backup(home.db, tmp_path / "copy.db")
    home.clock.pass_seconds(12 * YEAR)
    measure(home.db)
    mobile = the(home, "anna", "Eva Stein")
    answer(home, "anna", "Eva Stein", "right")
    answer(home, "anna", "Sole Person", "former")
    done = restore(home.db.folder, tmp_path / "copy.db")
    assert done.problems == (), done
    assert b"sole@" not in home.entry("anna", "Sole Person").octets
    measure(home.db)
    assert mobile.id not in {each.id for each in checks(home.db, "anna")}
    with home.db.read() as tx:
        (row,) = cards_with_uid(tx, "anna", "a")
        assert len(live_facts(tx, row.id, "DE")) > 2
    home.db.close()
