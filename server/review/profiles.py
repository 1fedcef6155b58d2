"""What connects a phone in one tap: Apple's profile, the address that DAVx5 opens, and who is asking.

Formats: Apple, Configuration Profile Reference, `com.apple.carddav.account`; DAVx5 manual,
"Launching the DAVx5 setup with an intent". Without `CardDAVPrincipalURL`: iOS wants an address there,
macOS a path, and both find `/.well-known/carddav` by themselves.
"""

import plistlib
import uuid
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, urlsplit

Platform = Literal["apple", "mac", "android", "other"]

PROFILE_TYPE: Final = "application/x-apple-aspen-config"


@dataclass(frozen=True, slots=True)
class Site:
    """Where phones reach the household."""

    scheme: str
    host: str
    port: int

    @property
    def is_https(self) -> bool:
        """Whether what phones send is encrypted."""
        return self.scheme == "https"

    @property
    def url(self) -> str:
        """The address to type into a contacts app."""
        return f"{self.scheme}://{self.authority}/"

    @property
    def authority(self) -> str:
        """Host and port, as an address holds them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.is_https else 80
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Account:
    """What a contacts app needs to know; the password is empty where it is asked for."""

    household: str
    member: str
    member_name: str
    label: str
    password: str


def site_of(public_url: str, request_url: str) -> Site:
    """The address of a household: the public one, else the one that the browser used."""
    parts = urlsplit(public_url or request_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Site(parts.scheme, parts.hostname or "localhost", port)


def profile(site: Site, account: Account) -> bytes:
    """An Apple profile with one CardDAV account; the same device gets the same identifiers again."""
    identifier = ".".join(
        (*reversed(site.host.split(".")), account.member, account.label)
        if not _is_address(site.host)
        else ("hearthbook", account.member, account.label)
    )
    household = _plain(account.household)
    carddav: dict[str, str | int | bool] = {
        "PayloadType": "com.apple.carddav.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.carddav",
        "PayloadUUID": _uuid(f"{identifier}.carddav"),
        "PayloadDisplayName": household,
        "CardDAVAccountDescription": household,
        "CardDAVHostName": site.host,
        "CardDAVPort": site.port,
        "CardDAVUseSSL": site.is_https,
        "CardDAVUsername": account.member,
    }
    if account.password:
        carddav["CardDAVPassword"] = account.password
    whole = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": _uuid(identifier),
        "PayloadDisplayName": f"{household} ({_plain(account.member_name)})",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [carddav],
    }
    return plistlib.dumps(whole, sort_keys=False)


def davx5_link(site: Site, account: Account) -> str:
    """The address that DAVx5 opens with everything filled in; it always connects by https."""
    return f"davx5://{quote(account.member, safe='')}:{quote(account.password, safe='')}@{site.authority}/"


def platform_of(user_agent: str) -> Platform:
    """Which button a browser is offered; an iPad that says it is a Mac is taken for one."""
    if any(word in user_agent for word in ("iPhone", "iPad", "iPod")):
        return "apple"
    if "Macintosh" in user_agent:
        return "mac"
    if "Android" in user_agent:
        return "android"
    return "other"


def program_of(user_agent: str) -> str:
    """A contacts program's name for people; empty for one that nobody here knows."""
    words = (
        ("DAVx5", "DAVx⁵"),
        ("Thunderbird", "Thunderbird"),
        ("iOS/", "iPhone or iPad"),
        ("iPadOS/", "iPad"),
        ("macOS/", "Mac"),
        ("Mac OS X/", "Mac"),
        ("Mac_OS_X/", "Mac"),
        ("vdirsyncer", "vdirsyncer"),
        ("pimsync", "pimsync"),
        ("Evolution", "Evolution"),
        ("KDE", "KDE"),
        ("InfCloud", "InfCloud"),
    )
    return next((name for word, name in words if word.lower() in user_agent.lower()), "")


def _plain(text: str) -> str:
    """A text without characters that XML cannot hold."""
    return "".join(each for each in text if each >= " " and each not in "\ufffe\uffff")


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).upper()


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
