"""What histories of three members found, each as the shortest story that shows it."""

from server.reconcile.operations import Remove, ValuesDiffer
from server.reconcile.plan import plan
from server.reconcile.snapshot import Snapshot
from tests.reconcile.model import card, clock, cycle, hide, household, put, same, take, values

EVERYONE = ("anna", "ben", "carl")
ONE, TWO = "TEL:+49 30 23125001", "TEL:+49 151 555007"
THREE, FOUR, FIVE = (f"TEL:+49 151 55500{number}" for number in (3, 4, 5))
BORN, OTHER = "BDAY:1981-02-28", "BDAY:1980-02-29"


def trio(*lines: list[str]) -> Snapshot:
    """Three members' cards of one person."""
    cards = [
        card(f"{keeper}-1", *own, seen_by=EVERYONE)
        for keeper, own in zip(EVERYONE, lines, strict=True)
    ]
    ids = [each.id for each in cards]
    return household(*cards, links=tuple(same(a, b) for a in ids for b in ids if a < b))


def rested(snapshot: Snapshot) -> Snapshot:
    """The household after a cycle, which leaves nothing for a second one."""
    after = cycle(snapshot)
    assert plan(after, now=clock(after)).operations == ()
    return after


def held(snapshot: Snapshot, name: str) -> list[set[str]]:
    return [values(snapshot, f"{who}-1", name) for who in EVERYONE]


def test_a_removed_value_does_not_come_back_by_a_copy_on_its_way_out() -> None:
    """Carl took a number off before the first cycle; when Anna takes it off too, nobody has it."""
    snapshot = rested(take(trio([ONE], [], [ONE]), "carl-1", ONE))
    assert held(snapshot, "TEL") == [{"+493023125001"}, {"+493023125001"}, set()]
    snapshot = rested(take(snapshot, "anna-1", ONE))
    assert held(snapshot, "TEL") == [set(), set(), set()]


def test_a_copy_is_no_newer_than_what_it_was_copied_from() -> None:
    """Ben's copy of Anna's number is younger than Carl's removal; the number is not."""
    snapshot = rested(take(trio([ONE], [], [ONE]), "carl-1", ONE))
    snapshot = rested(take(snapshot, "anna-1", ONE, withheld=True))
    assert held(snapshot, "TEL")[2] == set()


def test_a_changed_copy_and_a_removed_copy_of_one_value_are_asked_about() -> None:
    snapshot = rested(trio([ONE], [], []))
    snapshot = put(snapshot, "ben-1", TWO, instead_of=ONE)
    snapshot = rested(take(snapshot, "carl-1", ONE))
    (question,) = plan(snapshot, now=clock(snapshot)).questions
    assert isinstance(question, ValuesDiffer)
    assert question.cards == ("ben-1", "carl-1")


def test_a_card_may_lack_one_and_hold_the_other_of_two_values_in_dispute() -> None:
    """Of two numbers, one was removed and one was changed, each against another change."""
    snapshot = rested(trio([ONE, TWO], [ONE, TWO], []))
    snapshot = put(snapshot, "ben-1", THREE, instead_of=ONE)
    snapshot = put(snapshot, "ben-1", FOUR, instead_of=TWO)
    snapshot = take(snapshot, "anna-1", ONE)
    snapshot = put(snapshot, "anna-1", FIVE, instead_of=TWO)
    made = plan(snapshot, now=clock(snapshot))
    assert made.skipped == ()
    (question,) = made.questions
    assert isinstance(question, ValuesDiffer)
    assert [each.property for each in question.properties] == ["TEL", "TEL"]


def test_what_somebody_types_after_a_removal_is_not_removed_by_it() -> None:
    """Carl takes a birthday off that Anna has too; then Ben corrects his to the same."""
    snapshot = rested(trio([BORN], [OTHER], [BORN]))
    snapshot = take(snapshot, "carl-1", BORN)
    snapshot = put(snapshot, "ben-1", BORN, instead_of=OTHER)
    assert not [e for e in plan(snapshot, now=clock(snapshot)).operations if isinstance(e, Remove)]
    assert held(rested(snapshot), "BDAY") == [{"1981-02-28"}] * 3


def test_what_was_typed_before_a_removal_on_another_card_stays_where_it_was_typed() -> None:
    """Ben's correction is older than Carl's removal, but never was agreed on with anybody."""
    snapshot = rested(trio([BORN], [OTHER], [BORN]))
    snapshot = put(snapshot, "ben-1", BORN, instead_of=OTHER)
    snapshot = rested(take(snapshot, "carl-1", BORN))
    assert held(snapshot, "BDAY") == [set(), {"1981-02-28"}, set()]


