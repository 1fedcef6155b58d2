"""A photo is chosen, replaced and taken off on the form of a card, like every other value that is typed there."""

import base64
import io
import re
import struct
import zlib
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser as Chromium
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from server.contacts.pictures import OCTETS_MOST
from server.store.database import Actor
from server.store.sharing import set_visibility
from tests.builders import Home, a_card
from tests.pictures import GIF, JPEG, PLACE, WEBP, chunk, exif, jpeg_with, photo_line, png
from tests.review.conftest import PHONE, Browser, browser_of
from tests.review.test_accessible import opened, site, wrong_on
from tests.review.test_browser import chromium
from tests.review.test_editing import acts, card_id, fields_on
from tests.review.test_photos import photo_on

__all__ = ["chromium", "site"]

BODY = a_card("f", "Pia Photo", PHONE, "X-ODD:kept", photo_line(png(), "PNG"))
BARE = a_card("f", "Pia Photo", PHONE, "X-ODD:kept")
TAKEN = jpeg_with((0xE1, b"Exif\0\0" + exif()))
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(80)


@pytest.fixture
def path(home: Home) -> str:
    """Where Anna's card of Pia, with a photo, is edited."""
    home.put("anna", "f.vcf", BODY)
    return f"/people/{card_id(home, 'anna', 'f')}/edit"


def bare(home: Home) -> None:
    """The photo goes from Anna's card on her phone."""
    home.put("anna", "f.vcf", BARE, if_match=home.etag("anna", home.fetch("anna", "f.vcf")))


