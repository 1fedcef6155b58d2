"""A database that is missing, empty or old is never served as if it were the truth; `restore` mends it."""

import base64
import http.client
import re
import shutil
from pathlib import Path

import pytest

from server.store.database import Actor, open_database
from server.store.devices import add_device
from server.store.migrate import create_database
from tests.commands.cards import ANNAS_INGRID, JONAS
from tests.commands.conftest import Hearthbook
from tests.commands.test_backup import take
from tests.commands.test_process import serving

SECRET = "made-up-secret-of-a-device"
WRONG = ("missing", "empty", "older", "fresh", "damaged")


@pytest.fixture
def synced(household: Hearthbook, folder: Path, tmp_path: Path) -> Hearthbook:
    """A household with a phone, a backup, and a card that was imported after it."""
    with open_database(folder).write(Actor("device")) as tx:
        add_device(tx, "anna", "phone", secret=SECRET)
    assert household("backup", tmp_path / "copy.db").status == 0
    take(household, tmp_path / "one.vcf", JONAS)
    return household


def lose(folder: Path, tmp_path: Path, how: str) -> None:
    """Do to the database what must not happen to it."""
    open_database(folder).close()
    octets = bytearray((folder / "hearthbook.db").read_bytes())
    for path in folder.glob("hearthbook.db*"):
        path.unlink()
    database = folder / "hearthbook.db"
    if how == "empty":
        database.touch()
    if how == "damaged":
        for place in range(100, 4096):
            octets[place] ^= 0x5A
        database.write_bytes(octets)
    if how == "older":
        shutil.copyfile(tmp_path / "copy.db", database)
    if how == "fresh":
        create_database(tmp_path / "other", household="Another", region="DE").close()
        shutil.copyfile(tmp_path / "other" / "hearthbook.db", database)


def ask(port: int) -> tuple[int, str]:
    """What a phone that looks for changes is answered: status and sentence."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    login = base64.b64encode(f"anna:{SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Depth": "1"}
    connection.request("PROPFIND", "/anna/contacts/", headers=headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def port_of(ready: str) -> int:
    found = re.search(r":(\d+)/app/", ready)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("how", WRONG)
def test_a_phone_is_told_503_and_a_restore_mends_it_without_a_restart(
    synced: Hearthbook, folder: Path, tmp_path: Path, how: str
) -> None:
    lose(folder, tmp_path, how)
    ready: list[str] = []
    with serving(folder, ready=ready) as process:
        port = port_of(ready[0])
        status, sentence = ask(port)
        assert status == 503
        assert "hearthbook restore" in sentence
        assert synced("restore", tmp_path / "copy.db").status == 0
        status, listed = ask(port)
        assert (status, listed.count(".vcf")) == (207, 1)
        process.terminate()
        _out, said = process.communicate(timeout=60)
    assert "hearthbook restore" in said
    assert "Traceback" not in said


def test_a_database_that_is_lost_while_it_is_served_is_noticed(
    synced: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    ready: list[str] = []
    with serving(folder, ready=ready):
        port = port_of(ready[0])
        assert ask(port)[0] == 207
        lose(folder, tmp_path, "older")
        assert ask(port)[0] == 503
        assert synced("restore", tmp_path / "copy.db").status == 0
        assert ask(port)[0] == 207


@pytest.mark.parametrize("how", WRONG)
def test_a_command_says_in_one_sentence_what_to_do(
    synced: Hearthbook, folder: Path, tmp_path: Path, how: str
) -> None:
    lose(folder, tmp_path, how)
    assert "hearthbook restore" in synced("member", "list").sentence


def test_a_new_household_is_not_made_over_a_lost_one(
    synced: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    lose(folder, tmp_path, "missing")
    assert "hearthbook restore" in synced("init").sentence


def test_a_restore_says_what_it_put_back(synced: Hearthbook, tmp_path: Path) -> None:
    take(synced, tmp_path / "two.vcf", ANNAS_INGRID)
    before = synced("export", "anna").out
    result = synced("restore", tmp_path / "copy.db")
    assert "2 changes put back, 0 there already" in result.out
    assert "signs in to the pages anew" in result.err
    assert synced("export", "anna").out == before
    assert synced("verify").status == 0


def test_a_restore_says_what_it_could_not_put_back_and_where_it_lies(
    synced: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    assert synced("member", "add", "mia", "--name", "Mia", "--shares", "all").status == 0
    shutil.rmtree(folder / "journal")
    file = tmp_path / "mia.vcf"
    file.write_text(ANNAS_INGRID, newline="")
    assert synced("import", "mia", file).status == 0
    said = synced("restore", tmp_path / "copy.db").err
    assert "1 change could not be put back" in said
    assert "knows no member mia" in said
    assert "begins later than the backup ends" in said
    assert "look them over" in said
    (texts,) = folder.glob("not-replayed-*")
    assert str(texts) in said
    assert (texts / "mia.vcf").read_bytes() == file.read_bytes()


def test_a_restore_exactly_leaves_out_what_came_after(synced: Hearthbook, tmp_path: Path) -> None:
    assert synced("restore", "--exactly", tmp_path / "copy.db").status == 0
    assert synced("export", "anna").out == ""
