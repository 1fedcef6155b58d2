"""The page of a person: values, whose they are, who sees them."""

import re

import pytest

from server.cases.marks import sealed, unsealed
from server.cycle import run_cycle
from server.errors import NotFound
from server.store.cards import cards_of
from server.store.database import Actor
from server.store.sharing import add_member, set_share
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser, browser_of, without_token


def card_at(home: Home, who: str, uid: str) -> str:
    """The address of somebody's card."""
    with home.db.read() as tx:
        return next(f"/people/{each.id}" for each in cards_of(tx, who) if each.uid == uid)


def test_ones_own_card_is_shown_whole_and_anothers_as_far_as_it_is_shared(
    home: Home, anna: Browser, ben: Browser
) -> None:
    path = card_at(home, "anna", "a1")
    assert "marker-note-anna" in anna.get(path).text
    assert "Only you see it." in anna.get(path).text
    page = ben.get(path).text
    assert "Eva Stein" in page
    assert "marker-note-anna" not in page


def test_what_one_may_not_see_is_as_if_it_was_not_there(home: Home, ben: Browser) -> None:
    private, nothing = ben.get(card_at(home, "anna", "a3")), ben.get("/people/" + "0" * 32)
    assert private.status_code == nothing.status_code == 404
    assert without_token(private) == without_token(nothing)
    for way in ("/seen", "/whose"):
        form = {"visibility": "shared", "says": "ours"}
        assert ben.post(card_at(home, "anna", "a3") + way, form, form="/people").status_code >= 400


def test_a_person_is_claimed_given_shared_and_let_go(
    home: Home, anna: Browser, ben: Browser
) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    path = card_at(home, "anna", "a1")
    for form, mine, theirs in (
        ({"says": "claim"}, "Yours. Your changes count", "</bdi>'s. What you change"),
        ({"says": "give", "to": "ben"}, "</bdi>'s. What you change", "Yours. Your changes count"),
        ({"says": "ours"}, "Everybody's.", "Everybody's."),
        ({"says": "release"}, "Nobody has said anything.", "Nobody has said anything."),
    ):
        assert anna.post(path + "/whose", form, form=path).status_code == 303
        assert mine in anna.get(path).text
        assert theirs in ben.get(path).text


def test_a_guest_says_nothing(home: Home, anna: Browser) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gus", name="Gus", shares="none", role="guest")
        set_share(tx, "anna", "gus", "all")
    path = card_at(home, "anna", "a1")
    assert anna.post(path + "/whose", {"says": "give", "to": "gus"}, form=path).status_code == 400
    assert anna.post(path + "/whose", {"says": "give", "to": "zoe"}, form=path).status_code == 404
    assert anna.post(path + "/whose", {"says": "sell"}, form=path).status_code == 400


def test_a_value_is_limited_and_leaves_everybody_else(
    home: Home, anna: Browser, ben: Browser
) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE, "BDAY:1980-02-29"))
    path = card_at(home, "anna", "s")
    assert "29 February 1980" in ben.get(path).text
    page = anna.get(path).text
    mark = re.findall(r"/seen\?value=([0-9a-f]+)", page)[-1]
    assert "29 February 1980" in anna.get(f"{path}/seen?value={mark}").text
    form = {"visibility": "private", "value": mark}
    assert anna.post(path + "/seen", form, form=path + "/seen").status_code == 303
    assert "29 February 1980" not in ben.get(path).text
    assert b"BDAY" not in home.entry("ben", "Sole").octets
    assert "Everything but:" in anna.get(path).text


def test_a_card_is_shown_to_some_or_to_nobody(home: Home, anna: Browser, ben: Browser) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "mia", name="Mia", shares="none", role="child")
        set_share(tx, "anna", "mia", "all")
    path = card_at(home, "anna", "a2")
    only = {"visibility": "members", "named": "mia"}
    nobody = anna.post(path + "/seen", {"visibility": "members"}, form=path + "/seen")
    assert nobody.status_code == 400
    assert "Tick who sees it" in nobody.text
    assert ben.get(path).status_code == 200, "nothing was changed"
    assert anna.post(path + "/seen", only, form=path + "/seen").status_code == 303
    assert ben.get(path).status_code == 404
    assert re.search(r'value="mia" checked', anna.get(path + "/seen").text)
    assert anna.post(path + "/seen", {"visibility": "private"}, form=path).status_code == 303
    assert "Jan Vermeer" in anna.get(path).text
    assert anna.post(path + "/seen", {"visibility": "x"}, form=path).status_code == 400
    assert ben.get(card_at(home, "anna", "a1") + "/seen").status_code == 404, "not Ben's"


def test_a_name_alone_is_a_page_with_a_name_alone(home: Home, ben: Browser) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    page = ben.get(card_at(home, "anna", "s")).text
    assert "shows you the name alone" in page
    assert "23125" not in page
    assert "What happened" not in page


def test_what_was_typed_on_anothers_card_stands_there(home: Home, ben: Browser) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    entry = home.fetch("ben", home.entry("ben", "Sole").href)
    home.put("ben", entry.href, entry.octets.replace(b"23125 101", b"23125 102"))
    page = ben.get(card_at(home, "anna", "s")).text
    assert "What you typed here" in page
    assert "decides" in page


def test_former_values_are_its_keepers_alone(home: Home, anna: Browser, ben: Browser) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:Old", "NOTE:x"))
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:New", "NOTE:x"))
    path = card_at(home, "anna", "s")
    assert "1 former value" in anna.get(path).text
    assert "former value" not in ben.get(path).text


def test_whoever_is_gone_comes_back_from_their_own_page(home: Home, ben: Browser) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    path = card_at(home, "anna", "s")
    home.delete("anna", "s.vcf")
    page = ben.get(path)
    assert page.status_code == 404
    assert "removed the card on" in page.text
    mark = re.search(r'name="again" value="([0-9a-f]+)"', page.text)
    assert mark is not None
    assert ben.post("/removed", {"again": mark[1]}, form="/removed").status_code == 303
    assert b"23125 101" in home.entry("ben", "Sole Person").octets


def test_a_mark_is_good_for_one_purpose(home: Home) -> None:
    with home.db.read() as tx:
        mark = sealed(tx, "value anna", 7)
        assert unsealed(tx, "value anna", mark) == 7
        assert mark == sealed(tx, "value anna", 7)
        assert mark[16:] != sealed(tx, "value anna", 8)[16:]
        for purpose, each in (
            ("value ben", mark),
            ("value anna", mark[:-1] + "x"),
            ("value anna", ""),
        ):
            with pytest.raises(NotFound):
                unsealed(tx, purpose, each)


def test_another_devices_browser_needs_to_sign_in(home: Home) -> None:
    assert browser_of(home).get(card_at(home, "anna", "a1")).status_code == 303
