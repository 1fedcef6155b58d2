"""The CardDAV side of one household: who asks, may they, and which module answers.

What it does not answer itself goes to Radicale: MKCOL, MOVE and the reports of principals.
"""

from server.context import Request
from server.errors import Refused
from server.protocol.answers import Answer, need_privilege, refusal
from server.protocol.bodies import Environ, read_body, text_of
from server.protocol.exchange import Exchange, Fields, Limits
from server.protocol.login import REALM, Limiter, account_of, credentials, signed_in
from server.protocol.memory import Memory
from server.protocol.multistatus import DAV_HEADER
from server.protocol.paths import decoded_path, parse_path
from server.protocol.propfind import answer_propfind
from server.protocol.reading import XML_BYTES_MAX
from server.protocol.requests import Other, Properties, Propfind, read_request
from server.protocol.resources import (
    answer_delete,
    answer_get,
    answer_put,
    delete_book,
    refuse_collection,
)
from server.store.database import Database

METHODS = (
    "DELETE",
    "GET",
    "HEAD",
    "MKCOL",
    "MOVE",
    "OPTIONS",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "REPORT",
)
ALLOW = ("Allow", ", ".join(METHODS))

_HANDED_ON = frozenset(
    {
        "{DAV:}expand-property",
        "{DAV:}principal-property-search",
        "{DAV:}principal-search-property-set",
    }
)
"""Reports that Radicale answers empty: InfCloud stops working if they are refused."""


class Service:
    """Answers CardDAV requests; one object serves all threads.

    Args:
        limiter: Counts wrong passwords, here and on the pages.
    """

    def __init__(self, database: Database, limits: Limits, limiter: Limiter) -> None:
        self._database = database
        self._limits = limits
        self._limiter = limiter
        self._memory = Memory(database)

    def begin(self, environ: Environ, request: Request) -> Exchange | Answer:
        """Find out who asks for what; an answer where that alone decides.

        Raises:
            Refused: The path cannot be read.
        """
        device = signed_in(self._database, text_of(environ, "HTTP_AUTHORIZATION"))
        if device is None:
            return self._unknown(environ, request)
        request.member, request.device = device.member, device.id
        target = parse_path(decoded_path(text_of(environ, "PATH_INFO")))
        if request.method not in METHODS:
            return refusal(405, f"{request.method[:20]} is not done here.", headers=(ALLOW,))
        if target.member and target.member != device.member:
            return need_privilege(target.path, "read")
        return Exchange(self._database, self._limits, request, device, target, _fields(environ))

    def answer(self, exchange: Exchange, environ: Environ) -> Answer | None:
        """Answer a request; None for what Radicale answers, its body read by then.

        Raises:
            Refused: The request is answered with an error status.
        """
        target = exchange.target
        match exchange.request.method:
            case "OPTIONS":
                return Answer(200, headers=(ALLOW, DAV_HEADER))
            case "GET" | "HEAD":
                return _get(exchange)
            case "PUT":
                return self._put(exchange, environ)
            case "DELETE":
                return _delete(exchange)
        if target.depth == 4:
            raise Refused(404, "An address book holds cards only; there is nothing below a card.")
        exchange.body = read_body(environ, XML_BYTES_MAX, "request")
        match exchange.request.method:
            case "PROPFIND":
                return self._propfind(exchange)
            case "REPORT":
                return self._report(exchange)
            case "PROPPATCH":
                from server.protocol.proppatch import answer_proppatch  # a poll needs none

                return answer_proppatch(exchange)
        if not exchange.may_write:
            return need_privilege(target.path, "bind")
        return None

    def finish(self, exchange: Exchange) -> None:
        """Remember what the device was given, after it has its answer."""
        self._memory.remember(exchange)

    def _unknown(self, environ: Environ, request: Request) -> Answer:
        """401, or 429 after too many wrong passwords; the same words whoever does not exist."""
        header = text_of(environ, "HTTP_AUTHORIZATION")
        given = credentials(header)
        account = account_of(given[0]) if given else ""
        wait = self._limiter.wrong(request.address, account) if header else 0
        if wait:
            return refusal(
                429,
                f"Too many wrong passwords; wait {wait} seconds, then try again.",
                headers=(("Retry-After", str(wait)),),
            )
        return refusal(
            401,
            "Sign in with your member name and the password of this device.",
            headers=(("WWW-Authenticate", f'Basic realm="{REALM}", charset="UTF-8"'),),
        )

    def _put(self, exchange: Exchange, environ: Environ) -> Answer:
        if exchange.target.depth != 3:
            return refuse_collection(exchange)
        if text_of(environ, "HTTP_CONTENT_RANGE"):
            raise Refused(400, "A card is sent whole, never a part of it.")
        if not exchange.may_write:
            return need_privilege(exchange.target.path, "write-content")
        exchange.body = read_body(environ, exchange.limits.card_bytes, "card")
        return answer_put(exchange)

    @staticmethod
    def _propfind(exchange: Exchange) -> Answer:
        asked = read_request(exchange.body) if exchange.body else Propfind(Properties("allprop"))
        if not isinstance(asked, Propfind):
            raise Refused(400, "The body of a PROPFIND must be a propfind element.")
        if exchange.target.depth < 2:
            from server.protocol.discovery import answer_discovery  # a poll needs none

            return answer_discovery(exchange, asked)
        return answer_propfind(exchange, asked)

    @staticmethod
    def _report(exchange: Exchange) -> Answer | None:
        if not exchange.body:
            raise Refused(400, "A REPORT needs a body that names the report.")
        asked = read_request(exchange.body)
        if isinstance(asked, Other) and asked.name in _HANDED_ON:
            return None
        if isinstance(asked, Other | Propfind) or exchange.target.depth != 2:
            return refusal(403, "This report is not given here.", "supported-report")
        from server.protocol.reports import answer_report  # many polls need none

        return answer_report(exchange, asked)


def _get(exchange: Exchange) -> Answer:
    if exchange.target.depth in {2, 3}:
        return answer_get(exchange)
    if exchange.target.depth > 3:
        raise Refused(404, "There is no such card.")
    return refusal(403, "This address is for contacts apps; the pages for people are at /app/.")


def _delete(exchange: Exchange) -> Answer:
    if exchange.target.depth > 3:
        raise Refused(404, "There is no such card.")
    return answer_delete(exchange) if exchange.target.depth == 3 else delete_book(exchange)


def _fields(environ: Environ) -> Fields:
    return Fields(
        depth=text_of(environ, "HTTP_DEPTH"),
        accept=text_of(environ, "HTTP_ACCEPT"),
        host=text_of(environ, "HTTP_HOST"),
        if_modified_since=text_of(environ, "HTTP_IF_MODIFIED_SINCE"),
    )
