"""Which cards of a book an addressbook-query finds."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from server.contacts.card import parse
from server.errors import NotACard
from server.protocol.filters import Filter, folded, matches, needles
from server.store.books import Entry

_ESCAPED: Final = frozenset("\\,;:\r\n")
_BINARY_NAMES: Final = frozenset({"AGENT", "KEY", "LOGO", "PHOTO", "SOUND"})
_BINARY: Final = re.compile(
    rb"^(?:[a-z0-9-]{1,40}\.)?(?:key|logo|photo|sound)[;:][^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)


def matching(filter_: Filter, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries whose cards meet the filter; most are passed over without parsing them."""
    may_match = _sieve(filter_)
    for entry in entries:
        if not may_match(entry.octets):
            continue
        try:
            if matches(filter_, parse(entry.octets)):
                yield entry
        except NotACard:
            continue


def _sieve(filter_: Filter) -> Callable[[bytes], bool]:
    """A cheap test that never says no to a card that matches.

    A needle that a card would write escaped, and cards with encoded values, are
    always looked at. Photos are not searched: they are most of a book's octets.
    """
    wanted = [folded(each.needle, "i;unicode-casemap") for each in needles(filter_)]
    if not wanted or any(not needle or _ESCAPED.intersection(needle) for needle in wanted):
        return lambda _octets: True
    in_ascii = [needle.encode() for needle in wanted if needle.isascii()]
    is_text = _BINARY_NAMES.isdisjoint(condition.name for condition in filter_.properties)

    def may_match(octets: bytes) -> bool:
        plain = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        plain = _BINARY.sub(b"", plain) if is_text else plain
        plain = plain.replace(b"\n ", b"").replace(b"\n\t", b"")
        if plain.isascii():
            small = plain.lower()
            return b"quoted-printable" in small or any(needle in small for needle in in_ascii)
        text = folded(plain.decode("utf-8", "replace"), "i;unicode-casemap")
        is_encoded = "quoted-printable" in text or "charset=" in text
        return is_encoded or any(needle in text for needle in wanted)

    return may_match
