"""What a phone sent and could not be stored is found by its author, and becomes a card or goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.removals import Refusal, refusals, settle_refusal
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.errors import NotFound
from server.store.backup import backup
from server.store.history import last_act
from server.store.journal import Journal, read_file
from server.store.retention import let_go
from tests.builders import Home, a_card

DAY = 24 * 3600
PHONE = "TEL:+49 30 23125 101"
OTHER = a_card("ux", "Eva Stein", "NOTE:typed in the train")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna's phone changed the UID of a card."""
    made = Home(tmp_path / "data", "anna", "ben")
    backup(made.db, tmp_path / "copy.db")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    assert made.put("anna", "a.vcf", OTHER).status == 403
    yield made
    assert made.verify() == ()
    made.db.close()


def the_one(home: Home, who: str = "anna") -> Refusal:
    (found,) = refusals(home.db, who)
    return found


def notes(home: Home, who: str) -> list[bytes]:
    return [each.octets for each in home.entries(who) if b"in the train" in each.octets]


def test_its_author_finds_it_with_its_name_and_phone(home: Home) -> None:
    found = the_one(home)
    assert (found.name, found.device) == ("Eva Stein", "phone")
    assert refusals(home.db, "ben") == ()


def test_a_phone_that_sends_it_at_every_sync_is_told_once(home: Home) -> None:
    (path,) = Journal(home.db.folder).paths()
    before = len(read_file(path).records)
    for _ in range(5):
        assert home.put("anna", "a.vcf", OTHER).status == 403
    assert the_one(home).name == "Eva Stein"
    assert len(read_file(path).records) == before
    settle_refusal(home.db, "anna", the_one(home).id, adds=False)
    assert home.put("anna", "a.vcf", OTHER).status == 403
    assert refusals(home.db, "anna") == ()


def test_added_it_is_a_private_card_beside_the_other(home: Home) -> None:
    before = home.get("anna", "a.vcf")
    said = settle_refusal(home.db, "anna", the_one(home).id, adds=True)
    assert said == "Eva Stein is a private card of your own now."
    assert len(notes(home, "anna")) == 1
    assert home.get("anna", "a.vcf") == before
    assert notes(home, "ben") == []
    assert refusals(home.db, "anna") == ()


def test_a_known_uid_under_another_name_gets_a_new_one(home: Home) -> None:
    settle_refusal(home.db, "anna", the_one(home).id, adds=False)
    body = a_card("ua", "Eva Stein", "NOTE:typed in the train", "TITLE:Dr")
    assert home.put("anna", "b.vcf", body).status == 403
    settle_refusal(home.db, "anna", the_one(home).id, adds=True)
    (made,) = (each for each in home.entries("anna") if b"in the train" in each.octets)
    assert made.uid != "ua"
    assert made.octets.count(b"UID:") == 1


def test_let_go_it_changes_nothing(home: Home) -> None:
    before = home.sequence("anna")
    said = settle_refusal(home.db, "anna", the_one(home).id, adds=False)
    assert said == "Eva Stein: let go; nothing was changed."
    assert home.sequence("anna") == before
    assert refusals(home.db, "anna") == ()


def test_what_was_settled_already_is_said(home: Home) -> None:
    mark = the_one(home).id
    with pytest.raises(NotFound):
        settle_refusal(home.db, "ben", mark, adds=True)
    settle_refusal(home.db, "anna", mark, adds=True)
    with pytest.raises(NotFound, match="already"):
        settle_refusal(home.db, "anna", mark, adds=True)


def test_a_card_that_was_only_moved_is_not_told(home: Home) -> None:
    """Some programs write a card under a new name before they delete the old one."""
    home.put("anna", "c.vcf", a_card("uc", "Jan Vermeer"))
    assert home.put("anna", "d.vcf", a_card("uc", "Jan Vermeer")).status == 403
    assert the_one(home).name == "Eva Stein"


def test_what_anna_added_is_undone_like_any_card(home: Home) -> None:
    settle_refusal(home.db, "anna", the_one(home).id, adds=True)
    with home.db.read() as tx:
        act = last_act(tx)
    assert act is not None
    undo(home.db, act, member="anna")
    assert notes(home, "anna") == []


def test_a_value_of_others_in_it_goes_no_further(home: Home) -> None:
    """Ben's phone sends Anna's number back under another UID."""
    shown = home.entry("ben", "Eva Stein")
    body = shown.octets.replace(shown.uid.encode(), b"uz").replace(b"END:", b"NOTE:mine\r\nEND:")
    assert home.put("ben", shown.href, body).status == 403
    settle_refusal(home.db, "ben", the_one(home, "ben").id, adds=True)
    sources = home.db.connection().execute(
        "SELECT source IS NOT NULL FROM fact JOIN card ON card.id = fact.card"
        " WHERE property = 'TEL' AND card.member = 'ben'"
    )
    assert sources.fetchall() == [(1,)]


@pytest.mark.parametrize("adds", [None, True, False])
def test_a_restore_knows_it_and_what_became_of_it(home: Home, *, adds: bool | None) -> None:
    if adds is not None:
        settle_refusal(home.db, "anna", the_one(home).id, adds=adds)
    before = sorted((each.href, each.uid, each.octets) for each in home.entries("anna"))
    told = [(each.name, each.device, each.at) for each in refusals(home.db, "anna")]
    assert restore(home.db.folder, home.db.folder.parent / "copy.db").account.left == ()
    assert sorted((e.href, e.uid, e.octets) for e in home.entries("anna")) == before
    assert [(e.name, e.device, e.at) for e in refusals(home.db, "anna")] == told


def test_it_waits_as_long_as_the_trash_does(home: Home) -> None:
    home.pass_nights(200)
    home.put("anna", "z.vcf", a_card("uz", "Zoe Quist"))
    let_go(home.db, 30)
    assert the_one(home).name == "Eva Stein"
    home.pass_nights(300)
    home.put("anna", "y.vcf", a_card("uy", "Yan Quist"))
    let_go(home.db, 30)
    assert home.db.connection().execute("SELECT count(*) FROM received").fetchone() == (0,)
