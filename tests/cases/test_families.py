"""A changed family name is offered, never followed: the other keeps how they call somebody (R5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import cases
from server.cases import Case
from server.cycle import run_cycle, trial
from server.errors import UsageError
from server.store.database import Actor
from server.store.history import last_act
from server.store.pausing import pause, resume
from server.store.sharing import set_share, set_visibility
from server.store.undoing import undo_act
from tests.asking import decide, open_cases
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl; Anna and Ben hold Eva Stein, and both cards are linked."""
    made = Home(tmp_path, "anna", "ben", "carl")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    made.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(made)
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def text(home: Home, who: str) -> bytes:
    return home.entries(who)[0].octets


def rename(home: Home, who: str, *pairs: tuple[bytes, bytes]) -> None:
    seen = home.entries(who)[0]
    octets = seen.octets
    for old, new in pairs:
        assert old in octets
        octets = octets.replace(old, new)
    home.put(who, seen.href, octets, if_match=home.etag(who, seen))
    cycle(home)


def marry(home: Home, who: str = "anna", new: bytes = b"Brandt", old: bytes = b"Stein") -> None:
    rename(home, who, (old, new))


def offers(home: Home, who: str | None = None) -> list[Case]:
    return [each for each in open_cases(home.db, who) if each.kind == "suggestion"]


def answer(home: Home, choice: str, who: str = "ben") -> str:
    return decide(home.db, offers(home, who)[0].id, choice, member=who)


def test_a_new_family_name_is_offered_and_changes_nothing_by_itself(home: Home) -> None:
    before = text(home, "ben")
    marry(home)
    assert text(home, "ben") == before
    (case,) = offers(home)
    assert case.members == ("ben",)
    assert case.sentence == "Anna changed the family name of Eva Stein to Brandt."
    assert [each.value for each in case.questions[0].options] == ["Stein", "Brandt"]
    assert offers(home, "anna") == []


def test_accepting_writes_the_family_name_into_the_card(home: Home) -> None:
    marry(home)
    assert "Brandt" in answer(home, "accept")
    assert text(home, "ben") == a_card("ub", "Eva Brandt", PHONE)
    assert offers(home) == []


@pytest.mark.parametrize(
    ("given", "formatted", "wanted"),
    [
        (b"N:Stein;Evi;Maria;Dr.;", b"FN:Evi Stein", b"FN:Evi Brandt"),
        (b"N:STEIN;Eva;;;", b"FN:STEIN\\, Eva", b"FN:Brandt\\, Eva"),
        (b"N:Stein;Eva;;;", b"FN:Mama", b"FN:Mama"),
        (b"N:Stein;Eva;;;", b"FN:Eva Steinfurt", b"FN:Eva Steinfurt"),
    ],
)
def test_how_a_member_calls_somebody_else_stays(
    home: Home, given: bytes, formatted: bytes, wanted: bytes
) -> None:
    rename(home, "ben", (b"N:Stein;Eva;;;", given), (b"FN:Eva Stein", formatted))
    marry(home)
    answer(home, "accept")
    assert wanted + b"\r\n" in text(home, "ben")
    assert b"N:Brandt" + given[7:] + b"\r\n" in text(home, "ben")


def test_a_decline_is_remembered(home: Home) -> None:
    before = text(home, "ben")
    marry(home)
    answer(home, "decline")
    cycle(home)
    assert offers(home) == []
    assert text(home, "ben") == before


def test_a_decline_that_is_undone_is_asked_again_at_once_and_no_more_once_it_is_back(
    home: Home,
) -> None:
    marry(home)
    cycle(home)
    answer(home, "decline")
    for asked in (1, 0, 1):
        with home.db.write(Actor("undo")) as tx:
            undo_act(tx, last_act(tx))
        assert len(cases.open_cases(home.db, "ben")) == asked
        assert home.verify() == ()


def test_later_keeps_the_offer_open(home: Home) -> None:
    marry(home)
    answer(home, "later")
    assert len(offers(home)) == 1


