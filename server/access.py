"""Who may see and do what: all policy in one place, pure.

Rights on the wire, views, cycles and pages ask here and nowhere else. A member
sees another's card only if it lies in the household's book, is no group, is
settled, neither held nor trashed, its visibility allows them, and its keeper
shows them more than `none` (design rules R1, R6 and R10).
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from server.contacts.travel import travel_of

Role = Literal["adult", "child", "guest"]
Level = Literal["none", "name", "all"]
Action = Literal["read", "write", "manage"]

BOOK_OF_THE_HOUSEHOLD = "contacts"


@dataclass(frozen=True, slots=True)
class MemberState:
    """What policy needs to know of a member."""

    id: str
    role: Role
    shares: Level
    joined: int = 0
    """The act with which they came."""
    paused: int | None = None
    """The act since which they share nothing new."""


@dataclass(frozen=True, slots=True)
class CardAccess:
    """What policy needs to know of a card."""

    id: str
    keeper: str
    shared_book: bool
    kind: str
    visibility: str
    named: frozenset[str]
    waiting: bool
    """Not settled yet, or held from others."""
    trashed: bool


@dataclass(frozen=True, slots=True)
class ValueAccess:
    """What policy needs to know of one value: its card, name, own visibility and sources."""

    card: CardAccess
    property: str
    visibility: str
    sources: tuple["ValueAccess", ...] = ()
    """The chain of facts it was copied from, nearest first."""
    named: frozenset[str] = frozenset()
    """Whom a value of visibility `members` is shown to."""


@dataclass(frozen=True, slots=True)
class Household:
    """All members, and the share levels that override what a member shows by default."""

    members: tuple[MemberState, ...]
    overrides: tuple[tuple[str, str, Level], ...] = ()
    left: tuple[MemberState, ...] = ()
    """Who was a member once: what they brought to others' cards is shown as far as they last showed it."""
    whole: frozenset[tuple[str, str]] = frozenset()
    """Cards, and members to whom they are shown whole though their keeper shows them names alone."""
    _levels: dict[tuple[str, str], Level] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What was worked out of this already: it is asked for every value of every card."""

    def level(self, giver: str, taker: str) -> Level:
        """What `giver` shows `taker` at most.

        `shares` is what other adults see; children and guests see nothing
        unless somebody says so for them.
        """
        if giver == taker:
            return "all"
        known = self._levels.get((giver, taker))
        if known is None:
            known = self._levels[giver, taker] = self._level(giver, taker)
        return known

    def _level(self, giver: str, taker: str) -> Level:
        to = _named(self.members, taker)
        if to is None or self._came_later(giver, to):
            return "none"
        for from_member, to_member, how_much in self.overrides:
            if from_member == giver and to_member == taker:
                return how_much
        of = _named(self.members, giver) or _named(self.left, giver)
        return of.shares if of is not None and to.role == "adult" else "none"

    def shown(self, card: "CardAccess", taker: str) -> Level:
        """What the keeper of a card shows `taker` of it at most."""
        most = self.level(card.keeper, taker)
        return "all" if most == "name" and (card.id, taker) in self.whole else most

    def showing(self, card_id: str, taker: str) -> "Household":
        """The same household with one card shown whole to one member."""
        return replace(self, whole=self.whole | {(card_id, taker)})

    def pauses(self, member: str) -> bool:
        """Whether a member shares nothing new at present."""
        return any(each.id == member and each.paused is not None for each in self.members)

    def _came_later(self, giver: str, taker: MemberState) -> bool:
        """Whether somebody came while a member paused sharing: to them all of it would be new."""
        of = _named(self.members, giver)
        return of is not None and of.paused is not None and taker.joined > of.paused

    def shows_names(self) -> bool:
        """Whether anybody shows anybody names and no more."""
        return any(each.shares == "name" for each in self.members) or any(
            how_much == "name" for _, _, how_much in self.overrides
        )

    def ids(self) -> tuple[str, ...]:
        """All members' ids, in the order in which they joined."""
        return tuple(each.id for each in self.members)


