"""The made-up books: always the same ones, and as mixed as they should be."""

from tests.quality.books import two_books
from tests.quality.kinds import MUST
from tests.quality.locales import DEVELOPED, HELD_OUT
from tests.quality.peers import best_fit
from tests.quality.people import plain


def test_equal_seeds_give_equal_books() -> None:
    left, right = two_books(7, size=40), two_books(7, size=40)
    assert [each.octets for each in left.entries] == [each.octets for each in right.entries]
    assert left.truth() == right.truth()


def test_every_kind_that_must_not_be_confused_is_planted() -> None:
    found = {kind for seed in range(3) for kind in two_books(seed).related.values()}
    assert found >= MUST


def test_somebody_is_in_both_books() -> None:
    books = two_books(1)
    sides = [{left[0], right[0]} for left, right in books.truth()]
    assert sides.count({"l", "r"}) == len(sides) >= 100


def test_no_held_out_country_is_a_developed_one() -> None:
    assert not {each.code for each in DEVELOPED} & {each.code for each in HELD_OUT}


def test_the_best_threshold_is_found() -> None:
    fit = best_fit([(0.9, True), (0.8, True), (0.7, False), (0.6, True)], true=3)
    assert (fit.precision, fit.recall) == (0.75, 1.0)


def test_a_mail_address_is_plain_letters() -> None:
    assert plain("Jürgen-Đức") == "juergenduc"
