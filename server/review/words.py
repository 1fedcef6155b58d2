"""How pages speak of times, and of how a value came to be."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from server.cases import Option, Row
from server.cases.told import Detail
from server.review.language import N_, gettext
from server.review.language import gettext as _

MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def day(microseconds: int) -> str:
    """A date as people write it: 3 March 2026; empty for none."""
    if not microseconds:
        return ""
    return date_in_words(_local(microseconds))


def moment(microseconds: int) -> str:
    """A date with the time of day, in the server's own time zone."""
    at = _local(microseconds)
    return f"{date_in_words(at)}, {at.hour:02}:{at.minute:02}"


def _local(microseconds: int) -> datetime:
    """A time where the server stands."""
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC).astimezone()


def month_of(at: date) -> str:
    """The month of a date as people call it."""
    return gettext(MONTHS[at.month - 1])


def date_in_words(at: date) -> str:
    """A date as people write it: 3 March 2026."""
    month = month_of(at)
    return _("%(day)s %(month)s %(year)s") % {"day": at.day, "month": month, "year": at.year}


def origin(value: Row | Option) -> str:
    """How a value came: typed on a device, with an import, from a linked card."""
    match value.how:
        case "typed" if value.device:
            return _("typed on %(device)s") % {"device": value.device}
        case "typed":
            return _("typed here")
        case "import":
            return _("came with an import, nobody knows how old it is")
        case "copied":
            return _("taken over from a linked card")
        case "new":
            return _("new")
        case _other:
            return ""


def said(value: str) -> str:
    """A value for people: dates in words, everything else as it was written."""
    parts = value.split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts) and len(parts[0]) == 4:
        month = int(parts[1])
        if 1 <= month <= 12 and 1 <= int(parts[2]) <= 31:
            return _("%(day)s %(month)s %(year)s") % {
                "day": int(parts[2]),
                "month": gettext(MONTHS[month - 1]),
                "year": parts[0],
            }
    return value


def once(details: Iterable[Detail]) -> list[Detail]:
    """The values that an act changed; what became of several cards of one person is told once."""
    found = {(each.label, each.kind, each.before, each.after): each for each in details}
    return list(found.values())


def initials(name: str) -> str:
    """Initials as they are written in the name's own script: two at most."""
    words = [word for word in name.split() if word[0].isalnum()]
    first = words[:1] + (words[-1:] if len(words) > 1 else [])
    return "".join(word[0] for word in first).upper() or "?"


def first_upper(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
