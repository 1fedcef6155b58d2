"""What each member's view should hold: the one computation that refresh and verify share.

For one viewer, from what that viewer may see and nothing else (R1): the own
cards, whole, and for every person without an own card the card of the owner
if visible, else the oldest visible one. Every person once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.access import Household, Level, card_level
from server.store.cards import CardRow, Linked, owner_said
from server.store.reading import Reading


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a viewer: which card is shown, and which others it stands for."""

    source: str
    """The card shown; for an own person the oldest own card."""
    own: bool
    level: Level
    cards: tuple[str, ...]
    """Every visible card of the person, oldest first."""


@dataclass(frozen=True, slots=True)
class Desired:
    """The part of one member's view that some cards make up."""

    persons: tuple[Person, ...]
    unseen: tuple[str, ...]
    """Cards that this viewer does not see, or has hidden, and that therefore have no slot."""
    newly_hidden: tuple[str, ...]
    """Cards that joined a person which the viewer had hidden as a whole."""
    shown_again: tuple[str, ...] = ()
    """Hidden cards of a person that the viewer has an own card of: added again, so no longer hidden."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a view depends on besides the cards."""

    member: str
    hidden: frozenset[str]
    shown: frozenset[str]
    """Cards that the slots of this view are, or were last, made from."""
    standing: frozenset[str]
    """Those of them whose slot was served until now."""
    own_names: Mapping[str, int]
    """How many own cards bear a normalised name; only names of the cards at hand are asked for."""


def desired_view(
    reading: Reading,
    viewer: Viewer,
    cards: Mapping[str, CardRow],
    links: Sequence[Linked],
) -> Desired:
    """What a viewer should have of these cards, which must be closed under their links."""
    household = reading.household
    levels = {each.id: _level(household, viewer.member, each) for each in cards.values()}
    persons: list[Person] = []
    unseen = [each for each, level in levels.items() if level == "none"]
    newly_hidden: list[str] = []
    shown_again: list[str] = []
    for group in _persons(viewer.member, cards, levels, links):
        own = [each for each in group if cards[each].member == viewer.member]
        if own:
            shown_again.extend(each for each in group if each in viewer.hidden)
            persons.append(Person(own[0], own=True, level="all", cards=tuple(group)))
            continue
        shown = [each for each in group if each not in viewer.hidden]
        if _is_hidden_as_a_whole(viewer, group, shown):
            newly_hidden.extend(shown)
            shown = []
        if not shown or _is_known_by_name(viewer, cards, levels, shown):
            unseen.extend(group)
            continue
        source = _source(reading, cards, shown)
        persons.append(Person(source, own=False, level=levels[source], cards=tuple(group)))
    return Desired(tuple(persons), tuple(sorted(unseen)), tuple(newly_hidden), tuple(shown_again))


def _is_hidden_as_a_whole(viewer: Viewer, group: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether what is not hidden of a person only joined it; whoever was served until now is not hidden by that."""
    return (
        len(shown) < len(group)
        and viewer.shown.isdisjoint(shown)
        and viewer.standing.isdisjoint(group)
    )


def _level(household: Household, viewer: str, card: CardRow) -> Level:
    """What the viewer's household book shows of a card; further books are not part of it."""
    if not card.household and card.member != viewer:
        return "none"
    return card_level(household, viewer, card.access)


def _persons(
    viewer: str, cards: Mapping[str, CardRow], levels: Mapping[str, Level], links: Iterable[Linked]
) -> list[list[str]]:
    """Visible cards joined by links the viewer may know of; each group and all groups oldest first."""
    parent = {each: each for each, level in levels.items() if level != "none"}

    def root(card: str) -> str:
        while parent[card] != card:
            parent[card] = parent[parent[card]]
            card = parent[card]
        return card

    for each in links:
        known = each.scope in ("", viewer)
        if known and all(
            levels.get(end) == "all" and cards[end].household for end in (each.card_a, each.card_b)
        ):
            parent[root(each.card_a)] = root(each.card_b)
    groups: dict[str, list[str]] = {}
    for each_id in sorted(parent, key=lambda card: (cards[card].added, card)):
        groups.setdefault(root(each_id), []).append(each_id)
    return list(groups.values())


def _is_known_by_name(
    viewer: Viewer, cards: Mapping[str, CardRow], levels: Mapping[str, Level], shown: Sequence[str]
) -> bool:
    """Whether a name-only person bears the name of exactly one own card."""
    if any(levels[each] != "name" for each in shown):
        return False
    return all(
        cards[each].name_key and viewer.own_names.get(cards[each].name_key) == 1 for each in shown
    )


def _source(reading: Reading, cards: Mapping[str, CardRow], shown: Sequence[str]) -> str:
    """The owner's card if the viewer sees it, else the oldest."""
    owner = (
        owner_said(claim for each in shown for claim in reading.claims(each))
        if len(shown) > 1
        else None
    )
    if owner:
        for each in shown:
            if cards[each].member == owner:
                return each
    return shown[0]
