"""`hearthbook history --removed` and `hearthbook show --again`."""

import json
from pathlib import Path

from server.store.books import find_book
from server.store.database import Actor, Database
from server.store.devices import find_device
from server.store.writes import put
from tests.commands.conftest import Hearthbook

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:w\r\nFN:Dr Weiss\r\nTEL:+49 30 23125 101\r\nEND:VCARD\r\n"


def test_what_is_gone_is_listed_and_comes_back(household: Hearthbook, tmp_path: Path) -> None:
    file = tmp_path / "w.vcf"
    file.write_text(CARD, newline="")
    assert household("import", "anna", file).status == 0
    assert household("reconcile").status == 0
    imported = [
        row
        for row in map(json.loads, household("history", "--json").out.splitlines())
        if row["kind"] == "import"
    ]
    assert household("undo", str(imported[0]["act"])).status == 0
    (row,) = household("history", "--removed", "--as", "anna", "--json").out.splitlines()
    assert json.loads(row)["how"] == "trash"
    shown = household("show", "Dr", "Weiss", "--as", "anna", "--again")
    assert "shown again" in shown.out
    assert household("history", "--removed", "--as", "anna", "--json").out == ""


def test_whose_view_must_be_said(household: Hearthbook) -> None:
    assert "--as" in household("history", "--removed").sentence
    assert "--as" in household("show", "x", "--again").sentence


def test_what_could_not_be_stored_is_listed_and_added(household: Hearthbook, folder: Path) -> None:
    household("device", "add", "anna", "--label", "phone")
    db = Database(folder)
    for body in (CARD, CARD.replace("UID:w", "UID:x").replace("101", "102")):
        with db.write(Actor("put", "anna", 1)) as tx:
            device, book = find_device(tx, 1), find_book(tx, "anna", "contacts")
            assert device is not None
            assert book is not None
            put(tx, book, "w.vcf", body.encode(), device=device)
    db.close()
    (row,) = household("history", "--removed", "--as", "anna", "--json").out.splitlines()
    told = json.loads(row)
    assert told["how"] == "unstored"
    assert told["sentence"] == "Dr Weiss: your phone sent this, and it could not be stored."
    shown = household("show", told["id"], "--as", "anna", "--again")
    assert "private card of your own" in shown.out
    assert household("history", "--removed", "--as", "anna", "--json").out == ""
