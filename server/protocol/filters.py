"""The filter of an addressbook-query: its conditions, and whether a card meets them.

Source: RFC 6352 section 10.5.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from server.contacts.card import Card
from server.contacts.lines import ContentLine, unescape
from server.errors import Refused
from server.protocol.names import CARDDAV
from server.protocol.reading import Element

CONDITIONS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A needle and where it must stand; `negated` holds where no value matches."""

    needle: str
    collation: str = "i;unicode-casemap"
    match_type: str = "contains"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ParamFilter:
    """A condition on one parameter: present, absent (`is_missing`), or matching."""

    name: str
    is_missing: bool = False
    match: TextMatch | None = None


@dataclass(frozen=True, slots=True)
class PropFilter:
    """A condition on one property: present, absent, or with matching values and parameters."""

    name: str
    group: str = ""
    is_missing: bool = False
    all_of: bool = False
    texts: tuple[TextMatch, ...] = ()
    params: tuple[ParamFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions of which one, or with `all_of` each, must hold; none at all holds always."""

    all_of: bool = False
    properties: tuple[PropFilter, ...] = ()


def parse_filter(element: Element | None) -> Filter:
    """Read a filter element; a query without one means every card.

    Raises:
        Refused: 403 supported-filter or supported-collation.
    """
    if element is None:
        return Filter()
    _only(element, "prop-filter")
    count = sum(1 + len(child.children) for child in element.children)
    if count > CONDITIONS_MAX:
        raise Refused(
            403, f"A filter may have {CONDITIONS_MAX} conditions at most.", "supported-filter"
        )
    return Filter(_is_all(element), tuple(map(_prop_filter, element.children)))


def matches(filter_: Filter, card: Card) -> bool:
    """Whether a card meets the filter."""
    if not filter_.properties:
        return True
    each = (_property_holds(condition, card) for condition in filter_.properties)
    return all(each) if filter_.all_of else any(each)


def needles(filter_: Filter) -> tuple[TextMatch, ...]:
    """The needles of which at least one must stand in a matching card's text.

    Empty if the filter does not tell: then every card has to be looked at. It
    lets a query pass over most cards without parsing them.
    """
    found: list[TextMatch] = []
    for condition in filter_.properties:
        positive = [text for text in condition.texts if not text.negated]
        is_telling = positive and (condition.all_of or len(condition.texts) == len(positive))
        if not is_telling or condition.is_missing or (condition.params and not condition.all_of):
            if filter_.all_of:
                continue
            return ()
        if filter_.all_of:
            return tuple(positive)
        found.extend(positive)
    return tuple(found)


def folded(text: str, collation: str) -> str:
    """A text as a collation compares it (RFC 4790, RFC 5051)."""
    match collation:
        case "i;octet":
            return text
        case "i;ascii-casemap":
            return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)
        case _:
            if text.isascii():
                return text.lower()
            return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


def _prop_filter(element: Element) -> PropFilter:
    name = element.attributes.get("name", "").strip()
    if not name:
        raise Refused(403, "A prop-filter needs the name of a property.", "supported-filter")
    _only(element, "is-not-defined", "text-match", "param-filter")
    group, _, local = name.rpartition(".")
    return PropFilter(
        name=local.upper(),
        group=group.upper(),
        is_missing=element.find(f"{CARDDAV}is-not-defined") is not None,
        all_of=_is_all(element),
        texts=tuple(_text_match(child) for child in _children(element, "text-match")),
        params=tuple(_param_filter(child) for child in _children(element, "param-filter")),
    )


def _param_filter(element: Element) -> ParamFilter:
    name = element.attributes.get("name", "").strip().upper()
    if not name:
        raise Refused(403, "A param-filter needs the name of a parameter.", "supported-filter")
    _only(element, "is-not-defined", "text-match")
    texts = [_text_match(child) for child in _children(element, "text-match")]
    return ParamFilter(
        name=name,
        is_missing=element.find(f"{CARDDAV}is-not-defined") is not None,
        match=texts[0] if texts else None,
    )


def _text_match(element: Element) -> TextMatch:
    collation = element.attributes.get("collation", "i;unicode-casemap").strip()
    if collation == "default":
        collation = "i;unicode-casemap"
    if collation not in {"i;unicode-casemap", "i;ascii-casemap", "i;octet"}:
        raise Refused(
            403,
            "Texts are compared by i;unicode-casemap, i;ascii-casemap or i;octet.",
            "supported-collation",
        )
    match_type = element.attributes.get("match-type", "contains").strip()
    if match_type not in {"equals", "contains", "starts-with", "ends-with"}:
        raise Refused(
            403,
            "A text-match is one of equals, contains, starts-with and ends-with.",
            "supported-filter",
        )
    return TextMatch(
        needle=folded(element.text, collation),
        collation=collation,
        match_type=match_type,
        negated=element.attributes.get("negate-condition", "no").strip().lower() == "yes",
    )


def _is_all(element: Element) -> bool:
    test = element.attributes.get("test", "anyof").strip().lower()
    if test not in {"anyof", "allof"}:
        raise Refused(403, "The test of a filter is anyof or allof.", "supported-filter")
    return test == "allof"


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element.children if child.name == f"{CARDDAV}{name}"]


def _only(element: Element, *names: str) -> None:
    for child in element.children:
        if child.name not in {f"{CARDDAV}{name}" for name in names}:
            raise Refused(
                403, f"A filter cannot hold the element {child.name} here.", "supported-filter"
            )


def _property_holds(condition: PropFilter, card: Card) -> bool:
    lines = [
        line
        for line in card.lines
        if line.name.upper() == condition.name
        and (not condition.group or line.group.upper() == condition.group)
    ]
    if condition.is_missing:
        return not lines
    if not lines or not (condition.texts or condition.params):
        return bool(lines)
    negated = [text for text in condition.texts if text.negated]
    none_of = [not any(_text_holds(text, line) for line in lines) for text in negated]
    tests: list[Callable[[ContentLine], bool]] = [
        *(partial(_text_holds, text) for text in condition.texts if not text.negated),
        *(partial(_param_holds, param) for param in condition.params),
    ]
    if condition.all_of:
        return all(none_of) and any(all(test(line) for test in tests) for line in lines)
    return any(none_of) or any(test(line) for test in tests for line in lines)


def _text_holds(text: TextMatch, line: ContentLine) -> bool:
    """Whether a line's value stands in the relation asked for, before negation."""
    return _stands(text, unescape(line.value))


def _param_holds(condition: ParamFilter, line: ContentLine) -> bool:
    values = [
        value
        for parameter in line.params
        if parameter.name.upper() == condition.name
        for value in parameter.values
    ]
    has_it = any(parameter.name.upper() == condition.name for parameter in line.params)
    if condition.is_missing:
        return not has_it
    if condition.match is None or not has_it:
        return has_it
    found = any(_stands(condition.match, value) for value in values)
    return found != condition.match.negated


def _stands(text: TextMatch, value: str) -> bool:
    value = folded(value, text.collation)
    match text.match_type:
        case "equals":
            return value == text.needle
        case "starts-with":
            return value.startswith(text.needle)
        case "ends-with":
            return value.endswith(text.needle)
        case _:
            return text.needle in value
