"""On its page a card is taken out of one's own book: what a phone's DELETE does, with undo beside it."""

import re
from pathlib import Path

import pytest

from server.cases.removals import out_mark, removals
from server.cases.replaying import restore
from server.cycle import run_cycle
from server.store.backup import backup
from server.store.books import create_book, find_book
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.history import last_act
from server.store.sharing import add_member, set_share, set_visibility
from server.store.writes import put
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser, signed_in, without_token
from tests.review.test_card import card_at
from tests.review.test_history import settled
from tests.review.test_languages import GERMAN

STRANGER = "/people/" + "0" * 32


def mark_on(page: str) -> str:
    """What the form of a card's page sends along; empty where there is no such form."""
    found = re.search(r'/out">.*?name="mark" value="([0-9a-f]+)"', page, re.DOTALL)
    return found[1] if found else ""


def take_out(browser: Browser, path: str) -> str:
    """Press the button on the page of a card; gives where it leads."""
    mark = mark_on(browser.get(path).text)
    assert mark
    answer = browser.post(f"{path}/out", {"mark": mark}, form=path)
    assert answer.status_code == 303
    return answer.location


def names(home: Home, who: str) -> list[tuple[str, str]]:
    return [(each.name, each.how) for each in removals(home.db, who)]


def seen(home: Home, who: str) -> list[tuple[str, str, bytes]]:
    return sorted((each.href, each.uid, each.octets) for each in home.entries(who))


def test_an_own_card_goes_to_the_trash_and_comes_back_with_one_tap(
    home: Home, anna: Browser, ben: Browser
) -> None:
    before = seen(home, "anna")
    path = card_at(home, "anna", "a2")
    assert "Your card goes to the trash" in anna.get(path).text
    assert take_out(anna, path) == "/removed"
    assert home.get("anna", "a2.vcf") is None
    assert names(home, "anna") == [("Jan Vermeer", "trash")]
    page = anna.get("/removed").text
    assert "Jan Vermeer is out of your book" in page
    assert "Your card, deleted on" in page
    assert "Anna deleted Jan Vermeer." in anna.get("/history").text
    assert "Anna deleted" not in ben.get("/history").text
    again = re.search(r'name="again" value="([0-9a-f]+)"', page)
    assert again is not None
    assert anna.post("/removed", {"again": again[1]}).status_code == 303
    assert seen(home, "anna") == before
    assert home.verify() == ()


def test_somebody_elses_card_is_hidden_from_ones_own_book_alone(
    home: Home, anna: Browser, ben: Browser
) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    path, keepers = card_at(home, "anna", "s"), seen(home, "anna")
    assert "card stays as it is; you and your phones" in ben.get(path).text
    assert take_out(ben, path) == "/removed"
    assert names(home, "ben") == [("Sole Person", "hidden")]
    assert not any(b"Sole Person" in each.octets for each in home.entries("ben"))
    assert seen(home, "anna") == keepers
    assert names(home, "anna") == []
    assert "Ben deleted" not in anna.get("/history").text
    assert "Ben deleted Sole Person." in ben.get("/history").text
    assert home.verify() == ()


