"""The form of a card: what is typed reaches the card once, what is not typed stays, and nothing is overwritten unseen."""

import html
import re

import pytest

from server.cycle import run_cycle
from server.store.cards import cards_of
from server.store.database import Actor
from server.store.history import last_act
from server.store.sharing import add_member, set_share
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser, browser_of, signed_in, without_token

ODD = (
    "item1.TEL;TYPE=HOME;TYPE=pref:+49 30 23125 111",
    "item1.X-ABLabel:Boat",
    "EMAIL;TYPE=INTERNET;TYPE=WORK:pia@example.org",
    "ADR;TYPE=HOME:;;Lange Str. 1;Berlin;;10115;Germany",
    "X-ODD;A=b:keep\\, me",
    "NOTE:one\\ntwo",
    "BDAY:1980-02-29",
)
BODY = a_card("e", "Pia Edit", *ODD)


def card_id(home: Home, who: str, uid: str) -> str:
    """The id of somebody's card."""
    with home.db.read() as tx:
        return next(each.id for each in cards_of(tx, who) if each.uid == uid)


@pytest.fixture
def path(home: Home) -> str:
    """Where Anna's card of Pia is edited."""
    home.put("anna", "e.vcf", BODY)
    return f"/people/{card_id(home, 'anna', 'e')}/edit"


def fields_on(page: str) -> dict[str, str]:
    """What a browser would send of a form that nobody touched."""
    page = page[page.index('<form class="stack"') :].partition("</form>")[0]
    found: dict[str, str] = {}
    page = page[page.index('name="csrf_token"') :]
    for tag in re.findall(r"<input [^>]*>", page):
        given = {k: html.unescape(v) for k, v in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if given.get("type") not in ("checkbox", "file") or " checked" in tag:
            found[given["name"]] = given.get("value", "")
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S
    ):
        found[name] = html.unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="(\d+)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def key_of(fields: dict[str, str], value: str) -> str:
    """The key of the row in which a value stands."""
    return next(name.partition("-")[0] for name, each in fields.items() if each == value)


def sent(browser: Browser, path: str, fields: dict[str, str], **typed: str) -> tuple[int, str]:
    """Send a form with something typed into it."""
    answer = browser.post(path, {**fields, **typed}, form=path)
    return answer.status_code, answer.text


def octets(home: Home, who: str = "anna") -> bytes:
    return home.entry(who, "Edit").octets


def write(home: Home, body: bytes) -> None:
    """What Anna's phone writes, which knows the card as it is."""
    now = home.fetch("anna", "e.vcf")
    assert home.put("anna", "e.vcf", body, if_match=home.etag("anna", now)).status == 204


def acts(home: Home) -> int:
    with home.db.read() as tx:
        return last_act(tx) or 0


