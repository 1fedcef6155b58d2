"""A process whose children serve a household while their n-th write fails, for every n there is.

Each works on a copy of the folder. Prints one line of JSON for each. Run as
`python -m tests.faults.failing FOLDER WORK WAY FIRST STEP`.
"""

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import server.protocol.queries
import server.store.writes  # noqa: F401
from server.app import Hearthbook
from server.cases.replaying import restore
from server.cycle import run_cycle
from server.errors import HearthbookError
from server.settings import Settings
from server.store.backup import backup, check_integrity
from server.store.database import Actor, Database
from server.store.devices import add_device
from server.store.household import release
from server.store.journal import Journal, read_file
from server.store.views import verify_views
from tests.builders import Clock, Home, a_card
from tests.davclient import DavClient
from tests.faults.interposing import Faults, run

SECRET = "made-up-secret-of-a-device"
CHECKPOINT_PAGES = 8
MOST = 1200
MAIL = "EMAIL:eva@example.org"


@dataclass(frozen=True, slots=True)
class Way:
    """How writes fail."""

    error: int
    lasting: bool
    torn: bool = False


WAYS = {
    "full": Way(errno.ENOSPC, lasting=True, torn=True),
    "full-once": Way(errno.ENOSPC, lasting=False),
    "quota": Way(errno.EDQUOT, lasting=True),
    "broken": Way(errno.EIO, lasting=True),
    "broken-once": Way(errno.EIO, lasting=False),
}


