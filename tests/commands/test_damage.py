"""A damaged database: every command and every answer says so in one sentence, or is right; never a traceback."""

import shutil
from pathlib import Path

import pytest

from server.app import Hearthbook
from server.cycle import run_cycle
from server.settings import Settings
from server.store.backup import backup, check_integrity
from server.store.database import DATABASE_NAME, Database
from tests.builders import Home, a_card
from tests.commands.conftest import Hearthbook as Command
from tests.davclient import DavClient

PAGE_BYTES = 4096
PAGES_MOST = 12
"""How many pages are damaged, one after the other, evenly spread over the file."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A household with some cards in common, all of it in the one file."""
    home = Home(tmp_path_factory.mktemp("damage") / "data", "anna", "ben")
    for number in range(24):
        who = ("anna", "ben")[number % 2]
        lines = (f"TEL:+49 30 23125 {number // 4:03}", "NOTE:" + "x" * 300)
        home.put(who, f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number // 4}", *lines))
    run_cycle(home.db, kind="command", releasing=True)
    backup(home.db, home.db.folder.parent / "copy.db")
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.db.close()
    return home


def damage(path: Path, turn: int) -> None:
    """Flip two hundred octets of one page."""
    octets = bytearray(path.read_bytes())
    pages = len(octets) // PAGE_BYTES
    start = turn * pages // PAGES_MOST * PAGE_BYTES
    for place in range(start, start + 200):
        octets[place] ^= 0x5A
    path.write_bytes(octets)


@pytest.fixture(params=range(PAGES_MOST))
def damaged(request: pytest.FixtureRequest, whole: Home, folder: Path) -> Path:
    """The data folder with one page damaged."""
    shutil.copytree(whole.db.folder, folder)
    damage(folder / DATABASE_NAME, request.param)
    return folder


def test_a_damaged_page_is_found_and_every_command_names_the_way_back(
    damaged: Path, hearthbook: Command, whole: Home, tmp_path: Path
) -> None:
    """What does not touch the page may be answered; a backup of it is never made."""
    one = tmp_path / "one.vcf"
    one.write_bytes(a_card("new", "Ada Byron"))
    for words in (
        ("member", "list"),
        ("cases",),
        ("history",),
        ("export", "anna", "--to", str(tmp_path / "anna.vcf")),
        ("import", "anna", str(one)),
        ("reconcile",),
    ):
        result = hearthbook(*words)
        assert "Traceback" not in result.err
        assert result.status == 0 or "hearthbook restore" in result.err, result.err
    checked = hearthbook("verify")
    assert (checked.status, "hearthbook restore" in checked.err) == (1, True)
    copied = hearthbook("backup", tmp_path / "new.db")
    assert (copied.status, "hearthbook restore" in copied.sentence) == (1, True)
    assert not (tmp_path / "new.db").exists()
    assert hearthbook("restore", whole.db.folder.parent / "copy.db").status == 0
    assert hearthbook("verify").status == 0


def test_phones_and_browsers_are_told_503_or_the_truth(damaged: Path, whole: Home) -> None:
    anna = DavClient(
        Hearthbook(Database(damaged), Settings()), "anna", whole.passwords["anna+phone"]
    )
    replies = [
        anna.propfind(anna.book, "D:getetag", depth="1"),
        anna.get(f"{anna.book}0.vcf"),
        anna.sync(data=True),
        anna.put(f"{anna.book}new.vcf", a_card("new", "Ada Byron")),
        anna.get("/app/sign-in"),
    ]
    for reply in replies:
        assert reply.status in (200, 201, 207) or (
            reply.status == 503 and b"hearthbook restore" in reply.body
        ), (reply.status, reply.body)


def test_octets_that_changed_unseen_are_found(whole: Home, tmp_path: Path) -> None:
    """SQLite has no checksums; the texts have."""
    folder = Path(shutil.copytree(whole.db.folder, tmp_path / "data"))
    path = folder / DATABASE_NAME
    octets = path.read_bytes()
    path.write_bytes(octets.replace(b"NOTE:xxxx", b"NOTE:xxyx"))
    found = check_integrity(Database(folder))
    assert len(found) == 24
    assert all("not the octets that were kept" in each for each in found)


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_file_that_was_cut_off_is_said_and_restored(
    whole: Home, hearthbook: Command, folder: Path, part: int
) -> None:
    shutil.copytree(whole.db.folder, folder)
    path = folder / DATABASE_NAME
    octets = path.read_bytes()
    path.write_bytes(octets[: len(octets) * part // 4])
    assert "hearthbook restore" in hearthbook("verify").err
    assert hearthbook("restore", whole.db.folder.parent / "copy.db").status == 0
    assert hearthbook("verify").status == 0
