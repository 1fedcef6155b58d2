"""What a child answers reaches others' cards only as a suggestion."""

from collections.abc import Iterable

from server.access import changes_others
from server.reconcile.operations import Add, Agree, Operation, Remove, Replace, Suggest, Unagree
from server.reconcile.snapshot import Snapshot, cards_by_id
from server.store.database import Transaction
from server.store.members import find_member


def reaches_others(tx: Transaction) -> bool:
    """Whether who answers may change others' cards by it."""
    member = find_member(tx, tx.actor.member) if tx.actor.member else None
    return member is None or changes_others(member.role)


def as_suggestions(
    author: str, operations: Iterable[Operation], snapshot: Snapshot
) -> tuple[list[Operation], bool]:
    """The operations with what would change others' cards as suggestions; whether there are any."""
    cards = cards_by_id(snapshot)
    found: list[Operation] = []
    for each in operations:
        match each:
            case Add(card=card, origin=origin) if cards[card].keeper != author:
                found.append(Suggest(author, card, None, origin))
            case Replace(card=card, fact=int(fact), origin=origin) if cards[card].keeper != author:
                found.append(Suggest(author, card, fact, origin))
            case Remove(card=card, fact=fact) if cards[card].keeper != author:
                found.append(Suggest(author, card, fact, None))
            case _:
                found.append(each)
    suggested = {each.card for each in found if isinstance(each, Suggest)}
    agreed = [
        each
        for each in found
        if not isinstance(each, Agree | Unagree) or not {each.card_a, each.card_b} & suggested
    ]
    return agreed, bool(suggested)
