"""Write made-up people as the text that real contacts apps send."""

import base64
from dataclasses import dataclass

FOLD_BYTES = 75
"""The longest line without its line end; RFC 6350 section 3.2."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in its three parts; `kind` is cell, home, work or a label of one's own."""

    kind: str
    country: str
    area: str
    rest: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail address; `kind` is home or work."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Home:
    """A postal address without its country."""

    street: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Human:
    """What one member knows of one person; empty means unknown."""

    given: str = ""
    family: str = ""
    full: str = ""
    suffix: str = ""
    phonetic_given: str = ""
    phonetic_family: str = ""
    nickname: str = ""
    phones: tuple[Phone, ...] = ()
    mails: tuple[Mail, ...] = ()
    home: Home | None = None
    birthday: str = ""
    """``YYYY-MM-DD``."""
    organisation: str = ""
    title: str = ""
    url: str = ""
    note: str = ""
    categories: tuple[str, ...] = ()
    classification: str = ""
    photo: bytes = b""
    is_company: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """How one contacts app writes."""

    version: str
    product: str
    phone: str
    """The format of numbers: spaced, compact, national or brackets."""
    tel_types: tuple[tuple[str, str], ...]
    mail_types: tuple[tuple[str, str], ...]
    home_type: str
    birthday: str
    """The parameters of BDAY, followed by ``-`` where the date is written with hyphens."""
    has_groups: bool


IOS = Client(
    "3.0",
    "-//Apple Inc.//iPhone OS 18.5//EN",
    "spaced",
    (
        ("cell", ";type=CELL;type=VOICE"),
        ("home", ";type=HOME;type=VOICE"),
        ("work", ";type=WORK;type=VOICE"),
    ),
    (("home", ";type=INTERNET;type=HOME"), ("work", ";type=INTERNET;type=WORK")),
    ";type=HOME",
    ";value=date-",
    has_groups=True,
)
DAVX5 = Client(
    "3.0",
    "DAVx5/4.5.1-ose ez-vcard/0.12.1",
    "compact",
    (("cell", ";TYPE=CELL"), ("home", ";TYPE=HOME,VOICE"), ("work", ";TYPE=WORK,VOICE")),
    (("home", ";TYPE=HOME"), ("work", ";TYPE=WORK")),
    ";TYPE=HOME",
    "-",
    has_groups=True,
)
GOOGLE = Client(
    "3.0",
    "",
    "national",
    (("cell", ";TYPE=CELL"), ("home", ";TYPE=HOME"), ("work", ";TYPE=WORK")),
    (("home", ";TYPE=INTERNET;TYPE=HOME"), ("work", ";TYPE=INTERNET;TYPE=WORK")),
    ";TYPE=HOME",
    "",
    has_groups=True,
)
THUNDERBIRD = Client(
    "4.0",
    "",
    "brackets",
    (
        ("cell", ";TYPE=cell;VALUE=TEXT"),
        ("home", ";TYPE=home;VALUE=TEXT"),
        ("work", ";TYPE=work;VALUE=TEXT"),
    ),
    (("home", ";TYPE=home"), ("work", ";TYPE=work")),
    ";TYPE=home",
    ";VALUE=DATE",
    has_groups=False,
)
OLD_PHONE = Client(
    "2.1",
    "",
    "national",
    (("cell", ";CELL"), ("home", ";HOME;VOICE"), ("work", ";WORK;VOICE")),
    (("home", ";INTERNET"), ("work", ";INTERNET")),
    ";HOME",
    "",
    has_groups=False,
)


def full_name(human: Human) -> str:
    """The name as its bearer would say it."""
    return human.full or " ".join(
        part for part in (human.given, human.family, human.suffix) if part
    )


def write_card(
    human: Human, uid: str, client: Client, *, revised: str = "20260301T101500Z"
) -> bytes:
    """The card of `human` as `client` would send it, lines folded, ending in CR LF."""
    lines = ["BEGIN:VCARD", f"VERSION:{client.version}"]
    if client.product:
        lines.append(f"PRODID:{client.product}")
    lines += _names(human, client)
    lines += _ways_to_reach(human, client)
    lines += _about(human, client)
    if client.product or client.version == "2.1":
        lines.append(f"REV:{revised}")
    lines += [f"UID:{uid}", "END:VCARD"]
    return _joined(lines)


