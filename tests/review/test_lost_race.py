"""The page of an edit that lost a race."""

from server.cases import open_cases
from server.cycle import run_cycle
from tests.builders import Home
from tests.review.conftest import Browser


def raced(home: Home) -> str:
    """Anna's phone lost against her tablet; gives the path of the case."""
    home.add_device("anna", "tablet")
    run_cycle(home.db, kind="command", releasing=True)
    entry = home.entry("anna", "jan@example.org")
    etag = home.etag("anna", entry)
    first = entry.octets.replace(b"jan@", b"jan.vermeer@")
    late = entry.octets.replace(b"jan@", b"j.vermeer@").replace(
        b"END:", b"TEL:+49 30 23125 909\r\nEND:"
    )
    assert home.put("anna+tablet", entry.href, first, if_match=etag).status == 204
    assert home.put("anna", entry.href, late, if_match=etag).status == 412
    run_cycle(home.db, kind="quick")
    return next(
        f"/case/{each.id}" for each in open_cases(home.db, "anna") if each.kind == "edit-lost-race"
    )


def stored(home: Home) -> bytes:
    entry = home.get("anna", "a2.vcf")
    assert entry is not None
    return entry.octets


def test_it_shows_before_mine_theirs_and_what_met_nobody(home: Home, anna: Browser) -> None:
    page = anna.get(raced(home)).text
    places = [
        page.index(each)
        for each in ("Before: ", ">jan@", "j.vermeer@", "jan.vermeer@", "Keep both", "909")
    ]
    assert places == sorted(places)
    assert "typed on phone" in page
    assert "typed on tablet" in page


def test_it_shows_what_the_card_would_say_with_ones_own(home: Home, anna: Browser) -> None:
    page = anna.get(raced(home)).text
    outcome = page[page.index("The card with yours") :]
    assert "j.vermeer@" in outcome
    assert "909" in outcome
    assert "jan.vermeer@" not in outcome


def test_using_mine_changes_the_card(home: Home, anna: Browser) -> None:
    path = raced(home)
    answer = anna.post(path, {"answer": "use", "choice-1": "EMAIL=mine"})
    assert answer.headers["Location"] == "/done?answer=race"
    assert b"EMAIL:j.vermeer@example.org" in stored(home)
    assert b"jan.vermeer@" not in stored(home)
    assert "Settled" in anna.get("/done?answer=race").text


def test_keeping_both_adds_mine(home: Home, anna: Browser) -> None:
    anna.post(raced(home), {"answer": "use", "choice-1": "EMAIL=both"})
    assert stored(home).count(b"vermeer@") == 2


def test_leaving_it_changes_nothing_and_asks_no_more(home: Home, anna: Browser) -> None:
    path = raced(home)
    before = stored(home)
    assert anna.post(path, {"answer": "theirs"}).headers["Location"] == "/done?answer=theirs"
    assert stored(home) == before
    assert anna.get(path).status_code == 404


def test_choosing_nothing_is_said_on_the_page(home: Home, anna: Browser) -> None:
    answer = anna.post(raced(home), {"answer": "use"})
    assert answer.status_code == 400
    assert "Choose an answer for each question" in answer.text


def test_it_waits_on_the_first_page_of_its_member_alone(
    home: Home, anna: Browser, ben: Browser
) -> None:
    path = raced(home)
    assert path in anna.get("/").text
    assert path not in ben.get("/").text
    assert ben.get(path).status_code == 404
