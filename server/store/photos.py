"""Photos as pages show them: out of the text that a member's own devices are served, and nothing else (design rule R1)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select

from server.contacts.card import parse
from server.contacts.pictures import Picture, photo_in
from server.contacts.properties import properties
from server.store.database import Transaction
from server.store.household import region_of
from server.store.query import Query, bind
from server.store.schema import book, listed, slot, view
from server.store.texts import octets_of

_SHOWN = (
    select(slot.c.text, listed.c.photo)
    .select_from(
        slot.join(book, book.c.id == slot.c.book)
        .join(view, view.c.book == slot.c.book)
        .join(listed, and_(listed.c.slot == slot.c.id, slot.c.seq <= view.c.listed), isouter=True)
    )
    .where(
        and_(
            slot.c.card == bind("which"),
            slot.c.member == bind("who"),
            slot.c.gone.is_(None),
            book.c.gone.is_(None),
        )
    )
)
_MARK: Final = Query(_SHOWN)
_KNOWN: Final = Query(_SHOWN.where(and_(listed.c.photo == bind("mark"), listed.c.photo != "")))


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo that a member sees, not read yet."""

    text: int


def photo_mark(tx: Transaction, member: str, card_id: str) -> str | None:
    """What the photo of a card in a member's view is known by, empty for none; None where nobody worked it out yet."""
    row = tx.one(_MARK, who=member, which=card_id)
    if row is None:
        return ""
    return None if row[1] is None else str(row[1])


def shown_photo(tx: Transaction, member: str, card_id: str, mark: str) -> Shown | None:
    """The photo of a card as a member sees it, under the mark that it has now; else None."""
    row = tx.one(_KNOWN, who=member, which=card_id, mark=mark)
    return Shown(row[0]) if row is not None else None


def read_photo(tx: Transaction, shown: Shown) -> Picture | None:
    """The picture itself."""
    props = properties(parse(octets_of(tx, shown.text)), region=region_of(tx))
    photo = photo_in(props)
    return photo.picture if photo is not None else None
