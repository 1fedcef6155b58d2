"""`doctor`, `stats` and `/readyz`: what needs attention, and how right the books are."""

import json
import time
from pathlib import Path

from server.app import build_application
from server.scheduler import Scheduler
from server.settings import ScheduleSettings, Settings
from server.store.books import find_book
from server.store.database import Actor, Database, open_database
from server.store.devices import find_device
from server.store.jobs import failing, gauges
from server.store.migrate import prepared
from server.store.writes import put
from tests.builders import a_card
from tests.commands.conftest import Hearthbook
from tests.davclient import DavClient

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
SOON = Settings(schedule=ScheduleSettings(quick_seconds=1, quick_seconds_most=2))


def imported(household: Hearthbook, folder: Path) -> Database:
    """Both know Eva, and the first reconciliation is done."""
    for who in ("anna", "ben"):
        file = folder.parent / f"{who}.vcf"
        file.write_bytes(a_card(f"u-{who}", "Eva Stein", PHONE))
        assert household("import", who, file).status == 0
    assert household("reconcile").status == 0
    return open_database(folder)


def until_failing(database: Database, *, wanted: bool) -> None:
    """Wait for the scheduler, half a minute at most."""
    for _ in range(300):
        with database.read() as tx:
            if bool(failing(tx)) == wanted:
                return
        time.sleep(0.1)
    raise AssertionError("the scheduler did not come to it")


def test_a_healthy_household_is_well(household: Hearthbook, folder: Path) -> None:
    imported(household, folder)
    assert household("doctor").out == "All is well.\n"


def test_it_says_that_nothing_was_reconciled_yet(household: Hearthbook) -> None:
    result = household("doctor")
    assert result.status == 1
    assert "reconcile --dry-run" in result.out
    assert result.err == "1 thing to look at.\n"


def test_while_nobody_lives_here_it_says_where_the_way_in_is(hearthbook: Hearthbook) -> None:
    hearthbook("init")
    result = hearthbook("doctor")
    assert "one-time link that `hearthbook serve` prints" in result.out
    assert "reconcile" not in result.out
    assert "/begin/" not in result.out


def test_a_database_that_others_may_read_is_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    database.path.chmod(0o644)
    assert f"chmod 600 {database.path}" in household("doctor").out


def test_a_device_that_went_quiet_is_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    assert household("device", "add", "anna", "--label", "phone").status == 0
    with database.write(Actor("test")) as tx:
        tx.connection.execute("UPDATE device SET last_seen = ?", (tx.now - 12 * 86_400_000_000,))
    assert "anna's phone has not synced for 12 days" in household("doctor").out


def test_a_view_that_is_not_what_it_should_be_is_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    with database.write(Actor("test")) as tx:
        tx.connection.execute("UPDATE slot SET content = x'00' WHERE member = 'ben'")
    assert "hearthbook verify" in household("doctor").out


def test_a_cycle_that_fails_is_seen_until_it_goes_well_again(
    household: Hearthbook, folder: Path
) -> None:
    """A fact that cannot be read stops the cycle; `doctor` and /readyz tell, and forget it afterwards."""
    database = imported(household, folder)
    application = build_application(folder, SOON)
    with database.read() as tx:
        row = tx.connection.execute("SELECT id, octets FROM fact LIMIT 1").fetchone()
    scheduler = Scheduler(prepared(folder), SOON)
    scheduler.start()
    try:
        _set_octets(database, row[0], b"")
        until_failing(database, wanted=True)
        assert DavClient(application).get("/readyz").status == 503
        assert DavClient(application).get("/healthz").status == 200
        assert "The job cycle fails since" in household("doctor").out
        _set_octets(database, row[0], row[1])
        until_failing(database, wanted=False)
    finally:
        scheduler.stop()
    assert DavClient(application).get("/readyz").status == 200


def _set_octets(database: Database, which: int, octets: bytes) -> None:
    """Damage or mend a fact, as an act that the scheduler notices."""
    with database.write(Actor("own", "anna")) as tx:
        assert tx.act
        tx.connection.execute("UPDATE fact SET octets = ? WHERE id = ?", (octets, which))


def test_stats_tell_what_is_known_and_what_to_check(household: Hearthbook, folder: Path) -> None:
    imported(household, folder)
    said = household("stats", "--as", "anna").out
    assert said.startswith("Anna: 1 person; nobody has vouched for anything yet.\n")
    assert "Eva Stein" in said


