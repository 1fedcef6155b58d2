"""Who sees a name alone asks for the card; its keeper gives it once, always, or not."""

import re

import pytest

from server.store.database import Actor
from server.store.sharing import add_member, set_share
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser, browser_of, without_token
from tests.review.test_card import card_at
from tests.review.test_history import settled

LINES = (PHONE, "ORG:Bakery", "NOTE:secret note")


@pytest.fixture
def path(home: Home, ben: Browser) -> str:
    """Ben asked for a card of Anna's, who shows him names alone."""
    settled(home)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", *LINES))
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
        add_member(tx, "cara", name="Cara", shares="all")
        set_share(tx, "anna", "cara", "name")
    found = card_at(home, "anna", "s")
    assert ben.post(found + "/ask", {}, form=found).status_code == 303
    return found


def asked(anna: Browser) -> str:
    """The address of the question."""
    page = anna.get("/").text
    found = re.search(r'href="(/case/[0-9a-f]+)"><span class="name"><bdi dir="auto">Sole', page)
    assert found is not None, page
    assert "Ben asks for the card of Sole Person." in page
    return found[1]


def test_the_keeper_alone_is_asked(home: Home, anna: Browser, ben: Browser, path: str) -> None:
    page = anna.get(asked(anna)).text
    assert "asks for the card of" in page
    assert "You asked for it on" in ben.get(path).text
    assert "23125" not in ben.get(path).text
    assert ben.get(asked(anna)).status_code == 404
    assert anna.post(asked(anna), {"answer": "perhaps"}, form=asked(anna)).status_code == 400


def test_always_shows_the_card_until_it_is_stopped(
    home: Home, anna: Browser, ben: Browser, path: str
) -> None:
    answer = anna.post(asked(anna), {"answer": "always"}, form=asked(anna))
    assert answer.status_code == 303
    done = anna.get(answer.location).text
    assert "They see the card from now on" in done
    assert 'name="mark"' not in done, "what others have seen cannot be unseen"
    octets = home.entry("ben", "Sole Person").octets
    assert b"23125 101" in octets
    assert b"secret note" not in octets
    assert home.verify() == ()
    home.put("anna", "s.vcf", a_card("s", "Sole Person", *LINES, "TITLE:New"))
    assert b"TITLE:New" in home.entry("ben", "Sole Person").octets
    cara = home.entries("cara")
    assert not any(b"23125 101" in each.octets for each in cara if b"Sole" in each.octets)
    form = {"member": "ben"}
    assert ben.post(path + "/stop", form, form="/members").status_code == 404
    assert anna.post(path + "/stop", form, form=path).status_code == 303
    assert b"23125" not in home.entry("ben", "Sole Person").octets
    assert home.verify() == ()
    assert anna.post(path + "/stop", form, form=path).status_code == 404


def test_once_is_a_private_copy(home: Home, anna: Browser, ben: Browser, path: str) -> None:
    assert anna.post(asked(anna), {"answer": "once"}, form=asked(anna)).status_code == 303
    octets = home.entry("ben", "Sole Person").octets
    assert b"23125 101" in octets
    assert b"secret note" not in octets
    home.put("anna", "s.vcf", a_card("s", "Sole Person", *LINES, "TITLE:New"))
    assert b"TITLE:New" not in home.entry("ben", "Sole Person").octets
    assert b"23125 101" in home.entry("ben", "Sole Person").octets
    assert not any(
        b"Sole" in each.octets and b"23125" in each.octets for each in home.entries("cara")
    )
    assert home.verify() == ()


def test_a_no_is_told_to_nobody(home: Home, anna: Browser, ben: Browser, path: str) -> None:
    ben.get(path)  # says once that it is asked
    before = without_token(ben.get(path))
    assert anna.post(asked(anna), {"answer": "no"}, form=asked(anna)).status_code == 303
    assert without_token(ben.get(path)) == before
    assert "asks for" not in anna.get("/").text
    assert ben.get("/history").text.count("Sole Person") == 0
    ben.post(path + "/ask", {}, form=path)
    assert "asks for" not in anna.get("/").text, "once is enough"


def test_a_limit_of_the_card_or_value_holds_whatever_was_given(
    home: Home, anna: Browser, path: str
) -> None:
    anna.post(asked(anna), {"answer": "always"}, form=asked(anna))
    anna.post(path + "/seen", {"visibility": "private"}, form=path + "/seen")
    assert not any(b"Sole" in each.octets for each in home.entries("ben"))


def test_names_no_more_ends_what_was_given(home: Home, anna: Browser, path: str) -> None:
    anna.post(asked(anna), {"answer": "always"}, form=asked(anna))
    anna.post("/shown", {"to": "ben", "level": "none"}, form="/shown")
    assert not any(b"Sole" in each.octets for each in home.entries("ben"))


def test_what_one_sees_whole_or_not_at_all_is_not_asked_for(home: Home, ben: Browser) -> None:
    own, private = card_at(home, "ben", "b1"), card_at(home, "anna", "a3")
    assert ben.post(own + "/ask", {}, form="/people").status_code == 400
    nothing = ben.post("/people/" + "0" * 32 + "/ask", {}, form="/people")
    hidden = ben.post(private + "/ask", {}, form="/people")
    assert (hidden.status_code, hidden.data) == (nothing.status_code, nothing.data)
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gus", name="Gus", shares="none", role="guest")
        set_share(tx, "anna", "gus", "name")
    assert browser_of(home).get("/people").status_code == 303
