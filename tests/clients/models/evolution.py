"""Evolution, as evolution-data-server's CardDAV backend does it."""

from typing import ClassVar

from tests.clients.models.book import Model, Row, uid_of
from tests.clients.models.texts import Lines, as_evolution
from tests.clients.models.wire import Wire

AT_ONCE = 100


class Evolution(Model):
    """Polls getctag only, then compares the ETag of every card; knows cards by their UID.

    New cards are sent with If-None-Match, changed ones without any condition. What
    was stored is fetched after each PUT.
    """

    agent: ClassVar[str] = "Evolution/3.46.4"

    def __init__(self, wire: Wire, name: str = "evolution") -> None:
        super().__init__(wire, name)

    def _write(self, lines: Lines, stamp: int) -> Lines:
        return as_evolution(lines, stamp)

    def _sync(self) -> None:
        for row in [each for each in self.rows if each.deleted]:
            self.wire.delete(row.href)
            self.rows.remove(row)
        for row in [each for each in self.rows if each.changed]:
            self._send(row)
        if (state := self.wire.state()) != self.state:
            self._fetch()
            self.state = state

    def _send(self, row: Row) -> None:
        href = row.href or f"{self.wire.book}{row.uid}.vcf"
        condition = "" if row.href else "*"
        answer = self.wire.put(href, row.text, if_none_match=condition)
        row.changed, self.state = False, ""
        if answer.status >= 400:
            self.lost.append(row.text)
            if not row.href:
                self.rows.remove(row)
            return
        row.href = href
        found = self.wire.get(href)
        if found is not None:
            self._take(href, *found)

    def _fetch(self) -> None:
        listed = self.wire.listing()
        known = {row.href: row.etag for row in self.rows}
        for row in [each for each in self.rows if each.href not in listed]:
            self._drop(row)
        wanted = [href for href, etag in listed.items() if known.get(href) != etag]
        for href, found in self.wire.multiget(wanted, AT_ONCE).items():
            if found is not None:
                self._show(href, *found)

    def _show(self, href: str, etag: str, text: bytes) -> None:
        """Two cards of one UID are one card for it: the later one takes the place of the other."""
        twin = self._known_as(uid_of(text))
        if twin is not None and twin.href != href:
            self._drop(twin)
        self._take(href, etag, text)
