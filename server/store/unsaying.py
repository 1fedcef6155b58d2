"""Whose somebody is said to be, with the words of one act taken away again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from server.reconcile.ownership import last_words
from server.reconcile.snapshot import Claim
from server.store.cards import ClaimRow, claims_of
from server.store.database import Transaction
from server.store.linking import say_claim
from server.store.query import Query, bind
from server.store.schema import claim

_NOTHING: Final = "released"
"""What is said of somebody of whom nothing was ever said."""
_SAID: Final = Query(
    select(claim.c.card).where(claim.c.act == bind("by_act")).distinct().order_by(claim.c.card)
)


def unsay(tx: Transaction, old: int) -> frozenset[str]:
    """Say again what would hold had an act said nothing; the cards of which something else holds now."""
    moved: set[str] = set()
    for (card_id,) in tx.all(_SAID, by_act=old):
        claims = claims_of(tx, card_id)
        now = _last(claims)
        before = _last(each for each in claims if each.act != old)
        is_somebodys = any(each.says == "mine" for each in before.values())
        for member in sorted(now.keys() | before.keys()):
            was, says = before.get(member), now.get(member)
            word = was.says if was is not None else _NOTHING
            if word == "ours" and is_somebodys:  # said again, it would end what others claim
                word = _NOTHING
            if word == (says.says if says is not None else _NOTHING):
                continue
            say_claim(tx, card_id, member, word, tx.actor.member)
            moved.add(card_id)
    return frozenset(moved)


def with_what_was_said_again(
    claims: Sequence[Claim], undoes: Mapping[int, int]
) -> tuple[Claim, ...]:
    """What is said of one card, in its order, each word of an undo with the one that it said again.

    Args:
        undoes: The undos among the acts of these claims, each with the act that it undid.
    """
    found: list[Claim] = []
    for each in claims:
        again = None
        if each.act in undoes:
            others = [one for one in found if one.act < each.act and one.act != undoes[each.act]]
            was = last_words([replace(one, at=one.act) for one in others]).get(each.member)
            if was is not None and was.says == each.says:
                first = next(
                    one for one in others if one.act == was.act and one.member == was.member
                )
                again = first.again or first
        found.append(replace(each, again=again))
    return tuple(found)


def _last(claims: Iterable[ClaimRow]) -> Mapping[str, Claim]:
    return last_words([Claim(each.card, each.member, each.says, each.act) for each in claims])
