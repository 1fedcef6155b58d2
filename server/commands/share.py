"""`hearthbook share`: what members show each other, and who sees a single card or value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from server.commands.options import LEVELS
from server.commands.persons import Person, find_person
from server.commands.place import Place, pass_place
from server.commands.screen import note, say
from server.errors import NotFound, UsageError

if TYPE_CHECKING:
    from server.reconcile.snapshot import CardState, Fact
    from server.store.database import Transaction


@click.command()
@click.argument("words", metavar="FROM TO LEVEL | PERSON|CARD", nargs=-1, required=True)
@click.option("--with", "named", metavar="MEMBER,...", help="Only these see the card or value.")
@click.option("--private", is_flag=True, help="Nobody else sees the card or value.")
@click.option("--household", is_flag=True, help="All see it, as far as its keeper shows them any.")
@click.option(
    "--property",
    "value",
    metavar="NAME[=VALUE]",
    help="Only one value of the card, such as TEL=030 1234 or BDAY.",
)
@click.option("--as", "keeper", metavar="MEMBER", help="Whose card. Default: the card's keeper.")
@pass_place
def share(
    place: Place,
    *,
    words: tuple[str, ...],
    named: str | None,
    private: bool,
    household: bool,
    value: str | None,
    keeper: str | None,
) -> None:
    """Say what member FROM shows member TO, or who sees a card or one of its values.

    LEVEL is none, name or all. A card or value is never shown to more than its keeper shows
    anything; narrower takes back at once what was brought to others' cards, though phones may
    remember.
    """
    chosen = [each for each in (named is not None, private, household) if each]
    if not chosen and value is None and keeper is None:
        _between(place, words)
        return
    if len(chosen) != 1:
        raise click.UsageError("Say one of --with MEMBER,..., --private and --household.")
    visibility = "members" if named is not None else "private" if private else "shared"
    names = tuple(filter(None, (each.strip() for each in (named or "").split(","))))
    if named is not None and not names:
        raise click.UsageError("Name members after --with, or say --private.")
    _limit(place, " ".join(words), _Choice(visibility, names, value, keeper))


@dataclass(frozen=True, slots=True)
class _Choice:
    """What was said about a card or value."""

    visibility: str
    named: tuple[str, ...]
    value: str | None
    keeper: str | None


def _between(place: Place, words: Sequence[str]) -> None:
    from server.store.database import Actor
    from server.store.sharing import set_share

    if len(words) != 3:
        raise click.UsageError(
            "Say FROM TO LEVEL, or a card with --with, --private or --household."
        )
    giver, taker, level = words
    if level not in LEVELS:
        known = ", ".join(map(repr, LEVELS))
        raise click.UsageError(f"{level!r} is not one of {known}.")
    with place.database().write(Actor(kind="share")) as tx:
        set_share(tx, giver, taker, level)
    say(f"{giver} now shows {taker}: {level}.")


def _limit(place: Place, word: str, choice: _Choice) -> None:
    """Limit the keeper's cards of a person, or one value on them."""
    from server.store.database import Actor
    from server.store.sharing import set_value_visibility, set_visibility

    database = place.database()
    with database.read() as tx:
        person = find_person(tx, word, choice.keeper)
        cards = _own_cards(person, word, choice.keeper)
        values = {each.id: _values(tx, each, choice.value) for each in cards if choice.value}
    if choice.value and not any(values.values()):
        raise NotFound(f"{person.name} has no {choice.value!r} on {person.viewer}'s card.")
    with database.write(Actor("card", person.viewer)) as tx:
        for each in cards:
            for fact in values.get(each.id, ()):
                key = (fact.prop.name, fact.prop.norm)
                set_value_visibility(tx, each.id, key, choice.visibility, choice.named)
            if not choice.value:
                set_visibility(tx, each.id, choice.visibility, named=choice.named)
        unseen = _shown_nothing(tx, person.viewer, choice)
    what = f"{person.name}: {choice.value}" if choice.value else person.name
    say(f"{what} is shown to {_whom(choice)} from {person.viewer}'s card.")
    if unseen:
        note(f"{', '.join(unseen)} still sees nothing: {person.viewer} shows them no values.")
    if choice.visibility != "shared":
        note("Phones that had it may remember it.")


def _own_cards(person: Person, word: str, keeper: str | None) -> "tuple[CardState, ...]":
    """The viewer's own cards of a person; the one card where it was named.

    Raises:
        UsageError: Several members have a card of the person, and nobody said whose is meant.
    """
    exact = [each for each in person.cards if word in (each.id, each.uid)]
    if exact and (keeper is None or exact[0].keeper == keeper):
        return tuple(exact)
    keepers = list(dict.fromkeys(each.keeper for each in person.cards))
    if keeper is None and len(keepers) > 1:
        raise UsageError(
            f"{' and '.join(keepers)} have a card of {person.name}; say whose with --as."
        )
    own = tuple(each for each in person.cards if each.keeper == person.viewer)
    if not own:
        raise UsageError(
            f"{person.viewer} has no card of {person.name}; only a card's keeper says who sees it."
        )
    return own


def _values(tx: "Transaction", card: "CardState", word: str | None) -> "list[Fact]":
    """The values that NAME or NAME=VALUE means; a value is known as written or as it is compared."""
    from server.contacts.properties import property_from
    from server.store.household import region_of

    name, equals, text = (word or "").partition("=")
    of_name = [each for each in card.facts if each.prop.name == name.strip().upper()]
    if not equals:
        if len(of_name) > 1:
            raise UsageError(
                f"There are {len(of_name)} of {name.upper()}; say which, such as "
                f"{name.upper()}={of_name[0].prop.shown}."
            )
        return of_name
    line = f"{name.strip().upper()}:{text.strip()}\r\n".encode("utf-8", "replace")
    wanted = property_from(line, version="3.0", region=region_of(tx)).norm
    return [each for each in of_name if each.prop.norm == wanted or each.prop.shown == text.strip()]


def _shown_nothing(tx: "Transaction", keeper: str, choice: _Choice) -> list[str]:
    """Those of the named members to whom the keeper shows less than all."""
    from server.store.members import household_of

    household = household_of(tx)
    return [each for each in choice.named if household.level(keeper, each) != "all"]


def _whom(choice: _Choice) -> str:
    match choice.visibility:
        case "private":
            return "nobody else"
        case "shared":
            return "the household"
        case _:
            return f"{', '.join(choice.named)} alone"
