"""What Anna shows Ben alone, and what he takes over of it, makes no difference to Carl from outside (design rule R1)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.sharing import set_visibility
from tests.builders import Home, a_card
from tests.dav.test_two_runs import Answers
from tests.store.test_histories import drawn_from

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@stein.example"
BIRTHDAY = "BDAY:1981-05-04"
MEMBERS = ("anna", "ben", "carl")


def offered(home: Home) -> None:
    """Anna's card that Ben alone sees, and the question to him."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL, BIRTHDAY, "CLASS:PRIVATE"))
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT id FROM card WHERE member = 'anna'").fetchone()
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, row[0], "members", named=("ben",))
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    assert case.cards


def added(home: Home) -> None:
    """The same, and Ben has taken it over."""
    offered(home)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    decide(home.db, case.id, "add", member="ben")
    run_cycle(home.db, kind="command", releasing=True)


def changed(home: Home) -> None:
    """The same, and Anna has changed it since, which Ben has taken over, too."""
    added(home)
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    body = entry.octets.replace(b"1981-05-04", b"1981-05-05").replace(b"eva@", b"eva.maria@")
    home.put("anna", "a.vcf", body, if_match=home.etag("anna", entry))
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    decide(home.db, case.id, "add", member="ben")
    run_cycle(home.db, kind="command", releasing=True)
    assert b"1981-05-05" in home.entry("ben", "Eva").octets


def declined(home: Home) -> None:
    """The same, and Ben does not want it."""
    offered(home)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    decide(home.db, case.id, "no", member="ben")


@pytest.mark.parametrize("happens", [offered, added, changed, declined])
def test_carl_cannot_tell(tmp_path: Path, happens: Callable[[Home], None]) -> None:
    homes = []
    for name in ("full", "bare"):
        with drawn_from("first"):
            home = Home(tmp_path / name, *MEMBERS)
        with drawn_from("cards"):
            home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
            home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
            home.put("carl", "d.vcf", a_card("ud", "Otto Berg"))
            run_cycle(home.db, kind="command", releasing=True)
        homes.append(home)
    full, bare = homes
    with drawn_from("more"):
        happens(full)
    bare.clock.now = full.clock.now
    assert full.sequence("carl") == bare.sequence("carl")
    one, other = (Answers(each, each.db.folder, "carl") for each in (full, bare))
    sequence = full.sequence("carl")
    for said, expected in zip(one.all(sequence), other.all(sequence), strict=True):
        assert said == expected, said[0]
    for said, expected in zip(one.writes(), other.writes(), strict=True):
        assert said == expected, said[0]
    for each in (full, bare):
        assert each.verify() == ()
        each.db.close()
