"""Children and guests: a child reaches others' cards only by suggestion, a guest only reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cycle import run_cycle, trial
from server.errors import UsageError
from server.store.database import Actor
from server.store.linking import say_claim
from server.store.sharing import set_member, set_share
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
OTHER = "TEL;TYPE=HOME:+49 30 23125 202"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Mia, a child, who show each other everything."""
    made = Home(tmp_path, "anna", "mia")
    with made.db.write(Actor("member")) as tx:
        set_member(tx, "mia", role="child")
    for giver, taker in (("anna", "mia"), ("mia", "anna")):
        with made.db.write(Actor("share")) as tx:
            set_share(tx, giver, taker, "all")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def claim(home: Home, href: str, who: str, says: str) -> None:
    with home.db.write(Actor("own", who)) as tx:
        row = tx.connection.execute("SELECT card FROM slot WHERE href = ?", (href,)).fetchone()
        say_claim(tx, row[0], who, says, None)
        refresh(tx, (row[0],))


def suggestions(home: Home, who: str) -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "suggestion"]


def test_a_childs_edit_of_what_is_ours_waits_for_the_keeper(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    claim(home, "a.vcf", "anna", "ours")
    seen = home.entries("mia")[0]
    typed = seen.octets.replace(b"END:VCARD", MAIL.encode() + b"\r\nEND:VCARD")
    home.put("mia", seen.href, typed, if_match=home.etag("mia", seen))
    cycle(home)
    assert MAIL.encode() not in own(home, "anna", "a.vcf")
    assert MAIL.encode() in home.entries("mia")[0].octets
    decide(home.db, suggestions(home, "anna")[0].id, "accept", member="anna")
    assert MAIL.encode() in own(home, "anna", "a.vcf")


@pytest.mark.parametrize("says", ["ours", "mine", "released"])
def test_what_a_child_adds_to_an_own_card_is_suggested(home: Home, says: str) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE, MAIL))
    claim(home, "m.vcf", "mia", says)
    cycle(home)
    assert MAIL.encode() not in own(home, "anna", "a.vcf")
    decide(home.db, suggestions(home, "anna")[0].id, "accept", member="anna")
    assert MAIL.encode() in own(home, "anna", "a.vcf")
    cycle(home)


def test_what_a_child_changes_and_removes_is_suggested(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, OTHER, MAIL))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE, OTHER, MAIL))
    cycle(home)
    entry = home.get("mia", "m.vcf")
    assert entry is not None
    home.put(
        "mia",
        "m.vcf",
        a_card("um", "Eva Stein", PHONE, OTHER.replace("202", "303")),
        if_match=home.etag("mia", entry),
    )
    before = own(home, "anna", "a.vcf")
    cycle(home)
    assert own(home, "anna", "a.vcf") == before
    assert len(suggestions(home, "anna")) == 2
    for each in suggestions(home, "anna"):
        decide(home.db, each.id, "accept", member="anna")
    assert b"23125 303" in own(home, "anna", "a.vcf")
    assert MAIL.encode() not in own(home, "anna", "a.vcf")
    cycle(home)


def test_what_an_adult_changes_is_followed_on_a_childs_card(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE))
    cycle(home)
    assert MAIL.encode() in own(home, "mia", "m.vcf")


def test_a_childs_answer_is_a_suggestion_to_the_other_keeper(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Doctor"))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE, "TITLE:Teacher"))
    cycle(home)
    (case,) = [each for each in open_cases(home.db, "mia") if each.kind == "values"]
    assert "suggested" in decide(home.db, case.id, "mia", member="mia")
    assert b"TITLE:Doctor" in own(home, "anna", "a.vcf")
    cycle(home)
    decide(home.db, suggestions(home, "anna")[0].id, "accept", member="anna")
    assert b"TITLE:Teacher" in own(home, "anna", "a.vcf")
    cycle(home)
    assert open_cases(home.db, None) == ()


def test_a_child_may_follow_an_adult_by_an_answer(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Doctor"))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE, "TITLE:Teacher"))
    cycle(home)
    (case,) = [each for each in open_cases(home.db, "mia") if each.kind == "values"]
    decide(home.db, case.id, "anna", member="mia")
    assert b"TITLE:Doctor" in own(home, "mia", "m.vcf")
    cycle(home)


def test_a_guest_is_asked_nothing(home: Home) -> None:
    """A guest may have cards of their own, from a time when they were none."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Doctor"))
    home.put("mia", "m.vcf", a_card("um", "Eva Stein", PHONE, "TITLE:Teacher"))
    home.put("mia", "n.vcf", a_card("un", "Ida Klein"))
    home.put("anna", "n2.vcf", a_card("un2", "Ida Klein"))
    cycle(home)
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "mia", role="guest")
    assert open_cases(home.db, "mia") == ()
    assert {each.members for each in open_cases(home.db, "anna")} == {("anna",)}


def test_a_new_role_shows_and_takes_back_at_once(tmp_path: Path) -> None:
    """Whoever becomes an adult sees what adults see, and no longer when they are none."""
    home = Home(tmp_path, "anna", "mia")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    href = home.entries("mia")[0].href
    for role, shown in (("child", 0), ("adult", 1), ("guest", 0), ("adult", 1)):
        with home.db.write(Actor("member")) as tx:
            set_member(tx, "mia", role=role)
        assert [each.href for each in home.entries("mia")] == [href] * shown
        assert home.verify() == ()
    home.db.close()


def test_the_last_adult_stays_one(home: Home) -> None:
    with home.db.write(Actor("member")) as tx, pytest.raises(UsageError, match="only adult"):
        set_member(tx, "anna", role="child")
