"""Whatever members do in any order, and whatever of it is undone: it is gone, and undoing that brings it back.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

import operator
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.contacts.card import parse
from server.contacts.properties import properties
from server.errors import NotFound, UsageError
from server.store.database import Actor
from server.store.undoing import Undone, undo_act
from tests.asking import open_cases
from tests.store.test_histories import MEMBERS, PLAYED, Histories

State = dict[str, list[tuple[object, ...]]]
Values = dict[str, frozenset[tuple[str, str]]]


_STATE = {
    "cards": "SELECT member, octets FROM card JOIN text ON text.id = card.text"
    " WHERE trashed IS NULL ORDER BY member, octets",
    "links": "SELECT card_a, card_b, verdict, scope FROM link WHERE ended IS NULL ORDER BY 1, 2, 3, 4",
    "hidden": "SELECT member, card FROM hidden ORDER BY 1, 2",
    "views": "SELECT slot.member, octets FROM slot JOIN text ON text.id = slot.text"
    " WHERE gone IS NULL",
}
_OF_VALUES = frozenset({"offer", "suggestion", "values"})
"""Kinds of questions that ask about what somebody typed."""


def _without_uid(entry: object) -> tuple[str, list[bytes]]:
    """An entry of a view: which of two stands for both is told by itself."""
    who, octets = cast("tuple[str, bytes]", entry)
    return who, [each for each in octets.splitlines() if not each.startswith(b"UID:")]


class UndoneHistories(Histories):
    """The household of the histories, in which acts are taken back."""

    @rule(pick=st.integers(0, 11), whose=st.integers(0, 3))
    def take_back(self, pick: int, whose: int) -> None:
        """Somebody undoes one of the latest acts; no cycle does it again."""
        act = self._act(pick)
        before = self._values()
        undone = self._undo(act, MEMBERS[whose] if whose < len(MEMBERS) else None)
        if undone is None:
            return
        taken = {card: before.get(card, after) - after for card, after in self._values().items()}
        self.cycle()
        for card, values in self._brought(undone.act).items():
            assert not values & taken.get(card, frozenset()), (card, values & taken[card])

    @rule(pick=st.integers(0, 11))
    def take_back_and_again(self, pick: int) -> None:
        """What was undone and undone again is as it was, to the byte.

        Where the undo parted two of somebody's view, the older of their entries stands for both then
        (design rule R3); and who had typed on a card that went keeps their lines on one of their own (R4).
        What comes back stays on its card: it is not offered, or asked about, as if it was typed now.
        """
        act = self._act(pick)
        before, slots, own, lines = self._state(), self._slots(), self._private(), self._lines()
        undone = self._undo(act, None)
        if undone is None:
            return
        assert self.home.verify() == ()
        private = self._private()
        if not undone.stays and private <= own and self._lines() == lines:
            try:
                with self.home.db.write(Actor("undo")) as tx:
                    redone = undo_act(tx, undone.act)
            except UsageError as error:
                if "no longer shown" in error.sentence:
                    return
                raise
            after = self._state()
            if redone.stays or self._private() != private:  # a mark that is back makes private
                return
            for what, was in before.items():
                now = after[what]
                kept = [each for each in was if each in now or each[0] not in _OF_VALUES]
                gone, new = (
                    [e for e in one if e not in other] for one, other in ((kept, now), (now, kept))
                )
                assert now == kept, (what, gone, new)
            came, went = self._slots() - slots, slots - self._slots()
            assert len(came) == len(went)
            assert all(map(operator.lt, sorted(came), sorted(went))), (came, went)

    def _undo(self, act: int, member: str | None) -> Undone | None:
        """Undo an act; None where it cannot be undone, which changes nothing."""
        before = self._state()
        try:
            with self.home.db.write(Actor("undo", member)) as tx:
                undone = undo_act(tx, act, member=member)
        except (UsageError, NotFound):
            assert self._state() == before
            return None
        self.personal.clear()
        return undone

    def _act(self, pick: int) -> int:
        with self.home.db.read() as tx:
            rows = tx.connection.execute("SELECT id FROM act ORDER BY id DESC LIMIT 12").fetchall()
        return int(rows[pick % len(rows)][0])

    def _private(self) -> frozenset[str]:
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT id FROM card WHERE visibility = 'private' AND trashed IS NULL"
            )
            return frozenset(row[0] for row in rows)

    def _lines(self) -> dict[int, str]:
        """On which card lies what members typed on those of others."""
        with self.home.db.read() as tx:
            return dict(tx.connection.execute("SELECT id, card FROM suggestion").fetchall())

    def _slots(self) -> frozenset[tuple[str, int]]:
        """Whose entries there are; an older one has a smaller number."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute("SELECT member, id FROM slot WHERE gone IS NULL")
            return frozenset(rows.fetchall())

    def _values(self) -> Values:
        """What each card says, live or not."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT card.id, octets FROM card JOIN text ON text.id = card.text"
            ).fetchall()
        return {
            card: frozenset(
                (each.name, each.norm) for each in properties(parse(bytes(octets)), region="DE")
            )
            for card, octets in rows
        }

    def _brought(self, since: int) -> Values:
        """What cycles brought to each card since an act."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT card, property, norm FROM fact JOIN act ON act.id = fact.first"
                " WHERE act.id > ? AND act.kind = 'cycle'",
                (since,),
            ).fetchall()
        found: dict[str, set[tuple[str, str]]] = {}
        for card, name, norm in rows:
            found.setdefault(card, set()).add((name, norm))
        return {card: frozenset(values) for card, values in found.items()}

    def _state(self) -> State:
        """All that members can see or be asked, and what cards say."""
        with self.home.db.read() as tx:
            found: State = {
                name: tx.connection.execute(query).fetchall() for name, query in _STATE.items()
            }
        found["views"] = [*sorted(map(_without_uid, found["views"]))]
        for who in MEMBERS:
            cases = ((each.kind, each.id) for each in open_cases(self.home.db, who))
            found[f"cases of {who}"] = [*sorted(cases)]
        return found


TestUndoneHistories = UndoneHistories.TestCase
TestUndoneHistories.settings = PLAYED
