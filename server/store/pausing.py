"""A member pauses sharing: others keep what they see, see nothing new, and are told nothing (design rule R7).

Nothing is taken back and nothing of theirs travels: their cards are to others
as they were, and what is new of them waits. They alone decide it, and say no reason.
"""

from typing import Final

from sqlalchemy import update

from server.errors import UsageError
from server.saying import said
from server.store.cards import cards_named, cards_of
from server.store.database import Actor, Transaction
from server.store.keeping import read_card
from server.store.members import get_member
from server.store.noting_access import note_access
from server.store.query import Query, bind
from server.store.schema import card, member
from server.store.texts import octets_of
from server.store.views import refresh

_PAUSE: Final = Query(update(member).where(member.c.id == bind("who")).values(paused=bind("since")))
_CALL: Final = Query(
    update(card)
    .where(card.c.id == bind("which"))
    .values(kind=bind("new_kind"), name_key=bind("new_key"))
)


def pause(tx: Transaction, member_id: str) -> None:
    """Share nothing new of a member from now on.

    Raises:
        NotFound: There is no such member.
        UsageError: They pause already.
    """
    if get_member(tx, member_id).paused:
        raise UsageError(
            said(
                "{member_id} pauses already; `hearthbook member resume` ends it.",
                member_id=member_id,
            )
        )
    tx.new_act(Actor("pause", member_id))
    tx.run(_PAUSE, who=member_id, since=tx.act)
    note_access(tx, "pause", member_id, on="1")
    refresh(tx, [row.id for row in cards_of(tx, member_id)])


def resume(tx: Transaction, member_id: str) -> None:
    """Share again; others see at once what was changed meanwhile, as far as nothing else holds it.

    Raises:
        NotFound: There is no such member.
        UsageError: They do not pause.
    """
    if not get_member(tx, member_id).paused:
        raise UsageError(said("{member_id} does not pause.", member_id=member_id))
    tx.new_act(Actor("resume", member_id))
    tx.run(_PAUSE, who=member_id, since=None)
    note_access(tx, "pause", member_id, on="0")
    for row in cards_of(tx, member_id):
        if row.frozen is None:
            written = read_card(tx, octets_of(tx, row.text))
            if (row.kind, row.name_key) != (written.kind, written.name_key):
                tx.touched.update(cards_named(tx, row.name_key))
                tx.run(_CALL, which=row.id, new_kind=written.kind, new_key=written.name_key)
    refresh(tx, [row.id for row in cards_of(tx, member_id)])
