"""The models of clients do what the programs do, and each comes to rest with the server's text."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cases import open_cases
from server.contacts.card import parse
from server.contacts.properties import properties
from server.cycle import run_cycle
from tests.clients.models.apple import Apple
from tests.clients.models.book import Model
from tests.clients.models.davx5 import Davx5, Davx5Categories
from tests.clients.models.evolution import Evolution
from tests.clients.models.household import CLIENTS, DavHome
from tests.clients.models.texts import adding, replacing, unfolded, without
from tests.clients.models.thunderbird import Thunderbird
from tests.clients.models.vdirsyncer import Vdirsyncer

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"
LONG = "NOTE:" + "käse\\, brot; milch " * 12

each_client = pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[DavHome]:
    """Anna and Ben, who show each other everything at once; views are right at the end."""
    made = DavHome(tmp_path, "anna", "ben")
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


def says(text: bytes) -> list[tuple[object, ...]]:
    return sorted(each.canonical for each in properties(parse(text), region="DE"))


def holds_what_is_served(home: DavHome, model: Model) -> bool:
    """Every card once, under its name, saying the same."""
    there = home.book_of(model)
    assert sorted(row.href for row in model.rows) == sorted(there)
    assert all(says(row.text) == says(there[row.href]) for row in model.rows)
    return not model.is_waiting


@each_client
def test_what_is_typed_on_one_device_comes_to_the_other(home: DavHome, kind: type[Model]) -> None:
    one, other = home.model(kind, "anna", "one"), home.model(kind, "anna", "other")
    row = one.add("Eva Stein", PHONE, LONG)
    home.sync_until_quiet(one, other)
    one.edit(row, adding(MAIL))
    home.sync_until_quiet(one, other)
    assert says(other.find("eva@example.org").text) == says(row.text)
    one.delete(row)
    home.sync_until_quiet(one, other)
    assert one.rows == other.rows == []


@each_client
def test_an_edit_of_anothers_card_stays_on_the_device(home: DavHome, kind: type[Model]) -> None:
    phone, ben = home.model(Davx5, "anna", "other"), home.model(kind, "ben", "one")
    phone.add("Eva Stein", PHONE, "BDAY:1980-02-29", "TITLE:Dr")
    home.sync_until_quiet(phone, ben)
    row = ben.find("Eva Stein")
    ben.edit(row, adding(MAIL))
    home.sync_until_quiet(phone, ben)
    assert "EMAIL" in ben.find("eva@example.org").text.decode()
    assert holds_what_is_served(home, ben)
    assert b"EMAIL" not in phone.rows[0].text


@each_client
def test_an_echo_of_anothers_card_starts_nothing(home: DavHome, kind: type[Model]) -> None:
    """Apps write cards back that nobody edited; what they make of the text is no edit."""
    phone, ben = home.model(Davx5, "anna", "other"), home.model(kind, "ben", "one")
    phone.add(
        "Eva Stein",
        PHONE,
        "item1.TEL:030 23125 102",
        "item1.X-ABLabel:Kanzlei",
        "ORG:Bakery",
        "ROLE:Baker",
    )
    home.sync_until_quiet(phone, ben)
    before = says(ben.rows[0].text)
    ben.edit(ben.rows[0], lambda lines: lines)
    home.sync_until_quiet(phone, ben)
    after = [each for each in says(ben.rows[0].text) if each[0] != "X-EVOLUTION-FILE-AS"]
    assert after == before
    assert open_cases(home.db, "anna") == ()


@each_client
def test_a_repeated_edit_is_there_once(home: DavHome, kind: type[Model]) -> None:
    """The answer was lost, so the device sends it again."""
    one, other = home.model(kind, "anna", "one"), home.model(kind, "anna", "other")
    row = one.add("Eva Stein", PHONE)
    home.sync_until_quiet(one, other)
    one.edit(row, adding(MAIL))
    one.wire.losing = 1
    assert not one.sync()
    assert one.is_waiting
    home.sync_until_quiet(one, other)
    run_cycle(home.db, kind="quick")
    home.sync_until_quiet(one, other)
    assert holds_what_is_served(home, one)
    assert other.find("eva@example.org").text.count(b"eva@example.org") == 1


@each_client
def test_a_repeated_new_card_is_there_once(home: DavHome, kind: type[Model]) -> None:
    one = home.model(kind, "anna", "one")
    one.add("Eva Stein", PHONE)
    one.wire.losing = 1
    assert not one.sync()
    home.sync_until_quiet(one)
    run_cycle(home.db, kind="quick")
    home.sync_until_quiet(one)
    assert holds_what_is_served(home, one)
    assert len(one.rows) == 1


def test_a_repeated_new_card_of_davx5_undoes_nothing_that_came_between(home: DavHome) -> None:
    """It hears of no answer, another device changes the card, it sends the new card again."""
    one, other = home.model(Davx5, "anna", "one"), home.model(Davx5, "anna", "other")
    row = one.add("Eva Stein", PHONE, MAIL)
    one.wire.losing = 1
    assert not one.sync()
    assert other.sync()
    other.edit(other.rows[0], without(MAIL))
    assert other.sync()
    one.edit(row, adding("URL:https://example.org/"))
    home.sync_until_quiet(one, other)
    assert len(one.rows) == 1
    assert holds_what_is_served(home, one)
    assert b"https://example.org/" in other.rows[0].text
    assert b"eva@example.org" not in other.rows[0].text


def test_another_device_makes_no_card_anew_where_there_is_one(home: DavHome) -> None:
    """RFC 9110 section 13.1.2: the exception is for who made the card, and hears no answer."""
    one, other = home.model(Davx5, "anna", "one"), home.model(Davx5, "anna", "other")
    one.add("Eva Stein", PHONE, uid="u")
    other.add("Eva Stein", MAIL, uid="u")
    assert one.sync()
    assert other.sync()
    assert [each.status for each in other.wire.log] == [412]


@each_client
def test_a_repeated_deletion_is_nothing(home: DavHome, kind: type[Model]) -> None:
    one = home.model(kind, "anna", "one")
    row = one.add("Eva Stein", PHONE)
    home.sync_until_quiet(one)
    one.delete(row)
    one.wire.losing = 1
    assert not one.sync()
    home.sync_until_quiet(one)
    assert holds_what_is_served(home, one)
    assert one.rows == []


@each_client
def test_two_devices_that_edit_at_once_both_come_to_rest(home: DavHome, kind: type[Model]) -> None:
    one, other = home.model(kind, "anna", "one"), home.model(Davx5, "anna", "other")
    row = one.add("Eva Stein", PHONE)
    home.sync_until_quiet(one, other)
    one.edit(row, adding(MAIL))
    other.edit(other.rows[0], adding("URL:https://example.org/"))
    assert other.sync()
    assert one.sync()
    run_cycle(home.db, kind="quick")
    home.sync_until_quiet(one, other)
    assert holds_what_is_served(home, one)
    assert holds_what_is_served(home, other)
    if kind is Vdirsyncer:  # "b wins": it never sends what met a change on the server
        assert b"eva@example.org" in one.lost[0]
    else:
        assert "eva@example.org" in other.rows[0].text.decode()
    if kind in (Davx5, Apple, Vdirsyncer):
        assert "https://example.org/" in other.rows[0].text.decode()


def test_davx5_in_categories_mode_writes_every_member_of_a_renamed_group(home: DavHome) -> None:
    phone = home.model(Davx5Categories, "anna", "one")
    assert isinstance(phone, Davx5Categories)
    for number in range(3):
        phone.add(f"Eva {number}", "CATEGORIES:Friends")
    assert phone.sync()
    phone.rename_category("Friends", "Kin")
    assert sum(row.changed for row in phone.rows) == 3
    home.sync_until_quiet(phone)
    assert holds_what_is_served(home, phone)


def test_thunderbird_starts_anew_where_the_server_does_not_know_its_token(home: DavHome) -> None:
    client = home.model(Thunderbird, "anna", "one")
    assert isinstance(client, Thunderbird)
    client.add("Eva Stein", PHONE)
    home.sync_until_quiet(client)
    client.token = "data:,made-up/1"
    home.sync_until_quiet(client)
    assert not client.is_locked_out
    assert holds_what_is_served(home, client)


def test_vdirsyncer_uploads_anew_what_is_gone_and_was_changed(home: DavHome) -> None:
    phone, laptop = home.model(Davx5, "anna", "other"), home.model(Vdirsyncer, "anna", "one")
    phone.add("Eva Stein", PHONE)
    home.sync_until_quiet(phone, laptop)
    phone.delete(phone.rows[0])
    assert phone.sync()
    laptop.edit(laptop.rows[0], adding(MAIL))
    home.sync_until_quiet(phone, laptop)
    assert "eva@example.org" in phone.rows[0].text.decode()
    assert holds_what_is_served(home, laptop)


def test_apple_drops_what_it_has_no_field_for(home: DavHome) -> None:
    phone, laptop = home.model(Apple, "anna", "one"), home.model(Evolution, "anna", "other")
    laptop.add("Eva Stein", PHONE, "X-ODD:1", "item7.TEL:1", "item7.X-ABLabel:x", "item3.URL:u")
    home.sync_until_quiet(phone, laptop)
    phone.edit(phone.rows[0], replacing(PHONE, "TEL;TYPE=CELL:+49 30 23125 102"))
    assert "X-ODD:1" not in unfolded(phone.rows[0].text)
    assert "item1.TEL;type=VOICE:1" in unfolded(phone.rows[0].text)
    phone.edit(phone.rows[0], without("item1.TEL;type=VOICE:1"))
    assert "item1.X-ABLabel:x" not in unfolded(phone.rows[0].text)
