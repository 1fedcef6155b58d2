"""What a write is answered with: status, ETag, precondition, and one sentence for people."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PutResult:
    """What a write is answered with.

    `etag` is empty unless the stored octets are exactly the sent ones.
    """

    status: int
    etag: str = ""
    precondition: str = ""
    sentence: str = ""

    @property
    def created(self) -> bool:
        """Whether a new resource came to be (201)."""
        return self.status == 201


READ_ONLY: Final = PutResult(
    403, precondition="need-privileges", sentence="This device may only read; edit on another one."
)
UID_CHANGED: Final = PutResult(
    403,
    precondition="no-uid-conflict",
    sentence="A card keeps its UID; send the card with the UID it has here, or under a new name.",
)
UID_KNOWN: Final = PutResult(
    403,
    precondition="no-uid-conflict",
    sentence="Your book has a card with this UID under another name already; change that one.",
)
STALE: Final = PutResult(
    412,
    sentence="This card changed here meanwhile; your text is kept. Fetch the card, then change it again.",
)
GONE: Final = PutResult(412, sentence="There is no such card here any more; your text is kept.")
EXISTS: Final = PutResult(
    412, sentence="There is a card of this name already; fetch it, then change it."
)
CHANGED: Final = PutResult(
    412,
    sentence="This card was edited here meanwhile, so it is kept; your page asks what is right.",
)
NOT_FOUND: Final = PutResult(404, sentence="There is no such card.")
