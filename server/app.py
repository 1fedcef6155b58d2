"""One WSGI process: CardDAV at `/`, the pages at `/app/`, and the server that runs both.

Heavy modules (SQLAlchemy, Radicale, Flask, the scheduler) are loaded when the first
request needs them, or a second after the start: a phone that polls should not wait
for a page to be ready.
"""

import fcntl
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from server.context import Request, serving
from server.errors import Busy, DamagedDatabase, DatabaseLost, HearthbookError, Refused, UsageError
from server.protocol.answers import Answer, refusal, refused
from server.protocol.bodies import Environ, text_of
from server.protocol.exchange import Exchange, Limits
from server.protocol.login import Limiter
from server.protocol.proxies import Proxies
from server.protocol.sending import StartResponse, WSGIApplication, send
from server.protocol.service import Service
from server.store.database import Database, open_database

if TYPE_CHECKING:
    from server.settings import Settings

OnReady: TypeAlias = Callable[[str, int], None]

LOCK_NAME: Final = "serve.lock"
THREADS: Final = 4

log = logging.getLogger(__name__)
access_log = logging.getLogger("hearthbook.access")


class _Stoppable(Protocol):
    """What `scheduler.start` gives."""

    def stop(self) -> None:
        """End; a running cycle is let finish."""
        ...


def build_application(folder: Path, settings: "Settings") -> WSGIApplication:
    """The WSGI application of one data folder."""
    return Hearthbook(open_database(folder), settings)