def test_stats_of_one_member_as_json(household: Hearthbook, folder: Path) -> None:
    imported(household, folder)
    (row,) = [
        json.loads(line) for line in household("stats", "--as", "ben", "--json").out.splitlines()
    ]
    assert (row["member"], row["people"], row["known"], row["chance"]) == ("ben", 1, 0, None)
    assert [each["name"] for each in row["doubts"]] == ["Eva Stein"]


def test_each_night_the_gauge_is_kept(household: Hearthbook, folder: Path) -> None:
    from server.cycle import measure

    database = imported(household, folder)
    measure(database)
    measure(database)
    with database.read() as tx:
        assert [(each.people, each.chance) for each in gauges(tx, "anna")] == [(1, None)]


def test_a_clock_behind_the_last_change_is_to_be_set_right(
    household: Hearthbook, folder: Path
) -> None:
    with open_database(folder).write(Actor("settings")) as tx:
        tx.connection.execute("UPDATE act SET at = at + 3 * 86400000000")
    assert "clock is 2 days behind" in household("doctor").out


def test_a_mass_change_that_waits_is_told(household: Hearthbook, folder: Path) -> None:
    imported(household, folder)
    file = folder.parent / "many.vcf"
    file.write_bytes(b"".join(a_card(f"m{n}", f"Person Nr{n}") for n in range(25)))
    assert household("import", "anna", file).status == 0
    said = household("doctor").out
    assert "An import of anna's added 25 cards in one go on " in said
    assert "others see nothing of it" in said


def test_two_programs_that_fight_are_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    labels = ("phone", "tablet")
    for label in labels:
        assert household("device", "add", "anna", "--label", label).status == 0
    card = a_card("uz", "Zoe Quist", PHONE)
    shouted = card.replace(b"CELL:", b"HOME:")
    for body in (card, shouted) * 6:
        _send(database, 1 + (body == shouted), body)
    said = household("doctor").out
    assert "writes 1 card of anna's in its own way again and again" in said


def test_what_could_not_be_stored_is_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    assert household("device", "add", "anna", "--label", "phone").status == 0
    for uid in ("uz", "ux"):
        _send(database, 1, a_card(uid, "Zoe Quist", f"NOTE:{uid}"))
    said = household("doctor").out
    assert "1 card that a device of anna's sent could not be stored" in said


def _send(database: Database, number: int, body: bytes) -> None:
    """One PUT of Anna's device of that number."""
    with database.write(Actor("put", "anna", number)) as tx:
        device, book = find_device(tx, number), find_book(tx, "anna", "contacts")
        assert device is not None
        assert book is not None
        put(tx, book, "z.vcf", body, device=device)


def test_a_journal_that_cannot_bring_everything_back_is_told_until_the_next_backup(
    household: Hearthbook, folder: Path
) -> None:
    """Found now, while the database still has what the journal lost; a new backup makes it good."""
    database = imported(household, folder)
    assert household("backup", folder.parent / "first.db").status == 0
    file = folder.parent / "new.vcf"
    for number in range(2):
        file.write_bytes(a_card(f"new-{number}", f"Jan Vermeer{number}"))
        assert household("import", "anna", file).status == 0
    assert household("reconcile").status == 0
    (journal,) = database.journal.paths()
    octets = journal.read_bytes()
    journal.write_bytes(octets.replace(b"Vermeer0", b"Vermeer#"))
    result = household("doctor")
    assert (result.status, "backup" in result.out) == (1, True)
    assert f"{journal} is damaged" in result.out
    assert household("backup", folder.parent / "second.db").status == 0
    assert household("doctor").out == "All is well.\n"


def test_a_journal_that_was_thrown_away_is_told(household: Hearthbook, folder: Path) -> None:
    database = imported(household, folder)
    assert household("backup", folder.parent / "first.db").status == 0
    file = folder.parent / "new.vcf"
    for number in range(2):
        for path in database.journal.folder.iterdir() if number else ():
            path.unlink()
        file.write_bytes(a_card(f"new-{number}", f"Jan Vermeer{number}"))
        assert household("import", "anna", file).status == 0
    assert household("reconcile").status == 0
    assert "hearthbook backup FILE" in household("doctor").out
