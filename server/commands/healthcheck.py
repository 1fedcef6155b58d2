"""`hearthbook healthcheck`: whether the server of this data folder answers."""

import http.client

import click

from server.commands.place import Place, pass_place
from server.commands.screen import say
from server.errors import UsageError

TIMEOUT_SECONDS = 5.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # asked here, not listened on


@click.command()
@pass_place
def healthcheck(place: Place) -> None:
    """Ask the running server whether it is ready."""
    settings = place.settings().server
    host = ANY_ADDRESS.get(settings.host, settings.host)
    where = f"http://{host}:{settings.port}/healthz"
    connection = http.client.HTTPConnection(host, settings.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise UsageError(
            f"Nothing answers at {where}; start it with `hearthbook serve`, or correct "
            "[server] host and port."
        ) from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise UsageError(f"{where} answers {status}; look at the log of `hearthbook serve`.")
    say("ready")
