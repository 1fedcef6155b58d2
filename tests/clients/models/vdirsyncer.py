"""vdirsyncer between a folder and the server, as its sync module does it."""

from dataclasses import dataclass
from typing import ClassVar

from tests.clients.models.book import Model, Row, SyncFailed, uid_of
from tests.clients.models.texts import name_of, unfolded
from tests.clients.models.wire import Wire

AT_ONCE = 50


@dataclass
class _Known:
    """What was equal on both sides at the last sync."""

    href: str
    etag: str
    server: bytes
    here: bytes


class Vdirsyncer(Model):
    """Cards are known by their UID alone; nothing is sent that the folder does not hold.

    Gone on the server and changed here: uploaded anew under a new name. Changed on
    both sides: the server's text wins, as `conflict_resolution = "b wins"` says.
    Changes are sent with If-Match, new cards with If-None-Match; a refused one is
    tried again at the next sync. Two cards of one UID end the sync.
    """

    agent: ClassVar[str] = "vdirsyncer/0.21.0"

    def __init__(self, wire: Wire, name: str = "vdirsyncer") -> None:
        super().__init__(wire, name)
        self._status: dict[str, _Known] = {}
        self._uploads = 0

    def delete(self, row: Row) -> None:
        """Delete the file."""
        self.rows.remove(row)

    @property
    def is_waiting(self) -> bool:
        """Whether the folder differs from what was last synced."""
        here = {row.uid: _hash(row.text) for row in self.rows}
        return here != {uid: _hash(known.here) for uid, known in self._status.items()}

    def _sync(self) -> None:
        server = self._server_side()
        for uid in dict.fromkeys((*self._status, *(row.uid for row in self.rows), *server)):
            row, there, known = self._known_as(uid), server.get(uid), self._status.get(uid)
            is_changed = row is not None and (known is None or _hash(known.here) != _hash(row.text))
            was_changed = there is not None and (
                known is None or _hash(known.server) != _hash(there.server)
            )
            if row is None and there is None:
                del self._status[uid]
            elif row is None and there is not None:
                self._only_there(there, is_changed=was_changed)
            elif row is not None and there is None:
                self._only_here(row, is_changed=is_changed)
            elif row is not None and there is not None:
                if was_changed:
                    if is_changed and known is not None:
                        self.lost.append(row.text)
                    self._download(row, there)
                elif is_changed:
                    self._update(row, there)
                else:
                    self._status[uid] = _Known(there.href, there.etag, there.server, row.text)
                    row.href, row.etag = there.href, there.etag

    def _server_side(self) -> dict[str, _Known]:
        listed = self.wire.listing()
        kept = {known.href: known for known in self._status.values()}
        wanted = [h for h, etag in listed.items() if h not in kept or kept[h].etag != etag]
        fetched = self.wire.multiget(wanted, AT_ONCE)
        found: dict[str, _Known] = {}
        for href, etag in listed.items():
            there = kept.get(href)
            if href in fetched:
                text = fetched[href]
                if text is None:
                    continue
                there = _Known(href, text[0], text[1], b"")
            assert there is not None
            uid = uid_of(there.server)
            if uid in found:
                raise SyncFailed(f"two cards of the UID {uid}")
            found[uid] = _Known(href, etag, there.server, b"")
        return found

    def _only_there(self, there: _Known, *, is_changed: bool) -> None:
        uid = uid_of(there.server)
        if is_changed:  # new there, or deleted here and changed there
            row = Row(uid, there.server)
            self.rows.append(row)
            self._download(row, there)
        elif self.wire.delete(there.href, if_match=there.etag).status < 300:
            del self._status[uid]

    def _only_here(self, row: Row, *, is_changed: bool) -> None:
        if not is_changed:  # deleted there
            self.rows.remove(row)
            self._status.pop(row.uid, None)
            return
        self._uploads += 1
        href = f"{self.wire.book}{self.name}-{self._uploads}.vcf"
        answer = self.wire.put(href, row.text, if_none_match="*")
        if answer.status < 300:
            self._sent(row, href, answer.etag)

    def _update(self, row: Row, there: _Known) -> None:
        answer = self.wire.put(there.href, row.text, if_match=there.etag)
        if answer.status < 300:
            self._sent(row, there.href, answer.etag)

    def _sent(self, row: Row, href: str, etag: str) -> None:
        row.href, row.etag, row.changed = href, etag, False
        self._status[row.uid] = _Known(href, etag, row.text, row.text)

    def _download(self, row: Row, there: _Known) -> None:
        row.text, row.href, row.etag, row.changed = there.server, there.href, there.etag, False
        self._status[row.uid] = _Known(there.href, there.etag, there.server, there.server)


def _hash(text: bytes) -> tuple[str, ...]:
    """What it compares: the lines in any order, without those that programs add by themselves."""
    ignored = ("PRODID", "REV", "LAST-MODIFIED", "CREATED", "X-RADICALE-NAME")
    return tuple(sorted(line for line in unfolded(text) if name_of(line) not in ignored))
