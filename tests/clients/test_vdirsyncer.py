"""Two members with vdirsyncer against the real server: 200 cards each, 60 people in common.

One story, told once for all tests: the folders go up and are held until the
first reconciliation, twelve questions are answered, both members change their
folders, a second reconciliation, and a sync until nothing moves any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.clients.driving import Client, CommandLine, serving, sync_until_quiet, vdirsyncer
from tests.household import (
    SECRET_WORD,
    Edit,
    Member,
    Person,
    Planted,
    plant,
    sign_of,
    travelling,
    with_edit,
)

pytestmark = pytest.mark.client

MEMBERS: tuple[Member, ...] = ("anna", "ben")
Files = dict[str, str]
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Story:
    """What stood in the folders, and what the command line said, at each turn of the story."""

    planted: Planted
    held: dict[Member, Files]
    """After both have synced, before anybody said go."""
    asked: tuple[Row, ...]
    ended: dict[Member, Files]
    left: tuple[Row, ...]
    """The open cases at the end."""
    second: str
    """What one more reconciliation says."""
    moved: dict[Member, bool]
    """Whether one more sync changed a folder."""
    verified: str
    received: bytes
    """Everything that ever lay in Ben's folder."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("vdirsyncer")
    executable = vdirsyncer()
    hearthbook = CommandLine(root / "data")
    hearthbook("init")
    passwords = {}
    for member in MEMBERS:
        hearthbook("member", "add", member, "--name", member.title(), "--shares", "all")
        passwords[member] = hearthbook("device", "add", member, "--label", "laptop").strip()
    clients = {member: Client(member, root / member, executable) for member in MEMBERS}
    with serving(hearthbook.data) as site:
        yield _told(plant(), hearthbook, clients, site, passwords)


def _told(
    planted: Planted,
    hearthbook: CommandLine,
    clients: dict[Member, Client],
    site: str,
    passwords: dict[Member, str],
) -> Story:
    received: list[bytes] = []
    both = tuple(clients.values())
    for member, client in clients.items():
        client.set_up(site, passwords[member], planted.cards[member])
    sync_until_quiet(both)
    held = {member: client.files() for member, client in clients.items()}
    hearthbook("reconcile")
    asked = hearthbook.rows("cases")
    for row in asked:
        hearthbook("decide", str(row["id"]), "same")
    sync_until_quiet(both)
    received.append(_octets(clients["ben"]))
    _change(planted, clients)
    for client in both:
        client.sync()
    hearthbook("reconcile")
    sync_until_quiet(both)
    received.append(_octets(clients["ben"]))
    return Story(
        planted,
        held,
        asked,
        {member: client.files() for member, client in clients.items()},
        hearthbook.rows("cases"),
        hearthbook("reconcile"),
        {member: client.sync() for member, client in clients.items()},
        hearthbook("verify"),
        b"".join(received),
    )


def _change(planted: Planted, clients: dict[Member, Client]) -> None:
    """Play the script of changes in both folders."""
    for edit in planted.edits:
        client = clients[edit.member]
        name, text = _file_with(client.files(), f"\nUID:{edit.uid}\n")
        if edit == Edit(edit.member, edit.uid):
            client.delete(name)
        else:
            client.write(name, with_edit(text, edit).encode())
    for member, cards in planted.added.items():
        for uid, octets in cards.items():
            clients[member].write(f"{uid}.vcf", octets)
    ben = clients["ben"]
    ben.delete(_file_with(ben.files(), sign_of("anna", planted.unwanted))[0])


def _file_with(files: Files, mark: str) -> tuple[str, str]:
    found = [(name, text) for name, text in files.items() if mark in text.replace("\r", "")]
    assert len(found) == 1, f"{mark!r} stands in {len(found)} files"
    return found[0]


def _octets(client: Client) -> bytes:
    return "\n".join(client.files().values()).encode()


def _holding(files: Files, person: Person) -> list[str]:
    """The files in which a person's cards stand."""
    return [text for text in files.values() if any(sign in text for sign in person.signs)]


