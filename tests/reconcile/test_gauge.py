"""How right a member's book probably is, from what that member sees and nothing else."""

from dataclasses import replace

from server.reconcile.freshness import YEAR
from server.reconcile.gauge import gauge_of
from server.reconcile.plan import plan
from server.reconcile.snapshot import Fact, Snapshot
from tests.reconcile.model import START, card, claim, cycle, hide, household

MAIL = "EMAIL:eva@lorenz.example"
PHONE = "TEL:+49 1575 1234567"
ADDRESS = "ADR;TYPE=HOME:;;Musterstr. 1;Berlin;;10115;DE"


def test_what_was_typed_just_now_is_right() -> None:
    found = gauge_of(household(card("anna-1", MAIL, PHONE)), "anna", START)
    assert (found.chance, found.people, found.known) == (1.0, 1, 1)
    assert found.doubts == ()


def test_it_sinks_with_the_half_life_of_each_kind() -> None:
    found = gauge_of(household(card("anna-1", PHONE)), "anna", START + 10 * YEAR)
    assert found.chance is not None
    assert round(found.chance, 3) == 0.5


def test_what_came_in_bulk_is_unknown_and_not_wrong() -> None:
    snapshot = household(card("anna-1", MAIL, bulk=True), card("anna-2", PHONE, name="Jan Vermeer"))
    found = gauge_of(snapshot, "anna", START)
    assert (found.chance, found.people, found.known) == (1.0, 2, 1)
    assert [each.name for each in found.doubts] == ["Eva Lorenz"]
    assert found.doubts[0].chance is None


def test_a_person_whom_two_members_know_counts_once_and_is_checked_first() -> None:
    snapshot = cycle(
        household(
            card("anna-1", MAIL, bulk=True),
            card("ben-1", MAIL, bulk=True),
            card("anna-2", PHONE, name="Aaron Abel", bulk=True),
        )
    )
    found = gauge_of(snapshot, "anna", START)
    assert found.people == 2
    assert [(each.name, each.holders) for each in found.doubts] == [
        ("Eva Lorenz", 2),
        ("Aaron Abel", 1),
    ]


def test_what_a_member_does_not_see_changes_nothing_for_them() -> None:
    """Ben's gauge is the same with and without Anna's private card and value."""
    later = START + 5 * YEAR
    open_ = household(card("anna-1", PHONE), card("ben-1", MAIL, name="Jan Vermeer"))
    more = household(
        card("anna-1", PHONE, ADDRESS),
        card("ben-1", MAIL, name="Jan Vermeer"),
        card("anna-2", MAIL, name="Mia Berg", seen_by=()),
    )
    hidden = hide(more, "anna-1", ADDRESS)
    assert _told(hidden, later) == _told(open_, later)
    assert _told(more, later) != _told(open_, later)


def _told(snapshot: Snapshot, now: int) -> object:
    found = gauge_of(snapshot, "ben", now)
    doubts = [(each.card, each.name, each.chance, each.holders) for each in found.doubts]
    return found.chance, found.people, found.known, doubts


def test_a_person_that_raises_is_left_alone_and_stops_nobody_else() -> None:
    """A fact without a property is a mistake of ours; the others are reconciled all the same."""
    snapshot = cycle(
        household(
            card("anna-1", MAIL),
            card("ben-1", MAIL),
            card("anna-2", PHONE, name="Jan Vermeer"),
            card("ben-2", PHONE, ADDRESS, name="Jan Vermeer"),
        )
    )
    broken = tuple(
        replace(each, facts=tuple(map(_unreadable, each.facts))) if each.id == "anna-1" else each
        for each in snapshot.cards
    )
    changed = replace(snapshot, cards=broken, bases=(), applied=frozenset())
    made = plan(changed, now=START)
    assert [each.cards for each in made.skipped] == [("anna-1", "ben-1")]
    assert {each.card_a for each in made.operations if hasattr(each, "card_a")} == {"anna-2"}


def _unreadable(fact: Fact) -> Fact:
    return replace(fact, act_kind="cycle", prop=None)  # type: ignore[arg-type]


def test_key_people_are_checked_before_others_whom_as_many_members_know() -> None:
    """Whom somebody claimed, or the viewer put into a category; by what the viewer sees."""
    snapshot = household(
        card("anna-1", "TEL:+49 30 23125001", name="Ada Fink", bulk=True),
        card("anna-2", "TEL:+49 30 23125002", name="Bo Falk", bulk=True),
        card("anna-3", "TEL:+49 30 23125003", "CATEGORIES:Kin", name="Cy Wolf", bulk=True),
        claims=(claim("anna-2", "anna"),),
    )
    doubts = gauge_of(snapshot, "anna", START).doubts
    assert [each.name for each in doubts] == ["Bo Falk", "Cy Wolf", "Ada Fink"]
