"""What an answer does to which card: nothing beyond what everybody who sees a card may see (R1, R6)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.database import Actor
from server.store.linking import link_cards
from server.store.sharing import set_share
from server.store.views import refresh
from tests.asking import decide, find_case, open_cases
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A household of four; whatever is answered, views are right and the next cycle is empty."""
    made = Home(tmp_path, "anna", "ben", "carl", "dora")
    yield made
    run_cycle(made.db, kind="nightly")
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def edit(home: Home, login: str, href: str, old: str, new: str) -> None:
    """A member changes one line of a card on a device."""
    who = login.partition("+")[0]
    entry = home.get(who, href)
    assert entry is not None
    body = entry.octets.replace(old.encode(), new.encode())
    assert body != entry.octets
    assert home.put(login, href, body, if_match=home.etag(who, entry)).status == 204


def cards(home: Home) -> list[str]:
    with home.db.read() as tx:
        return [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]


def one_person(home: Home) -> None:
    """Somebody says that all cards are one person."""
    ids = cards(home)
    with home.db.write(Actor("decide", "anna")) as tx:
        for index, left in enumerate(ids):
            for right in ids[index + 1 :]:
                link_cards(tx, (left, right), "same", member="anna")
        refresh(tx, ids)


def the_case(home: Home, who: str) -> Case:
    (case,) = (each for each in open_cases(home.db, who) if each.kind == "values")
    return case


def limited(home: Home, line: str) -> None:
    """Ben and Carl differ; what Ben says came from Anna, who shows Dora nothing any more."""
    share(home, "carl", "none", "anna", "ben")
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE, line))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, line))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    assert line.encode() in own(home, "ben", "b.vcf")
    share(home, "carl", "all", "anna", "ben")
    one_person(home)
    cycle(home)
    share(home, "anna", "none", "dora")


def share(home: Home, giver: str, level: str, *takers: str) -> None:
    with home.db.write(Actor("share", giver)) as tx:
        for each in takers:
            set_share(tx, giver, each, level)


@pytest.mark.parametrize("line", ["TITLE:Dr", "EMAIL:dr@example.org"])
def test_what_not_all_who_see_a_card_may_see_is_not_even_asked(home: Home, line: str) -> None:
    """Dora sees Carl's card and not what Ben says: no answer may make Carl's value vanish for her."""
    limited(home, line)
    edit(home, "ben", "b.vcf", line, line.replace(":D", ":Prof").replace(":d", ":prof"))
    edit(home, "carl", "c.vcf", line, line.replace(":D", ":Boss").replace(":d", ":boss"))
    (before,) = home.entries("dora")
    assert b"oss" in before.octets
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert home.entries("dora") == [before]


# --- two own cards of one member ---