def _shared(planted: Planted) -> tuple[Person, ...]:
    """The people whom both members still hold at the end."""
    hidden = planted.hidden_from["anna"] | planted.hidden_from["ben"]
    return tuple(person for person in planted.common if person.key not in hidden)


def test_cards_in_bulk_are_held_until_somebody_says_go(story: Story) -> None:
    assert {member: len(files) for member, files in story.held.items()} == {
        "anna": 200,
        "ben": 200,
    }


def test_exactly_the_twelve_doubtful_people_are_asked(story: Story) -> None:
    assert [row["kind"] for row in story.asked] == ["same-person"] * 12


def test_both_folders_agree_but_for_the_two_conflicts(story: Story) -> None:
    differences = {}
    for person in _shared(story.planted):
        texts = [_holding(story.ended[member], person) for member in MEMBERS]
        left, right = (travelling("".join(found)) for found in texts)
        if left != right:
            differences[person.key] = {name for name, _ in left ^ right}
    title, employer = sorted(story.planted.conflicts)
    assert differences == {title: {"TITLE"}, employer: {"ORG"}}


def test_the_open_cases_are_exactly_the_two_conflicts(story: Story) -> None:
    assert [row["kind"] for row in story.left] == ["values", "values"]


@pytest.mark.parametrize("member", MEMBERS)
def test_everybody_is_there_once(story: Story, member: Member) -> None:
    planted = story.planted
    counts = {
        person.key: len(_holding(story.ended[member], person))
        for person in (*planted.people, *planted.added_people)
        if member == "anna" or person.kind != "private"
    }
    hidden = planted.hidden_from[member]
    assert counts == {key: 0 if key in hidden else 1 for key in counts}


@pytest.mark.parametrize("member", MEMBERS)
def test_lookalikes_stay_apart(story: Story, member: Member) -> None:
    """No file bears the signs of two people."""
    people = (*story.planted.people, *story.planted.added_people)
    owner = {sign: person.key for person in people for sign in person.signs}
    mixed = [
        name
        for name, text in story.ended[member].items()
        if len({owner[sign] for sign in owner if sign in text}) > 1
    ]
    assert mixed == []


def test_a_change_on_one_side_reached_the_other(story: Story) -> None:
    """Both folders agreeing on the old value would also be agreement."""
    old_values = [
        (edit.before, person)
        for edit in story.planted.edits
        if edit.before and (person := _person_of(story.planted, edit)) is not None
        if person.key not in story.planted.conflicts
    ]
    stale = [
        line
        for line, person in old_values
        for member in MEMBERS
        if travelling(line) & travelling("".join(_holding(story.ended[member], person)))
    ]
    assert (len(old_values), stale) == (10, [])


def _person_of(planted: Planted, edit: Edit) -> Person | None:
    held = (person for person in planted.people if edit.uid in {person.anna, person.ben})
    return next(held, None)


def test_a_group_stays_with_its_member(story: Story) -> None:
    for member, uid in story.planted.groups.items():
        names = [name for name, text in story.ended[member].items() if uid in text]
        assert len(names) == 1
    assert story.planted.groups["anna"] not in story.received.decode()


def test_private_cards_and_notes_are_in_no_byte_that_ben_received(story: Story) -> None:
    assert SECRET_WORD.encode() not in story.received.lower()
    assert any(SECRET_WORD in text for text in story.ended["anna"].values())


def test_a_second_reconciliation_has_nothing_to_do(story: Story) -> None:
    assert story.second.strip() == "Done: everything agreed already."


def test_a_quiet_household_stays_quiet(story: Story) -> None:
    assert story.moved == {"anna": False, "ben": False}


def test_the_views_equal_what_they_are_derived_from(story: Story) -> None:
    """A difference would have ended the command with a sentence of its own."""
    assert story.verified


def test_every_file_holds_one_card(story: Story) -> None:
    counts = {
        text.count("BEGIN:VCARD") for files in story.ended.values() for text in files.values()
    }
    assert counts == {1}
