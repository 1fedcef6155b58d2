"""Two edits of one note or set: both are there, or a human is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contacts.properties import Property, property_from
from server.contacts.threeway import brought_together, merge_lines, merge_sets


def prop(line: str) -> Property:
    return property_from(f"{line}\r\n".encode(), version="3.0", region="DE")


@pytest.mark.parametrize(
    ("base", "left", "right", "merged"),
    [
        ("abc", "xabc", "abcy", "xabcy"),
        ("abc", "ac", "abcy", "acy"),
        ("abc", "axc", "abcy", "axcy"),
        ("abc", "abcx", "abcy", "abcxy"),
        ("abc", "abcx", "abcx", "abcx"),
        ("", "x", "y", "xy"),
        ("abc", "axc", "ayc", None),
        ("abc", "ac", "ayc", None),
        ("abc", "ac", "ac", "ac"),
        ("ab", "xb", "ay", "xy"),
        ("abc", "", "abc", ""),
        ("abc", "", "abcy", "y"),
        ("abcd", "ad", "abxcd", None),
    ],
)
def test_lines_of_two_edits(base: str, left: str, right: str, merged: str | None) -> None:
    """Each letter is a line."""
    found = merge_lines(base, left, right)
    assert (None if found is None else "".join(found)) == merged


texts = st.text(alphabet="abcd", max_size=6)


@given(base=texts, side=texts)
def test_one_edit_alone_is_that_edit(base: str, side: str) -> None:
    assert merge_lines(base, side, base) == tuple(side)
    assert merge_lines(base, base, side) == tuple(side)
    assert merge_lines(base, side, side) == tuple(side)


@given(base=texts, left=texts, right=texts)
def test_nothing_is_invented_and_nothing_added_is_lost(base: str, left: str, right: str) -> None:
    merged = merge_lines(base, left, right)
    if merged is not None:
        assert set(merged) <= set(left) | set(right)
        assert (set(left) | set(right)) - set(base) <= set(merged)


def test_a_set_has_what_either_added_and_not_what_either_took_off() -> None:
    assert merge_sets(["A", "B"], ["A", "B", "C"], ["b", "D"]) == ("B", "C", "D")


def test_a_note_is_merged_with_its_escapes() -> None:
    base = prop("NOTE:one\\, two\\nthree")
    left = prop("NOTE:zero\\none\\, two\\nthree")
    right = prop("NOTE:one\\, two\\nthree\\nfour\\; five")
    found = brought_together(base, left, right, region="DE", is_base_known=True)
    assert found is not None
    assert found.shown == "zero\none, two\nthree\nfour; five"


def test_without_a_base_sets_unite_and_notes_are_for_a_human() -> None:
    pair = (prop("CATEGORIES:A\\,B,C"), prop("CATEGORIES:D"))
    found = brought_together(None, *pair, region="DE", is_base_known=False)
    assert found is not None
    assert found.octets == b"CATEGORIES:A\\,B,C,D\r\n"
    notes = (prop("NOTE:a"), prop("NOTE:b"))
    assert brought_together(None, *notes, region="DE", is_base_known=False) is None


def test_other_values_are_for_a_human() -> None:
    pair = (prop("TITLE:a"), prop("TITLE:b"))
    assert brought_together(None, *pair, region="DE", is_base_known=True) is None
