"""What a view or a book gets anew while views are brought up to date: made last, in the order of age.

What was made first counts as the older one, and which of two that is can be seen later: when two slots
become one, and in sequence numbers. The order in which views are worked out must not decide it, for it
follows cards and links that a viewer may not see (design rule R1).
"""

from collections.abc import Callable
from dataclasses import dataclass

from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.desired import Person
from server.store.render import Visible, visible_content
from server.store.scene import Scene
from server.store.slots import Content, insert_slot, minted_names
from server.store.texts import keep


@dataclass(frozen=True, slots=True)
class Arrival:
    """A slot or an own card that comes of somebody else's card."""

    source: CardRow
    make: Callable[[], set[str]]
    """Gives the own cards that came."""


def visible_to(scene: Scene, person: Person) -> Visible:
    """What the member sees of somebody else's person."""
    source = scene.cards[person.source]
    return visible_content(scene.reading, scene.member, source, person)


def newcomer(tx: Transaction, scene: Scene, person: Person) -> Arrival:
    """The slot of somebody else's person whom the view never had: href and UID are minted."""
    member, source = scene.member, scene.cards[person.source]
    book, names = scene.reading.book_of(member), minted_names(tx, member, source.id)
    visible = visible_to(scene, person)
    content = Content(keep(tx, visible.text(names[1])), None, visible.digest)

    def make() -> set[str]:
        insert_slot(tx, source.id, content, book=book, member=member, names=names)
        return set()

    return Arrival(source, make)
