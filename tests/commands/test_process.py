"""The command as a process of its own: start-up, pipes, signals, locks, ports, permissions."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.__main__ import COMMANDS
from server.store.beginning import may_begin
from server.store.database import open_database
from tests.commands.cards import JONAS
from tests.commands.conftest import Hearthbook

HEAVY = (
    "radicale",
    "flask",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "apscheduler",
    "rich",
    "waitress",
)
WAIT_SECONDS = 60


def start(
    folder: Path, *words: str, before: Sequence[str] = (), stdout: int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    """Start `hearthbook` with this Python, as a shell would."""
    return subprocess.Popen(
        [*before, sys.executable, "-m", "server", "--data", str(folder), *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@contextmanager
def serving(
    folder: Path, *words: str, ready: list[str] | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """A server that answers, until the end of the block; its first line goes to `ready`."""
    process = start(folder, "serve", "--port", "0", *words)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Ready."), line or process.communicate()[1]
        if ready is not None:
            ready.append(line)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=WAIT_SECONDS)


def sentence(process: "subprocess.Popen[str]") -> str:
    """The one sentence with which a process failed."""
    out, err = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode != 0
    assert out in ("", None)
    assert err.count("\n") == 1, err
    return err


def test_help_answers_without_loading_what_is_heavy() -> None:
    script = f"import server.__main__, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(hearthbook: Hearthbook, name: str) -> None:
    result = hearthbook(name, "--help")
    assert result.status == 0
    assert result.out.startswith("Usage: hearthbook")


@pytest.mark.parametrize(
    "words", [("sing",), ("member", "sing"), ("import", "anna"), ("share", "a"), ("serve", "--x")]
)
def test_a_mistyped_command_is_one_sentence_and_says_where_to_look(
    hearthbook: Hearthbook, words: tuple[str, ...]
) -> None:
    assert "--help" in hearthbook(*words).sentence


@pytest.mark.parametrize("port", ["80x", "65536", "-1"])
@pytest.mark.parametrize("name", ["serve", "demo"])
def test_a_port_that_is_none_is_told_what_a_port_is(
    hearthbook: Hearthbook, name: str, port: str
) -> None:
    assert "a number from 1 to 65535" in hearthbook(name, f"--port={port}").sentence


def test_whoever_reads_only_the_beginning_gets_no_complaint(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(folder, "config", "show", stdout=writing)
    os.close(writing)
    _out, err = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert "Error" not in err
    assert "Traceback" not in err


def test_commands_work_while_the_server_runs(
    household: Hearthbook, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "jonas.vcf"
    file.write_text(JONAS, newline="")
    with serving(folder):
        assert household("import", "anna", file).status == 0
        assert household("device", "add", "anna", "--label", "phone").status == 0
        assert household("backup", tmp_path / "copy.db").status == 0
        assert household("verify").status == 0


def test_the_healthcheck_asks_the_server_that_the_settings_name(
    household: Hearthbook, folder: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "hearthbook.toml").write_text(f"[server]\nport = {port}\n")
    with serving(folder, "--port", str(port)):
        assert household("healthcheck").out == "ready\n"


def test_ctrl_c_ends_the_server_quietly(household: Hearthbook, folder: Path) -> None:
    assert household("member", "list").status == 0
    with serving(folder) as process:
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in err


def test_a_second_server_on_the_same_data_is_refused(household: Hearthbook, folder: Path) -> None:
    with serving(folder):
        assert "already runs" in household("serve", "--port", "0").sentence


def test_a_second_server_that_is_refused_leaves_the_link_of_the_first(
    folder: Path, hearthbook: Hearthbook
) -> None:
    hearthbook("init")
    with serving(folder) as process:
        assert process.stdout is not None
        process.stdout.readline()
        token = process.stdout.readline().strip().rpartition("/")[2]
        assert "already runs" in hearthbook("serve", "--port", "0").sentence
        database = open_database(folder)
        with database.read() as tx:
            assert may_begin(tx, token)
        database.close()


def test_a_port_in_use_is_named(household: Hearthbook, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = sentence(start(folder, "serve", "--port", port))
    assert port in said
    assert "--port" in said


def test_plain_http_beyond_loopback_warns(household: Hearthbook, folder: Path) -> None:
    with serving(folder, "--host", "0.0.0.0") as process:  # noqa: S104  # on purpose
        process.terminate()
        _out, err = process.communicate(timeout=WAIT_SECONDS)
    assert "WARNING" in err
    assert "plain http" in err


def test_a_second_reconcile_is_refused(household: Hearthbook, folder: Path) -> None:
    with (folder / "hearthbook.reconcile").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        assert "Another `hearthbook reconcile`" in household("reconcile").sentence
    assert household("reconcile").status == 0


@pytest.fixture
def powerless() -> tuple[str, ...]:
    """What to start a process with, so that permissions hold even for root."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root without setpriv reads and writes everything")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def test_a_read_only_data_folder_is_named(
    household: Hearthbook, folder: Path, powerless: tuple[str, ...]
) -> None:
    before = household("member", "list").out
    folder.chmod(0o500)
    for path in folder.iterdir():
        path.chmod(0o400)
    try:
        words = ("member", "add", "mia", "--name", "Mia", "--shares", "all")
        assert "cannot be written" in sentence(start(folder, *words, before=powerless))
        assert "cannot be written" in sentence(start(folder / "new", "init", before=powerless))
    finally:
        folder.chmod(0o700)
        for path in folder.iterdir():
            path.chmod(0o600)
    assert household("member", "list").out == before


def test_an_unreadable_file_is_named(
    household: Hearthbook, folder: Path, tmp_path: Path, powerless: tuple[str, ...]
) -> None:
    assert household("member", "list").status == 0
    file = tmp_path / "mine.vcf"
    file.write_text(JONAS, newline="")
    file.chmod(0)
    said = sentence(start(folder, "import", "anna", str(file), before=powerless))
    assert str(file) in said
    assert "permissions" in said


def test_a_new_household_prints_a_link_at_each_start_until_somebody_lives_there(
    folder: Path, hearthbook: Hearthbook
) -> None:
    hearthbook("init")

    def link() -> str:
        with serving(folder) as process:
            assert process.stdout is not None
            assert "Nobody lives here yet" in process.stdout.readline()
            return process.stdout.readline().strip()

    first, second = link(), link()
    assert "/app/begin/" in first
    assert first.rpartition("/")[2] != second.rpartition("/")[2]
    hearthbook("member", "add", "anna", "--name", "Anna", "--shares", "all")
    process = start(folder, "serve", "--port", "0")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Ready.")
    process.terminate()
    rest, _ = process.communicate(timeout=WAIT_SECONDS)
    assert rest == ""
