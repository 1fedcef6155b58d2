"""`hearthbook demo`: a throw-away household to look at."""

import logging
import socket

import click

from server.commands.options import PORT_NUMBER
from server.commands.screen import note

HOST = "127.0.0.1"
PORT = 5232


@click.command()
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option("--port", type=PORT_NUMBER, help="Default: 5232, or any free one.")
@click.option("--letter", is_flag=True, help="Begin before the first reconciliation.")
def demo(*, host: str, port: int | None, letter: bool) -> None:
    """Run a made-up household until Ctrl-C; nothing is kept."""
    from server.demo.running import run_demo

    logging.basicConfig(level=logging.WARNING)
    note("Making up two members and their cards ...")
    run_demo(host, _preferred_port(host) if port is None else port, letter=letter)


def _preferred_port(host: str) -> int:
    """The usual port, so that what is written about it fits; any other where that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, PORT))
    except OSError:
        return 0
    return PORT
