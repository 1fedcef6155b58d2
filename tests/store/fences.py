"""The fence of a reader held against policy: card by card, value by value."""

from dataclasses import replace

from server.access import ValueAccess, card_level, is_meant_for, sees_value
from server.contacts.build import NAMES_OF_ORGANISATION, NAMES_OF_PERSON
from server.store.cards import all_cards, find_card
from server.store.database import Database
from server.store.fence import FENCED, reading_as
from server.store.history import value_access
from server.store.members import household_of

Reached = tuple[set[str], set[int]]


def reached(db: Database, who: str) -> Reached:
    """The cards and values that a member's reader finds in the tables."""
    with reading_as(db, who) as tx:
        cards = tx.connection.execute("SELECT id FROM card")
        facts = tx.connection.execute("SELECT id FROM fact")
        return {each[0] for each in cards}, {each[0] for each in facts}


def within(db: Database, who: str) -> dict[str, int]:
    """How many rows of each table a member's reader finds."""
    with reading_as(db, who) as tx:
        found = {each: f"SELECT count(*) FROM {each}" for each in FENCED}  # noqa: S608 - names of tables
        return {each: tx.connection.execute(query).fetchone()[0] for each, query in found.items()}


def permitted(db: Database, who: str) -> Reached:
    """Those that policy shows, were nothing in the trash, held or waiting."""
    cards, facts = set[str](), set[int]()
    with db.read() as tx:
        household = household_of(tx)
        for card_id in all_cards(tx):
            row = find_card(tx, card_id)
            assert row is not None
            named = "SELECT name FROM book WHERE id = ?"
            (book,) = tx.connection.execute(named, (row.book,)).fetchone()
            there = replace(
                row.access, shared_book=book == "contacts", waiting=False, trashed=False
            )
            level = card_level(household, who, there)
            if row.member == who or level != "none":
                cards.add(card_id)
            query = "SELECT id FROM fact WHERE card = ?"
            for (fact_id,) in tx.connection.execute(query, (card_id,)).fetchall():
                value = replace(value_access(tx, fact_id), card=there)
                if row.member == who or (
                    _is_of_name(who, value)
                    if level == "name"
                    else sees_value(household, who, value)
                ):
                    facts.add(fact_id)
    return cards, facts


def _is_of_name(who: str, value: ValueAccess) -> bool:
    return value.property in NAMES_OF_PERSON | NAMES_OF_ORGANISATION and is_meant_for(who, value)
