"""Every way in which an edit can come, and what becomes of it (design section 3): nothing typed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.contacts.properties import Change, Property, property_from
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.history import last_act
from server.store.linking import link_cards
from server.store.overlays import put_on
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

MAIL = "EMAIL:eva@example.org"
CARD = a_card("uid-1", "Eva Stein", "TEL;TYPE=CELL:+49 30 23125 101", MAIL, "NOTE:n")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna with two devices, and Ben; at the end views are right and another cycle finds nothing."""
    made = Home(tmp_path, "anna", "ben")
    made.add_device("anna", "tablet")
    made.add_device("ben", "laptop")
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    run_cycle(made.db, kind="quick")
    report = run_cycle(made.db, kind="quick")
    assert report is not None
    assert report.is_empty
    assert made.verify() == ()
    made.db.close()


def stored(home: Home, who: str = "anna", href: str = "a.vcf") -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def added(card: bytes, line: str) -> bytes:
    return card.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode())


def received(home: Home) -> list[tuple[int, bytes]]:
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT status, octets FROM received JOIN text ON text.id = received.text"
            " ORDER BY received.id"
        ).fetchall()
    return [(row[0], bytes(row[1])) for row in rows]


def join(home: Home) -> None:
    """All cards are one person, says Ben."""
    with home.db.read() as tx:
        ids = [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (ids[0], ids[1]), "same", member="ben")
        refresh(tx, ids)


# --- an own card without If-Match ---


