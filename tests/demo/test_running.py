"""`hearthbook demo` as a process: it answers, and leaves nothing behind."""

import base64
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: Message
    text: str


@dataclass(frozen=True, slots=True)
class Running:
    """The demonstration while it runs."""

    process: subprocess.Popen[bytes]
    text: str
    """What it has printed."""

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: str = ""
    ) -> Answer:
        """The answer to one request."""
        found = re.search(r"CardDAV at http://([\d.:]+)/", self.text)
        assert found, self.text
        connection = HTTPConnection(found[1], timeout=WAIT_SECONDS)
        with closing(connection):
            connection.request(method, path, body=body or None, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def end(self, number: signal.Signals) -> int:
        """Its exit status after a signal."""
        self.process.send_signal(number)
        return self.process.wait(WAIT_SECONDS)


@contextmanager
def demonstration(temporary: Path) -> Iterator[Running]:
    """Start the demonstration with a temporary folder of its own; it is over afterwards."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HEARTHBOOK_")}
    own = {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "demo", "--port", "0"],
        cwd=ROOT,
        env={**kept, **own, "HOME": str(temporary), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        yield Running(process, _printed(process))
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _printed(process: subprocess.Popen[bytes]) -> str:
    """Everything up to the line about Ctrl-C, or up to its end."""
    assert process.stdout is not None
    text = b""
    while b"Ctrl-C ends" not in text:
        readable, _, _ = select.select([process.stdout], [], [], WAIT_SECONDS)
        piece = os.read(process.stdout.fileno(), 65536) if readable else b""
        if not piece:
            break
        text += piece
    return text.decode()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    with demonstration(tmp_path) as running:
        yield running


def test_it_answers_the_phones_it_tells_to_connect(demo: Running) -> None:
    for member in ("anna", "ben"):
        found = re.search(rf"user {member}, password (\S+)", demo.text)
        assert found, demo.text
        login = base64.b64encode(f"{member}:{found[1]}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        assert demo.ask("PROPFIND", f"/{member}/contacts/", headers=headers).status == 207


def test_its_links_sign_each_member_in_with_one_tap(demo: Running) -> None:
    for member in ("Anna", "Ben"):
        found = re.search(rf"{member}: +http://[\w.:]+(/app/\S+)", demo.text)
        assert found, demo.text
        page = demo.ask("GET", found[1])
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, page.text
        cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"csrf_token": token[1], "keep": "1"})
        answer = demo.ask("POST", found[1], headers=headers, body=body)
        assert (answer.status, answer.headers["Location"]) == (303, "/app/")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_leaves_nothing_behind(
    demo: Running, tmp_path: Path, number: signal.Signals
) -> None:
    during = list(tmp_path.iterdir())
    assert (len(during), demo.end(number), list(tmp_path.iterdir())) == (1, 0, [])
