"""Bodies that came too late: the next cycle merges them, and what does not merge is a case."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases import Case, open_cases
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.history import last_change
from server.store.linking import link_cards
from server.store.sharing import set_share
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
CARD = a_card("uid-1", "Eva Stein", PHONE, "TITLE:Dr", "EMAIL:eva@example.org", "X-ODD:1")
MAIL = b"EMAIL:eva@example.org\r\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna with two devices, and Ben; at the end views are right and another cycle finds nothing."""
    made = Home(tmp_path, "anna", "ben")
    made.add_device("anna", "tablet")
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert merged(made) == ()
    assert made.verify() == ()
    made.db.close()


def merged(home: Home) -> tuple[str, ...]:
    """Run a quick cycle; gives the kinds of the acts it made."""
    before = acts(home)
    run_cycle(home.db, kind="quick")
    return acts(home)[len(before) :]


def acts(home: Home) -> tuple[str, ...]:
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT kind FROM act ORDER BY id").fetchall()
    return tuple(row[0] for row in rows)


def stored(home: Home, who: str = "anna", href: str = "a.vcf") -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def added(card: bytes, *lines: str) -> bytes:
    return card.replace(
        b"END:VCARD", "".join(f"{each}\r\n" for each in lines).encode() + b"END:VCARD"
    )


def races(home: Home, who: str = "anna") -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "edit-lost-race"]


def meet(home: Home, first: bytes, late: bytes, card: bytes = CARD) -> None:
    """Two devices of Anna change one card from the same text; the phone comes second."""
    etag = home.put("anna", "a.vcf", card).etag
    assert home.put("anna+tablet", "a.vcf", first, if_match=etag).status == 204
    assert home.put("anna", "a.vcf", late, if_match=etag).status == 412


def test_changes_of_different_values_both_stand(home: Home) -> None:
    meet(home, added(CARD, "URL:https://eva.example/"), CARD.replace(b"101", b"102"))
    assert merged(home) == ("late",)
    card = stored(home)
    assert b"eva.example/" in card
    assert b"102" in card
    assert b"101" not in card
    assert races(home) == []


def test_a_late_edit_is_that_members_on_that_device(home: Home) -> None:
    meet(home, added(CARD, "NOTE:x"), CARD.replace(b"101", b"102"))
    merged(home)
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT fact.typed_by, act.kind, act.member, device.label FROM fact"
            " JOIN act ON act.id = fact.first JOIN device ON device.id = act.device"
            " WHERE fact.property = 'TEL' AND fact.gone IS NULL"
        ).fetchone()
    assert row == ("anna", "late", "anna", "phone")


def test_late_edits_are_merged_before_a_household_was_released(tmp_path: Path) -> None:
    home = Home(tmp_path / "new", "anna")
    home.add_device("anna", "tablet")
    meet(home, added(CARD, "NOTE:x"), CARD.replace(b"101", b"102"))
    assert run_cycle(home.db, kind="quick") is None
    assert b"102" in stored(home)
    home.db.close()


def test_a_single_value_changed_differently_is_a_case(home: Home) -> None:
    meet(home, CARD.replace(b"TITLE:Dr", b"TITLE:Prof"), CARD.replace(b"TITLE:Dr", b"TITLE:Boss"))
    merged(home)
    assert b"TITLE:Prof" in stored(home)
    (case,) = races(home)
    (question,) = case.questions
    assert (question.before, *(each.value for each in question.options)) == ("Dr", "Boss", "Prof")


def test_a_number_changed_differently_is_a_case(home: Home) -> None:
    meet(home, CARD.replace(b"101", b"102"), CARD.replace(b"101", b"103"))
    merged(home)
    assert b"103" not in stored(home)
    assert len(races(home)) == 1


def test_the_same_change_twice_is_nothing(home: Home) -> None:
    meet(home, CARD.replace(b"101", b"102"), CARD.replace(b"101", b"102"))
    assert merged(home) == ()
    assert races(home) == []


def test_a_removal_of_what_was_changed_meanwhile_is_a_case(home: Home) -> None:
    meet(home, CARD.replace(b"eva@", b"evi@"), CARD.replace(MAIL, b""))
    merged(home)
    assert b"evi@example.org" in stored(home)
    (case,) = races(home)
    assert [each.value for each in case.questions[0].options] == ["", "evi@example.org"]


