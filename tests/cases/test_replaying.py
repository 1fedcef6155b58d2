"""After a restore: answers, undos, releases and who was brought back are as they were, or a sentence says what is not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases.removals import bring_back, removals
from server.cases.replaying import restore
from server.cases.undoing import undo
from server.cases.whose import ask_keeper, stop_lending
from server.cycle import run_cycle, settle, trial
from server.store.backup import Restored, backup
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.going_back import go_back
from server.store.history import last_act
from server.store.imports import Incoming, import_cards
from server.store.journal import Journal
from server.store.linking import answers
from server.store.sharing import set_share
from tests.asking import decide, open_cases
from tests.builders import Home, a_card, a_name

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three members, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    made.add_device("anna", "tablet")
    backup(made.db, tmp_path / "copy.db")
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    home.clock.pass_seconds(60)
    run_cycle(home.db, kind="command", releasing=True)


def restored(home: Home) -> Restored:
    return restore(home.db.folder, home.db.folder.parent / "copy.db")


def add(home: Home, who: str, uid: str, name: str, *lines: str) -> None:
    home.put(who, f"{uid}.vcf", a_card(uid, name, *lines))


def edit(home: Home, login: str, name: str, old: str, new: str) -> None:
    who = login.partition("+")[0]
    entry = home.entry(who, name)
    body = entry.octets.replace(old.encode(), new.encode())
    assert body != entry.octets
    assert home.put(login, entry.href, body, if_match=home.etag(who, entry)).status == 204


def answer(home: Home, who: str, kind: str, choice: str) -> None:
    case = next(each for each in open_cases(home.db, who) if each.kind == kind)
    home.clock.pass_seconds(60)
    decide(home.db, case.id, choice, member=who)


def last(home: Home) -> int:
    with home.db.read() as tx:
        found = last_act(tx)
    assert found is not None
    return found


def take_back(home: Home, act: int, member: str | None = None) -> None:
    home.clock.pass_seconds(60)
    undo(home.db, act, member=member)


State = dict[str, object]


def state(home: Home) -> State:
    """All that members see and were told, with the names under which phones know it, and who did what."""
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT card.id, text.hash, trashed IS NULL, held IS NULL, frozen IS NULL, visibility"
            " FROM card JOIN text ON text.id = card.text ORDER BY 1"
        ).fetchall()
        said = {key: (choice, who) for key, (choice, who, _) in answers(tx).items()}
        links = tx.connection.execute(
            "SELECT card_a, card_b, verdict, scope, member FROM link WHERE ended IS NULL"
            " ORDER BY 1, 2, 4"
        ).fetchall()
        bases = tx.connection.execute(
            "SELECT card_a, card_b, property FROM base ORDER BY 1, 2, 3"
        ).fetchall()
        claims = tx.connection.execute(
            "SELECT card, member, says, said_by FROM claim ORDER BY id"
        ).fetchall()
        acts = tx.connection.execute(
            "SELECT act.kind, act.member, label, act.name, act.at FROM act"
            " LEFT JOIN device ON device.id = device WHERE act.kind <> 'restore' ORDER BY act.id"
        ).fetchall()
    found: State = {"cards": rows, "answers": said, "links": links, "bases": bases}
    found |= {"claims": claims, "acts": acts}
    for who in ("anna", "ben", "carl"):
        found[who] = sorted((each.href, each.uid, each.octets) for each in home.entries(who))
        found[f"removed {who}"] = [(e.name, e.how, e.at) for e in removals(home.db, who)]
        found[f"cases {who}"] = [
            (each.kind, each.sentence, each.cards) for each in open_cases(home.db, who)
        ]
    return found


def same_person_asked(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", "BDAY:1980-02-29")
    add(home, "ben", "ub", "Eva Stein", "TEL:+49 30 23125 200")
    cycle(home)


def said_same(home: Home) -> None:
    same_person_asked(home)
    answer(home, "ben", "same-person", "same")


def said_different(home: Home) -> None:
    same_person_asked(home)
    answer(home, "ben", "same-person", "different")


def left_for_later(home: Home) -> None:
    same_person_asked(home)
    answer(home, "ben", "same-person", "later")


def doubles_answered(home: Home) -> None:
    for number, name in enumerate(("Tom Wald", "Ute Feld", "Jan Vermeer")):
        add(home, "anna", f"{number}a", name)
        add(home, "anna", f"{number}b", name)
    cycle(home)
    case = next(each for each in open_cases(home.db, "anna") if each.kind == "doubles")
    one, other, _ = (each.case.id for each in case.doubles)
    answer(home, "anna", "doubles", f"{one} {other}=different")


def doubles_answered_and_undone(home: Home) -> None:
    doubles_answered(home)
    take_back(home, last(home))


def values_answered(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE, "TITLE:Prof")
    add(home, "ben", "ub", "Eva Stein", PHONE, "TITLE:Dr")
    cycle(home)
    answer(home, "ben", "values", "anna")


def values_kept_apart(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE, "TITLE:Prof", "TEL:+49 30 23125 102")
    add(home, "ben", "ub", "Eva Stein", PHONE, "TITLE:Dr")
    cycle(home)
    answer(home, "anna", "values", "keep")
    edit(home, "ben", "Eva Stein", "TEL", "TEL;TYPE=HOME")
    cycle(home)


def suggestion_accepted(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    cycle(home)
    edit(home, "ben", "Eva Stein", "END:", "TITLE:Dr\r\nEND:")
    answer(home, "anna", "suggestion", "accept")


def suggestion_declined(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    cycle(home)
    edit(home, "ben", "Eva Stein", "END:", "TITLE:Dr\r\nEND:")
    answer(home, "anna", "suggestion", "decline")


def race_answered(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE, "TITLE:Dr")
    cycle(home)
    entry = home.entry("anna", "Eva Stein")
    tag = home.etag("anna", entry)
    first, late = (entry.octets.replace(b"Dr", each) for each in (b"Prof", b"Boss"))
    home.put("anna+tablet", entry.href, first, if_match=tag)
    home.put("anna", entry.href, late, if_match=tag)
    cycle(home)
    answer(home, "anna", "edit-lost-race", "mine")


def edit_undone(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    edit(home, "anna", "Eva Stein", "101", "102")
    take_back(home, last(home), "anna")


def new_card_undone(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    add(home, "anna", "ub", "Jan Vermeer")
    take_back(home, last(home), "anna")


def cycle_undone(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE, "TITLE:Dr")
    add(home, "ben", "ub", "Eva Stein", PHONE, "EMAIL:eva@example.org")
    cycle(home)
    take_back(home, last(home))
    cycle(home)


def answer_undone(home: Home) -> None:
    said_same(home)
    take_back(home, last(home), "ben")


def undo_undone(home: Home) -> None:
    values_answered(home)
    take_back(home, last(home))
    take_back(home, last(home))


def deletion_undone(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    cycle(home)
    home.delete("ben", home.entry("ben", "Eva Stein").href)
    take_back(home, last(home), "ben")


def person_brought_back(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    add(home, "anna", "ub", "Jan Vermeer")
    cycle(home)
    home.delete("ben", home.entry("ben", "Eva Stein").href)
    home.delete("anna", "ub.vcf")
    home.clock.pass_seconds(60)
    bring_back(home.db, "ben", "Eva Stein")
    bring_back(home.db, "anna", "Jan Vermeer")


def deleted_persons_copy_kept(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    cycle(home)
    home.delete("anna", "ua.vcf")
    home.clock.pass_seconds(60)
    bring_back(home.db, "ben", "Eva Stein")
    edit(home, "ben", "Eva Stein", "23125 101", "23125 103")


def mass(home: Home, login: str, old: str, new: str) -> None:
    for number in range(23):
        edit(home, login, a_name(number), old, new)


def many(home: Home) -> None:
    for number in range(23):
        add(home, "anna", f"u{number}", a_name(number), f"TEL:+49 30 23125 1{number:02d}")
    cycle(home)
    home.clock.pass_seconds(4000)


def hold_released(home: Home) -> None:
    many(home)
    mass(home, "anna", "23125 1", "23125 2")
    answer(home, "anna", "mass-change", "release")


def hold_put_back(home: Home) -> None:
    many(home)
    mass(home, "anna", "23125 1", "23125 2")
    answer(home, "anna", "mass-change", "put-back")


def hold_open(home: Home) -> None:
    many(home)
    mass(home, "anna", "23125 1", "23125 2")


def mass_deletion_kept(home: Home) -> None:
    many(home)
    for number in range(23):
        home.delete("anna+tablet", f"u{number}.vcf")
    answer(home, "anna", "mass-deletion", "keep")


def mass_deletion_done(home: Home) -> None:
    many(home)
    for number in range(23):
        home.delete("anna+tablet", f"u{number}.vcf")
    answer(home, "anna", "mass-deletion", "delete")


def new_cards_released(home: Home) -> None:
    cycle(home)
    for number in range(23):
        add(home, "anna", f"u{number}", a_name(number))
    answer(home, "anna", "mass-change", "release")


def went_back_to_a_version(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    added = last(home)
    edit(home, "anna", "Eva Stein", "101", "102")
    home.clock.pass_seconds(60)
    with home.db.write(Actor("put", "anna")) as tx:
        go_back(tx, cards_with_uid(tx, "anna", "ua")[0], added)


def asked_for_a_card(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    cycle(home)
    with home.db.read() as tx:
        card = tx.connection.execute("SELECT id FROM card").fetchone()[0]
    home.clock.pass_seconds(60)
    ask_keeper(home.db, "ben", card)


def card_lent(home: Home) -> None:
    asked_for_a_card(home)
    (case,) = open_cases(home.db, "anna")
    home.clock.pass_seconds(60)
    decide(home.db, case.id, case.choices[0], member="anna")


def letter_answered(home: Home) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    add(home, "ben", "ub", "Eva Stein", PHONE, "EMAIL:eva@example.org")
    answer(home, "anna", "letter", "go")


def letter_undone(home: Home) -> None:
    letter_answered(home)
    with home.db.read() as tx:
        act = tx.connection.execute("SELECT id FROM act WHERE kind = 'letter'").fetchone()[0]
    take_back(home, act, "anna")


def waiting_cards_joined(home: Home) -> None:
    """What two mass imports brought is shown, and becomes one person each, in one transaction."""
    for who in ("anna", "ben"):
        cards = [
            Incoming(str(n), a_card(f"{who}-{n}", a_name(n), f"TEL:+49 30 23125 {100 + n}"))
            for n in range(25)
        ]
        import_cards(home.db, who, cards)
    cycle(home)


def typed_over_what_a_cycle_brought(home: Home) -> None:
    """Ben's phone sends back what Anna typed: it stays hers, and goes when she stops showing it."""
    add(home, "anna", "ua", "Eva Stein", PHONE, "EMAIL:eva@example.org")
    add(home, "ben", "ub", "Eva Stein", PHONE)
    cycle(home)
    edit(home, "ben", "Eva Stein", "END:", "NOTE:mine\r\nEND:")
    cycle(home)