def test_another_new_name_is_offered_anew(home: Home) -> None:
    marry(home)
    answer(home, "decline")
    marry(home, new=b"Weiss", old=b"Brandt")
    (case,) = offers(home)
    assert "Weiss" in case.sentence


def test_two_who_say_the_same_new_name_make_one_offer(home: Home) -> None:
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    cycle(home)
    marry(home)
    assert [each.members for each in offers(home)] in ([("ben",), ("carl",)], [("carl",), ("ben",)])
    answer(home, "accept", "carl")
    assert [each.members for each in offers(home)] == [("ben",)]


@pytest.mark.parametrize(
    "change",
    [
        ((b"FN:Eva Stein", b"FN:Mama"), (b"N:Stein;Eva", b"N:Stein;Mama")),
        ((b"FN:Eva Stein", b"FN:EVA STEIN"), (b"N:Stein;Eva", b"N:STEIN;EVA")),
        ((b"FN:Eva Stein", b"FN:Otto Brandt"), (b"N:Stein;Eva", b"N:Brandt;Otto")),
        ((b"FN:Eva Stein", b"FN:Eva"), (b"N:Stein;Eva", b"N:;Eva")),
    ],
)
def test_what_is_no_new_family_name_of_the_same_person_is_not_offered(
    home: Home, change: tuple[tuple[bytes, bytes], ...]
) -> None:
    rename(home, "anna", *change)
    assert offers(home) == []


def test_names_that_differed_before_are_not_offered(home: Home) -> None:
    rename(home, "ben", (b"N:Stein;", b"N:Steinmann;"), (b"Eva Stein", b"Eva Steinmann"))
    answer(home, "decline", "anna")
    marry(home)
    assert offers(home) == []


def test_a_name_that_somebody_else_may_not_see_is_not_offered(home: Home) -> None:
    """What enters Ben's card would be seen by Carl, to whom Anna shows nothing."""
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "none")
    marry(home)
    assert offers(home) == []


def test_a_card_made_private_offers_nothing(home: Home) -> None:
    marry(home)
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT id FROM card WHERE member = 'anna'").fetchone()
    with home.db.write(Actor("visibility", "anna")) as tx:
        set_visibility(tx, row[0], "private")
    assert offers(home) == []


def test_an_accepted_name_can_be_undone_and_is_not_taken_again(home: Home) -> None:
    before = text(home, "ben")
    marry(home)
    answer(home, "accept")
    with home.db.write(Actor("undo", "ben")) as tx:
        act = tx.connection.execute("SELECT max(id) FROM act WHERE kind = 'decide'").fetchone()[0]
        undo_act(tx, act, member="ben")
    assert text(home, "ben") == before
    cycle(home)
    assert text(home, "ben") == before


def test_a_card_without_n_is_renamed_in_its_shown_name(home: Home) -> None:
    rename(home, "ben", (b"N:Stein;Eva;;;\r\n", b""))
    marry(home)
    answer(home, "accept")
    assert b"FN:Eva Brandt\r\n" in text(home, "ben")


def test_another_word_is_no_answer(home: Home) -> None:
    marry(home)
    with pytest.raises(UsageError, match="accept, decline, later"):
        answer(home, "both")


def test_a_family_name_typed_on_anothers_card_is_offered_to_its_keeper(tmp_path: Path) -> None:
    home = Home(tmp_path / "more", "anna", "ben", "carl")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    before = (home.entries("anna"), home.entries("carl"))
    rename(home, "ben", (b"Stein", b"Brandt"))
    assert (home.entries("anna"), home.entries("carl")) == before
    (case,) = open_cases(home.db, None)
    assert case.members == ("anna",)
    assert case.sentence == "Ben changed the family name of Eva Stein to Brandt."
    decide(home.db, case.id, "accept", member="anna")
    assert text(home, "anna") == a_card("ua", "Eva Brandt", PHONE)
    assert b"FN:Eva Brandt" in text(home, "ben")
    assert open_cases(home.db, None) == ()
    assert home.verify() == ()
    home.db.close()


