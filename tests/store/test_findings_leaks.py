"""What others could learn, and do not: views, numbers and the fate of suggestions of one who sees less (R1, R2, R6)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases import Case, open_cases
from server.cycle import run_cycle, trial
from server.store.database import Actor
from server.store.linking import link_cards, say_claim
from server.store.sharing import add_member, set_share, set_visibility
from server.store.views import refresh
from tests.builders import Home, a_card
from tests.store.test_histories import drawn_from

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
MEMBERS = ("anna", "ben", "carl")
Told = tuple[list[tuple[str, str, int, int, bytes]], int, tuple[Case, ...]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna, Ben and Carl, who show each other everything; views are right at the end."""
    made = Home(tmp_path, *MEMBERS)
    yield made
    assert made.verify() == ()
    made.db.close()


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[tuple[Home, Home]]:
    """One household twice, with the same random names."""
    homes = []
    for name in ("full", "bare"):
        with drawn_from("twins"):
            homes.append(Home(tmp_path / name, *MEMBERS))
    yield homes[0], homes[1]
    for each in homes:
        assert each.verify() == ()
        each.db.close()


def told(home: Home, who: str) -> Told:
    """All that a member may notice: texts, names, numbers, times, order, questions."""
    rows = [(e.href, e.uid, e.seq, e.modified, e.octets) for e in home.entries(who)]
    return rows, home.sequence(who), open_cases(home.db, who)


def both(twins: tuple[Home, Home], do: Callable[[Home], object]) -> None:
    for each in twins:
        with drawn_from("step"):
            do(each)


def cycle(home: Home) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()


def share(home: Home, giver: str, taker: str, level: str) -> None:
    with home.db.write(Actor("share", giver)) as tx:
        set_share(tx, giver, taker, level)


def card_of(home: Home, who: str, href: str) -> str:
    with home.db.read() as tx:
        row = tx.connection.execute(
            "SELECT card FROM slot WHERE member = ? AND href = ?", (who, href)
        ).fetchone()
    return str(row[0])


def show_to_named(home: Home, card: str, *members: str) -> None:
    """Let a card be seen by some members alone."""
    with home.db.write(Actor("visibility", "ben")) as tx:
        tx.connection.execute("UPDATE card SET visibility = 'members' WHERE id = ?", (card,))
        for each in members:
            tx.connection.execute("INSERT INTO card_member VALUES (?, ?)", (card, each))
        refresh(tx, (card,))


def types(home: Home, who: str, *lines: str) -> None:
    """A member adds lines to the only card they see."""
    seen = home.entries(who)[0]
    added = "".join(f"{each}\r\n" for each in lines).encode()
    octets = seen.octets.replace(b"END:VCARD", added + b"END:VCARD")
    assert home.put(who, seen.href, octets, if_match=home.etag(who, seen)).status == 204


