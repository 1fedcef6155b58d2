"""Members of the household and what each shows the others."""

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.sqlite import insert

from server.access import Household, Level, MemberState, Role
from server.errors import NotFound, UsageError
from server.store.database import Transaction
from server.store.query import Query, bind, inserting
from server.store.schema import card, member, share

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
ROLES: Final = ("adult", "child", "guest")
LEVELS: Final = ("none", "name", "all")

_COLUMNS = (member.c.id, member.c.name, member.c.role, member.c.shares, member.c.password_hash)
_LIST: Final = Query(select(*_COLUMNS).where(member.c.gone.is_(None)).order_by(member.c.joined))
_FIND: Final = Query(
    select(*_COLUMNS).where(and_(member.c.id == bind("who"), member.c.gone.is_(None)))
)
_INSERT: Final = inserting(member, "id", "name", "role", "shares", "joined")
_UPDATE: Final = Query(
    update(member)
    .where(member.c.id == bind("who"))
    .values(name=bind("new_name"), role=bind("new_role"), shares=bind("new_shares"))
)
_PASSWORD: Final = Query(
    update(member).where(member.c.id == bind("who")).values(password_hash=bind("content"))
)
_SHARES: Final = Query(select(share.c.from_member, share.c.to_member, share.c.level))
_UPSERT = insert(share).values(
    from_member=bind("giver"), to_member=bind("taker"), level=bind("how")
)
_SHARE: Final = Query(
    _UPSERT.on_conflict_do_update(
        index_elements=["from_member", "to_member"], set_={"level": _UPSERT.excluded.level}
    )
)
_CARDS: Final = Query(select(card.c.id).where(card.c.member == bind("who")))


@dataclass(frozen=True, slots=True)
class Member:
    """A human with a sign-in; one DAV principal."""

    id: str
    name: str
    role: Role
    shares: Level
    has_password: bool


def list_members(tx: Transaction) -> tuple[Member, ...]:
    """All members, in the order in which they joined."""
    return tuple(
        Member(row[0], row[1], row[2], row[3], row[4] is not None) for row in tx.all(_LIST)
    )


def find_member(tx: Transaction, member_id: str) -> Member | None:
    """One member by id, or None."""
    row = tx.one(_FIND, who=member_id)
    return Member(row[0], row[1], row[2], row[3], row[4] is not None) if row else None


def get_member(tx: Transaction, member_id: str) -> Member:
    """One member by id.

    Raises:
        NotFound: Nobody has this id.
    """
    found = find_member(tx, member_id)
    if found is None:
        known = ", ".join(each.id for each in list_members(tx)) or "nobody yet"
        raise NotFound(f"There is no member {member_id!r} here; members are: {known}.")
    return found


def insert_member(
    tx: Transaction, member_id: str, *, name: str, shares: str, role: str = "adult"
) -> Member:
    """Keep a new member; `sharing.add_member` also gives them a book and a view.

    Raises:
        UsageError: The id is ill-formed or taken, or a word is unknown.
    """
    if not _ID.match(member_id):
        raise UsageError(
            f"{member_id!r} cannot be a member's id; use a small letter, then up to 31 small letters, digits or dashes."
        )
    if find_member(tx, member_id):
        raise UsageError(f"There is a member {member_id!r} already; choose another id.")
    new = Member(
        member_id, name.strip() or member_id, _role(role), level(shares), has_password=False
    )
    tx.run(_INSERT, id=new.id, name=new.name, role=new.role, shares=new.shares, joined=tx.act)
    return new


def update_member(
    tx: Transaction,
    member_id: str,
    *,
    name: str | None = None,
    shares: str | None = None,
    role: str | None = None,
) -> tuple[Member, tuple[str, ...]]:
    """Change a member's name, role or what they show; also gives the cards whose views may change.

    Raises:
        NotFound: Nobody has this id.
        UsageError: A word is unknown.
    """
    old = get_member(tx, member_id)
    new = Member(
        old.id,
        (name or old.name).strip(),
        _role(role or old.role),
        level(shares or old.shares),
        old.has_password,
    )
    tx.run(_UPDATE, who=new.id, new_name=new.name, new_role=new.role, new_shares=new.shares)
    affected = (
        tuple(row[0] for row in tx.all(_CARDS, who=member_id)) if new.shares != old.shares else ()
    )
    if new.role != old.role:
        affected = tuple(row[0] for each in list_members(tx) for row in tx.all(_CARDS, who=each.id))
    return new, affected


def update_share(tx: Transaction, giver: str, taker: str, how_much: str) -> tuple[str, ...]:
    """Say what one member shows another; gives the cards whose views may change.

    Raises:
        NotFound: One of them is unknown.
        UsageError: The level is unknown, or both are the same member.
    """
    get_member(tx, giver)
    get_member(tx, taker)
    if giver == taker:
        raise UsageError("Everybody sees their own cards whole; name two different members.")
    tx.run(_SHARE, giver=giver, taker=taker, how=level(how_much))
    return tuple(row[0] for row in tx.all(_CARDS, who=giver))


def set_password_hash(tx: Transaction, member_id: str, text: str) -> None:
    """Keep the argon2id hash of a member's password for the pages."""
    tx.run(_PASSWORD, who=member_id, content=text)


def password_hash(tx: Transaction, member_id: str) -> str | None:
    """The argon2id hash of a member's password, or None where none was chosen yet."""
    row = tx.one(
        Query(select(member.c.password_hash).where(member.c.id == bind("who"))), who=member_id
    )
    return row[0] if row else None


def household_of(tx: Transaction) -> Household:
    """Members and what they show each other, as `access` decides by it."""
    members = tuple(MemberState(each.id, each.role, each.shares) for each in list_members(tx))
    rows = tx.all(_SHARES)
    return Household(members, tuple((row[0], row[1], cast("Level", row[2])) for row in rows))


def level(word: str) -> Level:
    """A share level as typed.

    Raises:
        UsageError: It is none of the three words.
    """
    if word not in LEVELS:
        raise UsageError(f"{word!r} is no share level; say none, name or all.")
    return cast("Level", word)


def _role(word: str) -> Literal["adult", "child", "guest"]:
    if word not in ROLES:
        raise UsageError(f"{word!r} is no role; say adult, child or guest.")
    return cast("Role", word)
