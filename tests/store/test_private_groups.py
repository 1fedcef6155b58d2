"""A group called "Private" keeps cards from everybody else, as a phone alone can say it (R10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.errors import UsageError
from server.store.database import Actor
from server.store.sharing import set_visibility
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
EVA = a_card("ua", "Eva Stein", PHONE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who show each other everything; views are right at the end."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def a_group(name: str, *uids: str) -> bytes:
    lines = (f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in uids)
    octets = a_card("ug", name, "X-ADDRESSBOOKSERVER-KIND:group", *lines)
    return octets.replace(f"N:;{name};;;".encode(), f"N:{name};;;;".encode())


def visibility(home: Home) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT visibility FROM card WHERE uid = 'ua'").fetchone()
    return str(row[0])


def put_group(home: Home, body: bytes) -> None:
    entry = home.get("anna", "g.vcf")
    home.put("anna", "g.vcf", body, if_match=home.etag("anna", entry) if entry else "")


@pytest.mark.parametrize("name", ["Private", "PRIVAT", "private"])
def test_whoever_is_put_into_the_group_is_seen_by_nobody_else(home: Home, name: str) -> None:
    home.put("anna", "a.vcf", EVA)
    assert len(home.entries("ben")) == 1
    put_group(home, a_group(name, "ua"))
    assert home.entries("ben") == []


def test_a_card_that_comes_after_its_group_is_never_shown(home: Home) -> None:
    put_group(home, a_group("Private", "ua"))
    before = home.sequence("ben")
    home.put("anna", "a.vcf", EVA)
    assert home.entries("ben") == []
    assert home.sequence("ben") == before


def test_what_was_brought_to_others_is_taken_back(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    home.put("anna", "a.vcf", EVA.replace(b"END:", b"EMAIL:eva@example.org\r\nEND:"))
    run_cycle(home.db, kind="command", releasing=True)
    assert b"eva@example.org" in home.entries("ben")[0].octets
    put_group(home, a_group("Private", "ua"))
    assert b"eva@example.org" not in home.entries("ben")[0].octets


def test_a_group_that_is_called_so_later_counts_from_then_on(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    put_group(home, a_group("Old friends", "ua"))
    assert len(home.entries("ben")) == 1
    put_group(home, a_group("Private", "ua"))
    assert home.entries("ben") == []


def test_leaving_the_group_shows_nobody_anything(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    put_group(home, a_group("Private", "ua"))
    put_group(home, a_group("Private"))
    home.put("anna", "a.vcf", EVA.replace(b"101", b"102"))
    home.delete("anna", "g.vcf")
    assert visibility(home) == "private"
    assert home.entries("ben") == []


def test_the_page_shows_it_again_once_it_left_the_group(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    put_group(home, a_group("Private", "ua"))
    with home.db.read() as tx:
        card = tx.connection.execute("SELECT id FROM card WHERE uid = 'ua'").fetchone()[0]
    with (
        pytest.raises(UsageError, match="group called Private"),
        home.db.write(Actor("own", "anna")) as tx,
    ):
        set_visibility(tx, card, "shared")
    put_group(home, a_group("Private"))
    with home.db.write(Actor("own", "anna")) as tx:
        set_visibility(tx, card, "shared")
    assert len(home.entries("ben")) == 1


def test_somebody_elses_card_in_the_group_stays_as_it_is(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    before = (home.entries("ben"), home.sequence("ben"))
    put_group(home, a_group("Private", home.entries("anna")[0].uid))
    assert (home.entries("ben"), home.sequence("ben")) == before
    assert len(home.entries("anna")) == 2
