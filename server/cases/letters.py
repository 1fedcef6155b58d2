"""The letter before the household's first cycle, written to each adult of what they see (R1)."""

from typing import Final

from server.cases.shapes import Case
from server.store.database import Transaction
from server.store.letters import fresh_letter, has_cards, kept_letter

_NOT_YET: Final = "Your cards are being laid side by side; look again in a minute."


def letter_case(
    tx: Transaction, case_id: str, adults: tuple[str, ...], *, viewer: str | None, fresh: bool
) -> Case | None:
    """The letter that releases the household's first cycle, with all that waits.

    Where its viewer's cards were changed a moment ago it says nothing yet, and lets nobody go on.

    Args:
        viewer: The member it is written to; None for whoever keeps the server.
        fresh: Write it now, which takes a plan.
    """
    if not adults or (viewer is not None and viewer not in adults):
        return None
    told = fresh_letter(tx, viewer) if fresh else kept_letter(tx, viewer or "")
    if told is None and (fresh or viewer is None or not has_cards(tx, viewer)):
        return None
    return Case(
        id=case_id,
        kind="letter",
        title="Your first reconciliation",
        members=adults,
        cards=(),
        choices=("go", "later") if told is not None else ("later",),
        sentence=told.text[0] if told is not None else _NOT_YET,
        letter=told,
    )
