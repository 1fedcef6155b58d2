"""Groups belong to their member: what a device cannot show it cannot remove, and they name whoever stands there (R5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle, trial
from server.store.books import record_served
from server.store.database import Actor
from server.store.linking import link_cards
from server.store.undoing import undo_act
from server.store.views import refresh
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
EVA = a_card("ua", "Eva Stein", PHONE)
OTTO = a_card("uo", "Otto Brandt", "TEL:+49 30 23125 102")
KIND = "X-ADDRESSBOOKSERVER-KIND:group"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna and Ben, who show each other everything; views are right at the end."""
    made = Home(tmp_path, "anna", "ben")
    yield made
    assert made.verify() == ()
    made.db.close()


def a_group(name: str, *uids: str, version: str = "3.0") -> bytes:
    """A group card as Apple writes it, in 4.0 as the standard says."""
    prefix, kind = ("", "KIND:group") if version == "4.0" else ("X-ADDRESSBOOKSERVER-", KIND)
    lines = (f"{prefix}MEMBER:urn:uuid:{uid}" for uid in uids)
    return a_card("ug", name, kind, *lines, version=version)


def text(home: Home, who: str, href: str) -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def members(home: Home, who: str = "anna", href: str = "g.vcf") -> list[str]:
    """The UIDs that a group names, in its order."""
    return [
        line.partition(b"urn:uuid:")[2].decode()
        for line in text(home, who, href).split(b"\r\n")
        if b"MEMBER" in line
    ]


def shows(home: Home, login: str, *hrefs: str) -> None:
    """A device fetches some cards, as a multiget does."""
    who, device = home.device(login)
    with home.db.read() as tx:
        book = home.book(tx, who)
        rows = [
            tx.connection.execute(
                "SELECT id, seq FROM slot WHERE book = ? AND href = ?", (book.id, href)
            ).fetchone()
            for href in hrefs
        ]
    record_served(home.db, device.id, [(row[0], row[1], "3.0") for row in rows])


def tag(home: Home, who: str, href: str) -> str:
    entry = home.get(who, href)
    assert entry is not None
    return home.etag(who, entry)


def cycle(home: Home) -> int:
    run_cycle(home.db, kind="command", releasing=True)
    assert trial(home.db)[0].operations == ()
    with home.db.read() as tx:
        return int(tx.connection.execute("SELECT max(id) FROM act").fetchone()[0])


def test_a_group_is_seen_by_nobody_else(home: Home) -> None:
    before = home.sequence("ben")
    assert home.put("anna", "g.vcf", a_group("Family", "ua")).etag
    assert home.entries("ben") == []
    assert home.sequence("ben") == before


def test_a_group_is_kept_octet_for_octet(home: Home) -> None:
    body = a_group("Family", "ua", "nobody-here")
    assert home.put("anna", "g.vcf", body).etag
    assert text(home, "anna", "g.vcf") == body


