"""A disk that is full or fails at any write: said in words, reads go on, nothing half done, no restart needed.

HEARTHBOOK_CRASHES of 1000 or more tries every write of a PUT and of a cycle in every way, and every
write of a backup and of a restore in one of them, since most of those copy one page after the other;
the default some of them.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.failing import WAYS, begin
from tests.faults.interposing import unavailable

ROOT = Path(__file__).parents[2]
IS_LONG = int(os.environ.get("HEARTHBOOK_CRASHES", "0")) >= 1000
STEPS = {"put": 9, "cycle": 9, "backup": 41, "restore": 97}
LONG_STEPS = {"put": 1, "cycle": 1, "backup": len(WAYS), "restore": len(WAYS)}
SHORT_WAYS = ("full", "broken-once")

WHY_NOT = unavailable()

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

Row = dict[str, object]


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to copy."""
    folder = tmp_path_factory.mktemp("failing") / "data"
    begin(folder)
    return folder


@pytest.fixture(scope="module", params=WAYS if IS_LONG else SHORT_WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """How writes fail."""
    return str(request.param)


@pytest.fixture(scope="module", params=STEPS)
def work(request: pytest.FixtureRequest) -> str:
    """What is done meanwhile."""
    return str(request.param)


@pytest.fixture(scope="module")
def told(household: Path, way: str, work: str) -> tuple[Row, ...]:
    """What happened at each failure."""
    step = (LONG_STEPS if IS_LONG else STEPS)[work]
    first = 1 + list(WAYS).index(way) % step if IS_LONG else 1
    numbers = (str(first), str(step))
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.failing", str(household), work, way, *numbers],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    rows = tuple(json.loads(line) for line in done.stdout.splitlines())
    assert len(rows) > 60 // step
    return rows


def test_it_is_refused_in_words_or_it_is_kept(told: tuple[Row, ...]) -> None:
    """Never both and never neither."""
    for row in told:
        if row["kept"]:
            assert (row["status"], row["sentence"]) in ((201, ""), (200, "")), row
        else:
            assert row["status"] in (507, 503), row
            assert re.search("nothing was changed|cannot be written", str(row["sentence"])), row


def test_a_phone_is_told_apart_a_full_disk_and_a_broken_one(
    told: tuple[Row, ...], way: str, work: str
) -> None:
    """507 says what to do; who sees it makes room."""
    if work in ("put", "cycle"):
        for row in told:
            assert (row["status"] == 507) == ("full" in str(row["sentence"])), row
        refused = {row["status"] for row in told} - {200, 201}
        assert refused == {507 if way.startswith("full") else 503} or way == "quota"


def test_reading_goes_on_while_nothing_can_be_written(told: tuple[Row, ...]) -> None:
    assert [row for row in told if row["reads"] != [200, 207, 207]] == []


def test_nothing_is_half_done(told: tuple[Row, ...]) -> None:
    assert [row for row in told if row["problems"]] == []


def test_it_works_again_without_a_restart(told: tuple[Row, ...]) -> None:
    assert [row for row in told if not row["again"]] == []


def test_the_journal_ends_with_a_whole_record(told: tuple[Row, ...]) -> None:
    """What was written of a record before the disk was full is taken back."""
    assert [row for row in told if row["cut"]] == []
