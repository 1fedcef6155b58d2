"""Put the made-up household into a database, through the same doors as a real one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.demo.people import people
from server.store.database import Actor, Database
from server.store.devices import add_device
from server.store.imports import Incoming, import_cards
from server.store.migrate import create_database
from server.store.sharing import add_member

SEED = 2026
"""The same people every time, so that what is shown can be talked about."""

REGION = "DE"
DEVICE = "demo"


@dataclass(frozen=True, slots=True)
class Account:
    """How one member gets in."""

    member: str
    name: str
    password: str
    """The password of the member's one device."""


def make_household(
    folder: Path, *, seed: int = SEED, clock: Callable[[], int] | None = None
) -> tuple[Database, tuple[Account, ...]]:
    """Make the database in an empty folder, with both members and all their cards.

    Args:
        clock: UTC microseconds, where the household is to be older than the moment.
    """
    anna, ben, _ = people(seed)
    database = create_database(folder, household="The Hartwigs", region=REGION, clock=clock)
    accounts = []
    for member, name, cards in (("anna", "Anna", anna), ("ben", "Ben", ben)):
        with database.write(Actor(kind="member")) as tx:
            add_member(tx, member, name=name, shares="all")
            _, password = add_device(tx, member, DEVICE)
        import_cards(database, member, _incoming(member, cards))
        accounts.append(Account(member, name, password))
    return database, tuple(accounts)


def _incoming(member: str, cards: Sequence[bytes]) -> tuple[Incoming, ...]:
    return tuple(
        Incoming(f"{member}.vcf, card {number}", octets) for number, octets in enumerate(cards, 1)
    )
