"""The letter of what a reconciliation would do, as somebody at a terminal reads it."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from server.commands.screen import say

if TYPE_CHECKING:
    from server.reconcile.describe import Letter
    from server.reconcile.operations import Plan, Question, ValuesDiffer
    from server.reconcile.snapshot import CardState, Snapshot

WIDTH = 78


def print_letter(
    told: "Letter", plan: "Plan", snapshot: "Snapshot", names: Mapping[str, str]
) -> None:
    """Print a letter: what it comes to, then what each would gain and what would be asked."""
    for paragraph in paragraphs(told, plan, snapshot, names):
        say(paragraph)
        say()


def paragraphs(
    told: "Letter", plan: "Plan", snapshot: "Snapshot", names: Mapping[str, str]
) -> Iterator[str]:
    """The letter, paragraph by paragraph, each with its line breaks."""
    yield f"Dear {_listed(list(names.values())) or 'household'},"
    opening, *rest = told.text
    yield _filled([opening, *rest[:2]])
    yield _filled(rest[2:-3])
    yield _filled(rest[-3:])
    if told.gains:
        rows = [f"  {name}: {sentence}." for name, sentence in told.gains]
        yield "\n".join(["Who would gain what:", *rows])
    questions = [_question(each, snapshot, names) for each in plan.questions]
    if questions:
        yield "\n".join(["What we would ask:", *questions])
    yield "Nothing was changed by this letter. To have it done: hearthbook reconcile"


def _filled(sentences: Sequence[str]) -> str:
    return "\n".join(wrap(" ".join(sentences), WIDTH, break_on_hyphens=False))


def _question(question: "Question", snapshot: "Snapshot", names: Mapping[str, str]) -> str:
    from server.cases.telling import name_of_card
    from server.reconcile.operations import SamePerson, ValuesDiffer
    from server.reconcile.snapshot import cards_by_id

    cards = cards_by_id(snapshot)

    def called(card: "CardState") -> str:
        return f"{names.get(card.keeper, card.keeper)}'s {name_of_card(card)}"

    if isinstance(question, SamePerson):
        pair = sorted((cards[each] for each in question.cards), key=lambda each: each.keeper)
        reasons = sorted(question.reasons, key=lambda each: (each.against, -each.strength))
        speaks = [each.text for each in reasons if not each.against]
        against = [each.text for each in reasons if each.against]
        why = ", ".join(speaks) + (f"; but {', '.join(against)}" if against else "")
        return f"  Are {_listed([called(each) for each in pair])} the same person? ({why})"
    if isinstance(question, ValuesDiffer):
        return (
            f"  {name_of_card(cards[question.cards[0]])}: {_differing(question, snapshot, names)}"
        )
    people = [name_of_card(cards[each[0]]) for each in question.people]
    whom = " or ".join(dict.fromkeys(people))
    return f"  There are {len(people)} people called {whom}. Which of them are the same?"


def _differing(question: "ValuesDiffer", snapshot: "Snapshot", names: Mapping[str, str]) -> str:
    """What each member says, property by property."""
    from server.cases.wording import property_word
    from server.reconcile.snapshot import cards_by_id, facts_by_id

    cards, facts = cards_by_id(snapshot), facts_by_id(snapshot)

    def said(card: str, fact: int | None) -> str:
        who = names.get(cards[card].keeper, cards[card].keeper)
        return f"{who} has none" if fact is None else f"{who} has {facts[fact].prop.shown}"

    return "; ".join(
        f"which {property_word(each.property).lower()}?"
        f" {_listed([said(*side) for side in sorted(each.sides, key=lambda side: cards[side[0]].keeper)])}"
        for each in question.properties
    )


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
