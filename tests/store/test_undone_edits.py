"""Undoing an own edit is an edit: it travels; undoing what the machine did stays where it is (R9)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cases.undoing import undo as undo_in_words
from server.cycle import run_cycle, trial
from server.store.database import Actor
from server.store.history import last_act
from server.store.linking import link_cards
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Eva in both books; whatever is undone, another cycle finds nothing to do."""
    made = Home(tmp_path, "anna", "ben")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    made.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(made)
    yield made
    cycle(made)
    assert trial(made.db)[0].operations == ()
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def latest(home: Home) -> int:
    with home.db.read() as tx:
        return last_act(tx)


def undo(home: Home, act: int, member: str | None = None) -> int:
    home.clock.pass_seconds(60)
    with home.db.write(Actor("undo", member)) as tx:
        return undo_act(tx, act, member=member).act


def own(home: Home, who: str) -> bytes:
    entry = home.get(who, f"{who[0]}.vcf")
    assert entry is not None
    return entry.octets


def edit(home: Home, who: str, old: str, new: str) -> int:
    """A member changes one line; gives the act."""
    entry = home.get(who, f"{who[0]}.vcf")
    assert entry is not None
    body = entry.octets.replace(old.encode(), new.encode())
    assert body != entry.octets
    assert home.put(who, f"{who[0]}.vcf", body, if_match=home.etag(who, entry)).status == 204
    return latest(home)


def test_a_change_that_its_author_undoes_is_undone_at_the_others_too(home: Home) -> None:
    act = edit(home, "anna", "101", "109")
    cycle(home)
    assert b"109" in own(home, "ben")
    undo(home, act, "anna")
    cycle(home)
    assert b"101" in own(home, "ben")
    assert b"109" not in own(home, "ben")


