"""What names say: words in comparable forms, short forms, and who or what bears them."""

import pytest

from server.contacts.values import Name, name_of
from server.reconcile.folding import sound_of, spellings_of, words_of
from server.reconcile.frequent import is_given_name, share_of_family, share_of_given
from server.reconcile.levels import person_level
from server.reconcile.names import Called, called, called_organisation, is_generic
from server.reconcile.nicknames import ROWS, fits
from server.reconcile.weights import NameLevel
from tests.reconcile.model import prop

NOTHING: frozenset[str] = frozenset()


def of(full: str) -> Called:
    """What a formatted name, or "family;given", says."""
    family, semicolon, given = full.partition(";")
    if semicolon:
        return called(Name(given, family, formatted=f"{given} {family}"))
    return called(name_of([prop(f"FN:{full}")]))


def level(left: str, right: str) -> NameLevel:
    found = person_level(of(left), of(right), of(left).also, of(right).also)
    assert found is person_level(of(right), of(left), of(right).also, of(left).also)
    return found


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Eva Lorenz", "Lorenz Eva", NameLevel.SAME),
        ("Lorenz;Eva", "Eva;Lorenz", NameLevel.SAME),
        (";Eva Lorenz", "Lorenz;Eva", NameLevel.SAME),
        ("Prof. Dr. Eva Lorenz", "Eva Lorenz", NameLevel.SAME),
        ("Μαρία Αλεξίου", "ΜΑΡΙΑ ΑΛΕΞΙΟΥ", NameLevel.SAME),
        ("Семён Королёв", "Семен Королев", NameLevel.SAME),
        ("王;伟", "王伟", NameLevel.SAME),
        ("Mueller;Eva", "Muller;Eva", NameLevel.SPELLING),
        ("Karl-Heinz Lorenz", "Karlheinz Lorenz", NameLevel.SAME),
        ("Eva Lorenz", "Eva M. Lorenz", NameLevel.MIDDLE),
        ("Eva Lorenz", "Eva Lorenz (choir)", NameLevel.SAME),
        ("Thomas Lorenz", "Tommy Lorenz", NameLevel.NICKNAME),
        ("Giuseppe Rossi", "Beppe Rossi", NameLevel.NICKNAME),
        ("Robert Miller", "Rob (Bob) Miller", NameLevel.NICKNAME),
        ("Eva Lorenz", "Eva Lorenz-Brandt", NameLevel.DOUBLE),
        ("Eva Brandt", "Eva Lorenz (geb. Brandt)", NameLevel.MIDDLE),
        ("Katharina Lorenz", "Kathraina Lorenz", NameLevel.SLIP),
        ("Lena Engel", "Lea Engel", NameLevel.ALIKE),
        ("Marie Engel", "Maria Engel", NameLevel.ALIKE),
        ("Jonas Engel", "Jonah Engel", NameLevel.ALIKE),
        ("Lena Engel", "Leni Engel", NameLevel.ALIKE),
        ("E. Lorenz", "Eva Lorenz", NameLevel.INITIAL),
        ("Plumber Piet", "Piet Jansen", NameLevel.GIVEN),
        ("Eva Lorenz", "Eva Brandt", NameLevel.MARRIED),
        ("Юлия Морозова", "Yulia Morozova", NameLevel.OTHER_SCRIPT),
        ("佐藤;愛", "Ai Sato", NameLevel.OTHER_SCRIPT),
        ("Mama", "Eva Lorenz", NameLevel.MISSING),
        ("Eva Lorenz", "Otto Lorenz", NameLevel.OTHER),
    ],
)
def test_names_reach_the_first_level_that_fits(left: str, right: str, expected: NameLevel) -> None:
    assert level(left, right) is expected


@pytest.mark.parametrize(
    ("full", "sort"),
    [
        ("Eva Lorenz", "person"),
        ("Eva & Otto Lorenz", "several"),
        ("Familie Lorenz", "several"),
        ("José Ortega y Gasset", "person"),
        ("Zahnarztpraxis Dr. Engelhardt", "practice"),
        ("Fahrrad Kette GmbH", "organisation"),
        ("Anna Kita", "person"),
        ("Kundenservice", "mailbox"),
        ("info@firm.example", "mailbox"),
        ("eva.lorenz@mail.example", "person"),
    ],
)
def test_a_name_tells_who_or_what_bears_it(full: str, sort: str) -> None:
    assert of(full).sort == sort


def test_a_card_called_by_its_address_has_no_name() -> None:
    assert of("eva.lorenz@mail.example").words == NOTHING


def test_a_firm_called_service_is_a_mailbox() -> None:
    assert called_organisation(Name(formatted="Service")).sort == "mailbox"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("info@firm.example", True),
        ("familie.lorenz@mail.example", True),
        ("die.lorenz@mail.example", True),
        ("lorenz@mail.example", True),
        ("eva.lorenz@mail.example", False),
        ("1234@mail.example", False),
    ],
)
def test_shared_mail_addresses_are_told_by_their_look(address: str, *, expected: bool) -> None:
    assert is_generic(address, frozenset({"lorenz"})) is expected


def test_two_full_names_of_one_short_form_are_two() -> None:
    assert fits("alex", "alexander")
    assert fits("alex", "alexandra")
    assert not fits("alexander", "alexandra")
    assert not fits("tom", "tommy")


def test_short_forms_are_known_in_many_languages() -> None:
    assert len(ROWS) >= 8
    assert fits("саша", "александр")


def test_a_word_has_two_ways_to_write_its_marks() -> None:
    (word,) = spellings_of("Müller")
    assert word == ("muller", frozenset({"muller", "mueller"}))


def test_sounds_hint_across_scripts() -> None:
    assert sound_of("Юлия") == sound_of("Julija")


def test_arabic_loses_its_vowel_marks() -> None:
    assert words_of("مُحَمَّد") == words_of("محمد")


def test_frequent_names_are_more_frequent_than_rare_ones() -> None:
    assert share_of_given("maria") > share_of_given("swantje")
    assert share_of_family("muller") > share_of_family("achterberg")
    assert is_given_name("lea")
    assert not is_given_name("kathraina")
