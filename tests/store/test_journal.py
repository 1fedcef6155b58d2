"""The journal: what was taken since a backup is back after a restore, and an old database is not served."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.errors import DatabaseLost, Refused, UsageError
from server.store.backup import Restored, backup, restore
from server.store.cards import cards_with_uid
from server.store.database import Actor, Database
from server.store.devices import revoke_device
from server.store.imports import Incoming, import_cards
from server.store.journal import Journal, JournalFile, household_mark, read_file
from server.store.migrate import create_database
from server.store.noting_access import ACCESS_KINDS
from server.store.replay import pending
from server.store.retention import let_go
from server.store.sharing import set_visibility
from server.store.writes import put
from tests.builders import Clock, Home, a_card

ROOT = Path(__file__).parents[2]
DAY = 24 * 3600


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Anna and Ben, and a backup of the day when they had nothing yet."""
    made = Home(tmp_path / "data", "anna", "ben")
    backup(made.db, tmp_path / "copy.db")
    return made


def restored(home: Home) -> Restored:
    """Restore the backup of the beginning."""
    return restore(home.db.folder, home.db.folder.parent / "copy.db")


def texts(home: Home, who: str) -> dict[str, bytes]:
    """What a member's devices are served, by name."""
    lines = {each.octets: each.octets.split(b"FN:")[1] for each in home.entries(who)}
    return {name.split(b"\r\n")[0].decode(): octets for octets, name in lines.items()}


def files(folder: Path) -> tuple[JournalFile, ...]:
    """The journal as far as it can be read."""
    return tuple(read_file(path) for path in Journal(folder).paths())


def pending_hrefs(home: Home, last: int = 0) -> list[str]:
    """The hrefs that a replay would take up again."""
    secret = home.db.connection().execute("SELECT value FROM setting WHERE key = 'secret'")
    mark = household_mark(secret.fetchone()[0])
    found = pending(files(home.db.folder), mark, last)
    return [each.href for each in found if each.kind not in ACCESS_KINDS]


def add_unknown_device(home: Home, who: str, label: str) -> None:
    """Give a member a device of which neither the backup nor the journal knows."""
    home.add_device(who, label)
    shutil.rmtree(home.db.folder / "journal")


def test_what_was_written_since_the_backup_is_back(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "NOTE:tall"))
    home.delete("anna", "b.vcf")
    import_cards(home.db, "ben", [Incoming("1", a_card("uc", "Ada Byron"))])
    before = {who: texts(home, who) for who in ("anna", "ben")}
    result = restored(home)
    assert (result.account.replayed, result.account.left) == (5, ())
    assert texts(home, "anna").keys() == before["anna"].keys()
    assert texts(home, "anna")["Eva Stein"] == before["anna"]["Eva Stein"]
    assert texts(home, "ben")["Ada Byron"] == before["ben"]["Ada Byron"]
    assert home.verify() == ()


def test_the_time_at_which_it_was_typed_is_kept(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    when = home.clock.now
    home.clock.pass_seconds(DAY)
    restored(home)
    at = home.db.connection().execute("SELECT at FROM act WHERE kind = 'put'").fetchall()
    assert at == [(when,)]


def test_a_body_that_lost_a_race_is_kept_again(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    assert home.put("anna", "a.vcf", a_card("ua", "Eva S."), if_match='"old-1"').status == 412
    restored(home)
    rows = home.db.connection().execute("SELECT status, etag FROM received").fetchall()
    assert rows == [(412, '"old-1"')]


def test_a_kept_body_whose_author_wrote_again_is_not_merged_over_that(home: Home) -> None:
    card = a_card("ua", "Eva Stein", "TEL:+49 30 23125 101")
    home.put("anna", "a.vcf", card)
    home.put("anna", "a.vcf", card.replace(b"101", b"102"), if_match='"old-1"')
    home.put("anna", "a.vcf", card.replace(b"101", b"103"))
    restored(home)
    run_cycle(home.db, kind="command", releasing=True)
    assert home.entries("anna")[0].octets == card.replace(b"101", b"103")
    kept = home.db.connection().execute("SELECT status, merged = act FROM received").fetchall()
    assert kept == [(412, 1)]


def test_a_kept_body_of_a_card_that_is_not_here_lies_in_a_file(home: Home) -> None:
    add_unknown_device(home, "anna", "tablet")
    home.put("anna+tablet", "a.vcf", a_card("ua", "Eva Stein", "CLASS:PRIVATE"))
    home.put("anna", "a.vcf", a_card("ua", "Eva S."), if_match='"old-1"')
    result = restored(home)
    assert len(result.account.left) == 2
    assert home.db.connection().execute("SELECT count(*) FROM received").fetchone() == (0,)


def test_a_second_restore_of_the_same_backup_comes_to_the_same(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    restored(home)
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "NOTE:tall"))
    home.put("ben", "b.vcf", a_card("ub", "Jan Vermeer"))
    before = texts(home, "anna")
    restored(home)
    restored(home)
    assert texts(home, "anna")["Eva Stein"] == before["Eva Stein"]
    assert texts(home, "anna").keys() == before.keys()
    assert home.verify() == ()


def test_a_replay_on_what_holds_everything_changes_nothing(home: Home, tmp_path: Path) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "NOTE:tall"))
    restored(home)
    backup(home.db, tmp_path / "later.db")
    versions = home.db.connection().execute("SELECT * FROM card_version").fetchall()
    account = restore(home.db.folder, tmp_path / "later.db").account
    assert (account.replayed, account.present, account.left) == (0, 0, ())
    assert home.db.connection().execute("SELECT * FROM card_version").fetchall() == versions