def test_a_device_that_saw_a_member_can_remove_it(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo"))
    body = a_group("Family", "uo")
    answer = home.put("anna", "g.vcf", body, if_match=tag(home, "anna", "g.vcf"))
    assert (answer.status, answer.etag) == (204, tag(home, "anna", "g.vcf"))
    assert text(home, "anna", "g.vcf") == body


def test_a_member_that_a_device_never_saw_stays_and_is_announced_again(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo"))
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", "o.vcf")
    before = tag(home, "anna", "g.vcf")
    answer = home.put("anna+tablet", "g.vcf", a_group("Family", "uo"), if_match=before)
    assert (answer.status, answer.etag) == (204, "")
    assert sorted(members(home)) == ["ua", "uo"]
    assert tag(home, "anna", "g.vcf") != before


def test_a_member_added_after_the_version_that_a_device_had_stays(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua"))
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", "e.vcf", "o.vcf")
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo"), if_match=tag(home, "anna", "g.vcf"))
    assert home.put("anna+tablet", "g.vcf", a_group("Friends", "ua")).etag == ""
    assert sorted(members(home)) == ["ua", "uo"]
    assert b"FN:Friends" in text(home, "anna", "g.vcf")


def test_a_member_of_whom_nothing_is_known_here_stays(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "g.vcf", a_group("Family", "ua", "elsewhere"))
    home.put("anna", "g.vcf", a_group("Family", "ua"), if_match=tag(home, "anna", "g.vcf"))
    assert sorted(members(home)) == ["elsewhere", "ua"]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_group_saved_as_a_contact_stays_a_group_with_its_members(
    home: Home, version: str
) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "g.vcf", a_group("Family", "ua", version=version))
    written_back = a_card("ug", "Family", "TEL:+49 30 23125 103")
    answer = home.put("anna", "g.vcf", written_back, if_match=tag(home, "anna", "g.vcf"))
    assert (answer.status, answer.etag) == (204, "")
    assert members(home) == ["ua"]
    assert b"KIND:group" in text(home, "anna", "g.vcf")
    assert b"23125 103" in text(home, "anna", "g.vcf")
    assert home.entries("ben") == home.entries("ben")[:1]


def test_a_group_in_4_keeps_a_member_that_a_device_in_3_never_saw(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo", version="4.0"))
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", "o.vcf")
    body = a_group("Family", "uo", "new-one")
    home.put("anna+tablet", "g.vcf", body, if_match=tag(home, "anna", "g.vcf"))
    assert sorted(members(home)) == ["new-one", "ua", "uo"]


def test_a_late_group_removes_only_what_its_device_had_seen(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo"))
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", "o.vcf")
    had = tag(home, "anna", "g.vcf")
    home.put("anna", "g.vcf", a_group("Friends", "ua", "uo"), if_match=had)
    home.put("anna+tablet", "g.vcf", a_group("Family", "uo"))  # the names it can send, as before
    assert home.put("anna+tablet", "g.vcf", a_group("Family"), if_match=had).status == 412
    cycle(home)
    assert members(home) == ["ua"]


def test_deleting_a_member_and_bringing_it_back_leaves_the_group_as_it_was(home: Home) -> None:
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "o.vcf", OTTO)
    home.put("anna", "g.vcf", a_group("Family", "ua", "uo"))
    home.delete("anna", "e.vcf")
    # The phone cannot show whom it deleted, and writes the group without them.
    home.put("anna", "g.vcf", a_group("Friends", "uo"), if_match=tag(home, "anna", "g.vcf"))
    home.put("anna", "e.vcf", EVA, if_none_match="*")
    assert sorted(members(home)) == ["ua", "uo"]
    assert b"FN:Friends" in text(home, "anna", "g.vcf")


def shown_of_ben(home: Home) -> tuple[str, str]:
    """Ben's Eva in Anna's view: href and UID."""
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    entry = home.entry("anna", "Eva")
    return entry.href, entry.uid


def test_when_two_become_one_the_group_names_the_survivor(home: Home) -> None:
    _, uid = shown_of_ben(home)
    body = a_group("Family", uid, "elsewhere")
    home.put("anna", "g.vcf", body)
    home.put("anna", "e.vcf", EVA)
    before = tag(home, "anna", "g.vcf")
    cycle(home)
    assert text(home, "anna", "g.vcf") == body.replace(uid.encode(), b"ua")
    assert tag(home, "anna", "g.vcf") != before


def test_a_group_in_4_names_the_survivor_too(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid, version="4.0"))
    home.put("anna", "e.vcf", EVA)
    cycle(home)
    assert members(home) == ["ua"]


def test_an_undone_link_gives_the_group_its_octets_back(home: Home) -> None:
    _, uid = shown_of_ben(home)
    body = a_group("Family", uid)
    home.put("anna", "g.vcf", body)
    home.put("anna", "e.vcf", EVA)
    act = cycle(home)
    with home.db.write(Actor("undo")) as tx:
        undo_act(tx, act)
    assert text(home, "anna", "g.vcf") == body


def part(home: Home) -> None:
    """Say that the two are different people."""
    from server.store.linking import end_links, link_cards

    with home.db.write(Actor("decide", "anna")) as tx:
        row = tx.connection.execute("SELECT card_a, card_b FROM link WHERE ended IS NULL")
        left, right = row.fetchone()
        end_links(tx, left, right)
        link_cards(tx, (left, right), "apart", member="anna")
        refresh(tx, (left, right))


def test_after_parting_the_group_names_whom_it_had_named(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid))
    home.put("anna", "e.vcf", EVA)
    cycle(home)
    part(home)
    assert members(home) == [uid]


def test_after_parting_a_group_that_named_both_names_both(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "g.vcf", a_group("Family", uid, "ua"))
    cycle(home)
    part(home)
    assert sorted(members(home)) == sorted([uid, "ua"])


def test_after_parting_a_member_that_was_chosen_since_stays(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "g.vcf", a_group("Family", uid))
    cycle(home)
    home.put("anna", "g.vcf", a_group("Family"), if_match=tag(home, "anna", "g.vcf"))
    home.put("anna", "g.vcf", a_group("Family", "ua"), if_match=tag(home, "anna", "g.vcf"))
    part(home)
    assert members(home) == ["ua"]


def test_removing_the_survivor_removes_the_person(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "e.vcf", EVA)
    home.put("anna", "g.vcf", a_group("Family", uid, "ua"))
    cycle(home)
    home.put("anna", "g.vcf", a_group("Family"), if_match=tag(home, "anna", "g.vcf"))
    assert members(home) == []


def test_a_device_that_still_knows_the_former_name_can_take_the_person_out(home: Home) -> None:
    href, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid, "elsewhere"))
    home.put("anna", "e.vcf", EVA)
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", href)
    cycle(home)
    assert members(home) == ["ua", "elsewhere"]
    home.put("anna+tablet", "g.vcf", a_group("Family", "elsewhere"))
    assert members(home) == ["elsewhere"]


