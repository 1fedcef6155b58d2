"""Cards as a spreadsheet in Google's columns, made harmless for the programs that open it.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which an import takes away
again. Source: OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Sequence
from typing import Final

from server.contacts.card import Card
from server.contacts.lines import split_value, unescape
from server.contacts.properties import Property, properties
from server.contacts.values import components, name_of

_HARMFUL: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SINGLE: Final = (
    "First Name",
    "Middle Name",
    "Last Name",
    "Name Prefix",
    "Name Suffix",
    "File As",
    "Nickname",
    "Organization Name",
    "Organization Department",
    "Organization Title",
    "Birthday",
    "Anniversary",
    "Notes",
    "Labels",
    "Private",
)
_SEVERAL: Final = (("EMAIL", "E-mail"), ("TEL", "Phone"), ("URL", "Website"))
_ADDRESS: Final = ("Street", "PO Box", "City", "Region", "Postal Code", "Country")
_TYPES: Final = (
    (("home", "fax"), "Home Fax"),
    (("work", "fax"), "Work Fax"),
    (("cell",), "Mobile"),
    (("fax",), "Fax"),
    (("pager",), "Pager"),
    (("home",), "Home"),
    (("work",), "Work"),
    (("main",), "Main"),
)


def spreadsheet_of(cards: Sequence[Card]) -> bytes:
    """The people among the cards, one row each, as UTF-8 with the mark that Excel needs."""
    found = [_cells(each, properties(each, region="")) for each in cards if not each.is_group]
    used = {name for cells in found for name in cells}
    most = {
        name: max((_number(each, name) for each in used if each.startswith(f"{name} ")), default=0)
        for name in ("E-mail", "Phone", "Website", "Address")
    }
    names = [*_SINGLE]
    for name in ("E-mail", "Phone", "Website"):
        for number in range(1, most[name] + 1):
            names += [f"{name} {number} - Label", f"{name} {number} - Value"]
    for number in range(1, most["Address"] + 1):
        names += [f"Address {number} - {part}" for part in ("Label", *_ADDRESS)]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([defused(cells.get(name, "")) for name in names] for cells in found)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, nor a dangerous one hidden behind spaces or quotes."""
    begin = cell.lstrip(" \u00a0'\"")
    return f"'{cell}" if begin.startswith(_HARMFUL) or cell.startswith(_HARMFUL) else cell


def _cells(card: Card, props: Sequence[Property]) -> dict[str, str]:
    name = name_of(props)
    first = {prop.name: prop for prop in reversed(props)}
    parts = components(first["ORG"].value) if "ORG" in first else ()
    cells = {
        "First Name": name.given,
        "Middle Name": name.additional,
        "Last Name": name.family,
        "Name Prefix": name.prefix,
        "Name Suffix": name.suffix,
        "File As": name.formatted,
        "Nickname": name.nickname,
        "Organization Name": parts[0] if parts else "",
        "Organization Department": ", ".join(parts[1:]),
        "Organization Title": _text(first, "TITLE"),
        "Birthday": _text(first, "BDAY"),
        "Anniversary": _text(first, "ANNIVERSARY"),
        "Notes": "\n".join(prop.value for prop in props if prop.name == "NOTE"),
        "Labels": " ::: ".join(_categories(card)),
        "Private": "True" if any(line.name == "CLASS" for line in card.lines) else "",
    }
    for prop_name, word in _SEVERAL:
        for number, prop in enumerate((each for each in props if each.name == prop_name), 1):
            cells[f"{word} {number} - Label"] = _label(prop)
            cells[f"{word} {number} - Value"] = prop.shown
    for number, prop in enumerate((each for each in props if each.name == "ADR"), 1):
        parts = (*components(prop.value), *("",) * 7)
        street = "\n".join(filter(None, (parts[2], parts[1])))
        values = (street, parts[0], parts[3], parts[4], parts[5], parts[6])
        cells[f"Address {number} - Label"] = _label(prop)
        for part, value in zip(_ADDRESS, values, strict=True):
            cells[f"Address {number} - {part}"] = value
    return {key: value for key, value in cells.items() if value}


def _text(first: dict[str, Property], name: str) -> str:
    return first[name].value if name in first else ""


def _categories(card: Card) -> list[str]:
    return [
        unescape(item).strip()
        for line in card.lines
        if line.name == "CATEGORIES"
        for item in split_value(line.value, ",")
        if item.strip()
    ]


def _label(prop: Property) -> str:
    if prop.label:
        return prop.label
    return next((word for types, word in _TYPES if set(types) <= set(prop.types)), "")


def _number(column: str, name: str) -> int:
    return int(column.removeprefix(f"{name} ").partition(" ")[0])
