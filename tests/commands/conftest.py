"""A data folder and the command line on it, in this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.__main__ import run
from server.store.database import open_database


@dataclass(frozen=True, slots=True)
class Result:
    """What one command left behind."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence of a failed command."""
        assert self.status != 0
        assert self.out == ""
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        return self.err.strip()


Hearthbook = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "data"


@pytest.fixture
def hearthbook(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hearthbook]:
    """Run `hearthbook --data FOLDER ...` and give status and output."""
    monkeypatch.delenv("HEARTHBOOK_DATA_DIR", raising=False)

    def command(*words: str | Path) -> Result:
        capfd.readouterr()
        status = run(["--data", str(folder), *map(str, words)])
        captured = capfd.readouterr()
        return Result(status, captured.out, captured.err)

    yield command
    open_database(folder).close()


@pytest.fixture
def household(hearthbook: Hearthbook) -> Hearthbook:
    """Anna and Ben, who show each other everything; whatever is new is shown at once."""
    for words in (
        ("init", "--household", "Our home"),
        ("member", "add", "anna", "--name", "Anna", "--shares", "all"),
        ("member", "add", "ben", "--name", "Ben", "--shares", "all"),
    ):
        result = hearthbook(*words)
        assert result.status == 0, result.err
    return hearthbook
