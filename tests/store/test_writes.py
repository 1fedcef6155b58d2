"""PUT and DELETE on own cards: octets, ETags, preconditions, UIDs and versions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Home, a_card

CARD = a_card("uid-1", "Eva Stein", "TEL;TYPE=CELL:+49 30 23125 101", 'X-ODD;foo="a,b":1,2;3')


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben; views are right at the end."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def received(home: Home) -> list[bytes]:
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT octets FROM received JOIN text ON text.id = received.text"
        ).fetchall()
    return [bytes(row[0]) for row in rows]


def test_a_card_is_kept_octet_for_octet_with_an_etag(home: Home) -> None:
    answer = home.put("anna", "a.vcf", CARD)
    entry = home.entries("anna")[0]
    assert (answer.status, answer.etag) == (201, home.etag("anna", entry))
    assert entry.octets == CARD


def test_a_card_without_uid_gets_one_line_and_no_etag(home: Home) -> None:
    body = a_card("", "Eva Stein")
    assert home.put("anna", "a.vcf", body).etag == ""
    stored = home.entries("anna")[0].octets
    added = [line for line in stored.split(b"\r\n") if line not in body.split(b"\r\n")]
    assert len(added) == 1
    assert added[0].startswith(b"UID:")


def test_a_device_that_drops_the_uid_keeps_the_slots_uid(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    assert home.put("anna", "a.vcf", CARD.replace(b"UID:uid-1\r\n", b"TITLE:Dr\r\n")).status == 204
    assert b"UID:uid-1" in home.entries("anna")[0].octets


def test_identical_octets_keep_the_etag(home: Home) -> None:
    first = home.put("anna", "a.vcf", CARD).etag
    again = home.put("anna", "a.vcf", CARD, if_match=first)
    assert (again.status, again.etag) == (204, first)


def test_a_stale_if_match_changes_nothing_keeps_the_body_and_is_announced_again(home: Home) -> None:
    first = home.put("anna", "a.vcf", CARD).etag
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=first)
    before = home.entries("anna")[0]
    late = CARD.replace(b"101", b"103")
    assert home.put("anna", "a.vcf", late, if_match=first).status == 412
    after = home.entries("anna")[0]
    assert after.octets == before.octets
    assert after.seq > before.seq
    assert received(home) == [late]


def test_if_none_match_star_does_not_overwrite(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    assert home.put("anna", "a.vcf", CARD.replace(b"Eva", b"Eve"), if_none_match="*").status == 412
    assert home.entries("anna")[0].octets == CARD


def test_a_known_uid_under_a_new_name_is_refused(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    typed = CARD.replace(b"101", b"102")
    answer = home.put("anna", "b.vcf", typed)
    assert (answer.status, answer.precondition) == (403, "no-uid-conflict")
    assert received(home) == [typed]


def test_a_changed_uid_is_refused(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    typed = CARD.replace(b"uid-1", b"uid-2")
    answer = home.put("anna", "a.vcf", typed)
    assert (answer.status, answer.precondition) == (403, "no-uid-conflict")
    assert received(home) == [typed]


def test_what_is_no_card_is_refused_in_words(home: Home) -> None:
    answer = home.put("anna", "a.vcf", b"hello")
    assert (answer.status, answer.precondition) == (403, "valid-address-data")
    assert answer.sentence.endswith(".")


def test_deleting_and_sending_again_restores_the_same_card(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    ben = home.entries("ben")[0]
    assert home.delete("anna", "a.vcf").status == 204
    assert home.entries("ben") == []
    assert home.put("anna", "a.vcf", CARD, if_none_match="*").status == 201
    assert (home.entries("ben")[0].href, home.entries("ben")[0].uid) == (ben.href, ben.uid)


def test_deleting_what_is_not_there_is_404(home: Home) -> None:
    assert home.delete("anna", "nothing.vcf").status == 404


def test_a_read_only_device_writes_nothing(home: Home) -> None:
    home.add_device("anna", "frame", read_only=True)
    assert home.put("anna+frame", "a.vcf", CARD).status == 403
    assert home.entries("anna") == []


def test_a_4_card_is_served_as_3_to_a_device_that_never_spoke_4(home: Home) -> None:
    body = a_card("uid-4", "Eva Stein", "TEL;VALUE=uri;TYPE=cell:tel:+493023125101", version="4.0")
    answer = home.put("anna", "a.vcf", body)
    assert home.entries("anna", version_4=True)[0].octets == body
    assert b"VERSION:3.0" in home.entries("anna")[0].octets
    assert answer.etag != ""


def test_a_3_put_onto_a_4_card_edits_its_lines(home: Home) -> None:
    body = a_card(
        "uid-4",
        "Eva Stein",
        "TEL;VALUE=uri;TYPE=cell:tel:+493023125101",
        "GRAMGENDER:feminine",
        version="4.0",
    )
    home.put("anna", "a.vcf", body)
    home.add_device("anna", "mac")
    seen = home.entries("anna")[0]
    edited = seen.octets.replace(b"END:VCARD", b"EMAIL:eva@example.org\r\nEND:VCARD")
    answer = home.put("anna+mac", "a.vcf", edited, if_match=home.etag("anna", seen))
    assert (answer.status, answer.etag) == (204, "")
    stored = home.entries("anna", version_4=True)[0].octets
    assert b"VERSION:4.0" in stored
    assert b"GRAMGENDER:feminine" in stored
    assert b"eva@example.org" in stored


def test_the_twenty_first_new_card_in_an_hour_holds_them_all(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben", settle_seconds=900)
    for number in range(21):
        assert home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Nr {number}")).status == 201
    home.clock.pass_seconds(1000)
    from server.cycle import settle

    settle(home.db)
    assert home.entries("ben") == []
    assert len(home.entries("anna")) == 21


def test_an_edit_of_a_card_that_was_deleted_meanwhile_becomes_an_own_private_card(
    home: Home,
) -> None:
    """R4: its author keeps what they were served, with their lines."""
    home.put("anna", "a.vcf", CARD)
    seen = home.entries("ben")[0]
    home.delete("anna", "a.vcf")
    typed = seen.octets.replace(b"END:VCARD", b"NOTE:mine\r\nEND:VCARD")
    assert home.put("ben", seen.href, typed, if_match=home.etag("ben", seen)).status == 201
    kept = home.entries("ben")[0]
    assert (kept.href, kept.octets) == (seen.href, typed)
    assert home.entries("anna") == []
