"""How a suggestion reads: what its author typed on somebody else's card."""

from server.cases.shapes import Choice, Option
from server.cases.telling import Teller
from server.cases.wording import label_of
from server.contacts.properties import Change
from server.contacts.travel import travel_of
from server.store.database import Transaction
from server.store.devices import device_label
from server.store.overlays import Suggestion


def suggested_sentence(told: Teller, suggestion: Suggestion, change: Change, title: str) -> str:
    """One line for a list: "Ben suggests a new mobile for Eva Stein."."""
    author = told.names.get(suggestion.author, suggestion.author)
    either = change.after or change.before
    assert either is not None
    label = label_of(either)
    label = label if label.startswith("E-") else label.lower()
    if change.after is None:
        return f"{author} suggests to remove a value from {title}: {label}."
    if change.before is None:
        return f"{author} suggests something new for {title}: {label}."
    return f"{author} suggests a change to {title}: {label}."


def suggested_choice(
    tx: Transaction, told: Teller, suggestion: Suggestion, change: Change, keeper: str
) -> Choice:
    """What the card says now, and what its author would have it say."""
    either = change.after or change.before
    assert either is not None
    author = suggestion.author
    kept = change.before.shown if change.before is not None else ""
    typed = change.after.shown if change.after is not None else ""
    return Choice(
        key=either.name,
        property=either.name,
        label=label_of(either),
        single=travel_of(either.name).single,
        options=(
            Option(keeper, told.names.get(keeper, keeper), kept, 0, "unknown"),
            Option(
                author,
                told.names.get(author, author),
                typed,
                suggestion.at,
                "typed",
                device_label(tx, suggestion.device),
            ),
        ),
        preselected="",
        why="",
    )
