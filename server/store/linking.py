"""Links and claims: what ties cards together, said by a member or found by a cycle."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import and_, or_, select, update

from server.reconcile.offers import UNWANTED
from server.store.abouts import About, note_about
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.noting_access import OWN_KIND, note_access
from server.store.query import Query, among, bind, inserting
from server.store.schema import answer, claim, link

UNDONE: Final = "undone"
"""The answer that an undone link of the machine leaves: it is neither made nor asked about again."""
REOPENED: Final = "reopened "
"""What stands before an answer that was undone: it is asked again, and no cycle answers it."""

_INSERT: Final = inserting(
    link, "id", "card_a", "card_b", "verdict", "scope", "evidence", "member", "act"
)
_END: Final = Query(
    update(link)
    .where(
        and_(
            link.c.card_a == bind("left"),
            link.c.card_b == bind("right"),
            link.c.ended.is_(None),
            or_(bind("holds_for") == "", link.c.scope == bind("holds_for")),
        )
    )
    .values(ended=bind("by_act"))
)
_END_ONE: Final = Query(update(link).where(link.c.id == bind("which")).values(ended=bind("by_act")))
_SAID: Final = Query(
    select(link.c.id).where(
        and_(
            link.c.card_a == bind("left"),
            link.c.card_b == bind("right"),
            link.c.scope == bind("holds_for"),
            link.c.ended.is_(None),
        )
    )
)
_CLAIM: Final = inserting(claim, "card", "member", "says", "said_by", "act")
_ANSWER: Final = inserting(answer, "key", "member", "choice", "act")
_ANSWERS: Final = Query(select(answer.c.key, answer.c.choice, answer.c.member, answer.c.act))
_LATER: Final = Query(
    select(answer.c.key).where(and_(answer.c.key.in_(among("keys")), answer.c.choice == "later"))
)
_DROP_ANSWER: Final = Query(
    update(answer)
    .where(answer.c.key == bind("about"))
    .values(choice=bind("said"), act=bind("by_act"))
)


def link_cards(
    tx: Transaction,
    pair: tuple[str, str],
    verdict: str,
    *,
    scope: str = "",
    evidence: Sequence[str] = (),
    member: str | None = None,
) -> None:
    """Say that two cards are one person, or are not; ends what was said of them before, to whom this holds for.

    Args:
        pair: The two cards, in any order.
        verdict: `same` or `apart`.
        scope: Empty where it holds for everybody who sees both, else the member it holds for.
        member: Who says so; None for the machine.
    """
    left, right = sorted(pair)
    tx.concerned.update(pair)
    tx.run(_END, left=left, right=right, holds_for=scope, by_act=tx.act)
    tx.run(
        _INSERT,
        id=tx.mint(f"link {left} {right} {scope}").hex(),
        card_a=left,
        card_b=right,
        verdict=verdict,
        scope=scope,
        evidence=json.dumps(list(evidence), ensure_ascii=False),
        member=member,
        act=tx.act,
    )


def link_again(
    tx: Transaction,
    pair: tuple[str, str],
    verdict: str,
    *,
    scope: str,
    evidence: str,
    member: str | None,
) -> bool:
    """Say of two cards what was said of others, unless something is said of them; whether it was.

    Args:
        evidence: As it is kept, as JSON.
    """
    left, right = sorted(pair)
    if tx.one(_SAID, left=left, right=right, holds_for=scope) is not None:
        return False
    tx.concerned.update(pair)
    tx.run(
        _INSERT,
        id=tx.mint(f"link {left} {right} {scope}").hex(),
        card_a=left,
        card_b=right,
        verdict=verdict,
        scope=scope,
        evidence=evidence,
        member=member,
        act=tx.act,
    )
    return True


def end_links(tx: Transaction, left: str, right: str) -> None:
    """Take back what was said of two cards."""
    left, right = sorted((left, right))
    tx.concerned.update((left, right))
    tx.run(_END, left=left, right=right, holds_for="", by_act=tx.act)


def end_link(tx: Transaction, link_id: str) -> None:
    """Take back one thing that was said of two cards."""
    tx.run(_END_ONE, which=link_id, by_act=tx.act)


def say_claim(tx: Transaction, card_id: str, member: str, says: str, said_by: str | None) -> None:
    """Record whose a card's person is said to be: `mine`, `ours` or `released`."""
    tx.concerned.add(card_id)
    if tx.actor.kind == OWN_KIND:  # what an answer says of it may be undone, and is asked again
        row = find_card(tx, card_id)
        assert row is not None
        about = {"card": card_id, "uid": row.uid, "said_by": said_by or member}
        note_access(tx, "claim", member, keeper=row.member, says=says, **about)
        note_about(tx, About(says, (card_id,), members=(member,)))
    tx.run(_CLAIM, card=card_id, member=member, says=says, said_by=said_by or member, act=tx.act)


def keep_answer(tx: Transaction, key: str, member: str | None, choice: str) -> None:
    """Remember the answer to a question, so that it is not asked again; a later answer replaces it."""
    tx.concerned.update(key.split(":")[1:3] if key.startswith(("same:", f"{UNWANTED}:")) else ())
    if not tx.run(_DROP_ANSWER, about=key, said=choice, by_act=tx.act):
        tx.run(_ANSWER, key=key, member=member, choice=choice, act=tx.act)


def answers(tx: Transaction) -> dict[str, tuple[str, str | None, int]]:
    """Every question that was answered: key to choice, member and act."""
    return {row[0]: (row[1], row[2], row[3]) for row in tx.all(_ANSWERS)}


def put_off(tx: Transaction, keys: Collection[str]) -> frozenset[str]:
    """Those of some questions that were left for later."""
    return frozenset(row[0] for row in tx.all(_LATER, keys=json.dumps(sorted(keys))))


def settled_keys(said: Mapping[str, tuple[str, str | None, int]]) -> frozenset[str]:
    """The questions that are not asked again."""
    return frozenset(
        key
        for key, (choice, _, _) in said.items()
        if choice != "later" and not choice.startswith(REOPENED)
    )


def undone_keys(said: Mapping[str, tuple[str, str | None, int]]) -> frozenset[str]:
    """The questions to which an undo took back the answer, a member's or the machine's."""
    return frozenset(
        key
        for key, (choice, _, _) in said.items()
        if choice == UNDONE or choice.startswith(REOPENED)
    )
