"""A CardDAV client that calls the WSGI application in this process: one method per verb."""

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

Wsgi = Callable[..., Iterable[bytes]]

DAV = "{DAV:}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CS = "{http://calendarserver.org/ns/}"
_NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" '
    'xmlns:CS="http://calendarserver.org/ns/"'
)


@dataclass(frozen=True)
class Reply:
    """One answer, wholly read."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        """The ETag header, empty without one."""
        return self.headers.get("ETag", "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def xml(self) -> ET.Element:
        """The body as a tree."""
        return ET.fromstring(self.body)  # noqa: S314  # our own server's answer

    @property
    def sentence(self) -> str:
        """What the answer says to a person; empty if it says nothing."""
        found = self.xml.find("{http://sabredav.org/ns}message") if self.body else None
        return (found.text or "") if found is not None else ""

    @property
    def condition(self) -> str:
        """The first precondition element of an error, in Clark notation."""
        names = [child.tag for child in self.xml if not child.tag.endswith("}message")]
        return names[0] if names else ""

    @property
    def token(self) -> str:
        """The sync-token of a report or a PROPFIND."""
        found = self.xml.find(f".//{DAV}sync-token")
        return (found.text or "") if found is not None else ""

    @property
    def responses(self) -> dict[str, "Response"]:
        """The responses of a 207 by href."""
        each = [_response(node) for node in self.xml.findall(f"{DAV}response")]
        return {response.href: response for response in each}


@dataclass(frozen=True)
class Response:
    """One response of a 207."""

    href: str
    status: int
    found: Mapping[str, ET.Element] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """The text of a property that is there."""
        return self.found[name].text or ""

    @property
    def etag(self) -> str:
        """The getetag property."""
        return self.text(f"{DAV}getetag")

    @property
    def card(self) -> str:
        """The address-data property."""
        return self.text(f"{CARD}address-data")


@dataclass
class DavClient:
    """A device of a member.

    Args:
        application: The WSGI application.
        login: `anna` or `anna+label`; empty to send no password.
    """

    application: Wsgi
    login: str = ""
    password: str = ""
    user_agent: str = "tests"
    address: str = "192.0.2.7"

    @property
    def member(self) -> str:
        """The member of the login."""
        return self.login.partition("+")[0].lower()

    @property
    def home(self) -> str:
        """The path of the principal."""
        return f"/{self.member}/"

    @property
    def book(self) -> str:
        """The path of the household's book."""
        return f"/{self.member}/contacts/"

    def request(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Reply:
        """Send one request; header names with underscores, `if_match="..."`."""
        octets = body.encode() if isinstance(body, str) else body
        environ = self.environ(method, path, octets)
        for name, value in headers.items():
            key = name.upper()
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        return self.send(environ)

    def environ(self, method: str, path: str, octets: bytes) -> dict[str, object]:
        """The environ of one request as a WSGI server makes it."""
        path_info, _, query = path.partition("?")
        environ: dict[str, object] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path_info).decode("latin-1"),
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "contacts.example",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "contacts.example",
            "HTTP_USER_AGENT": self.user_agent,
            "REMOTE_ADDR": self.address,
            "CONTENT_LENGTH": str(len(octets)),
            "wsgi.input": io.BytesIO(octets),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        if self.login:
            secret = f"{self.login}:{self.password}".encode()
            environ["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(secret).decode()
        return environ

    def send(self, environ: dict[str, object]) -> Reply:
        """Call the application and read the whole answer, closing it as a server does."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, fields: list[tuple[str, str]]) -> None:
            said.append((status, fields))

        pieces = self.application(environ, start_response)
        try:
            body = b"".join(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        status, fields = said[0]
        return Reply(int(status[:3]), dict(fields), body)

    def get(self, path: str, **headers: str) -> Reply:
        """GET."""
        return self.request("GET", path, **headers)

    def put(self, path: str, card: bytes | str, **headers: str) -> Reply:
        """PUT a card."""
        headers.setdefault("content_type", "text/vcard; charset=utf-8")
        return self.request("PUT", path, card, **headers)

    def delete(self, path: str, **headers: str) -> Reply:
        """DELETE."""
        return self.request("DELETE", path, **headers)

    def propfind(self, path: str, *names: str, depth: str = "0", **headers: str) -> Reply:
        """PROPFIND of named properties, as `D:getetag`; of all without names."""
        wanted = "".join(f"<{name}/>" for name in names)
        inside = f"<D:prop>{wanted}</D:prop>" if names else "<D:allprop/>"
        body = f"<D:propfind {_NAMESPACES}>{inside}</D:propfind>"
        return self.request("PROPFIND", path, body, depth=depth, **headers)

    def report(self, path: str, name: str, inside: str, **headers: str) -> Reply:
        """REPORT with an element of a name, as `D:sync-collection`."""
        body = f"<{name} {_NAMESPACES}>{inside}</{name}>"
        return self.request("REPORT", path, body, depth="0", **headers)

    def sync(
        self, token: str = "", *, limit: int | None = None, data: bool = False, path: str = ""
    ) -> Reply:
        """A sync-collection report of the household's book."""
        most = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
        wanted = "<D:getetag/><C:address-data/>" if data else "<D:getetag/>"
        return self.report(
            path or self.book,
            "D:sync-collection",
            f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{most}"
            f"<D:prop>{wanted}</D:prop>",
        )

    def multiget(self, *hrefs: str, data: str = "<C:address-data/>", path: str = "") -> Reply:
        """An addressbook-multiget report."""
        named = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
        return self.report(
            path or self.book,
            "C:addressbook-multiget",
            f"<D:prop><D:getetag/>{data}</D:prop>{named}",
        )

    def query(self, filter_: str, *, extra: str = "", path: str = "") -> Reply:
        """An addressbook-query report with a filter's content, or with a whole filter element."""
        whole = filter_ if "<C:filter" in filter_ else f"<C:filter>{filter_}</C:filter>"
        return self.report(
            path or self.book,
            "C:addressbook-query",
            f"<D:prop><D:getetag/><C:address-data/></D:prop>{whole}{extra}",
        )

    def hrefs(self, path: str = "") -> list[str]:
        """The hrefs of all cards of a book."""
        base = path or self.book
        listing = self.propfind(base, "D:getetag", depth="1")
        return [href for href in listing.responses if href != base]


def vcard(name: str, uid: str = "", *lines: str) -> bytes:
    """A small vCard 3.0; the UID is left out if it is empty."""
    given, _, family = name.partition(" ")
    content = [f"UID:{uid}"] if uid else []
    content += [f"N:{family};{given};;;", f"FN:{name}", *lines]
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *content, "END:VCARD", ""]).encode()


def status_of(text: str | None) -> int:
    """The number in `HTTP/1.1 404 Not Found`."""
    match = re.fullmatch(r"HTTP/1\.1 (\d{3}) .+", text or "")
    assert match is not None, text
    return int(match[1])


def _response(node: ET.Element) -> Response:
    href = node.findtext(f"{DAV}href") or ""
    found: dict[str, ET.Element] = {}
    missing: set[str] = set()
    for propstat in node.findall(f"{DAV}propstat"):
        listed = propstat.find(f"{DAV}prop")
        assert listed is not None
        if status_of(propstat.findtext(f"{DAV}status")) == 200:
            found |= {child.tag: child for child in listed}
        else:
            missing |= {child.tag for child in listed}
    stated = node.findtext(f"{DAV}status")
    return Response(href, status_of(stated) if stated else 200, found, frozenset(missing))
