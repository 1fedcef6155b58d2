"""What Radicale does for us: MKCOL, MOVE and the reports of principals.

Radicale loads the plugins by name and is handed only requests that were read
and checked before: XML without a DTD, a path without dots, a destination that
is a URL, and never the body of a card, because vobject's line pattern takes
exponential time.
"""

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from radicale import config, types
from radicale.app import Application

from server.errors import Refused
from server.protocol.answers import XML_TYPE, Answer, refusal, refused
from server.protocol.bodies import Environ, text_of
from server.protocol.exchange import DEVICE_KEY, REQUEST_KEY, Exchange, Limits
from server.protocol.multistatus import DAV_HEADER
from server.protocol.names import CARDDAV, DAV
from server.protocol.properties import is_live
from server.protocol.proppatch import VALUE_LENGTH_MAX
from server.protocol.reading import Element, read_xml, write_xml

_KEPT_KEYS: Final = frozenset(
    {"HTTP_HOST", "REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL"}
)
_KIND: Final = f"{DAV}resourcetype"
_SENTENCES: Final = {
    400: "The request could not be understood.",
    403: "This is not allowed here.",
    404: "There is nothing at this address.",
    405: "This is not done here, or what should be made exists already.",
    409: "What this should stand in does not exist, or something else is in its way.",
    412: "There is something at the destination already.",
    502: "Cards cannot be moved to another server.",
}

Handler = Callable[..., types.WSGIResponse]


class Refusals(Application):
    """Radicale's application; what the storage refuses becomes an answer instead of a 500."""

    def do_MKCOL(self, *args: object) -> types.WSGIResponse:  # noqa: N802  # Radicale's name
        """Make a further address book (RFC 6352 section 6.3.1)."""
        return _translated(super().do_MKCOL, *args)

    def do_MOVE(self, *args: object) -> types.WSGIResponse:  # noqa: N802  # Radicale's name
        """Move a card to another book of the same member (RFC 4918 section 9.9)."""
        return _translated(super().do_MOVE, *args)

    def do_PUT(self, *_args: object) -> types.WSGIResponse:  # noqa: N802  # Radicale's name
        """Never reached: cards are stored before Radicale is asked, octet for octet."""
        return 403, {"Content-Type": "text/plain"}, _SENTENCES[403], None


class Dav:
    """Radicale for one data folder; made at the first request that needs it."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        # Its lines name paths; ours say what is needed.
        logging.getLogger("radicale").setLevel(logging.CRITICAL + 1)
        self._application = Refusals(_configuration(folder, limits))

    def answer(self, exchange: Exchange, environ: Environ) -> Answer:
        """Let Radicale answer.

        Raises:
            Refused: The request holds something that Radicale would stumble over.
        """
        given = _environ(exchange, environ, _checked_body(exchange, environ))
        status: list[str] = []
        headers: dict[str, str] = {}

        def start_response(line: str, fields: list[tuple[str, str]]) -> None:
            status.append(line)
            headers.update(fields)

        body = b"".join(self._application(given, start_response))
        code = int(status[0].split(" ", 1)[0])
        if code >= 400 and "xml" not in headers.get("Content-Type", ""):
            return refusal(code, _SENTENCES.get(code, "Radicale could not answer this."))
        kept = (XML_TYPE,) if body else ()
        return Answer(code, body, (*kept, DAV_HEADER))


def _translated(handler: Handler, *args: object) -> types.WSGIResponse:
    """Run one of Radicale's handlers; a refusal has rolled its transaction back by then."""
    try:
        return handler(*args)
    except Refused as error:
        answer = refused(error)
        assert isinstance(answer.body, bytes)
        return answer.status, dict(answer.headers), answer.body, None


