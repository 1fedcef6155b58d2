"""Two runs that differ in what Ben keeps to himself, over the wire and on the pages (design rule R1).

Whatever Anna and Carl ask for, status, headers and bytes are the same, and CardDAV reads as many
rows with as many statements. Names drawn at random stand for themselves: each is replaced by
when it was met first.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from server.app import build_application
from server.review.application import make_application
from server.settings import Settings
from server.store.database import Actor, Database, open_database
from server.store.sessions import create_session
from tests.builders import Home
from tests.davclient import DavClient, Reply
from tests.store.test_histories import PLAYED
from tests.store.test_two_runs import OTHERS, TwoRuns

_RANDOM = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}")
_FORM = re.compile(rb'(?<=name="csrf_token" value=")[^"]+')
"""Signed with the time, so that it is another one in another second."""

PAGES_MOST = 200
"""More than any member of these short histories can reach."""

_PROPERTIES = (
    "D:getetag",
    "D:getcontenttype",
    "D:getcontentlength",
    "D:getlastmodified",
    "D:creationdate",
    "D:displayname",
    "D:resourcetype",
    "D:sync-token",
    "D:owner",
    "D:current-user-privilege-set",
    "D:quota-used-bytes",
    "D:quota-available-bytes",
    "CS:getctag",
    "C:addressbook-home-set",
    "C:supported-address-data",
    "C:max-resource-size",
)
_QUERY = (
    '<C:prop-filter name="FN"><C:text-match match-type="contains">e</C:text-match></C:prop-filter>'
)


class Answers:
    """What one member is answered in one run, with random names by order of appearance."""

    def __init__(self, home: Home, folder: Path, who: str) -> None:
        self.database = open_database(folder)
        application = build_application(folder, Settings())
        self.client = DavClient(application, f"{who}+phone", home.passwords[f"{who}+phone"])
        self.pages = _signed_in(self.database, who)
        self.who = who
        self._named: dict[bytes, bytes] = {}

    def all(self, sequence: int) -> Iterator[tuple[str, object]]:
        """Every kind of request that reads, with what was answered and what it cost."""
        client, book = self.client, self.client.book
        yield self._asked("OPTIONS", lambda: client.request("OPTIONS", book))
        for path in (
            "/",
            client.home,
            book,
            "/ben/",
            "/ben/contacts/",
            "/ben/contacts/secret-1.vcf",
        ):
            for depth in ("0", "1"):
                yield self._asked(
                    f"PROPFIND {path} {depth}", lambda p=path, d=depth: client.propfind(p, depth=d)
                )
                yield self._asked(
                    f"PROPFIND {path} {depth} named",
                    lambda p=path, d=depth: client.propfind(p, *_PROPERTIES, depth=d),
                )
            yield self._asked(f"GET {path}", lambda p=path: client.get(p))
        first = client.sync().token
        yield self._asked("sync-collection", lambda: client.sync(data=True))
        base = first.rpartition("/")[0]
        for seq in range(sequence + 1):
            yield self._asked(f"since {seq}", lambda s=seq: client.sync(f"{base}/{s}"))
        hrefs = client.hrefs()
        for version in ("", ' content-type="text/vcard" version="4.0"'):
            data = f"<C:address-data{version}/>"
            yield self._asked("multiget", lambda d=data: client.multiget(*hrefs, data=d))
        yield self._asked("query", lambda: client.query(_QUERY))
        for href in hrefs:
            yield self._asked("GET card", lambda h=href: client.get(h))
            yield self._asked("PROPFIND card", lambda h=href: client.propfind(h, *_PROPERTIES))
        yield from self._of_pages()

    def _of_pages(self) -> Iterator[tuple[str, object]]:
        """Every page that a member can reach by links; no cost, since a page weighs the household."""
        waiting, seen = ["/", "/people?q=e&of=ben", "/people?q=secret"], set[str]()
        while waiting and len(seen) < PAGES_MOST:
            path = waiting.pop(0)
            seen.add(path)
            page = self.pages.get(path)
            yield f"page {len(seen)}", (page.status_code, self._plain(page.data))
            found = dict.fromkeys(re.findall(r'href="(/(?!static)[^"#]*)"', page.text))
            links = [html.unescape(each) for each in found]
            waiting += [each for each in links if each not in seen and each not in waiting]
        assert len(seen) < PAGES_MOST

    def _asked(self, what: str, ask: object) -> tuple[str, object]:
        counters = self.database.counters
        before = (counters.statements, counters.rows)
        reply = ask()  # type: ignore[operator]
        assert isinstance(reply, Reply)
        assert reply.status < 500
        cost = (counters.statements - before[0], counters.rows - before[1])
        headers = {name: self._plain(text.encode()) for name, text in reply.headers.items()}
        headers.pop("Date", None)
        return what, (reply.status, headers, self._plain(reply.body), cost)

    def _plain(self, octets: bytes) -> bytes:
        return _RANDOM.sub(self._name, _FORM.sub(b"form", octets))

    def _name(self, found: re.Match[bytes]) -> bytes:
        return self._named.setdefault(found[0], b"<%d>" % len(self._named))


class OnTheWire(TwoRuns):
    """The same two runs, looked at from outside when they have come to rest."""

    def teardown(self) -> None:
        """Compare every answer."""
        self.cycle()
        folder = Path(self.folder.name)
        for who in OTHERS:
            full = Answers(self.full, folder / "full", who)
            bare = Answers(self.bare, folder / "bare", who)
            sequence = self.full.sequence(who)
            for one, other in zip(full.all(sequence), bare.all(sequence), strict=True):
                assert one == other, (who, one[0])
        for name in ("full", "bare"):
            open_database(folder / name).close()
        super().teardown()


def _signed_in(database: Database, who: str) -> FlaskClient:
    app = make_application(database, Settings())
    client = app.test_client()
    with database.write(Actor("sign-in", who)) as tx:
        token = create_session(tx, who, seconds=3600)
    client.set_cookie("hearthbook", token)
    return client


TestOnTheWire = OnTheWire.TestCase
TestOnTheWire.settings = PLAYED