def sent(
    browser: Browser,
    path: str,
    photo: bytes | None = None,
    page: str = "",
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> TestResponse:
    """Send a form with a chosen file, as a browser does."""
    page = page or browser.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    file = FileStorage(io.BytesIO(photo or b""), "taken.jpg" if photo is not None else "")
    fields = {**fields_on(page), **typed, "csrf_token": token[1], "photo": file}
    boundary, data = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post(path, data=data, content_type=kind)


def octets(home: Home, who: str = "anna") -> bytes:
    return home.entry(who, "Photo").octets


def photo_in(octets: bytes) -> bytes:
    """The octets of the photo in a card."""
    found = re.search(rb"PHOTO[^:]*:([\w+/=\r\n ]+?)\r\n(?! )", octets)
    return base64.b64decode(re.sub(rb"\r\n ", b"", found[1])) if found else b""


def off(browser: Browser, path: str) -> dict[str, str]:
    """The tick that takes the photo off."""
    found = re.search(
        r'name="(p\d+-off)" value="1"> Take it off<span class="sr">: Photo', browser.get(path).text
    )
    assert found is not None
    return {found[1]: "1"}


@pytest.mark.parametrize("picture", [JPEG, GIF, WEBP], ids=["jpeg", "gif", "webp"])
def test_a_chosen_photo_takes_the_place_of_the_former(
    home: Home, anna: Browser, ben: Browser, path: str, picture: bytes
) -> None:
    assert sent(anna, path, picture).status_code == 303
    now = octets(home)
    assert photo_in(now) == picture
    assert now.count(b"PHOTO") == 1
    assert b"X-ODD:kept\r\n" in now
    page = anna.get(path.removesuffix("/edit")).text
    assert anna.get(photo_on(page)).data == picture
    assert photo_in(octets(home, "ben")) == picture, "as from a phone"
    assert home.verify() == ()


def test_a_form_sent_without_a_file_leaves_the_photo(home: Home, anna: Browser, path: str) -> None:
    before = acts(home)
    assert sent(anna, path).status_code == 303
    assert (acts(home), octets(home)) == (before, BODY)
    assert sent(anna, path, typed={"nTITLE0-text": "Dr"}).status_code == 303
    assert b"TITLE:Dr" in octets(home)
    assert photo_in(octets(home)) == png()


def test_words_in_the_place_of_a_file_change_nothing(home: Home, anna: Browser, path: str) -> None:
    (name,) = (each.replace("-off", "-file") for each in off(anna, path))
    assert sent(anna, path, typed={name: "taken.jpg"}).status_code == 303
    assert octets(home) == BODY


def test_the_same_photo_once_more_changes_nothing(home: Home, anna: Browser, path: str) -> None:
    before = acts(home)
    for _ in range(2):
        assert sent(anna, path, png()).status_code == 303
    assert (acts(home), octets(home)) == (before, BODY)


def test_a_photo_is_taken_off_and_another_one_is_added(
    home: Home, anna: Browser, path: str
) -> None:
    assert sent(anna, path, typed=off(anna, path)).status_code == 303
    assert octets(home) == BARE
    page = anna.get(path).text
    assert "Choose a photo" in page
    assert photo_on(page) == ""
    assert sent(anna, path, JPEG).status_code == 303
    assert photo_in(octets(home)) == JPEG


def test_whoever_ticks_and_chooses_gets_the_chosen_one(
    home: Home, anna: Browser, path: str
) -> None:
    assert sent(anna, path, JPEG, typed=off(anna, path)).status_code == 303
    assert photo_in(octets(home)) == JPEG


def test_where_a_chosen_photo_was_taken_reaches_nobody(
    home: Home, anna: Browser, path: str
) -> None:
    """Neither others' phones nor the journal: phones hand out what they have."""
    assert sent(anna, path, TAKEN).status_code == 303
    assert photo_in(octets(home)) == photo_in(octets(home, "ben")) == JPEG
    place = base64.b64encode(PLACE)[4:-4]
    for file in home.db.folder.iterdir():
        data = file.read_bytes() if file.is_file() else b""
        assert PLACE not in data
        assert place not in data.replace(b"\r\n ", b"")


def test_a_card_of_version_4_gets_its_photo_as_that_has_them(home: Home, anna: Browser) -> None:
    home.put("anna", "v.vcf", a_card("v", "Vera Photo", PHONE, version="4.0"))
    path = f"/people/{card_id(home, 'anna', 'v')}/edit"
    assert sent(anna, path, WEBP).status_code == 303
    stored = home.get("anna", "v.vcf", version_4=True)
    assert stored is not None
    data = base64.b64encode(WEBP).decode()
    assert f"PHOTO:data:image/webp;base64,{data}".encode() in stored.octets.replace(b"\r\n ", b"")


def test_a_new_card_has_its_photo_from_the_start(home: Home, anna: Browser) -> None:
    page = anna.get("/people/new").text
    answers = [sent(anna, "/people/new", JPEG, page, typed={"nN0-given": "Nora"}) for _ in "ab"]
    assert [each.status_code for each in answers] == [303, 303]
    entry = home.entry("anna", "Nora")
    assert photo_in(entry.octets) == JPEG
    assert anna.get(photo_on(anna.get(answers[1].headers["Location"]).text)).data == JPEG
    assert home.verify() == ()


def test_a_photo_alone_is_nobody(home: Home, anna: Browser) -> None:
    before = len(home.entries("anna"))
    answer = sent(anna, "/people/new", JPEG)
    assert answer.status_code == 400
    assert "one of them is enough" in answer.text
    assert answer.text.count("Choose the photo once more") == 2, "at the top and at the field"
    assert len(home.entries("anna")) == before


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "no picture for a card"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture for a card"),
        (b"%PDF-1.7", "no picture for a card"),
        (HEIC, "That picture is HEIC"),
        (JPEG[:-40], "cut off or damaged"),
        (png()[:-12], "cut off or damaged"),
        (png(60_000, 60_000), "larger than 4 MB"),
        (JPEG + bytes(OCTETS_MOST), "larger than 4 MB"),
    ],
    ids=["empty", "svg", "pdf", "heic", "cut-off", "cut-off-png", "pixels", "octets"],
)
def test_what_cannot_be_a_photo_is_said_beside_it_and_nothing_is_kept(
    home: Home, anna: Browser, path: str, file: bytes, sentence: str
) -> None:
    before = acts(home)
    answer = sent(anna, path, file, typed={"nTITLE0-text": "Dr"})
    assert answer.status_code == 400
    assert answer.text.count(sentence) == 2, "at the top and at the field"
    assert fields_on(answer.text)["nTITLE0-text"] == "Dr"
    assert (acts(home), octets(home)) == (before, BODY)
    new = sent(anna, "/people/new", file, typed={"nN0-given": "Nora"})
    assert (new.status_code, new.text.count(sentence)) == (400, 2)
    assert acts(home) == before


