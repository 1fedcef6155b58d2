"""The letter before a first reconciliation: what would happen, and that nothing is lost."""

from collections import Counter
from collections.abc import Mapping

from server.cases.shapes import Letter
from server.cases.telling import name_of_card
from server.cases.wording import property_word
from server.reconcile.operations import Add, Join, Plan, Remove, Replace, SamePerson, ValuesDiffer
from server.reconcile.snapshot import Snapshot, cards_by_id, facts_by_id


def letter_of(
    snapshot: Snapshot, made: Plan, names: Mapping[str, str], viewer: str | None
) -> Letter:
    """The letter to one member, from nothing but what they may see; to nobody in particular for None.

    People in common are counted once, by the cards of one's own that are
    linked to somebody else's.
    """
    cards = cards_by_id(snapshot)
    linked = _people_in_common(snapshot, made, viewer)
    gains = _gains(snapshot, made, linked)
    asked = [
        question
        for question in made.questions
        if viewer is None or any(cards[each].keeper == viewer for each in _cards_of(question))
    ]
    disputed = {
        each for question in asked if isinstance(question, ValuesDiffer) for each in question.cards
    }
    complete = [each for each in linked if each & gains.keys() and not each & disputed]
    agree = [each for each in linked if not each & gains.keys() and not each & disputed]
    told = [
        (
            name_of_card(cards[_first(each, snapshot, viewer)]),
            _sentence(each, gains, snapshot, names, viewer),
        )
        for each in complete
    ]
    return Letter(
        common=len(linked),
        agree=len(agree),
        complete=len(complete),
        questions=len(asked),
        people=tuple(sorted(told)),
        text=_text(len(linked), len(complete), len(asked), names, viewer),
    )


def _cards_of(question: SamePerson | ValuesDiffer) -> tuple[str, ...]:
    return (
        question.cards if isinstance(question, ValuesDiffer) else (question.card_a, question.card_b)
    )


def _people_in_common(snapshot: Snapshot, made: Plan, viewer: str | None) -> list[frozenset[str]]:
    """Groups of cards that are, or would be, one person with a card of more than one member."""
    cards = cards_by_id(snapshot)
    parent = {each: each for each in cards}

    def root(card: str) -> str:
        while parent[card] != card:
            card = parent[card]
        return card

    pairs = [
        (each.card_a, each.card_b, each.scope) for each in snapshot.links if each.verdict == "same"
    ]
    pairs += [
        (each.card_a, each.card_b, each.scope) for each in made.operations if isinstance(each, Join)
    ]
    for left, right, scope in pairs:
        seen = cards[left].seen_by & cards[right].seen_by
        if viewer is None or (viewer in seen and scope in ("", viewer)):
            parent[root(left)] = root(right)
    groups: dict[str, set[str]] = {}
    for each in cards:
        groups.setdefault(root(each), set()).add(each)
    shared = [
        frozenset(group)
        for group in groups.values()
        if len({cards[each].keeper for each in group}) > 1
    ]
    return [
        group
        for group in shared
        if viewer is None or any(cards[each].keeper == viewer for each in group)
    ]


def _gains(snapshot: Snapshot, made: Plan, linked: list[frozenset[str]]) -> dict[str, Counter[str]]:
    """What each card would gain or change, by property."""
    facts = facts_by_id(snapshot)
    known = {each for group in linked for each in group}
    gains: dict[str, Counter[str]] = {}
    for each in made.operations:
        if isinstance(each, Add | Replace | Remove) and each.card in known:
            gains.setdefault(each.card, Counter())[facts[each.origin].prop.name] += 1
    return gains


def _first(group: frozenset[str], snapshot: Snapshot, viewer: str | None) -> str:
    """The viewer's own card of a group, else the oldest."""
    cards = cards_by_id(snapshot)
    return min(group, key=lambda each: (cards[each].keeper != viewer, cards[each].added, each))


def _sentence(
    group: frozenset[str],
    gains: Mapping[str, Counter[str]],
    snapshot: Snapshot,
    names: Mapping[str, str],
    viewer: str | None,
) -> str:
    """Who gains what: "You gain a birthday, Ben gains 2 phones"."""
    cards = cards_by_id(snapshot)
    parts: list[str] = []
    for each in sorted(group, key=lambda card: (cards[card].keeper != viewer, cards[card].keeper)):
        if each in gains:
            keeper = cards[each].keeper
            who = "You gain" if keeper == viewer else f"{names.get(keeper, keeper)} gains"
            parts.append(
                f"{who} {', '.join(_amount(*item) for item in sorted(gains[each].items()))}"
            )
    return "; ".join(parts)


def _amount(name: str, count: int) -> str:
    word = property_word(name)
    word = word if word.startswith("E-") else word.lower()
    if count == 1:
        return f"{'an' if word[0] in 'aeiouE' else 'a'} {word}"
    return f"{count} {word}{'es' if word.endswith('s') else 's'}"


def _text(
    common: int, complete: int, asked: int, names: Mapping[str, str], viewer: str | None
) -> tuple[str, ...]:
    others = [name for member, name in names.items() if member != viewer]
    whom = f"You and {' and '.join(others)}" if viewer is not None and others else "This household"
    people = "one person" if common == 1 else f"{common} people"
    questions = "One question is left" if asked == 1 else f"{asked} questions are left"
    return (
        f"{whom} {'has' if viewer is None or not others else 'have'} {people} in common.",
        f"{complete or 'None'} of them would gain something; {questions.lower()} for you, and nothing is lost."
        if common
        else "Nothing would change.",
        "Your names for people, notes, photos and groups stay as they are. Private cards take no part.",
    )
