"""An own card as it was: looked at and put back whole."""

from server.cycle import run_cycle
from server.store.database import Actor
from server.store.sharing import set_value_visibility
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser
from tests.review.test_card import card_at
from tests.review.test_history import marks, sentences

FIRST = a_card("s", "Sole Person", PHONE, "NOTE:first", "X-ODD:1")
SECOND = a_card("s", "Sole Persson", "NOTE:second")


def test_a_card_is_put_back_octet_for_octet(home: Home, anna: Browser, ben: Browser) -> None:
    home.put("anna", "s.vcf", FIRST)
    home.put("anna", "s.vcf", SECOND)
    path = card_at(home, "anna", "s")
    page = anna.get(path + "/past").text
    assert "first" in page
    assert len(marks(page)) == 1
    form = {"mark": marks(page)[0]}
    assert ben.get(path + "/past").status_code == 404
    assert ben.post(path + "/past", form, form="/members").status_code == 404
    assert anna.post(path + "/past", form, form=path + "/past").status_code == 303
    entry = home.get("anna", "s.vcf")
    assert entry is not None
    assert entry.octets == FIRST
    assert home.verify() == ()
    assert sentences(anna.get("/history").text)[0] == "Anna changed Sole Person."
    assert anna.post(path + "/past", form, form=path + "/past").status_code == 400


def test_putting_back_is_undone_like_any_change(home: Home, anna: Browser) -> None:
    home.put("anna", "s.vcf", FIRST)
    home.put("anna", "s.vcf", SECOND)
    path = card_at(home, "anna", "s")
    anna.post(
        path + "/past", {"mark": marks(anna.get(path + "/past").text)[0]}, form=path + "/past"
    )
    anna.post("/history/undo", {"mark": marks(anna.get("/history").text)[0]}, form="/history")
    entry = home.get("anna", "s.vcf")
    assert entry is not None
    assert entry.octets == SECOND


def test_what_was_put_back_travels(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    home.put(
        "anna", "a1.vcf", a_card("a1", "Eva Stein", "TEL;TYPE=CELL:+49 30 23125 109", "NOTE:x")
    )
    run_cycle(home.db, kind="command")
    path = card_at(home, "anna", "a1")
    page = anna.get(path + "/past").text
    oldest = marks(page)[-1]
    assert anna.post(path + "/past", {"mark": oldest}, form=path + "/past").status_code == 303
    run_cycle(home.db, kind="command")
    assert b"23125 101" in home.entry("ben", "Eva Stein").octets


def test_what_another_took_back_does_not_come_back(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    home.put("ben", "b1.vcf", a_card("b1", "Eva Stein", PHONE, "TITLE:Dr", "EMAIL:eva@example.org"))
    run_cycle(home.db, kind="command")
    assert b"eva@example.org" in home.entry("anna", "Eva Stein").octets
    bens = card_at(home, "ben", "b1").removeprefix("/people/")
    with home.db.write(Actor("card", "ben")) as tx:
        set_value_visibility(tx, bens, ("EMAIL", "eva@example.org"), "private", ())
    assert b"eva@example.org" not in home.entry("anna", "Eva Stein").octets
    path = card_at(home, "anna", "a1")
    page = anna.get(path + "/past").text
    assert "eva@example.org" not in page
    for mark in marks(page):
        anna.post(path + "/past", {"mark": mark}, form=path + "/past")
        assert b"eva@example.org" not in home.entry("anna", "Eva Stein").octets
    assert "eva@example.org" not in anna.get(path).text + anna.get("/history").text
