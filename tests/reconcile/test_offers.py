"""What one member sees more of a person than others is offered to that member alone, never written."""

from dataclasses import replace

import pytest

from server.reconcile.merging import Edit, Merged
from server.reconcile.offers import declined_key, lacking
from server.reconcile.operations import Add, Offer
from server.reconcile.plan import plan
from server.reconcile.snapshot import CardState, Snapshot
from tests.reconcile.model import apply, card, clock, find, hide, household, put, same, take

ALL = ("anna", "ben", "carl")
MAIL = "EMAIL:eva@stein.example"
SECOND_MAIL = "EMAIL:eva.stein@work.example"
BIRTHDAY = "BDAY:1981-05-04"
OTHER_DAY = "BDAY:1981-05-05"
PHONE = "TEL:+49 30 23125001"


def offers(snapshot: Snapshot) -> list[Offer]:
    made = plan(snapshot, now=clock(snapshot))
    again = plan(apply(snapshot, made), now=clock(snapshot) + 10)
    found = [each for each in made.questions if isinstance(each, Offer)]
    assert [each for each in again.questions if isinstance(each, Offer)] == found
    assert again.operations == ()
    return found


def said(snapshot: Snapshot, offer: Offer) -> set[str]:
    facts = {fact.id: fact for each in snapshot.cards for fact in each.facts}
    return {facts[each].prop.value for each in offer.facts}


def linked(*cards: CardState) -> Snapshot:
    ids = [each.id for each in cards]
    return household(
        *cards, links=tuple(same(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :])
    )


def named_card(*lines: str) -> Snapshot:
    """Anna shows a card to Ben alone; Ben's own is seen by Carl, too."""
    return linked(
        card("anna-1", PHONE, *lines, seen_by=("ben",)), card("ben-1", PHONE, seen_by=ALL)
    )


def named_value() -> Snapshot:
    """All see Anna's card, but one value on it only Ben."""
    snapshot = linked(card("anna-1", PHONE, MAIL, seen_by=ALL), card("ben-1", PHONE, seen_by=ALL))
    return hide(snapshot, "anna-1", MAIL, seen_by=("ben",))


def test_a_card_for_one_member_is_one_offer_to_that_member() -> None:
    snapshot = named_card(MAIL, BIRTHDAY)
    (offer,) = offers(snapshot)
    assert (offer.card, offer.source) == ("ben-1", "anna-1")
    assert said(snapshot, offer) == {"eva@stein.example", "1981-05-04"}
    made = plan(snapshot, now=clock(snapshot))
    assert not [each for each in made.operations if isinstance(each, Add)]


def test_a_value_for_one_member_is_offered_to_that_member() -> None:
    snapshot = named_value()
    (offer,) = offers(snapshot)
    assert (offer.card, said(snapshot, offer)) == ("ben-1", {"eva@stein.example"})


def test_what_everybody_sees_flows_and_is_not_offered() -> None:
    snapshot = linked(card("anna-1", MAIL, seen_by=ALL), card("ben-1", seen_by=ALL))
    assert offers(snapshot) == []
    assert [each for each in plan(snapshot, now=clock(snapshot)).operations if type(each) is Add]


def test_a_card_that_nobody_else_sees_takes_the_value_by_itself() -> None:
    snapshot = linked(
        card("anna-1", MAIL, seen_by=("ben",)), card("ben-1", PHONE, seen_by=("anna",))
    )
    assert offers(snapshot) == []


@pytest.mark.parametrize(
    "line", ["NICKNAME:Evi", "NOTE:likes tea", "X-SIGN:bull", "CATEGORIES:Choir"]
)
def test_what_is_personal_is_never_offered(line: str) -> None:
    assert offers(named_card(line)) == []


