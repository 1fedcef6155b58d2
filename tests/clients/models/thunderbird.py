"""Thunderbird's own address book, as its CardDAVDirectory does it."""

from typing import ClassVar

from tests.clients.models.book import Model, Row, uid_of
from tests.clients.models.texts import Lines, as_thunderbird, straight
from tests.clients.models.wire import Wire

AT_ONCE = 500


class Thunderbird(Model):
    """Last writer wins: no precondition ever.

    Any answer of 400 and above drops the edit, and the card on the screen keeps it
    until the server announces another; only a broken line queues it. After a PUT
    the card is fetched. A text is taken only under another ETag. Any answer to a
    DELETE counts as done. 400 to a sync makes it start anew; 403 is an error for ever.
    """

    agent: ClassVar[str] = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Thunderbird/153.7"
    version: ClassVar[str] = "4.0"

    def __init__(self, wire: Wire, name: str = "thunderbird") -> None:
        super().__init__(wire, name)
        self.is_locked_out = False

    def _octets(self, lines: tuple[str, ...]) -> bytes:
        return straight(lines)

    def _write(self, lines: Lines, stamp: int) -> Lines:
        return as_thunderbird(lines, stamp)

    def _sync(self) -> None:
        for row in [each for each in self.rows if each.deleted]:
            self.wire.delete(row.href)
            self.rows.remove(row)
        for row in [each for each in self.rows if each.changed]:
            self._send(row)
        if not self.is_locked_out:
            self._fetch()

    def _send(self, row: Row) -> None:
        href = row.href or f"{self.wire.book}{row.uid}.vcf"
        answer = self.wire.put(href, row.text)
        row.changed = False
        if answer.status >= 400:
            self.lost.append(row.text)
            return
        row.href = href
        if answer.etag:
            row.etag = answer.etag
        found = self.wire.multiget([href], AT_ONCE).get(href)
        if found is not None:
            self._show(href, *found)

    def _fetch(self) -> None:
        if not self.token:
            self._fetch_all()
            return
        delta = self.wire.changes(self.token, data=True)
        if delta.status == 400:
            self._fetch_all()
            return
        if delta.status >= 400:
            self.is_locked_out = True
            return
        for href, each in delta.responses.items():
            row = self._at(href)
            if each.status == 404:
                if row is not None:
                    self._drop(row)
            else:
                self._show(href, each.etag, each.card.replace("\n", "\r\n").encode())
        self.token = delta.token

    def _fetch_all(self) -> None:
        listed = self.wire.listing()
        for row in [each for each in self.rows if each.href and each.href not in listed]:
            self._drop(row)
        known = {row.href: row.etag for row in self.rows}
        wanted = [href for href, etag in listed.items() if known.get(href) != etag]
        for href, found in self.wire.multiget(wanted, AT_ONCE).items():
            if found is not None:
                self._show(href, *found)
        self.token = self.wire.changes("").token

    def _show(self, href: str, etag: str, text: bytes) -> None:
        """Cards are known by their UID: another one at an href is another card."""
        row = self._at(href)
        if row is not None and row.etag == etag:
            return
        if row is not None and row.uid != uid_of(text):
            self._drop(row)
        self._take(href, etag, text)
