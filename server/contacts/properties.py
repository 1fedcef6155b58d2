"""Logical properties of a card, their canonical form, and the difference of two cards.

A logical property is one line, or several that belong together: a value with its
label and companions in one group, or all the lines of a set such as CATEGORIES.
Group names, order, folding, ``pref`` and the way a value is punctuated are not
part of it; what is left is compared.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from server.contacts.forms import ALIASES, BINARY, SETS, canonical_value, is_date
from server.contacts.lines import ContentLine, split_lines, split_value, unescape
from server.contacts.similarity import paired
from server.contacts.travel import CLIENT_NOISE, SINGLE_NAMES
from server.contacts.values import canonical_text, components

if TYPE_CHECKING:
    from server.contacts.card import Card

Canonical = tuple[str, str, str, tuple[str, ...], str]

COMPANIONS = frozenset({"X-ABLABEL", "X-ABADR"})
"""Lines that say something about the other line of their group."""

_FILED_AS = "X-EVOLUTION-FILE-AS"
_CALLED = frozenset({"FN", "N", "ORG"})
_WORDS = re.compile(r"\w+")

_REMEMBERED_MOST = 512
"""Octets; a photo is read anew each time, or memory would fill with photos."""

_COSMETIC_TYPES = frozenset({"pref", "voice", "internet", ""})
# The defaults of vCard 2.1 and 3.0, which some programs spell out.
_ADDRESS_TYPES = frozenset({"dom", "intl", "postal", "parcel"})
_SERVICES = ("SERVICE-TYPE", "X-SERVICE-TYPE")
_APPLE_LABELS: dict[str, tuple[str, ...]] = {
    "mobile": ("cell",),
    "iphone": ("cell", "iphone"),
    "homefax": ("fax", "home"),
    "workfax": ("fax", "work"),
    "otherfax": ("fax", "other"),
    "homepage": (),
    **{word: (word,) for word in ("home", "work", "other", "main", "pager", "school")},
}


@dataclass(frozen=True, slots=True)
class Property:
    """One logical property.

    Attributes:
        name: The property name in upper case, the standard's where programs differ.
        norm: The match key: equal for two ways of writing one thing.
        value: The canonical value; structured ones keep escapes between ``;``.
        types: TYPE in lower case, sorted, without ``pref``, ``voice`` and ``internet``.
        label: The free label, or "".
        octets: The raw lines, joined.
        version: The vCard version in which `octets` are written.
    """

    name: str
    norm: str
    value: str
    types: tuple[str, ...]
    label: str
    octets: bytes
    version: str

    @property
    def canonical(self) -> Canonical:
        """What is compared: equal if and only if the two say the same."""
        return (self.name, self.norm, self.value, self.types, self.label)

    @property
    def shown(self) -> str:
        """The value for people, as it was written."""
        line = main_line(self.octets)
        if self.name in SETS:
            items = split_value(self.value, ",")
            return ", ".join(canonical_text(unescape(item)) for item in items)
        if line is None or self.name == "KIND" or is_date(self.name):
            return self.value
        if self.value.startswith("sha256:"):
            return self.name.lower()
        if self.name == "ADR":
            return _shown_address(components(line.value))
        if self.name == "N":
            family, given, additional, prefix, suffix = (*components(line.value), *[""] * 5)[:5]
            return " ".join(filter(None, (prefix, given, additional, family, suffix)))
        if self.name == "ORG":
            return ", ".join(filter(None, components(line.value)))
        text = canonical_text(unescape(line.value))
        for scheme in ("tel:", "mailto:"):
            if text[: len(scheme)].casefold() == scheme:
                return text[len(scheme) :]
        return text


@dataclass(frozen=True, slots=True)
class Change:
    """One step from one card to another: an addition, a change or a removal."""

    before: Property | None
    after: Property | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Which lines make one logical property: their indices, those of its companions apart."""

    main: tuple[int, ...]
    companions: tuple[int, ...]

    @property
    def indices(self) -> tuple[int, ...]:
        """All indices in the order of the card."""
        return tuple(sorted(self.main + self.companions))


