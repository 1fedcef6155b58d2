"""Who is gone from a member's view, for the page and the command line, and how they come back."""

from dataclasses import dataclass

from server.cases.marks import marked
from server.errors import NotFound, UsageError
from server.saying import N_, said
from server.store.database import Actor, Database, Transaction
from server.store.members import list_members
from server.store.noting_acts import note_act
from server.store.refused import Refused, add_refused, let_refused_go, refused_of
from server.store.removed import How, Removed, removed_of, show_again


@dataclass(frozen=True, slots=True)
class Removal:
    """One person who is gone from a member's view.

    Attributes:
        id: Random to everybody else; what brings them back.
        how: `trash`, `hidden`, or `gone` where its keeper deleted the card.
        at: UTC microseconds.
    """

    id: str
    name: str
    how: How
    who: str
    at: int

    @property
    def sentence(self) -> str:
        """What happened."""
        match self.how:
            case "trash":
                return said("{name}: your card is in the trash.", name=self.name)
            case "hidden":
                return said(
                    "{name}: you deleted {who}'s card from your view.", name=self.name, who=self.who
                )
            case _:
                return said("{who} removed {name}.", who=self.who, name=self.name)

    @property
    def offer(self) -> str:
        """What can be done."""
        return N_("Keep my own copy") if self.how == "gone" else N_("Show again")


def removals(db: Database, member: str) -> tuple[Removal, ...]:
    """Who is gone from a member's view and can come back, the latest first."""
    with db.read() as tx:
        names = {each.id: each.name for each in list_members(tx)}
        return tuple(_told(tx, each, names) for each in removed_of(tx, member))


def removal_of(db: Database, member: str, card_id: str) -> Removal | None:
    """How the person of a card went from a member's view, where they can come back."""
    with db.read() as tx:
        names = {each.id: each.name for each in list_members(tx)}
        found = (each for each in removed_of(tx, member) if each.slot.card == card_id)
        return next((_told(tx, each, names) for each in found), None)


def bring_back(db: Database, member: str, word: str) -> str:
    """Bring somebody back; gives a sentence of what happened.

    Args:
        word: An id as `removals` or `refusals` gives it, or a name.

    Raises:
        NotFound: Nobody of this id or name is gone.
        UsageError: Several people of this name are.
    """
    with db.write(Actor("again", member)) as tx:
        names = {each.id: each.name for each in list_members(tx)}
        unstored = next((e for e in refused_of(tx, member) if _refusal(tx, e).id == word), None)
        if unstored is not None:
            tx.actor = Actor("kept", member)
            add_refused(tx, unstored)
            return _added(unstored)
        found = [(each, _told(tx, each, names)) for each in removed_of(tx, member)]
        hits = [each for each in found if word == each[1].id] or [
            each for each in found if word.casefold() == each[1].name.casefold()
        ]
        if not hits:
            raise NotFound(
                said(
                    "Nobody called {word} is gone from the view of {member}.",
                    word=repr(word),
                    member=member,
                )
            )
        if len(hits) > 1:
            listed = ", ".join(told.id for _, told in hits)
            raise UsageError(
                said(
                    "{number} people are called {word}; name one by its id: {listed}.",
                    number=str(len(hits)),
                    word=repr(word),
                    listed=listed,
                )
            )
        removed, told = hits[0]
        show_again(tx, removed)
        note_act(tx, "again", card=removed.slot.card)
    if told.how == "gone":
        return said("{name} is a private card of your own now, as you saw it last.", name=told.name)
    return said("{name} is shown again; phones fetch it at their next sync.", name=told.name)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One card that a phone sent and that could not be stored.

    Attributes:
        id: Random to everybody else; what adds it or lets it go.
        device: The label of the phone; empty where nobody knows it any more.
        at: UTC microseconds.
    """

    id: str
    name: str
    device: str
    at: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return said(
            "{name}: your {device} sent this, and it could not be stored.",
            name=self.name,
            device=self.device or said("phone"),
        )

    @property
    def offer(self) -> str:
        """What can be done."""
        return "Add as a new card"

    @property
    def how(self) -> str:
        """As programs read it, beside those of `Removal`."""
        return "unstored"


def refusals(db: Database, member: str) -> tuple[Refusal, ...]:
    """What a member's phones sent and could not be stored, the latest first."""
    with db.read() as tx:
        return tuple(_refusal(tx, each) for each in refused_of(tx, member))


def settle_refusal(db: Database, member: str, mark: str, *, adds: bool) -> str:
    """Add what could not be stored as a new card, or let it go; gives a sentence of what happened.

    Raises:
        NotFound: There is nothing of this mark any more.
    """
    with db.write(Actor("kept", member)) as tx:
        for each in refused_of(tx, member):
            if _refusal(tx, each).id == mark:
                (add_refused if adds else let_refused_go)(tx, each)
                if adds:
                    return _added(each)
                return f"{each.name}: let go; nothing was changed."
    raise NotFound("That was added or let go already.")


def _added(each: Refused) -> str:
    return f"{each.name} is a private card of your own now."


def _refusal(tx: Transaction, each: Refused) -> Refusal:
    return Refusal(marked(tx, f"refused {each.id}"), each.name, each.label, each.at)


def _told(tx: Transaction, each: Removed, names: dict[str, str]) -> Removal:
    mark = marked(tx, f"removed {each.slot.id} {each.act}")
    return Removal(mark, each.name, each.how, names.get(each.keeper, each.keeper), each.at)
