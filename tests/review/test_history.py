"""What happened, told and taken back; what was decided about who is who."""

import re

from server.cases import decide, open_cases
from server.cases.undoing import undo
from server.cycle import run_cycle
from server.store.cards import cards_of
from server.store.connecting import connect
from server.store.database import Actor
from server.store.history import last_act
from server.store.imports import Incoming, import_cards
from server.store.sharing import set_visibility
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser
from tests.review.test_card import card_at


def sentences(page: str) -> list[str]:
    """What a page of the history tells, the latest first."""
    return re.findall(r"<div><span>([^<]+)</span>", page)


def marks(page: str) -> list[str]:
    """What the undo buttons of a page stand for."""
    return re.findall(r'name="mark" value="([0-9a-f]+)"', page)


def settled(home: Home) -> None:
    """The household's first cycle is over."""
    run_cycle(home.db, kind="command", releasing=True)


def test_a_change_is_told_value_by_value(home: Home, anna: Browser, ben: Browser) -> None:
    settled(home)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE, "NOTE:first"))
    other = "TEL;TYPE=CELL:+49 30 23125 109"
    home.put("anna", "s.vcf", a_card("s", "Sole Person", other, "NOTE:second"))
    page = anna.get("/history").text
    assert sentences(page)[0] == "Anna changed Sole Person on phone."
    assert re.search(r"Mobile: <del>.*23125 101.*</del> → <b>.*23125 109", page)
    assert "second" in page
    page = ben.get("/history").text
    assert sentences(page)[0] == "Anna changed Sole Person on phone."
    assert "23125 109" in page
    assert "second" not in page


def test_what_came_to_two_cards_of_one_person_is_told_once(home: Home, anna: Browser) -> None:
    home.put("anna", "o1.vcf", a_card("o1", "Ottilie Twice", "TEL:+49 30 23125 777"))
    home.put("anna", "o2.vcf", a_card("o2", "Ottilie Twice", "TEL:+49 30 23125 777"))
    home.put(
        "ben",
        "o3.vcf",
        a_card("o3", "Ottilie Twice", "TEL:+49 30 23125 777", "EMAIL:otti@example.org"),
    )
    settled(home)
    home.clock.pass_seconds(86_400)
    settled(home)
    assert [b"otti@" in each.octets for each in home.entries("anna") if b"Otti" in each.octets] == [
        True,
        True,
    ]
    with home.db.read() as tx:
        card = next(each.id for each in cards_of(tx, "anna") if each.uid == "o1")
    page = anna.get(f"/history?card={card}").text
    assert page.count("E-mail:") == 2, "once where Ben added it, once where the cycle did"


def test_of_what_one_may_not_see_nothing_is_told(home: Home, ben: Browser) -> None:
    settled(home)
    before = sentences(ben.get("/history").text)
    home.put("anna", "a3.vcf", a_card("a3", "Marker Private", "CLASS:PRIVATE", "TITLE:x"))
    assert sentences(ben.get("/history").text) == before
    assert "Marker" not in ben.get("/history").text


def test_the_history_is_narrowed(home: Home, anna: Browser) -> None:
    settled(home)
    home.add_device("anna", "laptop")
    home.put("anna+laptop", "s.vcf", a_card("s", "Sole Person", PHONE))
    assert all(each.startswith("Ben ") for each in sentences(anna.get("/history?of=ben").text))
    assert sentences(anna.get("/history?on=laptop").text) == ["Anna added Sole Person on laptop."]
    automatic = sentences(anna.get("/history?auto=yes").text)
    assert automatic
    assert not any(each.startswith(("Anna", "Ben")) for each in automatic)
    by_hand = sentences(anna.get("/history?auto=no").text)
    assert not set(by_hand) & set(automatic)
    card = card_at(home, "anna", "s").removeprefix("/people/")
    assert sentences(anna.get(f"/history?card={card}").text) == [
        "Anna added Sole Person on laptop."
    ]
    assert "Nothing of what you may know" in anna.get("/history?of=zoe").text


def test_a_long_history_comes_page_by_page(home: Home, anna: Browser) -> None:
    for index in range(40):
        home.put("anna", "s.vcf", a_card("s", "Sole Person", f"TITLE:No {index}"))
    first = anna.get("/history").text
    following = re.search(r'rel="next" href="(/history[^"]+)"', first)
    assert following is not None
    second = anna.get(following[1]).text
    assert "No 10" in first
    assert "No 9<" in second
    assert not set(marks(first)) & set(marks(second))
    assert anna.get("/history?before=00").status_code == 404


def test_one_undoes_what_one_did_and_nothing_else(home: Home, anna: Browser, ben: Browser) -> None:
    settled(home)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:Old"))
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:New"))
    mark = marks(anna.get("/history").text)[0]
    form = {"mark": mark}
    assert ben.post("/history/undo", form, form="/members").status_code == 404
    assert b"TITLE:New" in home.entry("anna", "Sole").octets
    assert anna.post("/history/undo", form, form="/history").status_code == 303
    assert "Undone; phones fetch it" in anna.get("/history").text
    assert b"TITLE:Old" in home.entry("anna", "Sole").octets
    assert anna.post("/history/undo", form, form="/history").status_code == 303
    assert "cannot be taken back any more" in anna.get("/history").text


