"""Who is the same person, pair by pair: certain, ask or no, and why."""

import pytest

from server.contacts.values import Name, name_of
from server.reconcile.matching import (
    BLOCK_MAX,
    Matchable,
    PairDecision,
    compare_cards,
    matchable,
)
from tests.reconcile.model import prop

MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL;TYPE=CELL:+49 1575 1234567"
LANDLINE = "TEL;TYPE=HOME:+49 30 23125001"


def human(
    card_id: str,
    name: str = "Eva Lorenz",
    *lines: str,
    uid: str = "",
    kind: str = "person",
    book: str = "",
    suffix: str = "",
) -> Matchable:
    """A card; a name with ";" is family and given name, else a formatted one."""
    family, semicolon, given = name.partition(";")
    called = (
        Name(given=given, family=family, suffix=suffix, formatted=f"{given} {family}".strip())
        if semicolon
        else name_of([prop(f"FN:{name}")])
        if name
        else Name()
    )
    return matchable(card_id, uid, [prop(line) for line in lines], called, kind, book=book)


def judged(left: Matchable, right: Matchable) -> PairDecision | None:
    found = compare_cards([left, right], region="DE")
    assert found == compare_cards([right, left], region="DE")
    return found[0] if found else None


def decision(left: Matchable, right: Matchable) -> str:
    found = judged(left, right)
    if found is None:
        return "no"
    limits = {"auto": (0.9, 1.0), "review": (0.5, 0.9)}[found.decision]
    assert limits[0] <= found.score <= limits[1]
    return found.decision


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Eva Lorenz", "Eva Lorenz"),
        ("Lorenz;Eva", "Eva Lorenz"),
        ("Lorenz, Eva", "Eva Lorenz"),
        ("Dr. Eva Lorenz", "Eva Lorenz"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("李;明", "李;明"),
        ("Anna und Ben Müller", "Ben & Anna Müller"),
    ],
)
def test_one_name_and_one_identifier_are_certain(left: str, right: str) -> None:
    assert decision(human("1", left, MAIL), human("2", right, MAIL)) == "auto"


@pytest.mark.parametrize("line", [MAIL, PHONE, LANDLINE])
def test_every_kind_of_identifier_counts(line: str) -> None:
    assert decision(human("1", "Eva Lorenz", line), human("2", "Eva Lorenz", line)) == "auto"


def test_a_common_uid_is_an_identifier_however_it_is_written() -> None:
    left, right = human("1", uid="urn:uuid:A-1"), human("2", uid="a-1")
    assert decision(left, right) == "auto"


def test_a_number_that_is_not_international_proves_nothing_where_the_region_is_known() -> None:
    line = "TEL:+1 23"
    assert decision(human("1", "", line), human("2", "Eva Lorenz", line)) == "review"
    assert decision(human("1", "", "TEL:99999999"), human("2", "Eva Lorenz", "TEL:99999999")) == (
        "no"
    )
    cards = [human("1", "", "TEL:99999999"), human("2", "Eva Lorenz", "TEL:99999999")]
    assert compare_cards(cards)


def test_a_name_alone_is_asked_about() -> None:
    assert decision(human("1", "Eva Lorenz", MAIL), human("2", "Eva Lorenz", PHONE)) == "review"


def test_half_a_name_alone_is_nothing() -> None:
    assert decision(human("1", "Eva"), human("2", "Eva")) == "no"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("", "Eva Lorenz"),
        ("Mama", "Eva Lorenz"),
        ("Eva", "Eva Lorenz"),
        ("Eva", "Eva"),
        ("Lorenz;", "Eva Lorenz"),
        ("Lorens;", "Eva Lorenz"),
        ("E. Lorenz", "Eva Lorenz"),
        ("Katja Mayr", "Katya Mayer"),
        ("Tom Lorenz", "Thomas Lorenz"),
        ("Jan Lorenz", "Jana Lorenz"),
        ("Max Lorenz", "Maximilian Lorenz"),
        ("Eva Maria Lorenz", "Eva Lorenz"),
        ("Hans Peter Lorenz", "Hans Georg Lorenz"),
        ("Eva Lorenz", "Eva Brandt"),
        ("Юлия Морозова", "Yulia Morozova"),
        ("خالد منصور", "Khaled Mansour"),
    ],
)
def test_an_identifier_with_almost_the_same_name_is_asked_about(left: str, right: str) -> None:
    assert decision(human("1", left, PHONE), human("2", right, PHONE)) == "review"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Silke Bergmann", "Uwe Bergmann"),
        ("Clara Engel", "Marlene Engel"),
        ("Eva Lorenz", "Evi Brandt"),
        ("Brandt;", "Eva Lorenz"),
        ("Юлия Морозова", "Otto Brandt"),
        ("Gudrun & Walter Petersen", "Walter Petersen"),
        ("Familie Lorenz", "Eva Lorenz"),
    ],
)
def test_people_behind_one_number_stay_apart(left: str, right: str) -> None:
    cards = (human("1", left, LANDLINE, MAIL), human("2", right, LANDLINE, MAIL))
    assert decision(*cards) == "no"


def test_father_and_son_with_two_birthdays_are_two() -> None:
    left = human("1", "Heinrich Vogel", LANDLINE, "BDAY:1939-01-24")
    right = human("2", "Heinrich Vogel", LANDLINE, "BDAY:1971-08-05")
    assert decision(left, right) == "no"


