"""How an own card was at some time, for a page, and putting it back."""

from dataclasses import dataclass

from server.cases.marks import sealed, unsealed
from server.cases.wording import kind_of_property, label_of
from server.errors import NotFound
from server.store.cards import CardRow, find_card
from server.store.database import Actor, Database, Transaction
from server.store.going_back import go_back, versions_of


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a card had."""

    label: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class CardThen:
    """How a card was from some time on; `member` is None where the machine made it so."""

    mark: str
    at: int
    member: str | None
    device: str
    name: str
    values: tuple[Value, ...]
    is_now: bool


def card_then(db: Database, viewer: str, card_id: str, *, most: int) -> tuple[CardThen, ...]:
    """How an own card was, the latest first.

    Raises:
        NotFound: It is no card of the viewer's.
    """
    with db.read() as tx:
        row = _own(tx, viewer, card_id)
        return tuple(
            CardThen(
                mark=sealed(tx, f"version {viewer}", each.act),
                at=each.at,
                member=each.member,
                device=each.device,
                name=next((prop.shown for prop in each.props if prop.name == "FN"), ""),
                values=tuple(
                    Value(label_of(prop), kind_of_property(prop.name), prop.shown)
                    for prop in each.props
                    if prop.name not in ("FN", "N", "PHOTO")
                ),
                is_now=each.is_now,
            )
            for each in versions_of(tx, row)[:most]
        )


def put_back(db: Database, viewer: str, card_id: str, mark: str) -> None:
    """Make an own card again what it was.

    Raises:
        NotFound: It is no card of the viewer's, or was never so.
        UsageError: It is so.
    """
    with db.write(Actor("put", viewer)) as tx:
        row = _own(tx, viewer, card_id)
        go_back(tx, row, unsealed(tx, f"version {viewer}", mark))


def _own(tx: Transaction, viewer: str, card_id: str) -> CardRow:
    row = find_card(tx, card_id)
    if row is None or row.member != viewer or row.trashed is not None:
        raise NotFound("That is not a card of yours, so nobody but its keeper can turn it back.")
    return row
