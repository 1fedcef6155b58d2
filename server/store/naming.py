"""Short names in plain letters, made from what people call things: one that is taken gets a number."""

import unicodedata
from collections.abc import Container


def plain_letters(name: str) -> str:
    """A name in small letters of ASCII, as far as it has any."""
    return unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()


def free_name(base: str, taken: Container[str], *, most: int) -> str:
    """A name that nobody has: as it is, else with a number at its end.

    Args:
        most: How many characters it may have.
    """
    found, number = base, 2
    while found in taken:
        end = f"-{number}"
        found = base[: most - len(end)].rstrip("-") + end
        number += 1
    return found
