"""`init`, `member`, `share`, `device`, `setup-link`, `config`: the household and its devices."""

import io
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Hearthbook


def test_a_new_household_is_private_to_its_user(hearthbook: Hearthbook, folder: Path) -> None:
    """Nobody else on the machine reads the database."""
    assert hearthbook("init", "--household", "Our home").status == 0
    assert (folder / "hearthbook.db").stat().st_mode & 0o077 == 0


def test_a_second_init_changes_nothing(household: Hearthbook) -> None:
    assert "already" in household("init").sentence
    assert household("member", "list").out.startswith("anna\tAnna\tadult\tall")


def test_a_household_speaks_a_language_that_there_is(hearthbook: Hearthbook, folder: Path) -> None:
    assert "choose from en, de" in hearthbook("init", "--language", "tlh").sentence
    assert not folder.exists()
    assert hearthbook("init", "--language", "de").status == 0


def test_an_unknown_region_is_refused(hearthbook: Hearthbook, folder: Path) -> None:
    assert "two letters" in hearthbook("init", "--region", "Germany").sentence
    assert "'XX' is no region" in hearthbook("init", "--region", "XX").sentence
    assert not folder.exists()


def test_a_household_is_called_something(hearthbook: Hearthbook, folder: Path) -> None:
    assert "a name" in hearthbook("init", "--household", " ").sentence
    assert not folder.exists()
    assert hearthbook("init").out.startswith("Our household lives in")


@pytest.mark.parametrize("words", [("member", "list"), ("stats",)])
def test_a_household_in_which_nobody_lives_says_so(
    hearthbook: Hearthbook, words: tuple[str, ...]
) -> None:
    hearthbook("init")
    said = hearthbook(*words)
    assert (said.status, said.out) == (0, "")
    assert "Nobody lives here yet" in said.err


@pytest.mark.parametrize("words", [("member",), ("device",), ("config",)])
def test_a_command_that_lacks_its_verb_is_helped(
    hearthbook: Hearthbook, household: Hearthbook, words: tuple[str, ...]
) -> None:
    said = household(*words)
    assert said.status == 2
    assert "\nCommands:\n" in said.err
    assert "See:" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("member", "list"),
        ("member", "add", "anna", "--name", "Anna", "--shares", "all"),
        ("device", "list"),
        ("share", "anna", "ben", "all"),
        ("export", "anna"),
        ("cases",),
        ("decide", "case", "same"),
        ("reconcile",),
        ("history",),
        ("verify",),
        ("show", "Ingrid"),
        ("own", "Ingrid", "claim", "anna"),
        ("setup-link", "anna"),
        ("serve",),
    ],
    ids=" ".join,
)
def test_without_a_household_every_command_says_how_to_make_one(
    hearthbook: Hearthbook, folder: Path, words: tuple[str, ...]
) -> None:
    sentence = hearthbook(*words).sentence
    assert f"hearthbook --data {folder} init" in sentence
    assert not folder.exists()


def test_members_are_listed_in_the_order_they_joined(household: Hearthbook) -> None:
    household("member", "add", "mia", "--name", "Mia", "--shares", "none", "--role", "child")
    lines = household("member", "list").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["anna", "ben", "mia"]
    assert lines[2] == "mia\tMia\tchild\tnone\tnone"


def test_what_a_member_shares_must_be_said(household: Hearthbook) -> None:
    result = household("member", "add", "mia", "--name", "Mia")
    assert "--shares" in result.sentence
    assert "hearthbook member add --help" in result.sentence


@pytest.mark.parametrize("name", ["Anna", "4ever", "an na", "ä", "a" * 33, "anna/x", "-a"])
def test_an_ill_formed_member_id_is_refused(household: Hearthbook, name: str) -> None:
    result = household("member", "add", "--name", "X", "--shares", "all", "--", name)
    assert "cannot be a member's id" in result.sentence


def test_a_member_id_is_taken_once(household: Hearthbook) -> None:
    result = household("member", "add", "anna", "--name", "Other", "--shares", "all")
    assert "already" in result.sentence


def test_a_member_can_be_changed(household: Hearthbook) -> None:
    assert household("member", "set", "ben", "--name", "Benjamin", "--shares", "name").status == 0
    assert household("member", "list").out.splitlines()[1].startswith("ben\tBenjamin\tadult\tname")


def test_changing_nothing_about_a_member_is_a_slip(household: Hearthbook) -> None:
    assert "Say what to change" in household("member", "set", "ben").sentence


