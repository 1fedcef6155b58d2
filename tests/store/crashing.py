"""A child process that writes and is killed at its n-th SQL statement; it says what was acknowledged.

Run as `python -m tests.store.crashing FOLDER N`; 0 lets it live and prints how many statements there were.
"""

import os
import signal
import sys
from pathlib import Path

from server.cases import decide, open_cases
from server.cycle import run_cycle
from server.store.backup import backup, restore
from server.store.database import Database
from server.store.devices import find_device
from server.store.imports import Incoming, import_cards
from tests.builders import Clock, Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


class _Resumed(Home):
    """A household that the parent made."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.db = Database(folder, self.clock)
        self.devices, self.passwords = {}, {}
        for number, who in enumerate(("anna", "ben"), 1):
            with self.db.read() as tx:
                device = find_device(tx, number)
            assert device is not None
            self.devices[f"{who}+phone"] = device


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _work(home: Home, folder: Path) -> None:
    """PUTs, an import, a cycle, an answer, a deletion, a backup and a restore; each said when done."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Prof"))
    _say("put anna ua Prof")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Dr"))
    _say("put ben ub Dr")
    import_cards(home.db, "ben", [Incoming(f"{n}", a_card(f"i{n}", f"Nr {n}")) for n in range(3)])
    _say("import ben i0 i1 i2")
    run_cycle(home.db, kind="command", releasing=True)
    _say("cycle")
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "anna", member="ben")
    _say("decided")
    home.delete("ben", "b.vcf")
    _say("deleted ben ub")
    backup(home.db, folder / "copy.db")
    restore(folder, folder / "copy.db")
    _say("restored")


def main(folder: Path, at: int) -> None:
    """Do the work, counting statements; die at the n-th."""
    home = _Resumed(folder)
    count = 0

    def on_statement(_sql: str) -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    home.db.connection().set_trace_callback(on_statement)
    _work(home, folder)
    home.db.close()
    _say(f"statements {count}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
