"""Serve the made-up household until Ctrl-C, and leave nothing behind."""

import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from server.app import serve
from server.cycle import run_cycle
from server.demo.household import SEED, Account, make_household
from server.demo.people import CARDS_EACH
from server.demo.scenes import begin, play
from server.demo.years import DAYS, Past, live
from server.review.passwords import hash_password
from server.settings import load_settings
from server.store.database import Actor, Database
from server.store.household import set_setting
from server.store.sessions import create_setup_link, set_password_hash

_LINK_SECONDS = 86_400
_LETTER = "The first reconciliation waits for one of the two: the page shows its letter and asks for a go."
_CASES = """\
Their cards were brought together once; what only they can decide waits on Anna's page, one of each kind,
and a few old values of which somebody may know whether they are still right. A third member, Ida, shows names
alone: ask her for a card on the page of one of her people; she has asked Anna for one.
To see the letter before that, start with: hearthbook demo --letter"""
_SETTLE_SECONDS = 5
"""Whoever tries a demonstration does not wait a quarter of an hour for a new card to be shown."""


def run_demo(host: str, port: int, *, letter: bool = False) -> None:
    """Make the household in a temporary folder and serve it; Ctrl-C or SIGTERM removes it.

    Args:
        port: 0 takes any free port.
        letter: Begin before the first reconciliation, with its letter.

    Raises:
        UsageError: The address cannot be listened on.
        SettingsError: An environment variable holds a value that Hearthbook does not know.
    """
    with _temporary_folder() as folder:
        settings = load_settings(folder)
        past = Past(0 if letter else DAYS)
        database, accounts = make_household(folder, clock=past)
        with database.write(Actor(kind="settings")) as tx:
            set_setting(tx, "settle_seconds", str(_SETTLE_SECONDS))
        if letter:
            run_cycle(database, kind="quick")  # it may do nothing yet, and writes the letters
        else:
            phones = begin(database)
            live(database, past, seed=SEED)
            play(database, phones)
        links = _links(database, accounts)

        def announce(host: str, port: int) -> None:
            click.echo(text(host, port, links, letter=letter))

        try:
            serve(folder, settings, host, port, announce)
        finally:
            database.close()


def text(
    host: str, port: int, links: Sequence[tuple[Account, str]], *, letter: bool = False
) -> str:
    """What to open and what to type into a client.

    Args:
        links: Each member with the path that signs them in, once.
    """
    site = _site(host, port)
    # Cookies belong to a host name: under two names, one browser can be both members at a time.
    sites = (site, _site("localhost", port) if host == "127.0.0.1" else site)
    pages = "\n".join(
        f"  {account.name + ':':6}{each}{path}"
        for each, (account, path) in zip(sites, links, strict=True)
    )
    logins = "\n".join(
        f"  {account.name + ':':6}user {account.member}, password {account.password}"
        for account, _ in links
    )
    waits = _LETTER if letter else _CASES
    return f"""\
The Hartwigs: Anna and Ben, {CARDS_EACH} made-up cards each. Nothing here is kept.

In the browser (each link works once; take "Sign in with the password I have"):
{pages}
{waits}

In Thunderbird, vdirsyncer or a phone, CardDAV at {site}/
{logins}
The pages take the same passwords.

Ctrl-C ends the demonstration and removes everything."""


def _site(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _links(database: Database, accounts: Sequence[Account]) -> tuple[tuple[Account, str], ...]:
    """One path for each member that signs them in with one tap."""
    hashes = {each.member: hash_password(each.password) for each in accounts}
    with database.write(Actor(kind="password")) as tx:
        for member, hashed in hashes.items():
            set_password_hash(tx, member, hashed)
        return tuple(
            (each, f"/app/setup/{create_setup_link(tx, each.member, seconds=_LINK_SECONDS)}")
            for each in accounts
        )


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, however the block ends; a signal is no error."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGTERM, _end)
    folder = Path(tempfile.mkdtemp(prefix="hearthbook-demo-"))
    try:
        yield folder
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        # A second Ctrl-C must not stop the removal half way.
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        shutil.rmtree(folder, ignore_errors=True)
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)
