"""The random histories of households, with members who also type on pages: on old forms, twice, beside phones.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

from dataclasses import dataclass

from hypothesis.stateful import rule

from server.contacts.card import parse
from server.contacts.properties import Change, diff, properties
from server.store.database import Actor
from server.store.texts import octets_of
from server.store.typed import live_slot, put_typed
from tests.store.test_histories import INNER, PLAYED, Histories, members, numbers

HOWS = (1, 2, 8)
"""What a form can do to the lines that it was made from: take off, change, add."""


@dataclass(frozen=True)
class Form:
    """A form that somebody opened, and the text that it was made from."""

    who: str
    card: str
    had: bytes


class TypedHistories(Histories):
    """Three members with phones, who also sit before pages."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    @rule(who=members, pick=numbers)
    def open_form(self, who: str, pick: int) -> None:
        """Somebody opens the form of a card that they see whole."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT slot.card, slot.text FROM slot JOIN card ON card.id = slot.card"
                " WHERE slot.member = ? AND slot.gone IS NULL AND card.kind <> 'group' ORDER BY slot.id",
                (who,),
            ).fetchall()
            if not rows:
                return
            card, text = rows[pick % len(rows)]
            had = octets_of(tx, text)
        if who in self._viewers(card):
            self.forms.append(Form(who, card, had))

    @rule(pick=numbers, how=numbers)
    def send_form(self, pick: int, how: int) -> None:
        """Somebody types on a form that they opened once, and sends it, maybe twice."""
        if not self.forms:
            return
        form = self.forms[-1 - pick % min(len(self.forms), 4)]
        token = self._token(pick)
        body = self._changed(form.had, HOWS[how % len(HOWS)], pick, token)
        changes = self._changes(form.had, body)
        if changes is None or not self._sent(form, changes):
            return
        self.actor = form.who
        self._note(body)
        if token.line.encode() in body:
            self.typed[token.word] = form.who
            self.inner |= {token.word} if token.line.startswith(INNER) else set()
            assert token.word.encode() in self._kept(form.who)
        acts = self._acts()
        assert self._sent(form, changes)
        assert self._acts() == acts, "sent twice, it does nothing twice"

    def _changes(self, had: bytes, body: bytes) -> tuple[Change, ...] | None:
        """What was typed, without what no form has: the frame, and nobody's card."""
        before, after = (properties(parse(each), region="DE") for each in (had, body))
        found = diff(before, after)
        return found if found and any(each.name == "FN" for each in after) else None

    def _sent(self, form: Form, changes: tuple[Change, ...]) -> bool:
        """Send a form; whether it was taken."""
        if form.who not in self._viewers(form.card):
            return False
        with self.home.db.write(Actor("put", form.who)) as tx:
            slot = live_slot(tx, form.who, form.card)
            return slot is not None and not put_typed(tx, slot, had=form.had, changes=changes)

    def _acts(self) -> int:
        with self.home.db.read() as tx:
            return int(tx.connection.execute("SELECT max(id) FROM act").fetchone()[0])


TestTypedHistories = TypedHistories.TestCase
TestTypedHistories.settings = PLAYED
