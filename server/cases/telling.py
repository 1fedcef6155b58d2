"""From cards and facts to what a person reads: rows, sides, choices, previews."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.cases.shapes import Choice, How, Option, Row, Side
from server.cases.wording import kind_of_property, label_of, property_word
from server.contacts.travel import travel_of
from server.reconcile.freshness import badge
from server.reconcile.operations import Difference
from server.reconcile.snapshot import CardState, Fact
from server.saying import listed

_NAMES: Final = frozenset({"FN", "N", "PHOTO"})


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts cards and their values into words for those who may answer."""

    now: int
    cards: Mapping[str, CardState]
    names: Mapping[str, str]
    """What members are called, by id."""
    half_lives: Mapping[str, float]
    devices: Mapping[int, str]
    """The labels of the devices on which values were typed, by fact."""

    def title(self, cards: Iterable[str]) -> str:
        """The names of some cards, each once."""
        return listed(list(dict.fromkeys(name_of_card(self.cards[each]) for each in cards)))

    def member(self, card_id: str) -> str:
        """The keeper of a card."""
        return self.cards[card_id].keeper

    def row(self, fact: Fact) -> Row:
        """One value with its freshness, and who says so since when."""
        return Row(
            label=label_of(fact.prop),
            property=fact.prop.name,
            value=fact.prop.shown,
            kind=kind_of_property(fact.prop.name),
            badge=badge(fact, self.now, self.half_lives).word,
            who=fact.typed_by or self.cards[fact.card].keeper,
            since=fact.last,
            how=how_of(fact),
            device=self.devices.get(fact.id, ""),
        )

    def sides(self, cards: Iterable[str], answerers: frozenset[str]) -> tuple[Side, ...]:
        """The cards of a case next to each other: differing values first, equal ones apart."""
        states = [self.cards[each] for each in cards]
        shown = {state.id: self._shown(state, answerers) for state in states}
        keys = {
            card: {(fact.prop.name, fact.prop.norm) for fact in facts}
            for card, facts in shown.items()
        }
        common = set.intersection(*keys.values()) if keys else set()
        return tuple(self._side(state, shown[state.id], common) for state in states)

    def preview(self, cards: Iterable[str], answerers: frozenset[str]) -> tuple[Row, ...]:
        """What both would have if two cards were one person: how=`new` names who gains a value."""
        states = [self.cards[each] for each in cards]
        rows: list[Row] = []
        seen: set[tuple[str, str]] = set()
        for state in states:
            for fact in self._shown(state, answerers):
                key = (fact.prop.name, fact.prop.norm)
                gainers = [
                    other for other in states if other.id != state.id and _gains(other, fact)
                ]
                if key in seen or travel_of(fact.prop.name).flow == "stays":
                    continue
                seen.add(key)
                row = self.row(fact)
                rows.append(replace(row, how="new", who=gainers[0].keeper) if gainers else row)
        return tuple(rows)

    def choices(self, differences: Sequence[Difference]) -> tuple[Choice, ...]:
        """The properties that differ, with whose value could be right."""
        keys = keys_of(differences)
        return tuple(self._choice(each, key) for each, key in zip(differences, keys, strict=True))

    def _choice(self, difference: Difference, key: str) -> Choice:
        facts = [
            fact
            for card, which in difference.sides
            for fact in self.cards[card].facts
            if fact.id == which
        ]
        labels = list(dict.fromkeys(label_of(fact.prop) for fact in facts))
        label = labels[0] if len(labels) == 1 else property_word(difference.property)
        answers = {card: answer for answer, card in answers_of(difference, self.cards).items()}
        return Choice(
            key=key,
            property=difference.property,
            label=label,
            single=difference.single,
            options=tuple(
                replace(self._option(card, fact), answer=answers[card])
                for card, fact in difference.sides
            ),
            preselected=answers[difference.preselected] if difference.preselected else "",
            why=difference.why,
        )

    def _option(self, card_id: str, fact_id: int | None) -> Option:
        keeper = self.cards[card_id].keeper
        if fact_id is None:
            return Option(keeper, self.names.get(keeper, keeper), "", 0, "unknown")
        fact = next(each for each in self.cards[card_id].facts if each.id == fact_id)
        device = self.devices.get(fact_id, "")
        return Option(
            keeper, self.names.get(keeper, keeper), fact.prop.shown, fact.last, how_of(fact), device
        )

    def _shown(self, state: CardState, answerers: frozenset[str]) -> list[Fact]:
        """The values of a card that everybody who may answer sees, names and photos apart."""
        return [
            fact
            for fact in state.facts
            if answerers <= fact.seen_by
            and travel_of(fact.prop.name).shown
            and fact.prop.name not in _NAMES
        ]

    def _side(self, state: CardState, facts: list[Fact], common: set[tuple[str, str]]) -> Side:
        differing = [fact for fact in facts if (fact.prop.name, fact.prop.norm) not in common]
        equal = [fact for fact in facts if (fact.prop.name, fact.prop.norm) in common]
        orgs = [fact.prop.shown for fact in facts if fact.prop.name == "ORG"]
        return Side(
            member=state.keeper,
            member_name=self.names.get(state.keeper, state.keeper),
            card=state.id,
            name=name_of_card(state),
            org=orgs[0] if orgs else "",
            photo=any(fact.prop.name == "PHOTO" for fact in state.facts),
            rows=tuple(self.row(fact) for fact in differing),
            equal=tuple(self.row(fact) for fact in equal),
        )


def keys_of(differences: Iterable[Difference]) -> tuple[str, ...]:
    """What `decide` calls each difference: TEL, and TEL#2 for a second number in dispute."""
    return numbered(each.property for each in differences)


def answers_of(difference: Difference, cards: Mapping[str, CardState]) -> dict[str, str]:
    """What `decide` calls each side, and its card: `ben`, and `ben#2` for a second card of his."""
    sides = [card for card, _ in difference.sides]
    ordered = sorted(sides, key=lambda each: (cards[each].added, each))
    return dict(zip(numbered(cards[each].keeper for each in ordered), ordered, strict=True))


def numbered(names: Iterable[str]) -> tuple[str, ...]:
    """Names with `#2` and so on from the second of a name on."""
    seen: Counter[str] = Counter()
    keys: list[str] = []
    for name in names:
        seen[name] += 1
        keys.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(keys)


def name_of_card(state: CardState) -> str:
    """What a card calls its person, never recomposed; else its organisation or first value."""
    if state.name.formatted.strip():
        return state.name.formatted.strip()
    for wanted in ("ORG", "EMAIL", "TEL"):
        for fact in state.facts:
            if fact.prop.name == wanted:
                return fact.prop.shown
    return "A card without a name"


def how_of(fact: Fact) -> How:
    """How a value came to be on its card."""
    if fact.source is not None:
        return "copied"
    if fact.bulk:
        return "import"
    return "typed" if fact.typed_by else "unknown"


def _gains(other: CardState, fact: Fact) -> bool:
    """Whether a card would get this value when linked (design section 5)."""
    names = {each.prop.name for each in other.facts}
    keys = {(each.prop.name, each.prop.norm) for each in other.facts}
    flow = travel_of(fact.prop.name).flow
    if flow == "adds":
        return (fact.prop.name, fact.prop.norm) not in keys
    return flow == "fills" and fact.prop.name not in names
