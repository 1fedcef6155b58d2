"""What happened, as pages and commands show it: plain values, no database."""

from dataclasses import dataclass

from server.store.history import ActRow


@dataclass(frozen=True, slots=True)
class Detail:
    """One value that an act changed on the card `card`; empty before where it was new, after where it went."""

    card: str
    label: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One act with its sentence.

    Attributes:
        cards: The cards that it is about, with what the viewer calls them; the first few.
        details: The values it changed, where it was about one card or those that were asked for.
        is_wider: It changed others besides those that were asked for.
    """

    act: ActRow
    sentence: str
    cards: tuple[tuple[str, str], ...] = ()
    details: tuple[Detail, ...] = ()
    is_wider: bool = False
