"""How a suggestion reads: what its author typed on somebody else's card."""

from collections.abc import Iterator, Mapping

from server.cases.shapes import Case, Choice, Option
from server.cases.telling import Teller
from server.cases.wording import label_of
from server.contacts.properties import Change, Property
from server.contacts.travel import travel_of
from server.reconcile.snapshot import CardState
from server.saying import said
from server.store.called import device_name
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.members import is_paused
from server.store.overlays import Suggestion, may_be_told, open_suggestions
from server.store.questions import labels_of
from server.store.snapshots import own_states, takes_part


def suggested_sentence(told: Teller, suggestion: Suggestion, change: Change, title: str) -> str:
    """One line for a list: "Ben suggests a new mobile for Eva Stein."."""
    author = told.names.get(suggestion.author, suggestion.author)
    either = change.after or change.before
    assert either is not None
    label = label_of(either)
    words = {"who": author, "name": title, "label": label if either.label else said(label)}
    if change.after is None:
        return said("{who} suggests to remove a value from {name}: {label}.", **words)
    if change.before is None:
        return said("{who} suggests something new for {name}: {label}.", **words)
    return said("{who} suggests a change to {name}: {label}.", **words)


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


def suggestions_with_cards(
    tx: Transaction, keeper: str | None
) -> Iterator[tuple[Suggestion, CardState, Mapping[int, str]]]:
    """What waits for the keeper of a card, with the card and where its values were typed; for all for None."""
    waiting = []
    for each in open_suggestions(tx, keeper):
        row = find_card(tx, each.card)
        if row is None or row.as_before is not None or not takes_part(row):
            continue  # its keeper says first what becomes of their own changes
        if is_paused(tx, each.author) or not may_be_told(tx, each, row.member):
            continue  # a pause lets nothing through
        waiting.append((each, row))
    cards = own_states(tx, [row for _, row in waiting])
    facts = [fact.id for state in cards.values() for fact in state.facts]
    devices = labels_of(tx, facts)
    for each, row in waiting:
        yield each, cards[row.id], devices


def suggestion_case(
    tx: Transaction, told: Teller, suggestion: Suggestion, region: str
) -> tuple[str, Case]:
    """The case of one suggestion, as yet without its id, and what that is made from."""
    change = suggestion.change(region)
    title, keeper = told.title((suggestion.card,)), told.member(suggestion.card)
    case = Case(
        id="",
        kind="suggestion",
        title=title,
        members=(keeper,),
        cards=(suggestion.card,),
        choices=("accept", "decline", "later"),
        sentence=suggested_sentence(told, suggestion, change, title),
        sides=told.sides((suggestion.card,), frozenset({keeper})),
        questions=(suggested_choice(tx, told, suggestion, change, keeper),),
    )
    return suggested_key(told, suggestion, change), case


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
                device_name(tx, suggestion.device),
            ),
        ),
        preselected="",
        why="",
    )
