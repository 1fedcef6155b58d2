"""What a body leaves out: taken off by its member, or not shown by the device (design section 3)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.contacts.card import parse
from server.contacts.properties import properties
from server.cycle import run_cycle, trial
from server.store.believing import PROGRAMS, Sight
from server.store.database import Actor
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
ODD = 'X-ODD;foo="a,b":1\\,2;3'
RICH = a_card("uid-1", "Eva Stein", PHONE, MAIL, ODD, "NICKNAME:Evi", "PHOTO;ENCODING=b:aGVsbG8=")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna with a rich and a poor device, and Ben; views are right and cycles settled at the end."""
    made = Home(tmp_path, "anna", "ben")
    made.add_device("anna", "poor")
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    run_cycle(made.db, kind="nightly")
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def stored(home: Home, who: str = "anna", href: str = "a.vcf") -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def without(card: bytes, *lines: str) -> bytes:
    for line in lines:
        assert f"{line}\r\n".encode() in card
        card = card.replace(f"{line}\r\n".encode(), b"")
    return card


def send(home: Home, login: str, body: bytes, href: str = "a.vcf") -> tuple[int, str]:
    """PUT with the current ETag."""
    who = login.partition("+")[0]
    entry = home.fetch(login, href)
    answer = home.put(login, href, body, if_match=home.etag(who, entry))
    return answer.status, answer.etag


def test_what_a_device_cannot_show_it_cannot_lose(home: Home) -> None:
    """An iPhone leaves out X- lines, nicknames it never showed, pictures it never got."""
    home.put("anna", "a.vcf", RICH)
    poor = without(RICH, ODD, "NICKNAME:Evi", "PHOTO;ENCODING=b:aGVsbG8=").replace(b"101", b"102")
    before = home.sequence("anna")
    assert send(home, "anna+poor", poor) == (204, "")
    card = stored(home)
    assert b"102" in card
    assert all(f"{line}\r\n".encode() in card for line in (ODD, "NICKNAME:Evi"))
    assert b"aGVsbG8=" in card
    assert home.sequence("anna") > before


def test_an_echo_that_leaves_out_what_it_cannot_show_changes_nothing(home: Home) -> None:
    home.put("anna", "a.vcf", RICH)
    send(home, "anna+poor", without(RICH, ODD))
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT count(*) FROM fact WHERE gone IS NOT NULL").fetchone()
    assert rows[0] == 0
    assert f"{ODD}\r\n".encode() in stored(home)


def test_what_a_device_sent_before_it_can_take_off(home: Home) -> None:
    home.put("anna", "a.vcf", RICH)
    body = without(RICH, ODD)
    status, etag = send(home, "anna", body)
    assert (status, stored(home)) == (204, body)
    assert etag != ""


def test_what_it_sent_on_another_card_it_can_take_off_here(home: Home) -> None:
    home.put("anna", "a.vcf", RICH)
    home.put("anna+poor", "z.vcf", a_card("uid-z", "Jan Vermeer", "NICKNAME:Jan"))
    send(home, "anna+poor", without(RICH, "NICKNAME:Evi"))
    assert b"NICKNAME" not in stored(home)


def test_what_every_client_shows_any_device_can_take_off(home: Home) -> None:
    home.put("anna", "a.vcf", RICH)
    body = without(RICH, MAIL)
    send(home, "anna+poor", body)
    assert b"eva@example.org" not in stored(home)


def test_a_kept_line_has_a_group_of_its_own(home: Home) -> None:
    lines = ("item1.X-JOB-CODE:7", "item1.X-ABLabel:Office")
    home.put("anna", "a.vcf", a_card("uid-1", "Eva Stein", PHONE, *lines))
    poor = a_card("uid-1", "Eva Stein", "item1.TEL:+49 30 23125 101", "item1.X-ABLabel:Cottage")
    send(home, "anna+poor", poor)
    card = parse(stored(home))
    found = {
        (line.name, line.value): line.group
        for line in card.lines
        if line.name in ("X-JOB-CODE", "X-ABLABEL", "TEL")
    }
    job = found["X-JOB-CODE", "7"]
    assert found["X-ABLABEL", "Office"] == job
    assert found["X-ABLABEL", "Cottage"] == found["TEL", "+49 30 23125 101"] != job


def test_what_4_alone_can_say_outlives_a_4_device_that_does_not_know_it(home: Home) -> None:
    rich = a_card("uid-1", "Eva Stein", MAIL, "GRAMGENDER:feminine", version="4.0")
    home.put("anna", "a.vcf", rich)
    entry = home.fetch("anna+poor", "a.vcf", version_4=True)
    body = without(rich, "GRAMGENDER:feminine").replace(b"eva@", b"evi@")
    home.put("anna+poor", "a.vcf", body, if_match=home.etag("anna", entry))
    now = home.get("anna", "a.vcf", version_4=True)
    assert now is not None
    assert b"GRAMGENDER:feminine" in now.octets
    assert b"evi@" in now.octets


