"""A household on disk and its members' devices, for the tests of the wire."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.app import build_application
from server.settings import Settings
from server.store.database import Actor, Database, open_database
from server.store.devices import add_device
from server.store.household import set_setting
from server.store.migrate import create_database
from server.store.sharing import add_member
from tests.davclient import DavClient, Wsgi

SECRET = "made-up-secret-of-a-device"
SETTINGS = Settings()


@dataclass(frozen=True)
class Home:
    """A household: Anna and Ben share all with each other, Cleo is a guest."""

    database: Database
    application: Wsgi

    def device(
        self, member: str, label: str = "", *, read_only: bool = False, agent: str = "tests"
    ) -> DavClient:
        """A new device of a member, or with an empty label the one that each has."""
        if not label:
            return DavClient(self.application, member, f"{SECRET}-{member}", agent)
        secret = f"{SECRET}-{member}-{label}"
        with self.database.write(Actor("device")) as tx:
            add_device(tx, member, label, read_only=read_only, secret=secret)
        return DavClient(self.application, f"{member}+{label}", secret, agent)


def make_household(folder: Path) -> Database:
    """Make the household in a folder, with no wait before others see a new card."""
    database = create_database(folder, household="Test", region="DE")
    with database.write(Actor("member")) as tx:
        set_setting(tx, "settle_seconds", "0")
        for name, role in (("Anna", "adult"), ("Ben", "adult"), ("Cleo", "guest")):
            member = name.lower()
            add_member(tx, member, name=name, role=role, shares="all")
            add_device(tx, member, "phone", secret=f"{SECRET}-{member}")
    return database


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the household, to be copied: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("household") / "data"
    make_household(folder).close()
    return folder


@pytest.fixture
def data(household: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return Path(shutil.copytree(household, tmp_path / "data"))


@pytest.fixture
def home(data: Path) -> Iterator[Home]:
    """A fresh household."""
    yield (made := home_in(data))
    made.database.close()


def home_in(folder: Path, settings: Settings = SETTINGS) -> Home:
    """The household that lies in a folder, as the server serves it."""
    return Home(open_database(folder), build_application(folder, settings))


@pytest.fixture
def anna(home: Home) -> DavClient:
    """Anna's phone."""
    return home.device("anna")


@pytest.fixture
def ben(home: Home) -> DavClient:
    """Ben's phone."""
    return home.device("ben")


@pytest.fixture
def cleo(home: Home) -> DavClient:
    """The phone of Cleo, who is a guest."""
    return home.device("cleo")
