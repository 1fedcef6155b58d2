"""What an act said between cards, taken back: links, answers, suggestions, and what cards agreed on.

A link that the machine made and that was taken back leaves the answer `undone`
to its question: no cycle makes it, or asks, again. An answer of a member that
was taken back is asked again, and remembered with what was said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from server.contacts.travel import travel_of
from server.reconcile.linking import question_key
from server.reconcile.offers import UNWANTED
from server.store.cards import claims_of, closure, find_card, owner_said
from server.store.database import Transaction
from server.store.household import region_of
from server.store.linking import REOPENED, UNDONE, answers, end_link, keep_answer, link_again
from server.store.overlays import (
    COLLIDED,
    SHOWN_STATES,
    close_suggestion,
    find_suggestion,
    put_on,
)
from server.store.query import Query, bind
from server.store.reverting import Stay
from server.store.schema import act, answer, base, confirmation, doubt, fact, link, suggestion
from server.store.statement import Row
from server.store.texts import octets_of

_LINK = select(
    link.c.id,
    link.c.card_a,
    link.c.card_b,
    link.c.verdict,
    link.c.scope,
    link.c.evidence,
    link.c.member,
)
_WAS: Final = "was"
"""Under what an undo remembers how it found a suggestion, for when it is undone itself."""
_MADE: Final = Query(
    _LINK.where(and_(link.c.act == bind("by_act"), link.c.ended.is_(None))).order_by(link.c.id)
)
_ENDED: Final = Query(_LINK.where(link.c.ended == bind("by_act")).order_by(link.c.id))
_FORGET: Final = Query(delete(answer).where(answer.c.key == bind("about")))
_SUGGESTED: Final = Query(
    select(suggestion.c.id, suggestion.c.card, suggestion.c.property, suggestion.c.state)
    .where(suggestion.c.act == bind("by_act"))
    .order_by(suggestion.c.id)
)
_CLOSED: Final = Query(
    select(
        suggestion.c.id,
        suggestion.c.card,
        suggestion.c.property,
        suggestion.c.state,
        suggestion.c.author,
        act.c.kind,
    )
    .join(act, act.c.id == suggestion.c.act)
    .where(suggestion.c.closed == bind("by_act"))
    .order_by(suggestion.c.id)
)
_BASES: Final = Query(
    select(base.c.card_a, base.c.card_b, base.c.property, base.c.fact_a, base.c.fact_b)
    .where(base.c.act == bind("by_act"))
    .order_by(base.c.id)
)
_UNBASE: Final = Query(delete(base).where(base.c.act == bind("by_act")))
_BASE: Final = Query(
    insert(base)
    .values(
        card_a=bind("left"),
        card_b=bind("right"),
        property=bind("name"),
        fact_a=bind("left_fact"),
        fact_b=bind("right_fact"),
        act=bind("by_act"),
    )
    .on_conflict_do_nothing()
)
_UNCONFIRM: Final = Query(delete(confirmation).where(confirmation.c.act == bind("by_act")))
_DOUBT_AGAIN: Final = Query(
    update(doubt).where(doubt.c.closed == bind("by_act")).values(closed=None)
)
_FACT: Final = Query(
    select(fact.c.id, fact.c.norm, fact.c.first, fact.c.previous).where(fact.c.id == bind("which"))
)


@dataclass(frozen=True, slots=True)
class Untied:
    """What was taken back between cards.

    Args:
        cards: The cards whose views may change by it.
        parted: How many pairs are not linked any more.
        asked: The questions that were answered and are open again, or the other way round.
        apart: The cards that do not agree any more on what the act had let them agree on.
    """

    cards: frozenset[str]
    parted: int
    asked: frozenset[str]
    stays: tuple[Stay, ...]
    apart: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was taken back."""
        return not self.cards and not self.asked


def untie(tx: Transaction, old: int, kind: str) -> Untied:
    """Take back what an act of some kind said between cards."""
    said = answers(tx)
    moved: set[str] = set()
    stays: list[Stay] = []
    for made in tx.all(_SUGGESTED, by_act=old):
        if made[3] == "applied":
            stays.append(Stay(made[1], made[2]))
        elif made[3] in SHOWN_STATES:
            close_suggestion(tx, made[0], "overtaken")
            moved.add(made[1])
    for closed in tx.all(_CLOSED, by_act=old):
        close_suggestion(tx, closed[0], _state_before(tx, closed, said, old, kind))
        keep_answer(tx, f"{_WAS} {closed[0]}", None, closed[3])
        moved.add(closed[1])
    asked = _answers_back(tx, said, old)
    for key in _answered(said, old):
        moved.update(key.split(":")[1:3] if key.startswith(f"{UNWANTED}:") else ())
    parted = _links_back(tx, old, moved)
    agreed = tx.all(_BASES, by_act=old)
    for row in agreed if kind == "decide" else ():
        _agree_as_before(tx, row, old)
    tx.run(_UNBASE, by_act=old)
    tx.run(_UNCONFIRM, by_act=old)
    tx.run(_DOUBT_AGAIN, by_act=old)
    apart = frozenset(card for row in agreed for card in row[:2])
    tx.concerned |= apart
    return Untied(frozenset(moved), parted, asked, tuple(stays), apart)


