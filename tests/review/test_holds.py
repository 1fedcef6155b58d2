"""Mass changes and deletions on the page: named, answered with one tap, told to nobody else."""

import re
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.review.passwords import hash_password
from server.store.database import Actor
from server.store.sessions import set_password_hash
from tests.builders import Home, a_card, a_name
from tests.review.conftest import PASSWORD, Browser, browser_of

MANY = 24


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Anna and Ben with passwords; Anna's cards are two days old, and she has a laptop."""
    made = Home(tmp_path, "anna", "ben")
    made.db.connection().execute("PRAGMA synchronous = OFF")
    with made.db.write(Actor("password")) as tx:
        for each in ("anna", "ben"):
            set_password_hash(tx, each, hash_password(PASSWORD))
    run_cycle(made.db, kind="command", releasing=True)
    for index in range(MANY):
        made.put("anna", f"{index}.vcf", a_card(f"u{index}", f"{a_name(index)} <b>", "TITLE:Dr"))
    run_cycle(made.db, kind="command", releasing=True)
    made.clock.pass_seconds(2 * 86_400)
    made.add_device("anna", "laptop")
    return made


def signed_in(home: Home, who: str) -> Browser:
    browser = browser_of(home)
    assert browser.sign_in(who).status_code == 303
    return browser


def the_link(browser: Browser) -> str:
    (found,) = set(re.findall(r'href="(/case/[0-9a-f]+)"', browser.get("/").text))
    return str(found)


def test_a_mass_deletion_is_on_top_of_today_for_its_member_alone(home: Home) -> None:
    for index in range(MANY):
        home.delete("anna+laptop", f"{index}.vcf")
    anna, ben = signed_in(home, "anna"), signed_in(home, "ben")
    assert "wants to delete 4 cards" in anna.get("/").text
    assert "Nothing to decide" in ben.get("/").text
    page = anna.get(the_link(anna)).text
    assert "Your laptop" in page
    assert f"{a_name(20)} &lt;b&gt;" in page
    assert len(page) < 15_000


def test_keeping_needs_one_tap_on_today(home: Home) -> None:
    for index in range(MANY):
        home.delete("anna+laptop", f"{index}.vcf")
    anna = signed_in(home, "anna")
    assert "first 20 that it deleted are not among these" in anna.get(the_link(anna)).text
    answered = anna.post(the_link(anna), {"answer": "keep"}, form="/")
    assert answered.headers["Location"] == "/done?answer=kept"
    page = anna.get("/done?answer=kept").text
    assert "Your device gets the cards back" in page
    assert 'name="mark"' not in page
    assert len(home.entries("anna")) == 4


def test_a_deletion_that_was_confirmed_is_undone_with_one_tap(home: Home) -> None:
    for index in range(MANY):
        home.delete("anna+laptop", f"{index}.vcf")
    anna = signed_in(home, "anna")
    assert anna.post(the_link(anna), {"answer": "delete"}).status_code == 303
    assert home.entries("anna") == []
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', anna.get("/done?answer=delete").text)
    assert mark is not None
    anna.post("/undo", {"mark": mark[1]}, form="/done?answer=delete")
    assert len(home.entries("anna")) == 4


def test_a_mass_change_is_shown_and_released(home: Home) -> None:
    for index in range(MANY):
        body = a_card(f"u{index}", f"{a_name(index)} <b>", "TITLE:Prof")
        home.put("anna+laptop", f"{index}.vcf", body)
    anna, ben = signed_in(home, "anna"), signed_in(home, "ben")
    link = the_link(anna)
    assert "changed 4 cards in one go" in anna.get(link).text
    assert "first 20 that it changed are not among these" in anna.get(link).text
    assert ben.get(link).status_code == 404
    assert anna.post(link, {"answer": "release"}).status_code == 303
    assert all(b"Prof" in each.octets for each in home.entries("ben"))


def test_an_edited_card_that_was_deleted_elsewhere_is_asked_about(home: Home) -> None:
    entry = home.get("anna", "0.vcf")
    assert entry is not None
    stale = home.etag("anna", entry)
    home.put("anna", "0.vcf", a_card("u0", f"{a_name(0)} <b>", "TITLE:Prof"), if_match=stale)
    home.delete("anna+laptop", "0.vcf", if_match=stale)
    anna = signed_in(home, "anna")
    link = the_link(anna)
    assert "was deleted on one device and edited on another" in anna.get(link).text
    assert anna.post(link, {"answer": "later"}).headers["Location"] == "/"
    assert anna.post(link, {"answer": "keep"}).status_code == 303
    assert "Nothing to decide" in anna.get("/").text


def test_single_people_of_a_mass_change_are_put_back(home: Home) -> None:
    for index in range(MANY):
        body = a_card(f"u{index}", f"{a_name(index)} <b>", "TITLE:Prof")
        home.put("anna+laptop", f"{index}.vcf", body)
    anna = signed_in(home, "anna")
    link = the_link(anna)
    page = anna.get(link).text
    marks = re.findall(r'name="(choice-\d+)" value="([0-9a-f]+)"', page)
    assert len(marks) == 4
    answered = anna.post(link, {"answer": "put-back", marks[1][0]: marks[1][1]})
    assert answered.headers["Location"] == "/done?answer=put-back"
    assert sum(b"TITLE:Dr" in each.octets for each in home.entries("anna")) == 1
    assert "changed 3 cards in one go" in anna.get(the_link(anna)).text
    assert anna.post(the_link(anna), {"answer": "release", "choice-1": "x"}).status_code == 400
