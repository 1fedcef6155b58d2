"""What acts on access were about, so that a sentence can name it: ids and what was said, never what a card says.

What an act did to cards stands in their versions, links and steps. Of who sees
a card, or which device was let in, only the latest word is kept elsewhere.
"""

import json
from dataclasses import asdict, dataclass, replace

from server.store import compiled
from server.store.database import Transaction


@dataclass(frozen=True, slots=True)
class About:
    """What one act was about; what is empty was not said.

    Attributes:
        word: What was said, such as `private`, `ours`, `name` or `revoked`.
        giver: Who shows something, where it is not a card's keeper.
        members: To whom it is shown, whose somebody is, or who joined.
        value: The property, where it was about one value of a card.
    """

    word: str = ""
    cards: tuple[str, ...] = ()
    giver: str = ""
    members: tuple[str, ...] = ()
    device: int = 0
    value: str = ""


def note_about(tx: Transaction, new: About) -> None:
    """Keep with the act at hand what it is about: the word said first, and all of which it was said."""
    known = about_of(tx, tx.act)
    if known is not None and new.word != known.word:
        return
    if known is not None:
        new = replace(
            new,
            cards=tuple(dict.fromkeys((*known.cards, *new.cards))),
            members=tuple(dict.fromkeys((*known.members, *new.members))),
        )
    kept = {name: each for name, each in asdict(new).items() if each}
    tx.run(compiled.NOTE_ABOUT, which=tx.act, words=json.dumps(kept))


def about_of(tx: Transaction, act_id: int) -> About | None:
    """What an act was about; None where nothing was kept, such as of acts before this was."""
    row = tx.one(compiled.ABOUT, which=act_id)
    if row is None or row[0] is None:
        return None
    kept = json.loads(row[0])
    lists = {name: tuple(kept.pop(name, ())) for name in ("cards", "members")}
    return About(**(kept | lists))
