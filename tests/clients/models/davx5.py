"""DAVx5 on Android, as its SyncManager and ContactsSyncManager do it."""

from typing import ClassVar

from tests.clients.models.book import Model, Row, SyncFailed
from tests.clients.models.texts import Lines, as_davx5, head, is_group, name_of, unfolded
from tests.clients.models.wire import Wire

AT_ONCE = 10


class Davx5(Model):
    """Sends deletions, then changes, then asks for the delta.

    412 and 409 are ignored: the row stays changed and is sent again, unless the
    delta lists its href, which overwrites it. 404 makes it a fresh upload under
    the same name. Without an ETag the row has none, and is fetched only if the
    delta lists it. Any other refusal ends the sync. A removal in the delta takes the row away, typed on or not.

    Group cards are left as they are ("groups are separate vCards").
    """

    agent: ClassVar[str] = "DAVx5/4.4-ose (dav4jvm; okhttp/4) Android/15"

    def __init__(self, wire: Wire, name: str = "davx5") -> None:
        super().__init__(wire, name)

    def _write(self, lines: Lines, stamp: int) -> Lines:
        return as_davx5(lines, stamp)

    def _sync(self) -> None:
        changed = self._send_deleted()
        changed |= self._send_changed()
        state = self.wire.state()
        if changed or state != self.state or not self.token:
            self._fetch()
            self.state = self.wire.state() if changed else state

    def _send_deleted(self) -> bool:
        sent = False
        for row in [each for each in self.rows if each.deleted]:
            self.wire.delete(row.href, if_match=row.etag)
            self.rows.remove(row)  # whatever was answered; it may be downloaded again
            sent = True
        return sent

    def _send_changed(self) -> bool:
        changed = [each for each in self.rows if each.changed]
        for row in changed:
            self._send(row, is_new=not row.href)
        return bool(changed)

    def _send(self, row: Row, *, is_new: bool) -> None:
        href = row.href or f"{self.wire.book}{row.uid}.vcf"
        if is_new:
            answer = self.wire.put(href, row.text, if_none_match="*")
        else:
            answer = self.wire.put(href, row.text, if_match=row.etag)
        if answer.status in (404, 410) and not is_new:
            self._send(row, is_new=True)
        elif answer.status < 300:
            row.href, row.etag, row.changed = href, answer.etag, False
        elif answer.status not in (409, 412):
            raise SyncFailed(f"{answer.status} to a PUT of {href}")

    def _fetch(self) -> None:
        delta = self.wire.changes(self.token)
        is_whole = not self.token
        if delta.status == 403:
            delta, is_whole = self.wire.changes(""), True
        assert delta.status == 207, delta
        wanted: list[str] = []
        for href, each in delta.responses.items():
            row = self._at(href)
            if each.status == 404:
                if row is not None:
                    self._drop(row)
            elif row is None or row.etag != each.etag:
                wanted.append(href)
        for href, found in self.wire.multiget(wanted, AT_ONCE).items():
            if found is not None:
                self._take(href, *found)
        self.token = delta.token
        if is_whole:
            for row in [e for e in self.rows if e.href and e.href not in delta.responses]:
                if not row.changed:
                    self.rows.remove(row)


class Davx5Categories(Davx5):
    """DAVx5 where groups are categories: a group card is a contact like any other, and is saved as one."""

    def rename_category(self, old: str, new: str) -> None:
        """Rename a group: every member is written again."""
        for row in self.shown:
            lines = unfolded(row.text)
            if any(name_of(line) == "CATEGORIES" and old in head(line)[3] for line in lines):
                self.edit(row, lambda held: tuple(_renamed(line, old, new) for line in held))

    def _write(self, lines: Lines, stamp: int) -> Lines:
        if is_group(lines):
            lines = tuple(line for line in lines if not _is_of_a_group(line))
        return super()._write(lines, stamp)


def _renamed(line: str, old: str, new: str) -> str:
    return line.replace(old, new) if name_of(line) == "CATEGORIES" else line


def _is_of_a_group(line: str) -> bool:
    return name_of(line) in (
        *("KIND", "MEMBER", "X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"),
    )
