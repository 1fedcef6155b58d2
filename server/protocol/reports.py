"""The reports of an address book: sync-collection, addressbook-multiget, addressbook-query."""

from collections.abc import Iterable, Iterator

from server.errors import Refused
from server.protocol.answers import Answer
from server.protocol.exchange import Exchange
from server.protocol.multistatus import CardTemplate, gone, multistatus, truncated
from server.protocol.names import ADDRESS_DATA, DAV, element
from server.protocol.paths import named_in, quoted_segment
from server.protocol.properties import (
    ENTRY_FIELDS,
    LISTED_FIELDS,
    Facts,
    card_values,
    fixed_of_cards,
)
from server.protocol.propfind import card_template, existing_book, facts_of
from server.protocol.requests import AddressData, Multiget, Properties, Search, SyncCollection
from server.store import books
from server.store.books import Book, Entry
from server.store.database import Transaction

_KEPT_ALWAYS = frozenset({"BEGIN", "VERSION", "END"})


def answer_report(exchange: Exchange, asked: SyncCollection | Multiget | Search) -> Answer:
    """Answer one of the three reports.

    Raises:
        Refused: 404 without such a book, 400 or 403 for a token that is not known.
    """
    match asked:
        case SyncCollection():
            return multistatus(_sync(exchange, asked))
        case Multiget():
            return multistatus(_multiget(exchange, asked))
        case Search():
            return multistatus(_search(exchange, asked))


class _Rows:
    """Renders the cards of one report and remembers what the device was given."""

    def __init__(
        self, exchange: Exchange, facts: Facts, wanted: Properties, data: AddressData | None
    ) -> None:
        self._exchange = exchange
        exchange.epoch = facts.book.epoch
        self._book = facts.book
        self._data = data
        self.gets_4 = exchange.gets_4(data.version if data else "")
        if wanted.kind == "prop":
            self._template = CardTemplate(
                facts.path, wanted.names, fixed_of_cards(facts), ENTRY_FIELDS | {ADDRESS_DATA}
            )
        else:
            self._template = card_template(exchange, facts, wanted)

    @property
    def is_listing(self) -> bool:
        """Whether the rows need no card, only its name and number."""
        return LISTED_FIELDS.issuperset(self._template.fields)

    def listed(self, href: str, seq: int) -> bytes:
        """A row of a listing."""
        tags = [books.etag(self._book, seq).encode()] * len(self._template.fields)
        return self._template.row(href, *tags)

    def loaded(self, entry: Entry) -> bytes:
        """A row with a card; one sent whole is remembered as served."""
        if self._data is not None:
            if self._data.names:
                entry = _reduced(entry, self._data.names)
            else:
                version = "4.0" if self.gets_4 else "3.0"
                self._exchange.served.append((entry.slot, entry.seq, version))
        values = card_values(self._template.fields, self._book, entry)
        return self._template.row(entry.href, *values)

    def load(self, tx: Transaction, href: str) -> Entry | None:
        """A card in the version that this device gets."""
        return books.load(tx, self._book, href, version_4=self.gets_4)


def _sync(exchange: Exchange, asked: SyncCollection) -> Iterator[bytes]:
    with exchange.database.read() as tx:
        book = existing_book(tx, exchange.target.member, exchange.target.book)
        facts = facts_of(exchange, book)
        rows = _Rows(exchange, facts, asked.properties, asked.data)
        changes = _changes(tx, exchange, book, asked.token)
        token = books.sync_token(book)
        if asked.limit is not None and len(changes) > asked.limit:
            changes = changes[: asked.limit]
            token = books.sync_token(_as_of(book, changes[-1][1]))
            yield truncated(facts.path)
        for href, seq, is_gone in changes:
            entry = None if is_gone or rows.is_listing else rows.load(tx, href)
            if is_gone or (entry is None and not rows.is_listing):
                yield gone(facts.path + quoted_segment(href))
            else:
                yield rows.loaded(entry) if entry else rows.listed(href, seq)
        yield element(f"{DAV}sync-token", token.encode()) + b"\n"


def _changes(
    tx: Transaction, exchange: Exchange, book: Book, token: str
) -> list[tuple[str, int, bool]]:
    """What to tell a client that has seen `token`; a first sync hears of no removal.

    Thunderbird keeps a token that is answered 403 and fails for ever; it starts
    again on 400 only.
    """
    try:
        seen = books.parse_token(book, token)
    except Refused as error:
        is_thunderbird = "thunderbird" in exchange.request.user_agent.lower()
        status = 400 if is_thunderbird else error.status
        raise Refused(status, error.sentence, error.precondition) from error
    if not token:
        return [(href, seq, False) for href, seq in books.list_slots(tx, book)]
    return [] if seen == book.seq else books.changes_since(tx, book, seen)


def _as_of(book: Book, seq: int) -> Book:
    """The book as a client knows it that has heard of everything up to `seq`."""
    return Book(book.id, book.member, book.name, book.displayname, book.epoch, seq)


def _multiget(exchange: Exchange, asked: Multiget) -> Iterator[bytes]:
    target = exchange.target
    with exchange.database.read() as tx:
        book = existing_book(tx, target.member, target.book)
        rows = _Rows(exchange, facts_of(exchange, book), asked.properties, asked.data)
        done: set[str] = set()
        for text in asked.hrefs:
            named = named_in(text, exchange.fields.host)
            is_here = (
                named is not None
                and named.depth == 3
                and (named.member, named.book) == (target.member, target.book)
            )
            entry = rows.load(tx, named.href) if named and is_here else None
            if entry is None:
                yield gone(text)
            elif entry.href not in done:
                done.add(entry.href)
                yield rows.loaded(entry)


def _search(exchange: Exchange, asked: Search) -> Iterator[bytes]:
    from server.protocol.queries import matching  # knows cards; a poll needs none

    with exchange.database.read() as tx:
        book = existing_book(tx, exchange.target.member, exchange.target.book)
        facts = facts_of(exchange, book)
        rows = _Rows(exchange, facts, asked.properties, asked.data)
        entries = books.load_all(tx, book, version_4=rows.gets_4)
        for number, entry in enumerate(matching(asked.filter, entries)):
            if number == asked.limit:
                yield truncated(facts.path)
                return
            yield rows.loaded(entry)


def _reduced(entry: Entry, names: Iterable[str]) -> Entry:
    """A card with only the properties that were asked for (RFC 6352 section 10.4.2)."""
    from server.contacts.lines import split_lines  # few clients ask so

    wanted = _KEPT_ALWAYS.union(names)
    octets = b"".join(line.raw for line in split_lines(entry.octets) if line.name.upper() in wanted)
    return Entry(entry.slot, entry.href, entry.uid, entry.seq, octets, entry.safe, entry.modified)
