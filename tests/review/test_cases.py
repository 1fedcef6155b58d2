"""Cases on the page: each kind is shown and answered with one tap."""

import gzip
import re

from server.cases import open_cases
from server.cycle import run_cycle
from server.store.database import Actor
from server.store.linking import say_claim
from server.store.slots import slot_at
from tests.builders import Home, a_card
from tests.review.conftest import PHONE, Browser

CASE_BYTES_MAX = 15_000
STYLE_BYTES_MAX = 12_000


def links(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="(/case/[0-9a-f]+)"', page)))


def case_of(home: Home, who: str, kind: str) -> str:
    return next(f"/case/{each.id}" for each in open_cases(home.db, who) if each.kind == kind)


def released(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def stored(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def test_the_letter_comes_first_and_go_makes_the_cards_agree(home: Home, anna: Browser) -> None:
    (letter,) = links(anna.get("/").text)
    page = anna.get(letter).text
    assert "Dear <bdi" in page
    assert "nothing has been written" in page
    assert anna.post(letter, {"answer": "go"}).status_code == 303
    assert len(links(anna.get("/").text)) == 2


def test_not_yet_changes_nothing(home: Home, anna: Browser) -> None:
    (letter,) = links(anna.get("/").text)
    assert anna.post(letter, {"answer": "later"}).headers["Location"] == "/"
    assert links(anna.get("/").text) == [letter]
    assert len(home.entries("anna")) == 5


def test_same_person_joins_and_shows_what_it_did(home: Home, anna: Browser) -> None:
    released(home)
    path = case_of(home, "anna", "same-person")
    page = anna.get(path).text
    assert "Are these the same person?" in page
    assert page.index("Your card") < page.index("Ben</bdi>'s card")
    answer = anna.post(path, {"answer": "same"})
    assert answer.headers["Location"] == "/done?answer=same"
    assert "Joined" in anna.get("/done?answer=same").text
    assert b"23125" in stored(home, "anna", "a2.vcf")


def test_different_people_stay_apart(home: Home, ben: Browser) -> None:
    released(home)
    ben.post(case_of(home, "ben", "same-person"), {"answer": "different"})
    assert [each.kind for each in open_cases(home.db, "ben")] == ["values"]


def test_values_are_chosen_one_by_one(home: Home, ben: Browser) -> None:
    released(home)
    path = case_of(home, "ben", "values")
    assert "What is right for" in ben.get(path).text
    assert ben.post(path, {"answer": "use", "choice-1": "TITLE=anna"}).status_code == 303
    assert b"TITLE:Prof" in stored(home, "ben", "b1.vcf")


def test_using_nothing_is_said_on_the_page_and_changes_nothing(home: Home, ben: Browser) -> None:
    released(home)
    path = case_of(home, "ben", "values")
    answer = ben.post(path, {"answer": "use"})
    assert answer.status_code == 400
    assert "Choose an answer for each question" in answer.text
    assert b"TITLE:Dr" in stored(home, "ben", "b1.vcf")


def test_a_suggestion_is_taken_over(home: Home, anna: Browser) -> None:
    released(home)
    entry = next(each for each in home.entries("ben") if b"jan@example.org" in each.octets)
    typed = entry.octets.replace(b"END:VCARD", b"URL:https://jan.example/\r\nEND:VCARD")
    home.put("ben", entry.href, typed, if_match=home.etag("ben", entry))
    path = case_of(home, "anna", "suggestion")
    assert "Ben</bdi> suggests a change" in anna.get(path).text
    assert anna.post(path, {"answer": "accept"}).status_code == 303
    assert b"jan.example" in stored(home, "anna", "a2.vcf")


def test_a_double_submit_does_nothing_twice_and_is_told_kindly(home: Home, anna: Browser) -> None:
    released(home)
    path = case_of(home, "anna", "same-person")
    page = anna.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {"answer": "same", "csrf_token": token[1]}
    assert anna.client.post(path, data=fields).status_code == 303
    before = home.sequence("anna")
    again = anna.client.post(path, data=fields)
    assert again.status_code == 404
    assert "This question is answered" in again.text
    assert home.sequence("anna") == before


def test_an_unknown_answer_is_refused_in_words(home: Home, anna: Browser) -> None:
    released(home)
    answer = anna.post(case_of(home, "anna", "same-person"), {"answer": "perhaps"})
    assert answer.status_code == 400
    assert "is no answer to this case" in answer.text


def test_a_case_of_others_does_not_exist(home: Home, anna: Browser, ben: Browser) -> None:
    released(home)
    entry = next(each for each in home.entries("ben") if b"jan@example.org" in each.octets)
    typed = entry.octets.replace(b"END:VCARD", b"URL:https://jan.example/\r\nEND:VCARD")
    home.put("ben", entry.href, typed, if_match=home.etag("ben", entry))
    assert ben.get(case_of(home, "anna", "suggestion")).status_code == 404


def test_private_cards_and_notes_are_on_no_page_of_others(home: Home, ben: Browser) -> None:
    pages = [ben.get("/").text, *(ben.get(each).text for each in links(ben.get("/").text))]
    released(home)
    pages += [ben.get("/").text, *(ben.get(each).text for each in links(ben.get("/").text))]
    assert len(pages) >= 5
    assert not any("arker" in page for page in pages)


def test_pages_and_styles_are_small(home: Home, anna: Browser) -> None:
    released(home)
    for path in links(anna.get("/").text):
        assert len(gzip.compress(anna.get(path).data)) < CASE_BYTES_MAX
    styles = b""
    for name in ("tokens", "hearthbook"):
        with anna.get(f"/static/{name}.css") as answer:
            styles += answer.data
    assert len(gzip.compress(styles)) < STYLE_BYTES_MAX


def test_names_of_any_script_are_isolated(home: Home, anna: Browser) -> None:
    page = anna.get(links(anna.get("/").text)[0]).text
    assert '<bdi dir="auto">Anna</bdi>' in page


def test_several_people_of_one_name_are_sorted_into_piles(home: Home, anna: Browser) -> None:
    home.put("anna", "j1.vcf", a_card("j1", "John Smith", PHONE))
    home.put("anna", "j2.vcf", a_card("j2", "John Smith", "EMAIL:john@example.org"))
    home.put("ben", "j3.vcf", a_card("j3", "John Smith", "EMAIL:j@example.org", "BDAY:1980-02-01"))
    released(home)
    path = case_of(home, "anna", "cluster")
    page = anna.get(path).text
    assert "Which of these belong together?" in page
    assert len(page.encode()) < CASE_BYTES_MAX
    assert page.count("<select") == 3
    values = re.findall(r'<option value="(\d=[A])"', page)
    assert [each[0] for each in values] == ["1", "2", "3"]
    nothing = anna.post(path, {"answer": "piles", "choice-1": "1=L", "choice-2": "2=L"})
    assert nothing.status_code == 400
    assert "Put at least two of them somewhere" in nothing.text
    fields = {f"choice-{each[0]}": each for each in values}
    answer = anna.post(path, {"answer": "piles", **fields})
    assert answer.headers["Location"] == "/done?answer=piles"
    assert "Sorted" in anna.get("/done?answer=piles").text
    assert len([e for e in home.entries("anna") if b"John Smith" in e.octets]) == 2
    assert b"1980" in stored(home, "anna", "j1.vcf")


def test_a_dispute_is_settled_with_one_tap(home: Home, anna: Browser, ben: Browser) -> None:
    released(home)
    for who, href in (("anna", "a1.vcf"), ("ben", "b1.vcf")):
        with home.db.write(Actor("own", who)) as tx:
            slot = slot_at(tx, home.book(tx, who).id, href)
            assert slot is not None
            say_claim(tx, slot.card, who, "mine", None)
    released(home)
    path = case_of(home, "ben", "dispute")
    assert path == case_of(home, "anna", "dispute")
    page = ben.get(path).text
    assert "Whose is" in page
    assert len(page.encode()) < CASE_BYTES_MAX
    assert ben.post(path, {"answer": "carl"}).status_code == 400
    assert ben.post(path, {"answer": "anna"}).headers["Location"] == "/done?answer=owner"
    assert anna.get(path).status_code == 404
