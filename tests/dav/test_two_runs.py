"""Two runs that differ in what Ben keeps to himself, over the wire and on the pages (design rule R1).

Whatever Anna and Carl ask for, status, headers and bytes are the same, and what only reads reads as
many rows with as many statements. A write brings Ben's view up to date in its own transaction, so it
costs what it costs, and is answered alike. Names drawn at random stand for themselves: each is replaced by
when it was met first.
"""

import html
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from flask.testing import FlaskClient
from hypothesis import settings

from server.app import build_application
from server.review.application import make_application
from server.settings import Settings
from server.store.clock import Clock
from server.store.database import Actor, Database, open_database
from server.store.sessions import create_session
from tests.builders import Home, a_card
from tests.davclient import DavClient, Reply
from tests.store.test_histories import PLAYED, drawn_from
from tests.store.test_two_named_runs import TwoNamedRuns, play_offers
from tests.store.test_two_runs import OTHERS, TwoRuns

_RANDOM = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}")
_FORM = re.compile(rb'(?<=name="csrf_token" value=")[^"]+')
"""Signed with the time, so that it is another one in another second."""

ALIKE_MOST = 3
"""How many pages of one kind are looked at."""

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


Answer: TypeAlias = tuple[int, dict[str, bytes], bytes, tuple[int, int]]
"""Status, headers, body, and how many statements and rows they took."""


