"""What a member sends after having been shown it stays whoever's it was (design rule R6)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.releasing import release_all
from server.store.sharing import set_share, set_value_visibility, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card

CELL = "TEL;TYPE=CELL:+49 30 23125 101"
KEY = ("TEL", "+493023125101")
ADDRESS = "ADR;TYPE=HOME:;;Hauptstr. 1;Berlin;;10115;DE"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl; Anna shows Carl nothing."""
    made = Home(tmp_path, "anna", "ben", "carl")
    with made.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "carl", "none")
    yield made
    assert made.verify() == ()
    made.db.close()


def keep_on_phone(home: Home, count: str = "") -> None:
    """Ben's phone uploads all that it was served as new cards of its own."""
    for number, each in enumerate(home.entries("ben")):
        body = each.octets.replace(each.uid.encode(), f"new-{number}{count}".encode())
        assert home.put("ben", f"new-{number}{count}.vcf", body).status == 201


def served(home: Home, who: str) -> bytes:
    return b"".join(each.octets for each in home.entries(who))


def test_what_was_shown_is_received_and_goes_no_further(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    keep_on_phone(home)
    assert b"Eva Stein" in served(home, "carl")
    assert b"23125 101" not in served(home, "carl")


def test_uploaded_once_more_after_it_was_taken_back_it_goes_no_further(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    keep_on_phone(home)
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, "private")
    keep_on_phone(home, "again")
    assert b"23125 101" not in served(home, "carl")


def test_a_phone_that_remembers_what_is_private_now_does_not_spread_it(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, ADDRESS))
    old = home.entries("ben")[0].octets
    with home.db.write(Actor("card", "anna")) as tx:
        card = cards_with_uid(tx, "anna", "ua")[0].id
        set_value_visibility(tx, card, KEY, "private", ())
    home.put("ben", "b.vcf", old.replace(b"UID:", b"UID:new"))
    assert b"23125 101" in served(home, "ben")
    assert b"23125 101" not in served(home, "carl")


def test_a_value_put_on_an_own_card_by_the_phone_is_received_too(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "E. Stein"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    entry = home.get("ben", "b.vcf")
    assert entry is not None
    home.put("ben", "b.vcf", a_card("ub", "E. Stein", CELL), if_match=home.etag("ben", entry))
    assert b"23125 101" not in served(home, "carl")


def test_what_a_member_knew_before_is_their_own(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    home.put("anna", "a.vcf", a_card("ua", "Ida Klein", CELL))
    home.put("ben", "c.vcf", a_card("uc", "Ida Klein", CELL))
    assert served(home, "carl").count(b"23125 101") == 2


def test_what_was_never_shown_changes_nothing_about_what_is_typed(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, ADDRESS))
    with home.db.write(Actor("card", "anna")) as tx:
        card = cards_with_uid(tx, "anna", "ua")[0].id
        set_value_visibility(tx, card, ("ADR", _norm(home, card, "ADR")), "private", ())
        set_share(tx, "anna", "ben", "none")
        set_share(tx, "anna", "ben", "all")
    home.put("anna", "p.vcf", a_card("up", "Jan Klein", "EMAIL:x@example.org", "CLASS:PRIVATE"))
    home.put("ben", "b.vcf", a_card("ub", "Max Berg", "EMAIL:x@example.org"))
    assert b"x@example.org" in served(home, "carl")


def test_many_are_a_doctor(home: Home) -> None:
    """A title or a birthday that somebody else has, too, is no evidence of where it came from."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "TITLE:Dr", "BDAY:1980-02-29"))
    home.put("ben", "b.vcf", a_card("ub", "Max Berg", "TITLE:Dr", "BDAY:1980-02-29"))
    assert b"TITLE:Dr" in served(home, "carl")
    home.put("ben", "c.vcf", a_card("uc", "Eva Stein", "BDAY:1980-02-29"))
    assert served(home, "carl").count(b"BDAY") == 1


def _norm(home: Home, card: str, name: str) -> str:
    rows = home.db.connection().execute(
        "SELECT norm FROM fact WHERE card = ? AND property = ?", (card, name)
    )
    return str(rows.fetchone()[0])


def test_six_hundred_cards_come_back_in_seconds(home: Home) -> None:
    """As after "keep on my iPhone"; every third card is for Ben alone, all share one landline."""
    for number in range(600):
        lines = (f"TEL;TYPE=CELL:+49 30 555{10_000 + number}", CELL, ADDRESS)
        home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number}", *lines))
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "carl", "all")
        refresh(tx, release_all(tx))
        for number in range(0, 600, 3):
            card = cards_with_uid(tx, "anna", f"u{number}")[0].id
            set_visibility(tx, card, "members", named=("ben",))
    before = served(home, "carl")
    started = time.process_time()  # however busy the machine is with other things
    keep_on_phone(home)
    took = time.process_time() - started
    with home.db.write(Actor("release")) as tx:
        refresh(tx, release_all(tx))
    after = served(home, "carl")
    for number in range(600):
        shown = f"555{10_000 + number}".encode()
        assert (shown in after) == (shown in before)
    assert took < 60, f"{took:.1f} s"
