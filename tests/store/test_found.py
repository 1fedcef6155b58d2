"""What was found by playing histories: each of these once lost something, told something or failed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle, trial
from server.store.database import Actor
from server.store.imports import Incoming, import_cards
from server.store.linking import link_cards, say_claim
from server.store.sharing import set_share, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
EVA = a_card("ua", "Eva Stein", PHONE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything at once; views are right at the end."""
    made = Home(tmp_path, "anna", "ben", "carl")
    yield made
    assert made.verify() == ()
    made.db.close()


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchall()
    return str(rows[0][0])


def join(home: Home, left: str, right: str, *, scope: str = "") -> None:
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (left, right), "same", scope=scope, member="ben")
        refresh(tx, (left, right))


def claim(home: Home, who: str, card: str, says: str) -> None:
    with home.db.write(Actor("own", who)) as tx:
        say_claim(tx, card, who, says, None)


def share(home: Home, giver: str, taker: str, level: str) -> None:
    with home.db.write(Actor("share", giver)) as tx:
        set_share(tx, giver, taker, level)


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def edit_shown(home: Home, who: str, *lines: bytes) -> None:
    """Add lines to the first entry of a member's view."""
    seen = home.entries(who)[0]
    added = b"".join(each + b"\r\n" for each in lines)
    octets = seen.octets.replace(b"END:VCARD", added + b"END:VCARD")
    home.put(who, seen.href, octets, if_match=home.etag(who, seen))


def uids(home: Home, who: str) -> list[str]:
    return [each.uid for each in home.entries(who)]


