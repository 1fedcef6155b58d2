"""An answer can be taken back on the page that follows it: once, and only by whoever gave it."""

import re

from server.cases import open_cases
from server.cycle import run_cycle
from tests.builders import Home
from tests.review.conftest import Browser


def released(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def answer(home: Home, browser: Browser, who: str, kind: str, choice: str) -> str:
    """Answer the one question of a kind; gives its page's path."""
    path = next(f"/case/{each.id}" for each in open_cases(home.db, who) if each.kind == kind)
    assert browser.post(path, {"answer": choice}).status_code == 303
    return path


def mark_on(page: str) -> dict[str, str]:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return {"mark": found[1]}


def stored(home: Home) -> list[list[bytes]]:
    """What both devices are served, whatever was announced last."""
    return [sorted(each.octets for each in home.entries(who)) for who in ("anna", "ben")]


def test_an_answer_is_taken_back_with_one_tap(home: Home, anna: Browser) -> None:
    released(home)
    before = stored(home)
    path = answer(home, anna, "anna", "same-person", "same")
    assert stored(home) != before
    done = "/done?answer=same"
    taken_back = anna.post("/undo", mark_on(anna.get(done).text), form=done)
    assert (taken_back.status_code, taken_back.headers["Location"]) == (303, "/")
    assert stored(home) == before
    assert home.verify() == ()
    today = anna.get("/").text
    assert "Undone; phones fetch it at their next sync." in today
    assert path in today
    assert "Undone" not in anna.get("/").text


def test_undo_works_once(home: Home, anna: Browser) -> None:
    released(home)
    answer(home, anna, "anna", "same-person", "same")
    done = "/done?answer=same"
    page = anna.get(done).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {**mark_on(page), "csrf_token": token[1]}
    assert anna.client.post("/undo", data=fields).status_code == 303
    before = stored(home)
    again = anna.client.post("/undo", data=fields)
    assert again.status_code == 404
    assert "undone already" in again.text
    assert stored(home) == before
    assert 'name="mark"' not in anna.get(done).text


def test_nobody_undoes_the_answer_of_another(home: Home, anna: Browser, ben: Browser) -> None:
    released(home)
    answer(home, anna, "anna", "same-person", "same")
    mark = mark_on(anna.get("/done?answer=same").text)
    before = stored(home)
    assert 'name="mark"' not in ben.get("/done?answer=same").text
    assert ben.post("/undo", mark, form="/").status_code == 404
    assert stored(home) == before


def test_undo_needs_the_token_of_a_page(home: Home, anna: Browser) -> None:
    released(home)
    answer(home, anna, "anna", "same-person", "same")
    before = stored(home)
    mark = mark_on(anna.get("/done?answer=same").text)
    assert anna.client.post("/undo", data=mark).status_code == 400
    assert anna.client.get("/undo").status_code == 405
    assert stored(home) == before


def test_the_letter_is_undone_with_all_it_did(home: Home, anna: Browser) -> None:
    before = stored(home)
    answer(home, anna, "anna", "letter", "go")
    assert len(home.entries("anna")) == 4
    done = "/done?answer=go"
    assert anna.post("/undo", mark_on(anna.get(done).text), form=done).status_code == 303
    assert stored(home) == before


def test_what_was_put_off_has_nothing_to_undo(home: Home, anna: Browser) -> None:
    released(home)
    answer(home, anna, "anna", "same-person", "later")
    assert 'name="mark"' not in anna.get("/done?answer=later").text
