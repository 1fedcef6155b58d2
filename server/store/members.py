"""Members of the household and what each shows the others."""

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

from server.access import Household, Level, MemberState, Role
from server.errors import NotFound, UsageError
from server.saying import said
from server.store import compiled
from server.store.database import Transaction
from server.store.noting_access import note_access

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
ROLES: Final = ("adult", "child", "guest")
LEVELS: Final = ("none", "name", "all")


@dataclass(frozen=True, slots=True)
class Member:
    """A human with a sign-in; one DAV principal."""

    id: str
    name: str
    role: Role
    shares: Level
    has_password: bool
    paused: bool = False
    """Whether they share nothing new at present."""


def list_members(tx: Transaction) -> tuple[Member, ...]:
    """All members, in the order in which they joined."""
    return tuple(
        Member(row[0], row[1], row[2], row[3], row[4] is not None, row[5] is not None)
        for row in tx.all(compiled.LIST_MEMBERS)
    )


def find_member(tx: Transaction, member_id: str) -> Member | None:
    """One member by id, or None."""
    row = tx.one(compiled.FIND_MEMBER, who=member_id)
    if row is None:
        return None
    return Member(row[0], row[1], row[2], row[3], row[4] is not None, row[5] is not None)


def get_member(tx: Transaction, member_id: str) -> Member:
    """One member by id.

    Raises:
        NotFound: Nobody has this id.
    """
    found = find_member(tx, member_id)
    if found is None:
        known = ", ".join(each.id for each in list_members(tx)) or "nobody yet"
        raise NotFound(
            said(
                "There is no member {member_id} here; members are: {known}.",
                member_id=repr(member_id),
                known=known,
            )
        )
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
            said(
                "{member_id} cannot be a member's id; use a small letter, then up to 31 small letters, digits or dashes.",
                member_id=repr(member_id),
            )
        )
    if find_member(tx, member_id) is None and member_id in member_names(tx):
        raise UsageError(
            said(
                "A member {member_id} left this household, and what was theirs is not given to anybody else; choose another id, such as {short}-2.",
                member_id=repr(member_id),
                short=member_id[:30],
            )
        )
    if find_member(tx, member_id):
        raise UsageError(
            said(
                "There is a member {member_id} already; choose another id.",
                member_id=repr(member_id),
            )
        )
    new = Member(
        member_id, name.strip() or member_id, _role(role), level(shares), has_password=False
    )
    tx.run(
        compiled.INSERT_MEMBER,
        id=new.id,
        name=new.name,
        role=new.role,
        shares=new.shares,
        joined=tx.act,
    )
    _note(tx, new)
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
        UsageError: A word is unknown, or the household's last adult would be none any more.
    """
    old = get_member(tx, member_id)
    if role != "adult" and role is not None:
        need_adult(tx, without=member_id)
    new = Member(
        old.id,
        (name or old.name).strip(),
        _role(role or old.role),
        level(shares or old.shares),
        old.has_password,
        old.paused,
    )
    tx.run(
        compiled.UPDATE_MEMBER,
        who=new.id,
        new_name=new.name,
        new_role=new.role,
        new_shares=new.shares,
    )
    _note(tx, new)
    affected = (
        tuple(row[0] for row in tx.all(compiled.CARDS_OF_MEMBER, who=member_id))
        if new.shares != old.shares
        else ()
    )
    if new.role != old.role:
        affected = tuple(
            row[0]
            for each in list_members(tx)
            for row in tx.all(compiled.CARDS_OF_MEMBER, who=each.id)
        )
    return new, affected


def need_adult(tx: Transaction, *, without: str) -> None:
    """See that somebody else could still decide for the household.

    Raises:
        UsageError: This is the last adult.
    """
    adults = [each for each in list_members(tx) if each.role == "adult"]
    if [each.id for each in adults] == [without]:
        raise UsageError(
            said(
                "{name} is the only adult here; make somebody else an adult first, with `hearthbook member set ID --role adult`.",
                name=adults[0].name,
            )
        )


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
    tx.run(compiled.UPSERT_SHARE, giver=giver, taker=taker, how=level(how_much))
    note_access(tx, "share", giver, keeper=taker, level=how_much)
    return tuple(row[0] for row in tx.all(compiled.CARDS_OF_MEMBER, who=giver))


def set_password_hash(tx: Transaction, member_id: str, text: str) -> None:
    """Keep the argon2id hash of a member's password for the pages; an empty one ends the password."""
    tx.run(compiled.SET_PASSWORD, who=member_id, content=text or None)
    note_access(tx, "password", member_id, hashed=text)


def password_hash(tx: Transaction, member_id: str) -> str | None:
    """The argon2id hash of a member's password, or None where none was chosen yet."""
    row = tx.one(compiled.GET_PASSWORD, who=member_id)
    return row[0] if row else None


def household_of(tx: Transaction, *, taker: str | None = None) -> Household:
    """Members and what they show each other, as `access` decides by it.

    Args:
        taker: The one member of whom it is asked what others show them; what these show each
            other is not looked at then (R1).
    """
    all_members = tx.all(compiled.ALL_MEMBERS)
    rows = (
        tx.all(compiled.LIST_SHARES)
        if taker is None
        else tx.all(compiled.LIST_SHARES_TO, taker=taker)
    )
    shown = (
        tx.all(compiled.LIST_SHOWN)
        if taker is None
        else tx.all(compiled.LIST_SHOWN_TO, taker=taker)
    )
    return Household(
        tuple(
            MemberState(row[0], row[1], row[2], row[5], row[6])
            for row in all_members
            if row[3] is None
        ),
        tuple((row[0], row[1], cast("Level", row[2])) for row in rows),
        tuple(MemberState(row[0], row[1], row[2]) for row in all_members if row[3] is not None),
        frozenset((row[0], row[1]) for row in shown),
    )


def is_paused(tx: Transaction, member_id: str) -> bool:
    """Whether a member shares nothing new at present."""
    found = find_member(tx, member_id)
    return found is not None and found.paused


def member_names(tx: Transaction) -> dict[str, str]:
    """What members are called, by id; those who left keep their names in what happened."""
    return {row[0]: row[4] for row in tx.all(compiled.ALL_MEMBERS)}


def level(word: str) -> Level:
    """A share level as typed.

    Raises:
        UsageError: It is none of the three words.
    """
    if word not in LEVELS:
        raise UsageError(said("{word} is no share level; say none, name or all.", word=repr(word)))
    return cast("Level", word)


def _note(tx: Transaction, new: Member) -> None:
    note_access(tx, "member", new.id, name=new.name, role=new.role, shares=new.shares)


def _role(word: str) -> Literal["adult", "child", "guest"]:
    if word not in ROLES:
        raise UsageError(said("{word} is no role; say adult, child or guest.", word=repr(word)))
    return cast("Role", word)
