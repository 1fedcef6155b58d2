"""The plugins on the stock `radicale` command: the contract, and what our own paths answer otherwise.

The differential tests send one request to Radicale's own handlers and to ours,
over the same household, and list each intended difference.
"""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from radicale import config
from radicale.app import Application

from tests.dav.conftest import SECRET, Home
from tests.davclient import CARD, DAV, DavClient, Reply, vcard

ROOT = Path(__file__).parents[2]
Ask = Callable[[DavClient], Reply]
Both = Callable[[Ask], tuple[Reply, Reply]]
NOTE = "NOTE:Hello, world; C:\\\\temp"
CARD_A = vcard("Eva Stein", "a", "TEL;HOME:+49 30 23125001", NOTE, "X-Odd_Name;b=2;a=1:x,y")


@pytest.fixture
def stock(data: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> Application:
    """Radicale as `radicale --config config/radicale.ini` builds it."""
    monkeypatch.setenv("HEARTHBOOK_DATA_DIR", str(data))
    logging.getLogger("radicale").setLevel(logging.CRITICAL)
    return Application(config.load([(str(ROOT / "config" / "radicale.ini"), False)]))


def at(stock: Application, client: DavClient) -> DavClient:
    """The same device, at stock Radicale."""
    return DavClient(stock, client.login, client.password, client.user_agent)


def test_signing_in_needs_the_devices_password(stock: Application, anna: DavClient) -> None:
    phone = at(stock, anna)
    assert phone.propfind("/", "D:current-user-principal").status == 207
    for wrong in (
        DavClient(stock),
        DavClient(stock, "anna", "wrong"),
        DavClient(stock, "x", SECRET),
    ):
        answer = wrong.propfind("/anna/", "D:displayname")
        assert answer.status == 401
        assert "Hearthbook" in answer.headers["WWW-Authenticate"]


def test_nobody_inherits_the_sign_in_of_the_request_before(
    stock: Application, anna: DavClient
) -> None:
    """A worker thread serves one request after the other."""
    assert at(stock, anna).propfind("/anna/", "D:displayname").status == 207
    assert DavClient(stock).propfind("/anna/", "D:displayname").status == 401
    assert DavClient(stock).request("PROPFIND", "/anna/", authorization="Basic").status == 401


def test_a_body_is_not_read_before_the_password_is_checked(
    stock: Application, anna: DavClient
) -> None:
    environ = DavClient(stock, "anna", "wrong").environ("PUT", "/anna/contacts/a.vcf", CARD_A)
    stream = environ["wsgi.input"]
    assert anna.__class__(stock).send(environ).status == 401
    assert stream.tell() == 0  # type: ignore[attr-defined]  # a BytesIO


def test_octets_are_kept(stock: Application, anna: DavClient) -> None:
    phone = at(stock, anna)
    made = phone.put(f"{phone.book}a.vcf", CARD_A)
    assert made.status == 201
    assert phone.get(f"{phone.book}a.vcf").body == CARD_A
    assert made.etag == phone.get(f"{phone.book}a.vcf").etag == anna.get(f"{anna.book}a.vcf").etag


def test_a_card_that_was_changed_in_storing_has_a_tag_that_no_listing_shows(
    stock: Application, anna: DavClient
) -> None:
    """Radicale always sends an ETag; this one makes the client fetch the card."""
    phone = at(stock, anna)
    made = phone.put(f"{phone.book}a.vcf", vcard("Eva Stein"))
    assert made.status == 201
    assert made.etag not in {"", '""', phone.get(f"{phone.book}a.vcf").etag}


def test_listing_delta_multiget_query_and_delete(stock: Application, anna: DavClient) -> None:
    phone = at(stock, anna)
    path = f"{phone.book}a.vcf"
    phone.put(path, CARD_A)
    assert phone.hrefs() == [path]
    token = phone.sync().token
    phone.put(f"{phone.book}b.vcf", vcard("Ben Low", "b"))
    delta = phone.sync(token)
    assert set(delta.responses) == {f"{phone.book}b.vcf"}
    assert "X-Odd_Name;b=2;a=1:x,y" in phone.multiget(path).responses[path].card
    needle = '<C:prop-filter name="FN"><C:text-match>STEIN</C:text-match></C:prop-filter>'
    assert set(phone.query(needle).responses) == {path}
    assert phone.delete(path).status == 200
    assert phone.sync(delta.token).responses[path].status == 404
    assert phone.sync("data:,none/1").condition == f"{DAV}valid-sync-token"


def test_preconditions_and_conflicts(stock: Application, anna: DavClient) -> None:
    phone = at(stock, anna)
    path = f"{phone.book}a.vcf"
    etag = phone.put(path, CARD_A, if_none_match="*").etag
    assert phone.put(path, CARD_A, if_none_match="*").status == 412
    changed = CARD_A.replace(b"5001", b"5002")
    assert phone.put(path, changed, if_match='"other"').status == 412
    current = phone.get(path).etag
    assert phone.put(path, changed, if_match=current).status == 204
    assert phone.put(path, CARD_A).status == 204
    assert phone.put(path, CARD_A, if_match=etag).status == 412
    assert phone.put(f"{phone.book}b.vcf", CARD_A).status == 409
    assert phone.put(path, vcard("Eva Stein", "other")).status == 409
    assert phone.put(f"{phone.book}none.vcf", vcard("X", "x"), if_match='"x"').status == 412
    assert phone.put(f"{phone.book}c.vcf", b"rubbish").status == 403
    assert phone.put("/anna/none/c.vcf", vcard("X", "x")).status == 409


def test_guests_and_read_only_devices_change_nothing(
    stock: Application, home: Home, cleo: DavClient
) -> None:
    for client in (cleo, home.device("anna", "shelf", read_only=True)):
        device = at(stock, client)
        assert device.propfind(device.book, "D:getetag").status == 207
        assert device.put(f"{device.book}x.vcf", vcard("X", "x")).status == 403
        assert device.delete(f"{device.book}x.vcf").status == 403


def test_a_change_of_anothers_card_is_a_suggestion(
    stock: Application, anna: DavClient, ben: DavClient
) -> None:
    """Its author sees it, its keeper's card stays."""
    anna.put(f"{anna.book}a.vcf", vcard("Eva Stein", "a", "TEL:+49 30 23125001"))
    phone = at(stock, ben)
    (href,) = phone.hrefs()
    served = phone.get(href)
    edited = phone.put(href, served.body.replace(b"5001", b"5002"), if_match=served.etag)
    assert edited.status == 204
    assert b"5002" in phone.get(href).body
    assert edited.etag != phone.get(href).etag
    assert b"5001" in anna.get(f"{anna.book}a.vcf").body


def test_an_exponential_card_is_stored_at_once(stock: Application, anna: DavClient) -> None:
    """Radicale reads cards with vobject, whose line pattern is exponential: it must not see this one."""
    phone = at(stock, anna)
    card = vcard("Eva Stein", "bomb", "TEL" + ";TEL" * 60 + ":1")
    assert phone.put(f"{phone.book}a.vcf", card).status == 201
    assert phone.get(f"{phone.book}a.vcf").body == card
    assert phone.query('<C:prop-filter name="TEL"/>').status == 207


def test_no_upload_or_delete_touches_a_whole_book(stock: Application, anna: DavClient) -> None:
    phone = at(stock, anna)
    phone.put(f"{phone.book}a.vcf", CARD_A)
    for path in ("/anna/contacts/", "/anna/"):
        assert phone.put(path, b"").status in {400, 403}
        assert phone.put(path, CARD_A).status in {400, 403}
        assert phone.delete(path).status == 403
    assert phone.hrefs() == [f"{phone.book}a.vcf"]


def test_what_is_refused_leaves_nothing_behind(stock: Application, anna: DavClient) -> None:
    """Radicale answers some errors inside the lock, which must roll back."""
    phone = at(stock, anna)
    body = (
        '<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>'
        '<c:calendar xmlns:c="urn:ietf:params:xml:ns:caldav"/></resourcetype></prop></set></mkcol>'
    )
    assert phone.request("MKCOL", "/anna/cal/", body).status == 403
    assert set(phone.propfind("/anna/", "D:displayname", depth="1").responses) == {
        "/anna/",
        "/anna/contacts/",
    }


def shape(answer: Reply) -> dict[str, tuple[int, dict[str, str]]]:
    """What a 207 says: per href its status, and its properties as text."""
    return {
        href: (
            each.status,
            {
                name: re.sub(r"\s+", " ", "".join(element.itertext())).strip()
                + "".join(sorted(child.tag for child in element.iter()))
                for name, element in each.found.items()
            },
        )
        for href, each in answer.responses.items()
    }


SAME_REQUESTS: dict[str, Ask] = {
    "poll": lambda c: c.propfind(c.book, "D:sync-token", "CS:getctag"),
    "etags": lambda c: c.propfind(c.book, "D:getetag", depth="1"),
    "details": lambda c: c.propfind(
        c.book, "D:resourcetype", "D:displayname", "D:owner", "D:current-user-principal",
        "C:supported-address-data", "D:principal-collection-set", "D:nothing",
    ),
    "cards": lambda c: c.propfind(c.book, "D:getetag", "D:resourcetype", "D:x", depth="1"),
    "one card": lambda c: c.propfind(
        f"{c.book}a.vcf", "D:getetag", "D:getcontentlength", "D:getlastmodified", "D:owner"
    ),
    "home": lambda c: c.propfind(c.home, "D:displayname", "CS:getctag", "D:sync-token", depth="1"),
    "principal": lambda c: c.propfind(c.home, "C:addressbook-home-set", "D:principal-URL"),
    "first sync": lambda c: c.sync(),
    "multiget": lambda c: c.multiget(*c.hrefs(), f"{c.book}none.vcf"),
    "sync with cards": lambda c: c.sync(data=True),
    "query": lambda c: c.query('<C:prop-filter name="FN"><C:text-match>ste</C:text-match></C:prop-filter>'),
    "query for absence": lambda c: c.query('<C:prop-filter name="NOTE"><C:is-not-defined/></C:prop-filter>'),
    "query by parameter": lambda c: c.query(
        '<C:prop-filter name="TEL"><C:param-filter name="TYPE"><C:text-match>home</C:text-match>'
        "</C:param-filter></C:prop-filter>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME_REQUESTS)
def test_our_paths_answer_as_radicales_own_handlers(
    stock: Application, anna: DavClient, name: str
) -> None:
    for number, lines in enumerate(((NOTE,), ("TEL;TYPE=HOME:1",), ("TEL;TYPE=WORK,HOME:2", NOTE))):
        anna.put(
            f"{anna.book}{'abc'[number]}.vcf", vcard(f"Eva Stein{number}", f"u{number}", *lines)
        )
    anna.put(f"{anna.book}d.vcf", vcard("Zoe Wolf", "z"))
    anna.delete(f"{anna.book}d.vcf")
    ask = SAME_REQUESTS[name]
    assert shape(ask(anna)) == shape(ask(at(stock, anna)))


_EQUAL = st.sampled_from(
    ["D:getetag", "D:resourcetype", "D:displayname", "D:owner", "D:current-user-principal", "D:x",
     "D:principal-collection-set", "CS:getctag", "D:sync-token", "C:supported-address-data", "CS:y"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(_EQUAL, min_size=1, max_size=6, unique=True),
    place=st.sampled_from(["contacts/", "contacts", "contacts/a.vcf", "contacts/b.vcf", "second/", "contacts/none.vcf"]),
    depth=st.sampled_from(["0", "1"]),
    deleted=st.booleans(),
)  # fmt: skip
def test_generated_listings_are_answered_alike(
    stock: Application, anna: DavClient, names: list[str], place: str, depth: str, *, deleted: bool
) -> None:
    for name in ("a", "b"):
        anna.put(f"{anna.book}{name}.vcf", vcard("Eva Stein", name))
    if deleted:
        anna.delete(f"{anna.book}a.vcf")
    ours = anna.propfind(anna.home + place, *names, depth=depth)
    theirs = at(stock, anna).propfind(anna.home + place, *names, depth=depth)
    assert ours.status == theirs.status
    if ours.status == 207:
        assert shape(ours) == shape(theirs)


# What Radicale answers otherwise on purpose of ours: one test each, with the reason.


@pytest.fixture
def both(stock: Application, anna: DavClient) -> Both:
    """Ask ours, then theirs, about a book with two cards."""
    anna.put(f"{anna.book}a.vcf", CARD_A)
    anna.put(f"{anna.book}b.vcf", vcard("B C", "b"))
    return lambda ask: (ask(anna), ask(at(stock, anna)))


def test_difference_a_copy_that_is_still_good_is_not_sent_again(both: Both) -> None:
    """RFC 9110 section 15.4.5."""

    def again(client: DavClient) -> Reply:
        path = f"{client.book}a.vcf"
        return client.get(path, if_none_match=client.get(path).etag)

    assert [answer.status for answer in both(again)] == [304, 200]


def test_difference_a_limit_is_kept(both: Both) -> None:
    """RFC 6578 section 3.6."""
    ours, theirs = both(lambda client: client.sync(limit=1))
    assert "/anna/contacts/" in ours.responses
    assert "/anna/contacts/" not in theirs.responses


def test_difference_only_the_properties_asked_for_are_sent(both: Both) -> None:
    """RFC 6352 section 10.4.2."""
    data = '<C:address-data><C:prop name="FN"/></C:address-data>'
    ours, theirs = both(lambda client: client.multiget(f"{client.book}a.vcf", data=data))
    assert b"NOTE" not in ours.body
    assert b"NOTE" in theirs.body


def test_difference_an_unknown_collation_is_named(both: Both) -> None:
    """RFC 6352 section 8.3.1."""
    odd = '<C:prop-filter name="FN"><C:text-match collation="i;x">a</C:text-match></C:prop-filter>'
    ours, theirs = both(lambda client: client.query(odd))
    assert ours.condition == f"{CARD}supported-collation"
    assert theirs.status == 400


def test_difference_a_listing_of_everything_is_refused(both: Both) -> None:
    """RFC 4918 section 9.1; Radicale gives one of depth 1."""
    asked = both(lambda client: client.propfind(client.book, "D:getetag", depth="infinity"))
    assert [answer.status for answer in asked] == [403, 207]


def test_difference_only_reports_that_are_given_are_announced(both: Both) -> None:
    ours, theirs = both(lambda client: client.propfind(client.book, "D:supported-report-set"))
    assert b"expand-property" not in ours.body
    assert b"expand-property" in theirs.body


def test_difference_a_book_has_no_length(both: Both) -> None:
    """Radicale reads all of it to say one."""
    ours, theirs = both(lambda client: client.propfind(client.book, "D:getcontentlength"))
    assert f"{DAV}getcontentlength" in ours.responses["/anna/contacts/"].missing
    assert f"{DAV}getcontentlength" in theirs.responses["/anna/contacts/"].found


def test_difference_neither_calendars_nor_locks_are_claimed(both: Both) -> None:
    ours, theirs = both(lambda client: client.request("OPTIONS", client.book))
    assert "calendar" not in ours.headers["DAV"]
    assert "calendar" in theirs.headers["DAV"]


def test_difference_a_document_type_is_the_clients_fault(both: Both) -> None:
    doctype = "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"
    asked = both(lambda client: client.request("PROPFIND", client.book, doctype, depth="0"))
    assert [answer.status for answer in asked] == [400, 500]


def test_difference_protected_properties_are_refused(both: Both) -> None:
    """RFC 4918 section 9.2; Radicale says that they were set."""
    body = (
        '<propertyupdate xmlns="DAV:"><set><prop><getetag>x</getetag></prop></set></propertyupdate>'
    )
    ours, theirs = both(lambda client: client.request("PROPPATCH", client.book, body))
    assert b"403 Forbidden" in ours.body
    assert b"200 OK" in theirs.body


def test_difference_a_deletion_needs_no_body(stock: Application, anna: DavClient) -> None:
    """RFC 9110 section 9.3.5; Radicale sends a 200 with the body of a 207."""
    for name in ("a", "b"):
        anna.put(f"{anna.book}{name}.vcf", vcard("A B", name))
    assert anna.delete(f"{anna.book}a.vcf").status == 204
    assert at(stock, anna).delete(f"{anna.book}b.vcf").status == 200


def test_the_stock_command_serves_a_household(data: Path, anna: DavClient) -> None:
    """The whole command as a process of its own, on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "radicale",
        "--config",
        str(ROOT / "config" / "radicale.ini"),
        "--server-hosts",
        f"127.0.0.1:{port}",
    ]
    environment = {**os.environ, "HEARTHBOOK_DATA_DIR": str(data)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            headers = {"Authorization": str(anna.environ("GET", "/", b"")["HTTP_AUTHORIZATION"])}
            _wait_for(port)
            path = "/anna/contacts/%C3%BC.vcf"
            assert _send(port, "PUT", path, CARD_A, headers)[0] == 201
            assert _send(port, "GET", path, b"", headers) == (200, CARD_A)
            bomb = vcard("Eva", "bomb", "TEL" + ";TEL" * 60 + ":1")
            began = time.monotonic()
            assert _send(port, "PUT", "/anna/contacts/bomb.vcf", bomb, headers)[0] == 201
            assert time.monotonic() - began < 1
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    assert anna.get("/anna/contacts/%C3%BC.vcf").body == CARD_A


def _wait_for(port: int) -> None:
    """Try until somebody listens, for at most half a minute."""
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "radicale does not listen"
        else:
            return


def _send(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
