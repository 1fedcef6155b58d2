"""How a suggestion reads: what its author typed on somebody else's card."""

from server.cases.shapes import Choice, Option
from server.cases.telling import Teller
from server.cases.wording import label_of
from server.contacts.properties import Change, Property
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


def standing(told: Teller, suggestion: Suggestion, change: Change) -> Property | None:
    """What the card says now where a suggestion would change it."""
    props = [each.prop for each in told.cards[suggestion.card].facts]
    before, after = change.before, change.after
    for each in props:
        if before is not None and (each.name, each.norm) == (before.name, before.norm):
            return each
    if after is None or not travel_of(after.name).single:
        return None
    return next((each for each in props if each.name == after.name), None)


def suggested_key(told: Teller, suggestion: Suggestion, change: Change) -> str:
    """What a suggestion asks: something else once the card says something else in its place."""
    key, now = f"suggestion {suggestion.id}", standing(told, suggestion, change)
    was = change.before.canonical if change.before is not None else None
    is_as_typed = (now.canonical if now is not None else None) == was
    return key if is_as_typed else f"{key} {now.canonical if now is not None else None!r}"


def suggested_choice(
    tx: Transaction, told: Teller, suggestion: Suggestion, change: Change, keeper: str
) -> Choice:
    """What the card says now, and what its author would have it say."""
    either = change.after or change.before
    assert either is not None
    author = suggestion.author
    stands = standing(told, suggestion, change)
    kept = stands.shown if stands is not None else ""
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