def test_what_an_exact_restore_gave_up_stays_given_up(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    restore(home.db.folder, home.db.folder.parent / "copy.db", exactly=True)
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    restored(home)
    assert texts(home, "anna").keys() == {"Jan Vermeer"}


def test_a_card_that_was_sent_as_private_stays_private(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", "CLASS:PRIVATE"))
    restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}
    assert texts(home, "ben") == {}


def test_a_card_that_was_made_private_on_a_page_stays_private(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    with home.db.write(Actor("share", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, "private")
    restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}
    assert texts(home, "ben") == {}


def test_an_edit_of_anothers_card_is_a_suggestion_again_and_no_copy(home: Home) -> None:
    """Its href was minted after the backup, and is minted again."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    shown = home.entry("anna", "Eva Stein")
    lines = shown.octets.replace(b"END:", b"TEL;TYPE=CELL:+49 30 23125 101\r\nEND:")
    home.put("anna", shown.href, lines, if_match=home.etag("anna", shown))
    result = restored(home)
    assert result.account.left == ()
    again = home.entry("anna", "Eva Stein")
    assert again.href == shown.href
    assert b"23125 101" in again.octets
    assert b"23125 101" not in home.entry("ben", "Eva Stein").octets
    with home.db.read() as tx:
        assert cards_with_uid(tx, "anna", again.uid) == ()


def test_an_edit_of_a_card_deleted_meanwhile_stays_private(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    shown = home.entry("anna", "Eva Stein")
    home.delete("ben", "b.vcf")
    home.put("anna", shown.href, shown.octets.replace(b"END:", b"NOTE:mine\r\nEND:"))
    mine = home.entry("anna", "Eva Stein")
    home.put("anna", shown.href, mine.octets.replace(b"NOTE:mine", b"NOTE:still mine"))
    assert restored(home).account.left == ()
    assert b"NOTE:still mine" in home.entry("anna", "Eva Stein").octets
    assert texts(home, "ben") == {}


def test_a_value_that_was_removed_from_anothers_card_is_removed_again(home: Home) -> None:
    """The device is known to have seen the value: its If-Match matched."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "TEL:+49 30 23125 101"))
    shown = home.entry("anna", "Eva Stein")
    kept = [line for line in shown.octets.split(b"\r\n") if b"TEL" not in line]
    home.put("anna", shown.href, b"\r\n".join(kept), if_match=home.etag("anna", shown))
    restored(home)
    assert b"TEL" not in home.entry("anna", "Eva Stein").octets
    assert b"TEL" in home.entry("ben", "Eva Stein").octets


def test_an_edit_under_a_new_name_is_no_copy_either(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    shown = home.entry("anna", "Eva Stein")
    home.put("anna", "new.vcf", shown.octets.replace(b"END:", b"TEL:+49 30 23125 101\r\nEND:"))
    assert restored(home).account.left == ()
    again = home.entry("anna", "Eva Stein")
    assert b"23125 101" in again.octets
    assert again.href != "new.vcf"


def test_a_card_that_had_become_private_is_made_private_at_once(home: Home) -> None:
    """What made it so came from a device that the backup does not know."""
    add_unknown_device(home, "anna", "tablet")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    shown = home.entry("anna", "Eva Stein")
    home.delete("ben", "b.vcf")
    home.put("anna+tablet", shown.href, shown.octets)
    home.put("anna", shown.href, shown.octets.replace(b"END:", b"NOTE:mine\r\nEND:"))
    assert len(restored(home).account.left) == 1
    assert b"NOTE:mine" in home.entry("anna", "Eva Stein").octets
    assert texts(home, "ben") == {}


def test_what_an_unknown_device_sent_lies_in_a_file(home: Home) -> None:
    add_unknown_device(home, "anna", "tablet")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna+tablet", "b.vcf", a_card("ub", "Jan Vermeer"))
    result = restored(home)
    (left,) = result.account.left
    assert "no device tablet" in left.why
    assert result.texts is not None
    assert (result.texts / "anna.vcf").read_bytes() == a_card("ub", "Jan Vermeer")
    assert (result.texts / "anna.vcf").stat().st_mode & 0o077 == 0
    assert texts(home, "anna").keys() == {"Eva Stein"}


def test_a_device_that_was_set_up_anew_is_found_by_its_label(home: Home) -> None:
    with home.db.write(Actor("device")) as tx:
        revoke_device(tx, "anna", "phone")
    home.add_device("anna", "phone")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    account = restored(home).account
    assert (account.replayed, account.left) == (3, ())
    assert texts(home, "anna").keys() == {"Eva Stein"}


def test_a_card_that_was_given_its_uid_here_keeps_it(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("", "Eva Stein"))
    uid = home.entries("anna")[0].uid
    restored(home)
    assert home.entries("anna")[0].uid == uid


def test_a_cut_off_end_is_one_sentence_and_all_before_it_is_back(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    (path,) = Journal(home.db.folder).paths()
    os.truncate(path, path.stat().st_size - 7)
    home.put("anna", "c.vcf", a_card("uc", "Ada Byron"))
    result = restored(home)
    (sentence,) = result.problems
    assert str(path) in sentence
    assert "cut off" in sentence
    assert texts(home, "anna").keys() == {"Eva Stein", "Ada Byron"}


def test_a_journal_damaged_in_the_middle_gives_back_all_that_is_whole(home: Home) -> None:
    for number in range(4):
        home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number}"))
    (path,) = Journal(home.db.folder).paths()
    octets = bytearray(path.read_bytes())
    octets[octets.index(b"Eva Nr2")] ^= 1
    path.write_bytes(octets)
    (sentence,) = restored(home).problems
    assert f"damaged at byte {octets.index(b'HBJ1', octets.index(b'Eva Nr1')):,}" in sentence
    assert "at most 1 change could not be put back" in sentence
    assert re.search(r"after 2033-.* UTC and before 2033-.* UTC", sentence)
    assert texts(home, "anna").keys() == {"Eva Nr0", "Eva Nr1", "Eva Nr3"}


def test_a_journal_whose_last_record_is_cut_off_says_that_one_change_is_missing(home: Home) -> None:
    for number in range(3):
        home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number}"))
    (path,) = Journal(home.db.folder).paths()
    os.truncate(path, path.stat().st_size - 7)
    (sentence,) = restored(home).problems
    assert "at most 1 change could not be put back" in sentence
    assert texts(home, "anna").keys() == {"Eva Nr0", "Eva Nr1"}


def test_what_was_never_kept_is_not_called_missing(home: Home) -> None:
    """The power went while a record was written; no commit followed."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    (path,) = Journal(home.db.folder).paths()
    with path.open("ab") as file:
        file.write(b"HBJ1 and then nothing")
    (sentence,) = restored(home).problems
    assert "no other change is missing" in sentence


def test_a_journal_whose_beginning_is_damaged_is_still_the_households(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    (path,) = Journal(home.db.folder).paths()
    octets = bytearray(path.read_bytes())
    octets[30] ^= 1
    path.write_bytes(octets)
    assert len(restored(home).problems) == 1
    assert texts(home, "anna").keys() == {"Eva Stein", "Jan Vermeer"}


def test_a_lost_file_of_the_journal_is_said(home: Home) -> None:
    for number in range(3):
        home.put("anna", f"{number}.vcf", a_card(f"u{number}", f"Eva Nr{number}"))
        home.clock.pass_seconds(40 * DAY)
    Journal(home.db.folder).paths()[1].unlink()
    (sentence,) = restored(home).problems
    assert "1 of the journal's files" in sentence
    assert texts(home, "anna").keys() == {"Eva Nr0", "Eva Nr2"}


def test_a_journal_that_begins_after_the_backup_says_so(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    shutil.rmtree(home.db.folder / "journal")
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    (sentence,) = restored(home).problems
    assert "begins later" in sentence


def test_a_change_that_is_rolled_back_leaves_no_record(home: Home) -> None:
    before = files(home.db.folder)
    with pytest.raises(UsageError), home.db.write(Actor("share", "anna")) as tx:
        set_visibility(tx, "none", "neither")
    with pytest.raises(KeyError), home.db.write(Actor("import", "anna")):
        raise KeyError
    import_cards(home.db, "anna", [Incoming("1", a_card("ua", "Eva Stein"))], dry_run=True)
    assert files(home.db.folder) == before


def test_a_change_that_the_database_does_not_keep_is_taken_back(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    _who, device = home.device("anna")

    def put_and_fail() -> None:
        with home.db.write(Actor("put", "anna", device.id)) as tx:
            put(tx, home.book(tx, "anna"), "b.vcf", a_card("ub", "Jan Vermeer"), device=device)
            tx.connection.execute("PRAGMA defer_foreign_keys = ON")  # so that COMMIT itself fails
            tx.connection.execute("UPDATE card SET text = 999999")

    with pytest.raises(sqlite3.IntegrityError):
        put_and_fail()
    assert pending_hrefs(home) == ["a.vcf"]
    assert texts(home, "anna").keys() == {"Eva Stein"}


def test_what_cannot_be_journalled_is_not_taken(home: Home) -> None:
    shutil.rmtree(home.db.folder / "journal")
    (home.db.folder / "journal").write_text("in the way")
    with pytest.raises(Refused) as refused:
        home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    assert refused.value.status == 503
    assert home.entries("anna") == []


def test_what_changes_nothing_leaves_no_record(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.delete("anna", "none.vcf")
    assert pending_hrefs(home) == ["a.vcf"]


KILLED_BEFORE_COMMIT = """
import os, signal, sys
from pathlib import Path
from server.store.database import Database
from server.store.imports import Incoming, import_cards
from tests.builders import Clock, a_card

def on_statement(sql):
    if sql == "COMMIT":
        os.kill(os.getpid(), signal.SIGKILL)

db = Database(Path(sys.argv[1]), Clock())
db.connection().set_trace_callback(on_statement)
import_cards(db, "anna", [Incoming(str(n), a_card(f"u{n}", f"Eva Nr{n}")) for n in range(2)])
"""


def test_killed_between_journal_and_commit_nothing_is_refused_or_half_done(home: Home) -> None:
    """Nothing was acknowledged; the journal has it all the same, until the next change shows that it was not kept."""
    home.db.close()
    command = [sys.executable, "-c", KILLED_BEFORE_COMMIT, str(home.db.folder)]
    done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    home.db = Database(home.db.folder, home.clock)
    assert home.entries("anna") == []
    assert len(pending_hrefs(home)) == 2
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    assert pending_hrefs(home) == ["a.vcf"]
    restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}


def test_a_restore_under_write_load_loses_nothing_that_was_taken(
    home: Home, tmp_path: Path
) -> None:
    """Four writers go on while a backup is made and restored, twice."""
    taken: list[str] = []
    begun, over = threading.Barrier(5), threading.Event()

    def write(who: int) -> None:
        begun.wait()
        for number in range(200):
            if over.is_set():
                break
            uid = f"w{who}-{number}"
            if home.put("anna", f"{uid}.vcf", a_card(uid, f"Eva {uid}")).status == 201:
                taken.append(uid)
        home.db.close()

    writers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for each in writers:
        each.start()
    begun.wait()
    for name in ("first.db", "second.db"):
        backup(home.db, tmp_path / name)
        restored(home)
    over.set()
    for each in writers:
        each.join()
    result = restore(home.db.folder, tmp_path / "first.db")
    assert result.account.left == ()
    assert sorted(each.uid for each in home.entries("anna")) == sorted(taken)
    assert home.verify() == ()


def test_an_older_copy_in_place_of_the_database_is_refused(home: Home, tmp_path: Path) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    put_in_place(home, tmp_path / "copy.db")
    with pytest.raises(DatabaseLost, match="restore"):
        home.entries("anna")
    restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}


def test_an_older_copy_is_refused_even_if_only_the_machine_wrote_since(
    home: Home, tmp_path: Path
) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    put_in_place(home, tmp_path / "copy.db")
    with pytest.raises(DatabaseLost):
        home.entries("anna")


def test_another_households_database_is_refused_however_much_happened_in_it(
    home: Home, tmp_path: Path
) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    other = Home(tmp_path / "other", "anna", "ben", "cleo", "dora")
    backup(other.db, tmp_path / "other.db")
    put_in_place(home, tmp_path / "other.db")
    with pytest.raises(DatabaseLost):
        home.entries("anna")
    restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}


@pytest.mark.parametrize("content", [None, b"", b"no database at all " * 400])
def test_a_restore_mends_what_is_missing_empty_or_garbage(
    home: Home, content: bytes | None
) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.db.close()
    for path in home.db.folder.glob("hearthbook.db*"):
        path.unlink()
    if content is not None:
        home.db.path.write_bytes(content)
    result = restored(home)
    assert texts(home, "anna").keys() == {"Eva Stein"}
    assert (result.aside is None) == (content is None)
    assert home.db.path.stat().st_mode & 0o077 == 0


def test_an_older_file_copied_over_the_open_one_is_refused(home: Home, tmp_path: Path) -> None:
    """The same file, so only its last act tells; by then another process has written, too."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    connection = home.db.connection()
    source = sqlite3.connect(tmp_path / "copy.db")
    source.backup(connection)
    source.close()
    with pytest.raises(DatabaseLost):
        home.entries("anna")


def test_a_new_household_is_not_made_where_one_was_lost(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.db.close()
    home.db.path.unlink()
    with pytest.raises(UsageError, match="restore"):
        create_database(home.db.folder, household="New", region="DE")


def test_a_journal_that_lost_its_mark_is_asked_itself(home: Home, tmp_path: Path) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    (home.db.folder / "journal" / "mark").write_text("torn")
    assert len(home.entries("anna")) == 2
    put_in_place(home, tmp_path / "copy.db")
    with pytest.raises(DatabaseLost):
        home.entries("anna")


def test_another_households_journal_is_not_replayed(home: Home, tmp_path: Path) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    other = Home(tmp_path / "other", "anna")
    backup(other.db, tmp_path / "other.db")
    result = restore(home.db.folder, tmp_path / "other.db")
    assert result.account.replayed == 0
    assert home.entries("anna") == []


def test_the_journal_lets_go_whole_files_after_the_retention_time(home: Home) -> None:
    home.pass_nights(1)
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    home.pass_nights(40)
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    assert len(Journal(home.db.folder).paths()) == 2
    home.clock.pass_seconds(5 * DAY)
    let_go(home.db, 30)
    assert len(Journal(home.db.folder).paths()) == 2
    let_go(home.db, 4)
    assert pending_hrefs(home) == ["b.vcf"]


def test_the_journal_is_private_to_its_user(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    folder = home.db.folder / "journal"
    assert folder.stat().st_mode & 0o077 == 0
    assert [path for path in folder.iterdir() if path.stat().st_mode & 0o077] == []


def test_two_processes_write_one_journal(home: Home) -> None:
    """Each looks at what the other has appended before it goes on."""
    other = Database(home.db.folder, Clock(home.clock.now + 1_000_000))
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    import_cards(other, "ben", [Incoming("1", a_card("ub", "Jan Vermeer"))])
    home.put("anna", "c.vcf", a_card("uc", "Ada Byron"))
    other.close()
    (file,) = files(home.db.folder)
    kinds = [each.kind for each in file.records if each.kind not in ACCESS_KINDS]
    assert kinds == ["begin", "put", "import", "put"]
    assert file.cut is None


def put_in_place(home: Home, source: Path) -> None:
    """Replace the database by another file, as a careless hand would, and start anew."""
    home.db.close()
    for path in home.db.folder.glob("hearthbook.db*"):
        path.unlink()
    shutil.copyfile(source, home.db.path)
    home.db = Database(home.db.folder, home.clock)