@pytest.mark.parametrize(
    "words",
    [
        ("member", "set", "zoe", "--name", "Zoe"),
        ("share", "anna", "zoe", "all"),
        ("device", "add", "zoe", "--label", "phone"),
        ("device", "list", "zoe"),
        ("device", "revoke", "zoe", "phone"),
        ("export", "zoe"),
        ("setup-link", "zoe"),
    ],
    ids=" ".join,
)
def test_an_unknown_member_is_named_beside_those_who_are_known(
    household: Hearthbook, words: tuple[str, ...]
) -> None:
    sentence = household(*words).sentence
    assert "'zoe'" in sentence
    assert "anna, ben" in sentence


def test_a_share_level_is_one_of_three_words(household: Hearthbook) -> None:
    assert "'none', 'name', 'all'" in household("share", "anna", "ben", "some").sentence
    assert household("share", "anna", "ben", "name").status == 0


def test_a_new_device_prints_its_password_and_nothing_else(household: Hearthbook) -> None:
    result = household("device", "add", "anna", "--label", "iphone")
    assert result.status == 0
    assert len(result.out.split()) == 1
    assert len(result.out.strip()) >= 32
    assert "anna+iphone" in result.err


def test_a_given_secret_is_taken_and_not_repeated(
    household: Hearthbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, b"correct horse battery\n")
    result = household("device", "add", "anna", "--label", "laptop", "--secret-stdin")
    assert (result.status, result.out) == (0, "")


def test_a_short_secret_is_refused(household: Hearthbook, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"short\n")
    result = household("device", "add", "anna", "--label", "laptop", "--secret-stdin")
    assert "at least 16 characters" in result.sentence
    assert household("device", "list").out == ""


def test_a_label_is_used_once_until_it_is_revoked(household: Hearthbook) -> None:
    assert household("device", "add", "anna", "--label", "iphone").status == 0
    assert "'iphone' already" in household("device", "add", "anna", "--label", "iphone").sentence
    assert household("device", "add", "ben", "--label", "iphone").status == 0
    assert household("device", "revoke", "anna", "iphone").status == 0
    assert household("device", "add", "anna", "--label", "iphone").status == 0


def test_devices_are_listed_with_what_they_may(household: Hearthbook) -> None:
    household("device", "add", "anna", "--label", "frame", "--read-only")
    household("device", "add", "ben", "--label", "phone")
    lines = household("device", "list").out.splitlines()
    assert lines == ["anna\tframe\tread\tnever\t", "ben\tphone\twrite\tnever\t"]
    assert household("device", "list", "ben").out.splitlines() == lines[1:]


def test_an_unknown_device_cannot_be_revoked(household: Hearthbook) -> None:
    assert "no device 'tablet'" in household("device", "revoke", "anna", "tablet").sentence


def test_a_setup_link_leads_to_the_pages_of_this_server(
    household: Hearthbook, folder: Path
) -> None:
    (folder / "hearthbook.toml").write_text('[server]\npublic_url = "https://home.example"\n')
    assert household("setup-link", "anna").out.startswith("https://home.example/app/")


def test_the_settings_that_hold_are_printed_as_a_file(hearthbook: Hearthbook, folder: Path) -> None:
    folder.mkdir()
    (folder / "hearthbook.toml").write_text("[server]\nport = 8080\n")
    result = hearthbook("config", "show")
    assert "port = 8080" in result.out
    assert str(folder / "hearthbook.toml") in result.err


@pytest.mark.parametrize("text", ["[server]\nprot = 1\n", "[server\n", "[log]\nlevel = 3\n"])
def test_broken_settings_stop_every_command(household: Hearthbook, folder: Path, text: str) -> None:
    (folder / "hearthbook.toml").write_text(text)
    for words in (("member", "list"), ("serve",), ("config", "show"), ("reconcile",)):
        assert str(folder / "hearthbook.toml") in household(*words).sentence


def test_nothing_answers_where_no_server_runs(hearthbook: Hearthbook, folder: Path) -> None:
    folder.mkdir()
    (folder / "hearthbook.toml").write_text("[server]\nport = 1\n")
    assert "hearthbook serve" in hearthbook("healthcheck").sentence


def give(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    """Let the next command read these octets from standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8"))


def test_a_member_pauses_and_shares_again(household: Hearthbook) -> None:
    assert "nothing new" in household("member", "pause", "anna").out
    assert "all (paused)" in household("member", "list").out
    assert "already" in household("member", "pause", "anna").sentence
    assert "shares again" in household("member", "resume", "anna").out
    assert "does not pause" in household("member", "resume", "anna").sentence
    assert "no member 'zoe'" in household("member", "pause", "zoe").sentence
