"""What becomes of copies and of typed lines when a card is made private, deleted or no longer shown (R4, R6, R7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle, trial
from server.store.database import Actor
from server.store.linking import link_cards
from server.store.sharing import set_share, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything; views are right at the end."""
    made = Home(tmp_path, "anna", "ben", "carl")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def text(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchone()
    return str(row[0])


def types_on(home: Home, who: str, needle: str, *lines: bytes) -> str:
    """A member types lines on somebody else's card; gives the href."""
    seen = home.entry(who, needle)
    typed = seen.octets.replace(
        b"END:VCARD", b"".join(line + b"\r\n" for line in lines) + b"END:VCARD"
    )
    assert home.put(who, seen.href, typed, if_match=home.etag(who, seen)).status == 204
    return seen.href


def share(home: Home, giver: str, taker: str, level: str) -> None:
    with home.db.write(Actor("share", giver)) as tx:
        set_share(tx, giver, taker, level)


def common(home: Home) -> None:
    """Eva in Anna's and Ben's books; a cycle has brought Anna's mail address to Ben's card."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    assert b"eva@example.org" in text(home, "ben", "b.vcf")


def test_making_private_takes_back_what_the_machine_brought(home: Home) -> None:
    common(home)
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL, "CLASS:PRIVATE"))
    assert b"eva@example.org" not in text(home, "ben", "b.vcf")
    assert b"23125" in text(home, "ben", "b.vcf")
    assert b"eva@example.org" in text(home, "anna", "a.vcf")
    cycle(home)


def test_making_private_on_the_command_line_takes_back_as_well(home: Home) -> None:
    common(home)
    card = card_of(home, "anna", "a.vcf")
    with home.db.write(Actor("share", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert b"eva@example.org" not in text(home, "ben", "b.vcf")


def test_what_somebody_edited_since_is_not_taken_back(home: Home) -> None:
    common(home)
    entry = home.entry("ben", "Eva")
    edited = entry.octets.replace(b"eva@example.org", b"eva.stein@example.org")
    home.put("ben", "b.vcf", edited, if_match=home.etag("ben", entry))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL, "CLASS:PRIVATE"))
    assert b"eva.stein@example.org" in text(home, "ben", "b.vcf")


def test_a_value_that_was_replaced_comes_back_when_its_successor_is_taken_back(home: Home) -> None:
    """Promise 1: what Ben had typed is his again."""
    common(home)
    entry = home.entry("anna", "Eva")
    changed = entry.octets.replace(b"30 23125 101", b"30 23125 102")
    home.put("anna", "a.vcf", changed, if_match=home.etag("anna", entry))
    cycle(home)
    assert b"102" in text(home, "ben", "b.vcf")
    home.put("anna", "a.vcf", changed.replace(b"END:VCARD", b"CLASS:PRIVATE\r\nEND:VCARD"))
    assert b"102" not in text(home, "ben", "b.vcf")
    assert b"101" in text(home, "ben", "b.vcf")


def test_deleting_takes_nothing_back(home: Home) -> None:
    common(home)
    home.delete("anna", "a.vcf")
    assert b"eva@example.org" in text(home, "ben", "b.vcf")


def test_the_author_keeps_their_lines_at_once_when_the_card_is_deleted(home: Home) -> None:
    """R4: last served text with the own lines, as an own private card, same href and UID."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    href = types_on(home, "ben", "Eva", b"NOTE:bens own note", b"EMAIL:typed@example.org")
    before = home.entry("ben", "Eva")
    home.delete("anna", "a.vcf")
    kept = home.entry("ben", "Eva")
    assert (kept.href, kept.uid) == (href, before.uid)
    assert all(word in kept.octets for word in (b"bens own note", b"typed@example.org", b"23125"))
    assert home.entries("anna") == home.entries("carl") == []


def test_the_author_keeps_name_and_own_lines_when_the_card_is_no_longer_shown(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    href = types_on(home, "ben", "Eva", b"EMAIL:typed@example.org")
    share(home, "anna", "ben", "none")
    kept = home.entry("ben", "Eva")
    assert kept.href == href
    assert b"typed@example.org" in kept.octets
    assert b"23125" not in kept.octets


def test_nothing_is_kept_where_nothing_was_typed(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.delete("anna", "a.vcf")
    assert home.entries("ben") == []


def test_an_own_card_of_the_person_takes_the_typed_lines_over(home: Home) -> None:
    """R4: linking an own card loses no line."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    types_on(home, "ben", "Eva", b"EMAIL:typed@example.org")
    home.put("ben", "mine.vcf", a_card("ub", "Eva Stein", "TITLE:Dr"))
    pair = card_of(home, "anna", "a.vcf"), card_of(home, "ben", "mine.vcf")
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, pair, "same", member="ben")
        refresh(tx, pair)
    assert [each.href for each in home.entries("ben")] == ["mine.vcf"]
    assert b"typed@example.org" in text(home, "ben", "mine.vcf")
    assert open_cases(home.db, "anna") == () or all(
        each.kind != "suggestion" for each in open_cases(home.db, "anna")
    )


def test_typed_lines_stay_when_the_slot_goes_on_with_another_card(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    cycle(home)
    href = types_on(home, "ben", "Eva", b"EMAIL:typed@example.org")
    home.delete("anna", "a.vcf")
    assert b"typed@example.org" in text(home, "ben", href)
    home.delete("carl", "c.vcf")
    assert b"typed@example.org" in text(home, "ben", href)


def test_a_number_sent_back_under_a_new_name_is_shown_no_further_than_its_source(
    home: Home,
) -> None:
    """R6: a round trip through a phone makes nobody the author of what they were shown."""
    share(home, "anna", "carl", "none")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    seen = home.entry("ben", "Eva")
    body = seen.octets.replace(seen.uid.encode(), b"a-new-uid").replace(
        b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD"
    )
    assert home.put("ben", "again.vcf", body).status == 201
    carls = b"".join(each.octets for each in home.entries("carl"))
    assert b"TITLE:Dr" in carls
    assert b"23125" not in carls


def test_a_suggestion_of_a_deleted_card_is_no_case(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    types_on(home, "ben", "Eva", b"EMAIL:typed@example.org")
    (case,) = open_cases(home.db, "anna")
    decide(home.db, case.id, "later", member="anna")
    home.delete("anna", "a.vcf")
    assert open_cases(home.db, None) == ()


def test_lines_that_a_cycle_moves_to_an_own_card_travel_in_the_same_cycle(home: Home) -> None:
    """A second cycle is empty."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    types_on(home, "ben", "Eva", b"EMAIL:typed@example.org")
    home.put("ben", "mine.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    assert b"typed@example.org" in text(home, "ben", "mine.vcf")
    assert b"typed@example.org" in text(home, "anna", "a.vcf")


def test_lines_on_a_card_that_is_known_by_name_only_from_now_on_are_kept(home: Home) -> None:
    """The own card they become is one more of that name, so the name-only card is shown beside it."""
    home.put("ben", "mine.vcf", a_card("ub", "Eva Stein"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    types_on(home, "ben", "23125", b"EMAIL:typed@example.org")
    share(home, "anna", "ben", "name")
    assert any(b"typed@example.org" in each.octets for each in home.entries("ben"))
    assert not any(b"23125" in each.octets for each in home.entries("ben"))


def test_a_nickname_in_a_new_card_for_somebody_no_longer_shown_is_kept(home: Home) -> None:
    """A phone sends the person anew, under the UID it has; nobody knows what it had been served."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "NICKNAME:Evi"))
    seen = home.entry("ben", "Eva Stein")
    share(home, "anna", "ben", "none")
    assert home.entries("ben") == []
    body = a_card(seen.uid, "Eva Stein", PHONE, "NICKNAME:Mrs. Stone", MAIL)
    assert home.put("ben", "new.vcf", body).status == 201
    (kept,) = home.entries("ben")
    assert b"NICKNAME:Mrs. Stone\r\n" in kept.octets
    assert MAIL.encode() in kept.octets
    assert PHONE.encode() not in kept.octets


@pytest.mark.parametrize("level", ["none", "name"])
@pytest.mark.parametrize("condition", ['"nonsense"', ""])
def test_of_a_card_that_is_shown_no_more_an_unknown_device_keeps_what_it_typed_alone(
    home: Home, level: str, condition: str
) -> None:
    """R7: nobody knows what the device had, so it counts as having had all that was ever shown."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    run_cycle(home.db, kind="command", releasing=True)
    home.add_device("ben", "tablet")
    seen = home.entry("ben", "Eva Stein")
    body = seen.octets.replace(b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD")
    if condition:
        assert home.put("ben+tablet", seen.href, body, if_match=condition).status == 412
        share(home, "anna", "ben", level)
        run_cycle(home.db, kind="command", releasing=True)
    else:
        share(home, "anna", "ben", level)
        assert home.put("ben+tablet", seen.href, body).status < 300
    kept = b"".join(each.octets for each in home.entries("ben"))
    assert b"TITLE:Dr" in kept
    assert b"23125 101" not in kept
    assert b"eva@example.org" not in kept


def test_a_note_typed_on_anothers_card_joins_the_own_note(home: Home) -> None:
    """Linking two cards takes nothing out of its author's sight."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    href = types_on(home, "ben", "Eva Stein", b"NOTE:likes tulips", b"NICKNAME:Evi")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stone", "NOTE:likes roses", "NICKNAME:Stony"))
    cards = card_of(home, "anna", "a.vcf"), card_of(home, "ben", "b.vcf")
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, cards, "same", member="ben")
        refresh(tx, cards)
    assert home.get("ben", href) is None
    assert b"NOTE:likes roses\\nlikes tulips\r\n" in text(home, "ben", "b.vcf")
    assert b"NICKNAME:Stony,Evi\r\n" in text(home, "ben", "b.vcf")


def test_a_program_that_files_a_card_under_its_name_types_nothing(home: Home) -> None:
    """Evolution saved it: its author sees no line of theirs, and keeps no card when its keeper deletes it."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    types_on(home, "ben", "Eva Stein", b"X-EVOLUTION-FILE-AS:Stein\\\\, Eva")
    assert b"FILE-AS" not in home.entries("ben")[0].octets
    home.delete("anna", "a.vcf")
    assert home.entries("ben") == []
