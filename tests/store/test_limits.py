"""Cards and values for named members, and values that nobody else sees (design rules R6, R7 and R10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cases.recounting import recount
from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.cards import find_card
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.sharing import set_share, set_value_visibility, set_visibility
from tests.builders import Home, a_card

CELL = "TEL;TYPE=CELL:+49 30 23125 101"
HOME = "TEL;TYPE=HOME:+49 30 23125 202"
MAIL = "EMAIL:eva@example.org"
CELL_KEY = ("TEL", "+493023125101")
HOME_KEY = ("TEL", "+493023125202")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben, Carl and Dora, who show each other everything."""
    made = Home(tmp_path, "anna", "ben", "carl", "dora")
    yield made
    assert made.verify() == ()
    made.db.close()


def card_at(home: Home, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT card FROM slot WHERE href = ?", (href,)).fetchone()
    return str(row[0])


def limit_card(home: Home, href: str, *named: str, visibility: str = "members") -> None:
    card = card_at(home, href)
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, visibility, named=named)


def limit(home: Home, href: str, key: tuple[str, str], *named: str) -> None:
    """Show a value to named members, or to nobody."""
    card = card_at(home, href)
    with home.db.write(Actor("card", "anna")) as tx:
        set_value_visibility(tx, card, key, "members" if named else "private", named)


def widen(home: Home, href: str, key: tuple[str, str]) -> None:
    card = card_at(home, href)
    with home.db.write(Actor("card", "anna")) as tx:
        set_value_visibility(tx, card, key, "shared", ())


def sees(home: Home, text: str) -> set[str]:
    """Who is served this text."""
    return {
        who
        for who in ("anna", "ben", "carl", "dora")
        if any(text.encode() in each.octets for each in home.entries(who))
    }


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def edit(home: Home, who: str, href: str, old: str, new: str) -> None:
    entry = home.get(who, href)
    assert entry is not None
    assert old.encode() in entry.octets
    body = entry.octets.replace(old.encode(), new.encode())
    assert home.put(who, href, body, if_match=home.etag(who, entry)).status in (201, 204)