@pytest.mark.parametrize(
    "pair",
    [
        ((b"FN:Eva Stein", b"FN:Eva Brandt"),),
        ((b"N:Stein;Eva", b"N:Stein;Evi"),),
        ((b"N:Stein;Eva", b"N:Brandt;Mama"),),
    ],
)
def test_how_somebody_elses_card_is_called_otherwise_is_offered_to_nobody(
    tmp_path: Path, pair: tuple[tuple[bytes, bytes], ...]
) -> None:
    home = Home(tmp_path / "more", "anna", "ben")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    rename(home, "ben", *pair)
    assert open_cases(home.db, None) == ()
    home.db.close()


def test_a_declined_name_stays_with_whoever_typed_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "more", "anna", "ben")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    rename(home, "ben", (b"Stein", b"Brandt"))
    answer(home, "decline", "anna")
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"FN:Eva Brandt" in text(home, "ben")
    assert b"FN:Eva Stein" in text(home, "anna")
    home.db.close()


def test_a_name_that_is_held_as_part_of_a_mass_is_not_offered_before_its_release(
    home: Home,
) -> None:
    home.add_device("anna", "laptop")
    for index in range(24):
        home.put("anna", f"{index}.vcf", a_card(f"u{index}", f"Nr{index} Family{index}"))
    cycle(home)
    home.clock.pass_seconds(2 * 86_400)
    for index in range(24):
        entry = home.get("anna", f"{index}.vcf")
        assert entry is not None
        body = entry.octets.replace(b"END:", b"TEL:+49 30 23125 2%02d\r\nEND:" % index)
        home.put("anna+laptop", entry.href, body, if_match=home.etag("anna", entry))
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    married = entry.octets.replace(b"Stein", b"Brandt")
    home.put("anna+laptop", "a.vcf", married, if_match=home.etag("anna", entry))
    assert open_cases(home.db, "ben") == ()
    assert not any(b"Brandt" in each.octets for each in home.entries("carl"))
    run_cycle(home.db, kind="command", releasing=True)
    assert [each.members for each in offers(home)] == [("ben",)]


def test_names_typed_on_anothers_cards_in_a_mass_wait_as_well(home: Home) -> None:
    home.add_device("ben", "laptop")
    for index in range(24):
        home.put("anna", f"{index}.vcf", a_card(f"u{index}", f"Nr{index} Family{index}"))
    cycle(home)
    home.clock.pass_seconds(2 * 86_400)
    for index in range(24):
        entry = home.entry("ben", f"Nr{index} F")
        body = entry.octets.replace(b"N:Family", b"N:Other")
        home.put("ben+laptop", entry.href, body, if_match=home.etag("ben", entry))
    assert len(offers(home, "anna")) == 20
    (case,) = open_cases(home.db, "ben")
    assert (case.kind, len(case.names)) == ("mass-change", 4)
    decide(home.db, case.id, "release", member="ben")
    assert len(offers(home, "anna")) == 24


@pytest.mark.parametrize("who", ["anna", "ben"])
@pytest.mark.parametrize("author", ["anna", "ben"])
def test_a_pause_of_either_side_offers_nothing_until_it_ends(
    home: Home, who: str, author: str
) -> None:
    with home.db.write(Actor("pause", who)) as tx:
        pause(tx, who)
    home.clock.pass_seconds(1)
    marry(home, author)
    assert open_cases(home.db, None) == ()
    home.clock.pass_seconds(1)
    with home.db.write(Actor("resume", who)) as tx:
        resume(tx, who)
    (case,) = offers(home)
    assert case.members == ("ben" if author == "anna" else "anna",)


@pytest.mark.parametrize("who", ["anna", "ben"])
def test_a_name_typed_on_anothers_card_is_offered_after_a_pause_of_either_side(
    tmp_path: Path, who: str
) -> None:
    home = Home(tmp_path / "more", "anna", "ben")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    with home.db.write(Actor("pause", who)) as tx:
        pause(tx, who)
    rename(home, "ben", (b"Stein", b"Brandt"))
    assert open_cases(home.db, None) == ()
    home.clock.pass_seconds(1)
    with home.db.write(Actor("resume", who)) as tx:
        resume(tx, who)
    assert [each.members for each in open_cases(home.db, None)] == [("anna",)]
    home.db.close()
