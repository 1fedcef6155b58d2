"""The letter of what a reconciliation would do, as somebody at a terminal reads it, in the household's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from server.commands.screen import say
from server.saying import counted, listed, said

if TYPE_CHECKING:
    from server.reconcile.describe import Letter
    from server.reconcile.operations import Plan, Question, ValuesDiffer
    from server.reconcile.snapshot import CardState, Snapshot

WIDTH = 78
LONGEST = 60
"""How many lines of one kind are read with pleasure."""


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes a letter to whoever is called by these names.

    Args:
        speak: Says a sentence in the language of the household.
        whole: Name everybody, where `LONGEST` would do.
    """

    plan: "Plan"
    snapshot: "Snapshot"
    names: Mapping[str, str]
    speak: Callable[[str], str]
    whole: bool = False

    def print_letter(self, told: "Letter") -> None:
        """Print it: what it comes to, then what each would gain and what would be asked."""
        for paragraph in self._paragraphs(told):
            say(paragraph)
            say()

    def _paragraphs(self, told: "Letter") -> Iterator[str]:
        """The letter, paragraph by paragraph, each with its line breaks."""
        speak = self.speak
        whom = listed(list(self.names.values())) if self.names else said("household")
        yield speak(said("Dear {names},", names=whom))
        opening, *rest = [speak(each) for each in told.text]
        yield _filled([opening, *rest[:2]])
        yield _filled(rest[2:-3])
        yield _filled(rest[-3:])
        if told.gains:
            rows = [f"  {name}: {speak(sentence)}." for name, sentence in told.gains]
            yield "\n".join([speak(said("Who would gain what:")), *self._shortened(rows)])
        for asks, heading in (
            (True, said("What we would ask:")),
            (False, said("What would be offered:")),
        ):
            sentences = self._questions(asks=asks)
            if sentences:
                yield "\n".join([speak(heading), *self._shortened(sentences)])
        yield speak(
            said(
                "Nothing was changed by this letter. To have it done: {command}",
                command="hearthbook reconcile",
            )
        )

    def _shortened(self, rows: list[str]) -> list[str]:
        """As many rows as are read with pleasure, and how to see the rest."""
        more = len(rows) - LONGEST
        if self.whole or more <= 0:
            return rows
        command = "hearthbook reconcile --dry-run --all"
        rest = said("and {number} more: {command}", number=f"{more:,}", command=command)
        return [*rows[:LONGEST], f"  {self.speak(rest)}"]

    def _questions(self, *, asks: bool) -> list[str]:
        """What would be asked, or what would be offered besides."""
        from server.reconcile.operations import Offer

        found = [each for each in self.plan.questions if isinstance(each, Offer) != asks]
        return [f"  {self.speak(self._question(each))}" for each in found]

    def _question(self, question: "Question") -> str:
        from server.cases.telling import name_of_card
        from server.reconcile.operations import Offer, SamePerson, ValuesDiffer
        from server.reconcile.snapshot import cards_by_id

        cards = cards_by_id(self.snapshot)
        if isinstance(question, SamePerson):
            one, other = sorted((cards[e] for e in question.cards), key=lambda each: each.keeper)
            reasons = sorted(question.reasons, key=lambda each: (each.against, -each.strength))
            speaks = [self.speak(each.text) for each in reasons if not each.against]
            against = [self.speak(each.text) for each in reasons if each.against]
            words = {
                "one": self._called(one),
                "other": self._called(other),
                "reasons": ", ".join(speaks),
            }
            if not against:
                return said("Are {one} and {other} the same person? ({reasons})", **words)
            return said(
                "Are {one} and {other} the same person? ({reasons}; but {against})",
                **words,
                against=listed(against),
            )
        if isinstance(question, ValuesDiffer):
            name = name_of_card(cards[question.cards[0]])
            return said(
                "{name}: {questions}",
                name=name,
                questions="; ".join(self.speak(each) for each in self._differing(question)),
            )
        if isinstance(question, Offer):
            return said(
                "{who} is offered more of {name} than others may see.",
                who=self.names.get(cards[question.card].keeper, cards[question.card].keeper),
                name=name_of_card(cards[question.card]),
            )
        people = list(dict.fromkeys(name_of_card(cards[each[0]]) for each in question.people))
        return counted(
            "There is {number} of {names}. Which of them are the same?",
            "There are {number} people called {names}. Which of them are the same?",
            len(question.people),
            names=listed(people),
        )

    def _called(self, card: "CardState") -> str:
        from server.cases.telling import name_of_card

        who = self.names.get(card.keeper, card.keeper)
        return said("{who}'s {name}", who=who, name=name_of_card(card))

    def _differing(self, question: "ValuesDiffer") -> Iterator[str]:
        """What each member says, property by property."""
        from server.cases.wording import property_word
        from server.reconcile.snapshot import cards_by_id, facts_by_id

        cards, facts = cards_by_id(self.snapshot), facts_by_id(self.snapshot)
        for each in question.properties:
            sides = []
            for card, fact in sorted(each.sides, key=lambda side: cards[side[0]].keeper):
                who = self.names.get(cards[card].keeper, cards[card].keeper)
                if fact is None:
                    sides.append(said("{who} has none", who=who))
                else:
                    sides.append(said("{who} has {value}", who=who, value=facts[fact].prop.shown))
            yield said(
                "which is right, {what}? {sides}",
                what=said(property_word(each.property)),
                sides=listed(sides),
            )


def _filled(sentences: Sequence[str]) -> str:
    return "\n".join(wrap(" ".join(sentences), WIDTH, break_on_hyphens=False))