def test_a_card_for_named_members_is_seen_by_them_alone(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    limit_card(home, "a.vcf", "ben", "dora")
    assert sees(home, "Eva Stein") == {"anna", "ben", "dora"}
    limit_card(home, "a.vcf", "carl")
    assert sees(home, "Eva Stein") == {"anna", "carl"}
    limit_card(home, "a.vcf", visibility="private")
    assert sees(home, "Eva Stein") == {"anna"}
    limit_card(home, "a.vcf", visibility="shared")
    assert sees(home, "Eva Stein") == {"anna", "ben", "carl", "dora"}


def test_a_named_member_sees_no_more_than_the_keeper_shows_them(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "none")
    limit_card(home, "a.vcf", "ben", "carl")
    assert sees(home, "Eva Stein") == {"anna", "carl"}


def test_a_limited_value_is_served_to_whom_it_is_meant_for(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", CELL_KEY, "ben")
    assert sees(home, "23125 101") == {"anna", "ben"}
    assert sees(home, "23125 202") == {"anna", "ben", "carl", "dora"}
    limit(home, "a.vcf", CELL_KEY)
    assert sees(home, "23125 101") == {"anna"}
    widen(home, "a.vcf", CELL_KEY)
    assert sees(home, "23125 101") == {"anna", "ben", "carl", "dora"}


@pytest.mark.parametrize("named", [(), ("ben",)])
def test_an_edit_of_a_limited_value_keeps_its_limits(home: Home, named: tuple[str, ...]) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", CELL_KEY, *named)
    edit(home, "anna", "a.vcf", "23125 101", "23125 909")
    assert sees(home, "23125 909") == {"anna", *named}
    edit(home, "anna", "a.vcf", "TYPE=CELL", "TYPE=WORK")
    assert sees(home, "23125 909") == {"anna", *named}
    edit(home, "anna", "a.vcf", "23125 909", "23125 101")
    assert sees(home, "23125 101") == {"anna", *named}


@pytest.mark.parametrize("named", [(), ("ben",)])
def test_a_limited_value_that_is_typed_again_is_as_limited(
    home: Home, named: tuple[str, ...]
) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", CELL_KEY, *named)
    edit(home, "anna", "a.vcf", CELL + "\r\n", "")
    assert sees(home, "23125 101") == set()
    edit(home, "anna", "a.vcf", "END:VCARD", "TEL;TYPE=WORK:030 23125101\r\nEND:VCARD")
    assert sees(home, "23125101") == {"anna", *named}


def test_a_card_deleted_and_sent_again_keeps_its_limits(home: Home) -> None:
    body = a_card("ua", "Eva Stein", CELL, HOME)
    home.put("anna", "a.vcf", body)
    limit(home, "a.vcf", CELL_KEY, "ben")
    limit_card(home, "a.vcf", "ben", "carl")
    home.delete("anna", "a.vcf")
    assert sees(home, "Eva Stein") == set()
    home.put("anna", "a.vcf", body)
    assert sees(home, "23125 101") == {"anna", "ben"}
    assert sees(home, "23125 202") == {"anna", "ben", "carl"}


def test_a_limited_card_sent_a_second_time_is_as_limited(home: Home) -> None:
    """As after "keep on my phone", or from a new phone: under another UID and name of the file."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", CELL_KEY, "ben")
    limit_card(home, "a.vcf", "ben", "carl")
    home.put("anna", "again.vcf", a_card("again", "Eva Stein", HOME, CELL))
    assert sees(home, "Eva Stein") == {"anna", "ben", "carl"}
    assert sees(home, "23125 101") == {"anna", "ben"}
    home.delete("anna", "a.vcf")
    home.delete("anna", "again.vcf")
    home.put("anna", "new.vcf", a_card("new", "Eva Stein", HOME, CELL))
    assert sees(home, "Eva Stein") == {"anna", "ben", "carl"}
    assert sees(home, "23125 101") == {"anna", "ben"}


def test_a_namesake_of_a_private_card_is_as_visible_as_any(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    limit_card(home, "a.vcf", visibility="private")
    home.put("anna", "b.vcf", a_card("ub", "Eva Stein", HOME))
    assert sees(home, "23125 202") == {"anna", "ben", "carl", "dora"}


def test_what_stands_for_a_limited_value_is_limited(home: Home) -> None:
    """A number that goes while another comes may be the same one, mended beyond recognition."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", CELL_KEY)
    edit(home, "anna", "a.vcf", CELL, "TEL;TYPE=PAGER:+1 212 555 0199")
    assert sees(home, "555 0199") == {"anna"}


def test_private_marked_on_a_phone_and_taken_back_is_for_the_named_again(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    limit_card(home, "a.vcf", "ben")
    edit(home, "anna", "a.vcf", "END:VCARD", "CLASS:PRIVATE\r\nEND:VCARD")
    assert sees(home, "Eva Stein") == {"anna"}
    edit(home, "anna", "a.vcf", "CLASS:PRIVATE\r\n", "")
    assert sees(home, "Eva Stein") == {"anna", "ben"}


def both(home: Home) -> None:
    """Eva in Anna's, Ben's and Carl's books; what Anna adds has reached the others."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", CELL))
    cycle(home)
    assert sees(home, "23125 202") == {"anna", "ben", "carl", "dora"}


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def test_a_value_made_narrower_is_taken_out_of_the_cards_of_others_at_once(home: Home) -> None:
    both(home)
    limit(home, "a.vcf", HOME_KEY, "ben")
    assert b"23125 202" in own(home, "ben", "b.vcf")
    assert b"23125 202" not in own(home, "carl", "c.vcf")
    assert sees(home, "23125 202") == {"anna", "ben"}
    limit(home, "a.vcf", HOME_KEY)
    assert sees(home, "23125 202") == {"anna"}
    cycle(home)
    assert sees(home, "23125 202") == {"anna"}


def test_a_card_made_narrower_takes_back_what_it_brought(home: Home) -> None:
    both(home)
    limit_card(home, "a.vcf", "ben")
    assert b"23125 202" in own(home, "ben", "b.vcf")
    assert b"23125 202" not in own(home, "carl", "c.vcf")
    assert sees(home, "23125 202") == {"anna", "ben"}
    cycle(home)
    assert sees(home, "23125 202") == {"anna", "ben"}


def test_a_copy_of_a_copy_is_taken_back_too(home: Home) -> None:
    """Carl got it from Ben's card, after Anna had taken it off hers."""
    both(home)
    places = [card_at(home, "b.vcf"), card_at(home, "c.vcf")]
    with home.db.write(Actor("test")) as tx:  # as after a relay: Carl's copy points to Ben's
        find = "SELECT id FROM fact WHERE card = ? AND norm = ? AND gone IS NULL"
        bens, carls = (
            tx.connection.execute(find, (each, HOME_KEY[1])).fetchone()[0] for each in places
        )
        tx.connection.execute("UPDATE fact SET source = ? WHERE id = ?", (bens, carls))
    limit(home, "a.vcf", HOME_KEY, "ben")
    assert b"23125 202" not in own(home, "carl", "c.vcf")
    assert sees(home, "23125 202") == {"anna", "ben"}


def test_a_value_that_its_holder_edited_stays_with_them_and_is_hidden_from_the_rest(
    home: Home,
) -> None:
    both(home)
    edit(home, "ben", "b.vcf", "+49 30 23125 202", "+49 30 23125 203")
    limit(home, "a.vcf", HOME_KEY)
    assert sees(home, "23125 203") == {"ben"}
    assert b"23125 203" in own(home, "ben", "b.vcf")


def test_made_wider_again_it_is_shown_again(home: Home) -> None:
    both(home)
    limit(home, "a.vcf", HOME_KEY)
    widen(home, "a.vcf", HOME_KEY)
    assert sees(home, "23125 202") == {"anna", "dora"}
    cycle(home)
    assert sees(home, "23125 202") == {"anna", "ben", "carl", "dora"}
    edit(home, "ben", "b.vcf", "TEL;TYPE=HOME:+49 30 23125 202\r\n", "")
    limit_card(home, "a.vcf", visibility="private")
    limit_card(home, "a.vcf", visibility="shared")
    cycle(home)
    assert b"23125 202" not in own(home, "ben", "b.vcf")


def test_made_wider_again_what_others_had_before_changes_nobodys_card(home: Home) -> None:
    """What came back to Ben when Anna made her change private is no change of his."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, "TITLE:Doctor"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL, "TITLE:Doctor"))
    cycle(home)
    edit(home, "anna", "a.vcf", "TITLE:Doctor", "TITLE:Professor")
    cycle(home)
    assert b"TITLE:Professor" in own(home, "ben", "b.vcf")
    limit(home, "a.vcf", ("TITLE", "professor"))
    assert b"TITLE:Doctor" in own(home, "ben", "b.vcf")
    cycle(home)
    widen(home, "a.vcf", ("TITLE", "professor"))
    cycle(home)
    assert b"TITLE:Professor" in own(home, "anna", "a.vcf")
    assert b"TITLE:Doctor" in own(home, "ben", "b.vcf")
    assert [each.kind for each in open_cases(home.db, "anna")] == ["values"]


def test_a_value_enters_only_cards_whose_viewers_all_see_its_source(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", HOME_KEY, "ben")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL))
    cycle(home)
    assert sees(home, "23125 202") == {"anna"}
    limit_card(home, "b.vcf", "anna")
    cycle(home)
    assert sees(home, "23125 202") == {"anna", "ben"}
    limit_card(home, "b.vcf", visibility="shared")
    assert sees(home, "23125 202") == {"anna", "ben"}


def test_a_suggestion_about_a_limited_card_is_asked_of_its_keeper_alone(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL))
    cycle(home)
    limit_card(home, "a.vcf", "ben")
    seen = home.entries("ben")[0]
    typed = seen.octets.replace(b"END:VCARD", MAIL.encode() + b"\r\nEND:VCARD")
    home.put("ben", seen.href, typed, if_match=home.etag("ben", seen))
    assert sees(home, "eva@example.org") == {"ben"}
    (case,) = open_cases(home.db, "anna")
    assert [open_cases(home.db, who) for who in ("ben", "carl", "dora")] == [(), (), ()]
    decide(home.db, case.id, "accept", member="anna")
    assert sees(home, "eva@example.org") == {"anna", "ben"}


def test_a_question_that_shows_a_limited_value_is_not_asked_of_others(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, "TITLE:Doctor"))
    limit(home, "a.vcf", ("TITLE", "doctor"), "carl")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", CELL, "TITLE:Teacher"))
    cycle(home)
    for who in ("anna", "ben", "carl", "dora"):
        assert [each.kind for each in open_cases(home.db, who)] == []


def test_history_tells_of_limited_values_whom_they_are_meant_for(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, HOME))
    limit(home, "a.vcf", HOME_KEY, "ben")
    edit(home, "anna", "a.vcf", "23125 202", "23125 203")
    told = dict[str, int]()
    for who in ("anna", "ben", "carl"):
        with reading_as(home.db, who) as tx:
            told[who] = len(list(recount(tx, recent_acts(tx, most=1))))
    assert told == {"anna": 1, "ben": 1, "carl": 0}


def test_what_cannot_be_limited_is_said(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", CELL, "NOTE:x"))
    for key, error, words in (
        (("NOTE", "x"), UsageError, "never shown"),
        (("FN", "eva stein"), UsageError, "name"),
        (("TEL", "+4930"), NotFound, "no such TEL"),
    ):
        with pytest.raises(error, match=words):
            limit(home, "a.vcf", key)
    with pytest.raises(NotFound, match="zoe"):
        limit_card(home, "a.vcf", "zoe")
    card = card_at(home, "a.vcf")
    with home.db.read() as tx:
        row = find_card(tx, card)
    assert row is not None
    assert row.access.visibility == "shared"