def test_a_file_of_many_cards_is_one_entry_and_taken_back_from_each_of_its_cards(
    home: Home, anna: Browser, ben: Browser
) -> None:
    cards = [a_card(f"u{number}", f"Nr {number}") for number in range(60)]
    import_cards(home.db, "anna", [Incoming("file", each) for each in cards])
    run_cycle(home.db, kind="command", releasing=True)
    told = [each for each in sentences(anna.get("/history").text) if "imported" in each]
    assert len(told) == 1
    assert told[0].endswith(" and 57 more.")
    (told_ben,) = [each for each in sentences(ben.get("/history").text) if "imported" in each]
    assert told_ben.endswith(" and many more.")
    path = f"/history?card={card_at(home, 'anna', 'u7').rpartition('/')[2]}"
    page = anna.get(path).text
    assert "Anna imported Nr 7." in sentences(page)
    assert "with other cards" in page
    assert "Undo all of it" in page
    form = {"mark": marks(page)[0]}
    answer = anna.post(path.replace("?", "/undo?"), form, form="/history")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history")
    assert "Undone; phones fetch it" in anna.get("/history").text
    assert not [each for each in home.entries("anna") if b"FN:Nr " in each.octets]


def test_that_an_import_brought_what_waits_is_told_to_nobody_else(
    home: Home, anna: Browser, ben: Browser
) -> None:
    home.put("anna", "old.vcf", a_card("old", "Old One"))
    run_cycle(home.db, kind="command", releasing=True)
    cards = [a_card(f"u{number}", f"Nr {number}") for number in range(30)]
    more = a_card("old", "Old One", "TITLE:Dr")
    import_cards(home.db, "anna", [Incoming("file", each) for each in (*cards, more)])
    path = card_at(home, "anna", "old")
    for page in (f"/history?card={path.rpartition('/')[2]}", path):
        assert "Anna imported Old One." in ben.get(page).text
        assert "with other cards" not in ben.get(page).text
        assert "with other cards" in anna.get(page).text


def test_an_import_of_many_of_one_name_counts_its_cards(home: Home, anna: Browser) -> None:
    cards = [a_card(f"u{number}", "Same Name") for number in range(60)]
    import_cards(home.db, "anna", [Incoming("file", each) for each in cards])
    assert "Anna imported Same Name and 10 more." in sentences(anna.get("/history").text)


def test_what_somebody_at_the_server_undid_did_not_happen_by_itself(
    home: Home, anna: Browser
) -> None:
    settled(home)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:Old"))
    home.put("anna", "s.vcf", a_card("s", "Sole Person", "TITLE:New"))
    with home.db.read() as tx:
        act = last_act(tx)
    undo(home.db, act, member=None)
    latest = anna.get("/history").text.split('<li class="top-line">')[1]
    assert "Somebody at the server undid this" in latest
    assert "automatically" not in latest


def test_a_link_is_taken_back_and_stays_away(home: Home, anna: Browser, ben: Browser) -> None:
    settled(home)
    page = anna.get("/decisions").text
    assert "Found automatically" in page
    assert ben.post("/decisions", {"mark": "0" * 32}, form="/decisions").status_code == 404
    assert anna.post("/decisions", {"mark": marks(page)[0]}, form="/decisions").status_code == 303
    assert "They are different people now" in anna.get("/decisions").text
    run_cycle(home.db, kind="command")
    assert "Found automatically" not in anna.get("/decisions").text
    assert "You said so" in anna.get("/decisions?kind=apart").text
    assert "Nothing decided" in anna.get("/decisions?kind=same").text


def test_different_people_are_asked_about_again(home: Home, anna: Browser) -> None:
    settled(home)
    case = next(e for e in open_cases(home.db, "anna") if e.kind == "same-person")
    decide(home.db, case.id, "different", member="anna")
    assert not any(e.kind == "same-person" for e in open_cases(home.db, "anna"))
    page = anna.get("/decisions?kind=apart").text
    assert anna.post("/decisions", {"mark": marks(page)[0]}, form="/decisions").status_code == 303
    assert any(e.kind == "same-person" for e in open_cases(home.db, "anna"))
    run_cycle(home.db, kind="command")
    assert any(e.kind == "same-person" for e in open_cases(home.db, "anna"))


def test_a_decision_about_a_card_that_one_sees_no_more_is_gone(home: Home, ben: Browser) -> None:
    settled(home)
    assert len(marks(ben.get("/decisions").text)) == 1
    card = card_at(home, "anna", "a1").removeprefix("/people/")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "private")
    assert marks(ben.get("/decisions").text) == []


def test_a_device_is_chosen_by_the_name_that_its_member_gave_it(home: Home, anna: Browser) -> None:
    with home.db.write(Actor("device", "anna")) as tx:
        which, _ = connect(tx, "anna", "Anna's iPhone")
    home.devices["anna+annas-iphone"] = which
    home.put("anna+annas-iphone", "s.vcf", a_card("s", "Sole Person", PHONE))
    page = anna.get("/history?on=annas-iphone").text
    assert '<option value="annas-iphone" selected>Anna&#39;s iPhone</option>' in page
    assert sentences(page) == ["Anna added Sole Person on Anna&#39;s iPhone."]
    page = anna.get(card_at(home, "anna", "s")).text
    assert "Anna&#39;s iPhone" in page
    assert "annas-iphone" not in page