def test_the_notice_undoes_it_once(home: Home, anna: Browser) -> None:
    settled(home)
    before, path = seen(home, "anna"), card_at(home, "anna", "a1")
    take_out(anna, path)
    page = anna.get("/removed").text
    mark = re.search(r'action="/undo">.*?name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    assert anna.post("/undo", {"mark": mark[1]}, form="/removed").status_code == 303
    assert [each[0] for each in seen(home, "anna")] == [each[0] for each in before]
    assert seen(home, "anna") == before
    assert names(home, "anna") == []
    assert anna.post("/undo", {"mark": mark[1]}, form="/").status_code == 404
    assert 'name="mark"' not in anna.get("/removed").text
    run_cycle(home.db, kind="command", releasing=True)
    assert seen(home, "anna") == before
    assert home.verify() == ()


@pytest.mark.parametrize("uid", ["a1", "s"])
def test_who_was_brought_back_is_not_undone_once_more(home: Home, anna: Browser, uid: str) -> None:
    """A page of before may still show the button; the answer tells no number of an act."""
    home.put("ben", "s.vcf", a_card("s", "Sole Person", PHONE))
    take_out(anna, card_at(home, "ben" if uid == "s" else "anna", uid))
    page = anna.get("/removed").text
    mark, again = (
        re.search(rf'name="{each}" value="([0-9a-f]+)"', page) for each in ("mark", "again")
    )
    assert mark is not None
    assert again is not None
    anna.post("/removed", {"again": again[1]})
    sent = anna.post("/undo", {"mark": mark[1]}, form="/")
    assert sent.status_code == 404
    assert "undone already" in sent.text


@pytest.mark.parametrize(("who", "name"), [("anna", "Eva Stein"), ("ben", "Sole Person")])
def test_it_is_what_a_delete_by_a_phone_does(
    home: Home, tmp_path: Path, who: str, name: str
) -> None:
    settled(home)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    entry = home.fetch(who, home.entry(who, name).href)
    home.put(who, entry.href, entry.octets.replace(b"23125 101", b"23125 777"))
    other = home.copied(tmp_path / "other")
    uid = "s" if name == "Sole Person" else f"{who[0]}1"
    path = card_at(home, "anna" if uid == "s" else who, uid)
    home.clock.pass_seconds(1)
    take_out(signed_in(home, who), path)
    assert other.delete(who, entry.href).status == 204
    for each in (home, other):
        run_cycle(each.db, kind="command", releasing=True)
        assert each.verify() == ()
    for member in ("anna", "ben"):
        assert seen(home, member) == seen(other, member)
        assert names(home, member) == names(other, member)
    other.db.close()


def test_of_two_own_cards_of_a_person_the_other_one_stays(home: Home, anna: Browser) -> None:
    settled(home)
    home.put("anna", "d.vcf", a_card("d", "Eva Stein", PHONE, "NOTE:second"))
    run_cycle(home.db, kind="command", releasing=True)
    path = card_at(home, "anna", "d")
    page = anna.get(path).text
    assert "the others stay" in page
    assert len(re.findall(r'action="/people/[0-9a-f]+/out"', page)) == 2
    mark = mark_on(page[page.index(f'action="{path}/out"') :])
    assert anna.post(f"{path}/out", {"mark": mark}, form=path).location == "/"
    page = anna.get("/").text
    assert "another one of yours stays" in page
    assert 'action="/undo"' in page
    assert names(home, "anna") == []
    assert home.get("anna", "a1.vcf") is not None
    assert home.get("anna", "d.vcf") is None


def test_a_group_and_a_card_of_a_further_book_go_the_same_way(home: Home, anna: Browser) -> None:
    kind = "X-ADDRESSBOOKSERVER-KIND:group"
    home.put("anna", "g.vcf", a_card("g", "Choir", kind))
    _, phone = home.device("anna")
    with home.db.write(Actor("mkcol", "anna")) as tx:
        create_book(tx, "anna", "work")
    with home.db.write(Actor("put", "anna", phone.id)) as tx:
        book = find_book(tx, "anna", "work")
        assert book is not None
        put(tx, book, "w.vcf", a_card("w", "Work Mate"), device=phone)
    for uid in ("g", "w"):
        assert take_out(anna, card_at(home, "anna", uid)) == "/removed"
    assert sorted(names(home, "anna")) == [("Choir", "trash"), ("Work Mate", "trash")]
    assert home.verify() == ()


def test_sent_twice_it_is_done_once(home: Home, anna: Browser) -> None:
    path = card_at(home, "anna", "a2")
    mark = mark_on(anna.get(path).text)
    for _ in range(2):
        sent = anna.post(f"{path}/out", {"mark": mark}, form="/")
        assert (sent.status_code, sent.location) == (303, "/removed")
    with home.db.read() as tx:
        acts = tx.connection.execute("SELECT count(*) FROM act WHERE kind = 'delete'").fetchone()
    assert acts == (1,)
    page = anna.get("/removed").text
    assert "That card is out of your book already." in page
    assert names(home, "anna") == [("Jan Vermeer", "trash")]


def test_what_was_edited_meanwhile_stays_and_is_shown(home: Home, anna: Browser) -> None:
    """Whoever sits before the page looks at the card again; nothing waits for an answer later."""
    path = card_at(home, "anna", "a2")
    mark = mark_on(anna.get(path).text)
    home.put("anna", "a2.vcf", a_card("a2", "Jan Vermeer", "EMAIL:new@example.org"))
    with home.db.read() as tx:
        acts = last_act(tx)
    sent = anna.post(f"{path}/out", {"mark": mark}, form="/")
    assert (sent.status_code, sent.location) == (303, path)
    page = anna.get(path).text
    assert "so it is still in your book" in page
    assert "new@example.org" in page
    assert home.get("anna", "a2.vcf") is not None
    with home.db.read() as tx:
        assert last_act(tx) == acts
    assert take_out(anna, path) == "/removed"


def test_a_form_from_before_somebody_came_back_takes_nobody_out(home: Home, anna: Browser) -> None:
    path = card_at(home, "anna", "a2")
    mark = mark_on(anna.get(path).text)
    take_out(anna, path)
    again = re.search(r'name="again" value="([0-9a-f]+)"', anna.get("/removed").text)
    assert again is not None
    anna.post("/removed", {"again": again[1]})
    assert anna.post(f"{path}/out", {"mark": mark}, form="/").location == path
    assert home.get("anna", "a2.vcf") is not None


def test_what_its_keeper_took_away_meanwhile_is_out_already(home: Home, ben: Browser) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    path = card_at(home, "anna", "s")
    mark = mark_on(ben.get(path).text)
    home.delete("anna", "s.vcf")
    assert ben.post(f"{path}/out", {"mark": mark}, form="/").location == "/removed"
    assert names(home, "ben") == [("Sole Person", "gone")]


def test_an_own_card_that_took_the_place_meanwhile_is_not_taken_out(
    home: Home, ben: Browser
) -> None:
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    settled(home)
    path = card_at(home, "anna", "s")
    mark = mark_on(ben.get(path).text)
    home.put("ben", "s.vcf", a_card("t", "Sole Person", PHONE))
    run_cycle(home.db, kind="command", releasing=True)
    sent = ben.post(f"{path}/out", {"mark": mark}, form="/")
    assert (sent.status_code, sent.location) == (303, path)
    assert home.get("ben", "s.vcf") is not None
    assert names(home, "ben") == []


def test_a_card_that_one_does_not_see_is_as_if_it_was_not_there(
    home: Home, anna: Browser, ben: Browser
) -> None:
    """Private from the beginning or since the page was opened, and never there at all: the same answer."""
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    path = card_at(home, "anna", "s")
    mark = mark_on(ben.get(path).text)
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "s")[0].id, "private")
    answers = [
        ben.post(f"{each}/out", {"mark": mark}, form="/")
        for each in (path, card_at(home, "anna", "a3"), STRANGER)
    ]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert len(set(map(without_token, answers))) == 1
    own = card_at(home, "anna", "a2")
    for foreign in (mark, mark_on(anna.get(card_at(home, "anna", "a1")).text), "0" * 32, "x"):
        assert anna.post(f"{own}/out", {"mark": foreign}, form="/").status_code == 404
    assert anna.post(f"{own}/out", {}, form="/").status_code == 400
    assert home.get("anna", "a2.vcf") is not None


