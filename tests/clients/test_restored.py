"""A backup under write load, changes, a restore; two members with vdirsyncer come back to backup and journal.

One story, told once for all tests.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.builders import a_card
from tests.clients.driving import Client, CommandLine, serving, sync_until_quiet, vdirsyncer

pytestmark = pytest.mark.client

MEMBERS = ("anna", "ben")
PHONE = "TEL;TYPE=CELL:+49 30 23125 "
TYPED = PHONE + "177"
CARDS = 4
WRITES_LEAST = 10

Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """What lay in the folders before the restore and after it, and what was said."""

    before: dict[str, Files]
    after: dict[str, Files]
    taken: tuple[str, ...]
    """The UIDs that were acknowledged to a phone which wrote during the backup."""
    said: str
    moved: tuple[bool, ...]
    """Whether one more sync changed a folder."""
    verified: str


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("restored")
    executable = vdirsyncer()
    hearthbook = CommandLine(root / "data")
    hearthbook("init")
    passwords: dict[str, str] = {}
    for member in MEMBERS:
        hearthbook("member", "add", member, "--name", member.title(), "--shares", "all")
        passwords[member] = hearthbook("device", "add", member, "--label", "laptop").strip()
    passwords["phone"] = hearthbook("device", "add", "anna", "--label", "phone").strip()
    clients = {member: Client(member, root / member, executable) for member in MEMBERS}
    with serving(hearthbook.data) as site:
        return _told(hearthbook, clients, site, passwords)


def _told(
    hearthbook: CommandLine, clients: dict[str, Client], site: str, passwords: dict[str, str]
) -> Story:
    both = tuple(clients.values())
    for member, client in clients.items():
        client.set_up(site, passwords[member], _cards(member))
    sync_until_quiet(both)
    hearthbook("reconcile")
    sync_until_quiet(both)
    copy = hearthbook.data.parent / "copy.db"
    with _writing(site, passwords["phone"]) as taken:
        hearthbook("backup", str(copy))
    sync_until_quiet(both)
    _type(clients)
    sync_until_quiet(both)
    hearthbook("reconcile")
    sync_until_quiet(both)
    before = {member: client.files() for member, client in clients.items()}
    said = hearthbook("restore", str(copy))
    hearthbook("reconcile")
    sync_until_quiet(both)
    after = {member: client.files() for member, client in clients.items()}
    moved = tuple(client.sync() for client in both)
    return Story(before, after, tuple(taken), said, moved, hearthbook("verify"))


def _cards(member: str) -> dict[str, bytes]:
    """Cards of a member's own, and one person in common."""
    own = {
        f"{member}-{number}": a_card(f"{member}-{number}", f"{member.title()}s Friend{number}")
        for number in range(CARDS)
    }
    common = a_card(f"{member}-eva", "Eva Stein", PHONE + "101", f"NOTE:{member}'s words")
    return own | {f"{member}-eva": common}


def _type(clients: dict[str, Client]) -> None:
    """An edit, a new card and a deletion of Anna's; Ben edits a card of hers."""
    anna, ben = clients["anna"], clients["ben"]
    eva = anna.files()["anna-eva.vcf"]
    anna.write("anna-eva.vcf", eva.replace("END:", f"{TYPED}\r\nEND:").encode())
    anna.write("new.vcf", a_card("new", "Jan Vermeer", "NOTE:typed since"))
    anna.delete("anna-0.vcf")
    (name,) = (name for name, text in ben.files().items() if "Annas Friend1" in text)
    ben.write(name, ben.files()[name].replace("END:", f"{PHONE}178\r\nEND:").encode())


@contextmanager
def _writing(site: str, password: str) -> Iterator[list[str]]:
    """A phone that writes card after card meanwhile; gives what was acknowledged."""
    taken: list[str] = []
    enough, over = threading.Event(), threading.Event()
    login = b64encode(f"anna+phone:{password}".encode()).decode()

    def write() -> None:
        connection = HTTPConnection(urlsplit(site).netloc, timeout=60)
        number = 0
        while not (over.is_set() and number >= WRITES_LEAST) and number < 200:
            uid = f"load-{number}"
            headers = {"Authorization": f"Basic {login}", "Content-Type": "text/vcard"}
            body = a_card(uid, f"Load Nr{number}")
            connection.request("PUT", f"/anna/contacts/{uid}.vcf", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 201:
                taken.append(uid)
            number += 1
            if number == WRITES_LEAST // 2:
                enough.set()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(60)
        yield taken
    finally:
        over.set()
        writer.join(120)


def _names(files: Files) -> list[str]:
    """The name on each card."""
    lines = (line for text in files.values() for line in text.splitlines())
    return sorted(line[3:] for line in lines if line.startswith("FN:"))


def _own(files: Files, member: str) -> dict[str, list[str]]:
    """The lines of a member's own cards, by file; vdirsyncer ends them as it likes."""
    own = {name: text for name, text in files.items() if f"UID:{member}-" in text}
    return {name: text.splitlines() for name, text in own.items()}


def test_every_card_acknowledged_during_the_backup_is_in_the_folder(story: Story) -> None:
    assert len(story.taken) >= WRITES_LEAST
    missing = [uid for uid in story.taken if f"{uid}.vcf" not in story.after["anna"]]
    assert missing == []


@pytest.mark.parametrize("member", MEMBERS)
def test_a_members_own_cards_are_as_they_were(story: Story, member: str) -> None:
    """In the same files, with the edit and the deletion since the backup, and what a cycle brought."""
    assert _own(story.after[member], member) == _own(story.before[member], member)


@pytest.mark.parametrize("member", MEMBERS)
def test_everybody_sees_the_same_people_as_before(story: Story, member: str) -> None:
    assert _names(story.after[member]) == _names(story.before[member])


def test_what_was_typed_since_the_backup_is_there(story: Story) -> None:
    assert TYPED in story.after["anna"]["anna-eva.vcf"]
    assert "NOTE:typed since" in story.after["anna"]["new.vcf"]
    assert "anna-0.vcf" not in story.after["anna"]


def test_an_edit_of_anothers_card_is_still_its_authors(story: Story) -> None:
    edited = [text for text in story.after["ben"].values() if "Annas Friend1" in text]
    assert len(edited) == 1
    assert f"{PHONE}178" in edited[0]


def test_the_restore_says_what_it_put_back(story: Story) -> None:
    assert "From the journal since:" in story.said


def test_it_comes_to_rest(story: Story) -> None:
    assert story.moved == (False, False)
    assert "All views equal" in story.verified
