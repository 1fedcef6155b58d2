"""The answers to an edit that lost a race: mine, theirs, both, one by one, later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, find_case, open_cases
from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from tests.builders import Home, a_card

CARD = a_card("uid-1", "Eva Stein", "TEL;TYPE=CELL:+49 30 23125 101", "TITLE:Dr")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna's phone lost against her tablet in two values; a third one met nobody."""
    made = Home(tmp_path, "anna", "ben")
    made.add_device("anna", "tablet")
    run_cycle(made.db, kind="command", releasing=True)
    etag = made.put("anna", "a.vcf", CARD).etag
    first = CARD.replace(b"101", b"102").replace(b"Dr", b"Prof")
    late = CARD.replace(b"101", b"103").replace(b"Dr", b"Boss")
    late = late.replace(b"END:", b"URL:https://eva.example/\r\nEND:")
    made.put("anna+tablet", "a.vcf", first, if_match=etag)
    made.put("anna", "a.vcf", late, if_match=etag)
    run_cycle(made.db, kind="quick")
    yield made
    before = made.sequence("anna")
    run_cycle(made.db, kind="quick")
    assert made.sequence("anna") == before
    assert made.verify() == ()
    made.db.close()


def race(home: Home, who: str = "anna") -> Case:
    (case,) = open_cases(home.db, who)
    return case


def stored(home: Home) -> bytes:
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    return entry.octets


def test_it_shows_before_mine_and_theirs(home: Home) -> None:
    case = race(home)
    rows = {each.key: (each.before, *(o.value for o in each.options)) for each in case.questions}
    assert rows == {
        "TEL": ("+49 30 23125 101", "+49 30 23125 103", "+49 30 23125 102"),
        "TITLE": ("Dr", "Boss", "Prof"),
    }


def test_it_says_on_which_devices_they_were_typed(home: Home) -> None:
    mine, theirs = race(home).questions[0].options
    assert (mine.member, mine.device, theirs.member, theirs.device) == (
        "anna",
        "phone",
        "anna",
        "tablet",
    )


def test_it_says_what_met_nobody(home: Home) -> None:
    assert [each.value for each in race(home).preview] == ["https://eva.example/"]


def test_it_takes_mine_theirs_both_and_later(home: Home) -> None:
    assert race(home).choices == ("mine", "theirs", "both", "later")


def test_it_is_its_members_alone(home: Home) -> None:
    case = race(home)
    assert open_cases(home.db, "ben") == ()
    with pytest.raises(NotFound):
        find_case(home.db, case.id, "ben")


def test_mine_takes_the_place_of_theirs(home: Home) -> None:
    decide(home.db, race(home).id, "mine", member="anna")
    card = stored(home)
    assert b"23125 103" in card
    assert b"TITLE:Boss" in card
    assert b"102" not in card
    assert open_cases(home.db, "anna") == ()


def test_theirs_changes_nothing_and_is_not_asked_again(home: Home) -> None:
    before = stored(home)
    decide(home.db, race(home).id, "theirs", member="anna")
    assert stored(home) == before
    assert open_cases(home.db, "anna") == ()


def test_both_is_for_what_there_can_be_two_of(home: Home) -> None:
    with pytest.raises(UsageError, match="title"):
        decide(home.db, race(home).id, "both", member="anna")


def test_each_value_is_answered_by_itself(home: Home) -> None:
    decide(home.db, race(home).id, "TEL=both TITLE=mine", member=None)
    card = stored(home)
    assert all(each in card for each in (b"102", b"103", b"TITLE:Boss"))


@pytest.mark.parametrize("choice", ["TEL=mine", "TEL=mine TITLE=anna", "perhaps", "ORG=mine"])
def test_an_answer_that_leaves_something_open_is_refused(home: Home, choice: str) -> None:
    before = stored(home)
    with pytest.raises(UsageError):
        decide(home.db, race(home).id, choice, member="anna")
    assert stored(home) == before


def test_later_keeps_it_open(home: Home) -> None:
    decide(home.db, race(home).id, "later", member="anna")
    assert race(home).kind == "edit-lost-race"


def test_it_closes_by_itself_when_the_card_says_so_already(home: Home) -> None:
    entry = home.entries("anna")[0]
    body = entry.octets.replace(b"102", b"103").replace(b"Prof", b"Boss")
    home.put("anna", "a.vcf", body, if_match=home.etag("anna", entry))
    assert open_cases(home.db, "anna") == ()


def test_mine_on_somebody_elses_card_is_a_suggestion(home: Home) -> None:
    seen = home.entries("ben")[0]
    stale = home.etag("ben", seen)
    entry = home.entries("anna")[0]
    home.put(
        "anna", "a.vcf", entry.octets.replace(b"102", b"105"), if_match=home.etag("anna", entry)
    )
    home.put("ben", seen.href, seen.octets.replace(b"102", b"106"), if_match=stale)
    run_cycle(home.db, kind="quick")
    case = race(home, "ben")
    assert case.questions[0].options[1].member == "anna"
    decide(home.db, case.id, "mine", member="ben")
    shown = home.get("ben", seen.href)
    assert shown is not None
    assert b"106" in shown.octets
    assert b"105" not in shown.octets
    assert b"105" in stored(home)
    assert "suggestion" in [each.kind for each in open_cases(home.db, "anna")]