STORIES: tuple[Callable[[Home], None], ...] = (
    said_same,
    said_different,
    left_for_later,
    doubles_answered,
    doubles_answered_and_undone,
    values_answered,
    values_kept_apart,
    suggestion_accepted,
    suggestion_declined,
    race_answered,
    edit_undone,
    new_card_undone,
    cycle_undone,
    answer_undone,
    undo_undone,
    deletion_undone,
    person_brought_back,
    deleted_persons_copy_kept,
    hold_open,
    hold_released,
    hold_put_back,
    mass_deletion_kept,
    mass_deletion_done,
    new_cards_released,
    went_back_to_a_version,
    asked_for_a_card,
    card_lent,
    letter_answered,
    letter_undone,
    waiting_cards_joined,
    typed_over_what_a_cycle_brought,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_all_is_as_it_was(home: Home, story: Callable[[Home], None]) -> None:
    story(home)
    before = state(home)
    account = restored(home).account
    assert account.left == ()
    assert account.others == ()
    assert state(home) == before


@pytest.mark.parametrize(
    "story", [undo_undone, race_answered, hold_put_back], ids=lambda e: e.__name__
)
def test_a_second_restore_comes_to_the_same(home: Home, story: Callable[[Home], None]) -> None:
    story(home)
    before = state(home)
    restored(home)
    assert restored(home).account.left == ()
    assert state(home) == before


def test_what_was_undone_after_a_restore_is_found_by_its_name(home: Home) -> None:
    """The act that is undone has another number in each replay."""
    add(home, "anna", "ua", "Eva Stein", PHONE)
    edit(home, "anna", "Eva Stein", "101", "102")
    edited = last(home)
    restored(home)
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT id FROM act WHERE kind = 'put' ORDER BY id DESC")
        again = int(rows.fetchone()[0])
    assert again != edited
    take_back(home, again, "anna")
    assert restored(home).account.left == ()
    assert b"23125 101" in home.entry("anna", "Eva Stein").octets


def test_what_was_in_the_backup_is_undone_again(home: Home, tmp_path: Path) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    edit(home, "anna", "Eva Stein", "101", "102")
    backup(home.db, tmp_path / "later.db")
    take_back(home, last(home), "anna")
    assert restore(home.db.folder, tmp_path / "later.db").account.left == ()
    assert b"23125 101" in home.entry("anna", "Eva Stein").octets


def test_an_act_of_an_older_version_is_undone_again_by_its_number(
    home: Home, tmp_path: Path
) -> None:
    add(home, "anna", "ua", "Eva Stein", PHONE)
    edit(home, "anna", "Eva Stein", "101", "102")
    home.db.connection().execute("UPDATE act SET name = NULL")
    backup(home.db, tmp_path / "later.db")
    take_back(home, last(home), "anna")
    assert restore(home.db.folder, tmp_path / "later.db").account.left == ()
    assert b"23125 101" in home.entry("anna", "Eva Stein").octets


def test_an_answer_to_what_is_not_asked_the_same_way_is_said_and_asked_again(home: Home) -> None:
    """A damaged journal has lost what Ben typed."""
    values_answered(home)
    damage(home, b"TITLE:Dr")
    (left,) = restored(home).account.left
    assert left.record.kind == "decide"
    assert left.why == "What it answered is not asked in the same way here; look at the cases."


def test_an_undo_of_what_is_not_here_is_said(home: Home) -> None:
    edit_undone(home)
    damage(home, b"23125 102")
    (left,) = restored(home).account.left
    assert left.record.kind == "undo"
    assert left.why == "What it undid is not here."
    assert b"23125 101" in home.entry("anna", "Eva Stein").octets


def test_who_was_brought_back_and_is_not_gone_is_said(home: Home) -> None:
    person_brought_back(home)
    home.db.close()
    (path,) = Journal(home.db.folder).paths()
    octets = path.read_bytes()
    place = octets.index(b'"kind": "delete"')
    path.write_bytes(octets[:place] + b"X" + octets[place + 1 :])
    (left,) = restored(home).account.left
    assert left.why == "Whoever was brought back is not gone here."


def test_an_exact_restore_gives_up_answers_too(home: Home) -> None:
    said_same(home)
    restore(home.db.folder, home.db.folder.parent / "copy.db", exactly=True)
    assert state(home)["links"] == []


def test_what_settled_and_who_was_shut_out_are_replayed_in_their_order(home: Home) -> None:
    """An answer rests on what was shown when it was given."""
    said_same(home)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "none")
    settle(home.db)
    before = state(home)
    assert restored(home).account.left == ()
    assert state(home) == before


