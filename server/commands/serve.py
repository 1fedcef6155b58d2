"""`hearthbook serve`: CardDAV, the pages and the cycles of one data folder."""

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from server.commands.options import PORT_NUMBER
from server.commands.place import Place, pass_place
from server.commands.screen import note, say
from server.errors import DamagedDatabase, DatabaseLost

if TYPE_CHECKING:
    from server.settings import Settings
    from server.store.database import Database

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command()
@click.option("--host", help="Where to listen. Default: [server] host, 127.0.0.1.")
@click.option("--port", type=PORT_NUMBER, help="Default: [server] port, 5232.")
@pass_place
def serve(place: Place, *, host: str | None, port: int | None) -> None:
    """Serve the household until Ctrl-C.

    All other commands work meanwhile. Beyond loopback put a proxy with TLS in front: plain http
    shows passwords to the network.
    """
    from server.app import serve as run

    settings = place.settings()
    logging.basicConfig(level=settings.log.level, format=LOG_FORMAT)
    # Its jobs run every second; ours log what they did.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    database: Database | None = None
    try:
        database = place.database()
        _remember(database, settings)
    except (DatabaseLost, DamagedDatabase) as error:
        database = None
        # Every phone is told 503 until somebody restores; not even a restart is needed then.
        note(error.sentence)
    # Ctrl-C is how one ends a server; nothing went wrong.
    with suppress(KeyboardInterrupt):
        run(
            place.folder,
            settings,
            settings.server.host if host is None else host,
            settings.server.port if port is None else port,
            # Only who serves makes a link: a second `serve`, refused, would end the first one's.
            on_ready=lambda host, port: _announce(
                host, port, settings.server.public_url, _first_link(database)
            ),
        )


def _remember(database: "Database", settings: "Settings") -> None:
    """Keep in the database what every process beside this one must know."""
    from server.store.database import Actor
    from server.store.household import set_setting, settle_seconds

    seconds = settings.schedule.settle_seconds
    with database.read() as tx:
        known = settle_seconds(tx)
    if known != seconds:
        with database.write(Actor("settings")) as tx:
            set_setting(tx, "settle_seconds", str(seconds))


def _first_link(database: "Database | None") -> str | None:
    """The token for whoever is first; None where somebody lives here, or the database is lost."""
    from server.store.beginning import begin_token, is_unbegun
    from server.store.database import Actor

    if database is None:
        return None
    with database.read() as tx:
        if not is_unbegun(tx):
            return None
    with database.write(Actor("settings")) as tx:
        return begin_token(tx)


def _announce(host: str, port: int, public_url: str, token: str | None) -> None:
    shown = f"[{host}]" if ":" in host else host
    site = f"http://{shown}:{port}"
    say(f"Ready. Pages: {site}/app/  CardDAV: {site}/")
    if token is not None:
        say("Nobody lives here yet. Whoever opens this first begins the household, once:")
        say(f"{public_url.rstrip('/') or site}/app/begin/{token}")
