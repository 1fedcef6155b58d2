"""The real server as a process, the real command line, and the real vdirsyncer, all on loopback."""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients.forking import Forks

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 120
ROUNDS_MOST = 5
SCHEDULE = {
    # The test says itself when cards are reconciled.
    "HEARTHBOOK_SCHEDULE__QUICK_SECONDS": "3600",
    "HEARTHBOOK_SCHEDULE__QUICK_SECONDS_MOST": "86400",
}


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`hearthbook` on one data folder."""

    data: Path

    def __call__(self, *words: str, given: str = "") -> str:
        """What a command prints; a failing one fails the test with its sentence."""
        command = [sys.executable, "-m", "server", "--data", str(self.data), *words]
        return run(command, environment(self.data.parent), given=given)

    def rows(self, *words: str) -> tuple[dict[str, object], ...]:
        """The objects that a command prints with --json."""
        return tuple(json.loads(line) for line in self(*words, "--json").splitlines())


@dataclass(frozen=True, slots=True)
class Client:
    """One member's vdirsyncer: a folder of files beside the member's book on the server.

    Args:
        forks: Where the program is forked instead of started anew each time.
    """

    member: str
    root: Path
    executable: Path
    forks: Forks | None = None

    @property
    def folder(self) -> Path:
        """The folder whose files are synced."""
        return self.root / "contacts"

    def set_up(self, site: str, password: str, cards: Mapping[str, bytes]) -> None:
        """Fill the folder, write the configuration and find the book on the server."""
        self.folder.mkdir(parents=True)
        for uid, octets in cards.items():
            self.write(f"{uid}.vcf", octets)
        quoted = {key: json.dumps(str(value)) for key, value in self._settings(site, password)}
        (self.root / "config").write_text(CONFIGURATION.format(**quoted), encoding="utf-8")
        self._run("discover")

    def sync(self, *options: str) -> bool:
        """Run one sync; whether it changed the folder."""
        before = self.files()
        self._run("sync", *options)
        return self.files() != before

    def refusal(self) -> str:
        """Run one sync that vdirsyncer refuses; what it says."""
        return self._run("sync", succeeds=False)

    def forget(self) -> None:
        """Forget what was synced, as when an account is removed and added again."""
        shutil.rmtree(self.root / "status")
        self._run("discover")

    def files(self) -> dict[str, str]:
        """The text of every file, by file name."""
        return {path.name: path.read_bytes().decode() for path in sorted(self.folder.glob("*.vcf"))}

    def write(self, name: str, octets: bytes) -> None:
        """Write one file."""
        (self.folder / name).write_bytes(octets)

    def delete(self, name: str) -> None:
        """Delete one file."""
        (self.folder / name).unlink()

    def _settings(self, site: str, password: str) -> Iterator[tuple[str, object]]:
        yield "status", self.root / "status"
        yield "folder", self.root
        yield from (("site", site), ("member", self.member), ("password", password))

    def _run(self, *words: str, succeeds: bool = True) -> str:
        arguments = ["-c", str(self.root / "config"), *words]
        env = environment(self.root.parent)
        if self.forks is None:
            return run([str(self.executable), *arguments], env, succeeds=succeeds)
        code, said = self.forks.run(arguments, env)
        if bool(code) == succeeds:
            pytest.fail(f"vdirsyncer {' '.join(words)} gave {code}: {said}")
        return said


CONFIGURATION = """\
[general]
status_path = {status}

[pair contacts]
a = "folder"
b = "server"
collections = ["contacts"]
conflict_resolution = "a wins"

[storage folder]
type = "filesystem"
path = {folder}
fileext = ".vcf"

[storage server]
type = "carddav"
url = {site}
username = {member}
password = {password}
"""


def sync_until_quiet(clients: Sequence[Client]) -> None:
    """Sync one after the other until nobody's folder changes any more."""
    for _ in range(ROUNDS_MOST):
        changed = [client.sync() for client in clients]
        if not any(changed):
            return
    pytest.fail(f"the folders still change after {ROUNDS_MOST} rounds")


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[str]:
    """`hearthbook serve` on a free port of loopback; gives its address, and ends it by its id.

    Args:
        settings: Variables of its environment; without any no cycle runs by itself.
    """
    command = [sys.executable, "-m", "server", "--data", str(data), "serve", "--port", "0"]
    log = data.parent / "serve.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            env={**environment(data.parent), **settings},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], WAIT_SECONDS)
        line = process.stdout.readline().decode() if readable else ""
        if "CardDAV:" not in line:
            pytest.fail(f"serve did not start: {line!r} {log.read_text(encoding='utf-8')}")
        site = line.rpartition("CardDAV:")[2].strip()
        assert _status(site, "/healthz") == 200
        yield site
    finally:
        process.terminate()
        try:
            process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _status(site: str, path: str) -> int:
    connection = HTTPConnection(urlsplit(site).netloc, timeout=WAIT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def vdirsyncer() -> Path:
    """The installed vdirsyncer; CI fails without it, elsewhere the test is skipped."""
    beside = Path(sys.executable).with_name("vdirsyncer")
    found = str(beside) if beside.exists() else shutil.which("vdirsyncer")
    if found is None:
        sentence = "vdirsyncer is not installed; install the dev requirements"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return Path(found)


def environment(home: Path) -> dict[str, str]:
    """An environment that knows nothing of the machine's own Hearthbook and vdirsyncer."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("HEARTHBOOK_", "XDG_", "VDIRSYNCER_")) and "proxy" not in key.lower()
    }
    return {**kept, **SCHEDULE, "HOME": str(home), "PYTHONPATH": str(ROOT)}


def run(
    command: Sequence[str], env: Mapping[str, str], *, given: str = "", succeeds: bool = True
) -> str:
    """What a program prints; one that fails, or should have, fails the test with all it said."""
    done = subprocess.run(
        command,
        env=env,
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    if bool(done.returncode) == succeeds:
        pytest.fail(f"{' '.join(command[-4:])} gave {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout if succeeds else done.stdout + done.stderr
