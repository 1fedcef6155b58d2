"""A restore lets nobody in again who was shut out, and shows nothing again that was taken back."""

from pathlib import Path

import pytest

from server.cases import decide, open_cases
from server.cycle import run_cycle
from server.store.backup import Restored, backup, restore
from server.store.cards import cards_with_uid, claims_of
from server.store.database import Actor
from server.store.devices import authenticate, revoke_device
from server.store.linking import say_claim
from server.store.members import password_hash, set_password_hash
from server.store.sessions import (
    create_session,
    create_setup_link,
    peek_setup_link,
    session_member,
)
from server.store.sharing import (
    add_member,
    set_member,
    set_share,
    set_value_visibility,
    set_visibility,
)
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Anna, who has a tablet, too, and Ben, who sees her Eva; and a backup of that."""
    made = Home(tmp_path / "data", "anna", "ben")
    made.add_device("anna", "tablet")
    made.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE))
    with made.db.write(Actor("password")) as tx:
        set_password_hash(tx, "anna", "old")
    backup(made.db, tmp_path / "copy.db")
    return made


def restored(home: Home, *, exactly: bool = False) -> Restored:
    """Restore the backup of the beginning."""
    return restore(home.db.folder, home.db.folder.parent / "copy.db", exactly=exactly)


def can_sign_in(home: Home, login: str) -> bool:
    """Whether a device's password still opens anything."""
    with home.db.read() as tx:
        return authenticate(tx, login, home.passwords[login]) is not None


def names(home: Home, who: str) -> set[str]:
    """The names in a member's view."""
    return {each.octets.split(b"FN:")[1].split(b"\r\n")[0].decode() for each in home.entries(who)}


def revoke(home: Home, who: str, label: str) -> None:
    """Take a device's password away."""
    with home.db.write(Actor("device")) as tx:
        revoke_device(tx, who, label)


exactly_or_not = pytest.mark.parametrize("exactly", [False, True])


@exactly_or_not
def test_a_revoked_device_stays_revoked(home: Home, *, exactly: bool) -> None:
    revoke(home, "anna", "tablet")
    restored(home, exactly=exactly)
    assert not can_sign_in(home, "anna+tablet")
    assert can_sign_in(home, "anna+phone")


@exactly_or_not
def test_a_changed_password_stays_changed(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("password", "anna")) as tx:
        set_password_hash(tx, "anna", "new")
    restored(home, exactly=exactly)
    with home.db.read() as tx:
        assert password_hash(tx, "anna") == "new"


@exactly_or_not
def test_nobody_is_signed_in_and_no_setup_link_works(
    home: Home, tmp_path: Path, *, exactly: bool
) -> None:
    """Who signed out and which link was used since the backup is not known."""
    with home.db.write(Actor("session", "anna")) as tx:
        token = create_session(tx, "anna", seconds=10**9)
        link = create_setup_link(tx, "anna", seconds=10**9)
    backup(home.db, tmp_path / "later.db")
    restore(home.db.folder, tmp_path / "later.db", exactly=exactly)
    with home.db.read() as tx:
        assert session_member(tx, token) is None
        assert peek_setup_link(tx, link) is None


@exactly_or_not
def test_a_narrower_share_stays_narrower(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "none")
    restored(home, exactly=exactly)
    assert names(home, "ben") == set()
    assert home.verify() == ()


@exactly_or_not
def test_who_shows_everybody_less_goes_on_showing_less(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "anna", shares="none")
    restored(home, exactly=exactly)
    assert names(home, "ben") == set()


@exactly_or_not
def test_a_card_made_private_by_hand_stays_private(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, "private")
    restored(home, exactly=exactly)
    assert (names(home, "anna"), names(home, "ben")) == ({"Eva Stein"}, set())


@exactly_or_not
def test_a_card_made_private_by_a_phone_stays_private(home: Home, *, exactly: bool) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    restored(home, exactly=exactly)
    assert (names(home, "anna"), names(home, "ben")) == ({"Eva Stein"}, set())


@exactly_or_not
def test_a_limit_on_one_value_does_not_show_a_card_again_that_a_phone_made_private(
    home: Home, *, exactly: bool
) -> None:
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "CLASS:PRIVATE"))
    with home.db.write(Actor("card", "anna")) as tx:
        row = cards_with_uid(tx, "anna", "ua")[0]
        set_value_visibility(tx, row.id, ("TEL", "+493023125101"), "shared", ())
    restored(home, exactly=exactly)
    assert names(home, "ben") == set()


def test_what_was_shared_again_since_is_shared(home: Home) -> None:
    """An exact restore gives up the last word only where it takes something away."""
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "none")
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "all")
    restored(home, exactly=True)
    assert names(home, "ben") == {"Eva Stein"}