def test_a_form_that_nobody_touched_changes_nothing(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    before = acts(home)
    status, _ = sent(anna, path, fields)
    assert (status, acts(home), octets(home)) == (303, before, BODY)
    assert "Nothing was changed." in anna.get(path.removesuffix("/edit")).text


def test_what_is_typed_changes_its_own_line_alone(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    tel, place = key_of(fields, "+49 30 23125 111"), key_of(fields, "Lange Str. 1")
    assert sent(anna, path, fields, **{f"{tel}-text": "+49 30 23125 222"})[0] == 303
    assert octets(home) == BODY.replace(b"23125 111", b"23125 222")
    fields = fields_on(anna.get(path).text)
    assert sent(anna, path, fields, **{f"{place}-place": "Köln"})[0] == 303
    now = octets(home)
    assert "ADR;TYPE=HOME:;;Lange Str. 1;Köln;;10115;Germany\r\n".encode() in now
    assert b"X-ODD;A=b:keep\\, me\r\n" in now
    assert b"item1.X-ABLabel:Boat\r\n" in now


def test_values_are_added_called_and_taken_off(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    mail, note = key_of(fields, "pia@example.org"), key_of(fields, "one\r\ntwo")
    typed = {
        "nTEL0-text": "0177 2312501",
        "nTEL0-label": "Mobile",
        "nURL0-text": "https://pia.example",
        "nURL0-label": "Blog",
        "nTITLE0-text": "Dr, med; A",
        f"{mail}-label": "Home",
        f"{note}-text": "",
    }
    assert sent(anna, path, fields, **typed)[0] == 303
    now = octets(home)
    assert b"TEL;TYPE=cell:0177 2312501\r\n" in now
    assert b"EMAIL;TYPE=home:pia@example.org\r\n" in now
    assert b"URL:https://pia.example\r\n" in now
    assert b"X-ABLabel:Blog\r\n" in now
    assert b"TITLE:Dr\\, med\\; A\r\n" in now
    assert b"NOTE" not in now
    fields = fields_on(anna.get(path).text)
    tel = key_of(fields, "0177 2312501")
    assert sent(anna, path, fields, **{f"{tel}-off": "1"})[0] == 303
    assert b"0177 2312501" not in octets(home)
    assert home.verify() == ()


def test_labels_are_words_of_the_readers_language(home: Home, anna: Browser, path: str) -> None:
    german = {"Accept-Language": "de"}
    page = anna.client.get(path, headers=german).text
    fields = {**fields_on(page), "nTEL0-text": "030 2312577", "nTEL0-label": "mobil"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields["csrf_token"] = token[1]
    assert anna.client.post(path, data=fields, headers=german).status_code == 303
    assert b"TEL;TYPE=cell:030 2312577" in octets(home)
    assert octets(home).count(b"TYPE=WORK:pia") == 1


def test_the_name_that_is_shown_follows_its_parts(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    given = key_of(fields, "Pia")
    assert sent(anna, path, fields, **{f"{given}-given": "Maria"})[0] == 303
    assert b"FN:Maria Edit\r\nN:Edit;Maria;;;\r\n" in octets(home)
    home.put("anna", "m.vcf", a_card("m", "Mama Edit").replace(b"N:Edit;Mama", b"N:Edit;Ingrid"))
    other = f"/people/{card_id(home, 'anna', 'm')}/edit"
    fields = fields_on(anna.get(other).text)
    family = key_of(fields, "Ingrid")
    assert sent(anna, other, fields, **{f"{family}-family": "Berg"})[0] == 303
    assert b"FN:Mama Edit" in home.entry("anna", "Mama").octets


def test_sending_a_form_twice_does_nothing_twice(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    tel = key_of(fields, "+49 30 23125 111")
    typed = {"nTEL0-text": "0177 2312501", f"{tel}-text": "+49 30 23125 222", "nTITLE0-text": "Dr"}
    assert sent(anna, path, fields, **typed)[0] == 303
    once, act = octets(home), acts(home)
    assert sent(anna, path, fields, **typed)[0] == 303
    assert (octets(home), acts(home)) == (once, act)


def test_a_new_card_is_added_once(home: Home, anna: Browser, ben: Browser) -> None:
    form = fields_on(anna.get("/people/new").text)
    typed = {"nN0-given": "Nora", "nN0-family": "Neu", "nTEL0-text": "030 2312555"}
    before = len(home.entries("anna"))
    answers = [anna.post("/people/new", {**form, **typed}, form="/people/new") for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(home.entries("anna")) == before + 1
    now = home.entry("anna", "Nora Neu").octets
    assert b"N:Neu;Nora;;;\r\n" in now
    assert b"TEL:030 2312555" in now
    assert "Nora Neu" in anna.get(answers[1].headers["Location"]).text
    assert b"2312555" in home.entry("ben", "Nora Neu").octets
    assert home.verify() == ()


def test_a_workplace_or_a_name_in_one_line_is_enough_for_a_card(home: Home, anna: Browser) -> None:
    for typed in ({"nORG0-text": "Bäckerei Krume"}, {"nFN0-text": "王小明"}):
        form = fields_on(anna.get("/people/new").text)
        assert anna.post("/people/new", {**form, **typed}, form="/people/new").status_code == 303
    firm = home.entry("anna", "Krume").octets
    assert "FN:Bäckerei Krume\r\n".encode() in firm
    assert b"X-ABShowAs:COMPANY" in firm
    assert "N:;王小明;;;".encode() in home.entry("anna", "王小明").octets


def test_a_new_card_with_something_wrong_in_it_is_not_added(home: Home, anna: Browser) -> None:
    form = fields_on(anna.get("/people/new").text)
    typed = {"nFN0-text": "ليلى العمري", "nTEL0-text": "nope", "nBDAY0-day": "33"}
    answer = anna.post("/people/new", {**form, **typed}, form="/people/new")
    assert answer.status_code == 400
    assert answer.text.count("no such day") == 2
    assert fields_on(answer.text)["nFN0-text"] == "ليلى العمري"


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"nNOTE0-text": "met at the fair"},
        {"nBDAY0-day": "3", "nBDAY0-month": "2"},
    ],
)
def test_whom_nothing_could_be_called_by_is_not_added(
    home: Home, anna: Browser, typed: dict[str, str]
) -> None:
    form = fields_on(anna.get("/people/new").text)
    answer = anna.post("/people/new", {**form, **typed}, form="/people/new")
    assert answer.status_code == 400
    assert "one of them is enough" in answer.text
    assert all(each in answer.text for each in typed.values())


def test_a_card_does_not_lose_its_last_name(home: Home, anna: Browser, path: str) -> None:
    form, was = fields_on(anna.get(path).text), octets(home)
    empty = {key: "" for key, text in form.items() if text in ("Pia", "Edit", "Pia Edit")}
    status, page = sent(anna, path, form, **empty, **{"nTITLE0-text": "Dr of typing"})
    assert (status, octets(home)) == (400, was)
    assert "A card needs a name or a workplace" in page
    again = fields_on(page)
    assert again["nTITLE0-text"] == "Dr of typing"
    assert not any(again[key] for key in empty)
    assert sent(anna, path, again, **{"nORG0-text": "Pia & Co"})[0] == 303
    assert b"FN:Pia & Co\r\n" in home.entry("anna", "Pia & Co").octets


def test_a_card_that_never_had_a_name_does_well_without(home: Home, anna: Browser) -> None:
    body = (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:no\r\nFN:\r\nN:;;;;\r\nTEL:030 2312577\r\nEND:VCARD\r\n"
    )
    home.put("anna", "no.vcf", body)
    path = f"/people/{card_id(home, 'anna', 'no')}/edit"
    form = fields_on(anna.get(path).text)
    assert sent(anna, path, form, **{"nTITLE0-text": "Dr"})[0] == 303
    assert b"TITLE:Dr" in home.entry("anna", "2312577").octets


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"nTEL0-text": "call me"}, "A number has digits"),
        ({"nEMAIL0-text": "pia at home"}, "A mail address has"),
        ({"nURL0-text": "my page"}, "A web address has"),
        ({"nANNIVERSARY0-day": "31", "nANNIVERSARY0-month": "2"}, "no such day"),
        ({"nANNIVERSARY0-day": "3"}, "no such day"),
        ({"nANNIVERSARY0-year": "85"}, "four digits"),
        ({"nTITLE0-text": "x" * 2001}, "longer than a card"),
        ({"nTEL0-text": "030 1", "nTEL0-label": "x" * 61}, "longer than a card"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    home: Home, anna: Browser, path: str, typed: dict[str, str], sentence: str
) -> None:
    status, page = sent(anna, path, fields_on(anna.get(path).text), **typed)
    assert status == 400
    assert page.count(sentence) == 2, "at the top and at the field"
    assert 'aria-invalid="true"' in page or "-label" in page
    assert all(html.escape(each) in page for each in typed.values() if len(each) > 2)
    assert octets(home) == BODY


def test_a_form_that_no_page_sends_changes_nothing(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    for wrong in (
        {"base": "00" * 16},
        {"base": "x"},
        {"x-text": "1"},
        {"other": "1"},
        {"more": "9999"},
    ):
        assert sent(anna, path, fields, **wrong)[0] in (400, 404)
    assert anna.client.post(path, data=fields).status_code == 400, "without a token"
    assert octets(home) == BODY


def test_more_empty_lines_keep_what_was_typed(anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    status, page = sent(anna, path, fields, add="1", **{"nTEL0-text": "030 2312533"})
    assert status == 200
    again = fields_on(page)
    assert again["nTEL0-text"] == "030 2312533"
    assert again["nTEL1-text"] == ""
    assert sent(anna, path, again, **{"nTEL1-text": "030 2312544"})[0] == 303


def test_what_another_device_changed_elsewhere_stays(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    tel = key_of(fields, "+49 30 23125 111")
    theirs = BODY.replace(b"Lange Str. 1", b"Kurze Str. 2")
    write(home, theirs)
    assert sent(anna, path, fields, **{f"{tel}-text": "+49 30 23125 222"})[0] == 303
    assert octets(home) == theirs.replace(b"23125 111", b"23125 222")


def test_what_was_changed_in_two_places_comes_back_with_both(
    home: Home, anna: Browser, path: str
) -> None:
    write(home, BODY.replace(b"BDAY", b"TITLE:Dr\r\nBDAY"))
    fields = fields_on(anna.get(path).text)
    title, note = key_of(fields, "Dr"), "nTEL0-text"
    write(home, BODY.replace(b"BDAY", b"TITLE:Prof\r\nBDAY"))
    before = octets(home)
    status, page = sent(anna, path, fields, **{f"{title}-text": "Dipl.-Ing.", note: "030 2312566"})
    assert status == 409
    assert octets(home) == before
    assert "Meanwhile the card says: <b" in page
    assert ">Prof</b>" in page
    again = fields_on(page)
    assert again[f"{key_of(again, 'Dipl.-Ing.')}-text"] == "Dipl.-Ing."
    assert "030 2312566" in again.values()
    assert sent(anna, path, again)[0] == 303
    assert b"TITLE:Dipl.-Ing.\r\n" in octets(home)
    assert b"Prof" not in octets(home)
    assert b"2312566" in octets(home)


def test_what_was_taken_off_meanwhile_comes_back_as_an_empty_line_of_ones_own(
    home: Home, anna: Browser, path: str
) -> None:
    write(home, BODY.replace(b"BDAY", b"TITLE:Dr\r\nBDAY"))
    fields = fields_on(anna.get(path).text)
    title = key_of(fields, "Dr")
    write(home, BODY)
    status, page = sent(anna, path, fields, **{f"{title}-text": "Prof"})
    assert status == 409
    assert "Meanwhile this was taken off the card." in page
    assert octets(home) == BODY
    assert sent(anna, path, fields_on(page))[0] == 303
    assert b"TITLE:Prof" in octets(home)


def test_of_two_new_numbers_in_the_place_of_one_both_stand(
    home: Home, anna: Browser, path: str
) -> None:
    """As with two phones: a card may have several."""
    fields = fields_on(anna.get(path).text)
    tel = key_of(fields, "+49 30 23125 111")
    write(home, BODY.replace(b"23125 111", b"23125 333"))
    assert sent(anna, path, fields, **{f"{tel}-text": "+49 30 23125 222"})[0] == 303
    assert b"23125 222" in octets(home)
    assert b"23125 333" in octets(home)
    assert b"23125 111" not in octets(home)


def test_a_card_with_a_long_note_is_edited_too(home: Home, anna: Browser, path: str) -> None:
    """In a script whose letters take nine octets each in a form; strangers' forms stay small."""
    note = "\u58a8" * 30_000
    write(home, BODY.replace(b"one\\ntwo", note.encode()))
    fields = fields_on(anna.get(path).text)
    assert sent(anna, path, fields, **{"nTITLE0-text": "Dr"})[0] == 303
    assert note.encode() in octets(home).replace(b"\r\n ", b"")
    assert b"TITLE:Dr" in octets(home)
    stranger = browser_of(home)
    assert stranger.client.post(path, data=fields).status_code in (303, 400, 413)


def test_one_act_that_the_history_undoes(home: Home, anna: Browser, path: str) -> None:
    fields = fields_on(anna.get(path).text)
    tel = key_of(fields, "+49 30 23125 111")
    before = acts(home)
    sent(anna, path, fields, **{f"{tel}-text": "+49 30 23125 222", "nTITLE0-text": "Dr"})
    assert acts(home) == before + 1
    page = anna.get("/history").text
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    assert anna.post("/history/undo", {"mark": mark[1]}, form="/history").status_code == 303
    assert octets(home) == BODY


def test_on_anothers_card_it_is_a_suggestion(
    home: Home, anna: Browser, ben: Browser, path: str
) -> None:
    page = ben.get(path).text
    assert "Suggest a change" in page
    assert "decides" in page
    fields = fields_on(page)
    tel = key_of(fields, "+49 30 23125 111")
    typed = {f"{tel}-text": "+49 30 23125 222", "nNOTE0-text": "my own words"}
    for _ in range(2):
        assert sent(ben, path, fields, **typed)[0] == 303
    assert octets(home) == BODY, "Anna decides"
    assert b"23125 222" in octets(home, "ben")
    assert b"my own words" in octets(home, "ben")
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT property, state FROM suggestion ORDER BY 1").fetchall()
    assert rows == [("NOTE", "personal"), ("TEL", "open")]
    assert "Pia Edit" in anna.get("/").text
    assert "my own words" not in anna.get(path.removesuffix("/edit")).text
    assert home.verify() == ()


def test_who_sees_nothing_finds_no_form(home: Home, ben: Browser) -> None:
    private, nothing = (
        ben.get(f"/people/{each}/edit") for each in (card_id(home, "anna", "a3"), "0" * 32)
    )
    assert private.status_code == nothing.status_code == 404
    assert without_token(private) == without_token(nothing)
    costs = []
    for each in (card_id(home, "anna", "a3"), "0" * 32):
        before = (home.db.counters.statements, home.db.counters.rows)
        ben.get(f"/people/{each}/edit")
        after = (home.db.counters.statements, home.db.counters.rows)
        costs.append((after[0] - before[0], after[1] - before[1]))
    assert costs[0] == costs[1]


def test_who_sees_the_name_alone_is_told_to_ask(home: Home, ben: Browser, path: str) -> None:
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    assert ben.get(path).status_code == 400
    assert "/edit" not in ben.get(path.removesuffix("/edit")).text


def test_a_guest_changes_nothing(home: Home, path: str) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gus", name="Gus", shares="none", role="guest")
        set_share(tx, "anna", "gus", "all")
    gus = signed_in(home, "gus")
    assert gus.get(path).status_code == gus.get("/people/new").status_code == 400
    assert "/edit" not in gus.get(path.removesuffix("/edit")).text
    assert "/people/new" not in gus.get("/people").text
    assert gus.post(path, {"base": "x"}, form="/people").status_code == 400


def test_a_version_4_card_stays_one(home: Home, anna: Browser) -> None:
    body = a_card(
        "v4", "Vera Vier", "TEL;VALUE=uri;PREF=1:tel:+49-30-23125-1", "BDAY:--0229", version="4.0"
    )
    home.put("anna", "v4.vcf", body)
    path = f"/people/{card_id(home, 'anna', 'v4')}/edit"
    fields = fields_on(anna.get(path).text)
    day = next(name.partition("-")[0] for name, each in fields.items() if each == "29")
    assert sent(anna, path, fields, **{f"{day}-year": "1980"})[0] == 303
    stored = home.get("anna", "v4.vcf", version_4=True)
    assert stored is not None
    assert stored.octets == body.replace(b"BDAY:--0229", b"BDAY:19800229")


def test_a_change_on_the_form_travels_as_one_from_a_phone(
    home: Home, anna: Browser, ben: Browser
) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    home.put("anna", "x.vcf", a_card("x", "Xaver Edit", PHONE, "EMAIL:x@example.org"))
    home.put("ben", "y.vcf", a_card("y", "Xaver Edit", PHONE, "EMAIL:x@example.org"))
    run_cycle(home.db, kind="command", releasing=True)
    path = f"/people/{card_id(home, 'anna', 'x')}/edit"
    fields = fields_on(anna.get(path).text)
    mail = key_of(fields, "x@example.org")
    assert sent(anna, path, fields, **{f"{mail}-text": "neu@example.org"})[0] == 303
    run_cycle(home.db, kind="command", releasing=True)
    assert b"neu@example.org" in home.entry("ben", "Xaver").octets
