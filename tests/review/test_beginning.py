"""A household's first minutes in the browser: no account before, one link, everybody says what they share."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import open_cases
from server.cycle import run_cycle
from server.protocol.login import Limiter
from server.review.application import make_application
from server.review.regions import CODES, REGIONS, region_of_language
from server.settings import Settings
from server.store.beginning import begin_token, free_id, may_begin
from server.store.choosing import speak
from server.store.database import Actor
from server.store.household import household_name, language_of, region_of
from server.store.members import find_member, list_members
from server.store.migrate import create_database
from server.store.sharing import add_member
from tests.builders import Home, a_card
from tests.review.conftest import Browser, browser_of

NEW = {
    "household": "The Hartwigs",
    "region": "FR",
    "name": "Zoë",
    "shares": "all",
    "password": "another long one",
    "again": "another long one",
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    """A household in which nobody lives yet."""
    made = Home(tmp_path)
    yield made
    made.db.close()


def test_while_nobody_lives_here_the_sign_in_page_says_where_the_way_in_is(empty: Home) -> None:
    with empty.db.write(Actor("settings")) as tx:
        token = begin_token(tx)
    page = browser_of(empty).get("/sign-in").text
    assert "one-time link that the server printed" in page
    assert token is not None
    assert token not in page
    with empty.db.write(Actor("member")) as tx:
        add_member(tx, "anna", name="Anna", shares="none")
    assert "one-time link" not in browser_of(empty).get("/sign-in").text


def token_of(home: Home) -> str:
    with home.db.write(Actor("settings")) as tx:
        token = begin_token(tx)
    assert token is not None
    return token


def test_whoever_opens_the_link_names_the_household_and_is_signed_in(empty: Home) -> None:
    path = f"/begin/{token_of(empty)}"
    browser = browser_of(empty)
    assert browser.post(path, NEW).headers["Location"] == "/welcome"
    with empty.db.read() as tx:
        assert (household_name(tx), region_of(tx)) == ("The Hartwigs", "FR")
        (first,) = list_members(tx)
    assert (first.id, first.name, first.role, first.shares) == ("zoe", "Zoë", "adult", "all")
    assert "Zoë" in browser.get("/welcome").text
    assert browser_of(empty).sign_in("zoe", "another long one").status_code == 303


def test_a_household_speaks_what_it_was_begun_in(empty: Home) -> None:
    path = f"/begin/{token_of(empty)}"
    browser = browser_of(empty)
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT, en;q=0.5"
    assert browser.post(path, NEW).headers["Location"] == "/welcome"
    assert '<html lang="de">' in browser_of(empty).get("/sign-in").text


def test_what_init_was_told_stands_in_the_form_and_stays(empty: Home) -> None:
    with empty.db.write(Actor("settings")) as tx:
        speak(tx, "de")
    browser = browser_of(empty)
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-GB"
    path = f"/begin/{token_of(empty)}"
    page = browser.get(path).text
    assert 'value="The Test household"' in page
    assert '<option value="DE" selected>' in page
    browser.post(path, NEW)
    with empty.db.read() as tx:
        assert language_of(tx) == "de"


def test_what_init_was_not_told_is_guessed(tmp_path: Path) -> None:
    database = create_database(tmp_path, household="", region="")
    with database.write(Actor("settings")) as tx:
        assert region_of(tx) == "DE"
        token = begin_token(tx)
    browser = make_application(database, Settings()).test_client()
    page = browser.get(f"/begin/{token}", headers={"Accept-Language": "en-GB"}).text
    assert 'name="household" dir="auto" value=""' in page
    assert '<option value="GB" selected>' in page
    database.close()


def test_the_link_works_once(empty: Home) -> None:
    path = f"/begin/{token_of(empty)}"
    browser_of(empty).post(path, NEW)
    assert browser_of(empty).get(path).status_code == 410
    with empty.db.write(Actor("settings")) as tx:
        assert begin_token(tx) is None, "somebody lives here"


def test_each_start_makes_a_new_link_and_ends_the_old_one(empty: Home) -> None:
    old, new = token_of(empty), token_of(empty)
    assert browser_of(empty).get(f"/begin/{old}").status_code == 410
    assert browser_of(empty).get(f"/begin/{new}").status_code == 200


def test_looking_at_the_link_changes_nothing(empty: Home) -> None:
    token = token_of(empty)
    for _ in range(3):
        assert browser_of(empty).get(f"/begin/{token}").status_code == 200
    with empty.db.read() as tx:
        assert may_begin(tx, token)
        assert list_members(tx) == ()


def test_nobody_gets_in_where_somebody_lives(home: Home) -> None:
    with home.db.write(Actor("settings")) as tx:
        assert begin_token(tx) is None
        assert not may_begin(tx, "")
    assert browser_of(home).get("/begin/x").status_code == 410


def test_there_is_no_default_account(empty: Home) -> None:
    browser = browser_of(empty)
    for name, password in (
        ("admin", "admin"),
        ("hearthbook", "hearthbook"),
        ("root", ""),
        ("", ""),
    ):
        assert browser.sign_in(name, password).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"household": ""},
        {"household": "x" * 61},
        {"region": "XX"},
        {"name": " "},
        {"shares": ""},
        {"password": "short", "again": "short"},
        {"again": "something else"},
        {"username": "Not An Id"},
    ],
)
def test_what_is_missing_is_said_and_the_link_stays(empty: Home, wrong: dict[str, str]) -> None:
    path = f"/begin/{token_of(empty)}"
    answer = browser_of(empty).post(path, {**NEW, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    with empty.db.read() as tx:
        assert list_members(tx) == ()
        assert household_name(tx) == "The Test household"
    assert browser_of(empty).get(path).status_code == 200


def test_guessed_links_are_counted(empty: Home) -> None:
    app = make_application(empty.db, Settings(), Limiter(2))
    browser = Browser(app.test_client())
    codes = [browser.get(path).status_code for path in ("/begin/a", "/setup/b", "/s/c")]
    assert codes == [410, 410, 429]
    assert browser.get(f"/begin/{token_of(empty)}").status_code == 200


def invited(browser: Browser, name: str, role: str = "adult") -> str:
    """Invite somebody; the path of their link."""
    assert (
        browser.post("/members/add", {"name": name, "role": role}, form="/members").status_code
        == 303
    )
    found = re.search(r"http://localhost(/setup/[^<\s]+)", browser.get("/members").text)
    assert found is not None
    return found[1]


def test_whoever_is_invited_says_what_they_share(home: Home, anna: Browser) -> None:
    path = invited(anna, "Cleo Stein")
    with home.db.read() as tx:
        cleo = find_member(tx, "cleo")
    assert cleo is not None
    assert (cleo.name, cleo.shares, cleo.has_password) == ("Cleo Stein", "none", False)
    fresh = browser_of(home)
    new = {"password": "another long one", "again": "another long one"}
    assert fresh.post(path, new).status_code == 400, "nothing is preselected"
    assert fresh.post(path, {**new, "shares": "name"}).headers["Location"] == "/welcome"
    with home.db.read() as tx:
        cleo = find_member(tx, "cleo")
    assert cleo is not None
    assert cleo.shares == "name"
    assert "setup/" not in anna.get("/members").text


def test_a_guest_is_not_asked_what_they_share(home: Home, anna: Browser) -> None:
    path = invited(anna, "Gus", "guest")
    fresh = browser_of(home)
    assert "others at home see" not in fresh.get(path).text
    new = {"password": "another long one", "again": "another long one"}
    assert fresh.post(path, new).status_code == 303


@pytest.mark.parametrize("role", ["child", "guest"])
def test_only_adults_invite_and_say_what_somebody_is(home: Home, anna: Browser, role: str) -> None:
    ben = browser_of(home)
    ben.sign_in("ben")
    answer = anna.post("/members/role", {"member": "ben", "role": role}, form="/members")
    assert answer.status_code == 303
    assert "Invite somebody" not in ben.get("/members").text
    for path, fields in (
        ("/members/add", {"name": "Eve", "role": "adult"}),
        ("/members/role", {"member": "ben", "role": "adult"}),
    ):
        assert ben.post(path, fields, form="/").status_code == 400
    with home.db.read() as tx:
        found = find_member(tx, "ben")
        assert len(list_members(tx)) == 2
    assert found is not None
    assert found.role == role


def test_the_last_adult_stays_one(home: Home, anna: Browser, ben: Browser) -> None:
    anna.post("/members/role", {"member": "ben", "role": "child"}, form="/members")
    answer = anna.post("/members/role", {"member": "anna", "role": "guest"}, form="/members")
    assert answer.status_code == 400
    with home.db.read() as tx:
        found = find_member(tx, "anna")
    assert found is not None
    assert found.role == "adult"


def test_names_to_sign_in_with_are_made_from_names(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        assert free_id(tx, "Anna") == "anna-2"
        assert free_id(tx, "Jörg-Peter Groß") == "jorgpeter"
        assert free_id(tx, "ليلى") == "member"
        assert free_id(tx, "7of9") == "member"
        assert free_id(tx, "") == "member"
        add_member(tx, "member", name="ليلى", shares="none")
        assert free_id(tx, "王") == "member-2"


def test_a_region_is_guessed_from_the_browsers_language() -> None:
    assert region_of_language(("de-AT", "en")) == "AT"
    assert region_of_language(("de", "en")) == "DE"
    assert region_of_language(("en",)) == "US"
    assert region_of_language(("en-GB",)) == "GB"
    assert region_of_language(()) == "DE"
    assert len(CODES) == len(REGIONS)


def test_a_letter_waits_for_whoever_has_cards(empty: Home) -> None:
    """Not for a member whose book is empty and who has nobody in common with anyone."""
    anna = browser_of(empty)
    anna.post(f"/begin/{token_of(empty)}", {**NEW, "name": "Anna"})
    assert "still empty" in anna.get("/").text
    path = invited(anna, "Ben")
    ben = browser_of(empty)
    new = {"password": "another long one", "again": "another long one", "shares": "all"}
    ben.post(path, new)
    empty.add_device("anna", "phone")
    empty.add_device("ben", "phone")
    empty.put("anna", "a.vcf", a_card("a", "Eva Stein", "TEL:+49 30 23125 101"))
    assert "first reconciliation" in anna.get("/").text
    run_cycle(empty.db, kind="quick")
    letter = next(each.id for each in open_cases(empty.db, "anna") if each.kind == "letter")
    alone = anna.get(f"/case/{letter}").text
    assert "Wait until everybody" in alone
    assert alone.index("Not yet") < alone.index("Begin without them")
    empty.put("ben", "b.vcf", a_card("b", "Eva Stein", "TEL:+49 30 23125 101"))
    run_cycle(empty.db, kind="quick")
    assert "Read the letter" in ben.get("/welcome").text
    together = ben.get(f"/case/{letter}").text
    assert "Yes, do this" in together
    assert "Begin without them" not in together


def test_an_empty_book_is_asked_nothing(empty: Home) -> None:
    anna = browser_of(empty)
    anna.post(f"/begin/{token_of(empty)}", {**NEW, "name": "Anna", "shares": "none"})
    ben = browser_of(empty)
    new = {"password": "another long one", "again": "another long one", "shares": "all"}
    ben.post(invited(anna, "Ben"), new)
    empty.add_device("anna", "phone")
    empty.put("anna", "a.vcf", a_card("a", "Eva Stein"))
    page = ben.get("/").text
    assert "still empty" in page
    assert "first reconciliation" not in page


def test_inviting_somebody_twice_makes_no_double(home: Home, anna: Browser) -> None:
    """A second tap, or a link that was lost: both links lead to the same member."""
    first, second = invited(anna, "Cleo"), invited(anna, "Cleo")
    assert first != second
    with home.db.read() as tx:
        assert [each.id for each in list_members(tx)] == ["anna", "ben", "cleo"]
    assert "Cleo" in browser_of(home).get(first).text
