"""Who is gone comes back with one tap, and what others deleted can be kept."""

import re

from tests.builders import Home
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
