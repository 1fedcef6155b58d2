"""All policy in one table each: roles, devices, levels, visibilities, sources (design rules R1, R6 and R10)."""

from itertools import product
from typing import get_args

import pytest

from server.access import (
    Action,
    CardAccess,
    Household,
    Level,
    MemberState,
    Role,
    ValueAccess,
    card_level,
    changes_others,
    is_meant_for,
    may,
    may_answer,
    may_reset,
    rights_letters,
    sees_source,
    sees_value,
)

ROLES: tuple[Role, ...] = get_args(Role)
LEVELS: tuple[Level, ...] = get_args(Level)
ACTIONS: tuple[Action, ...] = get_args(Action)
VISIBILITIES = ("shared", "members", "private")


def household(
    *, role: Role = "adult", shares: Level = "all", said: Level | None = None
) -> Household:
    """Anna, and Ben in some role, to whom she shows what she shows, or what she said for him."""
    return Household(
        (MemberState("anna", "adult", shares), MemberState("ben", role, "all")),
        (("anna", "ben", said),) if said else (),
        (MemberState("zoe", "adult", "all"),),
    )


def card(
    keeper: str = "anna",
    *,
    visibility: str = "shared",
    named: frozenset[str] = frozenset(),
    **more: bool,
) -> CardAccess:
    return CardAccess(
        "card",
        keeper,
        shared_book=more.get("shared_book", True),
        kind="group" if more.get("group") else "person",
        visibility=visibility,
        named=named,
        waiting=more.get("waiting", False),
        trashed=more.get("trashed", False),
    )


@pytest.mark.parametrize(("role", "shares", "said"), [*product(ROLES, LEVELS, (None, *LEVELS))])
def test_who_shows_whom_what(role: Role, shares: Level, said: Level | None) -> None:
    """Adults see what a member shows adults; children and guests nothing, unless it is said for them."""
    found = household(role=role, shares=shares, said=said).level("anna", "ben")
    assert found == (said or (shares if role == "adult" else "none"))


def test_everybody_sees_their_own_and_strangers_nothing() -> None:
    here = household(shares="none")
    assert here.level("anna", "anna") == "all"
    assert here.level("anna", "nobody") == here.level("nobody", "anna") == "none"


@pytest.mark.parametrize(
    ("visibility", "named", "hindrance"),
    [
        *product(
            VISIBILITIES,
            (frozenset[str](), frozenset({"ben"}), frozenset({"carl"})),
            ("", "waiting", "trashed", "group", "private book"),
        )
    ],
)
def test_what_is_seen_of_a_card(visibility: str, named: frozenset[str], hindrance: str) -> None:
    """Every reason hides alone; the keeper sees all but the trash."""
    seen = card(
        visibility=visibility,
        named=named,
        waiting=hindrance == "waiting",
        trashed=hindrance == "trashed",
        group=hindrance == "group",
        shared_book=hindrance != "private book",
    )
    allowed = visibility == "shared" or (visibility == "members" and "ben" in named)
    here = household()
    assert card_level(here, "ben", seen) == ("all" if allowed and not hindrance else "none")
    assert card_level(here, "anna", seen) == ("none" if hindrance == "trashed" else "all")
    released = allowed and hindrance in ("", "waiting")
    assert card_level(here, "ben", seen, released=True) == ("all" if released else "none")


@pytest.mark.parametrize(("level", "visibility"), [*product(LEVELS, VISIBILITIES)])
def test_the_narrower_of_card_and_level_counts(level: Level, visibility: str) -> None:
    seen = card(visibility=visibility, named=frozenset({"ben"}))
    allowed = level if visibility != "private" else "none"
    assert card_level(household(said=level), "ben", seen) == allowed


