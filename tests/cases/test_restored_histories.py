"""Whatever members do and undo since a backup: a restore comes to the same, to the byte and to the name.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

from pathlib import Path
from typing import Final

from hypothesis import Phase, settings

from server.cases import open_cases
from server.cases.replaying import restore
from server.cycle import run_cycle
from server.store.backup import backup
from tests.store.test_histories import MEMBERS, PLAYED
from tests.store.test_undone_histories import UndoneHistories

_ALL: Final = {
    "cards": "SELECT card.id, uid, octets, trashed IS NULL, held IS NULL, frozen IS NULL, visibility"
    " FROM card JOIN text ON text.id = card.text ORDER BY 1",
    "links": "SELECT card_a, card_b, verdict, scope, member FROM link WHERE ended IS NULL"
    " ORDER BY 1, 2, 3, 4",
    "answers": "SELECT key, choice, member FROM answer ORDER BY 1",
    "suggestions": "SELECT id, author, card, before, after, state FROM suggestion ORDER BY 1",
    "slots": "SELECT slot.member, href, uid, card, own, octets, gone IS NULL"
    " FROM slot LEFT JOIN text ON text.id = slot.text ORDER BY 1, 2",
    "values": "SELECT card, property, norm, typed_by, gone IS NULL, visibility, withheld, bulk,"
    " began.name, latest.name FROM fact JOIN act AS began ON began.id = first"
    " JOIN act AS latest ON latest.id = last ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "acts": "SELECT act.kind, act.member, label, act.name, act.at, undone.name FROM act"
    " LEFT JOIN device ON device.id = act.device LEFT JOIN act AS undone ON undone.id = act.undoes"
    " WHERE act.kind NOT IN ('restore', 'share', 'card') ORDER BY act.id",  # shown as before: nothing is done
    "claims": "SELECT card, claim.member, says, said_by, name FROM claim"
    " JOIN act ON act.id = act ORDER BY claim.id",
    "refused": "SELECT received.member, status, octets, merged IS NULL FROM received"
    " JOIN text ON text.id = received.text WHERE status >= 400 ORDER BY 1, 2, 3",
}


class RestoredHistories(UndoneHistories):
    """The household of the histories, which loses its database at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.copy = Path(self.folder.name) / "copy.db"
        backup(self.home.db, self.copy)

    def tie(self, left: int, right: int, who: str, verdict: str) -> None:
        """Nobody does that but by an answer, which is in the journal."""

    def teardown(self) -> None:
        """What the backup and the journal give is what there was."""
        try:
            run_cycle(self.home.db, kind="command", releasing=True)
            before = self._everything()
            account = restore(self.home.db.folder, self.copy).account
            assert account.left == ()
            assert account.others == ()
            run_cycle(self.home.db, kind="nightly")  # asks what is asked, and does nothing else
            for what, after in self._everything().items():
                assert after == before[what], what
            assert self.home.verify() == ()
        finally:
            self.drawing.close()
            self.home.db.close()
            self.folder.cleanup()

    def _everything(self) -> dict[str, list[object]]:
        with self.home.db.read() as tx:
            found: dict[str, list[object]] = {
                name: list(tx.connection.execute(query)) for name, query in _ALL.items()
            }
        for who in MEMBERS:
            cases = (
                (each.kind, each.sentence, each.cards) for each in open_cases(self.home.db, who)
            )
            found[f"cases of {who}"] = [*sorted(cases)]
        return found


TestRestoredHistories = RestoredHistories.TestCase
TestRestoredHistories.settings = settings(PLAYED, phases=[Phase.generate])
