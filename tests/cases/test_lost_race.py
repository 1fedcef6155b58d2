"""The answers to an edit that lost a race: mine, theirs, both, one by one, later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import Case, decide, find_case, open_cases
from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from server.store.database import Actor
from server.store.sharing import set_share
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
    with pytest.raises(UsageError, match="Title"):
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
        "anna",
        "a.vcf",
        entry.octets.replace(b"23125 102", b"23125 105"),
        if_match=home.etag("anna", entry),
    )
    home.put("ben", seen.href, seen.octets.replace(b"23125 102", b"23125 106"), if_match=stale)
    run_cycle(home.db, kind="quick")
    case = race(home, "ben")
    assert case.questions[0].options[1].member == "anna"
    decide(home.db, case.id, "mine", member="ben")
    shown = home.get("ben", seen.href)
    assert shown is not None
    assert b"106" in shown.octets
    assert b"23125 105" not in shown.octets
    assert b"105" in stored(home)
    assert "suggestion" in [each.kind for each in open_cases(home.db, "anna")]


# --- the person has left the author's view ---


def bens_edit(home: Home) -> Case:
    """Ben's edit of Anna's card met hers, and then Anna showed him nothing any more."""
    home.put("anna", "z.vcf", a_card("uid-z", "Jan Vermeer", "TITLE:Dr", "TEL:+49 30 23125 200"))
    seen = next(each for each in home.entries("ben") if b"Vermeer" in each.octets)
    stale = home.etag("ben", seen)
    mine = home.get("anna", "z.vcf")
    assert mine is not None
    changed = mine.octets.replace(b"Dr", b"Prof")
    assert home.put("anna", "z.vcf", changed, if_match=home.etag("anna", mine)).status == 204
    typed = seen.octets.replace(b"Dr", b"Boss")
    assert home.put("ben", seen.href, typed, if_match=stale).status == 412
    run_cycle(home.db, kind="quick")
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    return race(home, "ben")


def test_it_is_listed_when_its_person_has_left_the_view(home: Home) -> None:
    case = bens_edit(home)
    assert case.title == "Jan Vermeer"
    (question,) = case.questions
    assert [each.value for each in question.options] == ["Boss", ""]
    assert "Prof" not in repr(case)
    assert "Dr" not in repr(case)


def test_mine_is_then_a_private_card_of_its_author(home: Home) -> None:
    case = bens_edit(home)
    assert "private card" in decide(home.db, case.id, "mine", member="ben")
    (entry,) = home.entries("ben")
    assert b"TITLE:Boss" in entry.octets
    assert b"FN:Jan Vermeer" in entry.octets
    assert b"23125" not in entry.octets
    assert open_cases(home.db, "ben") == ()
    assert not any(b"Boss" in each.octets for each in home.entries("anna"))


def test_theirs_then_keeps_nothing(home: Home) -> None:
    case = bens_edit(home)
    decide(home.db, case.id, "theirs", member="ben")
    assert home.entries("ben") == []
    assert open_cases(home.db, "ben") == ()


def test_what_its_author_hid_is_not_asked(home: Home) -> None:
    case = bens_edit(home)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "all")
    assert race(home, "ben").id != case.id
    href = next(each.href for each in home.entries("ben") if b"Vermeer" in each.octets)
    home.delete("ben", href)
    assert open_cases(home.db, "ben") == ()