def test_a_removal_that_is_repeated_is_not_asked_though_something_like_it_was_added(
    home: Home,
) -> None:
    """What was taken off and changed into nothing else met nobody, however alike what came beside it."""
    there, beside = "ADR:;;Hauptstr. 2;Berlin;;10115;DE", "ADR:;;Hauptstr. 1;Berlin;;10115;DE"
    base = added(CARD, there)
    etag = home.put("anna", "a.vcf", base).etag
    assert home.put("anna+tablet", "a.vcf", added(base, beside), if_match=etag).status == 204
    for late in (CARD, added(CARD, "NOTE:x")):
        assert home.put("anna", "a.vcf", late, if_match=etag).status == 412
    merged(home)
    assert races(home) == []
    assert beside.encode() in stored(home)
    assert there.encode() not in stored(home)
    assert b"NOTE:x" in stored(home)


def test_a_change_of_what_was_removed_meanwhile_is_a_case(home: Home) -> None:
    meet(home, CARD.replace(MAIL, b""), CARD.replace(b"eva@", b"evi@"))
    merged(home)
    assert b"evi@" not in stored(home)
    (case,) = races(home)
    assert [each.value for each in case.questions[0].options] == ["evi@example.org", ""]


def test_a_removal_of_what_nobody_touched_applies(home: Home) -> None:
    meet(home, CARD.replace(b"101", b"102"), CARD.replace(MAIL, b""))
    merged(home)
    assert MAIL not in stored(home)
    assert b"102" in stored(home)


def test_what_a_device_cannot_show_it_does_not_remove(home: Home) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    home.put("anna+tablet", "a.vcf", CARD.replace(b"X-ODD:1\r\n", b"NOTE:n\r\n"), if_match=etag)
    merged(home)
    assert b"X-ODD:1" in stored(home)
    assert b"NOTE:n" in stored(home)


