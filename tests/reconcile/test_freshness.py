"""How likely a value is still right."""

from dataclasses import replace

import pytest

from server.reconcile.freshness import (
    HALF_LIVES,
    YEAR,
    Badge,
    badge,
    freshest,
    kind_of_value,
    mean_chance,
)
from server.reconcile.snapshot import CardState
from tests.reconcile.model import START, card, household, prop

PHONE = "TEL;TYPE=CELL:+49 1575 1234567"
MAIL = "EMAIL:eva@lorenz.example"


def only(line: str, *, bulk: bool = False) -> CardState:
    return household(card("anna-1", line, bulk=bulk)).cards[0]


def badge_after(years: float, line: str) -> Badge:
    return badge(only(line).facts[-1], START + round(years * YEAR))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (PHONE, "mobile"),
        ("TEL:+49 30 23125001", "mobile"),
        ("TEL;TYPE=HOME:+49 30 23125001", "landline"),
        ("TEL;TYPE=HOME,CELL:+49 30 23125001", "mobile"),
        ("TEL;TYPE=WORK:+49 30 23125001", "work"),
        (MAIL, "mail"),
        ("EMAIL;TYPE=WORK:eva@work.example", "work"),
        ("ADR:;;Weg 1;Ort;;12345;", "address"),
        ("URL:https://eva.example", "web"),
        ("IMPP:xmpp:eva@lorenz.example", "web"),
        ("ORG:Beispiel AG", "work"),
        ("NOTE:tea", "other"),
        ("BDAY:1980-02-29", "lasting"),
    ],
)
def test_every_value_ages_by_its_kind(line: str, kind: str) -> None:
    assert kind_of_value(prop(line)) == kind
    assert (kind in HALF_LIVES) is (kind != "lasting")


@pytest.mark.parametrize(
    ("years", "word"), [(0, "Fresh"), (4.1, "Fresh"), (4.2, "Ageing"), (10.1, "Check")]
)
def test_a_mobile_number_ages_with_a_half_life_of_ten_years(years: float, word: str) -> None:
    assert badge_after(years, PHONE).word == word


def test_the_chance_halves_with_every_half_life() -> None:
    assert badge_after(10, PHONE).chance == pytest.approx(0.5)


def test_a_birthday_never_ages() -> None:
    assert badge_after(80, "BDAY:1980-02-29") == Badge("Fresh", 1.0)


def test_what_arrived_in_bulk_is_unknown() -> None:
    assert badge(only(PHONE, bulk=True).facts[-1], START) == Badge("Unknown", None)


def test_a_household_may_set_its_own_half_lives() -> None:
    fact = only(PHONE).facts[-1]
    assert badge(fact, START + YEAR, {"mobile": 1.0}).chance == pytest.approx(0.5)


def test_a_clock_that_went_back_makes_nothing_fresher_than_now() -> None:
    assert badge(only(PHONE).facts[-1], START - YEAR).chance == 1.0


def test_the_mean_takes_the_best_value_of_every_kind_known() -> None:
    old = replace(only(PHONE).facts[-1], confirmed=START - 10 * YEAR)
    new = only(MAIL).facts[-1]
    assert mean_chance([old, new], START) == pytest.approx(0.75)
    assert mean_chance([old, *only(PHONE).facts], START) == 1.0
    assert mean_chance(only("ORG:Beispiel AG").facts, START) is None


def test_the_freshest_card_has_the_highest_mean() -> None:
    older, newer = card("anna-1", PHONE), card("ben-1", MAIL, added=START + YEAR)
    assert freshest([older, newer], START + YEAR) == "ben-1"


def test_of_equally_fresh_cards_the_fuller_one_is_freshest() -> None:
    assert freshest([card("anna-1", MAIL), card("ben-1", MAIL, PHONE)], START) == "ben-1"


def test_of_equal_cards_none_is_freshest() -> None:
    assert freshest([card("anna-1", MAIL), card("ben-1", MAIL)], START) is None
    assert freshest([], START) is None
