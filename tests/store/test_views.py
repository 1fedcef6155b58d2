"""Views: who sees what of whom, under which href and UID (design rules R1 to R4, R8, R10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.database import Actor
from server.store.linking import link_cards
from server.store.sharing import set_share
from server.store.views import refresh
from tests.builders import Home, a_card

EVA = a_card(
    "eva-uid",
    "Eva Stein",
    "TEL;TYPE=CELL:+49 30 23125 101",
    "NOTE:do not lend money",
    "REV:2020-01-01",
)


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


def join(home: Home, left: str, right: str, verdict: str = "same") -> None:
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (left, right), verdict, member="anna")
        refresh(tx, (left, right))


def test_anothers_card_is_built_and_names_nothing_of_its_owner(home: Home) -> None:
    """R2: minted href and UID, no note, no REV."""
    home.put("anna", "eva.vcf", EVA)
    seen = home.entry("ben", "Eva Stein")
    assert b"+49 30 23125 101" in seen.octets
    assert not any(word in seen.octets for word in (b"lend money", b"REV", b"eva-uid"))
    assert "eva" not in seen.href


def test_a_private_card_is_seen_by_its_keeper_alone(home: Home) -> None:
    """Promise 2: CLASS:PRIVATE keeps a card private from the phone."""
    home.put("anna", "eva.vcf", a_card("u", "Eva Stein", "CLASS:PRIVATE"))
    assert len(home.entries("anna")) == 1
    assert home.entries("ben") == []
    assert home.sequence("ben") == 0


def test_only_the_device_that_marked_a_card_private_makes_it_public_again(home: Home) -> None:
    """A phone that drops CLASS does not publish a card."""
    home.add_device("anna", "old")
    home.put("anna", "eva.vcf", a_card("u", "Eva Stein", "CLASS:PRIVATE"))
    home.put("anna+old", "eva.vcf", a_card("u", "Eva Stein", "TITLE:Dr"))
    assert home.entries("ben") == []
    home.put("anna", "eva.vcf", a_card("u", "Eva Stein", "CLASS:PRIVATE"))
    home.put("anna", "eva.vcf", a_card("u", "Eva Stein"))
    assert len(home.entries("ben")) == 1


def test_a_slot_is_not_announced_when_only_hidden_parts_change(home: Home) -> None:
    """R2: what Ben may not see moves neither his sequence numbers nor his ETags."""
    home.put("anna", "eva.vcf", EVA)
    before = home.sequence("ben"), home.entry("ben", "Eva")
    home.put("anna", "eva.vcf", EVA.replace(b"do not lend money", b"owes me ten"))
    assert (home.sequence("ben"), home.entry("ben", "Eva")) == before


def test_linked_cards_are_one_entry_and_own_cards_stay_whole(home: Home) -> None:
    """Every person once; one's own card is the one that stays."""
    home.put("anna", "eva.vcf", EVA)
    home.put("ben", "mine.vcf", a_card("ben-eva", "Eva Stein", "NOTE:bens note"))
    join(home, card_of(home, "anna", "eva.vcf"), card_of(home, "ben", "mine.vcf"))
    assert [each.href for each in home.entries("ben")] == ["mine.vcf"]
    assert [each.href for each in home.entries("anna")] == ["eva.vcf"]
    assert len(home.entries("carl")) == 1


def test_parting_revives_the_same_slot(home: Home) -> None:
    """R3: the same href and UID come back."""
    home.put("anna", "eva.vcf", EVA)
    href = home.entries("ben")[0].href
    home.put("ben", "mine.vcf", a_card("ben-eva", "Eva Stein"))
    pair = card_of(home, "anna", "eva.vcf"), card_of(home, "ben", "mine.vcf")
    join(home, *pair)
    assert {each.href for each in home.entries("ben")} == {"mine.vcf"}
    join(home, *pair, verdict="apart")
    assert {each.href for each in home.entries("ben")} == {"mine.vcf", href}


def test_the_source_of_a_slot_changes_without_href_and_uid(home: Home) -> None:
    """R3: when Anna's card goes, Ben's stands in for it under the same names."""
    home.put("anna", "eva.vcf", EVA)
    home.put("ben", "mine.vcf", a_card("ben-eva", "Eva Stein", "EMAIL:eva@example.org"))
    join(home, card_of(home, "anna", "eva.vcf"), card_of(home, "ben", "mine.vcf"))
    before = home.entries("carl")[0]
    home.delete("anna", "eva.vcf")
    after = home.entries("carl")[0]
    assert (after.href, after.uid) == (before.href, before.uid)
    assert b"eva@example.org" in after.octets


def test_an_edit_of_anothers_card_is_shown_to_its_author_alone(home: Home) -> None:
    """R4: a suggestion on top, in the author's view; 204 without ETag and a new sequence number."""
    home.put("anna", "eva.vcf", EVA)
    seen = home.entry("ben", "Eva")
    typed = seen.octets.replace(
        b"END:VCARD", b"EMAIL:eva@example.org\r\nNOTE:bens own note\r\nEND:VCARD"
    )
    answer = home.put("ben", seen.href, typed, if_match=home.etag("ben", seen))
    assert (answer.status, answer.etag) == (204, "")
    mine = home.entry("ben", "Eva")
    assert (mine.href, mine.uid) == (seen.href, seen.uid)
    assert mine.seq > seen.seq
    assert b"eva@example.org" in mine.octets
    assert b"bens own note" in mine.octets
    others = home.entries("anna")[0].octets + home.entries("carl")[0].octets
    assert b"eva@example.org" not in others
    assert b"bens own note" not in others