def doubles(home: Home, line: str, *, bens: tuple[str, str]) -> None:
    """Anna has one card, Ben two of the same person."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, line))
    home.put("ben", "b1.vcf", a_card("ub1", "Eva Stein", PHONE, bens[0]))
    home.put("ben", "b2.vcf", a_card("ub2", "Eva Stein", PHONE, bens[1]))
    cycle(home)
    one_person(home)
    cycle(home)


def test_a_members_second_own_card_keeps_what_it_says(home: Home) -> None:
    doubles(home, "TITLE:Dr", bens=("TITLE:Prof", "TITLE:Boss"))
    case = the_case(home, "anna")
    decide(home.db, case.id, "TITLE=ben", member="anna")
    assert b"TITLE:Prof" in own(home, "anna", "a.vcf")
    assert b"TITLE:Boss" in own(home, "ben", "b2.vcf")
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"TITLE:Boss" in own(home, "ben", "b2.vcf")


def test_the_value_of_a_second_own_card_can_be_chosen(home: Home) -> None:
    doubles(home, "TITLE:Dr", bens=("TITLE:Prof", "TITLE:Boss"))
    case = the_case(home, "anna")
    answers = [each.answer for each in case.questions[0].options]
    assert sorted(answers) == ["anna", "ben", "ben#2"]
    second = next(each for each in case.questions[0].options if each.answer == "ben#2")
    decide(home.db, case.id, "TITLE=ben#2", member="anna")
    assert f"TITLE:{second.value}".encode() in own(home, "anna", "a.vcf")
    assert b"TITLE:Prof" in own(home, "ben", "b1.vcf")
    assert b"TITLE:Boss" in own(home, "ben", "b2.vcf")


def test_whose_values_win_must_be_one_value(home: Home) -> None:
    doubles(home, "TITLE:Dr", bens=("TITLE:Prof", "TITLE:Boss"))
    case = the_case(home, "anna")
    with pytest.raises(UsageError, match="TITLE=ben or TITLE=ben#2"):
        decide(home.db, case.id, "ben", member="anna")


def test_anothers_value_goes_to_both_own_cards(home: Home) -> None:
    doubles(home, "TITLE:Dr", bens=("TITLE:Prof", "TITLE:Boss"))
    decide(home.db, the_case(home, "anna").id, "anna", member="anna")
    assert b"TITLE:Dr" in own(home, "ben", "b1.vcf")
    assert b"TITLE:Dr" in own(home, "ben", "b2.vcf")


def test_both_does_not_merge_two_own_cards(home: Home) -> None:
    doubles(home, "EMAIL:x@example.org", bens=("EMAIL:x@example.org", "EMAIL:x@example.org"))
    edit(home, "anna", "a.vcf", "EMAIL:x@", "EMAIL:xa@")
    edit(home, "ben", "b1.vcf", "EMAIL:x@", "EMAIL:xb@")
    edit(home, "ben", "b2.vcf", "EMAIL:x@", "EMAIL:xc@")
    cycle(home)
    case = the_case(home, "anna")
    decide(home.db, case.id, "both", member="anna")
    assert all(each in own(home, "anna", "a.vcf") for each in (b"xa@", b"xb@", b"xc@"))
    assert b"xc@" not in own(home, "ben", "b1.vcf")
    assert b"xb@" not in own(home, "ben", "b2.vcf")


# --- two at once, and stale forms ---


def test_the_second_of_two_answers_is_told_that_it_was_answered(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Dr"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Prof"))
    cycle(home)
    case = the_case(home, "anna")
    decide(home.db, case.id, "anna", member="anna")
    with pytest.raises(NotFound, match="answered meanwhile"):
        decide(home.db, case.id, "ben", member="ben")
    assert b"TITLE:Dr" in own(home, "ben", "b.vcf")


def test_values_that_changed_since_they_were_shown_are_asked_anew(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Dr"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Prof"))
    cycle(home)
    case = the_case(home, "anna")
    edit(home, "ben", "b.vcf", "TITLE:Prof", "TITLE:Boss")
    with pytest.raises(NotFound, match="values changed"):
        decide(home.db, case.id, "ben", member="anna")
    assert b"TITLE:Dr" in own(home, "anna", "a.vcf")
    assert the_case(home, "anna").id != case.id


def test_a_suggestion_is_asked_anew_when_the_card_says_something_else_by_now(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Dr"))
    cycle(home)
    edit(home, "ben", home.entries("ben")[0].href, "TITLE:Dr", "TITLE:Prof")
    (case,) = open_cases(home.db, "anna")
    edit(home, "anna", "a.vcf", "TITLE:Dr", "TITLE:Boss")
    with pytest.raises(NotFound, match="values changed"):
        decide(home.db, case.id, "accept", member="anna")
    (now,) = open_cases(home.db, "anna")
    assert now.questions[0].options[0].value == "Boss"
    decide(home.db, now.id, "decline", member="anna")
    assert b"TITLE:Boss" in own(home, "anna", "a.vcf")


def test_another_change_to_the_card_leaves_a_suggestion_as_it_was_asked(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Dr"))
    cycle(home)
    edit(home, "ben", home.entries("ben")[0].href, "TITLE:Dr", "TITLE:Prof")
    (case,) = open_cases(home.db, "anna")
    edit(home, "anna", "a.vcf", "END:VCARD", "NOTE:n\r\nEND:VCARD")
    assert find_case(home.db, case.id, "anna").id == case.id


def test_a_lost_race_is_asked_anew_when_the_card_changed_again(home: Home) -> None:
    home.add_device("anna", "tablet")
    card = a_card("ua", "Eva Stein", PHONE, "TITLE:Dr")
    etag = home.put("anna", "a.vcf", card).etag
    home.put("anna+tablet", "a.vcf", card.replace(b"Dr", b"Prof"), if_match=etag)
    assert home.put("anna", "a.vcf", card.replace(b"Dr", b"Boss"), if_match=etag).status == 412
    cycle(home)
    (case,) = open_cases(home.db, "anna")
    edit(home, "anna+tablet", "a.vcf", "TITLE:Prof", "TITLE:Chief")
    with pytest.raises(NotFound, match="values changed"):
        decide(home.db, case.id, "mine", member="anna")
    assert b"TITLE:Chief" in own(home, "anna", "a.vcf")
    (now,) = open_cases(home.db, "anna")
    decide(home.db, now.id, "mine", member="anna")
    assert b"TITLE:Boss" in own(home, "anna", "a.vcf")
