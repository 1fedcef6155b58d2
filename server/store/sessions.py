"""Who is signed in to the pages: random tokens, kept as SHA-256."""

import secrets
from typing import Final

from sqlalchemy import and_, delete, func, select, update

from server.access import may_reset
from server.errors import UsageError
from server.saying import said
from server.store.database import Actor, Transaction
from server.store.household import household_name
from server.store.members import Member, get_member, password_hash, set_password_hash
from server.store.query import Query, bind, inserting
from server.store.schema import member, session, setup_link
from server.store.tokens import token_digest

__all__ = [
    "create_session",
    "create_setup_link",
    "end_session",
    "end_sessions",
    "household_name",
    "is_due",
    "need_may_reset",
    "password_hash",
    "peek_setup_link",
    "renew_session",
    "reset_password",
    "secret",
    "session_count",
    "session_member",
    "set_password_hash",
    "use_setup_link",
]

_INSERT: Final = inserting(session, "token_hash", "member", "created", "expires")
_FIND: Final = Query(
    select(session.c.member, session.c.expires, session.c.created)
    .join(member, member.c.id == session.c.member)
    .where(
        and_(
            session.c.token_hash == bind("digest"),
            session.c.expires > bind("at"),
            member.c.gone.is_(None),
        )
    )
)
_DAY: Final = 86_400_000_000
_RENEW: Final = Query(
    update(session).where(session.c.token_hash == bind("digest")).values(expires=bind("until"))
)
_END: Final = Query(delete(session).where(session.c.token_hash == bind("digest")))
_END_ALL: Final = Query(delete(session).where(session.c.member == bind("who")))
_COUNT: Final = Query(
    select(func.count()).where(
        and_(session.c.member == bind("who"), session.c.expires > bind("at"))
    )
)
_EXPIRE: Final = Query(delete(session).where(session.c.expires <= bind("at")))
_LINK: Final = inserting(setup_link, "token_hash", "member", "expires")
_END_LINKS: Final = Query(delete(setup_link).where(setup_link.c.member == bind("who")))
_PEEK: Final = Query(
    select(setup_link.c.member).where(
        and_(
            setup_link.c.token_hash == bind("digest"),
            setup_link.c.used.is_(None),
            setup_link.c.expires > bind("at"),
        )
    )
)
_USE: Final = Query(
    update(setup_link).where(setup_link.c.token_hash == bind("digest")).values(used=bind("at"))
)


def create_session(tx: Transaction, member_id: str, *, seconds: int) -> str:
    """Sign a member in; gives the token for the cookie."""
    tx.run(_EXPIRE, at=tx.now)
    token = secrets.token_urlsafe(32)
    tx.run(
        _INSERT,
        token_hash=token_digest(token),
        member=member_id,
        created=tx.now,
        expires=tx.now + seconds * 1_000_000,
    )
    return token


def session_member(tx: Transaction, token: str) -> str | None:
    """The member of a session, or None where it ended."""
    row = tx.one(_FIND, digest=token_digest(token), at=tx.now)
    return str(row[0]) if row else None


def renew_session(tx: Transaction, token: str, *, seconds: int) -> bool:
    """Let a session that is used go on; whether it was due, which is once a day.

    A short one, of a borrowed device, is never made longer.
    """
    row = tx.one(_FIND, digest=token_digest(token), at=tx.now)
    if row is None or not _is_due(row[1], row[2], tx.now, seconds):
        return False
    tx.run(_RENEW, digest=token_digest(token), until=tx.now + seconds * 1_000_000)
    return True


def is_due(tx: Transaction, token: str, *, seconds: int) -> bool:
    """Whether `renew_session` would change anything."""
    row = tx.one(_FIND, digest=token_digest(token), at=tx.now)
    return row is not None and _is_due(row[1], row[2], tx.now, seconds)


def _is_due(expires: int, created: int, now: int, seconds: int) -> bool:
    return expires - created >= seconds * 1_000_000 and expires - now < seconds * 1_000_000 - _DAY


def end_session(tx: Transaction, token: str) -> None:
    """Sign out here."""
    tx.run(_END, digest=token_digest(token))


def end_sessions(tx: Transaction, member_id: str) -> None:
    """Sign a member out everywhere."""
    tx.run(_END_ALL, who=member_id)


def session_count(tx: Transaction, member_id: str) -> int:
    """In how many browsers a member is signed in."""
    row = tx.one(_COUNT, who=member_id, at=tx.now)
    return int(row[0]) if row else 0


def create_setup_link(tx: Transaction, member_id: str, *, seconds: int) -> str:
    """A one-time token with which a member chooses a password.

    Raises:
        NotFound: There is no such member.
    """
    get_member(tx, member_id)
    token = secrets.token_urlsafe(24)
    tx.run(
        _LINK,
        token_hash=token_digest(token),
        member=member_id,
        expires=tx.now + seconds * 1_000_000,
    )
    return token


def reset_password(tx: Transaction, member_id: str, *, by: str, seconds: int) -> str:
    """A one-time token with which a member chooses a new password; the old one, sessions and links end.

    Whoever asked for it can open it, too; but then the member notices, since
    their own password works no more.

    Raises:
        NotFound: There is no such member.
        UsageError: Who asks may not do so for this member.
    """
    need_may_reset(tx, member_id, by=by)
    tx.new_act(Actor("reset", by))
    end_sessions(tx, member_id)
    tx.run(_END_LINKS, who=member_id)
    set_password_hash(tx, member_id, "")
    return create_setup_link(tx, member_id, seconds=seconds)


def need_may_reset(tx: Transaction, member_id: str, *, by: str) -> Member:
    """The member whose password somebody may end.

    Raises:
        NotFound: There is no such member.
        UsageError: Who asks may not do so for this member.
    """
    found, asking = get_member(tx, member_id), get_member(tx, by)
    if by == member_id or not may_reset(asking.role, found.role):
        raise UsageError(
            said(
                "{name} cannot do that for {other}; adults can for others who are no guests.",
                name=asking.name,
                other=found.name,
            )
        )
    return found


def peek_setup_link(tx: Transaction, token: str) -> str | None:
    """Whose setup link this is, without using it up; None where it was used or is over."""
    row = tx.one(_PEEK, digest=token_digest(token), at=tx.now)
    return str(row[0]) if row else None


def use_setup_link(tx: Transaction, token: str) -> str | None:
    """Use a setup link up; gives its member, or None where it was used or is over."""
    member_id = peek_setup_link(tx, token)
    if member_id is not None:
        tx.run(_USE, digest=token_digest(token), at=tx.now)
    return member_id


def secret(tx: Transaction) -> bytes:
    """The household's key for form tokens and case ids."""
    return tx.secret()
