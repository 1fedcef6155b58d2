"""What goes into the journal of each write: the body as it was sent, and what it stood for."""

from server.store.books import Book
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.devices import Device
from server.store.journal import AS_SENT, Record
from server.store.limits import Limit, written_limit
from server.store.slots import SlotRow, slot_at, slot_of_uid


def note_request(
    tx: Transaction,
    kind: str,
    book: Book,
    device: Device | None,  # None where its member did it on a page
    before: SlotRow | None,
    *,
    href: str,
    status: int,
    if_match: str = "",
    uid: str = "",
    held: bool = False,
    body: bytes = b"",
    is_as_sent: bool = False,
    is_news: bool = False,
) -> None:
    """Note a PUT or a DELETE that changed something, or is asked about, with the card that its href stood for.

    Args:
        before: The slot at the href when the request came; `uid` in the body may stand for another one.
        held: It was one deletion of too many.
        is_news: The device sent lines that it never sent, so it can take them off from now on; where
            nothing else came of it, this stands under the act before it.
    """
    if not tx.has_acted and not is_news:
        return
    now = slot_at(tx, book.id, href)
    meant = before or now or (slot_of_uid(tx, book.id, uid) if uid else None)
    card = find_card(tx, meant.card) if meant is not None else None
    tx.records.append(
        Record(
            kind,
            tx.act if tx.has_acted else tx.before,
            tx.now,
            member=book.member,
            device=device.label if device is not None else "",
            book=book.name,
            href=href,
            if_match=if_match,
            status=status,
            own=meant is None or meant.own,
            keeper=card.member if card else "",
            uid=card.uid if card else "",
            private=_is_private(tx, now),
            note=AS_SENT if is_as_sent else "",
            held=held,
            base=tx.started_from,
            body=body,
        )
    )


def _is_private(tx: Transaction, now: SlotRow | None) -> bool:
    """Whether the own card that a slot shows is private."""
    after = find_card(tx, now.card) if now is not None and now.own else None
    return after is not None and after.access.visibility == "private"


def note_import(
    tx: Transaction, book: Book, origin: str, octets: bytes, *, uid: str, held: bool
) -> None:
    """Note an imported card that was taken or that completed another.

    Args:
        uid: By which it is known here, whatever its octets say.
    """
    tx.records.append(
        Record(
            "import",
            tx.act,
            tx.now,
            member=book.member,
            book=book.name,
            uid=uid,
            held=held,
            note=origin,
            body=octets,
        )
    )


def note_visibility(
    tx: Transaction, card_id: str, limit: Limit, *, value: tuple[str, str] | None = None
) -> None:
    """Note who sees a card or value from now on; a restore must not show again what was taken back.

    Args:
        value: The property's name and match key; None for the whole card.
    """
    card = find_card(tx, card_id)
    assert card is not None
    tx.records.append(
        Record(
            "visibility",
            tx.act,
            tx.now,
            member=tx.actor.member or card.member,
            href=card_id,
            keeper=card.member,
            uid=card.uid,
            private=limit.visibility == "private",
            note=written_limit(limit, value),
        )
    )