def _configuration(folder: Path, limits: Limits) -> config.Configuration:
    """Radicale's settings for its use inside this server."""
    configuration = config.load()
    configuration.update(
        {
            "server": {
                "validate_path_value": "none",
                "validate_user_value": "none",
                "delay_on_error": "0",
                "max_content_length": str(limits.request_bytes),
                "max_resource_size": str(limits.card_bytes),
            },
            "auth": {"type": "plugins.auth", "delay": "0", "data": str(folder)},
            "rights": {
                "type": "plugins.rights",
                "data": str(folder),
                "permit_delete_collection": "False",
                "permit_overwrite_collection": "False",
            },
            "storage": {"type": "plugins.storage", "data": str(folder)},
            "web": {"type": "none"},
        },
        "hearthbook",
        privileged=True,
    )
    return configuration


def _environ(exchange: Exchange, environ: Environ, body: bytes) -> dict[str, object]:
    """An environ of what Radicale may know: no proxy's headers, no compression, a body read already."""
    given = {key: value for key, value in environ.items() if key in _KEPT_KEYS}
    given |= {
        "PATH_INFO": exchange.target.raw_path,
        "SCRIPT_NAME": "",
        "REMOTE_ADDR": exchange.request.address,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/xml; charset=utf-8",
        "HTTP_DEPTH": exchange.fields.depth.strip() or "0",
        "HTTP_DESTINATION": text_of(environ, "HTTP_DESTINATION"),
        "HTTP_OVERWRITE": text_of(environ, "HTTP_OVERWRITE") or "T",
        REQUEST_KEY: exchange.request,
        DEVICE_KEY: exchange.device,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": environ["wsgi.errors"],
        "wsgi.url_scheme": environ.get("wsgi.url_scheme", "http"),
    }
    return given


def _checked_body(exchange: Exchange, environ: Environ) -> bytes:
    """The body for Radicale, rebuilt from what was understood of it.

    Raises:
        Refused: The request holds something that Radicale would stumble over.
    """
    match exchange.request.method:
        case "MKCOL":
            return _mkcol(exchange)
        case "MOVE":
            _check_destination(text_of(environ, "HTTP_DESTINATION"))
            return b""
        case _:
            return write_xml(read_xml(exchange.body))


def _mkcol(exchange: Exchange) -> bytes:
    """A MKCOL with the kind of the book and the properties that a client may set, nothing else."""
    if exchange.target.depth > 2:
        raise Refused(403, "An address book holds cards only; there are no folders in it.")
    if not exchange.body:
        return b""
    root = read_xml(exchange.body)
    if root.name != f"{DAV}mkcol":
        raise Refused(415, "The body of a MKCOL must be a mkcol element, or there is none.")
    listed = [each for step in root.children for prop in step.children for each in prop.children]
    kinds = {kind.name for each in listed if each.name == _KIND for kind in each.children}
    if f"{CARDDAV}addressbook" not in kinds:
        raise Refused(403, "Only address books can be made here.", "valid-resourcetype")
    kind = Element(
        _KIND, {}, [Element(f"{DAV}collection", {}), Element(f"{CARDDAV}addressbook", {})]
    )
    kept = [Element(each.name, {}, [], each.text) for each in listed if _may_be_set(each)]
    tree = Element(
        root.name, {}, [Element(f"{DAV}set", {}, [Element(f"{DAV}prop", {}, [kind, *kept])])]
    )
    return write_xml(tree)


def _may_be_set(element: Element) -> bool:
    """Whether a property goes with a new book; one of a calendar's, or without namespace, does not.

    Raises:
        Refused: 403 for one that the server alone sets, or that is too long.
    """
    if element.name == _KIND or not element.name.startswith("{"):
        return False
    if is_live(element.name):
        name = "cannot-modify-protected-property"
        raise Refused(403, f"The property {element.name} cannot be set.", name)
    if len(element.text) > VALUE_LENGTH_MAX:
        raise Refused(403, f"The property {element.name} is too long to be kept.")
    return not element.name.startswith("{urn:ietf:params:xml:ns:caldav}")


def _check_destination(destination: str) -> None:
    try:
        parts = urlsplit(unquote(destination, errors="strict"))
        port = parts.port
    except ValueError as error:
        raise Refused(400, "The Destination of the MOVE is no address.") from error
    if not parts.path or port == 0 or any(ord(each) < 32 for each in parts.path):
        raise Refused(400, "The MOVE needs a Destination.")