def test_a_guest_takes_nobody_out_and_a_child_does(home: Home) -> None:
    for who, role in (("gus", "guest"), ("mia", "child")):
        with home.db.write(Actor("member")) as tx:
            add_member(tx, who, name=who.capitalize(), shares="none", role=role)
            set_share(tx, "anna", who, "all")
    path = card_at(home, "anna", "a2")
    guest, child = signed_in(home, "gus"), signed_in(home, "mia")
    page = guest.get(path).text
    assert "Jan Vermeer" in page
    assert "Take out of my book" not in page
    mark = mark_on(child.get(path).text)
    other = guest.post(f"{path}/out", {"mark": mark}, form="/")
    assert other.status_code == 404, "a mark is good for one member"
    with home.db.read() as tx:
        own = out_mark(tx, "gus", path.rpartition("/")[2])
    refused = guest.post(f"{path}/out", {"mark": own}, form="/")
    assert (refused.status_code, "A guest only reads" in refused.text) == (400, True)
    before = seen(home, "gus")
    take_out(child, path)
    assert names(home, "mia") == [("Jan Vermeer", "hidden")]
    assert seen(home, "gus") == before
    assert home.get("anna", "a2.vcf") is not None


def test_without_the_token_of_the_page_nothing_is_done(home: Home, anna: Browser) -> None:
    path = card_at(home, "anna", "a2")
    mark = mark_on(anna.get(path).text)
    assert anna.client.post(f"{path}/out", data={"mark": mark}).status_code == 400
    assert home.get("anna", "a2.vcf") is not None


def test_twenty_one_on_pages_are_meant(home: Home, anna: Browser) -> None:
    """Each was tapped by its member; a device that deletes as many is asked about."""
    for number in range(22):
        home.put("anna", f"m{number}.vcf", a_card(f"m{number}", f"Person No{number}x"))
        home.clock.pass_seconds(90_000)
    for number in range(22):
        take_out(anna, card_at(home, "anna", f"m{number}"))
    assert len(names(home, "anna")) == 22


def test_a_restore_takes_out_again(home: Home, anna: Browser, ben: Browser) -> None:
    """An own card, somebody else's, and one that was brought back with undo."""
    copy = home.db.folder.parent / f"{home.db.folder.name}-copy.db"
    backup(home.db, copy)
    home.put("anna", "s.vcf", a_card("s", "Sole Person", PHONE))
    home.clock.pass_seconds(60)
    take_out(anna, card_at(home, "anna", "a2"))
    home.clock.pass_seconds(60)
    take_out(ben, card_at(home, "anna", "s"))
    home.clock.pass_seconds(60)
    take_out(anna, card_at(home, "anna", "a1"))
    page = anna.get("/removed").text
    mark = re.search(r'action="/undo">.*?name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    home.clock.pass_seconds(60)
    assert anna.post("/undo", {"mark": mark[1]}, form="/removed").status_code == 303
    then = {who: (seen(home, who), names(home, who)) for who in ("anna", "ben")}
    account = restore(home.db.folder, copy).account
    assert account.left == ()
    assert account.others == ()
    assert {who: (seen(home, who), names(home, who)) for who in ("anna", "ben")} == then
    assert ("Sole Person", "hidden") in then["ben"][1]
    assert then["anna"][1] == [("Jan Vermeer", "trash")]
    assert home.verify() == ()


def test_it_is_said_in_german(home: Home, anna: Browser) -> None:
    path = card_at(home, "anna", "a2")
    page = anna.client.get(path, headers=GERMAN).text
    assert "Aus meinem Buch nehmen" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"mark": mark_on(page), "csrf_token": token[1]}
    anna.client.post(f"{path}/out", data=form, headers=GERMAN)
    page = anna.client.get("/removed", headers=GERMAN).text
    assert "Jan Vermeer ist nicht mehr in deinem Buch" in page