class Hearthbook:
    """Routes each request to CardDAV, the pages, or one of a few fixed answers."""

    def __init__(self, database: Database, settings: "Settings") -> None:
        self._database = database
        self._settings = settings
        self._proxies = Proxies.named(settings.server.trusted_proxies)
        self._limits = Limits(settings.limits.card_bytes, settings.limits.request_bytes)
        self._limiter = Limiter(settings.limits.wrong_passwords_per_minute)
        self._service = Service(database, self._limits, self._limiter)
        self._loading = threading.Lock()
        self._pages: WSGIApplication | None = None
        self._dav: Callable[[Exchange, Environ], Answer] | None = None

    def __call__(
        self, environ: dict[str, object], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        started = time.perf_counter()
        environ = self._proxies.seen_through(environ)
        path = text_of(environ, "PATH_INFO")
        if path == "/app" or path.startswith("/app/"):
            return self._show(environ, start_response)
        request = _request(environ)
        fixed = self._fixed(request, path)
        exchange: Exchange | None = None
        with serving(request):
            if fixed is not None:
                answer = fixed
            else:
                answer, exchange = self._dav_answer(request, environ)
        return send(
            answer,
            start_response,
            is_head=request.method == "HEAD",
            after=lambda: self._finish(request, answer, exchange, started),
        )

    def _fixed(self, request: Request, path: str) -> Answer | None:
        """The answers that need no sign-in."""
        if path.rstrip("/") == "/.well-known/carddav":
            return Answer(301, headers=(("Location", "/"),))
        if request.method not in {"GET", "HEAD"}:
            return None
        match path:
            case "/" | "":
                return Answer(302, headers=(("Location", "/app/"), ("Cache-Control", "no-store")))
            case "/healthz":
                return self._health()
            case "/readyz":
                return self._ready()
            case "/favicon.ico" | "/robots.txt":
                return refusal(404, "There is nothing at this address.")
        return None

    def _health(self) -> Answer:
        """Whether the database can be read; says nothing else."""
        try:
            with self._database.read():
                return Answer(200, b"ok\n", (("Content-Type", "text/plain; charset=utf-8"),))
        except HearthbookError as error:
            return refusal(503, error.sentence)

    def _ready(self) -> Answer:
        """Whether the database can be read and every job's latest run went well."""
        from server.store.jobs import failing  # not needed for the first answer

        try:
            with self._database.read() as tx:
                failed = failing(tx)
        except HearthbookError as error:
            return refusal(503, error.sentence)
        if failed:
            names = ", ".join(each.name for each in failed)
            return refusal(503, f"A job failed ({names}); `hearthbook doctor` says more.")
        return Answer(200, b"ok\n", (("Content-Type", "text/plain; charset=utf-8"),))

    def _dav_answer(self, request: Request, environ: Environ) -> tuple[Answer, Exchange | None]:
        """CardDAV's answer; whatever is refused below becomes one here, and nowhere else."""
        exchange: Exchange | None = None
        try:
            begun = self._service.begin(environ, request)
            if isinstance(begun, Answer):
                return begun, None
            exchange = begun
            answer = self._service.answer(exchange, environ)
            if answer is None:
                answer = self._radicale()(exchange, environ)
        except Refused as error:
            answer = refused(error)
        except Busy as error:
            answer = refusal(503, error.sentence, headers=(("Retry-After", "60"),))
        except DatabaseLost as error:  # said at the start; a line for each poll would fill the disk
            answer = refusal(503, error.sentence, headers=(("Retry-After", "60"),))
        except HearthbookError as error:
            log.warning("A request cannot be answered: %s", error.sentence)
            answer = refusal(503, error.sentence)
        return answer, exchange

    def _radicale(self) -> Callable[[Exchange, Environ], Answer]:
        with self._loading:
            if self._dav is None:
                from server.dav import Dav  # costs a third of a second

                self._dav = Dav(self._database.folder, self._limits).answer
            return self._dav

    def _show(self, environ: dict[str, object], start_response: StartResponse) -> Iterable[bytes]:
        """Let the pages answer."""
        with self._loading:
            if self._pages is None:
                from server.review import create_pages  # Flask costs a fifth of a second

                try:
                    self._pages = create_pages(self._database, self._settings, self._limiter)
                except HearthbookError as error:  # they need the household's secret
                    answer = refusal(503, error.sentence)
                    return send(answer, start_response, is_head=False, after=lambda: None)
            pages = self._pages
        return pages(environ, start_response)

    def _finish(
        self, request: Request, answer: Answer, exchange: Exchange | None, started: float
    ) -> None:
        """After the answer: what was served, and one line in the log, without names or numbers."""
        if exchange is not None and answer.status < 400:
            try:
                self._service.finish(exchange)
            except HearthbookError as error:
                log.warning("What a device was given is not remembered: %s", error.sentence)
        access_log.info(
            "%s %s device=%s %d %.1fms",
            request.method[:16],
            _kind_of_path(exchange),
            request.device,
            answer.status,
            (time.perf_counter() - started) * 1000,
        )


def serve(
    folder: Path, settings: "Settings", host: str, port: int, on_ready: OnReady | None = None
) -> None:
    """Serve a data folder until SIGTERM or Ctrl-C.

    Args:
        port: 0 takes any free port.
        on_ready: Told the host and port once requests are answered.

    Raises:
        Busy: Another `serve` runs on the same data.
        UsageError: The address cannot be listened on.
        NotInitialised: There is no household in the folder.
    """
    database = open_database(folder)
    with suppress(DatabaseLost, DamagedDatabase), database.read():
        pass
    with _only_one(folder):
        _warn_if_open(host)
        sockets = _bound(host, port)
        bound_port = int(sockets[0].getsockname()[1])
        run = _run(build_application(folder, settings), settings, sockets)
        afterwards = _Afterwards(database, settings)
        try:
            with _sigterm_as_ctrl_c():
                afterwards.begin()
                log.info("Listening on port %d with %d threads.", bound_port, THREADS)
                if on_ready is not None:
                    on_ready(host, bound_port)
                run()
        except KeyboardInterrupt:
            log.info("Asked to end before the first request.")
        finally:
            afterwards.end()
            for each in sockets:
                each.close()


def _bound(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of a host, all on one port.

    Raises:
        UsageError: There is no such address, or somebody listens there.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _type, _protocol, _name, address in dict.fromkeys(found):
            number = port or (sockets[0].getsockname()[1] if sockets else 0)
            sockets.append(socket.create_server((str(address[0]), number), family=family))
    except OSError as error:
        for each in sockets:
            each.close()
        raise UsageError(
            f"Cannot listen on {host}:{port} ({error.strerror}); stop what listens there, "
            "or choose another with --host and --port."
        ) from error
    return sockets


def _run(
    application: WSGIApplication, settings: "Settings", sockets: list[socket.socket]
) -> Callable[[], None]:
    """Waitress, ready to run; with buffers so large that a reader who stalls holds no thread."""
    from waitress import create_server  # commands that do not serve need none

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(
        application,
        sockets=sockets,
        threads=THREADS,
        ident="hearthbook",
        outbuf_overflow=1 << 20,
        outbuf_high_watermark=1 << 30,
        # Far above our own limits, which refuse in words; waitress would cut the connection while
        # the client still sends. Beyond half a megabyte it keeps a body in a file, not in memory.
        max_request_body_size=max(8 * settings.limits.request_bytes, 128 << 20),
        max_request_header_size=1 << 16,
        clear_untrusted_proxy_headers=False,  # ours decides, by network instead of address
    )
    run: Callable[[], None] = server.run
    return run


class _Afterwards:
    """Warms up and starts the scheduler a second after the server: nothing may delay the first answer."""

    def __init__(self, database: Database, settings: "Settings") -> None:
        self._database = database
        self._settings = settings
        self._lock = threading.Lock()
        self._running: _Stoppable | None = None
        self._is_over = False
        self._timer = threading.Timer(1.0, self._start)
        self._timer.daemon = True

    def begin(self) -> None:
        """Start counting."""
        self._timer.start()

    def end(self) -> None:
        """Stop the scheduler, or never start it."""
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._running is not None:
                self._running.stop()

    def _start(self) -> None:
        # Heavy, and not needed for a poll; the first PUT and the first search need not wait either.
        import server.protocol.queries
        import server.store.writes  # noqa: F401
        from server.scheduler import start

        with self._lock:
            if not self._is_over:
                self._running = start(self._database, self._settings)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of `serve` on a data folder.

    Raises:
        Busy: Another process holds it.
    """
    handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(
                f"Another `hearthbook serve` already runs on {folder}; stop it first, "
                "or name another data folder with --data."
            ) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Let SIGTERM end the server as Ctrl-C does; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _warn_if_open(host: str) -> None:
    from server.settings import is_loopback

    if not is_loopback(host):
        log.warning(
            "Serving plain http on %s: passwords and contacts cross the network unencrypted. "
            "Put a proxy with TLS in front, and let only it reach this port.",
            host,
        )


def _request(environ: Environ) -> Request:
    return Request(
        method=text_of(environ, "REQUEST_METHOD"),
        path=text_of(environ, "PATH_INFO"),
        user_agent=text_of(environ, "HTTP_USER_AGENT"),
        address=text_of(environ, "REMOTE_ADDR"),
        if_match=text_of(environ, "HTTP_IF_MATCH"),
        if_none_match=text_of(environ, "HTTP_IF_NONE_MATCH"),
    )


def _kind_of_path(exchange: Exchange | None) -> str:
    """A path for the log: whose and which book, never the name of a card."""
    if exchange is None:
        return "-"
    target = exchange.target
    return f"/{target.member}/{target.book}/*" if target.book else f"/{target.member}"