def test_of_an_unknown_base_only_what_is_absent_applies(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    late = added(a_card("uid-1", "Eva Stein", "TEL:+49 30 23125 199", "TITLE:Boss"), "NOTE:n")
    assert home.put("anna", "a.vcf", late, if_match='"elsewhere-1"').status == 412
    merged(home)
    card = stored(home)
    assert all(each in card for each in (MAIL, b"101", b"199", b"NOTE:n", b"TITLE:Dr"))
    (case,) = races(home)
    assert [each.value for each in case.questions[0].options] == ["Boss", "Dr"]


def test_a_new_card_under_a_taken_name_completes_it(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    late = added(CARD.replace(MAIL, b""), "TEL;TYPE=HOME:+49 30 23125 190")
    assert home.put("anna+tablet", "a.vcf", late, if_none_match="*").status == 412
    merged(home)
    assert b"190" in stored(home)
    assert MAIL in stored(home)


def test_a_body_for_a_name_that_never_was_becomes_a_private_card(home: Home) -> None:
    assert home.put("anna", "lost.vcf", CARD, if_match='"elsewhere-1"').status == 412
    merged(home)
    assert stored(home, href="lost.vcf") == CARD
    assert home.entries("ben") == []


def test_a_body_with_another_uid_does_not_change_the_card(home: Home) -> None:
    etag = home.put("anna", "a.vcf", CARD).etag
    first = CARD.replace(b"101", b"102")
    home.put("anna", "a.vcf", first, if_match=etag)
    other = a_card("uid-2", "Jan Vermeer", "TEL:+49 30 23125 200")
    assert home.put("anna+tablet", "a.vcf", other, if_match=etag).status == 412
    merged(home)
    assert stored(home) == first
    assert home.entry("anna", "Jan Vermeer").octets == other


def test_an_edit_of_somebody_elses_card_becomes_a_suggestion(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.entries("ben")[0]
    stale = home.etag("ben", seen)
    home.put(
        "anna",
        "a.vcf",
        CARD.replace(b"101", b"102"),
        if_match=home.etag("anna", home.entries("anna")[0]),
    )
    typed = added(seen.octets, "URL:https://eva.example/")
    assert home.put("ben", seen.href, typed, if_match=stale).status == 412
    merged(home)
    card = stored(home, "ben", seen.href)
    assert b"eva.example/" in card
    assert b"102" in card
    assert b"eva.example/" not in stored(home)
    assert [each.kind for each in open_cases(home.db, "anna")] == ["suggestion"]


def test_a_value_its_keeper_changed_meanwhile_is_a_case_of_the_late_one_alone(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    seen = home.entries("ben")[0]
    stale = home.etag("ben", seen)
    home.put(
        "anna",
        "a.vcf",
        CARD.replace(b"101", b"102"),
        if_match=home.etag("anna", home.entries("anna")[0]),
    )
    home.put("ben", seen.href, seen.octets.replace(b"23125 101", b"23125 103"), if_match=stale)
    merged(home)
    assert len(races(home, "ben")) == 1
    assert open_cases(home.db, "anna") == ()


def test_a_refused_body_is_waited_for_by_the_quick_cycle_and_its_merge_is_not(home: Home) -> None:
    def latest() -> int:
        with home.db.read() as tx:
            return last_change(tx)

    etag = home.put("anna", "a.vcf", CARD).etag
    home.put("anna+tablet", "a.vcf", added(CARD, "NOTE:x"), if_match=etag)
    before = latest()
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    refused = latest()
    assert refused > before
    assert merged(home) == ("late",)
    assert latest() == refused


def other_card_seen(home: Home) -> tuple[str, str, bytes]:
    """Anna's card in Ben's view, changed since Ben's phone fetched it; gives href, stale ETag and text."""
    etag = home.put("anna", "a.vcf", CARD).etag
    seen = home.entries("ben")[0]
    stale = home.etag("ben", seen)
    home.put("anna", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    return seen.href, stale, seen.octets


def test_a_retired_href_leads_to_the_survivor(home: Home) -> None:
    href, stale, text = other_card_seen(home)
    home.put("ben", href, added(text, "URL:https://eva.example/"), if_match=stale)
    home.put("ben", "own.vcf", a_card("uid-b", "Eva", "EMAIL:eva@example.org"))
    cards = tuple(each for each in card_ids(home))
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (cards[0], cards[1]), "same", member="ben")
        refresh(tx, cards)
    merged(home)
    assert b"eva.example/" in stored(home, "ben", "own.vcf")


def card_ids(home: Home) -> list[str]:
    with home.db.read() as tx:
        return [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]


def test_a_card_deleted_by_its_keeper_lives_on_as_a_private_one(home: Home) -> None:
    href, stale, text = other_card_seen(home)
    home.put("ben", href, added(text, "URL:https://eva.example/"), if_match=stale)
    home.delete("anna", "a.vcf")
    merged(home)
    assert b"eva.example/" in stored(home, "ben", href)
    assert home.entries("anna") == []


def test_of_a_card_that_is_shown_no_more_only_the_name_and_the_typed_lines_stay(home: Home) -> None:
    href, stale, text = other_card_seen(home)
    home.put("ben", href, added(text, "URL:https://eva.example/"), if_match=stale)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    merged(home)
    card = stored(home, "ben", href)
    assert b"eva.example/" in card
    assert b"23125" not in card


def test_a_card_in_the_trash_comes_back_with_the_edit(home: Home) -> None:
    meet(home, added(CARD, "NOTE:x"), CARD.replace(b"101", b"102"))
    home.delete("anna", "a.vcf")
    merged(home)
    assert b"102" in stored(home)
    assert b"NOTE:x" in stored(home)


def test_a_value_that_was_sent_again_and_then_removed_does_not_come_back(home: Home) -> None:
    late = added(CARD, "URL:https://eva.example/")
    meet(home, CARD.replace(b"101", b"102"), late)
    entry = home.entries("anna")[0]
    again = home.put(
        "anna",
        "a.vcf",
        added(entry.octets, "URL:https://eva.example/"),
        if_match=home.etag("anna", entry),
    )
    home.put("anna", "a.vcf", entry.octets, if_match=again.etag)
    merged(home)
    assert b"eva.example/" not in stored(home)


def test_a_body_sent_twice_asks_once(home: Home) -> None:
    late = CARD.replace(b"101", b"103")
    etag = home.put("anna", "a.vcf", CARD).etag
    home.put("anna+tablet", "a.vcf", CARD.replace(b"101", b"102"), if_match=etag)
    for _ in range(3):
        assert home.put("anna", "a.vcf", late, if_match=etag).status == 412
    merged(home)
    assert len(races(home)) == 1


def test_a_body_of_a_revoked_device_is_merged(home: Home) -> None:
    meet(home, added(CARD, "NOTE:x"), CARD.replace(b"101", b"102"))
    with home.db.write(Actor("device", "anna")) as tx:
        tx.connection.execute("UPDATE device SET revoked = ? WHERE label = 'phone'", (tx.act,))
    merged(home)
    assert b"102" in stored(home)


def test_a_card_of_version_4_takes_a_late_edit_of_a_3_device(home: Home) -> None:
    four = a_card("uid-4", "Eva Stein", "TEL;VALUE=uri;TYPE=cell:tel:+493023125101", version="4.0")
    home.put("anna+tablet", "a.vcf", four)
    seen = home.entries("anna")[0]
    stale = home.etag("anna", seen)
    home.put("anna+tablet", "a.vcf", added(four, "NOTE:x"), if_match=stale)
    typed = added(seen.octets, "EMAIL:eva@example.org")
    assert home.put("anna", "a.vcf", typed, if_match=stale).status == 412
    merged(home)
    entry = home.get("anna", "a.vcf", version_4=True)
    assert entry is not None
    assert b"VERSION:4.0" in entry.octets
    assert b"eva@example.org" in entry.octets
    assert races(home) == []


# --- many at once ---


def at_once(home: Home, count: int, work: Callable[[int], None]) -> None:
    """Run the work in threads that start together; what one raises is raised here."""
    gate = threading.Barrier(count)
    trouble: list[BaseException] = []

    def run(number: int) -> None:
        try:
            gate.wait(timeout=30)
            work(number)
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            trouble.append(error)
        finally:
            home.db.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=120)
    assert not trouble, trouble


def test_of_eight_with_one_etag_one_wins_and_no_edit_is_lost(home: Home) -> None:
    """Even ones change one number, odd ones add one each."""
    etag = home.put("anna", "a.vcf", CARD).etag
    for number in range(8):
        home.add_device("anna", f"d{number}")
    answers: dict[int, int] = {}

    def work(number: int) -> None:
        body = (
            added(CARD, f"TEL;TYPE=HOME:+49 30 23125 30{number}")
            if number % 2
            else CARD.replace(b"101", f"20{number}".encode())
        )
        answers[number] = home.put(f"anna+d{number}", "a.vcf", body, if_match=etag).status

    at_once(home, 8, work)
    assert sorted(answers.values()) == [204, *([412] * 7)]
    merged(home)
    card = stored(home).decode()
    asked = [option.value for case in races(home) for q in case.questions for option in q.options]
    text = card + " ".join(asked)
    assert [n for n in range(8) if f"{3 if n % 2 else 2}0{n}" not in text] == []


def test_sixteen_writers_in_a_loop_lose_no_update(home: Home) -> None:
    home.put("anna", "a.vcf", CARD)
    for number in range(16):
        home.add_device("anna", f"d{number}")

    def work(number: int) -> None:
        line = f"TEL;TYPE=HOME:+49 30 23125 4{number:02}"
        for _ in range(200):
            entry = home.get("anna", "a.vcf")
            assert entry is not None
            etag = home.etag("anna", entry)
            answer = home.put(f"anna+d{number}", "a.vcf", added(entry.octets, line), if_match=etag)
            if answer.status == 204:
                return
            assert answer.status == 412
        raise AssertionError("the loop did not end")

    at_once(home, 16, work)
    card = stored(home).decode()
    assert [n for n in range(16) if card.count(f"23125 4{n:02}") != 1] == []
    merged(home)
    assert stored(home).decode() == card
    assert races(home) == []


def test_a_second_title_typed_beside_the_first_takes_no_place(home: Home) -> None:
    """Nobody removed the first; that a card should have one only is no reason to lose it."""
    meet(home, added(CARD, "NOTE:x"), added(CARD, "TITLE:Prof"))
    merged(home)
    assert b"TITLE:Dr\r\n" in stored(home)
    assert b"TITLE:Prof\r\n" in stored(home)


def test_of_one_number_of_two_kinds_the_one_goes_that_was_taken_off(home: Home) -> None:
    both = added(CARD, PHONE.replace("CELL", "WORK"))
    meet(home, added(both, "NOTE:x"), both.replace(PHONE.encode() + b"\r\n", b""), card=both)
    merged(home)
    assert b"TYPE=WORK" in stored(home)
    assert b"TYPE=CELL" not in stored(home)
