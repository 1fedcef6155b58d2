"""What travels: the table says what the design says."""

import pytest

from server.contacts.travel import CLIENT_NOISE, SHOWN_NAMES, SINGLE_NAMES, UNKNOWN, travel_of


@pytest.mark.parametrize("name", ["TEL", "EMAIL", "ADR", "URL", "IMPP", "SOCIALPROFILE"])
def test_how_to_reach_somebody_is_added_and_flows(name: str) -> None:
    travel = travel_of(name)
    assert (travel.shown, travel.flow, travel.single, travel.suggestible) == (
        *(True, "adds", False, True),
    )


@pytest.mark.parametrize("name", ["BDAY", "ANNIVERSARY", "ORG", "TITLE", "ROLE"])
def test_a_fact_is_added_where_there_is_none(name: str) -> None:
    travel = travel_of(name)
    assert (travel.shown, travel.flow, travel.single, travel.suggestible) == (
        *(True, "fills", True, True),
    )


@pytest.mark.parametrize("name", ["FN", "N", "NICKNAME", "PHOTO", "X-PHONETIC-FIRST-NAME"])
def test_what_i_call_somebody_is_shown_and_stays(name: str) -> None:
    travel = travel_of(name)
    assert (travel.shown, travel.flow, travel.suggestible) == (True, "stays", False)


@pytest.mark.parametrize(
    "name", ["NOTE", "CATEGORIES", "RELATED", "MEMBER", "KIND", "CLASS", "X-ANYTHING", "KEY", "GEO"]
)
def test_what_i_wrote_for_myself_is_not_shown(name: str) -> None:
    travel = travel_of(name)
    assert (travel.shown, travel.flow, travel.suggestible) == (False, "stays", False)


def test_an_unknown_name_is_not_shown() -> None:
    assert travel_of("X-FOO") is UNKNOWN


def test_names_are_told_without_case() -> None:
    assert travel_of("tel") is travel_of("TEL")


def test_every_row_has_a_reason() -> None:
    assert all(travel_of(name).reason for name in SHOWN_NAMES | SINGLE_NAMES)
    assert all(CLIENT_NOISE.values())
