"""Cycles and answers on a real database: what two members agree on, and what they are asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle, trial
from server.errors import NotFound, UsageError
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_share
from server.store.views import refresh
from tests.asking import decide, find_case, open_cases
from tests.builders import Home, a_card, a_name

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who see each other's cards at once; views are right and cycles settled at the end."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    report = run_cycle(home.db, kind="command", releasing=True)
    assert report is not None
    assert trial(home.db)[0].operations == ()


def own(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def common_person(home: Home, anna: tuple[str, ...] = (), ben: tuple[str, ...] = ()) -> None:
    """Eva in both books, certain by name and number."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, *anna))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "TEL;TYPE=CELL:030 23125101", *ben))


def test_nothing_happens_before_a_human_says_go(home: Home) -> None:
    common_person(home)
    assert run_cycle(home.db, kind="nightly") is None
    assert [each.kind for each in open_cases(home.db, "anna")] == ["letter"]
    assert len(home.entries("anna")) == 2


def test_the_letter_releases_the_first_cycle(home: Home) -> None:
    common_person(home)
    letter = open_cases(home.db, "anna")[0]
    assert letter.letter is not None
    assert letter.letter.common == 1
    decide(home.db, letter.id, "go", member="anna")
    assert len(home.entries("anna")) == len(home.entries("ben")) == 1
    assert open_cases(home.db, "ben") == ()


def test_a_certain_person_is_one_entry_and_values_complete_each_other(home: Home) -> None:
    common_person(
        home, ("EMAIL:eva@example.org", "NOTE:annas note"), ("BDAY:1980-02-29", "NOTE:bens note")
    )
    cycle(home)
    assert len(home.entries("anna")) == len(home.entries("ben")) == 1
    anna, ben = own(home, "anna", "a.vcf"), own(home, "ben", "b.vcf")
    assert b"BDAY:1980-02-29" in anna
    assert b"eva@example.org" in ben
    assert b"bens note" not in anna
    assert b"annas note" not in ben


def test_a_change_on_one_side_follows_and_other_lines_stay(home: Home) -> None:
    common_person(home, ("X-MINE:1",), ("X-HIS:2",))
    cycle(home)
    text = own(home, "anna", "a.vcf")
    home.put(
        "anna",
        "a.vcf",
        text.replace(b"101", b"102"),
        if_match=home.etag("anna", home.entries("anna")[0]),
    )
    cycle(home)
    ben = own(home, "ben", "b.vcf")
    assert b"23125 102" in ben or b"23125102" in ben
    assert b"101" not in ben
    assert b"X-HIS:2" in ben
    assert b"X-MINE" not in ben


def test_a_removal_follows_only_with_if_match(home: Home) -> None:
    common_person(home, ("EMAIL:eva@example.org",), ("EMAIL:EVA@example.org",))
    cycle(home)
    entry = home.entries("anna")[0]
    home.put("anna", "a.vcf", entry.octets.replace(b"EMAIL:eva@example.org\r\n", b""))
    cycle(home)
    assert b"example.org" in own(home, "ben", "b.vcf")


def test_a_removal_with_if_match_travels(home: Home) -> None:
    common_person(home, ("EMAIL:eva@example.org",), ("EMAIL:EVA@example.org",))
    # Typed on a phone, not imported: a removal is believed.
    cycle(home)
    entry = home.entries("anna")[0]
    home.put(
        "anna",
        "a.vcf",
        entry.octets.replace(b"EMAIL:eva@example.org\r\n", b""),
        if_match=home.etag("anna", entry),
    )
    cycle(home)
    assert b"example.org" not in own(home, "ben", "b.vcf")


def test_differing_values_are_asked_and_an_answer_settles_them(home: Home) -> None:
    common_person(home, ("BDAY:1980-01-02",), ("BDAY:--0102", "TITLE:Dr"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Prof"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Dr"))
    cycle(home)
    (case,) = open_cases(home.db, "ben")
    assert (case.kind, case.members) == ("values", ("anna", "ben"))
    assert case.id == open_cases(home.db, "anna")[0].id
    decide(home.db, case.id, "anna", member="ben")
    assert b"TITLE:Prof" in own(home, "ben", "b.vcf")
    assert open_cases(home.db, None) == ()
    cycle(home)
    assert open_cases(home.db, None) == ()


def test_keep_leaves_both_as_they_are_and_is_not_asked_again(home: Home) -> None:
    common_person(home, ("TITLE:Prof",), ("TITLE:Dr",))
    cycle(home)
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "keep", member="ben")
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"TITLE:Prof" in own(home, "anna", "a.vcf")
    assert b"TITLE:Dr" in own(home, "ben", "b.vcf")


def test_a_name_alone_is_asked_and_same_joins_at_once(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "EMAIL:eva@example.org"))
    cycle(home)
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "same-person"
    assert len(home.entries("anna")) == 2
    decide(home.db, case.id, "same", member="anna")
    assert len(home.entries("anna")) == 1
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    assert b"23125" in own(home, "ben", "b.vcf")


def test_different_is_said_only_once(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    cycle(home)
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "different", member="ben")
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert len(home.entries("anna")) == 2


def test_later_leaves_a_case_open(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    cycle(home)
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "later", member="ben")
    assert [each.id for each in open_cases(home.db, "ben")] == [case.id]


