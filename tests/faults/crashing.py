"""A process that forks children which work on a household, and kills each at its n-th write.

Reads a line `FOLDER WORK N HOW` after the other and answers each with one line of JSON. N is 0 to
let the child live, -1 to let it also tell every state between; HOW is `whole`, `torn` (half of the
write is done) or `power` (what was not synced is lost, too). Run as `python -m tests.faults.crashing`.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from server.cases import decide, open_cases
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.cycle import run_cycle
from server.store.cards import cards_with_uid
from server.store.database import DATABASE_NAME, Actor, Database, Transaction
from server.store.devices import find_device
from server.store.imports import Incoming, import_cards
from server.store.migrate import create_database, prepared
from server.store.sharing import set_visibility
from tests.builders import Clock, Home, a_card
from tests.faults.interposing import Faults, run
from tests.store.test_migrate import first_version

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
NEW = "TEL;TYPE=HOME:+49 30 23125 177"
IMPORTED = tuple(f"i{number}" for number in range(4))
_COUNT = 'SELECT count(*) FROM "{}"'
_UNCOUNTED = {"lease", "served", "session", "alembic_version"}


class _Watched(Database):
    """Says after every commit what the database then holds."""

    def _commit(self, tx: Transaction) -> None:
        super()._commit(tx)
        say("shape " + shape(self.path))


class Resumed(Home):
    """A household that lies in a folder already."""

    def __init__(self, folder: Path, database: type[Database] = Database) -> None:
        self.clock = Clock()
        self.db = database(folder, self.clock)
        self.devices, self.passwords = {}, {}
        for number, who in enumerate(("anna", "ben"), 1):
            with self.db.read() as tx:
                device = find_device(tx, number)
            assert device is not None
            self.devices[f"{who}+phone"] = device


def say(line: str) -> None:
    """Tell the parent; what was said survives whatever comes then."""
    os.write(1, f"{line}\n".encode())


def shape(path: Path) -> str:
    """What a database holds, but for what is drawn at random: rows counted, and every card's octets."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = sorted(row[0] for row in tables if row[0] not in _UNCOUNTED)
        counts = [(n, connection.execute(_COUNT.format(n)).fetchone()[0]) for n in names]
        cards = (
            connection.execute(
                "SELECT member, card.trashed IS NULL, visibility, octets FROM card "
                "JOIN text ON text.id = card.text ORDER BY 1, 2, 3, 4"
            ).fetchall()
            if "card" in names
            else []
        )
    return sha256(repr((counts, cards)).encode()).hexdigest()


def begin(folder: Path) -> None:
    """The household before the work: in common, in question, a backup, and what came after it."""
    from server.store.backup import backup

    home = Home(folder / "data", "anna", "ben")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Prof"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Dr"))
    home.put("ben", "k.vcf", a_card("uk", "Kai Rau", "EMAIL:kai@example.org"))
    run_cycle(home.db, kind="command", releasing=True)
    backup(home.db, folder / "copy.db")
    home.put("anna", "l.vcf", a_card("ul", "Jan Vermeer", PHONE.replace("101", "103"), NEW))
    home.put("ben", "m.vcf", a_card("um", "Jan Vermeer", PHONE.replace("101", "103")))
    home.put("ben", "n.vcf", a_card("un", "Ada Byron"))
    home.delete("ben", "n.vcf")
    with home.db.write(Actor("share", "ben")) as tx:
        set_visibility(tx, cards_with_uid(tx, "ben", "uk")[0].id, "private")
    home.db.close()


def prepare(folder: Path, name: str) -> None:
    """What one of the works begins with, where that is not the household as it is."""
    data = folder / "data"
    if name == "init":
        rmtree(data)
    if name == "restore-lost":  # everything is in the backup and the journal
        for path in data.glob(f"{DATABASE_NAME}*"):
            path.unlink()
    if name == "migrate":
        now = data.rename(folder / "now")
        first_version(now / DATABASE_NAME, data / DATABASE_NAME)
        (now / "journal").rename(data / "journal")


def _put(home: Home) -> None:
    """A new card, an edit, a suggestion, one that came too late, a deletion."""
    home.put("anna", "c.vcf", a_card("uc", "Ole Dahl", PHONE.replace("101", "105")))
    say("card anna uc Dahl")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, NEW, "TITLE:Prof"))
    say("card anna ua 23125 177")
    home.put("anna", "l.vcf", a_card("ul", "Jan V.", PHONE), if_match='"old-1"')
    say("received anna Jan V.")
    home.delete("ben", "b.vcf")
    say("trashed ben ub")


def _import(home: Home) -> None:
    import_cards(home.db, "ben", [Incoming(each, a_card(each, f"Nr {each}")) for each in IMPORTED])
    for each in IMPORTED:
        say(f"card ben {each} FN")


def _cycle(home: Home) -> None:
    """Links two people, brings a number to the other card; then an answer."""
    run_cycle(home.db, kind="command")
    say("card ben um 23125 177")
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "anna", member="ben")
    say("card ben ub TITLE:Prof")


def _undo(home: Home) -> None:
    """The latest deletion, then the first cycle."""
    find = "SELECT max(id) FROM act WHERE kind = ?"
    for kind, said in (("delete", "card ben un Byron"), ("cycle", "")):
        (act_id,) = home.db.connection().execute(find, (kind,)).fetchone()
        undo(home.db, act_id, member=None)
        if said:
            say(said)


def _restore(folder: Path) -> None:
    restore(folder / "data", folder / "copy.db")
    say("card anna ul Vermeer")
    say("card ben um Vermeer")


WORKS: dict[str, Callable[[Home], None]] = {
    "put": _put,
    "import": _import,
    "cycle": _cycle,
    "undo": _undo,
}


def _init(folder: Path) -> None:
    create_database(folder / "data", household="New", region="DE")
    say("made")


def _migrate(folder: Path) -> None:
    prepared(folder / "data")
    say("migrated")


WHOLE: dict[str, Callable[[Path], None]] = {
    "init": _init,
    "migrate": _migrate,
    "restore": _restore,
    "restore-lost": _restore,
}


def work(name: str, folder: Path, *, watched: bool) -> None:
    """Do one of the works, saying what was acknowledged and, where watched, every state between."""
    if name in WHOLE:
        WHOLE[name](folder)
    else:
        home = Resumed(folder / "data", _Watched if watched else Database)
        WORKS[name](home)
        home.db.close()
    if watched:
        say("shape " + shape(folder / "data" / DATABASE_NAME))


def _strike(folder: Path, name: str, at: int, how: str) -> dict[str, object]:
    """Fork one child, kill it at its n-th write, and tell what it said."""
    faults = Faults()
    faults.arm(max(at, 0), 0, torn=how == "torn")
    said = folder / "said"
    keep = os.dup(1)
    handle = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.close(handle)
    try:
        outcome = run(
            folder / "home",
            lambda: work(name, folder / "home", watched=at < 0),
            faults,
            power_fails=how == "power",
        )
    finally:
        os.dup2(keep, 1)
        os.close(keep)
    lines = said.read_text(encoding="utf-8").splitlines()
    return {
        "status": outcome.status,
        "writes": outcome.writes,
        "shapes": [each.split()[1] for each in lines if each.startswith("shape ")],
        "said": [each for each in lines if not each.startswith("shape ")],
    }


def main() -> None:
    """Answer one line after the other."""
    for line in sys.stdin:
        folder, name, at, how = line.split()
        answer = _strike(Path(folder), name, int(at), how)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
