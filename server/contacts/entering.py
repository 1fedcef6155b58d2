"""What a form shows of a card, and what was typed into it: parts of properties, and the changes that they mean.

Only what a part says anew is written anew; whatever the form does not show stays as it is.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.contacts.dates import date_value
from server.contacts.forms import SETS, STRUCTURED, is_date
from server.contacts.lines import Parameter, escape, make_line, split_value, unescape
from server.contacts.pictures import Picture, photo_from
from server.contacts.properties import Change, Property, main_line, property_from
from server.contacts.values import canonical_text, components

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "N": ("given", "family", "additional", "prefix", "suffix"),
    "FN": ("text",),
    "NICKNAME": ("text",),
    "PHOTO": ("file",),
    "TEL": ("text",),
    "EMAIL": ("text",),
    "ADR": ("street", "extended", "code", "place", "region", "country", "box"),
    "ORG": ("text", "department"),
    "TITLE": ("text",),
    "ROLE": ("text",),
    "BDAY": ("day", "month", "year"),
    "ANNIVERSARY": ("day", "month", "year"),
    "IMPP": ("text",),
    "SOCIALPROFILE": ("text",),
    "URL": ("text",),
    "NOTE": ("text",),
    "CATEGORIES": ("text",),
}
"""What a form shows, in its order, and the parts of each."""
MANY: Final = frozenset({"TEL", "EMAIL", "ADR", "URL"})
"""Of these a form offers one more, however many there are."""
LABELLED: Final = frozenset({"TEL", "EMAIL", "ADR", "URL"})
"""These say whose or where they are."""
NEVER_OFFERED: Final = frozenset({"ROLE", "IMPP", "SOCIALPROFILE"})
"""Shown where they are, else left to phones."""

_PLACES: Final[Mapping[str, Mapping[str, int]]] = {
    "N": {"family": 0, "given": 1, "additional": 2, "prefix": 3, "suffix": 4},
    "ADR": dict(
        zip(
            ("box", "extended", "street", "place", "region", "code", "country"),
            range(7),
            strict=True,
        )
    ),
    "ORG": {"text": 0, "department": 1},
}
_YEARS: Final = range(1000, 10000)


@dataclass(frozen=True, slots=True)
class Label:
    """What a value is called: types such as `cell`, or words of one's own."""

    types: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One row of a form as it came back.

    Args:
        before: The property that it showed; None for an empty one.
        parts: What stands in it now.
        label: Where that was changed.
        is_off: It is to be taken off the card.
        picture: Of a photo, the one that was chosen; its file itself stays in no field.
    """

    name: str
    before: Property | None
    parts: Mapping[str, str]
    label: Label | None = None
    is_off: bool = False
    picture: Picture | None = None

    @property
    def changed(self) -> frozenset[str]:
        """The parts that say something else than before."""
        was = parts_of(self.before) if self.before is not None else {}
        return frozenset(
            part for part in PARTS[self.name] if self.parts.get(part, "") != was.get(part, "")
        )

    @property
    def is_as_before(self) -> bool:
        """Whether nothing was typed."""
        is_left = self.label is None or self.before is None
        return is_left and not (self.changed or self.is_off or self.picture is not None)


def parts_of(prop: Property) -> dict[str, str]:
    """The parts of a property as a form shows them."""
    line = main_line(prop.octets)
    if line is None or prop.name == "PHOTO":
        return {}
    if is_date(prop.name):
        year, _, day = prop.value.partition("-") if prop.value[:1] != "-" else ("", "", "")
        month, _, day = (day or prop.value[2:]).partition("-")
        if not (month.isdigit() and day.isdigit()):
            return {}  # "about 1800", or with a time of day: it stays until another day is typed
        return {"day": str(int(day)), "month": str(int(month)), "year": year}
    if prop.name in STRUCTURED:
        found = components(line.value)
        places = _PLACES[prop.name]
        return {part: found[at] if at < len(found) else "" for part, at in places.items()}
    if prop.name in ("TEL", "EMAIL", *SETS):
        return {"text": prop.shown}
    return {"text": tidy(unescape(line.value))}


def tidy(text: str) -> str:
    """A typed text without blanks at its ends and marks that nobody sees."""
    return canonical_text(text)


def problem_in(typed: Typed) -> tuple[str, str] | None:
    """The part that cannot be what it should be, and why: number, mail, web, day or year."""
    if typed.is_off or not typed.changed:
        return None
    text = typed.parts.get("text", "")
    if typed.name == "TEL" and text and not any(mark.isdigit() for mark in text):
        return "text", "number"
    if typed.name == "EMAIL" and text and not _is_mail(text):
        return "text", "mail"
    if typed.name == "URL" and text and not _is_address(text):
        return "text", "web"
    if is_date(typed.name) and any(typed.parts.values()):
        return _problem_in_day(typed.parts)
    return None


def changes_of(
    rows: Sequence[Typed], props: Sequence[Property], *, region: str
) -> tuple[Change, ...]:
    """What was typed as changes of a card's properties; a name that is shown follows its parts."""
    found = [
        Change(row.before, after)
        for row in _with_shown_name(rows, props)
        if not row.is_as_before
        for after in (None if row.is_off else _entered(row, region),)
        if _is_change(row.before, after)
    ]
    return tuple(found)


def leaves_no_name(rows: Sequence[Typed]) -> bool:
    """Whether what was typed takes the last name and the workplace off a card that had one."""
    had = any(row.before is not None and _names(row.name, parts_of(row.before)) for row in rows)
    return had and not any(_names(row.name, row.parts) and not row.is_off for row in rows)


