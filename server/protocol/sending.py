"""Sending an answer through WSGI, and doing something after it is out."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Final, TypeAlias

from server.protocol.answers import Answer

StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], object]
WSGIApplication: TypeAlias = Callable[[dict[str, object], StartResponse], Iterable[bytes]]

_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Body:
    """The body of an answer; a WSGI server closes it once everything is written (PEP 3333)."""

    def __init__(self, pieces: Iterable[bytes], after: Callable[[], None]) -> None:
        self._pieces = pieces
        self._after: Callable[[], None] | None = after

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        """Do what comes after the answer, once."""
        after, self._after = self._after, None
        if after is not None:
            after()


def send(
    answer: Answer, start_response: StartResponse, *, is_head: bool, after: Callable[[], None]
) -> Body:
    """Send an answer; `after` runs once it is written, its transaction closed by then."""

    def finish() -> None:
        if not isinstance(answer.body, bytes):
            close: Callable[[], None] | None = getattr(answer.body, "close", None)
            if close is not None:
                close()
        after()

    start_response(_LINES.get(answer.status, f"{answer.status} Answer"), _headers(answer))
    if is_head or not answer.body:
        return Body((), finish)
    return Body((answer.body,) if isinstance(answer.body, bytes) else answer.body, finish)


def _headers(answer: Answer) -> list[tuple[str, str]]:
    """The header fields; waitress closes a connection whose answer states no length."""
    if not isinstance(answer.body, bytes) or answer.status in {204, 304}:
        return list(answer.headers)
    return [*answer.headers, ("Content-Length", str(len(answer.body)))]