class Server:
    """The household as it is served, with Anna's and Ben's phones."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.clock = Clock()
        self.faults = faults
        self.db = Database(folder, self.clock)
        application = Hearthbook(self.db, Settings())
        self.anna, self.ben = (
            DavClient(application, who, f"{SECRET}-{who}") for who in ("anna", "ben")
        )
        # So small that moving the log into the database happens within the requests, too.
        self.db.connection().execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    def reads(self) -> list[int]:
        """What is answered to those who only look."""
        return [
            self.anna.get("/anna/contacts/first.vcf").status,
            self.anna.propfind("/anna/contacts/", "D:getetag", depth="1").status,
            self.ben.sync().status,
        ]

    def problems(self) -> list[str]:
        """What a look at everything finds wrong."""
        found = [*check_integrity(self.db)]
        with self.db.read() as tx:
            found += verify_views(tx)
        return found


def put_failing(server: Server, number: int, way: Way) -> dict[str, object]:
    """A PUT of a new card whose n-th write fails; then the same again on a mended disk."""
    href = "/anna/contacts/new.vcf"
    card = a_card("new", "Nora Quist", "TEL;TYPE=CELL:+49 30 23125 101")
    server.faults.arm(number, way.error, lasting=way.lasting, torn=way.torn)
    reply = server.anna.put(href, card)
    told = {"struck": server.faults.struck, "status": reply.status, "reads": server.reads()}
    server.faults.clear()
    kept = server.anna.get(href)
    problems = server.problems()
    again = server.anna.put(href, card)
    return told | {
        "sentence": reply.sentence if reply.status >= 400 else "",
        "kept": kept.status == 200 and kept.body == card,
        "again": again.status in (201, 204),
        "problems": problems + server.problems(),
    }


def cycle_failing(server: Server, number: int, way: Way) -> dict[str, object]:
    """A cycle whose n-th write fails; then another one on a mended disk."""
    server.faults.arm(number, way.error, lasting=way.lasting, torn=way.torn)
    status, sentence = 200, ""
    try:
        run_cycle(server.db, kind="quick")
    except HearthbookError as error:
        status, sentence = getattr(error, "status", 503), error.sentence
    told = {"struck": server.faults.struck, "status": status, "reads": server.reads()}
    server.faults.clear()
    problems = server.problems()
    kept = MAIL.encode() in server.ben.get("/ben/contacts/first.vcf").body
    server.clock.pass_seconds(60)  # a lease that could not be given back ends
    run_cycle(server.db, kind="quick")
    return told | {
        "sentence": sentence,
        "kept": kept,
        "again": MAIL.encode() in server.ben.get("/ben/contacts/first.vcf").body,
        "problems": problems + server.problems(),
    }


def backup_failing(server: Server, number: int, way: Way) -> dict[str, object]:
    """A backup whose n-th write fails; then another one on a mended disk."""
    target = server.db.folder / "new.db"
    return _failing(server, number, way, lambda: backup(server.db, target), target.exists)


def restore_failing(server: Server, number: int, way: Way) -> dict[str, object]:
    """A restore whose n-th write fails; then another one on a mended disk."""
    folder = server.db.folder
    before = _epoch(server)
    return _failing(
        server,
        number,
        way,
        lambda: restore(folder, folder / "copy.db"),
        lambda: _epoch(server) != before,
    )


def _failing(
    server: Server,
    number: int,
    way: Way,
    work: Callable[[], object],
    is_done: Callable[[], bool],
) -> dict[str, object]:
    """A work whose n-th write fails, and whether it was done; then again on a mended disk."""
    server.faults.arm(number, way.error, lasting=way.lasting, torn=way.torn)
    status, sentence = 200, ""
    try:
        work()
    except HearthbookError as error:
        status, sentence = getattr(error, "status", 503), error.sentence
    told = {"struck": server.faults.struck, "status": status, "reads": server.reads()}
    server.faults.clear()
    problems = server.problems()
    kept = is_done()
    left = [path.name for path in server.db.folder.rglob("*") if ".part" in path.name]
    if status != 200:
        work()
    return told | {
        "sentence": sentence,
        "kept": kept,
        "again": is_done(),
        "problems": problems + server.problems() + left,
    }


def _epoch(server: Server) -> str:
    with server.db.read() as tx:
        (epoch,) = tx.connection.execute("SELECT min(epoch) FROM view").fetchone()
        return str(epoch)


WORKS: dict[str, Callable[[Server, int, Way], dict[str, object]]] = {
    "put": put_failing,
    "cycle": cycle_failing,
    "backup": backup_failing,
    "restore": restore_failing,
}


def begin(folder: Path) -> None:
    """A household in which one person is in common, and Ben lacks her mail address."""
    home = Home(folder, "anna", "ben")
    with home.db.write(Actor("device")) as tx:
        release(tx)
        for who in ("anna", "ben"):
            add_device(tx, who, "wire", secret=f"{SECRET}-{who}")
    phone = "TEL;TYPE=CELL:+49 30 23125 177"
    home.put("anna", "first.vcf", a_card("fa", "Eva Stein", phone, MAIL))
    home.put("ben", "first.vcf", a_card("fb", "Eva Stein", phone))
    backup(home.db, folder / "copy.db")
    home.put("ben", "second.vcf", a_card("fc", "Jan Vermeer"))
    home.db.close()


def _serve(folder: Path, work: str, given: tuple[int, Way], faults: Faults) -> None:
    server = Server(folder, faults)
    told = WORKS[work](server, *given)
    cut = [read_file(path).cut for path in Journal(folder).paths()]
    told |= {"n": given[0], "cut": [each for each in cut if each is not None]}
    server.db.close()
    os.write(1, (json.dumps(told) + "\n").encode())


def main(folder: Path, work: str, way: str, numbers: range) -> int:
    """Let children serve and their writes fail; gives the first exit status that is not 0.

    Args:
        numbers: Which writes fail, one for each child, until there are no more.
    """
    Server(folder, Faults()).problems()  # what is loaded now need not be loaded by each child
    for number in numbers:
        faults = Faults()
        copy = Path(shutil.copytree(folder, folder.with_name(f"{work}-{way}-{number}")))
        given = (number, WAYS[way])
        done = run(copy, partial(_serve, copy, work, given, faults), faults)
        shutil.rmtree(copy)
        if done.status:
            return done.status
        if not faults.struck:
            return 0
    return 1


if __name__ == "__main__":
    _folder, _work, _way, _first, _step = sys.argv[1:]
    sys.exit(main(Path(_folder), _work, _way, range(int(_first), MOST, int(_step))))