def test_one_cycle_takes_several_suggestions_onto_one_card(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    claim(home, "anna", card_of(home, "anna", "a.vcf"), "ours")
    edit_shown(home, "ben", b"EMAIL:eva@example.org", b"URL:https://example.org/")
    cycle(home)
    stored = home.entries("anna")[0].octets
    assert b"eva@example.org" in stored
    assert b"https://example.org/" in stored


def test_a_cycle_plans_with_the_suggestions_it_takes(home: Home) -> None:
    """A second cycle finds nothing to do."""
    home.put("anna", "a.vcf", EVA)
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    cycle(home)
    claim(home, "anna", card_of(home, "anna", "a.vcf"), "ours")
    edit_shown(home, "ben", b"EMAIL:eva@example.org")
    cycle(home)
    assert b"eva@example.org" in home.entries("carl")[0].octets


def test_a_deleted_card_that_came_back_under_a_new_name_is_not_there_twice(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    home.delete("anna", "a.vcf")
    assert home.put("anna", "b.vcf", EVA).status == 201
    late = EVA.replace(b"END:VCARD", b"EMAIL:eva@example.org\r\nEND:VCARD")
    assert home.put("anna", "a.vcf", late).status == 204
    assert uids(home, "anna") == ["ua"]
    assert b"eva@example.org" in home.entries("anna")[0].octets


def test_importing_what_ones_own_view_shows_takes_no_uid_a_second_time(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    shown = home.entries("anna")[0]
    incoming = [Incoming("file", shown.octets)]
    assert import_cards(home.db, "anna", incoming).count("taken") == 1
    assert import_cards(home.db, "anna", incoming).count("known") == 1
    assert len(uids(home, "anna")) == len(set(uids(home, "anna"))) == 2
    assert home.get("anna", shown.href) is not None


def test_two_people_that_a_vanishing_card_held_together_get_an_entry_each(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    home.put("carl", "d.vcf", a_card("ud", "Eva Stein", "TEL:+49 30 23125 102"))
    card = card_of(home, "ben", "b.vcf")
    join(home, card, card_of(home, "carl", "c.vcf"))
    join(home, card, card_of(home, "carl", "d.vcf"))
    (before,) = home.entries("anna")
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, card, "private")
    after = home.entries("anna")
    assert len(after) == 2
    assert before.href in {each.href for each in after}


def test_a_namesake_of_a_linked_card_stays_known_by_its_name(home: Home) -> None:
    share(home, "ben", "anna", "name")
    home.put("anna", "w.vcf", a_card("uw", "Nina Zwei"))
    home.put("ben", "z.vcf", a_card("uz", "Nina Zwei"))
    home.put("carl", "y.vcf", a_card("uy", "Nora Eins"))
    join(home, card_of(home, "ben", "z.vcf"), card_of(home, "carl", "y.vcf"))
    home.put("carl", "x.vcf", a_card("ux", "Nora Eins"))
    assert sum(b"Nina Zwei" in each.octets for each in home.entries("anna")) == 1


def test_private_cards_alone_make_no_letter_for_others(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    assert open_cases(home.db, "anna") == ()
    assert [each.kind for each in open_cases(home.db, "ben")] == ["letter"]


def test_held_private_cards_make_no_letter_for_others(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    cycle(home)
    cards = [a_card(f"p{number}", f"Nr {number}", "CLASS:PRIVATE") for number in range(25)]
    import_cards(home.db, "ben", [Incoming("file", each) for each in cards])
    assert open_cases(home.db, "anna") == ()


def test_private_cards_do_not_count_towards_a_hold(home: Home) -> None:
    for number in range(20):
        home.put("ben", f"{number}.vcf", a_card(f"p{number}", f"Nr {number}", "CLASS:PRIVATE"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cards = [a_card(f"i{number}", f"Nr {number}", "CLASS:PRIVATE") for number in range(20)]
    incoming = [Incoming("file", each) for each in (*cards, a_card("uj", "Jan Vermeer"))]
    import_cards(home.db, "ben", incoming)
    assert len(home.entries("anna")) == 2


def test_a_private_card_does_not_make_anothers_card_take_suggestions(home: Home) -> None:
    """R1: what Ben says of a private card moves nothing that Anna and Carl see."""
    home.put("anna", "a.vcf", EVA)
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "CLASS:PRIVATE"))
    secret = card_of(home, "ben", "b.vcf")
    join(home, secret, card_of(home, "anna", "a.vcf"), scope="ben")
    claim(home, "ben", secret, "ours")
    edit_shown(home, "carl", b"EMAIL:eva@example.org")
    cycle(home)
    assert b"eva@example.org" not in home.entries("anna")[0].octets


def test_of_an_unshared_card_its_author_keeps_earlier_lines_too(home: Home) -> None:
    """R4: the name they saw and all the lines they typed, nothing more."""
    home.put("anna", "a.vcf", EVA)
    edit_shown(home, "ben", b"EMAIL:mine@example.org")
    seen = home.entries("ben")[0]
    share(home, "anna", "ben", "none")
    typed = seen.octets.replace(b"END:VCARD", b"URL:https://example.org/\r\nEND:VCARD")
    assert home.put("ben", seen.href, typed, if_match=home.etag("ben", seen)).status == 412
    kept = home.entries("ben")[0]
    assert kept.href == seen.href
    assert b"mine@example.org" in kept.octets
    assert b"23125" not in kept.octets


def test_what_was_made_private_before_it_was_deleted_does_not_come_back(home: Home) -> None:
    """R7: an old copy on a phone brings the name and its own lines, as for any card that is not shown."""
    home.put("anna", "a.vcf", EVA)
    seen = home.entries("ben")[0]
    home.put("anna", "a.vcf", EVA.replace(b"END", b"CLASS:PRIVATE\r\nEND"))
    home.delete("anna", "a.vcf")
    typed = seen.octets.replace(b"END:VCARD", b"URL:https://example.org/\r\nEND:VCARD")
    home.put("ben", seen.href, typed, if_match=home.etag("ben", seen))
    assert b"https://example.org/" in home.entries("ben")[0].octets
    assert b"23125" not in home.entries("ben")[0].octets


def offer_of_a_new_title(home: Home) -> bytes:
    """Anna has claimed Eva; Ben types another title on a card of his, which Anna is offered."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Dr"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Dr"))
    cycle(home)
    claim(home, "anna", card_of(home, "anna", "a.vcf"), "mine")
    entry = home.get("ben", "b.vcf")
    assert entry is not None
    changed = entry.octets.replace(b"TITLE:Dr", b"TITLE:Prof")
    home.put("ben", "b.vcf", changed, if_match=home.etag("ben", entry))
    cycle(home)
    assert "Prof" in repr(open_cases(home.db, "anna"))
    return changed


def test_what_became_private_is_offered_no_more(home: Home) -> None:
    """R7: making private takes an offer back too."""
    private = offer_of_a_new_title(home).replace(b"END", b"CLASS:PRIVATE\r\nEND")
    home.put("ben", "b.vcf", private, if_match="*")
    assert "Prof" not in repr(open_cases(home.db, "anna"))
    claim(home, "anna", card_of(home, "anna", "a.vcf"), "ours")
    cycle(home)
    assert b"Prof" not in home.entries("anna")[0].octets


def test_an_accepted_offer_is_shown_only_as_far_as_its_source(home: Home) -> None:
    """R6: a value that a cycle offered keeps pointing to where it came from."""
    offer_of_a_new_title(home)
    (case,) = open_cases(home.db, "anna")
    decide(home.db, case.id, "accept", member="anna")
    assert b"Prof" in home.entries("carl")[0].octets
    share(home, "ben", "carl", "none")
    assert b"Prof" in home.entries("anna")[0].octets
    assert b"Prof" not in home.entries("carl")[0].octets


def test_two_titles_typed_at_once_on_anothers_card_both_stay(home: Home) -> None:
    home.put("anna", "a.vcf", EVA)
    edit_shown(home, "ben", b"TITLE:Dr", b"TITLE:Prof")
    kept = home.entries("ben")[0].octets
    assert b"TITLE:Dr" in kept
    assert b"TITLE:Prof" in kept


def test_two_titles_typed_at_once_on_an_own_4_card_both_stay(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", version="4.0"))
    home.add_device("anna", "mac")
    seen = home.entries("anna")[0]
    typed = seen.octets.replace(b"END:VCARD", b"TITLE:Dr\r\nTITLE:Prof\r\nEND:VCARD")
    assert home.put("anna+mac", "a.vcf", typed, if_match=home.etag("anna", seen)).status == 204
    kept = home.entries("anna")[0].octets
    assert b"TITLE:Dr" in kept
    assert b"TITLE:Prof" in kept


def test_an_answer_about_a_private_card_moves_nothing_that_others_see(home: Home) -> None:
    """R1: what was due on others' cards waits for the cycle, as if Ben had not been asked."""
    home.put("anna", "a.vcf", EVA)
    home.put("carl", "c.vcf", a_card("uc", "Eva Stein", PHONE))
    cycle(home)
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", "CLASS:PRIVATE"))
    edit_shown(home, "anna", b"EMAIL:eva@example.org")
    before = home.sequence("anna"), home.sequence("carl")
    for case in open_cases(home.db, "ben")[:1]:
        assert case.members == ("ben",)
        decide(home.db, case.id, "same", member="ben")
    assert (home.sequence("anna"), home.sequence("carl")) == before
    cycle(home)
    assert b"eva@example.org" in home.entries("carl")[0].octets


def test_a_private_double_does_not_decide_what_enters_a_card_that_others_see(
    home: Home, tmp_path: Path
) -> None:
    """Carl sees Ben's card completed, whether or not Ben has another one of her for himself."""
    bare = Home(tmp_path / "bare", "anna", "ben", "carl")
    for each in (home, bare):
        each.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "EMAIL:eva@example.org"))
        share(each, "ben", "anna", "name")
        each.put("ben", "b.vcf", a_card("ub", "Eva Stein", "EMAIL:eva@example.org"))
    home.put("ben", "s.vcf", a_card("us", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    for each in (home, bare):
        cycle(each)
    for each in (home, bare):
        completed = each.get("ben", "b.vcf")
        assert completed is not None
        assert b"23125" in completed.octets
    assert [each.octets.count(b"TEL") for each in home.entries("carl")] == [1]
    bare.db.close()


def test_what_was_typed_on_another_person_does_not_stay_for_somebody_elses_link(home: Home) -> None:
    """Ben takes Jan and Eva for one; Carl, who typed on Eva and deleted her, still loses Jan with Anna's card."""
    home.put("anna", "a.vcf", a_card("ua", "Jan Vermeer", "ORG:Bakery"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein"))
    home.put("ben", "s.vcf", a_card("us", "Eva Stein", "CLASS:PRIVATE"))
    eva = next(each for each in home.entries("carl") if b"Eva" in each.octets)
    typed = eva.octets.replace(b"END:VCARD", PHONE.encode() + b"\r\nEND:VCARD")
    home.put("carl", eva.href, typed, if_match=home.etag("carl", eva))
    secret = card_of(home, "ben", "s.vcf")
    for href, who in (("a.vcf", "anna"), ("b.vcf", "ben")):
        join(home, secret, card_of(home, who, href), scope="ben")
    home.delete("carl", eva.href)
    home.delete("anna", "a.vcf")
    assert [each.octets for each in home.entries("carl")] == []


@pytest.mark.parametrize("how", ["private", "deleted"])
def test_lines_typed_on_a_card_that_is_seen_no_more_move_on_with_the_person(
    home: Home, how: str
) -> None:
    """R4: the person is there as before, by somebody else's card, so its author's lines are too."""
    home.put("carl", "c.vcf", EVA.replace(b"ua", b"uc"))
    home.put("anna", "a.vcf", EVA)
    theirs, hers = home.entries("ben")
    typed = hers.octets.replace(b"END:VCARD", b"EMAIL:mine@example.org\r\nEND:VCARD")
    home.put("ben", hers.href, typed, if_match=home.etag("ben", hers))
    join(home, card_of(home, "anna", "a.vcf"), card_of(home, "carl", "c.vcf"))
    assert b"mine@example.org" in home.entries("ben")[0].octets
    if how == "private":
        card = card_of(home, "anna", "a.vcf")
        with home.db.write(Actor("card", "anna")) as tx:
            set_visibility(tx, card, "private")
    else:
        home.delete("anna", "a.vcf")
    (now,) = home.entries("ben")
    assert now.href == theirs.href
    assert b"mine@example.org" in now.octets


def test_a_private_card_does_not_make_a_members_own_of_what_they_could_see(home: Home) -> None:
    """Others see from a question whether Ben's employer for Eva is a copy; his private card of her tells nothing."""
    bare = Home(home.db.path.parent.parent / "bare", "anna", "ben", "carl")
    kept = []
    for each in (home, bare):
        each.put("anna", "a.vcf", a_card("ua", "Eva Steiner"))
        if each is home:
            each.put("ben", "s.vcf", a_card("us", "Eva Stein", "CLASS:PRIVATE"))
            join(each, card_of(each, "ben", "s.vcf"), card_of(each, "anna", "a.vcf"), scope="ben")
        each.put("anna", "a.vcf", a_card("ua", "Eva Steiner", "ORG:Bakery"))
        each.put("ben", "b.vcf", a_card("ub", "Eva Steiner", "ORG:Bakery"))
        mine = card_of(each, "ben", "b.vcf")
        with each.db.read() as tx:
            kept += tx.connection.execute(
                "SELECT source IS NULL FROM fact WHERE card = ? AND property = 'ORG'", (mine,)
            ).fetchall()
    assert kept == [(0,), (0,)]
    bare.db.close()


def test_a_card_that_was_shown_on_purpose_stays_shown_though_its_phone_still_marks_it(
    home: Home,
) -> None:
    """What a cycle completes on it, or the phone changes, says nothing new of who may see it."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    card = card_of(home, "anna", "a.vcf")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, card, "shared")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "EMAIL:eva@example.org"))
    cycle(home)
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    assert b"eva@example.org" in entry.octets
    assert len(home.entries("carl")) == 1
    body = entry.octets.replace(b"END:VCARD", b"TITLE:Dr\r\nEND:VCARD")
    home.put("anna", "a.vcf", body, if_match=home.etag("anna", entry))
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT visibility FROM card WHERE id = ?", (card,)).fetchall()
    assert rows == [("shared",)]
