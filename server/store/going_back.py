"""An own card as it was at some time, looked at and put back whole: a new edit, which travels like every other."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from server.contacts.card import parse
from server.contacts.properties import Property, diff, properties
from server.errors import NotFound, UsageError
from server.store.asking import ask_again
from server.store.called import CALLED
from server.store.card_acts import may_know
from server.store.cards import CardRow
from server.store.database import Transaction
from server.store.facts import Typing
from server.store.household import region_of
from server.store.keeping import change_card, read_card
from server.store.noting_acts import name_of_act, note_act
from server.store.overlays import put_on
from server.store.query import Query, bind
from server.store.schema import act, card_version, device, fact
from server.store.texts import octets_of
from server.store.views import refresh

_VERSIONS: Final = Query(
    select(card_version.c.act, act.c.at, act.c.member, CALLED, card_version.c.text)
    .join(act, act.c.id == card_version.c.act)
    .join(device, device.c.id == act.c.device, isouter=True)
    .where(card_version.c.card == bind("which"))
    .order_by(card_version.c.act.desc())
)
_COPIES: Final = Query(
    select(fact.c.property, fact.c.norm, fact.c.source, fact.c.typed_by)
    .where(fact.c.card == bind("which"))
    .order_by(fact.c.id)
)


@dataclass(frozen=True, slots=True)
class Version:
    """How a card was from some time on: who made it so, where, and what it said."""

    act: int
    at: int
    member: str | None
    device: str
    text: int
    props: tuple[Property, ...]
    is_now: bool


def versions_of(tx: Transaction, row: CardRow) -> tuple[Version, ...]:
    """How a card was, the latest first; equal texts one after the other are one version."""
    region = region_of(tx)
    found: list[Version] = []
    for by_act, at, member, label, text in tx.all(_VERSIONS, which=row.id):
        if found and found[-1].text == text:
            found.pop()  # the earlier act made it so
        props = properties(parse(octets_of(tx, text)), region=region)
        shown = tuple(each for each in props if _may_return(tx, row, each))
        found.append(Version(by_act, at, member, label or "", text, shown, text == row.text))
    return tuple(found)


def go_back(tx: Transaction, row: CardRow, by_act: int) -> None:
    """Make an own card what it was after an act; what its keeper may not have any more stays away.

    Raises:
        NotFound: The card was never changed by that act.
        UsageError: It is as it was then.
    """
    wanted = next((each for each in versions_of(tx, row) if each.act == by_act), None)
    if wanted is None:
        raise NotFound("There is no such version of this card; open its page again.")
    region, current = region_of(tx), octets_of(tx, row.text)
    then = octets_of(tx, wanted.text)
    changes = diff(properties(parse(current), region=region), wanted.props)
    if not changes:
        raise UsageError("The card says the same as it did then, so nothing was changed.")
    whole = len(properties(parse(then), region=region)) == len(wanted.props)
    octets = then if whole else put_on(current, changes, region)
    change_card(tx, row, read_card(tx, octets), Typing(row.member), device=None)
    note_act(tx, "version", card=row.id, act=name_of_act(tx, by_act))
    refresh(tx, (row.id,))
    ask_again(tx, (row.id,))


def _may_return(tx: Transaction, row: CardRow, prop: Property) -> bool:
    """Whether the keeper may still have a value: not one that was brought and is shown to them no more (R7)."""
    said = [e for e in tx.all(_COPIES, which=row.id) if (e[0], e[1]) == (prop.name, prop.norm)]
    return not said or any(may_know(tx, row.member, typed, source) for *_, source, typed in said)
