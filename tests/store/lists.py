"""Lists that were brought up to date, held against lists that are made anew."""

from server.store.database import Actor, Database
from server.store.people import Entry, Search, list_people, prepare_list

ALL = Search()


def brought_up_to_date(db: Database, who: str) -> tuple[Entry, ...]:
    """A member's list as a page shows it."""
    prepare_list(db, who)
    with db.read() as tx:
        return tuple(list_people(tx, who, ALL, most=-1))


def made_anew(db: Database, who: str) -> tuple[Entry, ...]:
    """The same, as if nothing of it had been kept."""
    with db.write(Actor("listed")) as tx:
        tx.connection.execute("DELETE FROM listed")
        tx.connection.execute("UPDATE view SET listed = 0")
    return brought_up_to_date(db, who)