def test_an_older_value_beside_a_removed_one_is_no_change_of_it() -> None:
    """Of two birthdays Anna takes one off, then Ben the other: Anna's does not become the first again."""
    both = [OTHER, BORN]
    snapshot = rested(take(trio(both, both, both), "anna-1", BORN))
    snapshot = rested(take(snapshot, "ben-1", OTHER))
    assert held(snapshot, "BDAY")[0] == set()


def test_a_change_does_not_bring_what_was_taken_off_since() -> None:
    """Carl has two employers; Anna changes the one to the other, which Carl takes off a moment later."""
    one, other = "ORG:Beispiel AG", "ORG:Muster AG"
    snapshot = rested(trio([], [], [one, other]))
    snapshot = put(snapshot, "anna-1", other, instead_of=one)
    snapshot = rested(take(snapshot, "carl-1", other))
    assert "Muster AG" not in held(snapshot, "ORG")[2]
    assert held(snapshot, "ORG")[0] == {"Muster AG"}


def test_a_change_is_followed_where_another_turned_the_same_value_into_one_they_all_have() -> None:
    """Anna corrects the second number, Ben makes his the first: nobody is asked, and Carl has what both have."""
    snapshot = rested(trio([ONE, TWO], [], []))
    snapshot = put(snapshot, "anna-1", THREE, instead_of=TWO)
    snapshot = rested(put(snapshot, "ben-1", ONE, instead_of=TWO))
    assert held(snapshot, "TEL") == [{"+493023125001", "+49151555003"}] * 3


def test_a_change_is_followed_where_another_took_the_old_value_off_and_has_the_new_one() -> None:
    """Carl took a number off before the first cycle; now Anna says it in the place of the one Ben takes off."""
    snapshot = rested(take(trio([TWO], [TWO, ONE], [TWO, ONE]), "carl-1", ONE))
    snapshot = put(snapshot, "anna-1", ONE, instead_of=TWO)
    snapshot = rested(take(snapshot, "ben-1", TWO))
    assert held(snapshot, "TEL") == [{"+493023125001"}] * 3


def test_two_changes_of_one_value_that_the_two_cards_both_say_come_to_a_third() -> None:
    """Of Anna's two numbers Carl lacks one; Ben makes his other one that, and Anna changes hers."""
    snapshot = rested(take(trio([TWO], [TWO, ONE], [TWO, ONE]), "carl-1", ONE))
    snapshot = put(snapshot, "anna-1", THREE, instead_of=TWO)
    snapshot = rested(put(snapshot, "ben-1", ONE, instead_of=TWO))
    assert held(snapshot, "TEL") == [{"+493023125001", "+49151555003"}] * 3


def test_what_a_member_keeps_to_themselves_settles_nothing_on_other_cards() -> None:
    """Ben has Anna's new number privately and takes the old one off: they are asked, and Carl's stays."""
    snapshot = rested(trio([TWO], [], []))
    snapshot = hide(put(snapshot, "ben-1", ONE), "ben-1", ONE)
    snapshot = take(snapshot, "ben-1", TWO)
    snapshot = put(snapshot, "anna-1", ONE, instead_of=TWO)
    (question,) = plan(snapshot, now=clock(snapshot)).questions
    assert isinstance(question, ValuesDiffer)
    assert held(rested(snapshot), "TEL")[2] == {"+49151555007"}


def test_a_change_to_what_another_card_is_about_to_lose_is_not_what_both_have() -> None:
    """Carl makes the first number the second, which Ben has only until Anna's change of it comes to him."""
    snapshot = rested(trio([ONE, TWO], [], []))
    snapshot = put(snapshot, "anna-1", THREE, instead_of=TWO)
    snapshot = put(snapshot, "ben-1", FOUR, instead_of=ONE)
    snapshot = rested(put(snapshot, "carl-1", TWO, instead_of=ONE))
    assert all("+49151555004" in each for each in held(snapshot, "TEL"))


def test_what_is_changed_back_to_what_it_was_is_followed() -> None:
    """The first number came from Carl; that Anna types it again is her own word, and no copy of his."""
    snapshot = rested(trio([], [], [ONE]))
    snapshot = rested(put(snapshot, "anna-1", TWO, instead_of=ONE))
    assert held(snapshot, "TEL") == [{"+49151555007"}] * 3
    snapshot = rested(put(snapshot, "anna-1", ONE, instead_of=TWO))
    assert held(snapshot, "TEL") == [{"+493023125001"}] * 3
