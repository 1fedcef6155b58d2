"""Mass changes are held from others until their member says what becomes of them (design rules R8 and R10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, open_cases
from server.cases.recounting import recount
from server.cycle import run_cycle
from server.store.backup import backup, restore
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.imports import Incoming, import_cards
from server.store.releasing import verify_holds
from server.store.sharing import set_share
from tests.builders import Home, a_card, a_name

MANY = 25


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl after their first cycle; views are right at the end."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    made.db.connection().execute("PRAGMA synchronous = OFF")
    cycle(made)
    yield made
    assert made.verify() == ()
    with made.db.read() as tx:
        assert verify_holds(tx) == ()
    made.db.close()


def cycle(home: Home, *, releasing: bool = True) -> None:
    run_cycle(home.db, kind="command", releasing=releasing)


def number(index: int, block: str = "1") -> str:
    return f"TEL;TYPE=CELL:+49 30 23125 {block}{index:02d}"


def some_card(index: int, *lines: str) -> bytes:
    return a_card(f"u{index}", a_name(index), *lines)


def fill(home: Home, who: str = "anna", count: int = MANY, *lines: str) -> None:
    """A book of cards that others see, made so long ago that none of it counts."""
    for index in range(count):
        home.put(f"{who}+phone", f"{index}.vcf", some_card(index, number(index), *lines))
    cycle(home)
    home.clock.pass_seconds(2 * 86_400)
    home.add_device(who, "laptop")


def rewrite(home: Home, count: int = MANY, *, login: str = "anna+laptop") -> dict[str, bytes]:
    """A device gives every card another number; gives what the cards were before."""
    who, _ = home.device(login)
    before: dict[str, bytes] = {}
    for index in range(count):
        entry = home.get(who, f"{index}.vcf")
        assert entry is not None
        before[entry.href] = entry.octets
        body = entry.octets.replace(number(index).encode(), number(index, "2").encode())
        home.put(login, entry.href, body, if_match=home.etag(who, entry))
    return before


def numbers_seen(home: Home, who: str) -> set[str]:
    """The last three digits of every number in a view."""
    lines = [line for each in home.entries(who) for line in each.octets.decode().split("\r\n")]
    return {line[-3:] for line in lines if line.startswith("TEL")}


def the_case(home: Home, who: str = "anna") -> Case:
    (found,) = open_cases(home.db, who)
    return found


def old(block: range) -> set[str]:
    return {f"1{index:02d}" for index in block}


def new(block: range) -> set[str]:
    return {f"2{index:02d}" for index in block}


# --- changes ---


def test_changes_beyond_twenty_are_shown_to_their_member_alone(home: Home) -> None:
    fill(home)
    rewrite(home)
    assert numbers_seen(home, "anna") == new(range(MANY))
    assert numbers_seen(home, "ben") == new(range(20)) | old(range(20, MANY))


def test_a_held_change_gives_others_no_new_sequence_number(home: Home) -> None:
    fill(home)
    rewrite(home, 20)
    before = home.sequence("ben")
    rewrite_one(home, 22)
    assert home.sequence("ben") == before


def rewrite_one(home: Home, index: int, *lines: str) -> None:
    entry = home.get("anna", f"{index}.vcf")
    assert entry is not None
    body = some_card(index, number(index, "2"), *lines)
    home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))


def test_only_the_member_of_the_device_hears_of_it(home: Home) -> None:
    fill(home)
    rewrite(home)
    case = the_case(home)
    assert (case.kind, case.members, len(case.names)) == ("mass-change", ("anna",), 5)
    assert case.choices == ("release", "put-back", "later")
    assert case.names[0] == a_name(20)
    assert "laptop changed 5 contacts" in case.sentence
    assert open_cases(home.db, "ben") == ()


def test_released_changes_are_seen_by_others(home: Home) -> None:
    fill(home)
    rewrite(home)
    decide(home.db, the_case(home).id, "release", member="anna")
    assert numbers_seen(home, "ben") == new(range(MANY))
    assert open_cases(home.db, "anna") == ()


def test_put_back_gives_the_octets_of_before_and_others_notice_nothing(home: Home) -> None:
    fill(home)
    before = rewrite(home)
    sequence = home.sequence("ben")
    decide(home.db, the_case(home).id, "put-back", member="anna")
    now = {each.href: each.octets for each in home.entries("anna")}
    held = [f"{index}.vcf" for index in range(20, MANY)]
    assert {href: now[href] for href in held} == {href: before[href] for href in held}
    assert home.sequence("ben") == sequence


def test_put_back_leaves_what_was_typed_on_another_device_meanwhile(home: Home) -> None:
    fill(home)
    rewrite(home)
    entry = home.get("anna", "22.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", b"EMAIL:typed@example.org\r\nEND:VCARD")
    home.put("anna+phone", "22.vcf", body, if_match=home.etag("anna", entry))
    decide(home.db, the_case(home).id, "put-back", member="anna")
    now = home.get("anna", "22.vcf")
    assert now is not None
    assert b"typed@example.org" in now.octets
    assert number(22).encode() in now.octets


def test_put_back_leaves_what_was_typed_on_the_same_device_later(home: Home) -> None:
    fill(home)
    rewrite(home)
    home.clock.pass_seconds(2 * 3600)
    entry = home.get("anna", "22.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", b"EMAIL:typed@example.org\r\nEND:VCARD")
    home.put("anna+laptop", "22.vcf", body, if_match=home.etag("anna", entry))
    decide(home.db, the_case(home).id, "put-back", member="anna")
    now = home.get("anna", "22.vcf")
    assert now is not None
    assert b"typed@example.org" in now.octets
    assert number(22).encode() in now.octets


def test_the_history_tells_others_neither_what_is_held_nor_what_was_put_back(home: Home) -> None:
    fill(home)
    rewrite(home)
    for answer in ("later", "put-back"):
        decide(home.db, the_case(home).id, answer, member="anna")
        with reading_as(home.db, "ben") as tx:
            acts = [each for each in recent_acts(tx, most=-1) if each.device == "laptop"]
            decided = [each for each in recent_acts(tx, most=-1) if each.kind == "decide"]
            told = list(recount(tx, [*acts, *decided]))
        with reading_as(home.db, "anna") as tx:
            assert len(list(recount(tx, acts))) == MANY
        assert len(told) == 20
        assert not any(a_name(22) in each.sentence for each in told)


def test_a_put_back_can_be_undone(home: Home) -> None:
    from server.cases.undoing import undo

    fill(home)
    rewrite(home)
    decide(home.db, the_case(home).id, "put-back", member="anna")
    with home.db.read() as tx:
        last = tx.connection.execute("SELECT max(id) FROM act").fetchone()[0]
    undo(home.db, last, member="anna")
    assert numbers_seen(home, "anna") == new(range(MANY))


def test_the_command_that_reconciles_ends_the_hold(home: Home) -> None:
    fill(home)
    rewrite(home)
    cycle(home)
    assert numbers_seen(home, "ben") == new(range(MANY))
    assert open_cases(home.db, None) == ()


def test_nothing_of_a_held_change_travels_and_its_removals_never_do(home: Home) -> None:
    """Ben's own cards of the same people stay as they are until Anna releases, and keep what she took off."""
    for index in range(MANY):
        body = some_card(index, number(index), f"EMAIL:nr{index}@example.org")
        home.put("ben", f"{index}.vcf", body)
    fill(home, "anna", MANY, *())
    for index in range(MANY):
        rewrite_removing(home, index)
    cycle(home, releasing=False)
    of_ben = {each.href: each.octets for each in home.entries("ben")}
    assert all(number(index).encode() in of_ben[f"{index}.vcf"] for index in range(20, MANY))
    assert not any(number(index).encode() in of_ben[f"{index}.vcf"] for index in range(20))
    decide(home.db, the_case(home).id, "release", member="anna")
    cycle(home, releasing=False)
    of_ben = {each.href: each.octets for each in home.entries("ben")}
    assert all(number(index).encode() in of_ben[f"{index}.vcf"] for index in range(20, MANY))
    assert all(b"nickel" in octets for octets in of_ben.values())


