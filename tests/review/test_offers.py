"""What one member alone is shown is offered on a page and taken over with one tap."""

import re

import pytest

from server.cases import open_cases
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.sharing import add_member, set_visibility
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser, signed_in

MAIL = "EMAIL:nora@berg.example"


@pytest.fixture
def path(home: Home) -> str:
    """The way to the question that Ben is asked of Nora, whose card of his Carl sees, too."""
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "carl", name="Carl", shares="all")
    home.put("ben", "nora.vcf", a_card("nb", "Nora Berg", PHONE))
    home.put("anna", "nora.vcf", a_card("na", "Nora Berg", PHONE, MAIL, "CLASS:PRIVATE"))
    with home.db.read() as tx:
        row = tx.connection.execute("SELECT id FROM card WHERE uid = 'na'").fetchone()
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, row[0], "members", named=("ben",))
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    return f"/case/{case.id}"


def nora(home: Home) -> bytes:
    entry = home.get("ben", "nora.vcf")
    assert entry is not None
    return entry.octets


def test_one_tap_adds_it_and_one_takes_it_back(home: Home, ben: Browser, path: str) -> None:
    listed = ben.get("/").text
    assert path in listed
    assert '<bdi dir="auto">Anna</bdi> shows you more than others may see: E-mail<' in listed
    page = ben.get(path).text
    assert '<bdi dir="auto">Anna</bdi> shows you more of <bdi dir="auto">Nora Berg</bdi>' in page
    assert "nora@berg.example" in page
    assert "23125" not in page
    done = ben.post(path, {"answer": "add"}).headers["Location"]
    assert done == "/done?answer=add"
    assert MAIL.encode() in nora(home)
    page = ben.get(done).text
    assert "Added" in page
    (mark,) = re.findall(r'name="mark" value="([^"]+)"', page)
    ben.post("/undo", {"mark": mark}, form=done)
    assert MAIL.encode() not in nora(home)
    assert ben.get(path).status_code == 404


def test_leaving_it_is_said_and_can_be_undone(home: Home, ben: Browser, path: str) -> None:
    done = ben.post(path, {"answer": "no"}).headers["Location"]
    assert done == "/done?answer=unwanted"
    assert MAIL.encode() not in nora(home)
    (mark,) = re.findall(r'name="mark" value="([^"]+)"', ben.get(done).text)
    ben.post("/undo", {"mark": mark}, form=done)
    assert ben.get(path).status_code == 200


def test_a_change_is_shown_beside_what_it_takes_the_place_of(
    home: Home, ben: Browser, path: str
) -> None:
    ben.post(path, {"answer": "add"})
    entry = home.get("anna", "nora.vcf")
    assert entry is not None
    body = entry.octets.replace(b"nora@berg", b"nora.maria@berg")
    home.put("anna", "nora.vcf", body, if_match=home.etag("anna", entry))
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = (each for each in open_cases(home.db, "ben") if each.kind == "offer")
    path = f"/case/{case.id}"
    page = ben.get(path).text
    assert page.index("nora.maria@berg") < page.index("Your card") < page.index("nora@berg")
    assert "It takes the place of what your card says there now." in page
    ben.post(path, {"answer": "add"})
    assert b"EMAIL:nora.maria@berg.example" in nora(home)
    assert MAIL.encode() not in nora(home)


def test_nobody_else_finds_the_page(home: Home, anna: Browser, path: str) -> None:
    assert anna.get(path).status_code == 404
    assert signed_in(home, "carl").get(path).status_code == 404
