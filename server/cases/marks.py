"""How pages name things: marks and sealed row ids, so that nobody learns how many there are, or makes one (design rule R1)."""

import hashlib
import hmac

from server.errors import NotFound
from server.store.database import Transaction

_BYTES = 8


def marked(tx: Transaction, what: str) -> str:
    """What a page calls something: the same each time, and nobody can make one or tell what it is of."""
    return hmac.new(tx.secret(), what.encode(), hashlib.sha256).hexdigest()[:32]


def sealed(tx: Transaction, purpose: str, number: int) -> str:
    """A row id as a page may show it; the same for the same purpose, and different for each other one."""
    proof = _keyed(tx, f"proof {purpose} {number}")
    return (proof + _crossed(number.to_bytes(_BYTES, "big"), _keyed(tx, purpose, proof))).hex()


def unsealed(tx: Transaction, purpose: str, mark: str) -> int:
    """The row id that was sealed for this purpose.

    Raises:
        NotFound: It was not sealed here, or for something else.
    """
    try:
        octets = bytes.fromhex(mark)
    except ValueError:
        octets = b""
    proof, hidden = octets[:_BYTES], octets[_BYTES:]
    if len(hidden) == _BYTES:
        number = int.from_bytes(_crossed(hidden, _keyed(tx, purpose, proof)), "big")
        if hmac.compare_digest(proof, _keyed(tx, f"proof {purpose} {number}")):
            return number
    raise NotFound("That is not there any more; open the page again.")


def _keyed(tx: Transaction, purpose: str, more: bytes = b"") -> bytes:
    key = f"mark {purpose} ".encode() + more
    return hmac.new(tx.secret(), key, hashlib.sha256).digest()[:_BYTES]


def _crossed(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