def rewrite_removing(home: Home, index: int) -> None:
    """The laptop takes a number off a card and adds an address."""
    entry = home.get("anna", f"{index}.vcf")
    assert entry is not None
    lines = entry.octets.replace(number(index).encode() + b"\r\n", b"")
    body = lines.replace(b"END:VCARD", f"EMAIL:nickel{index}@example.org\r\nEND:VCARD".encode())
    home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))


def test_a_change_of_anothers_linked_card_waits_for_the_end_of_the_hold(home: Home) -> None:
    fill(home)
    for index in (0, 22):
        home.put("ben", f"{index}.vcf", some_card(index, number(index)))
    cycle(home)
    home.clock.pass_seconds(2 * 86_400)
    rewrite(home)
    for index in (0, 22):
        entry = home.get("ben", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", b"EMAIL:from-ben@example.org\r\nEND:VCARD")
        home.put("ben", entry.href, body, if_match=home.etag("ben", entry))
    cycle(home, releasing=False)
    frozen, free = home.get("anna", "22.vcf"), home.get("anna", "0.vcf")
    assert frozen is not None
    assert free is not None
    assert b"from-ben" in free.octets
    assert b"from-ben" not in frozen.octets
    decide(home.db, the_case(home).id, "release", member="anna")
    cycle(home, releasing=False)
    frozen, bens = home.get("anna", "22.vcf"), home.get("ben", "22.vcf")
    assert frozen is not None
    assert bens is not None
    assert b"from-ben" in frozen.octets
    assert number(22, "2").encode() in bens.octets


def test_a_second_cycle_with_frozen_cards_is_empty(home: Home) -> None:
    fill(home)
    for index in (0, 22):
        home.put("ben", f"{index}.vcf", some_card(index, "TITLE:Dr"))
    home.clock.pass_seconds(2 * 86_400)
    rewrite(home)
    run_cycle(home.db, kind="quick")
    again = run_cycle(home.db, kind="quick")
    assert again is not None
    assert again.is_empty


def test_a_held_label_reads_as_before(home: Home) -> None:
    fill(home)
    rewrite(home, 20)
    entry = home.get("anna", "22.vcf")
    assert entry is not None
    body = entry.octets.replace(b"TYPE=CELL", b"TYPE=WORK")
    home.put("anna+laptop", "22.vcf", body, if_match=home.etag("anna", entry))
    assert b"TYPE=CELL" in home.entry("ben", f"FN:{a_name(22)}").octets.upper()
    decide(home.db, the_case(home).id, "release", member="anna")
    assert b"TYPE=WORK" in home.entry("ben", f"FN:{a_name(22)}").octets.upper()


def test_a_held_name_stays_the_former_one_for_others(home: Home) -> None:
    fill(home)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "name")
    home.put("carl", "own.vcf", a_card("own", f"New{a_name(22)}"))
    for index in range(23):
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = renamed(entry.octets, index)
        home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))
    assert home.entry("ben", f"New{a_name(19)}").octets
    assert [each for each in home.entries("carl") if f"FN:{a_name(22)}".encode() in each.octets]
    assert home.entry("ben", f"FN:{a_name(22)}").octets


