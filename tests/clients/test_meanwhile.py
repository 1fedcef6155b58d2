"""What happened while a device was offline with an edit: each client keeps it and comes to rest."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from server.store.database import Actor
from server.store.linking import link_cards
from server.store.sharing import set_share
from server.store.views import refresh
from tests.clients.models.book import Model
from tests.clients.models.davx5 import Davx5
from tests.clients.models.evolution import Evolution
from tests.clients.models.household import CLIENTS, DavHome
from tests.clients.models.texts import adding
from tests.clients.models.thunderbird import Thunderbird
from tests.clients.test_models import holds_what_is_served

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
MAIL = "EMAIL:eva@example.org"

SAYING_WHAT_THEY_HAD = [each for each in CLIENTS if each not in (Thunderbird, Evolution)]
"""All but those that send no If-Match."""

each_client = pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[DavHome]:
    """Anna and Ben, who show each other everything at once; views are right at the end."""
    made = DavHome(tmp_path / "data", "anna", "ben")
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


def offline_edit(home: DavHome, kind: type[Model]) -> tuple[Model, Model]:
    """Ben has Eva; Anna types her address on her copy of Ben's card, and has not synced yet."""
    ben, anna = home.model(Davx5, "ben", "phone"), home.model(kind, "anna", "device")
    ben.add("Eva Stein", PHONE, "TITLE:Dr")
    home.sync_until_quiet(ben, anna)
    anna.edit(anna.find("Eva Stein"), adding(MAIL))
    return ben, anna


def at_rest(home: DavHome, *models: Model) -> None:
    """Two cycles, and everybody has what the server has."""
    for _ in range(2):
        home.sync_until_quiet(*models)
        run_cycle(home.db, kind="quick")
    home.sync_until_quiet(*models)
    for model in models:
        assert holds_what_is_served(home, model), model.name


def cards(home: DavHome) -> dict[str, str]:
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT member, id FROM card WHERE trashed IS NULL").fetchall()
    return dict(rows)


def is_kept(home: DavHome, who: str, text: str) -> bool:
    """Whether a member sees it."""
    return any(text.encode() in each.octets for each in home.entries(who, version_4=True))


def is_given_up(model: Model) -> bool:
    """vdirsyncer whose server wins, or whose file is gone with an edit that it never sent."""
    return any(MAIL.encode() in text for text in model.lost) and not any(
        b"eva@example.org" in sent.body for sent in model.wire.log
    )


@each_client
def test_the_keeper_changed_the_card(home: DavHome, kind: type[Model]) -> None:
    ben, anna = offline_edit(home, kind)
    ben.edit(ben.rows[0], adding("URL:https://example.org/"))
    assert ben.sync()
    at_rest(home, ben, anna)
    assert is_kept(home, "anna", "https://example.org/")
    assert is_kept(home, "anna", "eva@example.org") or is_given_up(anna)


@each_client
def test_the_keeper_deleted_the_card(home: DavHome, kind: type[Model]) -> None:
    ben, anna = offline_edit(home, kind)
    ben.delete(ben.rows[0])
    assert ben.sync()
    at_rest(home, ben, anna)
    assert is_kept(home, "anna", "eva@example.org") or is_given_up(anna)
    assert ben.rows == []


@each_client
def test_the_keeper_shows_it_no_more(home: DavHome, kind: type[Model]) -> None:
    """Anna keeps the name she saw and her own line, and nothing else of Ben's."""
    ben, anna = offline_edit(home, kind)
    with home.db.write(Actor("share", "ben")) as tx:
        set_share(tx, "ben", "anna", "none")
    at_rest(home, ben, anna)
    assert is_kept(home, "anna", "eva@example.org") or is_given_up(anna)
    assert not is_kept(home, "anna", "23125")


@each_client
def test_it_was_linked_to_an_own_card(home: DavHome, kind: type[Model]) -> None:
    """Her copy of Ben's card is retired; what she typed on it belongs on her own."""
    ben, anna = offline_edit(home, kind)
    other = home.model(Davx5, "anna", "other")
    other.add("Eva S.", "NOTE:hers")
    assert other.sync()
    of = cards(home)
    with home.db.write(Actor("decide", "anna")) as tx:
        link_cards(tx, (of["anna"], of["ben"]), "same", member="anna")
        refresh(tx, tuple(of.values()))
    at_rest(home, ben, anna, other)
    assert is_kept(home, "anna", "eva@example.org") or is_given_up(anna)
    assert len(home.entries("anna")) == 1


@each_client
def test_it_was_deleted_on_the_other_device(home: DavHome, kind: type[Model]) -> None:
    """Whoever edits a person adds them again."""
    ben, anna = offline_edit(home, kind)
    other = home.model(Davx5, "anna", "other")
    assert other.sync()
    other.delete(other.rows[0])
    assert other.sync()
    at_rest(home, ben, anna, other)
    assert is_kept(home, "anna", "eva@example.org") or is_given_up(anna)


@each_client
def test_it_was_deleted_here_while_the_keeper_changed_it(home: DavHome, kind: type[Model]) -> None:
    """Deleting somebody else's card hides it; whatever the client thinks, nobody's card is harmed."""
    ben, anna = offline_edit(home, kind)
    anna.delete(anna.find("Eva Stein"))
    ben.edit(ben.rows[0], adding("URL:https://example.org/"))
    assert ben.sync()
    at_rest(home, ben, anna)
    assert is_kept(home, "ben", "https://example.org/")
    assert "Eva Stein" in ben.find("https://example.org/").text.decode()


@pytest.mark.parametrize("kind", SAYING_WHAT_THEY_HAD, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("keeper", ["anna", "ben"])
def test_a_request_that_was_given_up_arrives_after_the_next_one(
    home: DavHome, kind: type[Model], keeper: str
) -> None:
    """What was typed in between stays, and nothing is there twice; without If-Match nobody could tell."""
    models = {"anna": home.model(kind, "anna", "device"), "ben": home.model(kind, "ben", "phone")}
    anna, ben = models.values()
    models[keeper].add("Eva Stein", PHONE, "TITLE:Dr")
    at_rest(home, anna, ben)
    anna.edit(anna.find("Eva Stein"), adding(MAIL))
    under_way: list[Callable[[], object]] = []
    anna.wire.breaking = under_way.append
    anna.sync()
    anna.edit(anna.find("Eva Stein"), adding("URL:https://example.org/more"))
    at_rest(home, anna, ben)
    (arrive,) = under_way
    arrive()
    at_rest(home, anna, ben)
    texts = b"".join(each.octets for each in home.entries("anna"))
    assert (texts.count(b"eva@example.org"), texts.count(b"/more")) == (1, 1)


@each_client
def test_the_server_was_killed_in_the_midst_of_it(home: DavHome, kind: type[Model]) -> None:
    """At any statement: the client tries again, and the edit is there once."""
    ben, anna = offline_edit(home, kind)
    for number in (3, 9, 15, 21, 27, 40):
        anna.wire.breaking = lambda work, at=number: home.killed_at(at, work)
        anna.sync()
        anna.wire.breaking = None
        assert home.verify() == ()
    at_rest(home, ben, anna)
    texts = b"".join(each.octets for each in home.entries("anna"))
    assert texts.count(b"eva@example.org") == 1
