"""Which certain pairs are linked: none that brings two together who are apart or contradict each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from server.reconcile.matching import Matchable, PairDecision, contradicts
from server.reconcile.operations import Join
from server.reconcile.piles import EQUAL_SCORE
from server.reconcile.snapshot import BRINGS
from server.reconcile.universes import Persons, Shown, Ties, Universe


def question_key(card_a: str, card_b: str, scope: str) -> str:
    """The name under which "are these two one person?" is asked and answered once."""
    return f"same:{card_a}:{card_b}:{scope}"


def joins_of(
    universe: Universe,
    decisions: Iterable[PairDecision],
    matchables: Mapping[str, Matchable],
    ties: Ties,
    undone: frozenset[str],
) -> Iterator[Join]:
    """The certain pairs that are not linked yet and bring no two together who are apart.

    A card that fits two persons equally, of whom some are apart or contradict each other, joins
    neither. A link that was undone is not made again, by no other card of the two persons either,
    and a card that its keeper calls "me" is joined by people alone: a wrong one would put somebody
    else's face on a lock screen.
    """
    cards = ties.cards
    certain = sorted(
        (
            pair
            for pair in decisions
            if pair.decision == "auto"
            and not (cards[pair.left].is_me or cards[pair.right].is_me)
            and not ties.are_linked(pair.left, pair.right)
        ),
        key=lambda pair: (-pair.score, pair.left, pair.right),
    )

    def excluded(left: str, right: str) -> bool:
        pair = (min(left, right), max(left, right))
        return (
            pair in ties
            or contradicts(matchables[left], matchables[right])
            or _is_undone(pair, universe, cards, undone)
        )

    doubtful: set[tuple[str, str]] = set()
    while True:
        made, refused = _together(
            [pair for pair in certain if (pair.left, pair.right) not in doubtful], ties, excluded
        )
        rivals = set(_rivals(made, refused))
        if not rivals:
            break
        doubtful |= rivals
    for pair in made:
        yield Join(pair.left, pair.right, universe.scope, pair.reasons, pair.score)


def _together(
    pairs: Iterable[PairDecision], ties: Ties, excluded: Callable[[str, str], bool]
) -> tuple[list[PairDecision], list[PairDecision]]:
    """The pairs that can be linked one after the other, and those that somebody speaks against."""
    persons = Persons(ties)
    made: list[PairDecision] = []
    refused: list[PairDecision] = []
    for pair in pairs:
        one, other = persons.of(pair.left), persons.of(pair.right)
        if one is not other:
            if any(excluded(left, right) for left in one for right in other):
                refused.append(pair)
                continue
            persons.connect(one, other)
        made.append(pair)
    return made, refused


def _rivals(
    made: Iterable[PairDecision], refused: Sequence[PairDecision]
) -> Iterator[tuple[str, str]]:
    """The links of a card that is as certain somebody else's, which they exclude."""
    strongest: dict[str, float] = {}
    for pair in refused:
        for card in (pair.left, pair.right):
            strongest[card] = max(pair.score, strongest.get(card, 0.0))
    for pair in made:
        if any(
            strongest.get(card, 0.0) >= pair.score - EQUAL_SCORE for card in (pair.left, pair.right)
        ):
            yield pair.left, pair.right


def _is_undone(
    pair: tuple[str, str], universe: Universe, cards: Mapping[str, Shown], undone: frozenset[str]
) -> bool:
    """Whether an undo has spoken against a link, in whichever scope."""
    if not undone:
        return False
    scopes = {"", universe.scope}
    if universe.scope == BRINGS:
        scopes |= {cards[each].keeper for each in pair}
    return any(question_key(*pair, scope) in undone for scope in scopes)