def renamed(octets: bytes, index: int) -> bytes:
    """A card whose given name begins with New."""
    given = a_name(index).split()[0].encode()
    return octets.replace(given, b"New" + given)


def test_cosmetic_rewrites_do_not_count(home: Home) -> None:
    fill(home)
    for index in range(MANY):
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", b"REV:20300101T000000Z\r\nEND:VCARD")
        home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))
    rewrite_one(home, 3)
    assert "203" in numbers_seen(home, "ben")


def test_an_hour_later_a_change_is_no_part_of_it(home: Home) -> None:
    fill(home)
    rewrite(home, 20)
    home.clock.pass_seconds(3700)
    rewrite_one(home, 22)
    assert "222" in numbers_seen(home, "ben")


def test_notes_and_private_cards_do_not_make_a_hold_begin(home: Home) -> None:
    """R1: whoever sees a hold begin would learn how many private things were changed."""
    fill(home)
    for index in range(MANY):
        home.put("anna+laptop", f"p{index}.vcf", a_card(f"p{index}", "P", "CLASS:PRIVATE"))
        home.put("anna+laptop", f"p{index}.vcf", a_card(f"p{index}", "Q", "CLASS:PRIVATE"))
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", b"NOTE:secret\r\nEND:VCARD")
        home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))
    rewrite_one(home, 22)
    assert "222" in numbers_seen(home, "ben")


