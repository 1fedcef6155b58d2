"""The line between a client and the server: what was said, and answers that never arrive."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.davclient import DavClient, Reply

Interruption = Callable[[Callable[[], object]], object]
"""Runs a request while something goes wrong on the server."""


class Unreachable(Exception):
    """The connection broke: the client does not know whether its request was carried out."""


@dataclass(frozen=True)
class Sent:
    """One request and its answer; a lost answer has the status it would have had, 0 where nobody knows."""

    method: str
    href: str
    body: bytes
    status: int
    etag: str = ""
    is_lost: bool = False


@dataclass
class Wire:
    """One device's connection.

    Args:
        losing: How many of the next PUTs and DELETEs are carried out without an answer.
        breaking: Run the next PUT or DELETE through this; its answer is lost as well.
    """

    client: DavClient
    losing: int = 0
    breaking: Interruption | None = None
    log: list[Sent] = field(default_factory=list)

    @property
    def book(self) -> str:
        """The path of the household's book."""
        return self.client.book

    def put(self, href: str, body: bytes, *, if_match: str = "", if_none_match: str = "") -> Reply:
        """PUT a card.

        Raises:
            Unreachable: The answer was lost.
        """
        conditions = {"if_match": if_match, "if_none_match": if_none_match}
        given = {name: value for name, value in conditions.items() if value}
        return self._write("PUT", href, body, lambda: self.client.put(href, body, **given))

    def delete(self, href: str, *, if_match: str = "") -> Reply:
        """DELETE a card.

        Raises:
            Unreachable: The answer was lost.
        """
        given = {"if_match": if_match} if if_match else {}
        return self._write("DELETE", href, b"", lambda: self.client.delete(href, **given))

    def state(self) -> str:
        """What a poll compares: getctag and sync-token."""
        asked = self.client.propfind(self.book, "CS:getctag", "D:sync-token")
        assert asked.status == 207, asked
        return asked.text

    def listing(self) -> dict[str, str]:
        """The ETag of every card by href, as a PROPFIND of depth 1 says it."""
        asked = self.client.propfind(self.book, "D:getetag", depth="1")
        assert asked.status == 207, asked
        return {h: each.etag for h, each in asked.responses.items() if h != self.book}

    def changes(self, token: str, *, data: bool = False) -> Reply:
        """A sync-collection; the caller looks at its status."""
        return self._read(self.client.sync(token, data=data))

    def multiget(self, hrefs: list[str], at_once: int) -> dict[str, tuple[str, bytes] | None]:
        """ETag and text of cards, so many in one request; None for a card that is not there."""
        found: dict[str, tuple[str, bytes] | None] = {}
        for start in range(0, len(hrefs), at_once):
            answer = self._read(self.client.multiget(*hrefs[start : start + at_once]))
            assert answer.status == 207, answer
            for href, each in answer.responses.items():
                found[href] = _text(each.etag, each.card) if each.status == 200 else None
        return found

    def get(self, href: str) -> tuple[str, bytes] | None:
        """ETag and octets of one card."""
        answer = self._read(self.client.get(href))
        assert answer.status in (200, 404), answer
        return (answer.etag, answer.body) if answer.status == 200 else None

    def _read(self, answer: Reply) -> Reply:
        assert answer.status < 500, answer
        return answer

    def _write(self, method: str, href: str, body: bytes, send: Callable[[], Reply]) -> Reply:
        if self.breaking is not None:
            breaking, self.breaking = self.breaking, None
            breaking(send)
            self.log.append(Sent(method, href, body, 0, is_lost=True))
            raise Unreachable
        answer = send()
        assert answer.status < 500, (method, href, body, answer)
        is_lost = self.losing > 0
        self.log.append(Sent(method, href, body, answer.status, answer.etag, is_lost))
        if is_lost:
            self.losing -= 1
            raise Unreachable
        return answer


def _text(etag: str, card: str) -> tuple[str, bytes]:
    """XML drops CR; every client puts it back."""
    return etag, card.replace("\r\n", "\n").replace("\n", "\r\n").encode()