def taken_over(*lines: str) -> Snapshot:
    """Anna shows a card to Ben alone, and all of it was put on his own, which Carl sees without that."""
    snapshot = named_card(*lines)
    for line in lines:
        snapshot = put(snapshot, "ben-1", line)
        source, copy = find(snapshot, "anna-1", line), find(snapshot, "ben-1", line)
        copied = replace(copy, source=source.id, typed_by=None, act_kind="decide")
        cards = tuple(
            replace(each, facts=tuple(copied if fact is copy else fact for fact in each.facts))
            for each in snapshot.cards
        )
        snapshot = hide(replace(snapshot, cards=cards), "ben-1", line, seen_by=("anna",))
        snapshot = replace(snapshot, applied=snapshot.applied | {(source.id, "ben-1")})
    return apply(snapshot, plan(snapshot, now=clock(snapshot)))


@pytest.mark.parametrize(("before", "after"), [(BIRTHDAY, OTHER_DAY), (MAIL, SECOND_MAIL)])
def test_a_change_is_offered_in_the_place_of_what_was_taken_over(before: str, after: str) -> None:
    snapshot = put(taken_over(before), "anna-1", after, instead_of=before)
    (offer,) = offers(snapshot)
    assert offer.facts == (find(snapshot, "anna-1", after).id,)
    assert offer.instead == (find(snapshot, "ben-1", before).id,)


@pytest.mark.parametrize(("before", "after"), [(BIRTHDAY, OTHER_DAY), (MAIL, SECOND_MAIL)])
def test_a_value_that_others_see_keeps_its_place(before: str, after: str) -> None:
    snapshot = linked(card("anna-1", before, seen_by=ALL), card("ben-1", before, seen_by=ALL))
    snapshot = apply(snapshot, plan(snapshot, now=clock(snapshot)))
    snapshot = put(snapshot, "anna-1", after, instead_of=before)
    found = offers(hide(snapshot, "anna-1", after, seen_by=("ben",)))
    assert [each.instead for each in found] == ([] if after == OTHER_DAY else [(None,)])


@pytest.mark.parametrize("seen_by", [ALL, ("anna", "carl"), ()])
def test_another_single_value_is_not_offered_where_others_see_the_one_there_or_nobody_is_meant_to(
    seen_by: tuple[str, ...],
) -> None:
    snapshot = linked(
        card("anna-1", BIRTHDAY, seen_by=("ben",)), card("ben-1", OTHER_DAY, seen_by=ALL)
    )
    assert offers(hide(snapshot, "ben-1", OTHER_DAY, seen_by=seen_by)) == []


def test_a_single_value_that_just_the_two_see_is_offered_instead_of_another() -> None:
    snapshot = linked(
        card("anna-1", BIRTHDAY, seen_by=("ben",)), card("ben-1", OTHER_DAY, seen_by=ALL)
    )
    snapshot = hide(snapshot, "ben-1", OTHER_DAY, seen_by=("anna",))
    (offer,) = offers(snapshot)
    assert offer.instead == (find(snapshot, "ben-1", OTHER_DAY).id,)


def test_of_two_who_both_changed_it_the_one_whose_card_others_see_is_offered_the_other() -> None:
    snapshot = put(taken_over(BIRTHDAY), "anna-1", OTHER_DAY, instead_of=BIRTHDAY)
    snapshot = put(snapshot, "ben-1", "BDAY:1981-05-06", instead_of=BIRTHDAY)
    (offer,) = offers(snapshot)
    assert (offer.card, said(snapshot, offer)) == ("ben-1", {"1981-05-05"})
    assert offer.instead == (find(snapshot, "ben-1", "BDAY:1981-05-06").id,)


@pytest.mark.parametrize("who", ["anna-1", "ben-1"])
def test_what_one_of_the_two_took_off_is_offered_to_nobody(who: str) -> None:
    other = "ben-1" if who == "anna-1" else "anna-1"
    snapshot = put(taken_over(BIRTHDAY), other, OTHER_DAY, instead_of=BIRTHDAY)
    assert offers(take(snapshot, who, BIRTHDAY)) == []


def test_a_single_value_on_another_own_card_is_left_alone() -> None:
    snapshot = linked(
        card("anna-1", BIRTHDAY, seen_by=("ben",)),
        card("ben-1", seen_by=ALL),
        card("ben-2", OTHER_DAY, seen_by=ALL),
    )
    assert offers(hide(snapshot, "ben-2", OTHER_DAY, seen_by=("anna",))) == []