def test_a_device_that_still_knows_the_former_name_keeps_the_person_in(home: Home) -> None:
    href, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid))
    home.put("anna", "e.vcf", EVA)
    home.add_device("anna", "tablet")
    shows(home, "anna+tablet", "g.vcf", href)
    cycle(home)
    home.put("anna+tablet", "g.vcf", a_group("Friends", uid))
    assert "ua" in members(home)
    assert b"FN:Friends" in text(home, "anna", "g.vcf")


def test_a_group_that_still_names_a_retired_card_names_the_survivor(home: Home) -> None:
    _, uid = shown_of_ben(home)
    home.put("anna", "e.vcf", EVA)
    cycle(home)
    assert home.put("anna", "g.vcf", a_group("Family", uid)).etag == ""
    assert members(home) == ["ua"]


def doubles(home: Home) -> dict[str, str]:
    """Ben's Eva in a group of Anna's, and two cards of Anna's own, of which the newer is called Eva first."""
    _, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid))
    home.put("anna", "old.vcf", a_card("u-old", "E. Stein"))
    home.put("anna", "new.vcf", a_card("u-new", "Eva S."))
    with home.db.read() as tx:
        query = "SELECT uid, id FROM card WHERE kind = 'person'"
        cards = dict(tx.connection.execute(query).fetchall())
    say(home, cards["ub"], cards["u-new"], "same")
    assert members(home) == ["u-new"]
    say(home, cards["ub"], cards["u-old"], "same")
    return cards | {"eva": uid}


def test_whom_a_group_names_stays_named_when_an_older_double_turns_up(home: Home) -> None:
    uid = doubles(home)["eva"]
    assert members(home) == ["u-new"]
    assert home.put("anna", "g.vcf", a_group("Family", uid, "u-old")).status < 300
    assert members(home) == ["u-new", "u-old"]


@pytest.mark.parametrize("first", ["u-old", "u-new"])
def test_a_group_names_who_is_left_of_a_person_from_whom_doubles_part(
    home: Home, first: str
) -> None:
    cards = doubles(home)
    other = "u-new" if first == "u-old" else "u-old"
    say(home, cards["ub"], cards[first], "apart")
    assert members(home) == [other]
    say(home, cards["ub"], cards[other], "apart")
    assert members(home) == [cards["eva"]]


def test_a_group_names_who_is_left_when_a_double_is_deleted(home: Home) -> None:
    doubles(home)
    home.delete("anna", "new.vcf")
    assert members(home) == ["u-old"]


def say(home: Home, left: str, right: str, verdict: str) -> None:
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (left, right), verdict, member="anna")
        refresh(tx, (left, right))


def test_a_person_hidden_and_shown_again_is_still_in_the_group(home: Home) -> None:
    href, uid = shown_of_ben(home)
    home.put("anna", "g.vcf", a_group("Family", uid))
    card = home.delete("anna", href)
    assert card.status == 204
    home.put("anna", "g.vcf", a_group("Friends"), if_match=tag(home, "anna", "g.vcf"))
    home.put("anna", href, a_card(uid, "Eva Stein", PHONE), if_none_match="*")
    assert home.get("anna", href) is not None
    assert members(home) == [uid]


def test_groups_do_not_count_towards_a_mass_of_new_cards(home: Home) -> None:
    for number in range(25):
        home.put("anna", f"g{number}.vcf", a_group("Family").replace(b"ug", b"ug%d" % number))
    home.put("anna", "e.vcf", EVA)
    assert len(home.entries("ben")) == 1