def test_a_4_device_that_was_served_3_loses_nothing_that_3_cannot_say(home: Home) -> None:
    """Thunderbird writes 4.0 even where it was served 3.0."""
    rich = a_card("uid-1", "Eva Stein", MAIL, "GRAMGENDER:feminine", version="4.0")
    home.put("anna", "a.vcf", rich)
    home.fetch("anna+poor", "a.vcf")
    body = a_card("uid-1", "Eva Stein", MAIL, "NOTE:n", version="4.0")
    home.put("anna+poor", "a.vcf", body)
    now = home.get("anna", "a.vcf", version_4=True)
    assert now is not None
    assert b"GRAMGENDER:feminine" in now.octets
    assert b"NOTE:n" in now.octets


def test_a_body_that_drops_two_shown_names_takes_nothing_from_others(home: Home) -> None:
    """It is stored as sent, since its member may mean it; no other card follows."""
    ours = ("ADR:;;Hauptstr. 1;Berlin;;10115;DE", MAIL)
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, *ours))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, *ours))
    run_cycle(home.db, kind="nightly")
    body = without(stored(home), *ours)
    send(home, "anna", body)
    assert stored(home) == body
    run_cycle(home.db, kind="nightly")
    assert b"Hauptstr" in stored(home, "ben", "b.vcf")
    assert b"eva@example.org" in stored(home, "ben", "b.vcf")


def test_a_body_that_drops_one_shown_name_is_followed(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, MAIL))
    run_cycle(home.db, kind="nightly")
    send(home, "anna", without(stored(home), MAIL))
    run_cycle(home.db, kind="nightly")
    assert b"eva@example.org" not in stored(home, "ben", "b.vcf")


def test_on_anothers_card_neither_is_suggested(home: Home) -> None:
    lines = ("ADR:;;Hauptstr. 1;Berlin;;10115;DE", MAIL, "ANNIVERSARY:2001-02-03")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, *lines))
    seen = home.fetch("ben", home.entries("ben")[0].href)
    send(home, "ben", without(seen.octets, *lines[:2]), seen.href)
    home.add_device("ben", "poor")
    send(home, "ben+poor", without(stored(home, "ben", seen.href), lines[2]), seen.href)
    shown = stored(home, "ben", seen.href)
    assert all(each in shown for each in (b"Hauptstr", b"eva@example.org", b"ANNIVERSARY"))
    with home.db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM suggestion").fetchone()[0] == 0


def test_a_lossy_device_does_not_make_a_private_card_public(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    send(home, "anna+poor", without(stored(home), "CLASS:PRIVATE").replace(b"101", b"102"))
    assert home.entries("ben") == []
    assert b"CLASS:PRIVATE" in stored(home)


# --- what is known of programs ---


def agent(home: Home, label: str, text: str) -> None:
    with home.db.write(Actor("seen", "anna")) as tx:
        tx.connection.execute(
            "UPDATE device SET user_agent = ? WHERE member = 'anna' AND label = ?", (text, label)
        )


def test_outlook_does_not_take_off_a_fourth_address(home: Home) -> None:
    lines = [f"EMAIL:eva{number}@example.org" for number in range(1, 5)]
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", *lines))
    agent(home, "poor", "CalDavSynchronizer/4.3")
    send(home, "anna+poor", a_card("ua", "Eva Stein", *lines[1:3]))
    card = stored(home)
    assert [number for number in range(1, 5) if f"eva{number}@".encode() in card] == [2, 3, 4]


def test_a_program_known_to_drop_a_name_does_not_take_it_off(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "BDAY:1980-02-29"))
    agent(home, "poor", "Thunderbird CalDAV/CardDAV")
    send(home, "anna+poor", a_card("ua", "Eva Stein", "NOTE:n"))
    assert b"BDAY:1980-02-29" in stored(home)


def test_every_row_about_a_program_says_what_was_seen() -> None:
    assert all(each.reason and (each.drops or each.most) for each in PROGRAMS)


def test_a_judgement_leaves_additions_and_changes_alone() -> None:
    had = properties(
        parse(a_card("u", "Eva Stein", MAIL, "TITLE:Dr", "URL:https://a.example/")), region="DE"
    )
    sent = properties(parse(a_card("u", "Eva Stein", PHONE, "NOTE:n")), region="DE")
    belief = Sight(frozenset({"EMAIL", "TITLE"})).judge(had, sent)
    assert belief.is_doubtful
    assert [each.before.name for each in belief.unseen if each.before] == ["URL"]
    assert {each.after.name for each in belief.believed if each.after} == {"TEL", "NOTE"}
    assert all(each.after is not None for each in belief.believed)
