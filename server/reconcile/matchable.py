"""What matching looks at on one card, taken from its properties once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.contacts.properties import Property
from server.contacts.values import Name, components, phone_line
from server.reconcile.folding import words_of
from server.reconcile.names import Called, Sort, called, called_organisation, is_generic

_DATE = re.compile(r"(?:\d{4}|-)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_NUMBER = re.compile(r"\d+\s*[a-z]?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Home:
    """An address in parts that can be compared."""

    key: str
    street: frozenset[str]
    number: str
    code: str
    place: str


@dataclass(frozen=True, slots=True)
class Matchable:
    """What matching looks at on one card.

    Attributes:
        phones: Match keys of telephone numbers.
        mobiles: Those of them that are mobile by their number, or said to be.
        landlines: Those that are landlines by their number, whatever was said, or said to be.
        generic: Mail addresses that several people read by their name: info@.
        locals: What stands before the @, without dots and what follows a plus: a hint only.
        identities: Numbers that somebody was given for life, from X-ID.
        birthdays: ``1980-02-29`` or ``--02-29``; one at most on a sound card.
        book: Whose book it is from; a second fitting card counts only within one book.
    """

    id: str
    uid: str
    kind: str
    called: Called
    emails: frozenset[str]
    phones: frozenset[str]
    mobiles: frozenset[str]
    birthdays: frozenset[str]
    book: str
    landlines: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset()
    homes: tuple[Home, ...] = ()
    employers: frozenset[frozenset[str]] = frozenset()
    nicknames: frozenset[str] = frozenset()
    locals: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()

    @property
    def sort(self) -> Sort:
        """Person, couple, organisation, practice or mailbox, by kind and name."""
        return self.called.sort


def matchable(
    card_id: str, uid: str, props: Sequence[Property], name: Name, kind: str, *, book: str = ""
) -> Matchable:
    """Take from a card what matching needs."""
    emails = frozenset(p.norm for p in props if p.name == "EMAIL" and "@" in p.norm)
    lines = {prop.norm: _lines(prop) for prop in props if prop.name == "TEL"}
    said = called_organisation(name) if kind == "organisation" else called(name)
    generic = frozenset(each for each in emails if is_generic(each, said.family))
    nicknames = [prop.value for prop in props if prop.name == "NICKNAME"]
    return Matchable(
        id=card_id,
        uid=uid.strip().removeprefix("urn:uuid:").casefold(),
        kind=kind,
        called=said,
        emails=emails,
        phones=frozenset(lines),
        mobiles=frozenset(number for number, line in lines.items() if "mobile" in line),
        birthdays=frozenset(
            prop.value for prop in props if prop.name == "BDAY" and _DATE.fullmatch(prop.value)
        ),
        book=book,
        landlines=frozenset(number for number, line in lines.items() if "landline" in line),
        generic=generic,
        homes=tuple(_homes(props)),
        employers=frozenset(
            words
            for prop in props
            if prop.name == "ORG" and (words := words_of(prop.value.partition(";")[0]))
        ),
        nicknames=words_of(" ".join(nicknames)) | said.also,
        identities=frozenset(prop.norm for prop in props if prop.name == "X-ID"),
        locals=frozenset(
            local for email in emails - generic if len(local := _plain_local(email)) >= 5
        ),
    )


def spells(local: str, words: frozenset[str]) -> bool:
    """Whether what stands before an @ is made of all words of a name."""
    return len(words) > 1 and all(len(word) > 1 and word in local for word in words)


def _plain_local(email: str) -> str:
    return (
        email.partition("@")[0].partition("+")[0].replace(".", "").replace("-", "").replace("_", "")
    )


def _lines(prop: Property) -> frozenset[str]:
    """Mobile or landline: what the card says, and what the numbering plan says, who knows better."""
    by_plan = phone_line(prop.norm) if prop.norm.startswith("+") else ""
    said = "mobile" if {"cell", "iphone", "mobile"} & set(prop.types) else ""
    if not (by_plan or said) and {"home", "work", "fax", "main"} & set(prop.types):
        said = "landline"
    return frozenset({by_plan, said}) - {""}


def _homes(props: Sequence[Property]) -> Iterator[Home]:
    for prop in props:
        if prop.name != "ADR" or not prop.norm.strip("|"):
            continue
        parts = [*components(prop.value), "", "", "", "", "", "", ""]
        extended, street, place, _, code = parts[1:6]
        found = _NUMBER.search(street)
        yield Home(
            prop.norm,
            words_of(_NUMBER.sub(" ", f"{street} {extended}")),
            found[0].replace(" ", "").casefold() if found else "",
            code.replace(" ", "").casefold(),
            " ".join(sorted(words_of(place))),
        )
