"""Paths and hrefs: what a request is about, and how a card is named on the wire."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from server.errors import Refused

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]+\Z")
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
HREF_LENGTH_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Target:
    """The resource a path names: the root, a principal, a book or a card.

    Args:
        rest: What follows a card's name; such a path names nothing.
    """

    member: str = ""
    book: str = ""
    href: str = ""
    rest: str = ""

    @property
    def depth(self) -> int:
        """Segments of the path: 0 the root, 1 a principal, 2 a book, 3 a card, 4 nothing."""
        return bool(self.member) + bool(self.book) + bool(self.href) + bool(self.rest)

    @property
    def is_collection(self) -> bool:
        """Whether it is the root, a principal or a book."""
        return self.depth < 3

    @property
    def path(self) -> str:
        """The canonical path as it is sent, quoted; collections end with a slash."""
        segments = (each for each in (self.member, self.book, self.href, self.rest) if each)
        quoted = "/".join(map(quoted_segment, segments))
        return f"/{quoted}/" if quoted and self.is_collection else f"/{quoted}"

    @property
    def raw_path(self) -> str:
        """The canonical path without quoting, as Radicale wants it."""
        return unquote(self.path)


def decoded_path(path_info: str) -> str:
    """WSGI's `PATH_INFO` as text: the octets are UTF-8 in Latin-1 disguise (PEP 3333).

    Raises:
        Refused: 400; the path is no UTF-8 or holds control characters.
    """
    try:
        path = path_info.encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise Refused(400, "The path is not in UTF-8.") from error
    if _FORBIDDEN.search(path):
        raise Refused(400, "The path holds control characters.")
    return path


def parse_path(path: str) -> Target:
    """What a decoded path names; doubled slashes count once.

    Raises:
        Refused: 400 for dots as a segment, 414 for a name that is too long.
    """
    segments = [segment for segment in path.split("/") if segment]
    if any(segment in {".", ".."} for segment in segments):
        raise Refused(400, "The path must not hold '.' or '..' as a segment.")
    if any(len(segment) > HREF_LENGTH_MAX for segment in segments):
        raise Refused(414, f"A name in the path is longer than {HREF_LENGTH_MAX} characters.")
    padded = [*segments, "", "", "", ""]
    return Target(padded[0], padded[1], padded[2], "/".join(segments[3:]))


def quoted_segment(name: str) -> str:
    """One path segment as it stands in a URL."""
    return name if _PLAIN.match(name) else quote(name, safe="")


def named_in(text: str, authority: str) -> Target | None:
    """What an href of a request body names, or None if it names nothing on this server.

    Args:
        authority: This server's `Host`, which an absolute URL must agree with.
    """
    try:
        parts = urlsplit(text.strip())
        path = unquote(parts.path, errors="strict")
        elsewhere = parts.netloc and parts.netloc.lower() != authority.lower()
        if elsewhere or _FORBIDDEN.search(path):
            return None
        return parse_path(path)
    except (ValueError, Refused):
        return None
