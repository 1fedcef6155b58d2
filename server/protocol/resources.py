"""GET, HEAD, PUT and DELETE of cards, and what these mean for whole books."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.access import BOOK_OF_THE_HOUSEHOLD
from server.errors import Refused
from server.protocol.answers import Answer, Headers, gathered, need_privilege, refusal
from server.protocol.conditions import is_unmodified, strong_match, weak_match, without_weakness
from server.protocol.exchange import Exchange
from server.protocol.properties import http_date
from server.protocol.propfind import existing_book
from server.store import books
from server.store.books import Book
from server.store.database import Transaction
from server.store.devices import Device

if TYPE_CHECKING:
    from server.store.writes import PutResult

REPEATING: Final = "davx5"
"""It names a new card only when it hears that it was taken, and sends it again until then, whatever 412 says."""
_VERSION: Final = re.compile(r'text/(?:x-)?vcard[^,]*;\s*version\s*=\s*"?([34]\.0)', re.IGNORECASE)
_CARD_HEADERS: Final = (
    ("Content-Type", "text/vcard; charset=utf-8"),
    ("Content-Disposition", "attachment"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "private, no-cache"),
    ("Vary", "Accept, Authorization"),
)


def answer_get(exchange: Exchange) -> Answer:
    """A card octet for octet as it was written, or a whole book, one card after the other.

    Raises:
        Refused: 404 where there is none, 412 for a failed `If-Match`.
    """
    if exchange.target.href:
        return _get_card(exchange)
    return _get_book(exchange)


def answer_put(exchange: Exchange) -> Answer:
    """Store a card; the store decides, this says it in HTTP.

    An ETag is sent only where exactly the sent octets were stored (RFC 6352 section 6.3.2.3).

    Raises:
        Refused: 409 without such a book.
    """
    from server.store import writes  # knows cards; a poll needs none

    target, request = exchange.target, exchange.request
    if not exchange.may_write:
        return need_privilege(target.path, "write-content")
    with exchange.database.write(exchange.actor) as tx:
        book = books.find_book(tx, target.member, target.book)
        if book is None:
            raise Refused(409, "There is no such address book to put a card into; make it first.")
        result = writes.put(
            tx,
            book,
            target.href,
            exchange.body,
            device=exchange.device,
            if_match=request.if_match,
            if_none_match=without_weakness(request.if_none_match),
            repeats=REPEATING in request.user_agent.lower(),
        )
    return _written(result)


def answer_delete(exchange: Exchange) -> Answer:
    """Delete a card, or hide another's.

    Raises:
        Refused: 404 where there is none.
    """
    from server.store import deleting  # knows cards; a poll needs none

    target = exchange.target
    if not exchange.may_write:
        return need_privilege(target.path, "unbind")
    with exchange.database.write(exchange.actor) as tx:
        book = existing_book(tx, target.member, target.book)
        result = deleting.delete(
            tx,
            book,
            target.href,
            device=exchange.device,
            if_match=exchange.request.if_match,
        )
    return _written(result)


def delete_book(exchange: Exchange) -> Answer:
    """Delete a further book with its cards; the household's own stays.

    Raises:
        Refused: 404 where there is none.
    """
    target = exchange.target
    if target.depth < 2 or target.book == BOOK_OF_THE_HOUSEHOLD:
        return refusal(
            403,
            "Your address book cannot be deleted from a device; delete single cards, "
            "or remove the account from the device.",
        )
    if not exchange.may_write:
        return need_privilege(target.path, "unbind")
    with exchange.database.write(exchange.actor) as tx:
        drop_cards_and_book(tx, existing_book(tx, target.member, target.book), exchange.device)
    return Answer(204)


def drop_cards_and_book(tx: Transaction, book: Book, device: Device) -> None:
    """Put the cards of a further book into the trash, then take the book out of the home."""
    from server.store import deleting  # knows cards; a poll needs none

    for href, _seq in books.list_slots(tx, book):
        deleting.delete(tx, book, href, device=device, counts=False)
    if not tx.has_acted:  # no card went, so there is nothing that an undo would bring back
        tx.actor = replace(tx.actor, kind="drop")
    books.drop_book(tx, book)


def refuse_collection(exchange: Exchange) -> Answer:
    """PUT of anything that is no card: one upload must never replace a book."""
    if exchange.target.depth > 3:
        return refusal(409, "An address book holds cards only; there are no folders in it.")
    return refusal(
        403,
        "A whole address book cannot be replaced by one upload; put the cards one by one, "
        "or use `hearthbook import`.",
    )


def _written(result: "PutResult") -> Answer:
    if result.status >= 400:
        return refusal(result.status, result.sentence, result.precondition)
    return Answer(result.status, headers=(("ETag", result.etag),) if result.etag else ())


def _get_card(exchange: Exchange) -> Answer:
    target = exchange.target
    accepted = _VERSION.search(exchange.fields.accept)
    gets_4 = exchange.gets_4(accepted[1] if accepted else "")
    with exchange.database.read() as tx:
        book = existing_book(tx, target.member, target.book)
        entry = books.load(tx, book, target.href, version_4=gets_4)
    if entry is None:
        raise Refused(404, "There is no such card.")
    etag = books.etag(book, entry.seq)
    headers: Headers = (("ETag", etag), ("Last-Modified", http_date(entry.modified)))
    unchanged = _unchanged(exchange, etag, entry.modified, headers)
    if unchanged is not None:
        return unchanged
    exchange.epoch = book.epoch
    exchange.served.append((entry.slot, entry.seq, "4.0" if gets_4 else "3.0"))
    return Answer(200, entry.octets, (*headers, *_CARD_HEADERS))


def _get_book(exchange: Exchange) -> Answer:
    """All cards of a book as one file; each ends with a line break."""
    with exchange.database.read() as tx:
        book = existing_book(tx, exchange.target.member, exchange.target.book)
    etag = books.etag(book, book.seq)
    unchanged = _unchanged(exchange, etag, None, (("ETag", etag),))
    if unchanged is not None:
        return unchanged

    def cards() -> Iterator[bytes]:
        with exchange.database.read() as tx:
            for entry in books.load_all(tx, book, version_4=exchange.gets_4("")):
                yield entry.octets if entry.octets.endswith(b"\n") else entry.octets + b"\r\n"

    return Answer(200, gathered(cards()), (("ETag", etag), *_CARD_HEADERS))


def _unchanged(
    exchange: Exchange, etag: str, modified: int | None, headers: Headers
) -> Answer | None:
    """412 or 304 where a precondition says so, in the order of RFC 9110 section 13.2.2."""
    request = exchange.request
    if request.if_match and not strong_match(request.if_match, etag):
        raise Refused(412, "The card has changed since; fetch it again.")
    if request.if_none_match:
        is_same = weak_match(request.if_none_match, etag)
    else:
        since = exchange.fields.if_modified_since
        is_same = bool(since) and modified is not None and is_unmodified(since, modified)
    return Answer(304, headers=headers) if is_same else None