def test_a_file_larger_than_any_request_is_refused_in_words(
    home: Home, anna: Browser, path: str
) -> None:
    answer = sent(anna, path, JPEG + bytes(16 << 20))
    assert answer.status_code == 413
    assert "choose a smaller photo" in answer.text
    assert octets(home) == BODY
    stranger = browser_of(home)
    answer = stranger.client.post(path, data={"photo": (io.BytesIO(JPEG), "a.jpg")})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/sign-in")


def test_a_photo_from_another_site_changes_nothing(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    data = {**fields, "photo": (io.BytesIO(JPEG), "a.jpg")}
    assert anna.client.post(path, data=data).status_code == 400, "without a token"
    page = anna.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        data = {**fields, "csrf_token": token[1], "photo": (io.BytesIO(JPEG), "a.jpg")}
        assert anna.client.post(path, data=data, headers=headers).status_code == 400
    assert octets(home) == BODY


def test_a_card_of_very_many_lines_is_sent_with_a_photo(home: Home, anna: Browser) -> None:
    """Each field is a part of its own then."""
    lines = [f"ADR:;;Street {number};Berlin;;10115;" for number in range(150)]
    home.put("anna", "m.vcf", a_card("m", "Mia Photo", *lines))
    path = f"/people/{card_id(home, 'anna', 'm')}/edit"
    assert sent(anna, path, JPEG).status_code == 303
    assert photo_in(octets(home)) == JPEG


def test_more_empty_lines_say_that_the_photo_is_to_be_chosen_again(
    home: Home, anna: Browser, path: str
) -> None:
    answer = sent(anna, path, JPEG, typed={"add": "1"})
    assert answer.status_code == 200
    assert "Choose the photo once more" in answer.text
    assert octets(home) == BODY


def test_two_photos_at_once_come_back_to_whoever_was_second(
    home: Home, anna: Browser, path: str
) -> None:
    page = anna.get(path).text
    assert sent(anna, path, JPEG, page).status_code == 303
    answer = sent(anna, path, GIF, page, typed={"nTITLE0-text": "Dr"})
    assert answer.status_code == 409
    assert "Meanwhile the card got another photo" in answer.text
    assert "Choose the photo once more" in answer.text
    assert photo_in(octets(home)) == JPEG
    assert anna.get(photo_on(answer.text)).data == JPEG
    assert fields_on(answer.text)["nTITLE0-text"] == "Dr"
    assert sent(anna, path, GIF, answer.text).status_code == 303
    assert photo_in(octets(home)) == GIF
    assert b"TITLE:Dr" in octets(home)


def test_a_photo_that_came_meanwhile_is_not_taken_off_unseen(
    home: Home, anna: Browser, path: str
) -> None:
    page, tick = anna.get(path).text, off(anna, path)
    assert sent(anna, path, JPEG, page).status_code == 303
    assert sent(anna, path, None, page, typed=tick).status_code == 303
    assert photo_in(octets(home)) == JPEG


def test_a_suggestion_that_met_another_photo_comes_back(
    home: Home, anna: Browser, ben: Browser, path: str
) -> None:
    page, tick = ben.get(path).text, off(ben, path)
    assert sent(anna, path, JPEG).status_code == 303
    for file, typed in ((None, tick), (GIF, {})):
        answer = sent(ben, path, file, page, typed=typed)
        assert answer.status_code == 409
        assert "Meanwhile the card got another photo" in answer.text
        assert ("once more" in answer.text) == (file is not None)
        assert any(each.endswith("-off") for each in fields_on(answer.text)) == bool(typed)
    assert photo_in(octets(home, "ben")) == JPEG
    bare(home)
    answer = sent(ben, path, GIF, page)
    assert answer.status_code == 409
    assert "Meanwhile this was taken off the card." in answer.text
    assert sent(ben, path, GIF, answer.text).status_code == 303
    assert photo_in(octets(home, "ben")) == GIF
    assert octets(home) == BARE


def test_what_a_phone_changed_meanwhile_stays_beside_a_new_photo(
    home: Home, anna: Browser, path: str
) -> None:
    page = anna.get(path).text
    theirs = BODY.replace(b"23125 101", b"23125 102")
    home.put("anna", "f.vcf", theirs, if_match=home.etag("anna", home.fetch("anna", "f.vcf")))
    assert sent(anna, path, JPEG, page).status_code == 303
    assert b"23125 102" in octets(home)
    assert photo_in(octets(home)) == JPEG


def test_beside_another_problem_the_photo_is_to_be_chosen_once_more(
    home: Home, anna: Browser, path: str
) -> None:
    ticked = off(anna, path)
    answer = sent(anna, path, JPEG, typed={"nTEL0-text": "nope", **ticked})
    assert answer.status_code == 400
    assert answer.text.count("Choose the photo once more") == 2
    assert ticked.items() <= fields_on(answer.text).items()
    assert octets(home) == BODY


def test_a_photo_that_pages_cannot_show_stays_until_it_is_replaced(
    home: Home, anna: Browser
) -> None:
    line = "PHOTO;VALUE=uri:https://photos.example/pia.jpg"
    body = a_card("u", "Uta Photo", PHONE, line)
    home.put("anna", "u.vcf", body)
    path = f"/people/{card_id(home, 'anna', 'u')}/edit"
    assert "a photo that pages cannot show" in anna.get(path).text
    assert sent(anna, path).status_code == 303
    assert octets(home) == body
    assert sent(anna, path, JPEG).status_code == 303
    assert photo_in(octets(home)) == JPEG
    assert b"photos.example" not in octets(home)


def test_one_act_that_the_history_tells_and_undoes(home: Home, anna: Browser, path: str) -> None:
    before = acts(home)
    assert sent(anna, path, JPEG).status_code == 303
    assert acts(home) == before + 1
    page = anna.get("/history").text
    assert "Anna changed Pia Photo." in page
    assert "Photo: another one" in page
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    assert anna.post("/history/undo", {"mark": mark[1]}, form="/history").status_code == 303
    assert octets(home) == BODY


def test_on_anothers_card_a_photo_stays_with_whoever_chose_it(
    home: Home, anna: Browser, ben: Browser, path: str
) -> None:
    for _ in range(2):
        assert sent(ben, path, JPEG).status_code == 303
    assert octets(home) == BODY
    assert photo_in(octets(home, "ben")) == JPEG
    card = path.removesuffix("/edit")
    assert ben.get(photo_on(ben.get(card).text)).data == JPEG
    assert "Photo: another one" in ben.get(card).text
    assert anna.get(photo_on(anna.get(card).text)).data == png()
    assert "another one" not in anna.get(card).text
    assert sent(ben, path, None, typed=off(ben, path)).status_code == 303
    assert photo_in(octets(home, "ben")) == b""
    assert octets(home) == BODY
    assert home.verify() == ()


def test_a_photo_that_is_taken_back_is_gone_from_others(
    home: Home, anna: Browser, ben: Browser, path: str
) -> None:
    assert sent(anna, path, JPEG).status_code == 303
    card = card_id(home, "anna", "f")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert ben.get(path).status_code == 404
    assert sent(anna, path, GIF).status_code == 303
    assert not any(b"PHOTO" in each.octets for each in home.entries("ben"))


def large() -> bytes:
    """A whole picture of many pixels and few octets."""
    head = struct.pack(">IIBBBBB", 2400, 1800, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 2400) * 1800)
    chunks = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_photo_is_chosen_in_a_browser(
    chromium: Chromium, site: tuple[str, str], *, scripts: bool
) -> None:
    """With scripts it is shown at once, and sent as small as phones make them."""
    page = opened(chromium, site, scripts=scripts)
    page.set_viewport_size({"width": 360, "height": 3000})
    page.goto(f"{site[0]}/app/people/new")
    page.fill("[name=nN0-given]", "Nora")
    page.fill("[name=nN0-family]", "Neu")
    page.set_input_files("[type=file]", {"name": "a.heic", "mimeType": "", "buffer": HEIC})
    page.click("button.main")
    page.wait_for_selector("text=That picture is HEIC")
    if scripts:
        assert wrong_on(page) == []
    page.set_input_files("[type=file]", {"name": "a.png", "mimeType": "", "buffer": large()})
    if scripts:
        page.wait_for_selector("fieldset canvas.face")
        chosen = page.locator("[type=file]").evaluate("each => each.files[0].type")
        assert chosen == "image/jpeg"
        assert wrong_on(page) == []
    page.click("button.main")
    page.wait_for_selector("img[alt='Photo of Nora Neu']")
    page.click("text=Edit")
    face = page.locator("img[alt='Photo of Nora Neu']")
    assert face.evaluate("each => each.naturalWidth") == (1024 if scripts else 2400)
    page.context.close()
