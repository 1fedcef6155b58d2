"""Killed at any statement: what was acknowledged is there, nothing is half done, views are right.

HEARTHBOOK_CRASHES says at how many points; the default keeps `make test` short.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.store.backup import check_integrity
from server.store.database import Database
from server.store.views import verify_views
from tests.builders import Home

ROOT = Path(__file__).parents[2]
POINTS = int(os.environ.get("HEARTHBOOK_CRASHES", "12"))


def run(folder: Path, at: int) -> tuple[int, list[str]]:
    """Run the child; its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.crashing", str(folder), str(at)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, -9), done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A household to copy, and how many statements the work takes."""
    folder = tmp_path_factory.mktemp("crash") / "data"
    home = Home(folder, "anna", "ben")
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.db.close()
    trial = folder.with_name("trial")
    shutil.copytree(folder, trial)
    status, said = run(trial, 0)
    assert status == 0
    return folder, int(said[-1].split()[1])


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_a_statement_nothing_acknowledged_is_lost(
    tmp_path: Path, household: tuple[Path, int], point: int
) -> None:
    """Points are spread evenly over all statements of the work."""
    folder, statements = household
    shutil.copytree(folder, tmp_path / "data")
    status, said = run(tmp_path / "data", 1 + point * statements // POINTS)
    assert status == -9
    db = Database(tmp_path / "data")
    assert check_integrity(db) == ()
    with db.read() as tx:
        assert verify_views(tx) == ()
        stored = tx.connection.execute("SELECT member, uid, trashed FROM card").fetchall()
    live = {(row[0], row[1]) for row in stored if row[2] is None}
    trashed = {(row[0], row[1]) for row in stored if row[2] is not None}
    for line in said:
        what, *words = line.split()
        if what in ("put", "import"):
            uids = words[1:] if what == "import" else words[1:2]
            assert all((words[0], uid) in live | trashed for uid in uids), said
        if what == "deleted":
            assert ("ben", "ub") in trashed
    imported = {uid for member, uid in live if member == "ben" and uid.startswith("i")}
    assert imported in (set(), {"i0", "i1", "i2"})
    db.close()
