"""The server as a process: one per data folder, on a real socket, ending cleanly."""

import json
import logging
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from server.app import build_application, serve
from server.errors import Busy, NotInitialised, UsageError
from server.protocol.proxies import Proxies
from server.settings import LimitSettings, ServerSettings, Settings
from tests.dav.conftest import Home
from tests.davclient import DavClient, vcard

ROOT = Path(__file__).parents[2]
SCRIPT = """
import logging, sys
from pathlib import Path
from server.app import serve
from server.settings import Settings
logging.basicConfig(level=logging.INFO)
serve(Path(sys.argv[1]), Settings(), "127.0.0.1", 0, lambda host, port: print(port, flush=True))
"""


@dataclass(frozen=True)
class Running:
    """A server of its own process."""

    port: int
    process: "subprocess.Popen[str]"

    def send(self, raw: bytes) -> bytes:
        """Send octets and read until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            connection.sendall(raw)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


@contextmanager
def running(data: Path) -> Iterator[Running]:
    command = [sys.executable, "-c", SCRIPT, str(data)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Running(int(process.stdout.readline()), process)
        finally:
            process.kill()
            process.wait(20)


def authorization(client: DavClient) -> str:
    return str(client.environ("GET", "/", b"")["HTTP_AUTHORIZATION"])


def test_a_request_in_chunks_is_stored_and_the_connection_kept(data: Path, anna: DavClient) -> None:
    card = vcard("Eva Stein", "a")
    with running(data) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        headers = {"Authorization": authorization(anna)}
        path = "/anna/contacts/%C3%BC.vcf"
        connection.request("PUT", path, iter([card[:20], card[20:]]), headers, encode_chunked=True)
        made = connection.getresponse()
        made.read()
        first = connection.sock
        connection.request("GET", path, headers=headers)
        assert (made.status, connection.getresponse().read()) == (201, card)
        assert connection.sock is first
        connection.close()


@pytest.mark.parametrize("path", ["/anna/contacts/a.vcf", "/anna/contacts/"])
def test_what_is_far_too_large_is_refused_in_words(data: Path, anna: DavClient, path: str) -> None:
    """A server that closes while the client still sends resets the connection: nobody can read why."""
    with running(data) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        body = bytes(2 * LimitSettings().request_bytes)
        connection.request("PUT", path, body, {"Authorization": authorization(anna)})
        answer = connection.getresponse()
        sentence = re.search(rb"<s:message>([^<]+)</s:message>", answer.read())
        connection.close()
    assert answer.status == (413 if path.endswith(".vcf") else 403)
    assert sentence is not None
    assert b"larger than 10 MiB" in sentence[1] or b"cannot be replaced" in sentence[1]


def test_a_truncated_put_stores_nothing(data: Path, anna: DavClient) -> None:
    with running(data) as server, socket.create_connection(("127.0.0.1", server.port), 20) as half:
        head = (
            f"PUT /anna/contacts/a.vcf HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization(anna)}\r\n"
            "Content-Length: 500\r\n\r\nBEGIN:VCARD\r\n"
        )
        half.sendall(head.encode())
        half.close()
        answer = server.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.0 200 OK")
    assert anna.hrefs() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n",
        b"PUT /anna/contacts/a.vcf HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"PUT /anna/contacts/a.vcf HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"GET /%00%ff%0d%0a HTTP/1.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_rubbish_on_the_wire_is_answered_and_the_server_goes_on(data: Path, raw: bytes) -> None:
    with running(data) as server, socket.create_connection(("127.0.0.1", server.port), 20) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.recv(100)
        assert b" 50" not in answer[:14]
        assert server.send(b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(data: Path, number: signal.Signals) -> None:
    with running(data) as server:
        server.process.send_signal(number)
        _out, errors = server.process.communicate(timeout=20)
        assert server.process.returncode == 0
        assert "Traceback" not in errors


def test_a_second_server_on_the_same_data_is_refused(data: Path) -> None:
    with running(data), pytest.raises(Busy, match="stop it first"):
        serve(data, Settings(), "127.0.0.1", 0)


def test_a_port_in_use_is_named_in_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}.*--port"):
            serve(data, Settings(), "127.0.0.1", port)


def test_a_folder_without_a_household_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="init"):
        serve(tmp_path, Settings(), "127.0.0.1", 0)


def test_plain_http_beyond_loopback_warns(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    everywhere = "0.0.0.0"  # noqa: S104  # taken already, so never listened on by us
    with socket.create_server((everywhere, 0)) as taken, pytest.raises(UsageError):
        serve(data, Settings(), everywhere, taken.getsockname()[1])
    assert "unencrypted" in caplog.text


def test_the_log_names_neither_cards_nor_passwords(
    home: Home, anna: DavClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        anna.put(
            f"{anna.book}Quitte.vcf", vcard("Quitte Geheim", "quitte-uid", "TEL:+49 30 23125666")
        )
        anna.query('<C:prop-filter name="FN"><C:text-match>Quitte</C:text-match></C:prop-filter>')
        anna.put(f"{anna.book}Quitte.vcf", b"quitte")
        DavClient(home.application, "quitte", "quitte").get("/quitte/")
        anna.request("MKCOL", "/anna/quitte/", b"<quitte/>")
    text = caplog.text.lower()
    assert "quitte" not in text.replace("/anna/quitte/*", "")
    assert "23125666" not in text
    assert anna.password not in text
    assert "put /anna/contacts/* device=" in text


def test_only_a_trusted_proxy_says_who_the_client_is() -> None:
    proxies = Proxies.named(["10.0.0.0/8"])
    forwarded = {
        "HTTP_X_FORWARDED_FOR": "198.51.100.9, 192.0.2.5, 10.0.0.3",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_REMOTE_USER": "anna",
        "wsgi.url_scheme": "http",
    }
    trusted = proxies.seen_through({"REMOTE_ADDR": "10.0.0.2", **forwarded})
    assert (trusted["REMOTE_ADDR"], trusted["wsgi.url_scheme"]) == ("192.0.2.5", "https")
    stranger = proxies.seen_through({"REMOTE_ADDR": "192.0.2.66", **forwarded})
    assert (stranger["REMOTE_ADDR"], stranger["wsgi.url_scheme"]) == ("192.0.2.66", "http")
    for environ in (trusted, stranger):
        assert not [key for key in environ if key.startswith("HTTP_X_")]
    odd = proxies.seen_through({"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "rubbish"})
    assert odd["REMOTE_ADDR"] == "10.0.0.2"


def test_wrong_passwords_are_counted_by_the_address_behind_the_proxy(data: Path) -> None:
    settings = Settings(
        server=ServerSettings(trusted_proxies=("10.0.0.2",)),
        limits=LimitSettings(wrong_passwords_per_minute=1),
    )
    application = build_application(data, settings)
    members = iter(("one", "two", "three"))

    def guess(address: str) -> int:
        guesser = DavClient(application, next(members), "wrong", address="10.0.0.2")
        return guesser.request("GET", "/anna/", x_forwarded_for=address).status

    assert [guess("192.0.2.1"), guess("192.0.2.1"), guess("192.0.2.2")] == [401, 429, 401]


def test_a_poll_loads_nothing_that_takes_long(data: Path, anna: DavClient) -> None:
    """A cold start must answer before they are there."""
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom server.app import build_application\n"
        "import server.__main__, server.commands.serve, server.store.household\n"
        "from server.store.migrate import prepared\nprepared(Path(sys.argv[1]))\n"
        "from server.settings import load_settings\nfrom tests.davclient import DavClient\n"
        "app = build_application(Path(sys.argv[1]), load_settings(Path(sys.argv[1])))\n"
        "client = DavClient(app, 'anna', sys.argv[2])\n"
        "assert client.propfind(client.book, 'D:sync-token').status == 207\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    command = [sys.executable, "-c", script, str(data), anna.password]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert loaded.isdisjoint(
        {
            *("alembic", "apscheduler", "flask", "phonenumbers", "pydantic", "pydantic_settings"),
            *("radicale", "rapidfuzz", "sqlalchemy", "vobject"),
        }
    )


def test_many_clients_at_once_each_write_wins_or_loses_whole(home: Home) -> None:
    """RFC 9110 section 13.1.1: one winner per ETag."""
    anna = home.device("anna")
    path = f"{anna.book}a.vcf"
    etag = anna.put(path, vcard("Eva Stein", "a", "NOTE:0")).etag
    statuses: list[int] = []

    def write(number: int) -> None:
        body = vcard("Eva Stein", "a", f"NOTE:{number}" * 200)
        statuses.append(anna.put(path, body, if_match=etag).status)
        home.database.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [412] * 7
    assert re.search(rb"NOTE:(\d)(NOTE:\1){199}\r\n", anna.get(path).body)


def test_the_pages_answer_below_app(home: Home) -> None:
    answer = DavClient(home.application).get("/app/")
    assert answer.status in {200, 302, 303}
    assert "WWW-Authenticate" not in answer.headers