def test_what_was_widened_since_is_given_up_by_an_exact_restore(home: Home, tmp_path: Path) -> None:
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "none")
    backup(home.db, tmp_path / "narrow.db")
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "ben", "all")
    restore(home.db.folder, tmp_path / "narrow.db", exactly=True)
    assert names(home, "ben") == set()


def test_what_an_exact_restore_left_shut_stays_shut_at_the_next_one(home: Home) -> None:
    revoke(home, "anna", "tablet")
    home.put("anna", "b.vcf", a_card("ub", "Jan Vermeer"))
    restored(home, exactly=True)
    restored(home)
    assert not can_sign_in(home, "anna+tablet")
    assert names(home, "anna") == {"Eva Stein"}


def test_a_device_set_up_since_works_with_its_password_and_what_it_sent_is_back(home: Home) -> None:
    home.add_device("ben", "laptop")
    home.put("ben+laptop", "b.vcf", a_card("ub", "Jan Vermeer"))
    assert restored(home).account.left == ()
    assert can_sign_in(home, "ben+laptop")
    assert "Jan Vermeer" in names(home, "ben")


def test_a_device_set_up_anew_under_its_name_works_and_the_old_password_does_not(
    home: Home,
) -> None:
    old = home.passwords["anna+tablet"]
    revoke(home, "anna", "tablet")
    home.add_device("anna", "tablet")
    restored(home)
    assert can_sign_in(home, "anna+tablet")
    with home.db.read() as tx:
        assert authenticate(tx, "anna", old) is None


def test_a_member_who_joined_since_is_back_with_all_their_cards(home: Home) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "mia", name="Mia", shares="name", role="child")
    home.add_device("mia", "phone")
    home.put("mia", "m.vcf", a_card("um", "Ada Byron"))
    with home.db.write(Actor("share")) as tx:
        set_share(tx, "anna", "mia", "all")
    before = names(home, "mia")
    assert restored(home).account.left == ()
    assert names(home, "mia") == before == {"Ada Byron", "Eva Stein"}
    assert home.verify() == ()


def test_whose_somebody_is_said_to_be_since_is_said_again(home: Home) -> None:
    home.put("ben", "b.vcf", a_card("ub", "Jan Vermeer"))
    with home.db.write(Actor("own", "ben")) as tx:
        for uid, keeper in (("ua", "anna"), ("ub", "ben")):
            say_claim(tx, cards_with_uid(tx, keeper, uid)[0].id, "ben", "mine", None)
    account = restored(home).account
    assert (account.left, account.others) == ((), ())
    with home.db.read() as tx:
        for uid, keeper in (("ua", "anna"), ("ub", "ben")):
            (claim,) = claims_of(tx, cards_with_uid(tx, keeper, uid)[0].id)
            assert (claim.member, claim.says) == ("ben", "mine")
    assert home.verify() == ()


def test_who_cannot_ask_counts_what_was_answered(home: Home) -> None:
    """The store alone knows no questions."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein", PHONE, "TITLE:Prof"))
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE, "TITLE:Dr"))
    run_cycle(home.db, kind="command", releasing=True)
    (case,) = open_cases(home.db, "ben")
    decide(home.db, case.id, "anna", member="ben")
    account = restored(home).account
    assert account.others == (("decide", 1),)
    assert account.left == ()


def test_the_journal_has_no_password(home: Home) -> None:
    """Only digests, as the database has them."""
    octets = b"".join(path.read_bytes() for path in home.db.journal.paths())
    assert [each for each in home.passwords.values() if each.encode() in octets] == []


@exactly_or_not
def test_a_card_for_named_members_stays_theirs(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("member")) as tx:
        add_member(tx, "carl", name="Carl", shares="all")
    with home.db.write(Actor("card", "anna")) as tx:
        set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, "members", named=("carl",))
    entry = home.get("anna", "a.vcf")
    assert entry is not None
    home.put("anna", "a.vcf", entry.octets.replace(b"101", b"102"))
    restored(home, exactly=exactly)
    assert names(home, "anna") == {"Eva Stein"}
    assert names(home, "ben") == set()


@exactly_or_not
def test_a_private_value_stays_private(home: Home, *, exactly: bool) -> None:
    with home.db.write(Actor("card", "anna")) as tx:
        card = cards_with_uid(tx, "anna", "ua")[0].id
        set_value_visibility(tx, card, ("TEL", "+493023125101"), "private", ())
    restored(home, exactly=exactly)
    assert b"TEL" not in home.entry("ben", "Eva Stein").octets


def test_a_limit_that_ended_before_an_exact_restore_is_not_set_again(home: Home) -> None:
    for visibility in ("private", "shared"):
        with home.db.write(Actor("card", "anna")) as tx:
            set_visibility(tx, cards_with_uid(tx, "anna", "ua")[0].id, visibility)
    restored(home, exactly=True)
    assert names(home, "ben") == {"Eva Stein"}
