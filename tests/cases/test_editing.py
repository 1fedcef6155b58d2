"""What was typed on a page is there after a restore as it was; an undo takes exactly it back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases.editing import Saved, add_sheet, open_sheet, save_sheet
from server.cases.sheets import Filled
from server.contacts.pictures import picture_of
from server.store.backup import backup
from server.store.cards import cards_of
from tests.builders import Home, a_card
from tests.cases.test_replaying import cycle, edit, last, restored, state, take_back
from tests.pictures import JPEG, png

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
BODY = a_card("u", "Eva Stein", PHONE, "EMAIL:eva@example.org", "X-ODD:kept", "NOTE:old")

PICTURES = {"": b"", "jpeg": JPEG, "png": png()}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three members, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    made.add_device("anna", "tablet")
    backup(made.db, tmp_path / "copy.db")
    yield made
    assert made.verify() == ()
    made.db.close()


def same(text: str) -> str:
    return text


def card_of(home: Home, who: str, name: str = "Eva Stein") -> str:
    with home.db.read() as tx:
        return next(
            each.id for each in cards_of(tx, who) if name.split()[0].lower() in each.name_key
        )


def type_in(home: Home, who: str, card: str, base: str = "", **typed: str) -> Saved:
    """Type into the rows that hold a value, named by it, or into empty ones."""
    home.clock.pass_seconds(1)
    sheet = open_sheet(home.db, who, card, same)
    chosen = picture_of(PICTURES[typed.pop("PHOTO", "")])
    fields: dict[str, str] = {}
    for name, text in typed.items():
        row = next(
            (e for e in sheet.rows if name in (e.name, *e.parts.values())),
            next(e for e in sheet.rows if e.name == name or e.parts),
        )
        part = next((p for p, held in row.parts.items() if held == name), "text")
        fields[f"{row.key}-{part}"] = text
    found = save_sheet(home.db, who, card, Filled(base or sheet.base, fields, 0, chosen), same)
    assert isinstance(found, Saved)
    return found


def typed_on_ones_own(home: Home) -> None:
    home.put("anna", "u.vcf", BODY)
    values = {"+49 30 23125 101": "+49 30 23125 999", "old": "", "TITLE": "Dr"}
    assert type_in(home, "anna", card_of(home, "anna"), **values).changed


def typed_beside_another_device(home: Home) -> None:
    home.put("anna", "u.vcf", BODY)
    card = card_of(home, "anna")
    base = open_sheet(home.db, "anna", card, same).base
    edit(home, "anna+tablet", "Eva Stein", "eva@example.org", "new@example.org")
    type_in(home, "anna", card, base, TITLE="Dr")


def suggested(home: Home) -> None:
    home.put("anna", "u.vcf", BODY)
    card = card_of(home, "anna")
    values = {"+49 30 23125 101": "+49 30 23125 999", "NOTE": "for me", "TITLE": "Dr"}
    assert not type_in(home, "ben", card, **values).own


def suggested_and_typed_again(home: Home) -> None:
    suggested(home)
    type_in(home, "ben", card_of(home, "anna"), **{"+49 30 23125 999": "+49 30 23125 998"})


def added(home: Home) -> None:
    home.clock.pass_seconds(1)
    fields = {"nN0-given": "Nora", "nTEL0-text": "+49 30 23125 7"}
    assert isinstance(add_sheet(home.db, "anna", "once", Filled("once", fields), same), Saved)


def added_and_changed(home: Home) -> None:
    added(home)
    type_in(home, "anna", card_of(home, "anna", "Nora"), TITLE="Dr")
    edit(home, "anna", "Nora", "23125 7", "23125 8")


def a_photo_chosen(home: Home) -> None:
    home.put("anna", "u.vcf", BODY)
    card = card_of(home, "anna")
    assert type_in(home, "anna", card, PHOTO="jpeg", TITLE="Dr").changed
    base = open_sheet(home.db, "anna", card, same).base
    edit(home, "anna+tablet", "Eva Stein", "eva@example.org", "new@example.org")
    assert type_in(home, "anna", card, base, PHOTO="png").changed


def a_photo_for_oneself(home: Home) -> None:
    a_photo_chosen(home)
    assert not type_in(home, "ben", card_of(home, "anna"), PHOTO="jpeg").own


def typed_and_undone(home: Home) -> None:
    typed_on_ones_own(home)
    take_back(home, last(home), "anna")


def suggested_and_undone(home: Home) -> None:
    suggested(home)
    take_back(home, last(home), "ben")


def added_and_undone(home: Home) -> None:
    added(home)
    take_back(home, last(home), "anna")


STORIES: tuple[Callable[[Home], None], ...] = (
    typed_on_ones_own,
    typed_beside_another_device,
    suggested,
    suggested_and_typed_again,
    added,
    added_and_changed,
    a_photo_chosen,
    a_photo_for_oneself,
    typed_and_undone,
    suggested_and_undone,
    added_and_undone,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_after_a_restore_it_is_as_it_was(home: Home, story: Callable[[Home], None]) -> None:
    story(home)
    cycle(home)
    before = state(home)
    done = restored(home).account
    assert done.left == ()
    assert state(home) == before


def test_an_undo_takes_exactly_what_was_typed(home: Home) -> None:
    typed_and_undone(home)
    assert home.entry("anna", "Eva").octets == BODY


def test_an_undo_takes_a_suggestion_back(home: Home) -> None:
    suggested_and_undone(home)
    assert b"23125 999" not in home.entry("ben", "Eva").octets
    assert b"for me" not in home.entry("ben", "Eva").octets


def test_an_undo_takes_a_new_card_away(home: Home) -> None:
    added_and_undone(home)
    assert home.entries("anna") == []


def test_a_changed_suggestion_takes_the_place_of_the_former(home: Home) -> None:
    suggested_and_typed_again(home)
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT property, state FROM suggestion ORDER BY property, state"
        ).fetchall()
    assert rows == [
        ("NOTE", "personal"),
        ("TEL", "open"),
        ("TEL", "overtaken"),
        ("TITLE", "open"),
    ]
    octets = home.entry("ben", "Eva").octets
    assert octets.count(b"TEL") == 1
    assert b"23125 998" in octets


def test_a_note_that_was_merged_is_not_merged_twice(home: Home) -> None:
    """Line by line, what both wrote stands there; sent again, nothing is added a second time."""
    home.put("anna", "u.vcf", a_card("u", "Eva Stein", PHONE))
    card = card_of(home, "anna")
    for who, before in (("anna", "on the tablet"), ("ben", "said before")):
        sheet = open_sheet(home.db, who, card, same)
        if who == "anna":
            edit(home, "anna+tablet", "Eva Stein", "END:", f"NOTE:{before}\r\nEND:")
        else:
            type_in(home, who, card, NOTE=before)
        filled = Filled(sheet.base, {"nNOTE0-text": f"typed by {who}"})
        for _ in range(3):
            assert isinstance(save_sheet(home.db, who, card, filled, same), Saved)
        octets = home.entry(who, "Eva").octets
        assert octets.count(f"typed by {who}".encode()) == 1
        assert octets.count(before.encode()) == 1


def test_nor_is_a_note_that_was_added_to_since(home: Home) -> None:
    home.put("anna", "u.vcf", a_card("u", "Eva Stein", PHONE))
    card = card_of(home, "anna")
    filled = Filled(open_sheet(home.db, "anna", card, same).base, {"nNOTE0-text": "typed"})
    assert isinstance(save_sheet(home.db, "anna", card, filled, same), Saved)
    edit(home, "anna+tablet", "Eva Stein", "NOTE:typed", "NOTE:typed\\nmore")
    assert isinstance(save_sheet(home.db, "anna", card, filled, same), Saved)
    assert b"NOTE:typed\\nmore\r\n" in home.entry("anna", "Eva").octets
