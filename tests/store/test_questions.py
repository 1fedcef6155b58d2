"""Questions are kept as they read, and dropped as soon as they would read otherwise (design rules R1 and R7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases, waiting_cases
from server.cycle import run_cycle
from server.errors import NotFound
from server.store.database import Actor
from server.store.sharing import set_member, set_visibility
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who are asked about one double and one title."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a1.vcf", a_card("a1", "Eva Stein", "EMAIL:eva@example.org"))
    made.put("ben", "b1.vcf", a_card("b1", "Eva Stein", "TEL:+49 30 23125 202"))
    made.put("anna", "a2.vcf", a_card("a2", "Jan Berg", PHONE, "TITLE:Prof"))
    made.put("ben", "b2.vcf", a_card("b2", "Jan Berg", PHONE, "TITLE:Dr"))
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


def kinds(home: Home, who: str = "anna") -> list[str]:
    return [each.kind for each in open_cases(home.db, who)]


def the_case(home: Home, kind: str) -> Case:
    return next(each for each in open_cases(home.db, "anna") if each.kind == kind)


def change(home: Home, href: str, before: str, after: str) -> None:
    entry = home.get("ben", href)
    assert entry is not None
    body = entry.octets.replace(before.encode(), after.encode())
    assert body != entry.octets
    home.put("ben", href, body, if_match=home.etag("ben", entry))


def hide(home: Home, case: Case) -> None:
    """Ben makes his card of a case private."""
    side = next(each for each in case.sides if each.member == "ben")
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, side.card, "private")


def test_a_cycle_leaves_what_it_asks(home: Home) -> None:
    assert kinds(home) == kinds(home, "ben") == ["same-person", "values"]


@pytest.mark.parametrize("kind", ["same-person", "values"])
def test_what_becomes_private_is_asked_no_more_at_once(home: Home, kind: str) -> None:
    hide(home, the_case(home, kind))
    assert kind not in kinds(home)
    assert kind not in kinds(home, "ben")


def test_what_nobody_else_sees_leaves_a_question_as_it_is(home: Home) -> None:
    before = open_cases(home.db, "anna")
    change(home, "b1.vcf", "END:VCARD", "NOTE:mine alone\r\nEND:VCARD")
    change(home, "b2.vcf", "END:VCARD", "NOTE:mine alone\r\nEND:VCARD")
    home.put("ben", "p.vcf", a_card("p", "Jan Berg", PHONE, "CLASS:PRIVATE"))
    assert open_cases(home.db, "anna") == before


def test_what_changed_is_asked_anew_by_the_next_cycle(home: Home) -> None:
    case = the_case(home, "values")
    change(home, "b2.vcf", "TITLE:Dr", "TITLE:Dr. h. c.")
    assert kinds(home) == ["same-person"]
    with pytest.raises(NotFound, match="values changed"):
        decide(home.db, case.id, "anna", member="anna")
    run_cycle(home.db, kind="quick")
    found = the_case(home, "values").questions[0].options
    assert {each.value for each in found} == {"Prof", "Dr. h. c."}


def test_an_answer_leaves_what_it_opens(home: Home) -> None:
    change(home, "b1.vcf", "END:VCARD", "TITLE:Dr\r\nEND:VCARD")
    run_cycle(home.db, kind="quick")
    entry = home.get("anna", "a1.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", b"TITLE:Prof\r\nEND:VCARD")
    home.put("anna", "a1.vcf", body, if_match=home.etag("anna", entry))
    run_cycle(home.db, kind="quick")
    decide(home.db, the_case(home, "same-person").id, "same", member="anna")
    assert kinds(home) == ["values", "values"]


def test_members_are_called_as_they_are_now(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", name="Benjamin")
    assert "Benjamin" in {each.member_name for each in the_case(home, "values").sides}


def test_no_more_is_told_than_a_page_shows(home: Home) -> None:
    every = open_cases(home.db, "anna")
    waiting = waiting_cases(home.db, "anna", most=1, case_id=every[1].id)
    assert (waiting.count, waiting.cases, waiting.place) == (2, every[:1], 2)


def test_verify_tells_of_a_question_that_is_kept_otherwise(home: Home) -> None:
    with home.db.write(Actor("test")) as tx:
        tx.connection.execute("UPDATE question SET content = replace(content, 'Prof', 'Pope')")
    assert [each for each in home.verify() if "would read otherwise" in each]
    run_cycle(home.db, kind="command")


def test_a_letter_says_nothing_any_more_of_what_became_private(tmp_path: Path) -> None:
    home = Home(tmp_path / "letters", "anna", "ben")
    home.put("anna", "a.vcf", a_card("a", "Jan Berg", PHONE))
    home.put("ben", "b.vcf", a_card("b", "Jan Berg", PHONE, "EMAIL:jan@example.org"))
    run_cycle(home.db, kind="quick")
    (case,) = open_cases(home.db, "anna")
    assert case.letter is not None
    assert case.letter.common == 1
    home.put("ben", "p.vcf", a_card("p", "Jan Berg", PHONE, "CLASS:PRIVATE"))
    assert open_cases(home.db, "anna") == (case,)
    with home.db.read() as tx:
        (card,) = tx.connection.execute("SELECT card FROM slot WHERE href = 'b.vcf'").fetchone()
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, card, "private")
    (case,) = open_cases(home.db, "anna")
    assert (case.letter, case.choices) == (None, ("later",))
    run_cycle(home.db, kind="quick")
    (case,) = open_cases(home.db, "anna")
    assert case.letter is not None
    assert case.letter.common == 0
    home.db.close()


def test_pairs_that_become_one_question_of_several_people_are_not_kept_as_pairs(
    home: Home,
) -> None:
    home.put(
        "anna", "a3.vcf", a_card("a3", "Eva Stein", "URL:https://example.org/", "CLASS:PRIVATE")
    )
    run_cycle(home.db, kind="command", releasing=True)
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT id FROM card WHERE uid = 'a3'").fetchall()
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, str(rows[0][0]), "shared")
    assert home.verify() == ()
    run_cycle(home.db, kind="command", releasing=True)
    assert "cluster" in kinds(home)