def test_an_addition_that_its_author_undoes_goes_at_the_others_too(home: Home) -> None:
    act = edit(home, "anna", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    cycle(home)
    assert MAIL.encode() in own(home, "ben")
    undo(home, act, "anna")
    cycle(home)
    assert MAIL.encode() not in own(home, "anna")
    assert MAIL.encode() not in own(home, "ben")


def test_a_removal_that_its_author_undoes_is_back_at_the_others_too(home: Home) -> None:
    edit(home, "anna", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    cycle(home)
    act = edit(home, "anna", f"{MAIL}\r\n", "")
    cycle(home)
    assert MAIL.encode() not in own(home, "ben")
    undo(home, act, "anna")
    cycle(home)
    assert MAIL.encode() in own(home, "anna")
    assert MAIL.encode() in own(home, "ben")


def test_what_somebody_changed_otherwise_since_is_not_followed_but_asked(home: Home) -> None:
    act = edit(home, "anna", "101", "109")
    cycle(home)
    edit(home, "ben", "109", "108")
    undo(home, act, "anna")
    cycle(home)
    assert b"108" in own(home, "ben")
    assert b"101" in own(home, "anna")
    assert [each.kind for each in open_cases(home.db, "anna")] == ["values"]


def test_an_undo_that_is_undone_stays_on_its_card(home: Home) -> None:
    act = edit(home, "anna", "101", "109")
    cycle(home)
    undone = undo(home, act, "anna")
    undo(home, undone, "anna")
    cycle(home)
    assert b"109" in own(home, "anna")
    assert b"109" in own(home, "ben")


def test_a_value_that_an_undone_cycle_gives_back_stays_where_it_is(home: Home) -> None:
    edit(home, "anna", "101", "109")
    cycle(home)
    undo(home, latest(home))
    cycle(home)
    assert b"101" in own(home, "ben")
    assert b"109" in own(home, "anna")


def test_an_undone_answer_gives_back_what_it_took_and_nothing_travels(home: Home) -> None:
    edit(home, "anna", "END:VCARD", "TITLE:Dr\r\nEND:VCARD")
    edit(home, "ben", "END:VCARD", "TITLE:Prof\r\nEND:VCARD")
    cycle(home)
    (case,) = open_cases(home.db, "anna")
    decide(home.db, case.id, "anna", member="anna")
    undo(home, latest(home), "anna")
    cycle(home)
    assert b"TITLE:Prof" in own(home, "ben")
    assert b"TITLE:Dr" in own(home, "anna")
    assert [each.id for each in open_cases(home.db, "anna")] == [case.id]


# --- apart holds between persons ---


def said_apart(home: Home) -> None:
    """Two namesakes with one number, told apart by Ben."""
    with home.db.read() as tx:
        ids = [row[0] for row in tx.connection.execute("SELECT id FROM card ORDER BY added")]
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (ids[0], ids[1]), "apart", member="ben")
        refresh(tx, ids)


def people(home: Home, who: str) -> int:
    return len(home.entries(who))


def test_apart_survives_edits(home: Home) -> None:
    said_apart(home)
    edit(home, "anna", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    edit(home, "ben", "END:VCARD", f"{MAIL}\r\nEND:VCARD")
    cycle(home)
    assert (people(home, "anna"), people(home, "ben")) == (2, 2)
    assert open_cases(home.db, None) == ()


def test_apart_survives_a_new_phone(home: Home) -> None:
    """The account is removed and set up again: new hrefs, new UIDs, the old cards in the trash."""
    said_apart(home)
    text = own(home, "ben")
    home.delete("ben", "b.vcf")
    home.add_device("ben", "new")
    home.put("ben+new", "n.vcf", text.replace(b"UID:ub", b"UID:another"))
    cycle(home)
    assert (people(home, "anna"), people(home, "ben")) == (2, 2)
    assert open_cases(home.db, None) == ()


def test_apart_survives_when_the_same_card_is_imported_again(home: Home) -> None:
    said_apart(home)
    text = own(home, "ben")
    home.put("ben", "again.vcf", text.replace(b"UID:ub", b"UID:another"))
    cycle(home)
    assert not any(
        each.kind == "same-person" and _is_annas(home, each.cards)
        for each in open_cases(home.db, None)
    )
    assert _links_to_anna(home) == 0


def _is_annas(home: Home, ids: tuple[str, ...]) -> bool:
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT id FROM card WHERE member = 'anna'").fetchone()
    return row[0] in ids


def _links_to_anna(home: Home) -> int:
    with home.db.read() as tx:
        (card,) = tx.connection.execute("SELECT id FROM card WHERE member = 'anna'").fetchone()
        rows = tx.connection.execute(
            "SELECT count(*) FROM link WHERE ended IS NULL AND verdict = 'same'"
            " AND ? IN (card_a, card_b)",
            (card,),
        ).fetchone()
    return int(rows[0])


def test_an_undone_link_is_not_made_with_the_next_card_of_that_person(home: Home) -> None:
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT act FROM link WHERE ended IS NULL").fetchone()
    undo(home, row[0])
    text = own(home, "ben")
    home.delete("ben", "b.vcf")
    home.put("ben", "n.vcf", text.replace(b"UID:ub", b"UID:another"))
    cycle(home)
    assert _links_to_anna(home) == 0
    assert open_cases(home.db, None) == ()


def test_what_one_member_says_anew_for_themselves_ends_what_they_said_before(home: Home) -> None:
    """Two words that speak against each other never stand; the former is back when the later is undone."""
    with home.db.read() as tx:
        pair = tuple(each[0] for each in tx.connection.execute("SELECT id FROM card ORDER BY id"))
    for verdict in ("apart", "same"):
        with home.db.write(Actor("decide", "anna")) as tx:
            link_cards(tx, (pair[0], pair[1]), verdict, scope="anna", member="anna")
            refresh(tx, pair)
    assert standing(home) == ["same"]
    undo(home, undo(home, latest(home)))
    assert standing(home) == ["same"]
    undo(home, latest(home))
    assert standing(home) == ["apart"]


def standing(home: Home) -> list[str]:
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT verdict FROM link WHERE ended IS NULL AND scope = 'anna'"
        ).fetchall()
    return [row[0] for row in rows]


def test_another_person_of_that_name_takes_nothing_over(home: Home) -> None:
    said_apart(home)
    home.put("ben", "n.vcf", a_card("uz", "Eva Stein", "TEL:+49 30 23125 777"))
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT count(*) FROM link WHERE verdict = 'apart'").fetchone()
    assert rows[0] == 1


def test_a_card_that_was_marked_private_stays_private_and_that_is_said(home: Home) -> None:
    act = edit(home, "anna", "END:VCARD", "CLASS:PRIVATE\r\nEND:VCARD")
    before = home.entries("ben")
    said = undo_in_words(home.db, act, member="anna")
    assert "Eva Stein stays private" in said
    assert b"CLASS" not in own(home, "anna")
    assert home.entries("ben") == before