def test_what_one_member_does_not_see_makes_no_hold_begin_for_them(home: Home) -> None:
    """Carl sees names alone: twenty other numbers are no reason why a new name should wait."""
    fill(home)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "name")
    rewrite(home, 22)
    entry = home.get("anna", "23.vcf")
    assert entry is not None
    body = renamed(entry.octets, 23)
    home.put("anna+laptop", "23.vcf", body, if_match=home.etag("anna", entry))
    assert home.entry("carl", f"New{a_name(23)}").octets


def test_making_private_is_never_held(home: Home) -> None:
    fill(home)
    for index in range(MANY):
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", b"CLASS:PRIVATE\r\nEND:VCARD")
        home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))
    assert home.entries("ben") == []


def test_cards_that_are_made_public_in_a_mass_are_held_like_new_ones(home: Home) -> None:
    fill(home, "anna", MANY, "CLASS:PRIVATE")
    for index in range(MANY):
        home.put("anna+phone", f"{index}.vcf", some_card(index, number(index)))
    assert len(home.entries("ben")) == 20


def test_a_mass_of_suggestions_waits_for_its_author(home: Home) -> None:
    """Ben's laptop rewrites Anna's cards: his own view shows it, Anna is asked about the first twenty only."""
    fill(home)
    home.add_device("ben", "laptop")
    for entry in home.entries("ben"):
        body = entry.octets.replace(b"END:VCARD", b"EMAIL:x@example.org\r\nEND:VCARD")
        home.put("ben+laptop", entry.href, body, if_match=home.etag("ben", entry))
    assert all(b"x@example.org" in each.octets for each in home.entries("ben"))
    assert [each.kind for each in open_cases(home.db, "anna")] == ["suggestion"] * 20
    case = the_case(home, "ben")
    assert (case.kind, len(case.names)) == ("mass-change", 5)
    decide(home.db, case.id, "put-back", member="ben")
    assert sum(b"x@example.org" in each.octets for each in home.entries("ben")) == 20


def test_a_released_mass_of_suggestions_is_asked_about(home: Home) -> None:
    fill(home)
    home.add_device("ben", "laptop")
    for entry in home.entries("ben"):
        body = entry.octets.replace(b"END:VCARD", b"EMAIL:x@example.org\r\nEND:VCARD")
        home.put("ben+laptop", entry.href, body, if_match=home.etag("ben", entry))
    decide(home.db, the_case(home, "ben").id, "release", member="ben")
    assert len(open_cases(home.db, "anna")) == MANY


def test_further_bursts_before_an_answer_are_one_question(home: Home) -> None:
    fill(home, "anna", 50)
    rewrite(home, 25)
    home.clock.pass_seconds(2 * 3600)
    for index in range(25, 50):
        rewrite_one(home, index)
    assert len(the_case(home).names) == 10


def test_after_a_release_the_next_ones_are_seen_at_once(home: Home) -> None:
    fill(home, "anna", 30)
    rewrite(home, 25)
    decide(home.db, the_case(home).id, "release", member="anna")
    rewrite_one(home, 28)
    assert "228" in numbers_seen(home, "ben")


# --- new cards ---


def test_new_cards_beyond_twenty_are_one_question_for_their_member(home: Home) -> None:
    for index in range(MANY):
        home.put("anna", f"{index}.vcf", some_card(index, number(index)))
    case = the_case(home)
    assert (case.kind, case.made, len(case.names)) == ("mass-change", True, 5)
    assert len(home.entries("ben")) == 20
    decide(home.db, case.id, "release", member="anna")
    assert len(home.entries("ben")) == MANY
    assert open_cases(home.db, None) == ()


def test_new_cards_are_put_back_into_the_trash(home: Home) -> None:
    for index in range(MANY):
        home.put("anna", f"{index}.vcf", some_card(index, number(index)))
    decide(home.db, the_case(home).id, "put-back", member="anna")
    assert len(home.entries("anna")) == 20


