"""The page of the members: who may let whom choose a new password."""

import re

import pytest

from server.cases.recounting import recount
from server.review.application import make_application
from server.settings import ServerSettings, Settings
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.members import list_members
from server.store.sessions import create_setup_link, peek_setup_link
from server.store.sharing import add_member, set_member
from tests.builders import Home
from tests.review.conftest import PASSWORD, Browser, browser_of


def link_on(page: str) -> str:
    """The path of the one-time link that a page shows."""
    found = re.search(r"http://localhost(/\S*setup/[^<\s]+)", page)
    assert found is not None, page
    return found[1]


def test_an_adult_lets_another_choose_a_new_password(
    home: Home, anna: Browser, ben: Browser
) -> None:
    with home.db.write(Actor("session")) as tx:
        old = create_setup_link(tx, "ben", seconds=3600)
    answer = anna.post("/members/reset", {"member": "ben"}, form="/members/reset?member=ben")
    assert answer.status_code == 303
    page = anna.get("/members").text
    path = link_on(page)
    assert ben.get("/").status_code == 303, "signed out everywhere"
    assert browser_of(home).sign_in("ben").status_code == 401, "the old password is over"
    with home.db.read() as tx:
        assert peek_setup_link(tx, old) is None
    assert "setup/" not in anna.get("/members").text, "shown once"
    fresh = browser_of(home)
    assert "Sign in with the password I have" not in fresh.get(path).text
    new = {"password": "another long one", "again": "another long one"}
    assert fresh.post(path, new).status_code == 303
    assert fresh.get("/").status_code == 200
    assert fresh.get(path).status_code == 410


def test_a_new_member_without_a_name_is_asked_for_it_in_the_form(home: Home, anna: Browser) -> None:
    for name in ("", "  "):
        answer = anna.post("/members/add", {"name": name, "role": "child"}, form="/members")
        assert answer.status_code == 400
        assert "Give the new member a name." in answer.text
        assert 'value="child" checked' in answer.text
        assert answer.text.count('name="role" value="adult" checked') == 0
    with home.db.read() as tx:
        assert len(list_members(tx)) == 2


def test_whoever_has_no_password_gets_another_link_and_is_not_told_that_one_ended(
    home: Home, anna: Browser
) -> None:
    anna.post("/members/add", {"name": "Cleo", "role": "child"}, form="/members")
    first = link_on(anna.get("/members").text)
    anna.post("/members/reset", {"member": "cleo"}, form="/members")
    page = anna.get("/members").text
    assert link_on(page) != first
    assert "the old password works no more" not in page
    assert "has no password for these pages" in page


@pytest.mark.parametrize(
    ("site", "is_nearby"), [("", True), ("http://127.0.0.1:5232", True), ("http://book.lan", False)]
)
def test_a_link_that_leads_to_this_machine_alone_says_so(
    home: Home, anna: Browser, site: str, *, is_nearby: bool
) -> None:
    settings = Settings(server=ServerSettings(public_url=site))
    here = Browser(make_application(home.db, settings).test_client())
    cookie = anna.client.get_cookie("hearthbook")
    assert cookie is not None
    here.client.set_cookie("hearthbook", cookie.value)
    here.post("/members/add", {"name": "Cleo", "role": "child"}, form="/members")
    page = here.get("/members").text
    assert "/setup/" in page
    assert ("It leads to this machine alone." in page) == is_nearby


def test_nothing_happens_before_it_is_said_what_will(
    home: Home, anna: Browser, ben: Browser
) -> None:
    """The list only leads to a page that says it; opening that page changes nothing."""
    assert 'members/reset"' not in anna.get("/members").text
    assert 'members/reset?member=ben"' in anna.get("/members").text
    page = anna.get("/members/reset?member=ben").text
    assert "ends at once" in page
    assert 'name="member" value="ben"' in page
    assert ben.get("/").status_code == 200
    assert browser_of(home).sign_in("ben").status_code == 303


@pytest.mark.parametrize(("member", "status"), [("anna", 400), ("zoe", 404), ("", 404)])
def test_the_question_is_asked_of_nobody_else(anna: Browser, member: str, status: int) -> None:
    assert anna.get(f"/members/reset?member={member}").status_code == status


def test_the_page_and_the_link_show_nothing_of_anybodys_cards(home: Home, anna: Browser) -> None:
    anna.post("/members/reset", {"member": "ben"}, form="/members")
    page = anna.get("/members").text
    for secret in ("Jan Vermeer", "Eva Stein", "23125", "marker"):
        assert secret not in page


def test_both_know_of_it(home: Home, anna: Browser) -> None:
    anna.post("/members/reset", {"member": "ben"}, form="/members")
    with reading_as(home.db, "ben") as tx:
        told = [each.sentence for each in recount(tx, recent_acts(tx, most=1))]
    assert told == ["Anna made a link with which somebody chooses a new password."]


@pytest.mark.parametrize(("role", "offered"), [("adult", True), ("child", False), ("guest", False)])
def test_only_adults_do_so(home: Home, anna: Browser, role: str, *, offered: bool) -> None:
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", role=role)
    ben = browser_of(home)
    ben.sign_in("ben")
    page = ben.get("/members").text
    assert ("choose a new password" in page) == offered
    assert ("choose a new password" in anna.get("/members").text) == (role != "guest")
    answer = ben.post("/members/reset", {"member": "anna"}, form="/")
    assert (answer.status_code == 303) == offered
    assert (browser_of(home).sign_in("anna").status_code == 303) != offered


def test_a_childs_password_is_reset_by_an_adult_and_a_guests_by_nobody(
    home: Home, anna: Browser
) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "mia", name="Mia", shares="none", role="child")
        add_member(tx, "gus", name="Gus", shares="none", role="guest")
    assert anna.post("/members/reset", {"member": "mia"}, form="/members").status_code == 303
    assert anna.post("/members/reset", {"member": "gus"}, form="/members").status_code == 400
    assert anna.post("/members/reset", {"member": "anna"}, form="/members").status_code == 400
    assert anna.post("/members/reset", {"member": "zoe"}, form="/members").status_code == 404
    assert browser_of(home).sign_in("anna", PASSWORD).status_code == 303


def test_the_page_is_for_members_alone(home: Home) -> None:
    assert browser_of(home).get("/members").status_code == 303


def test_a_member_pauses_alone_and_goes_on(home: Home, anna: Browser, ben: Browser) -> None:
    assert anna.post("/members/sharing", {"sharing": "pause"}, form="/members").status_code == 303
    assert "You pause" in anna.get("/members").text
    assert "pause:" not in ben.get("/members").text
    assert anna.post("/members/sharing", {"sharing": "pause"}, form="/members").status_code == 400
    assert anna.post("/members/sharing", {"sharing": "resume"}, form="/members").status_code == 303
    assert "You pause" not in anna.get("/members").text
    assert anna.post("/members/sharing", {"sharing": "x"}, form="/members").status_code == 400