def suggest_mail(home: Home) -> None:
    """Anna has Eva; Ben types a mail address on her card."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    cycle(home)
    seen = home.entries("ben")[0]
    typed = seen.octets.replace(b"END:VCARD", b"EMAIL:eva@example.org\r\nEND:VCARD")
    home.put("ben", seen.href, typed, if_match=home.etag("ben", seen))


def test_a_suggestion_is_asked_of_the_keeper_and_accepted(home: Home) -> None:
    suggest_mail(home)
    assert open_cases(home.db, "ben") == ()
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "suggestion"
    decide(home.db, case.id, "accept", member="anna")
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    assert b"eva@example.org" in home.entries("ben")[0].octets


def test_a_declined_suggestion_stays_with_its_author(home: Home) -> None:
    suggest_mail(home)
    decide(home.db, open_cases(home.db, "anna")[0].id, "decline", member="anna")
    assert open_cases(home.db, "anna") == ()
    assert b"eva@example.org" not in own(home, "anna", "a.vcf")
    assert b"eva@example.org" in home.entries("ben")[0].octets


def test_a_person_who_becomes_ours_by_a_cycle_takes_suggestions_in_the_same_one(
    tmp_path: Path,
) -> None:
    """Carl has called his card of Eva ours; that it is hers only the cycle finds."""
    home = Home(tmp_path / "three", "anna", "ben", "carl")
    suggest_mail(home)
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    with home.db.write(Actor("own", "carl")) as tx:
        (card,) = (each.id for each in cards_with_uid(tx, "carl", "uc"))
        say_claim(tx, card, "carl", "ours", None)
        refresh(tx, (card,))
    cycle(home)
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    assert b"eva@example.org" in own(home, "carl", "c.vcf")
    assert open_cases(home.db, None) == ()
    again = run_cycle(home.db, kind="nightly")
    assert again is not None
    assert again.act is None
    assert home.verify() == ()
    home.db.close()


def test_what_is_ours_takes_suggestions_without_asking(home: Home) -> None:
    suggest_mail(home)
    with home.db.write(Actor("own", "anna")) as tx:
        card = tx.connection.execute("SELECT card FROM slot WHERE href = 'a.vcf'").fetchone()[0]
        say_claim(tx, card, "anna", "ours", None)
    run_cycle(home.db, kind="quick")
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    assert open_cases(home.db, None) == ()


def test_an_answered_case_and_a_wrong_answer_are_said_in_words(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    cycle(home)
    (case,) = open_cases(home.db, "ben")
    with pytest.raises(UsageError, match="same, different, later"):
        decide(home.db, case.id, "perhaps", member="ben")
    decide(home.db, case.id, "same", member="ben")
    with pytest.raises(NotFound, match="answered"):
        find_case(home.db, case.id, "anna")


def test_a_private_card_takes_no_part(home: Home) -> None:
    home.put(
        "anna",
        "a.vcf",
        a_card("ua", "Eva Stein", PHONE, "CLASS:PRIVATE", "EMAIL:secret@example.org"),
    )
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    assert open_cases(home.db, None) == ()
    assert b"secret" not in own(home, "ben", "b.vcf")
    assert len(home.entries("ben")) == 1


def test_a_copied_value_is_shown_only_as_far_as_its_source_even_after_parting(
    tmp_path: Path,
) -> None:
    """R6: Ben shows Carl nothing more, so Carl loses what Anna's card has from Ben's."""
    home = Home(tmp_path, "anna", "ben", "carl")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "EMAIL:eva@example.org"))
    cycle(home)
    assert b"eva@example.org" in own(home, "anna", "a.vcf")
    with home.db.write(Actor("decide", "anna")) as tx:
        cards = [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]
        link_cards(tx, (cards[0], cards[1]), "apart", member="anna")
        refresh(tx, cards)
    carl = next(each for each in home.entries("carl") if b"eva@example.org" in each.octets)
    with home.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "carl", "none")
    assert not any(b"eva@example.org" in each.octets for each in home.entries("carl"))
    assert (
        carl.href in {each.href for each in home.entries("carl")} or len(home.entries("carl")) == 1
    )
    assert home.verify() == ()
    home.db.close()


def test_a_corrected_birth_year_travels(home: Home) -> None:
    common_person(home, ("BDAY:1980-02-29",), ("BDAY:19800229",))
    cycle(home)
    entry = home.entries("anna")[0]
    corrected = entry.octets.replace(b"1980-02-29", b"1984-02-29")
    home.put("anna", "a.vcf", corrected, if_match=home.etag("anna", entry))
    cycle(home)
    assert b"1984" in own(home, "ben", "b.vcf")


def test_a_number_that_takes_anothers_place_is_a_change_to_a_third_member(tmp_path: Path) -> None:
    """What the machine replaced on Ben's card is no removal for Carl's."""
    home = Home(tmp_path, "anna", "ben", "carl")
    for who in ("anna", "ben", "carl"):
        home.put(who, "x.vcf", a_card(f"u-{who}", "Eva Stein", PHONE, "EMAIL:eva@example.org"))
    cycle(home)
    entry = home.entries("anna")[0]
    home.put(
        "anna",
        "x.vcf",
        entry.octets.replace(b"30 23125 101", b"89 31337 999"),
        if_match=home.etag("anna", entry),
    )
    cycle(home)
    for who in ("ben", "carl"):
        text = own(home, who, "x.vcf")
        assert text.count(b"TEL") == 1
        assert b"999" in text
    assert home.verify() == ()
    home.db.close()


def test_who_joins_somebody_in_the_first_cycle_is_never_served_beside_them(home: Home) -> None:
    """What waits is shown with the links that the cycle makes: no slot is minted to be retired at once."""
    cards = [
        Incoming(str(n), a_card(f"ub-{n}", a_name(n), PHONE[:-3] + str(200 + n))) for n in range(30)
    ]
    import_cards(home.db, "anna", cards)
    import_cards(home.db, "ben", cards[:25])
    cycle(home)
    assert [len(home.entries(who)) for who in ("anna", "ben")] == [30, 30]
    with home.db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM slot").fetchone() == (60,)