def write_group(name: str, uid: str, members: tuple[str, ...]) -> bytes:
    """A list of cards as Apple's Contacts writes it."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"PRODID:{IOS.product}",
        f"N:{_escaped(name)};;;;",
        f"FN:{_escaped(name)}",
    ]
    lines.append("X-ADDRESSBOOKSERVER-KIND:group")
    lines += [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{member}" for member in members]
    lines += ["REV:2026-03-01T10:15:00Z", f"UID:{uid}", "END:VCARD"]
    return _joined(lines)


def phone_text(phone: Phone, style: str) -> str:
    """The number as people and programs write it; only German ones have a national form here."""
    match style:
        case "compact":
            return f"+{phone.country}{phone.area}{phone.rest}"
        case "national" if phone.country == "49":
            return f"0{phone.area} / {phone.rest[:-2]}-{phone.rest[-2:]}"
        case "brackets":
            return f"+{phone.country} ({phone.area}) {phone.rest[:3]} {phone.rest[3:]}"
        case _:
            return f"+{phone.country} {phone.area} {phone.rest}"


def _names(human: Human, client: Client) -> list[str]:
    if client.version == "2.1":
        raw = ";".join((human.family, human.given, "", "", human.suffix))
        coded = "".join(f"={octet:02X}" for octet in raw.encode())
        return [f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{coded}"]
    parts = (human.family, human.given, "", "", human.suffix)
    lines = ["N:" + ";".join(_escaped(part) for part in parts), f"FN:{_escaped(full_name(human))}"]
    if human.nickname:
        lines.append(f"NICKNAME:{_escaped(human.nickname)}")
    if human.phonetic_family and client.version == "3.0":
        lines.append(f"X-PHONETIC-FIRST-NAME:{_escaped(human.phonetic_given)}")
        lines.append(f"X-PHONETIC-LAST-NAME:{_escaped(human.phonetic_family)}")
    if human.is_company:
        lines.append("X-ABShowAs:COMPANY")
    return lines


def _ways_to_reach(human: Human, client: Client) -> list[str]:
    """Numbers, mail, address and page; a label of one's own needs a group."""
    lines: list[str] = []
    grouped = 0
    for mail in human.mails:
        lines.append(f"EMAIL{dict(client.mail_types)[mail.kind]}:{mail.address}")
    for phone in human.phones:
        text = phone_text(phone, client.phone)
        types = dict(client.tel_types)
        if phone.kind in types:
            lines.append(f"TEL{types[phone.kind]}:{text}")
        elif client.has_groups:
            grouped += 1
            lines += [
                f"item{grouped}.TEL:{text}",
                f"item{grouped}.X-ABLabel:{_escaped(phone.kind)}",
            ]
        else:
            lines.append(f"TEL{types['home']}:{text}")
    if human.home is not None:
        street = _escaped(human.home.street)
        address = (
            f"{client.home_type}:;;{street};{_escaped(human.home.city)};;{human.home.postcode};"
        )
        if client is IOS:
            grouped += 1
            lines += [f"item{grouped}.ADR{address}", f"item{grouped}.X-ABADR:de"]
        else:
            lines.append(f"ADR{address}")
    if human.url:
        if client is IOS:
            grouped += 1
            lines += [
                f"item{grouped}.URL;type=pref:{human.url}",
                f"item{grouped}.X-ABLabel:_$!<HomePage>!$_",
            ]
        else:
            lines.append(f"URL:{human.url}")
    return lines


def _about(human: Human, client: Client) -> list[str]:
    lines: list[str] = []
    if human.organisation:
        # Apple writes the empty department as a semicolon.
        lines.append(f"ORG:{_escaped(human.organisation)}{';' if client is IOS else ''}")
    if human.title:
        lines.append(f"TITLE:{_escaped(human.title)}")
    if human.birthday:
        hyphens = client.birthday.endswith("-")
        date = human.birthday if hyphens else human.birthday.replace("-", "")
        lines.append(f"BDAY{client.birthday.removesuffix('-')}:{date}")
    if human.note:
        lines.append(f"NOTE:{_escaped(human.note)}")
    if human.categories:
        lines.append("CATEGORIES:" + ",".join(_escaped(category) for category in human.categories))
    if human.classification:
        lines.append(f"CLASS:{human.classification}")
    if human.photo:
        coded = base64.b64encode(human.photo).decode("ascii")
        lines.append(
            f"PHOTO:data:image/png;base64,{coded}"
            if client.version == "4.0"
            else f"PHOTO;ENCODING=b;TYPE=PNG:{coded}"
        )
    return lines


def _escaped(text: str) -> str:
    """Text with the escapes of RFC 6350 section 3.4."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def _joined(lines: list[str]) -> bytes:
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _folded(line: str) -> bytes:
    """One line folded between characters, never inside one."""
    raw = line.encode()
    if len(raw) <= FOLD_BYTES:
        return raw
    parts: list[bytes] = []
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > FOLD_BYTES:
            parts.append(part)
            part = b" "
        part += octets
    parts.append(part)
    return b"\r\n".join(parts)
