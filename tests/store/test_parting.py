"""A card that is somebody else leaves its person for good, and the others stay one person."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.cases import open_cases
from server.cases.decisions import part
from server.cases.replaying import restore
from server.cases.undoing import undo_mark, undo_marked
from server.cycle import run_cycle
from server.errors import NotFound, UsageError
from server.store.backup import backup
from server.store.cards import cards_with_uid
from server.store.database import Actor
from server.store.decisions import decisions_of, take_back
from server.store.linking import link_cards
from server.store.sharing import add_member
from server.store.views import refresh, visible_person
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three members whose cards of Eva are one person through Ben's."""
    made = Home(tmp_path / "data", "anna", "ben", "carl")
    backup(made.db, tmp_path / "empty.db")
    made.put("anna", "a.vcf", a_card("a", "Eva Stein", "EMAIL:one@example.org"))
    made.put("ben", "b.vcf", a_card("b", "E. Stein", "EMAIL:two@example.org"))
    made.put("carl", "c.vcf", a_card("c", "Eva", "EMAIL:three@example.org"))
    run_cycle(made.db, kind="command", releasing=True)
    join(made, "ab", "bc")
    yield made
    assert made.verify() == ()
    made.db.close()


def join(home: Home, *pairs: str) -> None:
    """Link cards as a member does who says that they are one person."""
    for pair in pairs:
        with home.db.write(Actor("decide", "ben")) as tx:
            ids = {each: card(home, each, tx) for each in pair}
            link_cards(tx, (ids[pair[0]], ids[pair[1]]), "same", member="ben")
            refresh(tx, ids.values())
    run_cycle(home.db, kind="command", releasing=True)


def card(home: Home, uid: str, tx: object = None) -> str:
    who = {"a": "anna", "b": "ben", "c": "carl"}[uid[0]]
    if tx is not None:
        return cards_with_uid(tx, who, uid)[0].id  # type: ignore[arg-type]  # a transaction
    with home.db.read() as reading:
        return cards_with_uid(reading, who, uid)[0].id


def person(home: Home, who: str, uid: str) -> str:
    """Whose cards are one person with this one, for a member, by their UIDs."""
    ids = {card(home, each): each for each in "abc"}
    with home.db.read() as tx:
        found = visible_person(tx, who, card(home, uid, tx))
        assert found is not None
        return "".join(sorted(ids[each] for each in found.cards))


def test_an_own_card_leaves_and_the_others_stay_together(home: Home) -> None:
    assert person(home, "anna", "a") == "abc"
    said = part(home.db, "ben", card(home, "b"))
    assert said == "E. Stein: somebody else now. What was copied stays."
    for who in ("anna", "ben", "carl"):
        assert person(home, who, "b") == "b"
        assert person(home, who, "a") == "ac"
    run_cycle(home.db, kind="command", releasing=True)
    assert person(home, "anna", "a") == "ac"
    assert open_cases(home.db, None, fresh=True) == ()


def test_somebody_elses_card_is_taken_out_of_ones_own_person(home: Home) -> None:
    part(home.db, "anna", card(home, "c"))
    assert person(home, "anna", "a") == "ab"
    assert person(home, "carl", "c") == "c"


def test_one_tap_takes_it_back_exactly(home: Home) -> None:
    part(home.db, "ben", card(home, "b"))
    undo_marked(home.db, undo_mark(home.db, "ben"), member="ben")
    for who in ("anna", "ben", "carl"):
        assert person(home, who, "b") == "abc"
    with home.db.read() as tx:
        standing = [each for each in decisions_of(tx, "ben") if each.verdict == "apart"]
    assert standing == []
    run_cycle(home.db, kind="command", releasing=True)
    assert person(home, "anna", "a") == "abc"


def test_it_outlives_a_new_card_and_the_same_number(home: Home) -> None:
    part(home.db, "ben", card(home, "b"))
    home.put("anna", "a.vcf", a_card("a", "E. Stein", "EMAIL:two@example.org", PHONE))
    home.put("ben", "b.vcf", a_card("b", "E. Stein", "EMAIL:two@example.org", PHONE))
    run_cycle(home.db, kind="command", releasing=True)
    assert person(home, "anna", "a") == "ac"


def test_who_keeps_none_of_them_or_only_reads_says_nothing(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "dora", name="Dora", shares="all")
        add_member(tx, "gast", name="Gast", shares="none", role="guest")
    wanted = card(home, "b")
    with pytest.raises(UsageError, match="Only who keeps"):
        part(home.db, "dora", wanted)
    with pytest.raises(UsageError, match="guest"):
        part(home.db, "gast", wanted)
    with pytest.raises(NotFound):
        part(home.db, "anna", "f" * 32)
    home.add_device("dora", "phone")
    home.put("dora", "d.vcf", a_card("d", "Dora Alone"))
    with home.db.read() as tx:
        (alone,) = cards_with_uid(tx, "dora", "d")
    with pytest.raises(UsageError, match="stands alone"):
        part(home.db, "dora", alone.id)


def test_a_private_card_of_the_person_is_left_where_it_is(home: Home) -> None:
    """Anna knows nothing of Ben's private card, and says nothing of it (R1)."""
    body = a_card("b2", "Eva Stein", "EMAIL:secret@example.org", "CLASS:PRIVATE")
    home.put("ben", "b2.vcf", body)
    with home.db.write(Actor("decide", "ben")) as tx:
        pair = (card(home, "b2", tx), card(home, "a", tx))
        link_cards(tx, pair, "same", scope="ben", member="ben")
        refresh(tx, pair)
    part(home.db, "anna", card(home, "a"))
    with home.db.read() as tx:
        found = visible_person(tx, "ben", card(home, "b2", tx))
        assert found is not None
        assert card(home, "a", tx) in found.cards
    assert person(home, "anna", "b") == "bc"


def test_a_card_that_became_a_group_leaves_its_person(home: Home) -> None:
    """It takes no part any more, and is still linked."""
    body = a_card("b", "E. Stein", "X-ADDRESSBOOKSERVER-KIND:group")
    home.put("ben", "b.vcf", body, if_match="*")
    with suppress(UsageError):
        part(home.db, "ben", card(home, "b"))
    assert open_cases(home.db, "ben") == open_cases(home.db, "ben", fresh=True)


def test_a_restore_parts_them_again(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "linked.db"
    backup(home.db, copy)
    home.clock.pass_seconds(60)
    part(home.db, "ben", card(home, "b"))
    home.clock.pass_seconds(60)
    done = restore(home.db.folder, copy)
    assert done.problems == ()
    assert person(home, "anna", "a") == "ac"


def test_a_restore_takes_a_decision_back_again(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "linked.db"
    backup(home.db, copy)
    home.clock.pass_seconds(60)
    with home.db.write(Actor("decide", "anna")) as tx:
        pair = {card(home, "a", tx), card(home, "b", tx)}
        said = next(each for each in decisions_of(tx, "anna") if set(each.cards) == pair)
        take_back(tx, "anna", said.id)
    assert person(home, "anna", "a") == "a"
    home.clock.pass_seconds(60)
    assert restore(home.db.folder, copy).problems == ()
    assert person(home, "anna", "a") == "a"
