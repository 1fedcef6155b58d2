"""A household on the real WSGI application, and its members' devices."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from server.app import Hearthbook
from server.protocol.sending import StartResponse
from server.settings import Settings
from server.store.database import Database
from tests.builders import Home
from tests.clients.models.apple import Apple
from tests.clients.models.book import Model
from tests.clients.models.davx5 import Davx5, Davx5Categories
from tests.clients.models.evolution import Evolution
from tests.clients.models.thunderbird import Thunderbird
from tests.clients.models.vdirsyncer import Vdirsyncer
from tests.clients.models.wire import Wire
from tests.davclient import DavClient, Wsgi

CLIENTS: tuple[type[Model], ...] = (
    Davx5,
    Davx5Categories,
    Thunderbird,
    Apple,
    Vdirsyncer,
    Evolution,
)


class DavHome(Home):
    """A household whose devices are models that speak HTTP; the server can be started anew."""

    def __init__(self, folder: Path, *members: str, settle_seconds: int = 0) -> None:
        super().__init__(folder, *members, settle_seconds=settle_seconds)
        self.folder = folder
        self.models: dict[str, Model] = {}
        self._application: Wsgi = Hearthbook(self.db, Settings())

    def answer(self, environ: dict[str, object], start_response: StartResponse) -> Iterable[bytes]:
        """The running server; each request comes a second after the one before."""
        self.clock.pass_seconds(1)
        return self._application(environ, start_response)

    def model(self, kind: type[Model], member: str, label: str) -> Model:
        """A new device of a member with one of the programs."""
        login = f"{member}+{label}"
        if login not in self.passwords:
            self.add_device(member, label)
        client = DavClient(self.answer, login, self.passwords[login])
        made = kind(Wire(client), f"{member}-{label}")
        self.models[login] = made
        return made

    def restart(self) -> None:
        """The server ends and starts again: nothing it had in memory is left."""
        self.db.close()
        self.db = Database(self.folder, self.clock)
        self._application = Hearthbook(self.db, Settings())

    def killed_at(self, number: int, work: Callable[[], object]) -> bool:
        """Do something, as if the server had been killed at its n-th statement; False where it has fewer.

        What lies on the disk at that moment is what the next server finds, a minute later.
        """
        kept = self.folder.with_name(f"{self.folder.name}-killed")
        count = 0

        def on_statement(_sql: str) -> None:
            nonlocal count
            count += 1
            if count == number:
                shutil.copytree(self.folder, kept, ignore=shutil.ignore_patterns("*-shm"))

        connection = self.db.connection()
        connection.set_trace_callback(on_statement)
        try:
            work()
        finally:
            connection.set_trace_callback(None)
            assert kept.exists() == (count >= number)
            if count >= number:
                self.db.close()
                shutil.rmtree(self.folder)
                kept.rename(self.folder)
                self.restart()
                self.clock.pass_seconds(60)
        return count >= number

    def book_of(self, model: Model) -> dict[str, bytes]:
        """What the server has for a device, by path; asking leaves no trace."""
        who, device = self.device(model.wire.client.login)
        entries = self.entries(who, version_4=device.speaks_4)
        return {f"{model.wire.book}{each.href}": each.octets for each in entries}

    def sync_until_quiet(self, *models: Model, rounds_most: int = 8) -> int:
        """Sync one after the other until nobody's book changes and nobody writes; gives the rounds it took."""
        for number in range(1, rounds_most + 1):
            before = [(model.snapshot(), len(model.wire.log)) for model in models]
            for model in models:
                assert model.sync(), model.problem
            if before == [(model.snapshot(), len(model.wire.log)) for model in models]:
                return number
        raise AssertionError(f"still not at rest after {rounds_most} rounds")
