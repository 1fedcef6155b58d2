"""`hearthbook show` and `hearthbook own`: what is known of a person, and whose they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from server.commands.persons import Person, display_name, find_person
from server.commands.place import Place, pass_place
from server.commands.screen import day, say, table
from server.errors import UsageError

if TYPE_CHECKING:
    from server.reconcile.ownership import Ownership
    from server.reconcile.snapshot import CardState, Claim, Fact
    from server.store.database import Transaction

CLAIMS = {"claim": "mine", "give": "mine", "ours": "ours", "release": "released"}


@click.command()
@click.argument("words", metavar="PERSON|CARD", nargs=-1, required=True)
@click.option(
    "--as", "viewer", metavar="MEMBER", help="As whom to look. Default: the card's keeper."
)
@click.option(
    "--again",
    is_flag=True,
    help="Bring somebody back who is gone from MEMBER's view; see `history --removed`.",
)
@pass_place
def show(place: Place, *, words: tuple[str, ...], viewer: str | None, again: bool) -> None:
    """Show who knows a person, whose it is, how fresh each value.

    PERSON is a card id, a UID or the beginning of each part of a name. With --again: of a card that
    its keeper deleted, MEMBER keeps a private copy, as it was seen last.
    """
    if again:
        from server.cases.removals import bring_back

        if viewer is None:
            raise UsageError("Say whose view it is about, such as --as anna.")
        say(bring_back(place.database(), viewer, " ".join(words)))
        return
    with place.database().read() as tx:
        person = find_person(tx, " ".join(words), viewer)
        _print_person(tx, person)


@click.command()
@click.argument("word", metavar="PERSON")
@click.argument("verb", type=click.Choice(list(CLAIMS)))
@click.argument("member_id", metavar="MEMBER")
@click.option(
    "--as", "viewer", metavar="MEMBER", help="As whom to look. Default: the card's keeper."
)
@pass_place
def own(place: Place, *, word: str, verb: str, member_id: str, viewer: str | None) -> None:
    """Say whose a person is.

    MEMBER claims, calls ours or releases them; give is to MEMBER. The owner's changes are
    followed, everybody else's are suggestions.
    """
    from server.store.database import Actor
    from server.store.linking import say_claim
    from server.store.members import get_member
    from server.store.views import refresh

    database = place.database()
    with database.read() as tx:
        member = get_member(tx, member_id)
        person = find_person(tx, word, viewer)
    cards = person.seen_by(member_id)
    if member.role == "guest":
        raise UsageError(f"{member.name} is a guest and only reads; name another member.")
    if not cards:
        raise UsageError(
            f"{member.name} does not see {person.name}; share the card with {member_id} first."
        )
    with database.write(Actor("own", member_id)) as tx:
        for each in cards:
            say_claim(tx, each, member_id, CLAIMS[verb], None)
            for other in _claimants(person.snapshot.claims, each) if verb == "give" else ():
                if other != member_id:
                    say_claim(tx, each, other, "released", None)
        refresh(tx, cards)
    say(_said(verb, person.name, member.name))


def _claimants(claims: "Sequence[Claim]", card_id: str) -> tuple[str, ...]:
    """Who called a card's person theirs last; giving it away ends that."""
    latest = {each.member: each.says for each in claims if each.card == card_id}
    return tuple(member for member, says in latest.items() if says == "mine")


def _said(verb: str, person: str, member: str) -> str:
    match verb:
        case "ours":
            return f"{person} is everybody's now: whoever changes something is followed."
        case "release":
            return f"{member} no longer claims {person}."
        case _:
            return f"{person} is {member}'s now: {member}'s changes are followed."


def _print_person(tx: "Transaction", person: Person) -> None:
    from server.reconcile.freshness import freshest
    from server.reconcile.ownership import owner_of
    from server.store.fading import half_lives_of

    viewer = person.viewer
    owner = owner_of(person.cards, person.snapshot.claims, viewers=frozenset({viewer}))
    best = freshest(person.cards, tx.now, half_lives_of(tx)) if len(person.cards) > 1 else None
    say(f"{person.name}, as {viewer} sees it")
    say(f"Whose: {whose(owner)}.")
    for card in person.cards:
        mark = "; the freshest card" if card.id == best else ""
        say(f"{card.keeper} calls it {display_name(card)!r}: card {card.id}, UID {card.uid}{mark}")
        if card.keeper == viewer:
            say(f"{viewer}'s card is seen by {_listed(card.seen_by - {viewer})}.")
    rows = [row for card in person.cards for row in _rows(tx, card)]
    table(("held by", "what", "value", "badge", "says", "since", "how"), rows)
    _print_open(tx, person)


def _print_open(tx: "Transaction", person: Person) -> None:
    """What is still to be decided about a person."""
    from server.cases.listing import open_in

    cards = {card.id for card in person.cards}
    for each in open_in(tx, person.viewer):
        if cards.intersection(each.case.cards):
            say(f"Open: {each.case.sentence} (case {each.case.id})")


def whose(owner: "Ownership") -> str:
    """Whose person it is, in words that follow "Whose:"."""
    if owner.claimed:
        return f"{owner.owner}'s, who claimed it" if owner.owner else "several members claim it"
    if owner.owner == "":
        return "everybody's, as was said"
    if owner.owner is not None:
        return f"{owner.owner}'s, who alone holds a card"
    why = f" ({', '.join(owner.reasons)})" if owner.reasons else ""
    return f"nobody claimed it; {owner.proposal} is proposed{why}"


def _rows(tx: "Transaction", card: "CardState") -> list[tuple[str, ...]]:
    from server.reconcile.freshness import badge
    from server.store.fading import half_lives_of

    lives = half_lives_of(tx)
    return [
        (
            card.keeper,
            _label(fact),
            fact.prop.shown,
            badge(fact, tx.now, lives).word,
            fact.typed_by or "Hearthbook",
            day(fact.last),
            _how(fact) + _limited(fact, card),
        )
        for fact in card.facts
        if fact.prop.name != "N" or not any(each.prop.name == "FN" for each in card.facts)
    ]


def _limited(fact: "Fact", card: "CardState") -> str:
    """Whom a value is shown to, where that is not everybody who sees the card."""
    from server.contacts.travel import travel_of

    if fact.seen_by == card.seen_by or not travel_of(fact.prop.name).shown:
        return ""
    return f"; seen by {_listed(fact.seen_by - {card.keeper})}"


def _listed(members: frozenset[str]) -> str:
    return ", ".join(sorted(members)) or "nobody else"


def _label(fact: "Fact") -> str:
    from server.cases.wording import label_of, property_word

    label, word = label_of(fact.prop), property_word(fact.prop.name)
    return label if label.startswith(word) else f"{word} ({label.lower()})"


def _how(fact: "Fact") -> str:
    if fact.source is not None:
        return "copied"
    if fact.bulk:
        return "imported"
    return "typed" if fact.typed_by else fact.act_kind
