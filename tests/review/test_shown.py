"""What others see of one's own: said, looked at as somebody else, taken along."""

import re

import pytest

from server.access import Level
from server.store.database import Actor
from server.store.members import household_of
from server.store.sharing import add_member
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser
from tests.review.test_people import names_on


def level(home: Home, giver: str, taker: str) -> Level:
    """What one shows another."""
    with home.db.read() as tx:
        return household_of(tx).level(giver, taker)


def test_one_says_what_one_shows_to_whom(home: Home, anna: Browser, ben: Browser) -> None:
    assert names_on(ben.get("/people?of=anna").text) == ["Eva Stein", "Jan Vermeer"]
    form = {"to": "ben", "level": "none"}
    assert anna.post("/shown", form, form="/shown").status_code == 303
    assert level(home, "anna", "ben") == "none"
    assert names_on(ben.get("/people?of=anna").text) == []
    assert anna.post("/shown", {"to": "", "level": "name"}, form="/shown").status_code == 303
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "cara", name="Cara", shares="all")
    assert level(home, "anna", "cara") == "name"
    assert level(home, "anna", "ben") == "none"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"to": "zoe", "level": "all"}, 404),
        ({"to": "ben", "level": "some"}, 400),
        ({"to": "anna", "level": "all"}, 400),
    ],
)
def test_nonsense_changes_nothing(
    home: Home, anna: Browser, form: dict[str, str], status: int
) -> None:
    assert anna.post("/shown", form, form="/shown").status_code == status
    assert level(home, "anna", "ben") == "all"


def test_one_looks_at_ones_own_cards_as_somebody_else(home: Home, anna: Browser) -> None:
    page = anna.get("/shown/ben").text
    assert names_on(page) == ["Eva Stein", "Jan Vermeer", "Marker Private"]
    rows = re.findall(r'<span class="quiet">\s*(.*?)</span></div>', page, re.DOTALL)
    said = [re.sub(r"<[^>]+>", "", each).strip() for each in rows]
    assert said == ["Everything but: Note", "Everything", "Nothing"]
    assert anna.get("/shown/anna").status_code == anna.get("/shown/zoe").status_code == 404


def test_a_pause_is_said_there_too(anna: Browser) -> None:
    answer = anna.post("/members/sharing?from=shown", {"sharing": "pause"}, form="/shown")
    assert answer.location.endswith("/shown")
    assert "You pause." in anna.get("/shown").text


def test_ones_own_cards_are_taken_along_octet_for_octet(
    home: Home, anna: Browser, ben: Browser
) -> None:
    body = a_card("x", "Öctet Wise", PHONE, "X-ODD;A=b:1\\,2", "NOTE:mine")
    home.put("anna", "x.vcf", body)
    answer = anna.get("/mine.vcf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=anna.vcf"
    assert body in answer.data
    assert b"Marker Private" in answer.data
    assert answer.data.count(b"BEGIN:VCARD") == 4
    assert b"marker-note-anna" not in ben.get("/mine.vcf").data
    assert "Öctet Wise" in anna.get("/mine.csv").data.decode("utf-8-sig")
    assert anna.get("/mine.exe").status_code == 404
