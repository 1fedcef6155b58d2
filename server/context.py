"""Who is asking, from where and with what: one value per request.

Radicale tells a storage neither the device nor the headers, so the outermost
layer fills this context and the plugins read it in the same thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Request:
    """One request on its way through the server; the auth plugin fills in member and device."""

    method: str = ""
    path: str = ""
    user_agent: str = ""
    address: str = ""
    if_match: str = ""
    if_none_match: str = ""
    body: bytes | None = None
    """The octets as received, or None where no body was read."""
    accept_4: bool = False
    """Whether this request itself asked for vCard 4.0."""
    member: str = ""
    device: int | None = None
    answer_etag: str | None = None
    """The ETag that the answer to a write may carry; None until a write was stored."""


_current: ContextVar[Request | None] = ContextVar("hearthbook_request", default=None)


def current() -> Request | None:
    """The request this thread is working on, or None outside of any."""
    return _current.get()


@contextmanager
def serving(request: Request) -> Iterator[Request]:
    """Make `request` the current one for the length of the block."""
    token = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(token)


def begin(request: Request) -> None:
    """Make `request` the current one until the next; for servers whose end of request we do not see."""
    _current.set(request)
