"""A disk that is full or fails at any write: said in words, reads go on, nothing half done, no restart needed.

HEARTHBOOK_CRASHES of 1000 or more tries every write and every way; the default some of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.failing import WAYS, begin
from tests.faults.interposing import unavailable

ROOT = Path(__file__).parents[2]
IS_LONG = int(os.environ.get("HEARTHBOOK_CRASHES", "0")) >= 1000
STEP = 1 if IS_LONG else 6
SHORT_WAYS = ("full", "broken-once")

pytestmark = pytest.mark.skipif(bool(unavailable) and not os.environ.get("CI"), reason=unavailable)

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


@pytest.fixture(scope="module", params=("put", "cycle"))
def told(request: pytest.FixtureRequest, household: Path, way: str) -> tuple[Row, ...]:
    """What happened at each failure."""
    command = [sys.executable, "-m", "tests.faults.failing"]
    done = subprocess.run(
        [*command, str(household), str(request.param), way, str(STEP)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    rows = tuple(json.loads(line) for line in done.stdout.splitlines())
    assert len(rows) > 60 // STEP
    return rows


def test_it_is_refused_in_words_or_it_is_kept(told: tuple[Row, ...], way: str) -> None:
    """Never both and never neither."""
    for row in told:
        if row["kept"]:
            assert (row["status"], row["sentence"]) in ((201, ""), (200, "")), row
        else:
            assert row["status"] in (507, 503), row
            assert "nothing was changed" in str(row["sentence"]), row
            assert (row["status"] == 507) == ("full" in str(row["sentence"])), row
    if way.startswith("full"):
        assert {row["status"] for row in told} <= {507, 201, 200}


def test_reading_goes_on_while_nothing_can_be_written(told: tuple[Row, ...]) -> None:
    assert [row for row in told if row["reads"] != [200, 207, 207]] == []


def test_nothing_is_half_done(told: tuple[Row, ...]) -> None:
    assert [row for row in told if row["problems"]] == []


def test_it_works_again_without_a_restart(told: tuple[Row, ...]) -> None:
    assert [row for row in told if not row["again"]] == []


def test_the_journal_ends_with_a_whole_record(told: tuple[Row, ...]) -> None:
    """What was written of a record before the disk was full is taken back."""
    assert [row for row in told if row["cut"]] == []