def test_two_changes_take_one_place_once() -> None:
    own = find(taken_over(BIRTHDAY), "ben-1", BIRTHDAY)
    origin = replace(own, id=99, card="anna-1")
    merged = Merged(steps=(Edit("ben-1", own, origin), Edit("ben-1", own, origin)))
    (target,) = (each for each in taken_over(BIRTHDAY).cards if each.id == "ben-1")
    assert [*lacking(merged, target, single=True)] == [(origin, own)]


def test_what_another_own_card_says_is_not_offered() -> None:
    snapshot = linked(
        card("anna-1", MAIL, seen_by=("ben",)),
        card("ben-1", PHONE, seen_by=ALL),
        card("ben-2", MAIL, seen_by=ALL),
    )
    assert offers(snapshot) == []


def test_a_value_that_was_taken_off_or_brought_before_is_not_offered() -> None:
    snapshot = take(put(named_card(), "ben-1", MAIL), "ben-1", MAIL)
    older = put(named_card(MAIL), "ben-1", MAIL)
    assert offers(take(older, "ben-1", MAIL)) == []
    assert len(offers(put(snapshot, "anna-1", MAIL))) == 1
    snapshot = named_card(MAIL)
    brought = (find(snapshot, "anna-1", MAIL).id, "ben-1")
    assert offers(replace(snapshot, applied=frozenset({brought}))) == []


def test_a_no_is_remembered_of_the_value_and_another_is_asked_anew() -> None:
    snapshot = named_card(MAIL)
    (offer,) = offers(snapshot)
    refused = declined_key("ben-1", "anna-1", find(snapshot, "anna-1", MAIL))
    snapshot = replace(snapshot, settled=frozenset({refused}))
    assert offers(snapshot) == []
    snapshot = put(snapshot, "anna-1", SECOND_MAIL)
    (anew,) = offers(snapshot)
    assert said(snapshot, anew) == {"eva.stein@work.example"}
    assert anew.key != offer.key


@pytest.mark.parametrize("held", ["anna-1", "ben-1"])
def test_nothing_is_offered_while_a_card_is_held(held: str) -> None:
    snapshot = named_card(MAIL)
    cards = tuple(replace(each, frozen=each.id == held) for each in snapshot.cards)
    assert offers(replace(snapshot, cards=cards)) == []


def test_what_a_member_does_not_see_is_offered_to_nobody() -> None:
    snapshot = linked(card("anna-1", MAIL, seen_by=()), card("ben-1", PHONE, seen_by=ALL))
    assert offers(snapshot) == []


def test_a_link_that_the_member_does_not_know_offers_nothing() -> None:
    snapshot = household(
        card("anna-1", MAIL, seen_by=("ben",)),
        card("ben-1", seen_by=ALL),
        links=(same("anna-1", "ben-1", scope="anna"),),
    )
    assert offers(snapshot) == []


def test_cards_that_were_said_to_be_different_offer_nothing() -> None:
    snapshot = named_card(MAIL)
    apart = (same("anna-1", "ben-1", verdict="apart"),)
    assert offers(replace(snapshot, links=apart)) == []


def test_a_copy_is_not_offered_where_its_source_speaks_for_itself() -> None:
    snapshot = linked(
        card("anna-1", MAIL, seen_by=("ben", "dora")),
        card("dora-1", seen_by=("ben",)),
        card("ben-1", seen_by=ALL),
    )
    source = find(snapshot, "anna-1", MAIL)
    copied = put(snapshot, "dora-1", MAIL)
    copy = find(copied, "dora-1", MAIL)
    cards = tuple(
        replace(
            each,
            facts=tuple(
                replace(fact, source=source.id) if fact.id == copy.id else fact
                for fact in each.facts
            ),
        )
        for each in copied.cards
    )
    found = offers(replace(copied, cards=cards))
    assert [each.source for each in found if each.card == "ben-1"] == ["anna-1"]