def _named(members: tuple[MemberState, ...], member: str) -> MemberState | None:
    for each in members:
        if each.id == member:
            return each
    return None


def card_level(
    household: Household, viewer: str, card: CardAccess, *, released: bool = False
) -> Level:
    """What `viewer` sees of a card: nothing, the name, or all that is shared.

    Args:
        released: Look past settling and hold: what would be seen if every wait ended.
    """
    if card.trashed:
        return "none"
    if card.keeper == viewer:
        return "all"
    if not card.shared_book or card.kind == "group" or (card.waiting and not released):
        return "none"
    if not _is_for(viewer, card):
        return "none"
    return household.shown(card, viewer)


def sees_value(
    household: Household, viewer: str, value: ValueAccess, *, released: bool = False
) -> bool:
    """Whether `viewer` sees this value of a card, now.

    A copied value is shown only as far as every fact it came from is (R6).
    """
    if value.card.keeper == viewer:
        return True
    if card_level(household, viewer, value.card, released=released) != "all":
        return False
    if not _is_for(viewer, value) or not travel_of(value.property).shown:
        return False
    return all(
        sees_source(household, viewer, source, released=released) for source in value.sources
    )


def sees_source(
    household: Household, viewer: str, source: ValueAccess, *, released: bool = False
) -> bool:
    """Whether the fact that a value came from is shown to `viewer` as far as its limits go.

    Deleting a card takes nothing back (R7), so a trashed source limits by what it was.
    """
    if source.card.keeper == viewer:
        return True
    return is_meant_for(viewer, source) and household.shown(source.card, viewer) == "all"


def is_meant_for(viewer: str, value: ValueAccess) -> bool:
    """Whether a card's and a value's own visibility allow `viewer`, whatever their keeper shows at most."""
    return value.card.keeper == viewer or (_is_for(viewer, value.card) and _is_for(viewer, value))


def _is_for(viewer: str, limited: CardAccess | ValueAccess) -> bool:
    """Whether the visibility of a card or value allows somebody who is not its keeper."""
    if limited.visibility == "members":
        return viewer in limited.named
    return limited.visibility != "private"


def may(role: Role, action: Action, *, own: bool, read_only: bool, revoked: bool = False) -> bool:
    """Whether a member on a device may do something in a book.

    Guests read; a read-only device reads; a revoked one does nothing at all.
    Nobody acts in somebody else's book: others' cards stand in one's own.
    """
    if revoked or not own:
        return False
    if action == "read":
        return True
    return role != "guest" and not read_only


def may_answer(role: Role) -> bool:
    """Whether a member answers questions at all; guests only read."""
    return role != "guest"


def changes_others(role: Role) -> bool:
    """Whether what a member does may reach others' cards without their keepers' word.

    What a child changes, adds or answers is to everybody else a suggestion, also
    where the person is *ours* or the child's.
    """
    return role == "adult"


def may_reset(role: Role, other: Role) -> bool:
    """Whether a member may have another one choose a new web password.

    Adults do so for adults and children; a guest's is reset on the command line alone.
    """
    return role == "adult" and other != "guest"


def runs_household(role: Role) -> bool:
    """Whether a member invites others, says what they are, and decides how the household works."""
    return role == "adult"


def rights_letters(role: Role, *, own: bool, read_only: bool, revoked: bool, depth: int) -> str:
    """The letters Radicale asks for: capitals for the principal, small ones for books and cards.

    Args:
        depth: Segments of the path: 0 the root, 1 a principal, 2 a book, 3 a card.
    """
    if depth == 0:
        return "" if revoked else "R"
    if not may(role, "read", own=own, read_only=read_only, revoked=revoked):
        return ""
    writes = may(role, "write", own=own, read_only=read_only, revoked=revoked)
    if depth == 1:
        return "RW" if writes else "R"
    return "rw" if writes else "r"