def _links_back(tx: Transaction, old: int, moved: set[str]) -> int:
    """End the links that an act made, make those again that it ended; how many pairs were parted."""
    parted = 0
    again = tx.all(_ENDED, by_act=old)
    for which, left, right, verdict, scope, _evidence, member in tx.all(_MADE, by_act=old):
        end_link(tx, which)
        moved.update((left, right))
        parted += verdict == "same"
        if member is None and verdict == "same":
            keep_answer(tx, question_key(left, right, scope), None, UNDONE)
    for _which, left, right, verdict, scope, evidence, member in again:
        pair = (left, right)
        if link_again(tx, pair, verdict, scope=scope, evidence=evidence, member=member):
            moved.update((left, right))
    return parted


def _answers_back(
    tx: Transaction, said: dict[str, tuple[str, str | None, int]], old: int
) -> frozenset[str]:
    """Ask again what an act answered; an undo that is undone answers it once more."""
    found: set[str] = set()
    for key, (choice, member, by_act) in said.items():
        if by_act != old or choice == "later" or key.startswith(f"{_WAS} "):
            continue
        found.add(key)
        if choice == UNDONE:
            tx.run(_FORGET, about=key)
        elif choice.startswith(REOPENED):
            keep_answer(tx, key, member, choice.removeprefix(REOPENED))
        else:
            keep_answer(tx, key, member, REOPENED + choice)
    return frozenset(found)


def _state_before(
    tx: Transaction,
    row: Row,
    said: dict[str, tuple[str, str | None, int]],
    old: int,
    kind: str,
) -> str:
    """The state a suggestion had before an act changed it.

    What the machine had applied, or would at once again, goes to its author
    alone, as if declined: the machine never repeats what was undone.
    """
    which, card, name, state, author, made_in = row
    was, _, undone_by = said.get(f"{_WAS} {which}", ("", None, 0))
    if (
        kind == "undo"
        and undone_by == old
        and not (_is_trashed(tx, card) and state in SHOWN_STATES)
    ):
        return was  # what an undo had found, whichever undo of an undo this is
    # Acts, cards that went since, and undos of a database that did not remember this yet.
    choice, _, answered = said.get(f"suggestion {which}", ("", None, 0))
    ended = state not in SHOWN_STATES or (choice == "decline" and answered == old)
    if state == COLLIDED:
        return "applied"
    if _met(tx, card, author, made_in) and any(
        key.startswith("race ") for key in _answered(said, old)
    ):
        return COLLIDED
    if kind == "undo" and not ended:
        if _is_trashed(tx, card):
            return str(state)  # its card goes once more, and its author keeps the lines
        return "declined" if choice == REOPENED + "decline" else "applied"
    if kind == "undo" and state == "overtaken" and _is_said_again(tx, which):
        return "applied"
    if not travel_of(name).suggestible:
        return "personal"
    if state == "overtaken":
        return "declined" if choice == "decline" else "open"
    if state == "applied":
        cards, _ = closure(tx, (card,))
        owner = owner_said(claim for each in sorted(cards) for claim in claims_of(tx, each))
        return "declined" if kind == "cycle" or owner in ("", author) else "open"
    return "open"


def _is_trashed(tx: Transaction, card_id: str) -> bool:
    row = find_card(tx, card_id)
    return row is not None and row.trashed is not None


def _is_said_again(tx: Transaction, suggestion_id: str) -> bool:
    """Whether its card says a suggestion once more, since what an undo had taken off is back."""
    each = find_suggestion(tx, suggestion_id)
    row = find_card(tx, each.card) if each is not None else None
    if each is None or row is None or row.trashed is not None:
        return False
    octets, region = octets_of(tx, row.text), region_of(tx)
    return put_on(octets, (each.change(region),), region) == octets


def _met(tx: Transaction, card_id: str, author: str, made_in: str) -> bool:
    """Whether a suggestion is what was left of an edit that met another one."""
    row = find_card(tx, card_id)
    return made_in == "late" or (row is not None and row.member == author)


def _answered(said: dict[str, tuple[str, str | None, int]], old: int) -> Iterator[str]:
    """The questions that an act answered."""
    return (key for key, (_, _, by_act) in said.items() if by_act == old)


def _agree_as_before(tx: Transaction, row: Row, old: int) -> None:
    """Remember again what two cards agreed on before an answer said otherwise."""
    left, right, name, fact_a, fact_b = row
    lines = [list(_line(tx, each, old)) for each in (fact_a, fact_b)]
    pairs = [
        (i + j, one[0], other[0])
        for i, one in enumerate(lines[0])
        for j, other in enumerate(lines[1])
        if one[1] == other[1]
    ]
    if pairs:
        _, one, other = min(pairs)
        tx.run(
            _BASE,
            left=left,
            right=right,
            name=name,
            left_fact=one,
            right_fact=other,
            by_act=tx.act,
        )


def _line(tx: Transaction, which: int | None, old: int) -> Iterator[tuple[int, str]]:
    """A value and those it was edited from, as far as they are older than an act."""
    while which is not None:
        row = tx.one(_FACT, which=which)
        if row is None:
            return
        if row[2] < old:
            yield row[0], row[1]
        which = row[3]
