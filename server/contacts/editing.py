"""Edits some properties of a card; every other line keeps its octets and its place."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from server.contacts.forms import BINARY, SETS
from server.contacts.lines import ContentLine, Parameter, split_lines
from server.contacts.properties import (
    Bundle,
    Change,
    Property,
    bundles,
    property_from,
)
from server.contacts.travel import SINGLE_NAMES
from server.contacts.versions import (
    VALUE_PARAMS,
    companion_lines,
    companions_of,
    encoded,
    lines_for,
    written_lines,
)

if TYPE_CHECKING:
    from server.contacts.card import Card


def edited(card: "Card", changes: Sequence[Change], *, region: str) -> bytes:
    """The card's octets after the changes; see `server.contacts.card.replace_properties`."""
    edit = _Edit(card, region)
    for change in changes:
        edit.apply(change)
    return edit.octets()


def completed(card: "Card", further: Sequence[Property], *, region: str) -> bytes:
    """The card's octets with further properties; see `server.contacts.card.with_properties`."""
    edit = _Edit(card, region)
    edit.added.extend(edit.as_written(each) for each in further)
    return edit.octets()


@dataclass(slots=True)
class _Edit:
    """The state of one edit: the raw lines so far, and what was found in them."""

    card: "Card"
    region: str
    raws: list[bytes] = field(init=False)
    added: list[bytes] = field(init=False, default_factory=list)
    ending: bytes = field(init=False)
    bundles: list[Bundle] = field(init=False)
    groups: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        lines = self.card.lines
        self.raws = [line.raw for line in lines]
        self.ending = next((line.ending for line in lines if line.ending), b"\r\n")
        self.bundles = list(bundles(lines))
        used = {line.group.casefold() for line in lines}
        self.groups = (group for number in count(1) if (group := f"item{number}") not in used)

    def apply(self, change: Change) -> None:
        """Make one change; a removal of what is not there does nothing."""
        found = self._find(change.before) if change.before else self._find_empty(change.after)
        if found is None:
            if change.after:
                self.added.append(self._written(change.after))
            return
        self.bundles.remove(found)
        if change.before and change.after:
            self._replace(found, change.before, change.after)
            return
        self._clear(found)
        if change.after:
            self._put(found.main[0], self._written(change.after))

    def octets(self) -> bytes:
        """The edited card; added lines stand before its END."""
        lines = self.card.lines
        place = max(index for index, line in enumerate(lines) if line.name == "END")
        # A stray soft break at the end of the last value would swallow an added line.
        if b"QUOTED-PRINTABLE" in self.raws[place - 1].upper():
            place -= 1
        return b"".join([*self.raws[:place], *self.added, *self.raws[place:]])

    def as_written(self, prop: Property) -> bytes:
        """A property's own lines, in groups that are free here; in another version, what it says."""
        if prop.version != self.card.version or not prop.octets.endswith(self.ending):
            return self._written(prop)
        groups: dict[str, bytes] = {}
        found: list[bytes] = []
        for line in split_lines(prop.octets):
            raw = line.raw
            if line.group:
                key = line.group.casefold()
                if key not in groups:
                    groups[key] = next(self.groups).encode()
                raw = groups[key] + raw[len(line.group.encode()) :]
            found.append(raw)
        return b"".join(found)

    def _written(self, prop: Property) -> bytes:
        group = next(self.groups) if companions_of(prop) else ""
        return lines_for(prop, self.card.version, group=group, ending=self.ending)

    def _find(self, prop: Property) -> Bundle | None:
        lines = self.card.lines
        by_octets: defaultdict[bytes, list[Bundle]] = defaultdict(list)
        for bundle in self.bundles:
            by_octets[b"".join([lines[index].raw for index in bundle.indices])].append(bundle)
        if by_octets.get(prop.octets):
            return by_octets[prop.octets][0]
        # The line was rewritten without a change of what it says, or lies in another version.
        for octets, found in by_octets.items():
            other = property_from(octets, version=self.card.version, region=self.region)
            if other.canonical == prop.canonical:
                return found[0]
        return None

    def _find_empty(self, prop: Property | None) -> Bundle | None:
        """A line of the same single-valued name that says nothing, such as ``NOTE:``."""
        if prop is None or prop.name not in SINGLE_NAMES:
            return None
        for bundle in self.bundles:
            lines = [self.card.lines[index] for index in bundle.main]
            if lines[0].name == prop.name and all(not line.value.strip(" ;,") for line in lines):
                return bundle
        return None

    def _clear(self, bundle: Bundle) -> None:
        for index in (*bundle.main, *self._own_companions(bundle)):
            self._put(index, b"")

    def _own_companions(self, bundle: Bundle) -> tuple[int, ...]:
        """The companions that no other remaining property shares."""
        shared = {index for other in self.bundles for index in other.companions}
        return tuple(index for index in bundle.companions if index not in shared)

    def _put(self, index: int, octets: bytes) -> None:
        """Set the octets at a place, so that what follows is read as before."""
        following = self.card.lines[index + 1]
        # A line that is no content line must not become a part of what now stands before it.
        is_loose = not following.name and following.raw.strip()
        self.raws[index] = octets + self.ending if is_loose else octets

    def _replace(self, bundle: Bundle, before: Property, after: Property) -> None:
        """Write the new value into the old line; what is the card's own there stays."""
        line = self.card.lines[bundle.main[0]]
        written = written_lines(after, self.card.version)
        keeps_label = (before.types, before.label) == (after.types, after.label)
        own = self._own_companions(bundle)
        if (
            after.name in SETS
            or len(written) > 1
            or (len(own) < len(bundle.companions) and not keeps_label)
        ):
            self._clear(bundle)
            self._put(bundle.main[0], self._written(after))
            return
        name, params, value = written[0]
        params = _merged_params(line, params, after.name, keeps_types=before.types == after.types)
        new_companions = () if keeps_label else companions_of(after)
        group = line.group
        if not keeps_label:
            for index in own:
                self._put(index, b"")
            group = (line.group or next(self.groups)) if new_companions else ""
        name = line.name if before.name == after.name else name
        octets = encoded((name, params, value), group, self.card.version, self.ending)
        self._put(bundle.main[0], octets + companion_lines(new_companions, group, self.ending))


def _merged_params(
    line: ContentLine, params: Sequence[Parameter], name: str, *, keeps_types: bool
) -> tuple[Parameter, ...]:
    """The receiving line's own parameters, with those that belong to the new value."""
    if name in BINARY:
        return tuple(params)
    fresh = VALUE_PARAMS | (
        frozenset() if keeps_types else frozenset({"TYPE", "X-SERVICE-TYPE", "SERVICE-TYPE"})
    )
    fresh |= {"X-USER", "USERNAME", "SORT-AS", "GEO", "TZ"}
    kept = [param for param in line.params if param.name not in fresh]
    if not keeps_types and any(word.casefold() == "pref" for word in line.values_of("TYPE")):
        kept.append(Parameter("TYPE", ("pref",)))
    return (*kept, *(param for param in params if param.name in fresh))