def test_what_was_to_be_shown_with_a_cycle_is_shown_without_it(home: Home) -> None:
    """The journal has lost the cycle that joined what was released before it."""
    waiting_cards_joined(home)
    damage(home, b'"kind": "cycle"')
    restored(home)
    assert home.verify() == ()
    assert len(home.entries("carl")) == 50
    run_cycle(home.db, kind="command")
    assert len(home.entries("carl")) == 25


def test_after_a_restore_a_cycle_finds_nothing_to_do(home: Home) -> None:
    values_answered(home)
    restored(home)
    assert trial(home.db)[0].operations == ()


def damage(home: Home, octets: bytes) -> None:
    """Flip a bit of the last record that says so."""
    home.db.close()
    (path,) = Journal(home.db.folder).paths()
    found = bytearray(path.read_bytes())
    found[found.rindex(octets)] ^= 1
    path.write_bytes(found)


@pytest.mark.parametrize("exactly", [False, True])
def test_what_was_shown_in_particular_and_is_no_more_stays_so(
    home: Home, tmp_path: Path, *, exactly: bool
) -> None:
    """Whoever was shut out since the backup stays out (R7)."""
    asked_for_a_card(home)
    (case,) = open_cases(home.db, "anna")
    decide(home.db, case.id, "always", member="anna")
    assert b"23125 101" in home.entry("ben", "Eva Stein").octets
    backup(home.db, tmp_path / "later.db")
    home.clock.pass_seconds(60)
    stop_lending(home.db, "anna", case.cards[0], "ben")
    assert restore(home.db.folder, tmp_path / "later.db", exactly=exactly).account.left == ()
    assert b"23125 101" not in home.entry("ben", "Eva Stein").octets
