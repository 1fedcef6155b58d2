"""A program that lets its own text win over what it has just fetched takes back nothing of anybody's.

Where a member's card got something from others, and a body says everything as it was before that
and something new besides, it was written without having seen it: vdirsyncer with "a wins" does so.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle, trial
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
ANNAS = a_card("uid-a", "Eva Stein", PHONE)
BENS = a_card("uid-b", "Eva Stein", PHONE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben agree on Eva; at the end views are right and another cycle finds nothing."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", ANNAS)
    made.put("ben", "b.vcf", BENS)
    cycle(made)
    yield made
    cycle(made)
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def with_line(card: bytes, line: str) -> bytes:
    return card.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode())


def card(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def anna_types(home: Home, body: bytes) -> bytes:
    """Anna changes her card and a cycle brings it to Ben's; gives what Ben's says now."""
    home.put("anna", "a.vcf", body, if_match=_etag(home, "anna", "a.vcf"))
    cycle(home)
    return card(home, "ben", "b.vcf")


def ben_sends(home: Home, body: bytes) -> str:
    """Ben's program sends a body with the ETag that it has just fetched; gives the answer's ETag."""
    answer = home.put("ben", "b.vcf", body, if_match=_etag(home, "ben", "b.vcf"))
    assert answer.status == 204
    cycle(home)
    return answer.etag


def _etag(home: Home, who: str, href: str) -> str:
    entry = home.get(who, href)
    assert entry is not None
    return home.etag(who, entry)


def test_what_was_brought_stays_on_both_cards_beside_what_was_typed(home: Home) -> None:
    assert b"eva@example.org" in anna_types(home, with_line(ANNAS, "EMAIL:eva@example.org"))
    assert ben_sends(home, with_line(BENS, "URL:https://eva.example/")) == ""
    for who, href in (("anna", "a.vcf"), ("ben", "b.vcf")):
        assert b"eva@example.org" in card(home, who, href)
        assert b"eva.example/" in card(home, who, href)


def test_the_new_etag_makes_the_device_fetch_what_it_has_not_seen(home: Home) -> None:
    anna_types(home, with_line(ANNAS, "EMAIL:eva@example.org"))
    before = home.get("ben", "b.vcf")
    ben_sends(home, with_line(BENS, "URL:https://eva.example/"))
    after = home.get("ben", "b.vcf")
    assert before is not None
    assert after is not None
    assert after.seq > before.seq


def test_a_value_that_was_changed_meanwhile_is_not_changed_back(home: Home) -> None:
    anna_types(home, ANNAS.replace(b"101", b"102"))
    ben_sends(home, with_line(BENS, "URL:https://eva.example/"))
    for who, href in (("anna", "a.vcf"), ("ben", "b.vcf")):
        assert b"102" in card(home, who, href)
        assert b"23125 101" not in card(home, who, href)


def test_a_value_that_was_removed_meanwhile_does_not_come_back(home: Home) -> None:
    both = with_line(ANNAS, "EMAIL:eva@example.org")
    old = anna_types(home, both)
    assert b"EMAIL" not in anna_types(home, ANNAS)
    ben_sends(home, with_line(old, "URL:https://eva.example/"))
    for who, href in (("anna", "a.vcf"), ("ben", "b.vcf")):
        assert b"EMAIL" not in card(home, who, href)
        assert b"eva.example/" in card(home, who, href)


def test_what_a_member_takes_off_and_nothing_else_is_taken_off(home: Home) -> None:
    now = anna_types(home, with_line(ANNAS, "EMAIL:eva@example.org"))
    ben_sends(home, now.replace(b"EMAIL:eva@example.org\r\n", b""))
    assert b"EMAIL" not in card(home, "anna", "a.vcf") + card(home, "ben", "b.vcf")


def test_a_correction_of_what_has_just_come_is_followed(home: Home) -> None:
    now = anna_types(home, with_line(ANNAS, "EMAIL:ewa@example.org"))
    body = with_line(now.replace(b"ewa@", b"eva@"), "URL:https://eva.example/")
    assert ben_sends(home, body) != ""
    assert b"ewa@" not in card(home, "anna", "a.vcf") + card(home, "ben", "b.vcf")
    assert b"eva@example.org" in card(home, "anna", "a.vcf")


def test_of_two_values_that_came_one_may_be_taken_off(home: Home) -> None:
    body = with_line(with_line(ANNAS, "EMAIL:eva@example.org"), "TEL;TYPE=WORK:+49 30 23125 104")
    now = anna_types(home, body)
    body = with_line(now, "URL:https://eva.example/").replace(b"EMAIL:eva@example.org\r\n", b"")
    ben_sends(home, body)
    assert b"EMAIL" not in card(home, "anna", "a.vcf") + card(home, "ben", "b.vcf")
    assert b"104" in card(home, "anna", "a.vcf")


def test_what_was_seen_and_sent_back_once_may_be_taken_off_with_anything_else(home: Home) -> None:
    now = anna_types(home, with_line(ANNAS, "EMAIL:eva@example.org"))
    ben_sends(home, with_line(now, "NICKNAME:Evi"))
    now = card(home, "ben", "b.vcf").replace(b"EMAIL:eva@example.org\r\n", b"")
    ben_sends(home, with_line(now, "URL:https://eva.example/"))
    assert b"EMAIL" not in card(home, "anna", "a.vcf") + card(home, "ben", "b.vcf")
