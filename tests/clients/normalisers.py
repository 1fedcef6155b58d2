"""Programs that write every card they download back in a style of their own, although nobody edited it.

No two styles agree: number formats, letter case of types and labels, folding,
order, groups of lines, stamps, and lines that a program does not know and drops.
"""

import re
from collections.abc import Callable

from tests.clients.models.apple import Apple
from tests.clients.models.book import Model, Row
from tests.clients.models.davx5 import Davx5
from tests.clients.models.evolution import Evolution
from tests.clients.models.texts import (
    Lines,
    as_apple,
    as_davx5,
    as_evolution,
    head,
    name_of,
    unfolded,
)
from tests.clients.models.thunderbird import Thunderbird

Style = Callable[[Lines], Lines]

_DIGITS = re.compile(r"\D")
_STAMPS = ("REV", "PRODID")


class Normaliser:
    """What is added to a model: a style, in which every downloaded card is written and sent back."""

    style: Style
    stamped: int = 0
    is_rewriting: bool = True

    def restyle(self, row: Row, octets: Callable[[Lines], bytes]) -> None:
        """Write a downloaded card in the program's own style; to be sent if that is another one."""
        lines = unfolded(row.text)
        written = self.style(lines)
        if self.is_rewriting and _content(written) != _content(lines):
            self.stamped += 1
            row.text = octets(_stamped(written, self.stamped))
            row.changed = True


class CompactIphone(Normaliser, Apple):
    """Numbers without blanks, lines regrouped, unknown lines dropped, the first of each kind preferred."""

    def style(self, lines: Lines) -> Lines:
        return _numbers(as_apple(lines, 0), "{}")

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


class SpacedAndroid(Normaliser, Davx5):
    """Numbers with blanks, types in lower case, known properties first."""

    def style(self, lines: Lines) -> Lines:
        return _numbers(as_davx5(lines, 0), "+{0[0]}{0[1]} {0[2]}{0[3]} {1}")

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


class ShoutingAndroid(Normaliser, Davx5):
    """Types and labels in capitals, properties in the order of their names, a label for every page."""

    def style(self, lines: Lines) -> Lines:
        frame, inner = lines[:1], lines[1:-1]
        ordered = sorted((_shouted(each) for each in inner), key=_place)
        return (*frame, *ordered, lines[-1])

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


class DashedThunderbird(Normaliser, Thunderbird):
    """Numbers with dashes, labels in small letters, no stamps."""

    def style(self, lines: Lines) -> Lines:
        small = tuple(_with_small_label(each) for each in lines if name_of(each) not in _STAMPS)
        return _numbers(small, "+{0[0]}{0[1]}-{0[2]}{0[3]}-{1}")

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


class FilingEvolution(Normaliser, Evolution):
    """A place for every number, and a name to file the card under; what it reads back after a PUT stays."""

    def style(self, lines: Lines) -> Lines:
        return as_evolution(lines, 0)

    def _send(self, row: Row) -> None:
        self.is_rewriting = False
        super()._send(row)
        self.is_rewriting = True

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


class ForgetfulAndroid(Normaliser, Davx5):
    """Drops every line that no vCard standard knows, with the labels, and puts brackets around area codes."""

    cannot_type = ("X-ODD",)

    def style(self, lines: Lines) -> Lines:
        known = tuple(each for each in lines if not name_of(each).startswith("X-"))
        return _numbers(known, "+{0[0]}{0[1]} ({0[2]}{0[3]}) {1}")

    def _take(self, href: str, etag: str, text: bytes) -> None:
        super()._take(href, etag, text)
        self.restyle(_row_at(self, href), self._octets)


NORMALISERS: tuple[type[Model], ...] = (
    CompactIphone,
    SpacedAndroid,
    ShoutingAndroid,
    DashedThunderbird,
    FilingEvolution,
    ForgetfulAndroid,
)


def _row_at(model: Model, href: str) -> Row:
    return next(row for row in model.rows if row.href == href)


def _content(lines: Lines) -> Lines:
    """A card without what programs stamp on it."""
    return tuple(each for each in lines if name_of(each) not in _STAMPS)


def _stamped(lines: Lines, number: int) -> Lines:
    at = f"REV:2026-02-{number // 86400 % 28 + 1:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return (*_content(lines)[:-1], at, "PRODID:-//Example//Tidy 1//EN", lines[-1])


def _numbers(lines: Lines, shape: str) -> Lines:
    """German numbers of these tests in one format; others as they are."""
    written = []
    for line in lines:
        group, name, params, value = head(line)
        digits = _DIGITS.sub("", value)
        if name == "TEL" and digits.startswith("49") and len(digits) > 6:
            number = shape.format(digits, digits[4:]) if "0" in shape else f"+{digits}"
            prefix = f"{group}." if group else ""
            line = f"{prefix}TEL{params}:{number}"
        written.append(line)
    return tuple(written)


def _shouted(line: str) -> str:
    group, name, params, value = head(line)
    prefix = f"{group.upper()}." if group else ""
    params = re.sub(
        r"(?i)(?<=;)TYPE=([A-Za-z,-]+)", lambda found: f"TYPE={found[1].upper()}", params
    )
    if name == "X-ABLABEL":
        value = value.upper()
    return f"{prefix}{name}{params}:{value}"


def _with_small_label(line: str) -> str:
    group, name, params, value = head(line)
    return f"{group}.X-ABLabel{params}:{value.lower()}" if name == "X-ABLABEL" else line


def _place(line: str) -> tuple[bool, str, str]:
    """VERSION first, then by name."""
    return name_of(line) != "VERSION", name_of(line), line
