"""After a restore every card is shown as far as it was, also where its keeper had two of one UID."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.backup import backup
from server.store.cards import cards_of
from server.store.database import Actor
from server.store.sharing import set_visibility
from server.store.undoing import undo_act
from tests.builders import Home, a_card
from tests.cases.test_replaying import cycle, last, restored, state


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three members, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    backup(made.db, tmp_path / "copy.db")
    yield made
    assert made.verify() == ()
    made.db.close()


def take_back(home: Home) -> None:
    act = last(home)
    home.clock.pass_seconds(60)
    with home.db.write(Actor("undo")) as tx:
        undo_act(tx, act)


def test_a_card_that_is_shown_again_shows_no_other_one_of_its_uid(home: Home) -> None:
    """Carl kept a copy of what Ben deleted, twice: the first one went into the trash with an undo, private."""
    home.put("ben", "m.vcf", a_card("m", "Mia Berg", "EMAIL;TYPE=WORK:work@example.org"))
    cycle(home)
    entry = home.fetch("carl", home.entry("carl", "Mia Berg").href)
    home.delete("carl", entry.href)
    typed = entry.octets.replace(b"END:", b"TITLE:Dr\r\nEND:")
    assert home.put("carl", "again.vcf", typed).status < 300
    home.delete("ben", "m.vcf")
    take_back(home)
    take_back(home)
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT uid, visibility, trashed IS NULL FROM card WHERE member = 'carl'"
        ).fetchall()
        card = next(each.id for each in cards_of(tx, "carl"))
    assert len(rows) == 2
    assert len({row[0] for row in rows}) == 1
    with home.db.write(Actor("card", "carl")) as tx:
        set_visibility(tx, card, "shared")
    before = state(home)
    assert restored(home).account.left == ()
    assert state(home) == before


def test_what_was_said_on_a_page_of_a_card_that_its_phone_had_marked_stays_said(home: Home) -> None:
    """No phone makes public what its member called private, before a restore and after it."""
    marked = a_card("m", "Mia Berg", "EMAIL;TYPE=WORK:work@example.org", "CLASS:PRIVATE")
    home.put("anna", "m.vcf", marked)
    with home.db.read() as tx:
        (card,) = (each.id for each in cards_of(tx, "anna"))
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert restored(home).account.left == ()
    entry = home.fetch("anna", "m.vcf")
    body = entry.octets.replace(b"CLASS:PRIVATE\r\n", b"")
    assert home.put("anna", "m.vcf", body, if_match=home.etag("anna", entry)).status == 204
    with home.db.read() as tx:
        (row,) = cards_of(tx, "anna")
    assert row.access.visibility == "private"
