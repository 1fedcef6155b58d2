"""Sentences about who was let see what, whose somebody is, and which device or member came, by name."""

from collections.abc import Callable, Iterable
from typing import Final

from server.cases.wording import property_word
from server.saying import N_, listed, said
from server.store.abouts import About, about_of
from server.store.called import device_name
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.history import ActRow
from server.store.members import member_names

_CARD: Final = {
    "shared": N_("{who} ended the limit on who sees {names}."),
    "private": N_("{who} made {names} private."),
    "members": N_("{who} limited {names} to {members}."),
}
_VALUE: Final = {
    "shared": N_("{who} ended the limit on a value of {names}: {value}."),
    "private": N_("{who} made a value of {names} private: {value}."),
    "members": N_("{who} limited a value of {names} to {members}: {value}."),
}
_OWN: Final = {
    "mine": N_("{who} said whose {names} is: {members}."),
    "ours": N_("{who} said whose {names} is: everybody's."),
    "released": N_("{who} said that {names} is no longer claimed by {members}."),
}
_SHARE: Final = {
    "none": N_("{giver} shows {members} nothing from then on."),
    "name": N_("{giver} shows {members} names alone from then on."),
    "all": N_("{giver} shows {members} everything that is not private from then on."),
}
_LEND: Final = {
    "always": N_("{who} shows {members} all of {names} from then on."),
    "once": N_("{who} gave {members} a copy of {names}."),
    "no": N_("{who} did not show {members} more of {names}."),
    "stopped": N_("{who} ended that {members} sees all of {names}."),
}
_MEMBER: Final = {
    "joined": N_("{who} added {members} to the household."),
    "adult": N_("{who} made {members} an adult of the household."),
    "child": N_("{who} made {members} a child of the household."),
    "guest": N_("{who} made {members} a guest of the household."),
    "": N_("{who} changed what is noted of {members}."),
}
_DEVICE: Final = {
    "added": (
        N_("{who} added the device {device}."),
        N_("{who} added the device {device} of {members}."),
    ),
    "revoked": (
        N_("{who} disconnected the device {device}."),
        N_("{who} disconnected the device {device} of {members}."),
    ),
}


def access_sentence(
    tx: Transaction, act: ActRow, who: str, names: Callable[[Iterable[str]], str]
) -> str:
    """What an act on access did, by name; empty where it says nothing that can be named.

    Args:
        who: Who did it.
        names: What the reader calls some cards.
    """
    about = about_of(tx, act.id)
    if about is None:
        return ""
    pattern = _pattern(act, about)
    cards = [each for each in about.cards if find_card(tx, each) is not None]
    if not pattern or ("{names}" in pattern and not cards):
        return ""
    called = member_names(tx)
    members = [called.get(each, each) for each in about.members]
    return said(
        pattern,
        who=who if act.member is not None else said("Somebody at the server"),
        giver=called.get(about.giver, about.giver),
        members=listed(members) if members else said("other adults"),
        names=names(cards) if cards else "",
        device=device_name(tx, about.device) if about.device else "",
        value=said(property_word(about.value)),
    )


def _pattern(act: ActRow, about: About) -> str:
    if about.device:
        own, of_others = _DEVICE.get(about.word, ("", ""))
        return own if about.members == (act.member,) else of_others
    if about.giver:
        return _SHARE.get(about.word, "")
    match act.kind:
        case "card":
            return (_VALUE if about.value else _CARD).get(about.word, "")
        case "own":
            return _OWN.get(about.word, "")
        case "share":
            return _LEND.get(about.word, "")
        case "member":
            return _MEMBER.get(about.word, "")
        case _:
            return ""
