"""One vCard as a value: its lines, what it says about itself, and edits of single lines.

The octets stay what they are; everything that changes a card returns new octets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.contacts.editing import completed, edited
from server.contacts.lines import ContentLine, make_line, split_lines, unescape
from server.contacts.properties import Change, Property
from server.errors import NotACard

VERSIONS = ("2.1", "3.0", "4.0")

_BOM = b"\xef\xbb\xbf"
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?BEGIN[ \t]*:[ \t]*VCARD[ \t]*[\r\n]*\Z", re.IGNORECASE)
_END = re.compile(rb"END[ \t]*:[ \t]*VCARD[ \t]*[\r\n]*\Z", re.IGNORECASE)
_AGENT = re.compile(rb"(?:[A-Za-z0-9_-]+\.)?AGENT[^:\r\n]*:[ \t]*[\r\n]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Card:
    """The lines of one vCard; a missing or unknown version reads as 3.0."""

    lines: tuple[ContentLine, ...]
    version: str

    @property
    def uid(self) -> str:
        """The first UID, unescaped; "" if there is none."""
        return next((unescape(line.value).strip() for line in self.lines if line.name == "UID"), "")

    @property
    def is_group(self) -> bool:
        """Whether this is a list of other cards (RFC 6350 section 6.1.4; Apple's form in 3.0)."""
        return any(
            line.name in ("KIND", "X-ADDRESSBOOKSERVER-KIND")
            and line.value.strip().casefold() == "group"
            for line in self.lines
        )


def parse(octets: bytes) -> Card:
    """Read exactly one vCard; blank lines around it are allowed.

    Raises:
        NotACard: If there is none, more than one, or text outside of it.
    """
    _refuse_other_encodings(octets)
    lines = split_lines(octets)
    begins = [index for index, line in enumerate(lines) if _BEGIN.match(line.raw)]
    ends = [index for index, line in enumerate(lines) if _END.match(line.raw)]
    if not begins:
        raise NotACard("This is no vCard: there is no line BEGIN:VCARD.")
    if len(begins) > 1:
        raise NotACard(f"There are {len(begins)} lines BEGIN:VCARD where one card is expected.")
    if not ends:
        raise NotACard("The card is cut off: there is no line END:VCARD.")
    begin, end = begins[0], ends[0]
    if len(ends) > 1 or end < begin:
        raise NotACard("There is a line END:VCARD too many.")
    if any(line.raw.removeprefix(_BOM).strip() for line in (*lines[:begin], *lines[end + 1 :])):
        raise NotACard("There is text before BEGIN:VCARD or after END:VCARD.")
    version = next((line.value.strip() for line in lines if line.name == "VERSION"), "")
    return Card(lines, version if version in VERSIONS else "3.0")


def serialize(card: Card) -> bytes:
    """The card's octets, exactly as they were read."""
    return b"".join([line.raw for line in card.lines])


def split_cards(octets: bytes) -> tuple[bytes, ...]:
    """The octets of each card in a file; what stands between cards is left out.

    A card that is not closed is an item of its own, which `parse` will refuse.

    Raises:
        NotACard: If the file is empty, is UTF-16, or holds no card.
    """
    if not octets.strip():
        raise NotACard("The file is empty.")
    _refuse_other_encodings(octets)
    cards: list[bytes] = []
    pending: list[bytes] = []
    depth = 0
    is_agent = False
    for line in octets.splitlines(keepends=True):
        if _BEGIN.match(line):
            if depth and not is_agent:
                cards.append(b"".join(pending))
                pending, depth = [], 0
            if not depth:
                line = line.removeprefix(_BOM)
            depth += 1
        if depth:
            pending.append(line)
        if depth and _END.match(line):
            depth -= 1
            if not depth:
                cards.append(b"".join(pending))
                pending = []
        if line.strip():
            is_agent = bool(_AGENT.match(line))
    if pending:
        cards.append(b"".join(pending))
    if not cards:
        raise NotACard("The file holds no contacts: there is no line BEGIN:VCARD.")
    return tuple(cards)


def with_uid(card: Card, uid: str) -> bytes:
    """The card's octets with one UID line more, directly after VERSION, else after BEGIN."""
    names = [line.name for line in card.lines]
    place = names.index("VERSION" if "VERSION" in names else "BEGIN")
    if b"=" in card.lines[place].raw:
        # A VERSION with parameters may end in a soft break, which would swallow the new line.
        place = names.index("BEGIN")
    before = b"".join([line.raw for line in card.lines[: place + 1]])
    after = b"".join([line.raw for line in card.lines[place + 1 :]])
    return before + make_line("UID", uid, escaped=False, ending=card.lines[place].ending) + after


def with_uid_instead(card: Card, uid: str) -> bytes:
    """The card's octets with one UID in place of its own."""
    return with_uid(parse(b"".join(line.raw for line in card.lines if line.name != "UID")), uid)


def replace_properties(card: Card, changes: Sequence[Change], *, region: str = "") -> bytes:
    """The card's octets after some changes; lines that they do not name keep their octets.

    A changed line stays in its place and keeps its own parameters, an added one goes
    before END, new groups have names that are not in use. A property is found by its
    octets, else by what it says.

    Args:
        region: The household's region, for properties that were read from another
            writing of this card.
    """
    return edited(card, changes, region=region)


def with_properties(card: Card, further: Sequence[Property], *, region: str = "") -> bytes:
    """The card's octets with further properties before END, each in the lines in which it was written.

    They are lines of the same member's card: nothing personal in them is left out.
    """
    return completed(card, further, region=region)


def _refuse_other_encodings(octets: bytes) -> None:
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or octets[:24].count(b"\0") >= 8:
        raise NotACard("The text is UTF-16; save it as UTF-8 and try again.")
