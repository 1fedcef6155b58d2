"""Many doubts about the cards of one member are one question, answered for all of them or for some.

A telephone that was moved brings hundreds of people a second time; nobody answers that one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.cases.shapes import Case, Double
from server.errors import NotFound, UsageError
from server.reconcile.operations import SamePerson
from server.reconcile.piles import is_telling
from server.saying import counted, listed
from server.store.asking import ask_again, pairs_as_they_are
from server.store.database import Transaction
from server.store.linking import keep_answer, link_cards
from server.store.views import refresh

FEW: Final = 2
"""So many are one question; one alone is asked as it is."""
SHOWN_MOST: Final = 20
"""How many a page shows at a time."""
NAMED_MOST: Final = 3
LATER: Final = "later"
ANSWERS: Final = ("same", "different", LATER)


@dataclass(frozen=True, slots=True)
class Doubles:
    """Who stands twice in the book of one member.

    Attributes:
        pairs: The doubts, by the ids of their own cases.
    """

    member: str
    pairs: Mapping[str, SamePerson]

    @property
    def key(self) -> str:
        """Under which the answer is noted."""
        return doubles_key(self.member)


def doubles_key(member: str) -> str:
    """What the question about a member's doubles is told by, whoever they are at the moment."""
    return f"doubles {member}"


def doubles_case(
    member: str, name: str, number: int, told: Sequence[tuple[Case, SamePerson]], case_id: str
) -> Case:
    """The case of all of them, of which the first are told.

    Args:
        name: What the member is called.
        number: How many there are.
    """
    doubles = [Double(case, _is_sure(pair)) for case, pair in told]
    names = [min(side.name for side in each.case.sides) for each in doubles[:NAMED_MOST]]
    more = number - len(names)
    return Case(
        id=case_id,
        kind="doubles",
        title=listed(
            [*names, *([counted("{number} more", "{number} more", more)] if more else [])]
        ),
        members=(member,),
        cards=tuple(card for case, _ in told for card in case.cards),
        choices=ANSWERS,
        sentence=counted(
            "{number} person may be in the book of {name} twice.",
            "{number} people may be in the book of {name} twice.",
            number,
            name=name,
        ),
        number=number,
        doubles=tuple(doubles),
    )


def _is_sure(pair: SamePerson) -> bool:
    return is_telling(pair) and not any(each.against for each in pair.reasons)


def answer_doubles(
    tx: Transaction, question: Doubles, case: Case, choice: str, *, fresh: bool
) -> tuple[str, str]:
    """Answer for all, or for some; gives what happened, and the answer with each pair by its id.

    Args:
        choice: One word for all of them, or the ids of some: those are one person each, or what
            stands after `ID=`.
        fresh: Whether the question was worked out at this moment.

    Raises:
        UsageError: It is no answer to this case.
        NotFound: One of them is not asked any more.
    """
    said = _said(question, case, choice)
    asked = {which: question.pairs[which] for which in said}
    now = asked if fresh else _as_they_are(tx, asked)
    for which, word in said.items():
        pair = now[which]
        if word != LATER:
            link_cards(
                tx,
                pair.cards,
                "same" if word == "same" else "apart",
                scope=pair.scope,
                evidence=[each.text for each in pair.reasons if not each.against],
                member=tx.actor.member,
            )
        keep_answer(tx, pair.key, tx.actor.member, word)
    settled = [now[which] for which, word in said.items() if word != LATER]
    cards = {card for pair in settled for card in pair.cards}
    if cards:
        refresh(tx, cards)
        ask_again(tx, cards, answered=[pair.key for pair in settled])
    words = list(said.values())
    noted = " ".join(f"{which}={word}" for which, word in said.items())
    return _what_happened(words.count("same"), words.count("different")), noted


def known_of(question: Doubles, choice: str) -> str:
    """What a noted answer says of those that are asked here.

    Raises:
        NotFound: Nothing.
    """
    known = [word for word in choice.split() if word.partition("=")[0] in question.pairs]
    if not known:
        raise NotFound("Nothing of what it answered is asked here.")
    return " ".join(known)


def _as_they_are(tx: Transaction, asked: Mapping[str, SamePerson]) -> Mapping[str, SamePerson]:
    """The pairs as they are asked now.

    Raises:
        NotFound: One of them is not.
    """
    now = pairs_as_they_are(tx, asked.values())
    if len(now) < len(asked):
        raise NotFound("Some of these are not asked any more; look again at what is left.")
    return {which: now[pair.key] for which, pair in asked.items()}


def _said(question: Doubles, case: Case, choice: str) -> dict[str, str]:
    """What is said of which pair.

    Raises:
        UsageError: It is no answer to this case.
    """
    if choice in ANSWERS:
        return dict.fromkeys(question.pairs, choice)
    found: dict[str, str] = {}
    for word in choice.split():
        which, equals, answer = word.partition("=")
        if which not in question.pairs or (equals and answer not in ANSWERS):
            raise UsageError(
                f"{word!r} is no answer to this case; say {', '.join(case.choices)}, or the cases of "
                "some of them, which are one person each, or CASE=different."
            )
        found[which] = answer if equals else "same"
    if not found:
        raise UsageError("Choose somebody, or leave the question for later.")
    return found


def _what_happened(same: int, different: int) -> str:
    parts = [
        *(["one of them is one person now"] if same == 1 else []),
        *([f"{same} of them are one person each now"] if same > 1 else []),
        *([f"{different} kept as different people"] if different else []),
    ]
    if not parts:
        return "Left for later; nothing was changed."
    return f"Your doubles: {', '.join(parts)}."


def groups_of(members: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Which questions become one, by whom they are asked of.

    Args:
        members: The key of each question, and who is asked.
    """
    found: dict[str, list[str]] = {}
    for key, member in members:
        found.setdefault(member, []).append(key)
    return {member: tuple(keys) for member, keys in found.items() if len(keys) >= FEW}
