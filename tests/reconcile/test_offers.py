"""What one member sees more of a person than others is offered to that member alone, never written."""

from dataclasses import replace

import pytest

from server.reconcile.offers import declined_key
from server.reconcile.operations import Add, Offer
from server.reconcile.plan import plan
from server.reconcile.snapshot import CardState, Snapshot
from tests.reconcile.model import apply, card, clock, find, hide, household, put, same, take

ALL = ("anna", "ben", "carl")
MAIL = "EMAIL:eva@stein.example"
SECOND_MAIL = "EMAIL:eva.stein@work.example"
BIRTHDAY = "BDAY:1981-05-04"
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


def test_a_single_value_is_offered_only_where_there_is_none() -> None:
    snapshot = linked(
        card("anna-1", BIRTHDAY, seen_by=("ben",)), card("ben-1", "BDAY:1981-05-05", seen_by=ALL)
    )
    assert offers(snapshot) == []


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
