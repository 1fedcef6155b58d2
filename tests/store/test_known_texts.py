"""What a device was known to have is in the journal: a restore believes what it removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.cycle import run_cycle
from server.store.backup import backup
from server.store.books import record_served
from tests.builders import Home, a_card


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben")
    backup(made.db, tmp_path / "copy.db")
    yield made
    assert made.verify() == ()
    made.db.close()


def restored(home: Home) -> None:
    assert restore(home.db.folder, home.db.folder.parent / "copy.db").account.left == ()


def test_a_value_that_a_device_without_if_match_removed_is_removed_again(home: Home) -> None:
    """It is known from what the device was served."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "TEL:+49 30 23125 101"))
    shown = home.entry("anna", "Eva Stein")
    _who, device = home.device("anna")
    record_served(home.db, device.id, [(shown.slot, shown.seq, "3.0")])
    kept = [line for line in shown.octets.split(b"\r\n") if b"TEL" not in line]
    home.put("anna", shown.href, b"\r\n".join(kept))
    assert b"TEL" not in home.entry("anna", "Eva Stein").octets
    restored(home)
    assert b"TEL" not in home.entry("anna", "Eva Stein").octets
    assert b"TEL" in home.entry("ben", "Eva Stein").octets


def test_a_body_that_came_too_late_is_merged_again_as_it_was(home: Home) -> None:
    """What its If-Match named then is known by its text."""
    card = a_card("ua", "Eva Stein", "TEL:+49 30 23125 101", "EMAIL:eva@example.org")
    etag = home.put("anna", "a.vcf", card).etag
    home.put("anna", "a.vcf", card.replace(b"101", b"102"))
    late = card.replace(b"EMAIL:eva@example.org\r\n", b"")
    assert home.put("anna", "a.vcf", late, if_match=etag).status == 412
    restored(home)
    run_cycle(home.db, kind="command", releasing=True)
    now = home.entry("anna", "Eva Stein").octets
    assert b"23125 102" in now
    assert b"EMAIL" not in now


def test_a_body_that_came_to_nothing_stays_settled(home: Home) -> None:
    card = a_card("ua", "Eva Stein", "TEL:+49 30 23125 101")
    etag = home.put("anna", "a.vcf", card).etag
    home.put("anna", "a.vcf", card.replace(b"101", b"102"))
    assert home.put("anna", "a.vcf", card, if_match=etag).status == 412
    run_cycle(home.db, kind="command", releasing=True)
    home.put("anna", "a.vcf", card.replace(b"101", b"103"))
    restored(home)
    waiting = home.db.connection().execute("SELECT merged IS NULL FROM received").fetchall()
    assert waiting == [(0,)]
