"""`hearthbook explain`: the evidence, line by line."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING

import click

from server.commands.person import whose
from server.commands.persons import Person, display_name, find_person
from server.commands.place import Place, pass_place
from server.commands.screen import day, say, table
from server.errors import UsageError

if TYPE_CHECKING:
    from server.reconcile.evidence import Evidence
    from server.reconcile.snapshot import CardState
    from server.store.database import Transaction

_STRENGTH = ("", "a hint", "good", "strong")


@click.command()
@click.argument("words", metavar="PERSON [PERSON]", nargs=-1, required=True)
@click.option(
    "--as", "viewer", metavar="MEMBER", help="As whom to look. Default: the card's keeper."
)
@pass_place
def explain(place: Place, *, words: tuple[str, ...], viewer: str | None) -> None:
    """Say why cards are one person, or why two are not: the evidence line by line.

    PERSON is a card id, a UID or, in quotes, the beginning of each part of a name.
    """
    if len(words) > 2:
        raise UsageError("Name one person, or two; put a name of several words in quotes.")
    with place.database().read() as tx:
        people = [find_person(tx, words[0], viewer)]
        people += [find_person(tx, each, viewer or people[0].viewer) for each in words[1:]]
        _explain(tx, people)


def _explain(tx: "Transaction", people: Sequence[Person]) -> None:
    first, last = people[0], people[-1]
    if len(people) == 1:
        _whose(first)
        pairs = list(combinations(first.cards, 2))
        if not pairs:
            say(f"{first.viewer} sees one card of {first.name}, so there is nothing to compare.")
    else:
        pairs = [
            (left, right) for left, right in product(first.cards, last.cards) if left.id != right.id
        ]
        if not pairs:
            raise UsageError("Both words mean the same card; name another one to compare it with.")
    for left, right in pairs:
        _pair(first, left, right)
    if len(people) == 1:
        _freshness(tx, first)


def _pair(person: Person, left: "CardState", right: "CardState") -> None:
    from server.reconcile.evidence import evidence

    found = evidence(person.known, left.id, right.id, person.viewer)
    say(f"{_card(left)} and {_card(right)}: {_verdict(found)}.")
    table(
        ("", "evidence", "how strong"),
        (
            ("against" if each.against else "for", each.text, _STRENGTH[each.strength])
            for each in found.reasons
        ),
    )
    if found.contradict:
        say("Something on the cards says that these are two people.")
    elif not found.reasons:
        say("They have no name, number, address or origin in common.")


def _verdict(found: "Evidence") -> str:
    sure = f" ({found.score:.0%} sure)" if found.reasons else ""
    alone = {
        "auto": f"certainly one person{sure}",
        "review": f"perhaps one person{sure}, so Hearthbook asks",
        "no": "two people",
    }[found.decision]
    if found.link is None:
        return alone
    said = "one person" if found.link.verdict == "same" else "two people"
    who = "Hearthbook linked them" if found.link.machine else "a member said so"
    agrees = (found.link.verdict == "same") == (found.decision == "auto")
    judged = f"the cards alone {'say so, too' if agrees else f'say: {alone}'}"
    return f"{said}; {who}, and {judged}{sure if agrees else ''}"


def _whose(person: Person) -> None:
    from server.reconcile.ownership import owner_of

    owner = owner_of(person.cards, person.snapshot.claims, viewers=frozenset({person.viewer}))
    say(f"{person.name}, as {person.viewer} sees it. Whose: {whose(owner)}.")


def _freshness(tx: "Transaction", person: Person) -> None:
    """How right each value probably is; those that nobody ever vouched for are only counted."""
    from server.cases.wording import label_of
    from server.reconcile.freshness import badge

    facts = [
        (card, fact, badge(fact, tx.now))
        for card in person.cards
        for fact in card.facts
        if fact.prop.name not in ("FN", "N")
    ]
    known = [each for each in facts if each[2].chance is not None]
    rows = [
        (
            card.keeper,
            label_of(fact.prop),
            fact.prop.shown,
            found.word,
            f"{found.chance:.0%}",
            f"vouched for on {day(fact.confirmed or 0)}",
        )
        for card, fact, found in known
    ]
    if rows:
        say("How right the values probably are:")
        table(("held by", "what", "value", "badge", "probably right", "why"), rows)
    unknown = len(facts) - len(known)
    if unknown:
        which = "All" if not known else "Further"
        noun = "value" if unknown == 1 else "values"
        say(f"{which} {unknown} {noun} came in bulk, and nobody vouched for them since.")


def _card(card: "CardState") -> str:
    return f"{card.keeper}'s {display_name(card)!r}"