@pytest.mark.parametrize(
    ("name", "visibility", "of_card", "level"),
    [*product(("TEL", "FN", "NOTE", "X-ODD"), VISIBILITIES, VISIBILITIES, LEVELS)],
)
def test_what_is_seen_of_a_value(name: str, visibility: str, of_card: str, level: Level) -> None:
    """The level is all, the name is one that others see, and card and value allow it."""
    named = frozenset({"ben"})
    value = ValueAccess(card(visibility=of_card, named=named), name, visibility, (), named)
    here = household(said=level)
    allowed = "private" not in (visibility, of_card) and level == "all" and name in ("TEL", "FN")
    assert sees_value(here, "ben", value) == allowed
    assert sees_value(here, "anna", value)
    assert is_meant_for("ben", value) == ("private" not in (visibility, of_card))


@pytest.mark.parametrize(
    ("visibility", "of_card", "level", "trashed"),
    [*product(VISIBILITIES, VISIBILITIES, LEVELS, (False, True))],
)
def test_a_copy_is_shown_as_far_as_its_source(
    visibility: str, of_card: str, level: Level, *, trashed: bool
) -> None:
    """On a card that Carl shows everybody, of a source that Anna keeps, in the trash or not."""
    nobody = frozenset[str]()
    source = ValueAccess(card(visibility=of_card, trashed=trashed), "TEL", visibility, (), nobody)
    copy = ValueAccess(card("carl"), "TEL", "shared", (source,))
    here = Household(
        (*household().members, MemberState("carl", "adult", "all")), (("anna", "ben", level),)
    )
    allowed = (visibility, of_card, level) == ("shared", "shared", "all")
    assert sees_value(here, "ben", copy) == sees_source(here, "ben", source) == allowed
    assert sees_value(here, "anna", copy)
    assert sees_value(here, "carl", copy)


def test_the_limit_of_who_left_holds_on_for_copies_alone() -> None:
    """Their cards are in no household book any more; what they gave is shown as far as they last showed it."""
    here = household()
    source = ValueAccess(card("zoe", shared_book=False), "TEL", "shared")
    assert sees_source(here, "ben", source)
    assert card_level(here, "ben", source.card) == "none"
    assert not sees_source(household(role="child"), "ben", source)
    assert here.level("anna", "zoe") == "none"
    assert here.ids() == ("anna", "ben")


@pytest.mark.parametrize(
    ("role", "action", "own", "read_only", "revoked"),
    [*product(ROLES, ACTIONS, (True, False), (True, False), (True, False))],
)
def test_who_may_do_what_in_which_book(
    role: Role, action: Action, *, own: bool, read_only: bool, revoked: bool
) -> None:
    """Only in one's own book; guests and read-only devices read; a revoked device does nothing."""
    writes = role != "guest" and not read_only
    allowed = own and not revoked and (action == "read" or writes)
    assert may(role, action, own=own, read_only=read_only, revoked=revoked) == allowed


@pytest.mark.parametrize(
    ("role", "own", "read_only", "revoked"),
    [*product(ROLES, (True, False), (True, False), (True, False))],
)
def test_what_radicale_is_told(role: Role, *, own: bool, read_only: bool, revoked: bool) -> None:
    """Capitals for a principal, small letters for books and cards, the root for whoever signs in."""
    told = [
        rights_letters(role, own=own, read_only=read_only, revoked=revoked, depth=depth)
        for depth in range(4)
    ]
    writes = role != "guest" and not read_only
    if revoked:
        assert told == ["", "", "", ""]
    elif not own:
        assert told == ["R", "", "", ""]
    else:
        assert told == (["R", "RW", "rw", "rw"] if writes else ["R", "R", "r", "r"])


@pytest.mark.parametrize(
    ("role", "answers", "reaches"),
    [("adult", True, True), ("child", True, False), ("guest", False, False)],
)
def test_who_answers_and_whose_word_reaches_others(
    role: Role, *, answers: bool, reaches: bool
) -> None:
    assert may_answer(role) == answers
    assert changes_others(role) == reaches


@pytest.mark.parametrize(("role", "other"), [*product(ROLES, ROLES)])
def test_who_has_whom_choose_a_new_password(role: Role, other: Role) -> None:
    """Adults, for adults and children."""
    assert may_reset(role, other) == (role == "adult" and other != "guest")
