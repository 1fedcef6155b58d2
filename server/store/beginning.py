"""The first member of a household: there is no default account, only a link that whoever starts the server sees.

It is made anew at each start, works until somebody has used it, and never where anybody lives already.
"""

import secrets
from typing import Final

from server.store.choosing import choose, say_called, speak
from server.store.database import Transaction
from server.store.household import get_setting, set_setting
from server.store.members import Member, member_names
from server.store.naming import free_name, plain_letters
from server.store.sharing import add_member
from server.store.tokens import token_digest

_KEY: Final = "begin"
_ID_LENGTH_MOST: Final = 32


def begin_token(tx: Transaction) -> str | None:
    """A new token for the first member, which ends the one before; None where somebody lives here."""
    if not is_unbegun(tx):
        return None
    token = secrets.token_urlsafe(24)
    set_setting(tx, _KEY, token_digest(token).hex())
    return token


def is_unbegun(tx: Transaction) -> bool:
    """Whether nobody lives here and nobody ever did, so that the link of the latest start is awaited."""
    return not member_names(tx)


def may_begin(tx: Transaction, token: str) -> bool:
    """Whether this is the token of the latest start, and nobody has used it."""
    kept = get_setting(tx, _KEY)
    return bool(kept) and is_unbegun(tx) and secrets.compare_digest(kept, token_digest(token).hex())


def begin(
    tx: Transaction, token: str, first: Member, *, household: str, region: str, language: str = ""
) -> Member | None:
    """Name the household and add its first member, an adult; None where the token is used or over.

    Raises:
        UsageError: The household or the member cannot be called so.
    """
    if not may_begin(tx, token):
        return None
    say_called(tx, household)
    choose(tx, "region", region)
    speak(tx, language)
    set_setting(tx, _KEY, "")
    return add_member(tx, first.id, name=first.name, shares=first.shares, role="adult")


def free_id(tx: Transaction, name: str) -> str:
    """A sign-in name for somebody: the first word of their name in small letters, else `member`."""
    taken = member_names(tx)
    words = plain_letters(name).split()
    letters = "".join(each for each in (words or [""])[0] if each.isalnum())
    base = letters[:_ID_LENGTH_MOST] if letters[:1].isalpha() else "member"
    return free_name(base, taken, most=_ID_LENGTH_MOST)
