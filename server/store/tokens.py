"""How secrets that the store must recognise and not know are kept: app passwords, sessions, links.

They are random and long, so that one round of SHA-256 is enough; members' own passwords are not (argon2id).
"""

import hashlib


def token_digest(token: str) -> bytes:
    """What is kept of a random token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
