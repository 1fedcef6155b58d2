"""Personal is personal: what one writes for oneself reaches nobody, not as text, case, number or order (R5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, open_cases
from server.cycle import run_cycle, trial
from tests.builders import Home, a_card
from tests.store.test_histories import drawn_from

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
EVA = a_card("ua", "Eva Stein", PHONE)
MEMBERS = ("anna", "ben", "carl")
PERSONAL = (
    "NOTE:do not trust him",
    "CATEGORIES:Family,Private",
    "RELATED;TYPE=spouse:urn:uuid:somebody",
    "X-ABRELATEDNAMES:Otto",
    "X-ODD;A=b:quittenmus",
    "X-MY-OWN-LABEL:quittenmus",
    "NICKNAME:Evchen",
    "PHOTO;VALUE=uri:https://example.org/eva.jpg",
    "GENDER:F",
    "X-ABDATE:2020-01-02",
    "KEY;VALUE=uri:https://example.org/eva.asc",
)
Told = tuple[list[tuple[str, str, int, bytes]], int, tuple[Case, ...]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything; views are right at the end."""
    made = Home(tmp_path, *MEMBERS)
    yield made
    assert made.verify() == ()
    made.db.close()


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[tuple[Home, Home]]:
    """One household twice, with the same random names."""
    homes = []
    for name in ("full", "bare"):
        with drawn_from("twins"):
            homes.append(Home(tmp_path / name, *MEMBERS))
            homes[-1].put("anna", "a.vcf", EVA)
    yield homes[0], homes[1]
    for each in homes:
        assert each.verify() == ()
        each.db.close()


def told(home: Home, who: str) -> Told:
    """All that a member may notice: texts, names, numbers, order, questions."""
    rows = [(each.href, each.uid, each.seq, each.octets) for each in home.entries(who)]
    return rows, home.sequence(who), open_cases(home.db, who)


def types(home: Home, who: str, *lines: str) -> None:
    """A member adds lines to the only card they see."""
    seen = home.entries(who)[0]
    added = "".join(f"{each}\r\n" for each in lines).encode()
    octets = seen.octets.replace(b"END:VCARD", added + b"END:VCARD")
    assert home.put(who, seen.href, octets, if_match=home.etag(who, seen)).status == 204


def states(home: Home) -> set[str]:
    with home.db.read() as tx:
        return {row[0] for row in tx.connection.execute("SELECT state FROM suggestion")}


@pytest.mark.parametrize("line", PERSONAL)
def test_a_personal_edit_of_somebody_elses_card_is_noticed_by_nobody_else(
    twins: tuple[Home, Home], line: str
) -> None:
    full, bare = twins
    types(full, "ben", line)
    assert line.partition(":")[2].encode() in full.entries("ben")[0].octets
    assert states(full) == {"personal"}
    for who in ("anna", "carl"):
        assert told(full, who) == told(bare, who)
    for each in twins:
        run_cycle(each.db, kind="command", releasing=True)
    for who in ("anna", "carl"):
        assert told(full, who) == told(bare, who)


@pytest.mark.parametrize("name", [b"Mama", b"Eva Brandt"])
def test_another_name_for_somebody_elses_card_is_noticed_by_nobody_else(
    twins: tuple[Home, Home], name: bytes
) -> None:
    full, bare = twins
    seen = full.entries("ben")[0]
    octets = seen.octets.replace(b"FN:Eva Stein", b"FN:" + name)
    full.put("ben", seen.href, octets, if_match=full.etag("ben", seen))
    assert b"FN:" + name in full.entries("ben")[0].octets
    for who in ("anna", "carl"):
        assert told(full, who) == told(bare, who)


@pytest.mark.parametrize("line", PERSONAL)
def test_what_is_personal_never_flows_between_linked_cards(home: Home, line: str) -> None:
    home.put("anna", "a.vcf", EVA)
    home.put("ben", "b.vcf", EVA.replace(b"UID:ua", b"UID:ub"))
    run_cycle(home.db, kind="command", releasing=True)
    before = told(home, "ben")
    types(home, "anna", line)
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()
    assert told(home, "ben")[0] == before[0]
    assert told(home, "ben")[2] == ()


def test_different_personal_values_are_no_conflict(home: Home) -> None:
    personal = ("NOTE:mine", "CATEGORIES:Work", "NICKNAME:Evi", "X-ODD:1")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, *personal))
    others = ("NOTE:yours", "CATEGORIES:Home", "NICKNAME:Evchen", "X-ODD:2")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, *others))
    run_cycle(home.db, kind="command", releasing=True)
    assert open_cases(home.db, None) == ()
    assert home.entries("anna")[0].octets == a_card("ua", "Eva Stein", PHONE, *personal)
    assert home.entries("ben")[0].octets == a_card("ub", "Eva Stein", PHONE, *others)


def test_of_a_mixed_edit_only_what_is_not_personal_is_suggested(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    run_cycle(home.db, kind="command", releasing=True)
    types(home, "ben", "NOTE:secret", "EMAIL:eva@example.org")
    (case,) = open_cases(home.db, "anna")
    assert case.kind == "suggestion"
    assert "secret" not in repr(case)
    assert "eva@example.org" in repr(case)