class Answers:
    """What one member is answered in one run, with random names by order of appearance."""

    def __init__(self, home: Home, folder: Path, who: str) -> None:
        self.database = open_database(folder)
        # What is served has the household's time; its last act, if later, would be it otherwise. Whoever
        # opens a folder first gives the clock, and that was whoever made the household.
        self.database._clock = Clock(home.clock)
        application = build_application(folder, Settings())
        self.client = DavClient(application, f"{who}+phone", home.passwords[f"{who}+phone"])
        self.pages = _signed_in(self.database, who)
        self.who = who
        self.written = 0
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
                    f"PROPFIND {path} {depth}", partial(client.propfind, path, depth=depth)
                )
                yield self._asked(
                    f"PROPFIND {path} {depth} named",
                    partial(client.propfind, path, *_PROPERTIES, depth=depth),
                )
            yield self._asked(f"GET {path}", partial(client.get, path))
        first = client.sync().token
        yield self._asked("sync-collection", lambda: client.sync(data=True))
        base = first.rpartition("/")[0]
        for seq in range(sequence + 1):
            yield self._asked(f"since {seq}", partial(client.sync, f"{base}/{seq}"))
        hrefs = client.hrefs()
        for version in ("", ' content-type="text/vcard" version="4.0"'):
            data = f"<C:address-data{version}/>"
            yield self._asked("multiget", partial(client.multiget, *hrefs, data=data))
        yield self._asked("query", lambda: client.query(_QUERY))
        for href in hrefs:
            yield self._asked("GET card", partial(client.get, href))
            yield self._asked("PROPFIND card", partial(client.propfind, href, *_PROPERTIES))
        yield from self.of_pages()

    def writes(self) -> Iterator[tuple[str, object]]:
        """Every kind of request that writes, and what is there afterwards."""
        client, book, hrefs = self.client, self.client.book, self.client.hrefs()
        mine, taken = a_card("new", "Eva Stein"), a_card("uid-1", "Eva Stein", "TITLE:Dr")
        bodies = [self.client.get(each).body for each in hrefs]
        typed = [each.replace(b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD") for each in bodies]
        yield self._wrote("PUT new", lambda: client.put(f"{book}new.vcf", mine))
        yield self._wrote("PUT known UID", lambda: client.put(f"{book}taken.vcf", taken))
        for href, body in zip(hrefs, typed, strict=True):
            tag = client.get(href).etag
            for name, known in (("PUT late", '"0-0"'), ("PUT", tag)):
                put = partial(client.put, href, body, if_match=known)
                yield self._wrote(name, put)
        for href in hrefs[::2]:
            yield self._wrote("DELETE late", partial(client.delete, href, if_match='"0-0"'))
            yield self._wrote("DELETE", partial(client.delete, href))
        yield from self._taken_out()
        yield self._wrote("afterwards", lambda: client.sync(data=True))

    def _taken_out(self) -> Iterator[tuple[str, object]]:
        """The first people on the list are taken out on their pages."""
        listed = re.findall(r'href="(/people/[0-9a-f]{32})"', self.pages.get("/people").text)
        for path in listed[:ALIKE_MOST]:
            page = self.pages.get(path).text
            form = re.search(r'/out">.*?name="csrf_token" value="(.*?)".*?value="(.*?)"', page)
            fields = {"csrf_token": form[1], "mark": form[2]} if form is not None else {}
            self.written += 1
            with drawn_from(f"{self.who} {self.written}"):
                sent = self.pages.post(f"{path}/out", data=fields)
            gone = self.pages.get("/removed").data
            yield "take out", (sent.status_code, self._plain(sent.data), self._plain(gone))

    def _wrote(self, what: str, ask: Callable[[], Reply]) -> tuple[str, object]:
        """What a write was answered; its time is a real one, and its cost Ben's too."""
        self.written += 1
        with drawn_from(f"{self.who} {self.written}"):
            what, (status, headers, body, _) = self._asked(what, ask)
        return what, (status, {**headers, "Last-Modified": b""}, body)

    def of_pages(self) -> Iterator[tuple[str, object]]:
        """Every page that a member can reach by links."""
        waiting, seen = ["/", "/people?q=e&of=ben", "/people?q=secret"], set[str]()
        while waiting:
            path = waiting.pop(0)
            seen.add(path)
            before = self._spent()
            page = self.pages.get(path)
            cost = self._spent(before)
            yield (
                f"page {path[:12]} {len(seen)}",
                (page.status_code, self._plain(page.data), cost),
            )
            text = page.text if page.mimetype == "text/html" else ""
            found = dict.fromkeys(re.findall(r'(?:href|src)="(/(?!static)[^"#]*)"', text))
            for link in map(html.unescape, found):
                alike = [each for each in (*seen, *waiting) if _kind(each) == _kind(link)]
                if link not in alike and len(alike) < ALIKE_MOST:
                    waiting.append(link)

    def _asked(self, what: str, ask: Callable[[], Reply]) -> tuple[str, Answer]:
        before = self._spent()
        reply = ask()
        assert reply.status < 500
        cost = self._spent(before)
        headers = {name: self._plain(text.encode()) for name, text in reply.headers.items()}
        headers.pop("Date", None)
        return what, (reply.status, headers, self._plain(reply.body), cost)

    def _spent(self, before: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """How many statements were run since then, and how many rows they gave."""
        counters = self.database.counters
        return counters.statements - before[0], counters.rows - before[1]

    def _plain(self, octets: bytes) -> bytes:
        return _RANDOM.sub(self._name, _FORM.sub(b"form", octets))

    def _name(self, found: re.Match[bytes]) -> bytes:
        return self._named.setdefault(found[0], b"<%d>" % len(self._named))


class OnTheWire(TwoRuns):
    """The same two runs, looked at from outside when they have come to rest."""

    def teardown(self) -> None:
        """Compare every answer."""
        self.cycle()
        self.nobody_can_tell()
        compare(self, *OTHERS)
        self.close()


class NamedOnTheWire(TwoNamedRuns):
    """What Ben shows Carl alone makes no difference to Anna from outside either."""

    def teardown(self) -> None:
        """Compare every answer that Anna gets."""
        self.cycle()
        self.nobody_can_tell()
        compare(self, "anna")
        self.close()


def compare(runs: TwoRuns, *whose: str) -> None:
    """Whatever these members ask for or send is answered alike in both runs."""
    folder = Path(runs.folder.name)
    pairs = [
        (who, Answers(runs.full, folder / "full", who), Answers(runs.bare, folder / "bare", who))
        for who in whose
    ]
    for who, full, bare in pairs:
        sequence = runs.full.sequence(who)
        for one, other in zip(full.all(sequence), bare.all(sequence), strict=True):
            assert one == other, (who, one[0])
    for who, full, bare in pairs:
        for one, other in zip(full.writes(), bare.writes(), strict=True):
            assert one == other, (who, one[0])
    for name in ("full", "bare"):
        open_database(folder / name).close()
    assert runs.full.verify() == runs.bare.verify() == ()


def _kind(path: str) -> str:
    """What sort of page a path leads to."""
    return re.sub(r"[0-9a-f]{16,}|=[^&]*", "", path)


def _signed_in(database: Database, who: str) -> FlaskClient:
    app = make_application(database, Settings())
    client = app.test_client()
    with database.write(Actor("sign-in", who)) as tx:
        token = create_session(tx, who, seconds=3600)
    client.set_cookie("hearthbook", token)
    return client


TestOnTheWire = OnTheWire.TestCase
TestOnTheWire.settings = PLAYED
TestNamedOnTheWire = NamedOnTheWire.TestCase
TestNamedOnTheWire.settings = settings(PLAYED, max_examples=max(3, PLAYED.max_examples // 3))


def test_what_is_offered_and_taken_over_is_not_noticed_from_outside() -> None:
    """What Carl knows more of people whom Ben shows Anna, and Ben's answers, make no difference to her."""
    runs = NamedOnTheWire()
    play_offers(runs)
    runs.teardown()
