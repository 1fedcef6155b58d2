"""Deleting hides and never surprises: who is gone can come back (design rule R8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases.recounting import recount
from server.cases.removals import Removal, bring_back, removals
from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from server.store.database import Actor
from server.store.fence import reading_as
from server.store.history import recent_acts
from server.store.imports import Incoming, import_cards
from server.store.sharing import add_member, set_share, set_visibility
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
WEISS = a_card("weiss", "Katharina Weiss", PHONE, "NOTE:secret")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl after their first cycle; views are right at the end."""
    made = Home(tmp_path, "anna", "ben", "carl")
    made.db.connection().execute("PRAGMA synchronous = OFF")
    cycle(made)
    yield made
    assert made.verify() == ()
    made.db.close()


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)


def gone(home: Home, who: str) -> list[tuple[str, str]]:
    return [(each.name, each.how) for each in removals(home.db, who)]


def the_one(home: Home, who: str) -> Removal:
    (found,) = removals(home.db, who)
    return found


def names(home: Home, who: str) -> list[str]:
    lines = [line for each in home.entries(who) for line in each.octets.decode().split("\r\n")]
    return sorted(line[3:] for line in lines if line.startswith("FN:"))


def test_an_own_card_comes_back_from_the_trash_under_its_href(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    assert gone(home, "anna") == [("Katharina Weiss", "trash")]
    bring_back(home.db, "anna", the_one(home, "anna").id)
    back = home.get("anna", "w.vcf")
    assert back is not None
    assert back.octets == WEISS
    assert gone(home, "anna") == []
    assert names(home, "ben") == ["Katharina Weiss"]


def test_a_hidden_person_is_shown_again_under_the_same_href(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    (seen,) = home.entries("ben")
    home.delete("ben", seen.href)
    assert gone(home, "ben") == [("Katharina Weiss", "hidden")]
    assert gone(home, "anna") == gone(home, "carl") == []
    bring_back(home.db, "ben", "katharina weiss")
    (back,) = home.entries("ben")
    assert (back.href, back.octets) == (seen.href, seen.octets)


def test_a_copy_of_a_removed_card_is_kept_private(home: Home) -> None:
    """F18: Anna deletes her dentist, whom Ben rang every week."""
    home.put("anna", "w.vcf", WEISS)
    (seen,) = home.entries("ben")
    home.delete("anna", "w.vcf")
    assert home.entries("ben") == []
    assert gone(home, "ben") == [("Katharina Weiss", "gone")]
    bring_back(home.db, "ben", the_one(home, "ben").id)
    (back,) = home.entries("ben")
    assert back.href == seen.href
    assert PHONE.split(":")[1].encode() in back.octets
    assert names(home, "carl") == []
    assert gone(home, "ben") == []
    assert gone(home, "carl") == [("Katharina Weiss", "gone")]


def test_a_shared_copy_shows_others_no_more_than_they_saw(home: Home) -> None:
    """R6: what Ben was shown and Carl was not stays so, also in Ben's copy."""
    home.put("anna", "w.vcf", WEISS)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "carl", "none")
    home.delete("anna", "w.vcf")
    bring_back(home.db, "ben", the_one(home, "ben").id)
    with home.db.write(Actor("card", "ben")) as tx:
        card = tx.connection.execute(
            "SELECT id FROM card WHERE member = 'ben' AND trashed IS NULL"
        ).fetchone()[0]
        set_visibility(tx, card, "shared")
    assert not any(b"23125" in each.octets for each in home.entries("carl"))


def test_what_is_no_longer_shared_cannot_be_kept(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    assert gone(home, "ben") == []


def test_a_private_card_that_is_deleted_is_nobodys_business(home: Home) -> None:
    home.put("anna", "p.vcf", a_card("p", "Secret", "CLASS:PRIVATE"))
    home.delete("anna", "p.vcf")
    assert gone(home, "ben") == []


def test_the_history_says_who_removed_whom_while_a_copy_can_be_kept(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    line = "Anna removed Katharina Weiss. You can keep your own copy."
    for who, is_told in (("ben", True), ("anna", False)):
        with reading_as(home.db, who) as tx:
            told = [each.sentence for each in recount(tx, recent_acts(tx, most=10))]
        assert (line in told) == is_told


def test_after_400_days_nothing_is_offered(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    home.clock.pass_seconds(401 * 86_400)
    assert gone(home, "anna") == gone(home, "ben") == []


def test_nothing_is_offered_where_another_card_shows_the_person(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.put("carl", "w.vcf", a_card("c", "Katharina Weiss", PHONE))
    cycle(home)
    home.delete("anna", "w.vcf")
    assert names(home, "ben") == ["Katharina Weiss"]
    assert gone(home, "ben") == []


def test_a_card_whose_uid_stands_for_another_one_stays_in_the_trash(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    import_cards(home.db, "anna", [Incoming("file", WEISS)])
    if home.get("anna", "w.vcf") is None:
        with pytest.raises((UsageError, NotFound)):
            bring_back(home.db, "anna", "Katharina Weiss")
    assert names(home, "anna") == ["Katharina Weiss"]


def test_adding_the_person_again_shows_them_for_good(home: Home) -> None:
    """What Ben hid is not hidden any more once he has a card of that person, whatever becomes of it."""
    home.put("anna", "w.vcf", WEISS)
    (seen,) = home.entries("ben")
    home.delete("ben", seen.href)
    home.put("ben", "own.vcf", a_card("b", "Katharina Weiss", PHONE))
    cycle(home)
    with home.db.read() as tx:
        left = tx.connection.execute("SELECT count(*) FROM hidden").fetchone()[0]
    assert left == 0
    assert names(home, "ben") == ["Katharina Weiss"]


def test_sending_the_hidden_href_again_shows_the_person(home: Home) -> None:
    home.put("anna", "w.vcf", WEISS)
    (seen,) = home.entries("ben")
    home.delete("ben", seen.href)
    home.put("ben", seen.href, seen.octets)
    assert [each.href for each in home.entries("ben")] == [seen.href]


def test_linking_never_hides_a_person_that_was_shown(home: Home) -> None:
    """F16: Ben deletes Anna's card as a double of Carl's, and the night links the two."""
    home.put("anna", "w.vcf", WEISS)
    home.put("carl", "w.vcf", a_card("c", "Katharina Weiss", "TEL:+49 30 23125 102"))
    first = home.entry("ben", "23125 101")
    home.delete("ben", first.href)
    entry = home.get("carl", "w.vcf")
    assert entry is not None
    body = entry.octets.replace(b"END:VCARD", PHONE.encode() + b"\r\nEND:VCARD")
    home.put("carl", "w.vcf", body, if_match=home.etag("carl", entry))
    cycle(home)
    assert names(home, "ben") == ["Katharina Weiss"]


def test_deleting_hides_every_card_of_the_person(home: Home) -> None:
    """F16: when Anna deletes Eva, Carl's card of her must not take the place at once."""
    home.put("ben", "w.vcf", WEISS)
    home.put("carl", "w.vcf", a_card("c", "Katharina Weiss", PHONE))
    cycle(home)
    (seen,) = home.entries("anna")
    home.delete("anna", seen.href)
    assert home.entries("anna") == []
    assert len(home.entries("ben")) == len(home.entries("carl")) == 1


def test_guests_only_read(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "gast", name="Gast", shares="none", role="guest")
        set_share(tx, "anna", "gast", "all")
    home.put("anna", "w.vcf", WEISS)
    home.delete("anna", "w.vcf")
    assert gone(home, "gast") == []
    assert gone(home, "ben") != []


def test_nobody_of_that_name_is_one_sentence(home: Home) -> None:
    with pytest.raises(NotFound, match="Nobody called"):
        bring_back(home.db, "anna", "Nobody")


def test_namesakes_are_named_by_their_ids(home: Home) -> None:
    for href in ("a.vcf", "b.vcf"):
        home.put("anna", href, a_card(href, "Katharina Weiss"))
        home.delete("anna", href)
    with pytest.raises(UsageError, match="by its id"):
        bring_back(home.db, "anna", "Katharina Weiss")


def test_who_is_gone_is_told_without_looking_at_cards_that_are_shown_to_others_alone(
    home: Home,
) -> None:
    """Not even the effort tells Anna that Carl, who shows her nothing, has a card of the same person."""
    with home.db.write(Actor("share", "carl")) as tx:
        set_share(tx, "carl", "anna", "none")
    home.put("ben", "w.vcf", WEISS)
    cycle(home)
    home.delete("anna", home.entry("anna", "Weiss").href)
    costs = []
    for _ in range(2):
        before = home.db.counters.statements, home.db.counters.rows
        assert gone(home, "anna") == [("Katharina Weiss", "hidden")]
        after = home.db.counters.statements, home.db.counters.rows
        costs.append((after[0] - before[0], after[1] - before[1]))
        home.put("carl", "w.vcf", a_card("weiss-2", "Katharina Weiss", PHONE))
        cycle(home)
    assert costs[0] == costs[1]
