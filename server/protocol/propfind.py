"""PROPFIND of books and cards (RFC 4918 section 9.1)."""

from collections.abc import Iterator

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.errors import Refused
from server.protocol.answers import Answer
from server.protocol.exchange import Exchange
from server.protocol.multistatus import CardTemplate, multistatus, response
from server.protocol.names import ME_CARD, element
from server.protocol.paths import Target
from server.protocol.properties import (
    ENTRY_FIELDS,
    LISTED_FIELDS,
    Facts,
    book_elements,
    book_names,
    card_names,
    card_values,
    fixed_of_cards,
)
from server.protocol.requests import Properties, Propfind
from server.store import books
from server.store.books import Book
from server.store.database import Transaction


def depth_of(header: str) -> int:
    """The `Depth` of a request, 0 where a client leaves it out.

    Raises:
        Refused: 403 propfind-finite-depth for infinity, 400 for anything else.
    """
    depth = header.strip().lower()
    if depth == "infinity":
        raise Refused(
            403,
            "A listing of everything is not given here; ask with depth 1.",
            "propfind-finite-depth",
        )
    if depth not in {"", "0", "1"}:
        raise Refused(400, "The Depth must be 0 or 1.")
    return int(depth or "0")


def answer_propfind(exchange: Exchange, asked: Propfind) -> Answer:
    """Properties of a book, of a book with its cards, or of one card.

    Raises:
        Refused: 404 where there is no such book or card.
    """
    return multistatus(_responses(exchange, asked.properties, depth_of(exchange.fields.depth)))


def _responses(exchange: Exchange, wanted: Properties, depth: int) -> Iterator[bytes]:
    target = exchange.target
    with exchange.database.read() as tx:
        book = existing_book(tx, target.member, target.book)
        facts = facts_of(exchange, book)
        if target.href:
            yield _card(tx, exchange, facts, wanted)
            return
        yield book_response(tx, facts, wanted)
        if depth:
            yield from _cards(tx, exchange, facts, wanted)


def existing_book(tx: Transaction, member: str, name: str) -> Book:
    """The book of a path.

    Raises:
        Refused: 404 where there is none.
    """
    book = books.find_book(tx, member, name)
    if book is None:
        raise Refused(404, "There is no such address book; the one of the household is 'contacts'.")
    return book


def facts_of(exchange: Exchange, book: Book) -> Facts:
    """What the properties of a book's answer are made from."""
    return Facts(book, exchange.may_write, exchange.limits.card_bytes)


def card_template(exchange: Exchange, facts: Facts, wanted: Properties) -> CardTemplate:
    """The template for the cards of one answer, `address-data` left out."""
    if wanted.kind == "propname":
        names = card_names(every=True)
        return CardTemplate(facts.path, names, {name: element(name) for name in names}, frozenset())
    names = wanted.names
    if wanted.kind == "allprop":
        names = tuple(dict.fromkeys((*card_names(every=False), *names)))
    return CardTemplate(facts.path, names, fixed_of_cards(facts), ENTRY_FIELDS)


def book_response(tx: Transaction, facts: Facts, wanted: Properties) -> bytes:
    """The response for a book itself."""

    def dead() -> dict[str, str]:
        kept = books.book_properties(tx, facts.book)
        kept.pop(ME_CARD, None)
        me = me_path(tx, facts.book.member) if facts.book.household else ""
        return {**kept, ME_CARD: me} if me else kept

    if wanted.kind == "prop":
        return response(facts.path, *book_elements(wanted.names, facts, dead))
    if wanted.kind == "propname":
        return response(facts.path, [element(name) for name in (*book_names(every=True), *dead())])
    names = dict.fromkeys((*book_names(every=False), *dead(), *wanted.names))
    return response(facts.path, *book_elements(names, facts, dead))


def me_path(tx: Transaction, member: str) -> str:
    """The path of the own card that a member is; empty for none."""
    from server.store.me_cards import me_href  # a poll needs none

    href = me_href(tx, member)
    return Target(member, BOOK_OF_THE_HOUSEHOLD, href).path if href else ""


def _cards(
    tx: Transaction, exchange: Exchange, facts: Facts, wanted: Properties
) -> Iterator[bytes]:
    """Every card of a listing; the cards themselves are read only where a property needs them."""
    template = card_template(exchange, facts, wanted)
    book = facts.book
    if LISTED_FIELDS.issuperset(template.fields):
        for href, seq in books.list_slots(tx, book):
            tags = [books.etag(book, seq).encode()] * len(template.fields)
            yield template.row(href, *tags)
        return
    for entry in books.load_all(tx, book, version_4=exchange.gets_4("")):
        yield template.row(entry.href, *card_values(template.fields, book, entry))


def _card(tx: Transaction, exchange: Exchange, facts: Facts, wanted: Properties) -> bytes:
    book, href = facts.book, exchange.target.href
    entry = books.load(tx, book, href, version_4=exchange.gets_4(""))
    if entry is None:
        raise Refused(404, "There is no such card.")
    template = card_template(exchange, facts, wanted)
    return template.row(href, *card_values(template.fields, book, entry))
