"""What two cards share besides their names, and what of it makes them certain."""

from itertools import permutations

import pytest

from server.contacts.values import Name
from server.reconcile.matching import BLOCK_MAX, Matchable, PairDecision, compare_cards, matchable
from server.reconcile.weights import NameLevel
from tests.reconcile.model import prop
from tests.reconcile.test_matching import LANDLINE, MAIL, PHONE, human
from tests.reconcile.test_names import level, of

HOME = "ADR:;;Gartenweg 5;Berlin;;10115;"


def judged(left: Matchable, right: Matchable) -> PairDecision | None:
    found = compare_cards([left, right], region="DE")
    assert found == compare_cards([right, left], region="DE")
    return found[0] if found else None


def decision(left: Matchable, right: Matchable) -> str:
    found = judged(left, right)
    return found.decision if found else "no"


def reasons(left: Matchable, right: Matchable) -> set[str]:
    found = judged(left, right)
    return {reason.text for reason in found.reasons} if found else set()


def firm(card_id: str, name: str, *lines: str) -> Matchable:
    return human(card_id, name, *lines, kind="organisation")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Tom Lorenz", "Thomas Lorenz"),
        ("Eva Lorenz", "Eva Maria Lorenz"),
        ("Eva Lorenz", "Eva Lorenz-Brandt"),
        ("Eva Lorenz", "Eva Lorezn"),
        ("Eva", "Eva Lorenz"),
    ],
)
def test_two_proofs_make_nearly_equal_names_certain(left: str, right: str) -> None:
    assert decision(human("1", left, MAIL, PHONE), human("2", right, MAIL, PHONE)) == "auto"
    assert decision(human("1", left, PHONE), human("2", right, PHONE)) == "review"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("E. Lorenz", "Eva Lorenz"),
        ("Mama", "Eva Lorenz"),
        ("Lena Lorenz", "Lea Lorenz"),
        ("Юлия Морозова", "Yulia Morozova"),
    ],
)
def test_what_twins_share_makes_no_hint_of_a_name_certain(left: str, right: str) -> None:
    lines = (MAIL, PHONE, LANDLINE, HOME, "BDAY:2009-05-19")
    assert decision(human("1", left, *lines), human("2", right, *lines)) == "review"


def test_equal_names_and_one_birthday_are_certain_whatever_number_they_have() -> None:
    left = human("1", "Eva Lorenz", MAIL, "BDAY:1980-02-29")
    assert decision(left, human("2", "Eva Lorenz", PHONE, "BDAY:1980-02-29")) == "auto"


@pytest.mark.parametrize("day", ["1980-02-09", "1980-09-02"])
def test_a_birthday_with_a_slip_is_a_doubt_and_no_contradiction(day: str) -> None:
    left = human("1", "Eva Lorenz", MAIL, f"BDAY:{day}")
    assert decision(left, human("2", "Eva Lorenz", MAIL, "BDAY:1980-09-02")) in ("auto", "review")
    assert decision(left, human("2", "Eva Lorenz", MAIL, "BDAY:1990-02-09")) == "no"


def test_two_digits_exchanged_between_month_and_day_are_one_slip() -> None:
    left = human("1", "Eva Lorenz", MAIL, "BDAY:1957-12-04")
    assert decision(left, human("2", "Eva Lorenz", MAIL, "BDAY:1957-10-24")) == "review"


def test_a_date_that_is_none_proves_nothing() -> None:
    left = human("1", "Eva Lorenz", MAIL, "BDAY:1980-34-07")
    assert decision(left, human("2", "Eva Lorenz", MAIL, "BDAY:1971-04-07")) == "auto"


def test_one_name_behind_one_landline_with_two_mobile_numbers_is_asked_about() -> None:
    """Father and son of one name are like that."""
    left = human("1", "Eva Lorenz", LANDLINE, PHONE)
    other = human("2", "Eva Lorenz", LANDLINE, "TEL;TYPE=CELL:+49 1575 7654321")
    assert decision(left, other) == "review"
    assert "another mobile number" in reasons(left, other)


def test_a_number_that_others_have_too_is_shared() -> None:
    cards = [
        human("1", "Eva Lorenz", PHONE, MAIL),
        human("2", "E. Lorenz", PHONE),
        human("3", "Otto Lorenz", PHONE),
    ]
    found = {(pair.left, pair.right): pair for pair in compare_cards(cards, region="DE")}
    assert "same shared phone number" in {each.text for each in found["1", "2"].reasons}
    assert ("1", "3") not in found


