"""Address books in spreadsheets, as Google and Outlook export them, become vCards.

One row is one card. Its UID comes from what the row says, so that a second import finds it again.
Pure like everything here: octets in, octets out.
"""

import csv
import hashlib
import io
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.contacts.build import build_card
from server.contacts.columns import (
    ADDRESS_KINDS,
    ADDRESS_PARTS,
    EMPTY_DATES,
    IGNORED,
    LABELS,
    OWN_GROUPS,
    SINGLE,
    TYPED,
)
from server.contacts.lines import Parameter, escape, make_line
from server.contacts.properties import property_from
from server.errors import NotACard

ROWS_MOST: Final = 50_000
COLUMNS_MOST: Final = 1000
_KNOWN_LEAST: Final = 2
_NUMBERED: Final = re.compile(
    r"(e-mail|phone|website|address|event|relation|custom field|im|organization) (\d{1,2}) - (.+)"
)
_PROPERTIES: Final = {"e-mail": "EMAIL", "phone": "TEL", "website": "URL"}
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO: Final = re.compile(r"(\d{4}|-)-(\d{2})-(\d{2})")
_DEFUSED: Final = ("=", "+", "-", "@", "\t", "\r")
_SEVERAL: Final = re.compile(r"\s*:::\s*")


@dataclass(slots=True)
class _Row:
    """One card on its way: what its columns came to."""

    single: dict[str, str] = field(default_factory=dict)
    typed: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Property, types, label, value."""
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_spreadsheet(octets: bytes) -> bool:
    """Whether a file looks like an address book in a spreadsheet: its first line names columns we know."""
    try:
        header = _header(_text(octets)[:65_536])
    except (NotACard, csv.Error):
        return False
    return _knows(header)


def cards_of_spreadsheet(octets: bytes) -> tuple[bytes, ...]:
    """A vCard for each row that says anything.

    Raises:
        NotACard: It is no such file, or too large.
    """
    text = _text(octets)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise NotACard(f"The spreadsheet cannot be read ({error}); export it anew.") from error
    if not rows or not _knows(_names(rows[0])):
        raise NotACard(
            "This is no address book: its first line names none of the columns of Google or Outlook."
        )
    if len(rows) > ROWS_MOST or len(rows[0]) > COLUMNS_MOST:
        raise NotACard(f"The spreadsheet has more than {ROWS_MOST:,} rows; split it.")
    names = _names(rows[0])
    titles = [each.strip().lstrip("\ufeff") for each in rows[0]]
    month_first = _month_first(names, rows[1:])
    cards = []
    for row in rows[1:]:
        cells = {
            index: _fused(cell.strip())
            for index, cell in enumerate(row[: len(names)])
            if cell.strip()
        }
        if cells:
            cards.append(_card(names, titles, cells, month_first=month_first))
    return tuple(cards)


def _card(
    names: Sequence[str],
    titles: Sequence[str],
    cells: Mapping[int, str],
    *,
    month_first: bool | None,
) -> bytes:
    row = _Row()
    at = {name: cells[index] for index, name in enumerate(names) if index in cells}
    for index, cell in cells.items():
        _sort_in(row, names[index], titles[index], cell, at)
    lines = [*_name_lines(row), *_reach_lines(row), *_about_lines(row, month_first=month_first)]
    said = repr(sorted(at.items())).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(said, digest_size=16, person=b"hearthbook-row").digest()
    props = [property_from(line, version="3.0", region="") for line in lines]
    return build_card(str(uuid.UUID(bytes=digest, version=4)), props)


def _sort_in(row: _Row, name: str, title: str, cell: str, at: Mapping[str, str]) -> None:
    """Put one cell where it belongs; what belongs nowhere becomes a line of the note."""
    if name in IGNORED:
        return
    if name in SINGLE:
        row.single.setdefault(SINGLE[name], cell)
    elif name in TYPED:
        prop, types = TYPED[name]
        row.typed.append((prop, types, "", cell))
    elif (place := _address_place(name)) is not None:
        _add_part(row, *place, cell)
    elif (numbered := _NUMBERED.fullmatch(name)) is not None:
        _sort_in_numbered(row, numbered, title, cell, at)
    else:
        row.notes.append(f"{title}: {cell}")


def _sort_in_numbered(
    row: _Row, numbered: re.Match[str], title: str, cell: str, at: Mapping[str, str]
) -> None:
    what, number, part = numbered.groups()
    label = at.get(f"{what} {number} - label") or at.get(f"{what} {number} - type") or ""
    label = label.removeprefix("* ")
    if part in ("label", "type"):
        return
    if what in _PROPERTIES and part == "value":
        types = LABELS.get(label.lower())
        words = "" if types is not None else label
        for each in filter(None, _SEVERAL.split(cell)):
            row.typed.append((_PROPERTIES[what], types or "", words, each))
    elif what == "address" and part in ADDRESS_PARTS:
        _add_part(row, number, LABELS.get(label.lower()) or "", ADDRESS_PARTS[part], cell)
    elif what == "address" and part == "formatted":
        row.addresses.setdefault(number, {"kind": LABELS.get(label.lower()) or ""}).setdefault(
            "formatted", cell
        )
    elif what == "event" and label.lower() in ("anniversary", "jahrestag"):
        row.single.setdefault("anniversary", cell)
    else:
        row.notes.append(f"{label or title}: {cell}")


def _address_place(name: str) -> tuple[str, str, str] | None:
    """Of an Outlook column the address, its types and the part; None where it is none."""
    first, _, rest = name.partition(" ")
    if first in ADDRESS_KINDS and rest in ADDRESS_PARTS:
        return first, ADDRESS_KINDS[first], ADDRESS_PARTS[rest]
    for kind, types in ADDRESS_KINDS.items():
        part = name.replace(f" {kind}", "", 1)
        if part != name and part in ADDRESS_PARTS:
            return kind, types, ADDRESS_PARTS[part]
    return None


def _add_part(row: _Row, which: str, types: str, part: str, cell: str) -> None:
    address = row.addresses.setdefault(which, {"kind": types})
    address[part] = f"{address[part]}\n{cell}" if part in address else cell


def _name_lines(row: _Row) -> Iterator[bytes]:
    parts = [
        row.single.get(key, "") for key in ("family", "given", "additional", "prefix", "suffix")
    ]
    if any(parts):
        yield make_line("N", ";".join(map(escape, parts)))
    family, given, additional, prefix, suffix = parts
    spoken = " ".join(part for part in (prefix, given, additional, family, suffix) if part)
    others = (row.single.get(key, "") for key in ("full", "organisation", "nickname"))
    full = spoken or next(filter(None, others), "")
    if full:
        yield make_line("FN", full, escaped=False)
    if not spoken and not row.single.get("full") and row.single.get("organisation"):
        yield make_line("X-ABSHOWAS", "COMPANY")
    for key, name in (
        ("nickname", "NICKNAME"),
        ("phonetic-given", "X-PHONETIC-FIRST-NAME"),
        ("phonetic-family", "X-PHONETIC-LAST-NAME"),
    ):
        if key in row.single:
            yield make_line(name, row.single[key], escaped=False)


def _reach_lines(row: _Row) -> Iterator[bytes]:
    for name, types, label, value in row.typed:
        params = (Parameter("TYPE", tuple(types.split(","))),) if types else ()
        line = make_line(name, value, params=params, group="item1" if label else "", escaped=False)
        yield line + (make_line("X-ABLABEL", label, group="item1", escaped=False) if label else b"")
    for address in row.addresses.values():
        street = address.get("street") or (
            "" if set(address) - {"kind", "formatted"} else address.get("formatted", "")
        )
        rest = (address.get(key, "") for key in ("city", "region", "postcode", "country"))
        parts = (address.get("box", ""), "", street, *rest)
        params = (Parameter("TYPE", (address["kind"],)),) if address["kind"] else ()
        yield make_line("ADR", ";".join(map(escape, parts)), params=params)


def _about_lines(row: _Row, *, month_first: bool | None) -> Iterator[bytes]:
    organisation = row.single.get("organisation", "")
    department = row.single.get("department", "")
    if organisation or department:
        yield make_line("ORG", ";".join(map(escape, filter(None, (organisation, department)))))
    if "title" in row.single:
        yield make_line("TITLE", row.single["title"], escaped=False)
    for key, name, word in (
        ("birthday", "BDAY", "Birthday"),
        ("anniversary", "ANNIVERSARY", "Anniversary"),
    ):
        text = row.single.get(key, "")
        if text and text not in EMPTY_DATES:
            date = _date(text, month_first=month_first)
            if date:
                yield make_line(name, date)
            else:
                row.notes.append(f"{word}: {text}")
    words = re.split(r" ::: |;", row.single.get("categories", ""))
    groups = [each.strip().removeprefix("* ") for each in words if _is_group(each)]
    if groups:
        yield make_line("CATEGORIES", ",".join(map(escape, groups)))
    if row.single.get("private", "").lower() in (
        "true",
        "wahr",
        "private",
        "privat",
        "confidential",
    ):
        yield make_line("CLASS", "PRIVATE")
    note = "\n".join(filter(None, (row.single.get("note", ""), *row.notes)))
    if note:
        yield make_line("NOTE", note, escaped=False)


def _is_group(word: str) -> bool:
    return bool(word.strip()) and word.strip().lower() not in OWN_GROUPS


def _date(text: str, *, month_first: bool | None) -> str:
    """A date as vCards write it; empty where nobody can tell which one it is."""
    iso = _ISO.fullmatch(text)
    if iso:
        return text
    dotted = _DOTTED.fullmatch(text)
    slashed = _SLASHED.fullmatch(text)
    if dotted:
        day, month, year = map(int, dotted.groups())
    elif slashed:
        first, second, year = map(int, slashed.groups())
        if month_first is None and first != second:
            return ""
        month, day = (first, second) if month_first else (second, first)
    else:
        return ""
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def _month_first(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool | None:
    """Whether the file writes 12/31/1980 or 31/12/1980; None where its dates do not tell."""
    columns = {
        index for index, name in enumerate(names) if SINGLE.get(name) in ("birthday", "anniversary")
    }
    found = [
        (int(date[1]), int(date[2]))
        for row in rows
        for index, cell in enumerate(row)
        if index in columns and (date := _SLASHED.fullmatch(cell.strip()))
    ]
    if any(second > 12 for _first, second in found):
        return True
    return False if any(first > 12 for first, _second in found) else None


def _fused(cell: str) -> str:
    """A cell as it was before it was made harmless for spreadsheets (see `spreadsheet_export`)."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DEFUSED) else cell


def _text(octets: bytes) -> str:
    """The text of a file: Unicode as it says, else as Windows writes it."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = octets.decode("cp1252", "replace")
    if "\x00" in text:
        raise NotACard("This is no text: it holds NUL characters.")
    return text


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header(text: str) -> list[str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    return _names(next(rows, []))


def _names(cells: Sequence[str]) -> list[str]:
    return [" ".join(each.lstrip("\ufeff").lower().split()) for each in cells]


def _knows(names: Sequence[str]) -> bool:
    known = sum(
        each in SINGLE or each in TYPED or _NUMBERED.fullmatch(each) is not None for each in names
    )
    return known >= _KNOWN_LEAST
