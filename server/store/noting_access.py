"""What goes into the journal of members, devices and shares: a restore must not let in again who was shut out."""

import json
from typing import Final

from server.store.database import Transaction
from server.store.journal import Record

ACCESS_KINDS: Final = frozenset(
    {"member", "share", "device", "revoke", "password", "claim", "leave", "pause"}
)

OWN_KIND: Final = "own"
"""Acts by which a member says whose somebody is."""


def note_access(
    tx: Transaction, kind: str, member: str, *, device: str = "", keeper: str = "", **words: str
) -> None:
    """Note who may do or see what from now on, and who said so.

    Args:
        kind: One of `ACCESS_KINDS`.
        keeper: To whom a share is; whose card a claim is about.
        words: What replaying it needs; passwords only as they are kept, hashed.
    """
    assert kind in ACCESS_KINDS
    tx.records.append(
        Record(
            kind,
            tx.act,
            tx.now,
            member=member,
            device=device,
            keeper=keeper,
            note=json.dumps({"did": tx.actor.kind, "by": tx.actor.member or "", **words}),
        )
    )
