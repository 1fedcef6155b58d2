"""Who is gone from a member's view, for the page and the command line, how they go and how they come back."""

from dataclasses import dataclass
from typing import Literal

from server.cases.marks import marked, sealed, unsealed
from server.errors import NotFound, UsageError, nobody_there
from server.saying import N_, said
from server.store.books import etag, get_book
from server.store.cards import find_card
from server.store.database import Actor, Database, Transaction
from server.store.deleting import delete
from server.store.members import list_members
from server.store.noting_acts import note_act
from server.store.refused import Refused, add_refused, let_refused_go, refused_of
from server.store.removed import How, Removed, removed_of, show_again
from server.store.typed import live_slot
from server.store.views import visible_person


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


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What became of taking a card out of a member's book.

    Attributes:
        how: `gone`: the person is in the list of the removed; `stays`: another own card of theirs is
            still there; `before`: it was out already; `changed`: it is there, since it was edited.
    """

    how: Literal["gone", "stays", "before", "changed"]
    sentence: str


def out_mark(tx: Transaction, viewer: str, card_id: str) -> str:
    """What a page sends along to take a card out as it is now; empty where the viewer's book has none."""
    slot = live_slot(tx, viewer, card_id)
    return sealed(tx, _purpose(viewer, card_id), slot.seq) if slot is not None else ""


def take_out(db: Database, viewer: str, card_id: str, mark: str) -> TakenOut:
    """Take a card out of a member's book, as a DELETE by their phone does.

    Args:
        mark: Which text the member had before them, as `out_mark` gave it.

    Raises:
        NotFound: The viewer sees no such card, or the mark is of none.
        UsageError: They only read.
    """
    with db.write(Actor("delete", viewer)) as tx:
        slot = live_slot(tx, viewer, card_id)
        if slot is None:
            if _is_out(tx, viewer, card_id):
                return TakenOut("before", said("That card is out of your book already."))
            if visible_person(tx, viewer, card_id) is None:
                raise nobody_there()
            return _changed()
        book = get_book(tx, slot.book)
        had = etag(book, unsealed(tx, _purpose(viewer, card_id), mark))
        match delete(tx, book, slot.href, device=None, if_match=had).status:
            case 204:
                return _taken_out(tx, viewer, card_id)
            case 412:
                return _changed()
            case _:
                raise UsageError("A guest only reads; nothing is changed here.")


def _purpose(viewer: str, card_id: str) -> str:
    return f"out {viewer} {card_id}"


def _is_out(tx: Transaction, viewer: str, card_id: str) -> bool:
    row = find_card(tx, card_id)
    is_own = row is not None and row.member == viewer and row.trashed is not None
    return is_own or any(each.slot.card == card_id for each in removed_of(tx, viewer))


def _taken_out(tx: Transaction, viewer: str, card_id: str) -> TakenOut:
    found = next((each for each in removed_of(tx, viewer) if each.slot.card == card_id), None)
    if found is None:
        stays = said(
            "That card is in the trash, which keeps it for 400 days; another one of yours stays."
        )
        return TakenOut("stays", stays)
    return TakenOut(
        "gone",
        said("{name} is out of your book; phones follow at their next sync.", name=found.name),
    )


def _changed() -> TakenOut:
    return TakenOut(
        "changed",
        said(
            "The card was changed since you opened its page, so it is still in your book. "
            "Look at it; then you can take it out."
        ),
    )


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
