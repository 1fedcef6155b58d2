"""Contacts on iOS and macOS, as public captures show them; what they do about refusals is a judgement."""

from typing import ClassVar

from tests.clients.models.book import Model, Row
from tests.clients.models.texts import APPLE_KNOWS, Lines, as_apple, name_of
from tests.clients.models.wire import Wire

AT_ONCE = 50


class Apple(Model):
    """PUT with If-Match, then a sync-collection and a multiget of what it names.

    Drops every property it has no field for, numbers groups of lines anew and
    marks the first of each kind as preferred. Groups are cards of their own.
    A refused edit is given up for what the server has.
    """

    agent: ClassVar[str] = "iOS/18.1 (22B83) dataaccessd/1.0"

    def __init__(self, wire: Wire, name: str = "iphone") -> None:
        super().__init__(wire, name)
        self._refused: set[str] = set()

    def add_group(self, full_name: str, *uids: str) -> Row:
        """Make a group of cards."""
        members = (f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in uids)
        return self.add(full_name, "X-ADDRESSBOOKSERVER-KIND:group", *members)

    def can_type(self, line: str) -> bool:
        """Only what it knows."""
        return name_of(line) in APPLE_KNOWS

    def _write(self, lines: Lines, stamp: int) -> Lines:
        return as_apple(lines, stamp)

    def _sync(self) -> None:
        for row in [each for each in self.rows if each.deleted]:
            answer = self.wire.delete(row.href, if_match=row.etag)
            row.deleted = False
            if answer.status < 300 or answer.status == 404:
                self.rows.remove(row)
            else:
                self._refused.add(row.href)
        for row in [each for each in self.rows if each.changed]:
            self._send(row)
        if (state := self.wire.state()) != self.state:
            self._fetch()
            self.state = state

    def _send(self, row: Row) -> None:
        href = row.href or f"{self.wire.book}{row.uid}.vcf"
        if row.href:
            answer = self.wire.put(href, row.text, if_match=row.etag)
        else:
            answer = self.wire.put(href, row.text, if_none_match="*")
        if answer.status < 300:
            row.etag = answer.etag
        else:
            self.lost.append(row.text)
            self._refused.add(href)
        row.href, row.changed, self.state = href, False, ""

    def _fetch(self) -> None:
        delta = self.wire.changes(self.token)
        is_whole = not self.token
        if delta.status == 403:
            delta, is_whole = self.wire.changes(""), True
        assert delta.status == 207, delta
        wanted = dict.fromkeys(self._refused)
        for href, each in delta.responses.items():
            row = self._at(href)
            if each.status == 404:
                if row is not None:
                    self._drop(row)
                wanted.pop(href, None)
            elif row is None or row.etag != each.etag:
                wanted[href] = None
        for href, found in self.wire.multiget(list(wanted), AT_ONCE).items():
            row = self._at(href)
            if found is not None:
                self._take(href, *found)
            elif row is not None:
                self._drop(row)
        self._refused.clear()
        self.token = delta.token
        if is_whole:
            for row in [each for each in self.rows if each.href not in delta.responses]:
                self._drop(row)
