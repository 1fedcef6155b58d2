"""Retention: old bodies go, and nothing that anybody still needs."""

from pathlib import Path

from server.store.retention import let_go
from tests.builders import Home, a_card

DAY = 24 * 3600


def bodies(home: Home) -> int:
    with home.db.read() as tx:
        return int(tx.connection.execute("SELECT count(*) FROM received").fetchone()[0])


def test_refused_bodies_go_after_the_retention_time_and_cards_stay(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben")
    first = home.put("anna", "a.vcf", a_card("u", "Eva Stein")).etag
    home.put("anna", "a.vcf", a_card("u", "Eva Stein", "TITLE:Dr"), if_match=first)
    home.put("anna", "a.vcf", a_card("u", "Eva Stein", "TITLE:lost the race"), if_match=first)
    home.pass_nights(399)
    assert let_go(home.db, 400) == 0
    assert bodies(home) == 1
    home.clock.pass_seconds(2 * DAY)
    assert let_go(home.db, 400) > 0
    assert bodies(home) == 0
    assert b"TITLE:Dr" in home.entries("anna")[0].octets
    assert len(home.entries("ben")) == 1
    assert home.verify() == ()
    with home.db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM card_version").fetchone() == (2,)
        assert tx.connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_clock_that_jumps_ahead_makes_nothing_old(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben")
    first = home.put("anna", "a.vcf", a_card("u", "Eva Stein")).etag
    home.put("anna", "a.vcf", a_card("u", "Eva Stein", "TITLE:Dr"), if_match=first)
    home.put("anna", "a.vcf", a_card("u", "Eva Stein", "TITLE:lost the race"), if_match=first)
    home.pass_nights(60)
    home.clock.pass_seconds(3650 * DAY)
    for _ in range(3):
        assert let_go(home.db, 400) == 0
        home.clock.pass_seconds(DAY)
    assert bodies(home) == 1
    home.clock.pass_seconds(-3650 * DAY)
    assert let_go(home.db, 400) == 0
    assert bodies(home) == 1
    home.clock.pass_seconds(3650 * DAY)
    home.pass_nights(60)
    assert let_go(home.db, 400) > 0