def test_who_is_behind_a_number_does_not_depend_on_the_order_of_cards() -> None:
    """E. may be Eva or Otto's brother Emil; whoever is counted first must not decide it."""
    names = ("E. Lorenz", "Eva Lorenz", "Emil Lorenz", "Lorenz", "Eva", "Evi Lorenz")
    cards = [human(str(n), name, PHONE) for n, name in enumerate(names)]
    orders = list(permutations(cards))[::37]
    assert len({compare_cards(order, region="DE") for order in orders}) == 1


def test_a_frequent_name_at_a_switchboard_is_asked_about() -> None:
    crowd = [human(f"{n:03}", f"Given{n} Family{n}", LANDLINE) for n in range(BLOCK_MAX)]
    pair = [human("a", "Maria Müller", LANDLINE), human("b", "Maria Müller", LANDLINE)]
    (found,) = compare_cards([*crowd, *pair], region="DE")
    assert found.decision == "review"
    assert "many people are called so" in {each.text for each in found.reasons}


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        ("EMAIL:eva.lorenz@mail.example", "EMAIL:evalorenz@post.example", "mail address"),
        ("TEL;TYPE=CELL:+49 1575 1234567", "TEL;TYPE=CELL:+49 1575 1234568", "with a slip"),
        ("ORG:Beispiel AG", "ORG:Beispiel AG", "same employer"),
        (HOME, HOME, "same address"),
        (HOME, "ADR:;;Gartenveg 5;Berlin;;10115;", "similar address"),
        (HOME, "ADR:;;Gartenweg 6;Berlin;;10115;", "similar address"),
        (HOME, "ADR:;;Lindenallee 77;Berlin;;10115;", "same town"),
    ],
)
def test_hints_are_told(left: str, right: str, text: str) -> None:
    found = reasons(human("1", "Eva Lorenz", left), human("2", "Eva Lorenz", right))
    assert any(text in reason for reason in found)


def test_a_mail_address_may_spell_what_the_name_leaves_out() -> None:
    left = human("1", "E. Lorenz", "EMAIL:eva.lorenz@mail.example", HOME)
    assert "mail address spells the name" in reasons(left, human("2", "Eva Lorenz", HOME))


def test_a_number_for_life_is_asked_about_whatever_the_names() -> None:
    left = human("1", "Eva Lorenz", "X-ID:7654321")
    assert decision(left, human("2", "Otto Brandt", "X-ID:7654321")) == "review"
    assert decision(left, human("2", "Eva Lorenz", "X-ID:7654321")) == "auto"
    assert "identity number with a slip" in reasons(left, human("2", "Eva Lorenz", "X-ID:7654322"))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Beispiel GmbH", "Beispiel", "review"),
        ("Allgemeiner Deutscher Automobilclub", "ADA", "review"),
        ("Beispiel Logistik Berlin", "Beispiel Logistik", "review"),
        ("Beispiel Logistik", "Bäckerei Korn", "no"),
    ],
)
def test_firms_lose_legal_forms_and_become_acronyms(left: str, right: str, expected: str) -> None:
    assert decision(firm("1", left, LANDLINE), firm("2", right, LANDLINE)) == expected


def test_a_firm_that_one_phone_took_for_a_person_is_the_firm() -> None:
    left, right = firm("1", "Lee Software", LANDLINE), human("2", "Lee Software", LANDLINE)
    assert decision(left, right) == "auto"


def test_two_places_called_info_are_two() -> None:
    assert decision(human("1", "Info", MAIL), human("2", "Info", PHONE)) == "no"
    assert decision(human("1", "Info", MAIL), human("2", "Info", MAIL)) != "no"


def test_nicknames_of_the_card_count() -> None:
    left = human("1", "Wolf Lorenz", MAIL, PHONE, "NICKNAME:Bärchen")
    assert decision(left, human("2", "Bärchen Lorenz", MAIL, PHONE)) != "no"


def test_initials_without_a_blank_are_two_words() -> None:
    assert of("Lorenz;J.R.").given == {"j", "r"}
    assert level("Lorenz;J.R.", "Lorenz;John") is NameLevel.INITIAL


def test_family_names_lose_their_small_words() -> None:
    assert level("van den Berg;Jan", "Berg;Jan") is NameLevel.MIDDLE
    assert level("Meyer;", "Lorenz;Eva") is NameLevel.OTHER


def test_a_group_is_taken_out_again() -> None:
    card = matchable("1", "", [prop(MAIL)], of_name(), "group")
    assert compare_cards([card, human("2", "Eva Lorenz", MAIL)]) == ()


def of_name() -> Name:
    return Name(given="Eva", family="Lorenz", formatted="Eva Lorenz")
