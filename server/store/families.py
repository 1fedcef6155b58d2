"""A new family name on a card that had the former one; how its keeper calls the person else stays."""

import re

from server.contacts.card import parse, replace_properties
from server.contacts.lines import escape, make_line, split_value, unescape
from server.contacts.properties import Change, Property, main_line, properties, property_from
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.texts import octets_of
from server.store.views import refresh


def take_family(tx: Transaction, row: CardRow, former: str, family: str) -> bool:
    """Put a family name on a card, in N and where the shown name holds the former one; whether it changed.

    It is its keeper's own word then: names carry no source.
    """
    region = region_of(tx)
    octets = octets_of(tx, row.text)
    card = parse(octets)
    changes: list[Change] = []
    for prop in properties(card, region=region):
        value = _renamed(prop, former, family)
        if value is not None:
            version = "4.0" if card.version == "4.0" else "3.0"
            after = property_from(make_line(prop.name, value), version=version, region=region)
            changes.append(Change(prop, after))
    if not changes:
        return False
    written = read_card(tx, replace_properties(card, changes, region=region))
    change_card(tx, row, written, Typing(row.member), device=None)
    refresh(tx, (row.id,))
    return True


def _renamed(prop: Property, former: str, family: str) -> str | None:
    """The value of a name with another family name, escaped; None where it holds none to change."""
    line = main_line(prop.octets)
    if line is None or prop.name not in {"N", "FN"}:
        return None
    if prop.name == "N":
        return ";".join((escape(family), *split_value(line.value)[1:]))
    text = unescape(line.value)
    found = re.compile(rf"(?<!\w){re.escape(former)}(?!\w)", re.IGNORECASE)
    return escape(found.sub(lambda _: family, text)) if found.search(text) else None
