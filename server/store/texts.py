"""Octets: every text is kept once, with how it may stand in XML."""

import hashlib
import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from server.store.database import Transaction
from server.store.query import Query, bind
from server.store.schema import text

_FIND: Final = Query(select(text.c.id).where(text.c.hash == bind("digest")))
_GET: Final = Query(select(text.c.octets).where(text.c.id == bind("which")))
_INSERT: Final = Query(
    insert(text).values(hash=bind("digest"), safe=bind("how_safe"), octets=bind("content"))
)
_ALL: Final = Query(select(text.c.id, text.c.hash, text.c.octets).order_by(text.c.id))
_SPECIAL: Final = re.compile(rb"[&<>]")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf]")


def keep(tx: Transaction, octets: bytes) -> int:
    """Keep these octets and give their id; the same octets have one id."""
    digest = _digest(octets)
    row = tx.one(_FIND, digest=digest)
    if row is not None:
        return int(row[0])
    return tx.run(_INSERT, digest=digest, how_safe=safe_in_xml(octets), content=octets)


def kept(tx: Transaction, octets: bytes) -> int | None:
    """The id of these octets, if they are kept."""
    row = tx.one(_FIND, digest=_digest(octets))
    return int(row[0]) if row is not None else None


def digest_of(octets: bytes) -> str:
    """By what name the journal speaks of a text that the server had given."""
    return _digest(octets).hex()


def kept_as(tx: Transaction, digest: str) -> int | None:
    """The id of the octets of that digest, if they are kept."""
    row = tx.one(_FIND, digest=bytes.fromhex(digest))
    return int(row[0]) if row is not None else None


def octets_of(tx: Transaction, text_id: int | None) -> bytes:
    """The octets kept under an id; empty for None."""
    row = tx.one(_GET, which=text_id) if text_id is not None else None
    return bytes(row[0]) if row else b""


def changed_texts(tx: Transaction) -> tuple[int, ...]:
    """The ids of octets that are no longer what was kept, as on a disk that fails silently."""
    rows = tx.each(_ALL)
    return tuple(which for which, digest, octets in rows if _digest(bytes(octets)) != digest)


def safe_in_xml(octets: bytes) -> int:
    """How a text may stand in XML: 2 as it is, 1 escaped, 0 only with illegal characters stripped."""
    if _CONTROL.search(octets):
        return 0
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return 0
    return 1 if _SPECIAL.search(octets) else 2


def _digest(octets: bytes) -> bytes:
    return hashlib.blake2b(octets, digest_size=32).digest()
