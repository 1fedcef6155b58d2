"""What a member says of a person: whose they are, who sees them or a value of theirs, and asking for a card."""

from typing import Final, Literal

from server.access import card_level
from server.cases.marks import unsealed
from server.errors import NotFound, UsageError, nobody_there
from server.saying import said
from server.store.cards import claims_of
from server.store.database import Actor, Database
from server.store.lending import ask_for, stop_showing
from server.store.linking import say_claim
from server.store.members import get_member, household_of
from server.store.portraits import portraits_of
from server.store.sharing import set_value_visibility, set_visibility
from server.store.views import refresh

Claiming = Literal["claim", "give", "ours", "release"]

_SAYS: Final = {"claim": "mine", "give": "mine", "ours": "ours", "release": "released"}


def ask_keeper(db: Database, viewer: str, card_id: str) -> None:
    """Ask the keeper of a card for it, of which the viewer sees the name.

    Raises:
        NotFound: The viewer sees no such card.
        UsageError: They see it whole, or they only read.
    """
    with db.write(Actor("ask", viewer)) as tx:
        ask_for(tx, viewer, card_id)


def stop_lending(db: Database, viewer: str, card_id: str, member: str) -> None:
    """Show a card no further than everything else is shown to a member.

    Raises:
        NotFound: It is no card of the viewer's, or not shown to them in particular.
    """
    with db.write(Actor("share", viewer)) as tx:
        stop_showing(tx, viewer, card_id, member)


def say_whose(db: Database, viewer: str, card_id: str, verb: Claiming, to: str = "") -> None:
    """Say whose a person is: mine, ours, somebody's, or nobody's any more.

    Raises:
        NotFound: The viewer sees no such person, or there is no such member.
        UsageError: The viewer only reads, or the one it is given to does not see the card.
    """
    with db.write(Actor("own", viewer)) as tx:
        person, portraits = portraits_of(tx, viewer, card_id)
        if person is None:
            raise nobody_there()
        who = get_member(tx, to if verb == "give" else viewer)
        if "guest" in (who.role, get_member(tx, viewer).role):
            raise UsageError("A guest only reads; nothing can be theirs.")
        household = household_of(tx)
        cards = [
            each.row
            for each in portraits
            if each.level == "all" and card_level(household, who.id, each.row.access) == "all"
        ]
        if not cards:
            raise UsageError(
                said("{name} does not see this card; share it with them first.", name=who.name)
            )
        for row in cards:
            say_claim(tx, row.id, who.id, _SAYS[verb], viewer)
            for each in {claim.member for claim in claims_of(tx, row.id)} if verb == "give" else ():
                if each != who.id:
                    say_claim(tx, row.id, each, "released", viewer)
        refresh(tx, [row.id for row in cards])


def say_who_sees(
    db: Database,
    viewer: str,
    card_id: str,
    visibility: str,
    *,
    named: tuple[str, ...] = (),
    mark: str = "",
) -> None:
    """Say who sees an own card, or one value of it.

    Args:
        mark: The value's mark; empty for the whole card.

    Raises:
        NotFound: The viewer has no such card, or it has no such value.
        UsageError: The word is unknown, or nothing of it can be limited.
    """
    with db.write(Actor("card", viewer)) as tx:
        _person, portraits = portraits_of(tx, viewer, card_id)
        own = next((e for e in portraits if e.row.id == card_id and e.row.member == viewer), None)
        if own is None:
            raise NotFound("That is not a card of yours; only its keeper says who sees it.")
        if not mark:
            set_visibility(tx, card_id, visibility, named=named)
            return
        which = unsealed(tx, f"value {viewer}", mark)
        value = next((each.fact.prop for each in own.values if each.fact.id == which), None)
        if value is None:
            raise NotFound("The card has that value no more; open its page again.")
        set_value_visibility(tx, card_id, (value.name, value.norm), visibility, named)
