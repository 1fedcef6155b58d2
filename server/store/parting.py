"""A card that is linked is said to be somebody else: it leaves its person, and the others stay together."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from sqlalchemy import and_, or_, select

from server.access import card_level, may_answer
from server.errors import UsageError, nobody_there
from server.reconcile.linking import question_key
from server.reconcile.snapshot import CardState, Link, cards_by_id
from server.reconcile.universes import Said, Ties, Universe, of_one, shown_as, universes_of
from server.saying import N_
from server.store.asking import ask_again
from server.store.cards import CardRow, find_card
from server.store.database import Transaction
from server.store.linking import end_link, keep_answer, link_again
from server.store.members import get_member, household_of
from server.store.noting_acts import PART, note_act
from server.store.query import Query, bind
from server.store.schema import link
from server.store.snapshots import snapshot_near
from server.store.views import refresh, visible_person

_TOGETHER: Final = json.dumps([N_("one person before a card was taken out")])
_LINKS: Final = Query(
    select(link.c.id, link.c.card_a, link.c.card_b, link.c.scope, link.c.verdict)
    .where(
        and_(
            link.c.ended.is_(None),
            or_(link.c.scope == "", link.c.scope == bind("who")),
            or_(link.c.card_a == bind("which"), link.c.card_b == bind("which")),
        )
    )
    .order_by(link.c.act, link.c.id)
)


def take_out(tx: Transaction, viewer: str, card_id: str) -> tuple[str, ...]:
    """Say that a card is somebody else than the other cards of its person, for good; gives those.

    Only what the viewer may know of is said of anybody; what was copied stays.

    Raises:
        NotFound: The viewer sees no such card.
        UsageError: It stands alone, the viewer keeps none of the cards, or only reads.
    """
    if not may_answer(get_member(tx, viewer).role):
        raise UsageError("A guest only reads; ask whoever keeps the card.")
    person = visible_person(tx, viewer, card_id)
    if person is None:
        raise nobody_there()
    seen = _seen(tx, viewer, person.cards)
    others = tuple(row.id for row in seen if row.id != card_id)
    if not others or all(row.id != card_id for row in seen):
        raise UsageError("This card stands alone; there is nobody to part it from.")
    if all(row.member != viewer for row in seen):
        raise UsageError("Only who keeps one of the cards says who is one person.")
    snapshot = snapshot_near(tx, (card_id, *others))
    _Parting(tx, viewer, card_id, others, cards_by_id(snapshot)).carry_out(snapshot.links)
    note_act(tx, PART, card=card_id)
    refresh(tx, (card_id, *others))
    ask_again(tx, (card_id, *others))
    return others


def _seen(tx: Transaction, viewer: str, cards: Collection[str]) -> list[CardRow]:
    """Those of some cards that a member sees whole."""
    household = household_of(tx)
    rows = [row for row in (find_card(tx, each) for each in cards) if row is not None]
    return [row for row in rows if card_level(household, viewer, row.access) == "all"]


@dataclass(slots=True)
class _Parting:
    tx: Transaction
    viewer: str
    card: str
    others: tuple[str, ...]
    states: Mapping[str, CardState]
    ended: dict[str, str] = field(default_factory=dict)
    """The scopes of the links that ended, by the other card."""

    def carry_out(self, before: Iterable[Link]) -> None:
        """End the card's links, call it different from each, and keep the others one person."""
        for which, left, right, scope, verdict in self._links(self.card):
            other = right if left == self.card else left
            if verdict == "same" and other in self.others:
                end_link(self.tx, which)
                self.ended[other] = min(scope, self.ended.get(other, scope))
        for other in self.others:
            is_linked = other in self.ended
            self._say(other, self.ended[other] if is_linked else self._scope(self.card, other))
        self._keep_together(before)

    def _say(self, other: str, scope: str) -> None:
        pair = (self.card, other)
        link_again(self.tx, pair, "apart", scope=scope, evidence="[]", member=self.viewer)
        left, right = sorted(pair)
        keep_answer(self.tx, question_key(left, right, scope), self.viewer, "different")

    def _keep_together(self, before: Iterable[Link]) -> None:
        """Link who were one person through the card alone: for all where all knew it, else for the viewer.

        Whom others know by what they do not see is no more than before (R1).
        """
        said = Said({}, (each for each in before if self.card not in (each.card_a, each.card_b)))
        shown = {each: shown_as(state) for each, state in self.states.items()}
        joined = [each for each in self.ended if each in shown]
        order = sorted(joined, key=lambda each: (shown[each].keeper != self.viewer, each))
        known: dict[Universe, Ties] = {}
        for scope in ("", self.viewer):
            for pair in combinations(order, 2):
                audience = shown[pair[0]].seen_by & shown[pair[1]].seen_by
                universe = of_one(scope) if scope else Universe(audience, "")
                ties = known.setdefault(universe, Ties(universe, shown, said.of))
                left, right = sorted(pair)
                if (scope == "" and not self._is_known_to_all(pair, audience)) or (
                    (left, right) in ties or right in ties.person(left)
                ):
                    continue
                said.add(Link(left, right, "same", scope))
                known.clear()
                link_again(
                    self.tx, pair, "same", scope=scope, evidence=_TOGETHER, member=self.viewer
                )

    def _is_known_to_all(self, pair: tuple[str, str], audience: frozenset[str]) -> bool:
        """Whether everybody who sees two cards knew them as one person through the card."""
        scopes = (*(self.ended[each] for each in pair), self._scope(*pair))
        card = self.states.get(self.card)  # none of one that takes no part, such as a group
        return not any(scopes) and card is not None and audience <= card.seen_by

    def _links(self, card: str) -> list[tuple[str, str, str, str, str]]:
        return [
            (row[0], row[1], row[2], row[3], row[4])
            for row in self.tx.all(_LINKS, who=self.viewer, which=card)
        ]

    def _scope(self, left: str, right: str) -> str:
        """For whom it holds: for everybody where each keeper sees the other's card."""
        one, other = self.states.get(left), self.states.get(right)
        if one is None or other is None:
            return self.viewer
        scopes = {each.scope for each in universes_of(shown_as(one), shown_as(other))}
        return "" if "" in scopes else self.viewer
