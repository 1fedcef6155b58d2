"""The octets of a slot: an own card as written, somebody else's built from what may be seen (design rule R2)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from server.access import is_meant_for
from server.contacts.build import build_card, name_only
from server.contacts.card import parse
from server.contacts.properties import Property, content_digest
from server.contacts.versions import to_version_3
from server.store.cards import CardRow, Value, visible_values
from server.store.database import Transaction
from server.store.desired import Person
from server.store.overlays import Suggestion, overlay_digest, with_overlay
from server.store.reading import Reading
from server.store.slots import Content
from server.store.texts import keep, octets_of


@dataclass(frozen=True, slots=True)
class Visible:
    """What one viewer sees of somebody else's person, before it is written out."""

    props: tuple[Property, ...]
    overlay: tuple[Suggestion, ...]
    digest: bytes
    region: str

    def text(self, uid: str) -> bytes:
        """The vCard under a slot's UID."""
        return with_overlay(build_card(uid, self.props), self.overlay, self.region)


def own_content(tx: Transaction, row: CardRow) -> Content:
    """An own card: octet for octet as written, and in 3.0 for devices that never spoke 4.0."""
    if row.version != "4.0":
        return Content(row.text, None, b"")
    return Content(row.text, keep(tx, to_version_3(parse(octets_of(tx, row.text)))), b"")


def visible_content(reading: Reading, viewer: str, source: CardRow, person: Person) -> Visible:
    """What a viewer sees of somebody else's person: allowed values, and the viewer's own lines on top."""
    values = reading.values(source)
    props = (
        visible_values(reading.household, viewer, values)
        if person.level == "all"
        else _names(viewer, values)
    )
    overlay = reading.typed(viewer, person.cards)
    digest = hashlib.blake2b(
        content_digest(props) + overlay_digest(overlay), digest_size=16
    ).digest()
    return Visible(props, overlay, digest, reading.region)


def _names(viewer: str, values: Iterable[Value]) -> tuple[Property, ...]:
    """The name alone, of a keeper who shows no more."""
    return name_only(tuple(each.prop for each in values if is_meant_for(viewer, each.access)))