def _names(name: str, parts: Mapping[str, str]) -> bool:
    """Whether a value is what somebody is called by; a department alone is not."""
    if name == "N":
        return any(parts.values())
    return name in ("FN", "NICKNAME", "ORG") and bool(parts.get("text"))


def written_name(parts: Mapping[str, str]) -> str:
    """A name in one line from its parts, as its script has it."""
    given, family = parts.get("given", ""), parts.get("family", "")
    if _is_east_asian(given + family):
        return family + given
    order = ("prefix", "given", "additional", "family", "suffix")
    return " ".join(filter(None, (parts.get(part, "") for part in order)))


def _with_shown_name(rows: Sequence[Typed], props: Sequence[Property]) -> list[Typed]:
    """The rows, the name that is shown among them: it follows its parts unless it was typed itself."""
    found = list(rows)
    at = next((i for i, row in enumerate(found) if row.name == "FN"), None)
    if at is None:
        return found
    shown, names = found[at], [row for row in rows if row.name == "N" and not row.is_off]
    parts = names[0].parts if names else {}
    was = parts_of(names[0].before) if names and names[0].before else {}
    text = shown.parts.get("text", "")
    if not text and shown.before is None and props:
        return found  # a card without one does well without
    old = parts_of(shown.before)["text"] if shown.before is not None else ""
    if text and text == old and old == written_name(was):
        text = written_name(parts) or old
    if not text or shown.is_off:
        text = written_name(parts) or _reach(rows) or old or _other(props)
    found[at] = Typed("FN", shown.before, {"text": text})
    return found


def _reach(rows: Sequence[Typed]) -> str:
    """What stands for a name where there is none: a workplace, a number, a mail address."""
    return next(
        (
            row.parts["text"]
            for name in ("ORG", "NICKNAME", "EMAIL", "TEL")
            for row in rows
            if row.name == name and not row.is_off and row.parts.get("text")
        ),
        "",
    )


def _other(props: Sequence[Property]) -> str:
    return next((each.shown for each in props if each.name not in PARTS and each.shown), "")


def _is_change(before: Property | None, after: Property | None) -> bool:
    if before is None or after is None:
        return before is not after
    return before.canonical != after.canonical


def _entered(row: Typed, region: str) -> Property | None:
    """The property that a row says; None where nothing is left of it."""
    if row.name == "PHOTO":
        return photo_from(row.picture, region=region) if row.picture is not None else row.before
    value = _value(row)
    if not value.replace(";", ""):
        return None
    types = row.before.types if row.before is not None else ()
    label = row.before.label if row.before is not None else ""
    if row.label is not None:
        types, label = row.label.types, row.label.text
    params = (Parameter("TYPE", types),) if types else ()
    group = "item1" if label else ""
    octets = make_line(row.name, value, group=group, params=params)
    if label:
        octets += make_line("X-ABLabel", label, group=group, escaped=False)
    return property_from(octets, version="3.0", region=region)


def _value(row: Typed) -> str:
    """The escaped value of a row; of a structured one, parts that were not touched as they stood."""
    if is_date(row.name):
        return _day(row)
    if row.name in SETS:
        items = (tidy(each) for each in row.parts.get("text", "").split(","))
        return ",".join(escape(each) for each in items if each)
    if row.name not in STRUCTURED:
        return escape(row.parts.get("text", ""))
    line = main_line(row.before.octets) if row.before is not None else None
    raw = list(split_value(line.value)) if line is not None else []
    if row.before is not None and row.before.version == "2.1":
        raw = [escape(unescape(each)) for each in raw]
    least = {"N": 5, "ADR": 7}.get(row.name, 1)
    for part in row.changed:
        at = _PLACES[row.name][part]
        raw += [""] * (at + 1 - len(raw))
        raw[at] = escape(row.parts.get(part, ""))
    raw += [""] * (least - len(raw))
    while len(raw) > least and not raw[-1]:
        raw.pop()
    return ";".join(raw)


def _day(row: Typed) -> str:
    day, month, year = (row.parts.get(part, "") for part in PARTS["BDAY"])
    if not day and not month and not year:
        return "" if row.changed or row.before is None else row.before.value
    return f"{year or '-'}-{int(month):02}-{int(day):02}"


def _problem_in_day(parts: Mapping[str, str]) -> tuple[str, str] | None:
    day, month, year = (parts.get(part, "") for part in PARTS["BDAY"])
    if year and not (year.isascii() and year.isdigit() and int(year[:5]) in _YEARS):
        return "year", "year"
    if not (_is_number(day) and _is_number(month)):
        return "day", "day"
    february = 28 if year and not _is_leap(int(year)) else 29
    lengths = (31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    fits = 1 <= int(month) <= 12 and 1 <= int(day) <= lengths[int(month) - 1]
    text = f"{year or '-'}-{int(month):02}-{int(day):02}"
    return None if fits and date_value(text) else ("day", "day")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _is_mail(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return bool(local and domain) and not any(mark.isspace() for mark in text)


def _is_address(text: str) -> bool:
    return ("." in text or ":" in text) and not any(mark.isspace() for mark in text)


def _is_east_asian(text: str) -> bool:
    """Whether a name is written without blanks, the family's part first."""
    return bool(text) and all(
        unicodedata.name(mark, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL"))
        for mark in text
        if not mark.isspace()
    )
