"""After a restore: address books, what they say of themselves, and who is "me" are as members' devices last said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.cases.replaying import restore
from server.store.backup import backup
from server.store.history import last_act
from tests.builders import a_card
from tests.dav.conftest import Home
from tests.davclient import CS, DavClient

NAMES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
    ' xmlns:CS="http://calendarserver.org/ns/"'
)
Books = dict[str, object]


def make(client: DavClient, name: str, called: str) -> str:
    """A further book with a name; gives its path."""
    path = f"{client.home}{name}/"
    body = (
        f"<D:mkcol {NAMES}><D:set><D:prop><D:resourcetype><D:collection/><C:addressbook/>"
        f"</D:resourcetype><D:displayname>{called}</D:displayname></D:prop></D:set></D:mkcol>"
    )
    assert client.request("MKCOL", path, body).status == 201
    return path


def patch(client: DavClient, path: str, inside: str, *, verb: str = "set") -> None:
    """Set or remove properties."""
    body = f"<D:propertyupdate {NAMES}><D:{verb}><D:prop>{inside}</D:prop></D:{verb}></D:propertyupdate>"
    assert "200 OK" in client.request("PROPPATCH", path, body).text


def put(client: DavClient, path: str, name: str) -> None:
    """A new card, whose UID is its file's name."""
    uid = path.rpartition("/")[2].removesuffix(".vcf")
    assert client.put(path, a_card(uid, name)).status == 201


def books(client: DavClient) -> Books:
    """Every book of the home with what it says of itself, and its cards."""
    wanted = ("D:displayname", "C:addressbook-description", "CS:me-card")
    home = client.propfind(client.home, *wanted, depth="1").responses
    said: Books = {
        path: sorted((name, "".join(value.itertext())) for name, value in each.found.items())
        for path, each in home.items()
    }
    paths = [path for path in home if path != client.home]
    return said | {f"{path} holds": client.get(path).body for path in paths}


def a_book_is_made(anna: DavClient) -> None:
    make(anna, "club", "Our club")


def a_book_is_made_and_filled(anna: DavClient) -> None:
    put(anna, f"{make(anna, 'club', 'Our club')}a.vcf", "Eva Stein")


def a_book_is_called_otherwise(anna: DavClient) -> None:
    club = make(anna, "club", "Our club")
    inside = "<C:addressbook-description>Fridays</C:addressbook-description>"
    patch(anna, club, f"<D:displayname>The club</D:displayname>{inside}")
    patch(anna, anna.book, "<D:displayname>Anna's people</D:displayname>")


def a_property_is_removed(anna: DavClient) -> None:
    club = make(anna, "club", "Our club")
    patch(anna, club, "<C:addressbook-description>Fridays</C:addressbook-description>")
    patch(anna, club, "<C:addressbook-description/>", verb="remove")


def a_book_is_deleted(anna: DavClient) -> None:
    club = make(anna, "club", "Our club")
    put(anna, f"{club}a.vcf", "Eva Stein")
    put(anna, f"{club}b.vcf", "Jan Vermeer")
    assert anna.delete(club).status == 204


def a_book_of_the_backup_is_deleted(anna: DavClient) -> None:
    assert anna.delete("/anna/old/").status == 204


def a_deleted_book_is_made_again(anna: DavClient) -> None:
    a_book_is_deleted(anna)
    put(anna, f"{make(anna, 'club', 'The new club')}c.vcf", "Ida Klein")


def a_card_moves_to_another_book(anna: DavClient) -> None:
    club = make(anna, "club", "Our club")
    put(anna, f"{anna.book}a.vcf", "Eva Stein")
    to = f"http://contacts.example{club}b.vcf"
    assert anna.request("MOVE", f"{anna.book}a.vcf", destination=to).status == 201


def a_card_is_me(anna: DavClient) -> None:
    put(anna, f"{anna.book}me.vcf", "Anna Stein")
    patch(anna, anna.home, f"<CS:me-card><D:href>{anna.book}me.vcf</D:href></CS:me-card>")
    assert b"me.vcf" in anna.propfind(anna.home, "CS:me-card").body


def no_card_is_me_any_more(anna: DavClient) -> None:
    a_card_is_me(anna)
    patch(anna, anna.home, "<CS:me-card/>", verb="remove")
    assert f"{CS}me-card" not in anna.propfind(anna.home, "CS:me-card").responses[anna.home].found


STORIES: tuple[Callable[[DavClient], None], ...] = (
    a_book_is_made,
    a_book_is_made_and_filled,
    a_book_is_called_otherwise,
    a_property_is_removed,
    a_book_is_deleted,
    a_book_of_the_backup_is_deleted,
    a_deleted_book_is_made_again,
    a_card_moves_to_another_book,
    a_card_is_me,
    no_card_is_me_any_more,
)


@pytest.fixture
def copy(home: Home, anna: DavClient, tmp_path: Path) -> Path:
    """A backup of the day when there were two books, one of them with a card in it."""
    put(anna, f"{make(anna, 'old', 'From before')}o.vcf", "Uwe Feld")
    backup(home.database, tmp_path / "copy.db")
    return tmp_path / "copy.db"


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_books_are_as_they_were(
    home: Home, anna: DavClient, ben: DavClient, copy: Path, story: Callable[[DavClient], None]
) -> None:
    story(anna)
    before = books(anna), books(ben)
    account = restore(home.database.folder, copy).account
    assert account.left == ()
    assert account.others == ()
    assert (books(anna), books(ben)) == before


def test_what_a_book_says_already_is_not_noted(home: Home, anna: DavClient) -> None:
    a_book_is_called_otherwise(anna)
    a_card_is_me(anna)
    with home.database.read() as tx:
        written = last_act(tx)
    patch(anna, anna.home, f"<CS:me-card><D:href>{anna.book}me.vcf</D:href></CS:me-card>")
    patch(anna, anna.book, "<D:displayname>Anna's people</D:displayname>")
    with home.database.read() as tx:
        assert last_act(tx) == written
