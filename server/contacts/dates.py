"""Dates as cards write them, with and without a year, in one form.

RFC 6350 section 4.3, ISO 8601:2004 with truncation, and Apple's year 1604.
"""

import re

APPLE_NO_YEAR = "1604"
"""Apple writes this leap year where none is known (``X-APPLE-OMIT-YEAR=1604``)."""

_DATE = re.compile(r"(?P<year>\d{4}|--)-?(?P<month>\d{2})-?(?P<day>\d{2})(?:[T ](?P<time>\S+))?\Z")
_MIDNIGHT = re.compile(r"0{2}(?::?0{2}){0,2}(?:\.0+)?(?:Z|[+-][\d:]+)?\Z")


def date_value(text: str, omitted_year: str = "") -> str:
    """The date as ``1980-02-29`` or ``--02-29``, or "" if the text is no such date.

    Midnight is dropped: programs that know only points in time write it for "no time".

    Args:
        omitted_year: The value of X-APPLE-OMIT-YEAR; that year means "no year".
    """
    found = _DATE.match(text.strip())
    if not found or not ("01" <= found["month"] <= "12" and "01" <= found["day"] <= "31"):
        return ""
    year = found["year"]
    if year in (APPLE_NO_YEAR, omitted_year):
        year = "--"
    date = f"{year}{'' if year == '--' else '-'}{found['month']}-{found['day']}"
    time = found["time"] or ""
    return date if not time or _MIDNIGHT.match(time) else f"{date}T{time}"


def date_key(date: str) -> str:
    """Month and day only: a date without a year is a weaker form of the same date."""
    return date if date.startswith("--") else f"-{date[4:10]}"
