"""What pages say in other languages: every file is compiled, whole, and fits what it translates."""

import html
import json
import re
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.review import language
from server.saying import counted, in_language, listed, packed, said, unpacked
from tests.builders import Home, a_card
from tests.messages import compiled, files, gathered, is_missing, translated
from tests.review.conftest import Browser
from tests.review.test_card import card_at

_HOLES = re.compile(r"%\(\w+\)\w|\{\w+\}|</?\w+[^>]*>")
GERMAN = {"Accept-Language": "fr;q=0.9, de-AT;q=0.8, en;q=0.5"}

each_file = pytest.mark.parametrize("path", files(), ids=lambda path: path.parents[1].name)


@each_file
def test_a_catalogue_is_compiled_as_it_is_written(path: Path) -> None:
    """After a change: make messages."""
    assert path.with_suffix(".mo").read_bytes() == compiled(translated(path))


@each_file
def test_nearly_everything_is_translated(path: Path) -> None:
    """What is new stays English until somebody translates it; one text in twenty at most."""
    catalog, wanted = translated(path), [each for each in gathered() if each.id]
    missing = [
        each.id for each in wanted if (found := catalog.get(each.id)) is None or is_missing(found)
    ]
    assert len(missing) <= len(wanted) // 20, missing


@each_file
def test_a_translation_has_the_holes_and_marks_of_what_it_translates(path: Path) -> None:
    wrong = []
    for each in translated(path):
        if not each.id or is_missing(each):
            continue
        asked = [each.id] if isinstance(each.id, str) else list(each.id)
        given = [each.string] if isinstance(each.string, str) else list(each.string or ())
        wanted = set(_HOLES.findall(asked[-1]))
        wrong += [text for text in given if set(_HOLES.findall(str(text))) - wanted]
        wrong += [text for text in given[-1:] if set(_HOLES.findall(str(text))) != wanted]
    assert wrong == []


def test_a_page_speaks_the_first_language_of_the_browser_that_there_is(anna: Browser) -> None:
    german = anna.client.get("/people", headers=GERMAN).text
    assert '<html lang="de">' in german
    assert "Personen" in german
    for wanted in ({"Accept-Language": "tlh"}, {}):
        assert '<html lang="en">' in anna.client.get("/people", headers=wanted).text


def test_every_page_can_be_shown_in_german(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    home.put("anna", "a1.vcf", a_card("a1", "Eva Stein", "TITLE:Neu", "BDAY:1980-02-29"))
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < 60:
        path = waiting.pop()
        seen.add(path)
        answer = anna.client.get(path, headers=GERMAN)
        assert answer.status_code == 200, path
        links = map(html.unescape, re.findall(r'href="(/(?!static)[^"#]*)"', answer.text))
        waiting += [each for each in dict.fromkeys(links) if each not in seen | set(waiting)]
    assert len(seen) > 15
    page = anna.client.get(card_at(home, "anna", "a1"), headers=GERMAN).text
    assert "29. Februar 1980" in page
    assert "Anna hat Eva Stein auf phone geändert." in page


def test_why_cards_were_linked_is_said_in_german(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    page = anna.client.get("/decisions", headers=GERMAN).text
    assert "gleicher Name, gleiche Mobilnummer" in page


def test_the_letter_is_read_in_german(home: Home, anna: Browser) -> None:
    """What is kept of it is said in the language of whoever reads it."""
    page = anna.client.get("/", headers=GERMAN).text
    path = re.search(r'href="(/case/[0-9a-f]+)"', page)
    assert path is not None
    letter = anna.client.get(path[1], headers=GERMAN).text
    assert "Du und Ben habt 2 Personen gemeinsam." in letter
    assert "in common" not in letter + page


def test_what_was_packed_is_said_again_in_every_language() -> None:
    sentence = counted("{n} by {who}", "{n} things by {who}", 2, n=said("two"), who=listed("ab"))
    again = unpacked(json.loads(json.dumps(packed(sentence))))
    assert again == sentence == "two things by a and b"
    german = language.catalogue("de")
    assert in_language(again, german.gettext, german.ngettext) == "zwei things by a und b"
    assert unpacked(packed("as it is")) == "as it is"


def test_sentences_are_said_in_another_language_with_the_same_words() -> None:
    sentence = said(
        "{who} added {names}.",
        who="A{b}",
        names=listed(["x", counted("{number} more", "{number} more", 3)]),
    )
    assert sentence == "A{b} added x and 3 more."
    german = language.catalogue("de")
    assert (
        in_language(sentence, german.gettext, german.ngettext)
        == "A{b} hat x und 3 weitere hinzugefügt."
    )


def test_a_name_from_right_to_left_keeps_its_direction(anna: Browser) -> None:
    sentence = said("{who} left the household.", who="ليلى")
    with anna.client.application.test_request_context():
        assert language.told(sentence) == "\u2068ليلى\u2069 left the household."
