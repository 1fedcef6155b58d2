"""Who is in a view, worked out from cards and links alone: nothing that makes views is asked."""

from collections.abc import Iterable

from server.access import card_level
from server.reconcile.clusters import Clusters
from server.store.cards import CardRow, cards_of
from server.store.members import household_of
from tests.builders import Home


def there_twice(home: Home, who: str, members: Iterable[str]) -> list[str]:
    """The cards that a member is served beside another one of the same person; own ones may be several."""
    with home.db.read() as tx:
        household = household_of(tx)
        seen = {
            row.id: row
            for member in members
            for row in cards_of(tx, member)
            if card_level(household, who, row.access) == "all"
        }
        links = tx.connection.execute(
            "SELECT card_a, card_b FROM link"
            " WHERE verdict = 'same' AND ended IS NULL AND scope IN ('', ?)",
            (who,),
        ).fetchall()
        shown = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND gone IS NULL", (who,)
        ).fetchall()
    persons = Clusters()
    for one, other in links:
        if one in seen and other in seen:
            persons.connect(one, other)
    return list(_doubles(who, seen, persons, [card for (card,) in shown if card in seen]))


def _doubles(
    who: str, seen: dict[str, CardRow], persons: Clusters, shown: list[str]
) -> Iterable[str]:
    met = {persons.of(each) for each in seen if seen[each].member == who}
    for card in shown:
        if seen[card].member != who:
            if persons.of(card) in met:
                yield card
            met.add(persons.of(card))