def test_without_if_match_a_device_that_had_the_card_stores_as_sent(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    home.fetch("anna+tablet", "a.vcf")
    body = CARD.replace(b"101", b"102")
    answer = home.put("anna+tablet", "a.vcf", body)
    assert (answer.status, stored(home)) == (204, body)
    assert answer.etag == home.etag("anna", home.entries("anna")[0])


def test_without_if_match_what_another_device_changed_meanwhile_stays(home: Home) -> None:
    """Thunderbird never sends If-Match: its edit is merged at once, against what it was served."""
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    answer = home.put("anna+tablet", "a.vcf", added(seen.octets, "URL:https://eva.example/"))
    assert (answer.status, answer.etag) == (204, "")
    assert b"102" in stored(home)
    assert b"eva.example" in stored(home)
    assert b"101" not in stored(home)


def test_without_if_match_one_value_changed_differently_by_two_is_asked(home: Home) -> None:
    """There is one title: neither takes the place of the other unseen, and both are kept."""
    etag = home.put("anna", "a.vcf", added(CARD, "TITLE:Dr")).etag
    seen = home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", added(CARD, "TITLE:Prof"), if_match=etag)
    late = added(seen.octets.replace(b"TITLE:Dr", b"TITLE:Dean"), "URL:https://eva.example/")
    assert home.put("anna+tablet", "a.vcf", late).etag == ""
    assert b"TITLE:Prof" in stored(home)
    assert b"eva.example" in stored(home)
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "edit-lost-race"
    decide(home.db, case.id, "mine", member="anna")
    assert b"TITLE:Dean" in stored(home)
    assert b"TITLE:Prof" not in stored(home)
    assert open_cases(home.db, "anna") == ()


def test_what_was_merged_is_announced_and_the_body_is_kept(home: Home) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    before = home.sequence("anna")
    home.put("anna+tablet", "a.vcf", seen.octets)
    assert home.sequence("anna") > before
    assert stored(home) == CARD.replace(b"101", b"102")
    assert received(home) == [(204, seen.octets)]


def test_without_if_match_a_removal_of_what_was_served_applies(home: Home) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    home.put("anna+tablet", "a.vcf", seen.octets.replace(f"{MAIL}\r\n".encode(), b""))
    assert b"eva@example.org" not in stored(home)
    assert b"102" in stored(home)


def test_a_device_that_nobody_knows_anything_of_takes_nothing_away(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    body = a_card("uid-1", "Eva Stein", "TEL;TYPE=HOME:+49 30 23125 900", "NOTE:other")
    home.put("anna+tablet", "a.vcf", body)
    card = stored(home)
    assert all(each in card for each in (b"101", b"900", b"eva@example.org", b"NOTE:other"))


def test_a_device_that_nobody_knows_and_that_leaves_nothing_out_stores_as_sent(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    body = added(CARD, "URL:https://eva.example/")
    answer = home.put("anna+tablet", "a.vcf", body)
    assert stored(home) == body
    assert answer.etag != ""


def test_what_a_device_sent_itself_it_had(home: Home) -> None:
    """Two edits in a row, no fetch and no If-Match between them."""
    home.put("anna", "a.vcf", CARD)
    second = CARD.replace(f"{MAIL}\r\n".encode(), b"")
    home.put("anna", "a.vcf", second)
    assert stored(home) == second


def test_a_star_says_nothing_of_what_a_device_had(home: Home) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    home.put("anna+tablet", "a.vcf", added(seen.octets, "URL:https://e.example/"), if_match="*")
    assert b"102" in stored(home)


def test_a_former_version_is_kept_when_a_body_takes_its_place(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"))
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT octets FROM card_version JOIN text ON text.id = card_version.text ORDER BY act"
        ).fetchall()
    assert bytes(rows[0][0]) == CARD


# --- somebody else's card ---


def test_without_if_match_an_edit_of_anothers_card_is_the_difference_to_what_was_served(
    home: Home,
) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.fetch("ben+laptop", home.entries("ben")[0].href)
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    home.put("ben+laptop", seen.href, added(seen.octets, "URL:https://eva.example/"))
    shown = stored(home, "ben", seen.href)
    assert b"102" in shown
    assert b"23125 101" not in shown
    assert b"eva.example" in shown


def test_of_an_unknown_base_a_removal_on_anothers_card_is_not_suggested(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.entries("ben")[0]
    body = seen.octets.replace(f"{MAIL}\r\n".encode(), b"")
    assert body != seen.octets
    home.put("ben+laptop", seen.href, added(body, "URL:https://eva.example/"))
    shown = stored(home, "ben", seen.href)
    assert b"eva@example.org" in shown
    assert b"eva.example" in shown


# --- hrefs and UIDs that stand for somebody else by now ---


def test_an_edit_of_a_retired_href_is_an_edit_of_the_survivor(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.fetch("ben", home.entries("ben")[0].href)
    home.put("ben", "b.vcf", a_card("uid-b", "Eva", "TEL:+49 30 23125 700"))
    join(home)
    assert home.get("ben", seen.href) is None
    answer = home.put("ben", seen.href, added(seen.octets, "URL:https://eva.example/"))
    assert (answer.status, answer.etag) == (204, "")
    assert b"eva.example" in stored(home, "ben", "b.vcf")
    assert b"700" in stored(home, "ben", "b.vcf")


def test_a_new_href_with_a_retired_uid_is_an_edit_of_the_survivor(home: Home) -> None:
    """vdirsyncer uploads what was gone on the server and changed at home under another href."""
    home.put("anna", "a.vcf", CARD)
    seen = home.fetch("ben", home.entries("ben")[0].href)
    home.put("ben", "b.vcf", a_card("uid-b", "Eva", "TEL:+49 30 23125 700"))
    join(home)
    body = added(seen.octets, "URL:https://eva.example/")
    assert home.put("ben", "new.vcf", body, if_none_match="*").status == 204
    assert b"eva.example" in stored(home, "ben", "b.vcf")
    assert len(home.entries("ben")) == 1


def test_a_delete_of_a_retired_href_does_nothing(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.fetch("ben", home.entries("ben")[0].href)
    home.put("ben", "b.vcf", a_card("uid-b", "Eva", "TEL:+49 30 23125 700"))
    join(home)
    before = stored(home, "ben", "b.vcf"), stored(home)
    assert home.delete("ben", seen.href).status == 204
    assert (stored(home, "ben", "b.vcf"), stored(home)) == before


def test_a_new_href_with_the_uid_of_anothers_card_is_an_edit_of_it(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.fetch("ben", home.entries("ben")[0].href)
    body = added(seen.octets, "URL:https://eva.example/")
    assert home.put("ben", "new.vcf", body).status == 204
    assert b"eva.example" in stored(home, "ben", seen.href)
    assert home.get("ben", "new.vcf") is None
    assert len(home.entries("ben")) == 1


def test_a_new_href_with_the_uid_of_an_own_card_is_refused(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    answer = home.put("anna+tablet", "new.vcf", added(CARD, "URL:https://eva.example/"))
    assert (answer.status, answer.precondition) == (403, "no-uid-conflict")
    assert stored(home) == CARD


@pytest.mark.parametrize("who", ["anna", "ben"])
def test_a_changed_uid_at_an_href_is_refused(home: Home, who: str) -> None:
    home.put("anna", "a.vcf", CARD)
    entry = home.entries(who)[0]
    body = entry.octets.replace(entry.uid.encode(), b"another-uid")
    answer = home.put(who, entry.href, body)
    assert (answer.status, answer.precondition) == (403, "no-uid-conflict")
    assert stored(home, who, entry.href) == entry.octets


# --- two devices of one member, neither of which sends If-Match ---


def both_edit(home: Home, first: bytes, second: bytes, card: bytes = CARD) -> int:
    """The phone changes the card after the tablet has fetched it; then the tablet sends its edit."""
    home.put("anna", "a.vcf", card)
    home.fetch("anna+tablet", "a.vcf")
    home.put("anna", "a.vcf", first)
    answer = home.put("anna+tablet", "a.vcf", second)
    assert answer.etag == ""
    return answer.status


def test_a_value_that_two_devices_changed_differently_is_asked_at_once(home: Home) -> None:
    card = added(CARD, "TITLE:Dr")
    assert both_edit(home, card.replace(b"Dr", b"Prof"), card.replace(b"Dr", b"Boss"), card) == 204
    assert b"TITLE:Prof" in stored(home)
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "edit-lost-race"
    (question,) = case.questions
    assert (question.before, *(each.value for each in question.options)) == ("Dr", "Boss", "Prof")
    decide(home.db, case.id, "mine", member="anna")
    assert b"TITLE:Boss" in stored(home)
    with home.db.write(Actor("undo", "anna")) as tx:
        undo_act(tx, last_act(tx), member="anna")
    assert [each.id for each in open_cases(home.db, "anna")] == [case.id]
    assert b"TITLE:Prof" in stored(home)


def test_what_else_was_typed_in_it_is_there(home: Home) -> None:
    card = added(CARD, "TITLE:Dr")
    second = added(card.replace(b"Dr", b"Boss"), "URL:https://eva.example/")
    both_edit(home, card.replace(b"Dr", b"Prof"), second, card)
    assert b"eva.example" in stored(home)


def test_two_edits_of_a_note_are_merged_line_by_line(home: Home) -> None:
    card = CARD.replace(b"NOTE:n", b"NOTE:met in Berlin\\nlikes tea")
    first = card.replace(b"likes tea", b"likes tea\\nhas a dog")
    both_edit(home, first, card.replace(b"NOTE:met", b"NOTE:tall\\nmet"), card)
    assert b"NOTE:tall\\nmet in Berlin\\nlikes tea\\nhas a dog\r\n" in stored(home)
    assert open_cases(home.db, "anna") == ()


def test_one_line_changed_twice_is_asked(home: Home) -> None:
    card = CARD.replace(b"NOTE:n", b"NOTE:likes tea")
    both_edit(home, card.replace(b"tea", b"coffee"), card.replace(b"tea", b"milk"), card)
    assert b"NOTE:likes coffee" in stored(home)
    assert [each.kind for each in open_cases(home.db, "anna")] == ["edit-lost-race"]


def test_two_edits_of_the_categories_are_one_set(home: Home) -> None:
    card = added(CARD, "CATEGORIES:Friends,Work")
    first = card.replace(b"Friends,Work", b"Friends,Work,Chess")
    both_edit(home, first, card.replace(b"Friends,Work", b"Work,Tea"), card)
    assert b"CATEGORIES:Work,Chess,Tea\r\n" in stored(home)


def test_of_an_unknown_base_no_category_is_taken_off(home: Home) -> None:
    card = added(CARD, "CATEGORIES:Friends,Work")
    home.put("anna", "a.vcf", card)
    home.put("anna+tablet", "a.vcf", card.replace(b"Friends,Work", b"Tea"))
    assert b"CATEGORIES:Friends,Work,Tea\r\n" in stored(home)


def test_one_picture_written_in_two_ways_is_one(home: Home) -> None:
    card = added(CARD, "PHOTO;ENCODING=b;TYPE=JPEG:aGVsbG8gd29ybGQ=")
    other = card.replace(
        b"PHOTO;ENCODING=b;TYPE=JPEG:aGVsbG8gd29y", b"PHOTO;TYPE=jpeg;ENCODING=b:\r\n aGVsbG8gd29y"
    )
    both_edit(home, card.replace(b"101", b"102"), other.replace(b"NOTE:n", b"NOTE:m"), card)
    assert stored(home).count(b"PHOTO") == 1
    assert open_cases(home.db, "anna") == ()


def test_two_new_pictures_are_asked(home: Home) -> None:
    card = added(CARD, "PHOTO;ENCODING=b:aGVsbG8=")
    both_edit(
        home, card.replace(b"aGVsbG8=", b"d29ybGQ="), card.replace(b"aGVsbG8=", b"bW9vbg=="), card
    )
    assert b"d29ybGQ=" in stored(home)
    assert [each.kind for each in open_cases(home.db, "anna")] == ["edit-lost-race"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_titles_typed_at_once_both_stand_in_any_order(order: tuple[int, int]) -> None:
    """A change of a title that is gone meanwhile does not take the place of one typed beside it."""

    def title(text: str) -> Property:
        return property_from(f"TITLE:{text}\r\n".encode(), version="3.0", region="DE")

    changes = (Change(title("former"), title("changed")), Change(None, title("added")))
    text = put_on(a_card("u", "Eva Stein"), [changes[each] for each in order], "DE")
    assert b"TITLE:changed" in text
    assert b"TITLE:added" in text