def test_an_echo_makes_no_suggestion_and_is_announced_again(home: Home) -> None:
    """Nothing happened, but the device fetches what we serve (R3)."""
    home.put("anna", "eva.vcf", EVA)
    seen = home.entry("ben", "Eva")
    echo = seen.octets.replace(b"END:VCARD", b"REV:2026-01-01\r\nPRODID:-//x\r\nEND:VCARD")
    assert home.put("ben", seen.href, echo, if_match=home.etag("ben", seen)).etag == ""
    again = home.entry("ben", "Eva")
    assert again.octets == seen.octets
    assert again.seq > seen.seq
    with home.db.read() as tx:
        assert tx.connection.execute("SELECT count(*) FROM suggestion").fetchone() == (0,)


def test_deleting_anothers_card_hides_it_and_touches_nobody_else(home: Home) -> None:
    """R8."""
    home.put("anna", "eva.vcf", EVA)
    assert home.delete("ben", home.entries("ben")[0].href).status == 204
    assert home.entries("ben") == []
    assert len(home.entries("carl")) == 1
    assert len(home.entries("anna")) == 1


def test_a_hidden_person_comes_back_when_added_again(home: Home) -> None:
    """R8: a PUT to the hidden href shows the person again, with what was typed."""
    home.put("anna", "eva.vcf", EVA)
    seen = home.entries("ben")[0]
    home.delete("ben", seen.href)
    answer = home.put(
        "ben", seen.href, seen.octets.replace(b"END:VCARD", b"EMAIL:e@example.org\r\nEND:VCARD")
    )
    assert answer.status == 204
    assert b"e@example.org" in home.entry("ben", "Eva").octets


def test_share_name_serves_the_name_alone(home: Home) -> None:
    """R10: level `name` serves FN and N."""
    home.put("anna", "eva.vcf", EVA)
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    seen = home.entry("ben", "Eva Stein")
    assert b"TEL" not in seen.octets
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "none")
    assert home.entries("ben") == []


def test_a_name_only_card_gets_no_slot_beside_the_one_own_card_of_that_name(home: Home) -> None:
    """Design section 9: it would stand there twice."""
    with home.db.write(Actor("share", "anna")) as tx:
        set_share(tx, "anna", "ben", "name")
    home.put("ben", "mine.vcf", a_card("b", "Eva Stein"))
    home.put("anna", "eva.vcf", EVA)
    assert [each.href for each in home.entries("ben")] == ["mine.vcf"]
    home.put("ben", "mine.vcf", a_card("b", "Eva Steinbach"))
    assert len(home.entries("ben")) == 2


def test_a_new_card_settles_before_others_see_it(tmp_path: Path) -> None:
    """R10: the default is a quarter of an hour."""
    from server.cycle import settle

    home = Home(tmp_path, "anna", "ben", settle_seconds=900)
    home.put("anna", "eva.vcf", EVA)
    home.clock.pass_seconds(890)
    assert not settle(home.db)
    assert home.entries("ben") == []
    home.clock.pass_seconds(11)
    assert settle(home.db)
    assert len(home.entries("ben")) == 1
    assert home.verify() == ()


def test_deleting_an_own_card_does_not_bring_the_others_card_of_that_person(home: Home) -> None:
    """R8: DELETE hides every card of the person that the member can see."""
    home.put("anna", "eva.vcf", EVA)
    home.put("ben", "mine.vcf", a_card("ben-eva", "Eva Stein"))
    join(home, card_of(home, "anna", "eva.vcf"), card_of(home, "ben", "mine.vcf"))
    home.delete("ben", "mine.vcf")
    assert home.entries("ben") == []
    assert len(home.entries("anna")) == len(home.entries("carl")) == 1


def test_an_own_card_sent_again_shows_the_person_again(home: Home) -> None:
    """R8: adding the person again un-hides, links and all."""
    home.put("anna", "eva.vcf", EVA)
    mine = a_card("ben-eva", "Eva Stein")
    home.put("ben", "mine.vcf", mine)
    join(home, card_of(home, "anna", "eva.vcf"), card_of(home, "ben", "mine.vcf"))
    home.delete("ben", "mine.vcf")
    home.put("ben", "mine.vcf", mine)
    assert [each.href for each in home.entries("ben")] == ["mine.vcf"]


def test_deleting_one_of_two_own_cards_leaves_the_other(home: Home) -> None:
    """R8: never surprises."""
    home.put("ben", "one.vcf", a_card("b1", "Eva Stein"))
    home.put("ben", "two.vcf", a_card("b2", "Eva Stein"))
    join(home, card_of(home, "ben", "one.vcf"), card_of(home, "ben", "two.vcf"))
    home.delete("ben", "one.vcf")
    assert [each.href for each in home.entries("ben")] == ["two.vcf"]