def properties(card: "Card", *, region: str) -> tuple[Property, ...]:
    """The logical properties of a card in its order, without noise and without empty ones."""
    found = (_read(card, bundle, region) for bundle in bundles(card.lines))
    return tuple(prop for prop in found if prop.value)


def _read(card: "Card", bundle: Bundle, region: str) -> Property:
    """One property of a card; a small one is remembered by its lines."""
    octets = b"".join([card.lines[index].raw for index in bundle.indices])
    if len(octets) > _REMEMBERED_MOST or card.lines[bundle.main[0]].name == "AGENT":
        return _property(card.lines, bundle, card.version, region)
    return _remembered(octets, card.version, region)


def property_from(octets: bytes, *, version: str, region: str) -> Property:
    """The property whose raw lines are `octets`; a small one is remembered.

    Raises:
        ValueError: If there is no property in them.
    """
    if len(octets) > _REMEMBERED_MOST:
        return _from_lines(octets, version, region)
    return _remembered(octets, version, region)


@lru_cache(maxsize=1 << 17)
def _remembered(octets: bytes, version: str, region: str) -> Property:
    """The same; a cycle asks for the same lines several times."""
    return _from_lines(octets, version, region)


def _from_lines(octets: bytes, version: str, region: str) -> Property:
    lines = split_lines(octets)
    for bundle in bundles(lines):
        return _property(lines, bundle, version, region)
    raise ValueError("no property in these octets")


def content_digest(props: Sequence[Property]) -> bytes:
    """A digest of the canonical content: equal for two cards that say the same."""
    digest = hashlib.blake2b(digest_size=32)
    for canonical in sorted(prop.canonical for prop in props):
        digest.update(repr(canonical).encode("utf-8", "backslashreplace"))
    return digest.digest()


def diff(before: Sequence[Property], after: Sequence[Property]) -> tuple[Change, ...]:
    """What leads from one multiset of properties to another, as few steps as can be seen.

    First what is equal falls out; then what has one match key is a change; then two
    different values of a single-valued name; then similar ones of equal type and label.
    """
    removed = _without(before, after)
    added = _without(after, before)
    if not removed and not added:
        return ()
    partner: dict[int, int] = {}
    for key in (_match_key, _single_key):
        _pair_by(key, removed, added, partner)
    left = [index for index in range(len(removed)) if index not in partner]
    right = sorted(set(range(len(added))) - set(partner.values()))
    for row, column in paired(
        [removed[index] for index in left], [added[index] for index in right]
    ):
        partner[left[row]] = right[column]
    changes = [
        Change(prop, added[partner[index]] if index in partner else None)
        for index, prop in enumerate(removed)
    ]
    taken = set(partner.values())
    return (
        *changes,
        *(Change(None, prop) for index, prop in enumerate(added) if index not in taken),
    )


def bundles(lines: Sequence[ContentLine]) -> tuple[Bundle, ...]:
    """Which lines belong together, in the order of their first main lines."""
    companions: defaultdict[str, list[int]] = defaultdict(list)
    mains: dict[str | int, list[int]] = {}
    for index, line in enumerate(lines):
        name = line.name
        if not name or name in CLIENT_NOISE:
            continue
        if name == _FILED_AS and _is_filed_as_called(line, lines):
            continue
        if line.group and name in COMPANIONS:
            companions[line.group.casefold()].append(index)
        else:
            mains.setdefault(name if name in SETS else index, []).append(index)
    if not companions:
        return tuple([Bundle(tuple(indices), ()) for indices in mains.values()])
    found = []
    for indices in mains.values():
        groups = dict.fromkeys(
            lines[index].group.casefold() for index in indices if lines[index].group
        )
        found.append(
            Bundle(
                tuple(indices),
                tuple(other for group in groups for other in companions.get(group, ())),
            )
        )
    return tuple(found)


