"""A real server with four phones that write, killed with SIGKILL at any moment, and started again.

HEARTHBOOK_CRASHES of 1000 or more kills it 50 times; the default twice.
"""

import os
import threading
from base64 import b64encode
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from server.store.backup import backup, check_integrity, restore
from server.store.database import Database, open_database
from tests.builders import Home, a_card
from tests.commands.test_lost import port_of
from tests.commands.test_process import serving

ROUNDS = 50 if int(os.environ.get("HEARTHBOOK_CRASHES", "0")) >= 1000 else 2
WRITERS = 4
WRITES_BEFORE = 12
"""How many writes are acknowledged at least before the server is killed."""


class Phone(threading.Thread):
    """Writes card after card until the server is gone; `taken` is what was acknowledged."""

    def __init__(self, port: int, login: str, prefix: str, enough: threading.Semaphore) -> None:
        super().__init__()
        self.taken: list[str] = []
        self._port, self._prefix, self._enough = port, prefix, enough
        self._headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}

    def run(self) -> None:
        """Write, each card twice: new, then with another note."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            for number in range(2_000):
                uid = f"{self._prefix}-{number // 2}"
                card = a_card(uid, f"Eva {uid}", f"NOTE:{number}")
                connection.request("PUT", f"/anna/contacts/{uid}.vcf", card, self._headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status in (201, 204):
                    self.taken.append(f"{uid} {number}")
                    self._enough.release()
        except (OSError, HTTPException):
            pass  # killed
        finally:
            connection.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Anna's four phones; the household goes on from round to round."""
    made = Home(tmp_path_factory.mktemp("killed") / "data", "anna")
    for number in range(WRITERS):
        made.add_device("anna", f"phone{number}")
    backup(made.db, made.db.folder.with_name("first.db"))
    made.db.close()
    return made


def notes(folder: Path) -> dict[str, int]:
    """The number on each of Anna's cards, after a look at everything."""
    db = Database(folder)
    assert check_integrity(db) == ()
    with db.read() as tx:
        rows = tx.connection.execute(
            "SELECT uid, octets FROM card JOIN text ON text.id = card.text"
        ).fetchall()
    db.close()
    return {uid: int(octets.split(b"NOTE:")[1].split(b"\r\n")[0]) for uid, octets in rows}


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_what_four_phones_were_acknowledged_is_there_after_a_kill(home: Home, turn: int) -> None:
    """A card may be one write further than was acknowledged, never behind."""
    folder = home.db.folder
    enough = threading.Semaphore(0)
    ready: list[str] = []
    with serving(folder, ready=ready) as process:
        logins = [(f"phone{n}", home.passwords[f"anna+phone{n}"]) for n in range(WRITERS)]
        phones = [
            Phone(port_of(ready[0]), f"anna+{label}:{password}", f"t{turn}-{label}", enough)
            for label, password in logins
        ]
        for each in phones:
            each.start()
        for _ in range(WRITES_BEFORE + turn * 7 % 20):
            assert enough.acquire(timeout=60)
        process.kill()
        for each in phones:
            each.join(60)
    found = notes(folder)
    behind = [
        line
        for each in phones
        for line in each.taken
        if found.get(line.split()[0], -1) < int(line.split()[1])
    ]
    assert behind == []


def test_a_restore_of_the_first_day_gives_the_same_cards(home: Home) -> None:
    """Everything that was ever acknowledged is in the journal, too; it may be one write further."""
    folder = home.db.folder
    before = notes(folder)
    restore(folder, folder.with_name("first.db"))
    open_database(folder).close()
    after = notes(folder)
    assert {uid: number for uid, number in before.items() if after.get(uid, -1) < number} == {}
