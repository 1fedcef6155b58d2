"""Who is gone comes back with one tap, and what others deleted can be kept."""

import re

from tests.builders import Home, a_card
from tests.review.conftest import Browser


def test_what_was_deleted_comes_back_with_one_tap(home: Home, anna: Browser) -> None:
    home.delete("anna", "a2.vcf")
    page = anna.get("/removed").text
    assert "Jan Vermeer" in page
    mark = re.search(r'name="again" value="([0-9a-f]+)"', page)
    assert mark is not None
    assert anna.post("/removed", {"again": mark[1]}).status_code == 303
    assert home.get("anna", "a2.vcf") is not None
    assert "is shown again" in anna.get("/removed").text
    assert "Nobody is gone" in anna.get("/removed").text


def test_a_mark_of_somebody_else_brings_nobody_back(
    home: Home, anna: Browser, ben: Browser
) -> None:
    home.delete("anna", "a3.vcf")
    mark = re.search(r'name="again" value="([0-9a-f]+)"', anna.get("/removed").text)
    assert mark is not None
    assert "Marker" not in ben.get("/removed").text
    assert ben.post("/removed", {"again": mark[1]}, form="/").status_code == 404


def test_nobody_is_shown_without_signing_in(home: Home) -> None:
    from tests.review.conftest import browser_of

    assert browser_of(home).get("/removed").status_code == 303


def test_what_a_phone_sent_and_could_not_be_stored_is_added_or_let_go(
    home: Home, anna: Browser, ben: Browser
) -> None:
    for uid, note in (("x1", "first"), ("x2", "second")):
        body = a_card(uid, "Jan Vermeer", f"NOTE:{note}")
        assert home.put("anna", "a2.vcf", body).status == 403
    assert "2 cards from your phone wait" in anna.get("/").text
    assert "from your phone" not in ben.get("/").text
    marks = re.findall(r'name="add" value="([0-9a-f]+)"', anna.get("/removed").text)
    assert ben.post("/removed/unstored", {"add": marks[0]}, form="/").status_code == 404
    said = {"add": "is a private card of your own now.", "drop": "let go; nothing was changed."}
    for field, mark in zip(said, marks, strict=True):
        sent = anna.post("/removed/unstored", {field: mark}, form="/removed")
        assert sent.status_code == 303
        page = anna.get("/removed").text
        assert said[field] in page
    assert "could not be stored" not in anna.get("/removed").text
    notes = [each.octets for each in home.entries("anna") if b"NOTE:" in each.octets]
    assert sum(b"NOTE:second" in each for each in notes) == 1
    assert not any(b"NOTE:first" in each for each in notes)
