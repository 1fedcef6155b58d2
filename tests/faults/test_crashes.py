"""Killed at any write: what was acknowledged is there, nothing is half done, views are right.

HEARTHBOOK_CRASHES says at how many points; the default keeps `make test` short.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.cycle import run_cycle
from server.errors import DatabaseLost, UsageError
from server.store.backup import check_integrity
from server.store.database import DATABASE_NAME, Database, open_database
from server.store.migrate import HEAD, KNOWN, create_database, prepared, revision_of
from server.store.views import verify_views
from tests.builders import a_card
from tests.faults.crashing import Resumed, begin, prepare, shape
from tests.faults.interposing import unavailable

ROOT = Path(__file__).parents[2]
POINTS = int(os.environ.get("HEARTHBOOK_CRASHES", "56"))
WORKS = ("put", "import", "cycle", "undo", "restore", "restore-lost", "init", "migrate")
HOWS = ("whole", "torn", "power")
EVERY_WRITE = ("put", "cycle")
SECONDS_MOST = 5.0

WHY_NOT = unavailable()

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@dataclass(frozen=True, slots=True)
class Blow:
    """What a child works on, and at which of its writes it is killed, and how."""

    work: str
    at: int
    how: str


@dataclass(frozen=True, slots=True)
class Struck:
    """What a child said before it died."""

    status: int
    writes: int
    shapes: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Killer:
    """The process that forks the children."""

    process: subprocess.Popen[str]
    start: Path

    def strike(self, folder: Path, work: str, at: int, how: str = "whole") -> Struck:
        """Copy the household to `home` in a folder, let a child work on it, and kill it at its n-th write."""
        shutil.copytree(self.start, folder / "home")
        prepare(folder / "home", work)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{folder} {work} {at} {how}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return Struck(
            answer["status"], answer["writes"], tuple(answer["shapes"]), tuple(answer["said"])
        )


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """A household to copy, and who kills."""
    start = tmp_path_factory.mktemp("crash") / "start"
    start.mkdir()
    begin(start)
    command = [sys.executable, "-m", "tests.faults.crashing"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Killer(process, start)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.fixture(scope="module")
def unhurt(killer: Killer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Struck]:
    """Each work done to its end: how many writes it takes and what the database holds in between."""
    folder = tmp_path_factory.mktemp("unhurt")
    done: dict[str, Struck] = {}
    for each in WORKS:
        counted = killer.strike(folder / each, each, 0)
        watched = killer.strike(folder / f"{each}-watched", each, -1)
        assert counted.status == watched.status == 0
        done[each] = replace(counted, shapes=watched.shapes)
    return done


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_a_write_nothing_acknowledged_is_lost(
    tmp_path: Path, killer: Killer, unhurt: dict[str, Struck], point: int
) -> None:
    """Points are spread evenly over all writes of each work; a third are half written, at a third the power fails."""
    work, turn = WORKS[point % len(WORKS)], point // len(WORKS)
    turns = -(-POINTS // len(WORKS))
    at = 1 + turn * unhurt[work].writes // turns
    _struck(tmp_path, killer, unhurt[work], Blow(work, at, HOWS[turn % len(HOWS)]))


@pytest.mark.skipif(POINTS < 1000, reason="HEARTHBOOK_CRASHES of 1000 or more: takes half an hour")
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("work", EVERY_WRITE)
def test_killed_at_every_write_in_every_way(
    tmp_path: Path, killer: Killer, unhurt: dict[str, Struck], work: str, how: str
) -> None:
    """What a household does all day: no write of it is left out."""
    for at in range(1, unhurt[work].writes + 1):
        (tmp_path / str(at)).mkdir()
        _struck(tmp_path / str(at), killer, unhurt[work], Blow(work, at, how))


def _struck(folder: Path, killer: Killer, unhurt: Struck, blow: Blow) -> None:
    """Strike once; what is left is whole."""
    work, at = blow.work, blow.at
    struck = killer.strike(folder, work, at, blow.how)
    home = folder / "home"
    # What is drawn at random makes some pages more or less: at the very end it may come through.
    assert struck.status == (-9 if struck.writes >= at else 0), blow
    started = time.process_time()  # however busy the machine is with other things
    match work:
        case "init":
            _made_or_makeable(home / "data")
        case "migrate":
            _migrated_or_not_begun(home, unhurt.shapes[-1])
        case _:
            allowed = {*unhurt.shapes, shape(killer.start / "data" / DATABASE_NAME)}
            _whole(home, work, struck, allowed)
    assert time.process_time() - started < SECONDS_MOST, blow
    shutil.rmtree(home)


def _made_or_makeable(data: Path) -> None:
    """There is a whole household, or none and the way is free."""
    with suppress(UsageError):
        create_database(data, household="Again", region="DE")
    db = prepared(data)
    with db.read() as tx:
        assert len(tx.secret()) == 32
    assert check_integrity(db) == ()
    db.close()


def _migrated_or_not_begun(folder: Path, migrated: str) -> None:
    """What was not migrated can be; every row is there, and the copy of before is whole."""
    path = folder / "data" / DATABASE_NAME
    prepared(folder / "data").close()
    assert shape(path) == migrated
    assert revision_of(path.with_name(f"{DATABASE_NAME}.before-{HEAD}")) == KNOWN[0]
    _holds(path.parent, ("card anna ul Vermeer", "card ben um Vermeer", "private uk"))
    _goes_on(path.parent)


def _whole(folder: Path, work: str, struck: Struck, allowed: set[str]) -> None:
    """The state is one that the work goes through, says all that was acknowledged, and goes on."""
    data = folder / "data"
    lost = _is_lost(data)
    assert not lost or work == "restore-lost"
    if not lost:
        assert shape(data / DATABASE_NAME) in allowed
        _holds(data, struck.said)
    if work.startswith("restore") or struck.writes % 4 == 0:
        result = restore(data, folder / "copy.db")
        assert result.account.left == ()
        assert [each for each in result.problems if "cut off" not in each] == []
        open_database(data).close()
        _holds(data, struck.said)
        _holds(data, ("card anna ul Vermeer", "card ben um Vermeer", "private uk"))
    _goes_on(data)


def _is_lost(data: Path) -> bool:
    db = Database(data)
    try:
        with db.read():
            return False
    except DatabaseLost:
        return True
    finally:
        db.close()


def _holds(data: Path, said: tuple[str, ...]) -> None:
    """All that was acknowledged is there, and the views are what they are derived from."""
    db = Database(data)
    assert check_integrity(db) == ()
    with db.read() as tx:
        assert verify_views(tx) == ()
        rows = tx.connection.execute(
            "SELECT card.member, uid, trashed, visibility, octets "
            "FROM card JOIN text ON text.id = card.text"
        ).fetchall()
        kept = tx.connection.execute(
            "SELECT received.member, octets FROM received JOIN text ON text.id = received.text"
        ).fetchall()
    db.close()
    for line in said:
        what, who, uid, *words = line.split(maxsplit=3) + [""] * 2
        if what == "card":
            here = [row for row in rows if row[:3] == (who, uid, None)]
            assert any(words[0].encode() in row[4] for row in here), line
        elif what == "trashed":
            assert any(row[:2] == (who, uid) and row[2] is not None for row in rows), line
        elif what == "private":
            assert [row[3] for row in rows if row[1] == who] == ["private"]
        else:
            assert any(row[0] == who and uid.encode() in row[1] for row in kept), line


def _goes_on(data: Path) -> None:
    """The next write and the next cycle find nothing in their way but a lease that ends by itself."""
    home = Resumed(data)
    home.clock.pass_seconds(3600)
    assert home.put("anna", "z.vcf", a_card("uz", "Zoe Quist")).status == 201
    assert run_cycle(home.db, kind="command", releasing=True) is not None
    assert home.verify() == ()
    home.db.close()
