"""What a member would be shown if cards that they keep to themselves did not stand before it (design rule R1).

A private card of a member's own takes the place of other members' cards of that person in the
view. Whether a value that the member types later was theirs, or had been shown to them, is
something that others notice; so it must not depend on such a card. What the card hides is
therefore noted as shown, from the same computation that makes views.
"""

from collections.abc import Iterator

from server.access import sees_value
from server.contacts.travel import travel_of
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.desired import desired_view
from server.store.scene import Scene
from server.store.shown import note_shown


def note_veiled(tx: Transaction, scene: Scene) -> None:
    """Note the values of others that only narrower own cards keep out of a member's view."""
    for source in _sources(scene):
        for each in scene.reading.values(source):
            if travel_of(each.prop.name).flow == "stays":
                continue
            if sees_value(scene.reading.household, scene.member, each.access):
                note_shown(tx, scene.member, each.fact)


def _sources(scene: Scene) -> Iterator[CardRow]:
    """The cards of others that a member's view would be made from without narrower own ones."""
    narrow = {
        card
        for person in scene.wanted.persons
        if person.own and len(person.cards) > 1
        for card in person.cards
        if _is_narrow(scene, scene.cards[card])
    }
    if not narrow:
        return
    cards = {each.id: each for each in scene.cards.values() if each.id not in narrow}
    links = [each for each in scene.links if not narrow & {each.card_a, each.card_b}]
    shown = {each.source for each in scene.wanted.persons if not each.own}
    for person in desired_view(scene.reading, scene.viewer, cards, links).persons:
        if not person.own and person.level == "all" and person.source not in shown:
            yield cards[person.source]


def _is_narrow(scene: Scene, row: CardRow) -> bool:
    return row.member == scene.member and row.access.visibility != "shared"