def test_an_edit_of_a_card_shown_to_one_member_shows_it_to_nobody_else(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    show_to_named(home, card_of(home, "ben", "b.vcf"), "anna")
    assert home.entries("carl") == []
    before = home.sequence("carl")
    types(home, "anna", MAIL)
    cycle(home)
    assert home.entries("carl") == []
    assert home.sequence("carl") == before


def test_a_save_without_a_change_keeps_nothing_of_what_is_shown_no_more(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    seen = home.entries("anna")[0]
    again = seen.octets.replace(b"VERSION:3.0", b"VERSION:3.0\r\nREV:20260101T000000Z")
    home.put("anna", seen.href, again, if_match=home.etag("anna", seen))
    share(home, "ben", "anna", "none")
    assert home.entries("anna") == []


def test_what_became_of_a_suggestion_tells_nothing_of_what_its_author_does_not_see(
    twins: tuple[Home, Home],
) -> None:
    """Anna sees the name alone; Ben has the number that she suggests, or another one, or none."""
    full, bare = twins
    both(twins, lambda home: share(home, "ben", "anna", "name"))
    for home, lines in ((full, (PHONE,)), (bare, ())):
        with drawn_from("put"):
            home.put("ben", "b.vcf", a_card("ub", "Eva Stein", *lines))
    both(twins, lambda home: types(home, "anna", PHONE))
    assert told(full, "anna") == told(bare, "anna")
    both(twins, cycle)
    assert told(full, "anna") == told(bare, "anna")
    assert b"23125" in full.entries("anna")[0].octets


def test_a_number_that_carl_may_not_know_of_takes_nothing_from_the_card_he_sees(home: Home) -> None:
    """A value that vanishes from Ben's card would tell Carl that Anna has another one."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, MAIL))
    cycle(home)
    show_to_named(home, card_of(home, "anna", "a.vcf"), "ben")
    seen = home.entries("anna")[0]
    changed = seen.octets.replace(b"23125 101", b"23125 109")
    home.put("anna", "a.vcf", changed, if_match=home.etag("anna", seen))
    before = told(home, "carl")
    cycle(home)
    assert told(home, "carl") == before
    assert b"23125 101" in home.entries("ben")[0].octets


def test_an_edited_copy_is_shown_no_further_than_what_it_was_copied_from(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, MAIL))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", MAIL))
    cycle(home)
    show_to_named(home, card_of(home, "anna", "a.vcf"), "ben")
    assert b"23125" not in home.entries("carl")[0].octets
    seen = home.entries("ben")[0]
    corrected = seen.octets.replace(b"23125 101", b"23125 107")
    home.put("ben", seen.href, corrected, if_match=home.etag("ben", seen))
    cycle(home)
    assert b"23125" not in home.entries("carl")[0].octets


def test_the_owners_card_is_shown_else_the_oldest_and_never_the_freshest(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", MAIL, "TITLE:Annas"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", MAIL, "TITLE:Bens"))
    left, right = card_of(home, "anna", "a.vcf"), card_of(home, "ben", "b.vcf")
    with home.db.write(Actor("decide", "ben")) as tx:
        link_cards(tx, (left, right), "same", member="ben")
        refresh(tx, (left, right))
    (shown,) = home.entries("carl")
    assert b"Annas" in shown.octets
    seen = home.entries("ben")[0]
    home.put("ben", "b.vcf", seen.octets.replace(b"Bens", b"Bens new"))
    assert [(each.href, each.octets) for each in home.entries("carl")] == [
        (shown.href, shown.octets)
    ]
    with home.db.write(Actor("own", "ben")) as tx:
        say_claim(tx, right, "ben", "mine", None)
        refresh(tx, (right,))
    (now,) = home.entries("carl")
    assert (now.href, now.uid) == (shown.href, shown.uid)
    assert b"Bens new" in now.octets


def test_where_a_hidden_line_stands_and_how_groups_are_numbered_tells_nothing(
    twins: tuple[Home, Home],
) -> None:
    full, bare = twins
    labelled = ("item1.TEL:+49 30 23125 101", "item1.X-ABLABEL:boat")
    hidden = ("item2.X-ABRELATEDNAMES:Otto", "item2.X-ABLABEL:affair", "NOTE:secret")
    last = ("item3.URL:https://example.org", "item3.X-ABLABEL:page")
    rest = ("item2.URL:https://example.org", "item2.X-ABLABEL:page")
    with drawn_from("step"):
        full.put(
            "ben", "scheidung.vcf", a_card("account-1", "Eva Stein", *labelled, *hidden, *last)
        )
    with drawn_from("step"):
        bare.put("ben", "b.vcf", a_card("uid-2", "Eva Stein", *rest, *labelled))
    assert told(full, "anna") == told(bare, "anna")


def test_a_save_of_what_only_its_keeper_sees_moves_no_number_and_no_time(
    twins: tuple[Home, Home],
) -> None:
    full, bare = twins
    both(twins, lambda home: home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE)))
    noted = a_card("ub", "Eva Stein", PHONE, "NOTE:a long note of many words")
    full.put("ben", "b.vcf", noted)
    full.put("ben", "p.vcf", a_card("up", "Private Person", "CLASS:PRIVATE", PHONE))
    both(twins, cycle)
    assert told(full, "anna") == told(bare, "anna")


def test_a_cycle_after_a_private_change_announces_nothing_to_others(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    before = [told(home, who) for who in ("anna", "carl")]
    home.put("ben", "p.vcf", a_card("up", "Eva Stein", "CLASS:PRIVATE", PHONE, MAIL))
    cycle(home)
    assert [told(home, who) for who in ("anna", "carl")] == before


@pytest.mark.parametrize("role", ["child", "guest"])
def test_children_and_guests_see_nobody_before_somebody_says_so(home: Home, role: str) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "mia", name="Mia", role=role, shares="all")
    assert home.entries("mia") == []
    share(home, "anna", "mia", "all")
    assert len(home.entries("mia")) == 1


def test_a_new_member_sees_what_each_shows_and_no_more(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben", shares="none")
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "carl", name="Carl", shares="none")
    assert home.entries("carl") == []
    assert home.verify() == ()
    home.db.close()


def test_un_sharing_and_deleting_leave_an_author_who_saw_the_name_alone_the_same(
    twins: tuple[Home, Home],
) -> None:
    both(twins, lambda home: home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE)))
    both(twins, lambda home: share(home, "ben", "anna", "name"))
    both(twins, lambda home: types(home, "anna", MAIL))
    hidden, deleted = twins
    with drawn_from("end"):
        share(hidden, "ben", "anna", "none")
    with drawn_from("end"):
        deleted.delete("ben", "b.vcf")
    kept = [home.entries("anna")[0] for home in twins]
    assert kept[0].octets == kept[1].octets
    assert (kept[0].href, kept[0].uid, kept[0].seq) == (kept[1].href, kept[1].uid, kept[1].seq)
    assert b"eva@example.org" in kept[0].octets
    assert b"23125" not in kept[0].octets


def test_a_private_card_that_fits_makes_no_link_and_no_question_for_others(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    card = card_of(home, "ben", "b.vcf")
    with home.db.write(Actor("visibility", "ben")) as tx:
        set_visibility(tx, card, "private")
    cycle(home)
    before = told(home, "anna")
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, MAIL))
    cycle(home)
    assert told(home, "anna") == before


def test_a_claim_of_an_unseen_card_decides_nothing_for_others(home: Home) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    cycle(home)
    card = card_of(home, "ben", "b.vcf")
    show_to_named(home, card, "anna")
    before = told(home, "carl")
    with home.db.write(Actor("own", "ben")) as tx:
        say_claim(tx, card, "ben", "mine", None)
        refresh(tx, (card,))
    cycle(home)
    assert told(home, "carl") == before
