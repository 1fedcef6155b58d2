"""The household of `test_devices`, whose life goes on: masses, roles, pauses, farewells and restores.

`HEARTHBOOK_HISTORIES` says how many histories are played.
"""

from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from server.cases import decide, open_cases
from server.cases.replaying import restore
from server.cycle import run_cycle
from server.errors import UsageError
from server.store.backup import backup
from server.store.belongings import belongings_of
from server.store.database import Actor
from server.store.holding import BULK_MOST
from server.store.leaving import leave
from server.store.members import find_member
from server.store.pausing import pause, resume
from server.store.sharing import set_member
from tests.clients.models.book import Model
from tests.clients.models.texts import adding
from tests.clients.test_devices import PLAYED, Devices, numbers, who_

MASS = BULK_MOST + 2
HELD_KINDS = ("mass-change", "mass-deletion", "deletion")


class Households(Devices):
    """What seldom happens, happens."""

    def __init__(self) -> None:
        super().__init__()
        self.had_mass = False
        self.copy: Path | None = None
        self.taken_by_then: set[str] = set()
        """Words that were taken when the backup was made."""
        self.gone: list[str] = []
        """Who left."""

    # --- masses ---

    @precondition(lambda self: not self.had_mass)
    @rule(on=numbers)
    def add_many(self, on: int) -> None:
        """A phone brings its old address book along; what is beyond twenty is nobody else's yet."""
        model = self._typist(on)
        self.had_mass = True
        self._sync(model)
        for number in range(MASS):
            model.add(f"Friend{chr(97 + number)} Old{on % 7}", self._word(model, number))
        self._sync(model)

    @rule(on=numbers)
    def change_many(self, on: int) -> None:
        """A program types something on every card that it has."""
        model = self._typist(on)
        self._sync(model)
        if len(model.shown) < MASS:
            return
        for number, row in enumerate(model.shown[:MASS]):
            model.edit(row, adding(self._word(model, number)))
        self._sync(model)

    @rule(on=numbers)
    def delete_many(self, on: int) -> None:
        """A program loses its cards, and deletes them on the server as well."""
        model = self._typist(on)
        self._sync(model)
        if len(model.shown) >= MASS:
            for row in list(model.shown):
                model.delete(row)
            self._sync(model)

    @rule(who=who_, pick=numbers)
    def decide_mass(self, who: int, pick: int) -> None:
        """Somebody says what becomes of what is held of theirs."""
        member = self._member(who)
        found = [each for each in open_cases(self._home.db, member) if each.kind in HELD_KINDS]
        if found:
            case = found[pick % len(found)]
            decide(
                self._home.db, case.id, case.choices[pick // 8 % len(case.choices)], member=member
            )

    @rule()
    def cycle_as_at_night(self) -> None:
        """Hearthbook reconciles, and ends no wait and no hold."""
        run_cycle(self._home.db, kind="nightly")
        self._forget_merged()

    # --- the household ---

    @rule(who=who_, role=st.sampled_from(("child", "guest", "adult", "adult")))
    def set_role(self, who: int, role: str) -> None:
        """Somebody is a child, a guest or an adult from now on; a guest's devices are in step then."""
        member = self._member(who)
        for model in self._models_of(member):
            self._sync(model)
        if role == "guest" and any(model.is_waiting for model in self._models_of(member)):
            return
        self._note_visible()
        with suppress(UsageError), self._home.db.write(Actor("member")) as tx:
            set_member(tx, member, role=role)

    @rule(on=numbers, pick=numbers)
    def write_as_guest(self, on: int, pick: int) -> None:
        """What a guest's program sends all the same is refused, and changes nothing."""
        model = self._model(on)
        if self._may_type(model) or not model.shown:
            return
        self._sync(model)
        before = [self._shown(each) for each in self._home.models.values()]
        row = model.shown[pick % len(model.shown)]
        client = model.wire.client
        answers = (client.put(row.href, row.text), client.delete(row.href))
        assert [each.status for each in answers] == [403, 403]
        assert [self._shown(each) for each in self._home.models.values()] == before

    @rule(who=who_)
    def pause_or_resume(self, who: int) -> None:
        """Somebody shares nothing new from now on, or shares again."""
        self._note_visible()
        member = self._member(who)
        with self._home.db.write(Actor("pause", member)) as tx:
            known = find_member(tx, member)
            assert known is not None
            (resume if known.paused else pause)(tx, member)

    @precondition(lambda self: self.home is not None and len(self.members) > 2)
    @rule(who=who_, pick=numbers)
    def leave(self, who: int, pick: int) -> None:
        """Somebody leaves and takes along what is theirs; nobody else loses what they typed."""
        member, heir = self._member(who), self._member(who + 1 + pick % 2)
        self._note_visible()
        live = self._live(member)
        try:
            with self._home.db.write(Actor("leave", member)) as tx:
                found = belongings_of(tx, member)
                leave(tx, member, heir=heir if pick % 3 else None)
        except UsageError:  # the last adult, or a guest as an heir
            self.visible = {}
            return
        cards = b"".join((*(e for _, some in found.books for e in some), *found.trash, *found.late))
        along = self._words(cards + "\n".join(found.suggested).encode())
        assert live <= along, live - along
        self.visible.pop(member)
        models = self._models_of(member)
        assert all(model.wire.client.propfind("/").status == 401 for model in models)
        for login in [each for each in self.logins if each.startswith(f"{member}+")]:
            del self._home.models[login]
        self.logins = tuple(self._home.models)
        self.members = tuple(each for each in self.members if each != member)
        self.late = {each for each in self.late if self.typed[each].member != member}
        self.gone.append(member)

    # --- a backup and the way back ---

    @rule()
    def back_up(self) -> None:
        """Whoever keeps the server makes a backup."""
        if self.copy is not None:
            self.copy.unlink()
        self.copy = self._home.folder.with_name("backup.db")
        self.taken_by_then = set(self.taken)
        backup(self._home.db, self.copy)

    @precondition(lambda self: self.copy is not None)
    @rule(exactly=st.sampled_from((False, False, True)))
    def restore(self, *, exactly: bool) -> None:
        """The backup is put back, with what was typed since or without; devices start over."""
        assert self.copy is not None
        home = self._home
        home.db.close()
        result = restore(home.folder, self.copy, exactly=exactly)
        home.restart()
        left = b"".join(each.record.body for each in result.account.left)
        self.late.clear()
        self.uids.clear()
        if exactly:
            self.taken &= self.taken_by_then
        else:
            assert result.problems == ()
            self.taken -= self._words(left)

    # --- what always holds ---

    @invariant()
    def what_is_held_waits(self) -> None:
        """Nobody but its keeper sees anything of a card that is held; who left keeps what they typed."""
        if self.home is None:
            return
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT member, held IS NOT NULL AND trashed IS NULL, octets"
                " FROM card JOIN text ON text.id = card.text"
            ).fetchall()
        open_words = self._words(b"".join(bytes(octets) for _, held, octets in rows if not held))
        for who, held, octets in rows:
            words = self._words(bytes(octets)) - open_words if held else set()
            for other in self.members if words else ():
                if other != who:
                    seen = b"".join(each.octets for each in self._home.entries(other))
                    theirs = {each for each in words if self.typed[each].member == who}
                    assert not theirs & self._words(seen), (who, other, theirs)
        for who in self.gone:
            kept = self._kept(who)
            for word in self.taken:
                assert self.typed[word].member != who or word.encode() in kept, word

    # --- how it is done ---

    def _may_type(self, model: Model) -> bool:
        """A guest's devices show the book as read-only."""
        return self._is_asked(model.wire.client.member)

    def _is_asked(self, who: str) -> bool:
        """Guests are asked nothing; what they have to decide waits until they are none."""
        with self._home.db.read() as tx:
            known = find_member(tx, who)
        return known is None or known.role != "guest"

    def _live(self, who: str) -> set[str]:
        """Own words on own cards."""
        with self._home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT octets FROM card JOIN text ON text.id = card.text WHERE member = ?", (who,)
            ).fetchall()
        words = self._words(b"".join(bytes(row[0]) for row in rows))
        return {each for each in words if self.typed[each].member == who}


TestHouseholds = Households.TestCase
TestHouseholds.settings = PLAYED