def test_a_held_import_is_asked_of_whoever_imported_it_alone(home: Home) -> None:
    cards = [some_card(index, number(index)) for index in range(MANY)]
    import_cards(home.db, "anna", [Incoming("file", each) for each in cards])
    assert open_cases(home.db, "ben") == ()
    decide(home.db, the_case(home).id, "release", member="anna")
    assert len(home.entries("ben")) == MANY


def test_cards_of_a_further_book_or_groups_make_no_hold_begin(home: Home) -> None:
    for index in range(MANY):
        body = a_card(f"g{index}", f"Group {index}", "X-ADDRESSBOOKSERVER-KIND:group")
        home.put("anna", f"g{index}.vcf", body)
    home.put("anna", "1.vcf", some_card(1, number(1)))
    assert numbers_seen(home, "ben") == {"101"}


# --- deletions ---


def remove(home: Home, count: int, login: str = "anna+laptop") -> list[int]:
    return [home.delete(login, f"{index}.vcf").status for index in range(count)]


def test_deletions_beyond_twenty_are_answered_but_asked_about(home: Home) -> None:
    fill(home)
    sequence = home.sequence("anna")
    assert remove(home, MANY) == [204] * MANY
    left = home.entries("anna")
    assert {each.href for each in left} == {f"{index}.vcf" for index in range(20, MANY)}
    assert all(each.seq > sequence for each in left)
    assert len(home.entries("ben")) == 5
    case = the_case(home)
    assert (case.kind, case.choices) == ("mass-deletion", ("delete", "keep", "later"))
    assert "laptop deleted 5 contacts" in case.sentence
    assert open_cases(home.db, "ben") == ()


def test_held_deletions_are_done_when_their_member_says_so(home: Home) -> None:
    fill(home)
    remove(home, MANY)
    decide(home.db, the_case(home).id, "delete", member="anna")
    assert home.entries("anna") == home.entries("ben") == []
    assert open_cases(home.db, "anna") == ()


def test_kept_cards_stay_and_are_not_asked_about_again(home: Home) -> None:
    fill(home)
    remove(home, MANY)
    decide(home.db, the_case(home).id, "keep", member="anna")
    assert len(home.entries("anna")) == 5
    assert open_cases(home.db, "anna") == ()


def test_reconcile_goes_on_asking_about_deletions(home: Home) -> None:
    fill(home)
    remove(home, MANY)
    cycle(home)
    assert the_case(home).kind == "mass-deletion"
    assert len(home.entries("anna")) == 5


def test_cards_that_the_device_made_today_are_deleted_whatever_their_number(home: Home) -> None:
    for index in range(MANY):
        home.put("anna", f"{index}.vcf", some_card(index, number(index)))
    cycle(home)
    remove(home, MANY, "anna")
    assert home.entries("anna") == []


def test_private_cards_do_not_hold_the_deletion_of_shared_ones(home: Home) -> None:
    for index in range(MANY):
        home.put("anna", f"p{index}.vcf", a_card(f"p{index}", "P", "CLASS:PRIVATE"))
    fill(home)
    for index in range(MANY):
        home.delete("anna+laptop", f"p{index}.vcf")
    remove(home, 1)
    assert len(home.entries("ben")) == MANY - 1
    assert len(the_case(home).names) == 5


def test_anothers_cards_that_are_hidden_in_a_mass_are_asked_about(home: Home) -> None:
    fill(home)
    home.add_device("ben", "laptop")
    for entry in home.entries("ben"):
        home.delete("ben+laptop", entry.href)
    assert len(home.entries("ben")) == 5
    decide(home.db, the_case(home, "ben").id, "delete", member="ben")
    assert home.entries("ben") == []
    assert len(home.entries("anna")) == MANY


def test_a_restore_holds_what_was_held(home: Home, tmp_path: Path) -> None:
    """The journal brings back changes and deletions, not their release."""
    fill(home)
    backup(home.db, tmp_path / "copy.db")
    rewrite(home)
    remove(home, MANY)
    home.db.close()
    restore(home.db.folder, tmp_path / "copy.db")
    assert numbers_seen(home, "anna") == new(range(20, MANY))
    assert numbers_seen(home, "ben") == old(range(20, MANY))
    assert [each.kind for each in open_cases(home.db, "anna")] == ["mass-change", "mass-deletion"]