def _is_filed_as_called(line: ContentLine, lines: Sequence[ContentLine]) -> bool:
    """Whether a line of Evolution's says under which name it files a card, and adds no word to its names.

    Evolution writes one into every card that it saves; only another one was typed.
    """
    called = {
        word
        for each in lines
        if each.name in _CALLED
        for word in _WORDS.findall(unescape(each.value).casefold())
    }
    return set(_WORDS.findall(unescape(line.value).casefold())) <= called


def main_line(octets: bytes) -> ContentLine | None:
    """The line that carries the value of a property written as `octets`."""
    lines = split_lines(octets)
    return next((lines[bundle.main[0]] for bundle in bundles(lines)), None)


def _property(lines: Sequence[ContentLine], bundle: Bundle, version: str, region: str) -> Property:
    main = [lines[index] for index in bundle.main]
    name = ALIASES.get(main[0].name, main[0].name)
    types, label = _types_and_label(name, main, [lines[index] for index in bundle.companions])
    norm, value = canonical_value(name, main, region)
    octets = b"".join([lines[index].raw for index in bundle.indices])
    return Property(name, norm, value, types, label, octets, version)


def _types_and_label(
    name: str, main: Sequence[ContentLine], companions: Sequence[ContentLine]
) -> tuple[tuple[str, ...], str]:
    found: set[str] = set()
    for line in main:
        for param in line.params:
            if param.name == "TYPE" or param.name in _SERVICES:
                found.update(
                    word.strip().lower() for value in param.values for word in value.split(",")
                )
    label = next(
        (canonical_text(unescape(line.value)) for line in companions if line.name == "X-ABLABEL"),
        "",
    )
    if label.startswith("_$!<") and label.endswith(">!$_"):
        label = canonical_text(label.removeprefix("_$!<").removesuffix(">!$_"))
        if label.casefold() in _APPLE_LABELS:
            found.update(_APPLE_LABELS[label.casefold()])
            label = ""
    if name in BINARY:
        return (), label
    found -= _COSMETIC_TYPES
    if name == "ADR":
        found -= _ADDRESS_TYPES
    if "mobile" in found:
        found = found - {"mobile"} | {"cell"}
    return tuple(sorted(found)), label


def _shown_address(parts: Sequence[str]) -> str:
    box, extended, street, place, region, code, country = (*parts, *[""] * 7)[:7]
    place = " ".join(filter(None, (code, place)))
    return ", ".join(
        " ".join(part.split()) for part in (box, extended, street, place, region, country) if part
    )


def _without(left: Sequence[Property], right: Sequence[Property]) -> list[Property]:
    """What `left` has more of than `right`; of equal ones the later are the surplus."""
    surplus = Counter(prop.canonical for prop in right)
    rest = []
    for prop in left:
        if surplus[prop.canonical]:
            surplus[prop.canonical] -= 1
        else:
            rest.append(prop)
    return rest


def _match_key(prop: Property) -> tuple[str, str]:
    return (prop.name, prop.norm)


def _single_key(prop: Property) -> tuple[str, str]:
    return (prop.name, "" if prop.name in SINGLE_NAMES else repr(prop.canonical))


def _pair_by(
    key: Callable[[Property], tuple[str, str]],
    removed: Sequence[Property],
    added: Sequence[Property],
    partner: dict[int, int],
) -> None:
    """Pair what is not paired yet and has equal keys, smallest canonical values first."""
    taken = set(partner.values())
    waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index in sorted(range(len(added)), key=lambda each: added[each].canonical, reverse=True):
        if index not in taken:
            waiting[key(added[index])].append(index)
    for index in sorted(range(len(removed)), key=lambda each: removed[each].canonical):
        partners = waiting.get(key(removed[index])) if index not in partner else None
        if partners:
            partner[index] = partners.pop()