@pytest.mark.parametrize("name", ["Frank Winter Jr.", "Winter;Frank"])
def test_senior_and_junior_are_two(name: str) -> None:
    left = human("1", name, LANDLINE, suffix="Jr.")
    right = human("2", "Winter;Frank", LANDLINE, suffix="Sr.")
    assert decision(left, right) == "no"


def test_a_junior_and_one_without_are_asked_about() -> None:
    left = human("1", "Winter;Frank", LANDLINE, suffix="jun.")
    assert decision(left, human("2", "Winter;Frank", LANDLINE)) == "review"


def test_a_birthday_without_year_that_differs_forbids_certainty() -> None:
    left = human("1", "Eva Lorenz", MAIL, "BDAY:--0229")
    assert decision(left, human("2", "Eva Lorenz", MAIL, "BDAY:1980-03-01")) == "review"


def test_a_common_birthday_is_told() -> None:
    found = judged(
        human("1", "Eva Lorenz", MAIL, "BDAY:--0229"),
        human("2", "Eva Lorenz", MAIL, "BDAY:--0229"),
    )
    assert found is not None
    assert [each.text for each in found.reasons] == [
        "same name",
        "same e-mail address",
        "same birthday",
    ]


def test_reasons_name_what_is_shared() -> None:
    found = judged(
        human("1", "Eva Lorenz", PHONE, LANDLINE, uid="1"),
        human("2", "Eva Lorenz", PHONE, LANDLINE, uid="1"),
    )
    assert found is not None
    assert {each.text for each in found.reasons} >= {
        "same mobile number",
        "same phone number",
        "same origin of the card",
    }


def test_a_group_is_nobody() -> None:
    assert decision(human("1", kind="group", uid="1"), human("2", kind="group", uid="1")) == "no"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Fahrrad Kette OHG", "Fahrrad Kette OHG", "auto"),
        ("Fahrrad Kette OHG", "Fahrrad Kette", "review"),
        ("Fahrrad Kette OHG", "", "review"),
        ("Fahrrad Kette OHG", "Bäckerei Korn", "no"),
    ],
)
def test_organisations_go_by_their_whole_name(left: str, right: str, expected: str) -> None:
    cards = (
        human("1", left, LANDLINE, kind="organisation"),
        human("2", right, LANDLINE, kind="organisation"),
    )
    assert decision(*cards) == expected


def test_a_practice_and_its_doctor_are_two() -> None:
    practice = human("1", "Robert Engelhardt", LANDLINE, kind="organisation")
    assert decision(practice, human("2", "Robert Engelhardt", LANDLINE)) == "no"


def test_what_a_person_called_different_is_no_pair() -> None:
    cards = [human("1", "Eva Lorenz", MAIL), human("2", "Eva Lorenz", MAIL)]
    assert compare_cards(cards, apart=frozenset({("1", "2")})) == ()


def decisions(*cards: Matchable) -> dict[tuple[str, str], str]:
    return {(p.left, p.right): p.decision for p in compare_cards(cards, region="DE")}


def test_a_card_that_fits_two_others_equally_joins_neither() -> None:
    found = decisions(
        human("1", "Eva Lorenz", MAIL, PHONE),
        human("2", "Eva Lorenz", MAIL),
        human("3", "Eva Lorenz", PHONE),
    )
    assert found == {("1", "2"): "review", ("1", "3"): "review", ("2", "3"): "review"}


def test_a_card_that_fits_one_other_better_joins_that_one() -> None:
    found = decisions(
        human("1", "Eva Lorenz", MAIL, PHONE, LANDLINE),
        human("2", "Eva Lorenz", MAIL, PHONE),
        human("3", "Eva Lorenz", LANDLINE),
    )
    assert found[("1", "2")] == "auto"
    assert found[("1", "3")] == "review"


def test_cards_that_all_fit_each_other_are_one_person() -> None:
    found = decisions(*(human(each, "Eva Lorenz", MAIL) for each in "123"))
    assert set(found.values()) == {"auto"}


def test_the_only_cards_of_two_other_books_are_no_rivals() -> None:
    found = decisions(
        human("1", "Eva Lorenz", MAIL, PHONE, book="anna"),
        human("2", "Eva Lorenz", MAIL, book="ben"),
        human("3", "Eva Lorenz", PHONE, book="carl"),
    )
    assert (found[("1", "2")], found[("1", "3")]) == ("auto", "auto")


def test_cards_of_two_other_books_that_contradict_are_rivals() -> None:
    found = decisions(
        human("1", "Eva Lorenz", MAIL, book="anna"),
        human("2", "Eva Lorenz", MAIL, "BDAY:1940-01-01", book="ben"),
        human("3", "Eva Lorenz", MAIL, "BDAY:1980-01-01", book="carl"),
    )
    assert (found[("1", "2")], found[("1", "3")]) == ("review", "review")


def test_a_switchboard_pairs_only_those_of_one_name() -> None:
    """The number of pairs does not explode, and true pairs are still found."""
    crowd = [human(f"{n:04}", f"Given{n} Family{n}", LANDLINE) for n in range(BLOCK_MAX)]
    pair = [human("a", "Eva Lorenz", LANDLINE), human("b", "Eva Lorenz", LANDLINE)]
    assert decisions(*crowd, *pair) == {("a", "b"): "auto"}


def test_a_name_that_everybody_has_is_no_evidence() -> None:
    crowd = [human(f"{n:04}", "John Smith") for n in range(BLOCK_MAX + 1)]
    assert decisions(*crowd) == {}
