"""Normal forms: when two values mean the same thing, however they are written.

A *key* says "the same thing" and is what values are found by; the canonical text
says "nothing was changed". Both are pure functions of the value and, for phone
numbers, of the household's region.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol
from urllib.parse import unquote

import phonenumbers
from anyascii import anyascii

from server.contacts.lines import CONTROL, ContentLine, split_value, unescape

Kind = Literal["person", "group", "organisation"]

_KEY_CHARACTERS_MAX = 200
_PHONE_CHARACTERS_MAX = 100
_SHORT_NUMBER_DIGITS = 5

# Zero-width characters and marks of direction, which come along when text is pasted.
_INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_PAUSE = re.compile(r"[,;pPwW][\d\s,;pPwW*#().-]*\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_STREET = re.compile(r"str(?:\.|\b)")
_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc`\u00b4")
_DEFAULT_PORTS = {"http": ":80", "https": ":443", "ftp": ":21"}
_PRIVATE_CLASSES = frozenset({"PRIVATE", "CONFIDENTIAL"})
PRIVATE_WORDS = frozenset({"private", "privat"})
"""What a category or a group is called, folded, that keeps cards from everybody else."""


class _Named(Protocol):
    """A content line or a property: something with a name and a value."""

    @property
    def name(self) -> str: ...

    @property
    def value(self) -> str: ...


class _HasLines(Protocol):
    """A card."""

    @property
    def lines(self) -> tuple[ContentLine, ...]: ...


@dataclass(frozen=True, slots=True)
class Name:
    """What a card calls its person; every part may be empty."""

    given: str = ""
    family: str = ""
    additional: str = ""
    prefix: str = ""
    suffix: str = ""
    formatted: str = ""
    nickname: str = ""


def canonical_text(text: str) -> str:
    """Unescaped text in NFC, with LF line ends and without blanks or marks that nobody sees.

    Case stays, and compatibility characters stay: NFKC would change what was typed.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\u00a0", " "))
    elif text.isprintable():  # most texts
        return text.strip()
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\n" in text:
        text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return text.strip(_INVISIBLE + " \t\n")


def components(value: str) -> tuple[str, ...]:
    """The parts of a structured value as canonical texts, without empty ones at the end."""
    parts = [canonical_text(unescape(part)) for part in split_value(value)]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def text_key(text: str) -> str:
    """Casefolded text with single blanks; a long text is represented by its hash."""
    key = " ".join(canonical_text(text).casefold().split())
    if len(key) <= _KEY_CHARACTERS_MAX:
        return key
    return "blake2b:" + hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()


@lru_cache(maxsize=20_000)
def phone_key(text: str, region: str) -> str:
    """The number in E.164 where it is valid, else its digits; pauses and extension follow it.

    A number without country code is completed only if it is valid in `region`: a
    number that is wrong there was probably typed in another country.

    Args:
        region: The household's ISO 3166 country code, such as "DE"; "" if unknown.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > _PHONE_CHARACTERS_MAX:
        return text_key(_digits(text) or text)
    text = telephone_text(text)
    pause = _PAUSE.search(text)
    number = text[: pause.start()] if pause else text
    suffix = _pauses(pause[0]) if pause else ""
    digits = _digits(number)
    if not any(mark.isdigit() for mark in digits) and not suffix:
        return text_key(number)
    is_short = len(digits) < _SHORT_NUMBER_DIGITS and not any(mark.isalpha() for mark in number)
    if is_short or "*" in digits or "#" in digits:
        return digits + suffix
    return _international(number, region, digits) + suffix


def is_region(code: str) -> bool:
    """Whether there are rules by which numbers of a region are read."""
    return code in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=20_000)
def phone_line(key: str) -> Literal["mobile", "landline", ""]:
    """Whether the numbering plan says that a `phone_key` is a mobile number or a landline."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(key.partition(";")[0]))
    except phonenumbers.NumberParseException:
        return ""
    if kind == phonenumbers.PhoneNumberType.MOBILE:
        return "mobile"
    return "landline" if kind == phonenumbers.PhoneNumberType.FIXED_LINE else ""


def telephone_text(text: str) -> str:
    """A ``tel:`` URI as the text that people write; other text stays as it is (RFC 3966)."""
    if text[:4].casefold() != "tel:":
        return text
    number, *params = unquote(text[4:]).split(";")
    context = extension = ""
    for param in params:
        name, _, value = param.partition("=")
        if name.casefold() == "ext":
            extension = f" ext. {value}"
        elif (
            name.casefold() == "phone-context"
            and value.startswith("+")
            and not number.startswith("+")
        ):
            context = value
    return f"{context}{number}{extension}"


def email_key(text: str) -> str:
    """The address without ``mailto:``, its domain as IDNA A-labels, all in lower case."""
    address = canonical_text(text)
    if address[:7].casefold() == "mailto:":
        address = unquote(address[7:].partition("?")[0])
    if address.endswith(">") and "<" in address:
        address = address[address.rindex("<") + 1 : -1]
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return text_key(address)
    return f"{local.lower()}@{_ascii_domain(domain)}"


def url_key(text: str) -> str:
    """A web address without scheme, default port and last slash; another URI in lower case.

    ``http`` and ``https`` are one, and a handle loses its ``@``.
    """
    text = canonical_text(text)
    found = _SCHEME.match(text)
    scheme = found[0][:-1].lower() if found and not text[found.end() :][:1].isdigit() else ""
    rest = text[len(scheme) + 1 :] if scheme else text
    if scheme not in ("", "http", "https", "ftp"):
        return text_key(f"{scheme}:{rest.removeprefix('//').removeprefix('@')}")
    authority, slash, path = rest.removeprefix("//").partition("/")
    user, at, host = authority.rpartition("@")
    host = host.lower().removesuffix(_DEFAULT_PORTS[scheme or "http"])
    # Without a scheme and without a dot it is the bare handle of some service.
    shown_scheme = "ftp:" if scheme == "ftp" else "http:" if scheme or "." in host else ""
    key = f"{shown_scheme}{user + at if user else ''}{host}{slash}{path}".removesuffix("/")
    return key if len(key) <= _KEY_CHARACTERS_MAX else text_key(key)


def address_key(parts: Sequence[str]) -> str:
    """Street with number, postcode and place, folded; region and country do not count."""
    filled = [_bare(part) for part in parts]
    filled += [""] * (7 - len(filled))
    box, extended, street, place, region, code, country = filled[:7]
    if street or box or extended or code or place:
        return text_key(f"{box}{extended}{street}|{code}|{place}")
    return text_key(f"|{region}|{country}")


@lru_cache(maxsize=1 << 12)
def name_tokens(text: str) -> frozenset[str]:
    """The words of a name, folded so that Müller, Mueller and Muller are one.

    Only Latin letters lose their marks; other scripts stay themselves, so that
    nobody is the same person by transliteration.
    """
    folded = "".join(map(_folded_letter, unicodedata.normalize("NFC", text.casefold()))).translate(
        _APOSTROPHES
    )
    words = "".join(mark if _is_word(mark) else " " for mark in folded).split()
    return frozenset(map(_without_umlaut_spelling, words))


def transliterated_tokens(text: str) -> frozenset[str]:
    """The words of a name in Latin letters, whatever its script: a hint, never evidence."""
    return name_tokens(anyascii(text))


def name_of(source: _HasLines | Sequence[_Named]) -> Name:
    """The name that a card or its properties give; without N it is read from FN."""
    items: Sequence[_Named] = source if isinstance(source, Sequence) else source.lines
    structured = components(_first(items, "N")) + ("",) * 5
    family, given, additional, prefix, suffix = structured[:5]
    formatted = _first_text(items, "FN")
    if not (family or given):
        given, additional, family = _guessed(formatted)
    nickname = _first(items, "NICKNAME")
    return Name(
        given=given,
        family=family,
        additional=additional,
        prefix=prefix,
        suffix=suffix,
        formatted=formatted or " ".join(filter(None, (prefix, given, additional, family, suffix))),
        nickname=", ".join(canonical_text(unescape(part)) for part in split_value(nickname, ",")),
    )


def kind_of(props: Sequence[_Named]) -> Kind:
    """Whether the card is a person's, an organisation's or a group.

    RFC 6350 section 6.1.4, Apple's X-ADDRESSBOOKSERVER-KIND and X-ABShowAs; and a card
    whose only name is that of its ORG.
    """
    said = (_first(props, "KIND") or _first(props, "X-ADDRESSBOOKSERVER-KIND")).strip().casefold()
    if said == "group":
        return "group"
    if (
        said in ("org", "organization")
        or _first(props, "X-ABSHOWAS").strip().casefold() == "company"
    ):
        return "organisation"
    organisation = components(_first(props, "ORG"))
    if not organisation or components(_first(props, "N")):
        return "person"
    formatted = name_tokens(_first_text(props, "FN"))
    names = (name_tokens(organisation[0]), name_tokens(" ".join(organisation)))
    return "organisation" if not formatted or formatted in names else "person"


def is_marked_private(card: _HasLines) -> bool:
    """Whether the phone itself says that nobody else may see the card.

    CLASS of RFC 2426 section 3.7.1, or the category "Private" (also "Privat").
    """
    for line in card.lines:
        if line.name == "CLASS" and line.value.strip().upper() in _PRIVATE_CLASSES:
            return True
        if line.name == "CATEGORIES" and any(
            text_key(unescape(item)) in PRIVATE_WORDS for item in split_value(line.value, ",")
        ):
            return True
    return False


def _first(items: Sequence[_Named], name: str) -> str:
    return next((item.value for item in items if item.name == name and item.value.strip(" ;")), "")


def _first_text(items: Sequence[_Named], name: str) -> str:
    """The first value as plain text: a line's is still escaped, a property's is not."""
    for item in items:
        if item.name == name and item.value.strip():
            return canonical_text(
                unescape(item.value) if isinstance(item, ContentLine) else item.value
            )
    return ""


def _guessed(formatted: str) -> tuple[str, str, str]:
    """Given, additional and family name read from a formatted name."""
    family, comma, given = formatted.partition(",")
    if comma:
        return given.strip(), "", family.strip()
    words = formatted.split()
    if len(words) < 2:
        return formatted, "", ""
    return words[0], " ".join(words[1:-1]), words[-1]


def _international(number: str, region: str, digits: str) -> str:
    is_international = digits.startswith(("+", "00"))
    try:
        parsed = phonenumbers.parse(
            digits if is_international and not region else number, region or None
        )
    except phonenumbers.NumberParseException:
        return _with_plus(digits)
    if not is_international and not phonenumbers.is_valid_number(parsed):
        return digits
    extension = f";ext={parsed.extension}" if parsed.extension else ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) + extension


def _with_plus(digits: str) -> str:
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _digits(text: str) -> str:
    """ASCII digits, ``*`` and ``#`` in their order, and a plus sign if the text begins with one."""
    marks = [
        str(unicodedata.decimal(mark)) if mark.isdecimal() else mark
        for mark in text
        if mark.isdecimal() or mark in "*#"
    ]
    return ("+" if text.lstrip(" (\t").startswith("+") else "") + "".join(marks)


def _pauses(text: str) -> str:
    return "".join(
        "p" if mark in ",pP" else "w" if mark in ";wW" else mark
        for mark in text
        if mark not in " ().-\t"
    )


def _ascii_domain(domain: str) -> str:
    domain = domain.strip().rstrip(".")
    try:
        return (
            domain.encode("idna").decode("ascii").lower() if len(domain) <= 253 else domain.lower()
        )
    except UnicodeError:
        return domain.lower()


def _bare(part: str) -> str:
    """A part of an address, folded, without punctuation and blanks, ``str.`` written out."""
    folded = _STREET.sub("strasse", unicodedata.normalize("NFKC", part).casefold())
    return "".join(_folded_letter(mark) for mark in folded if _is_word(mark))


def _is_word(mark: str) -> bool:
    return mark.isalnum() or unicodedata.category(mark)[0] == "M"


def _folded_letter(mark: str) -> str:
    if mark < "\u0080":
        return mark
    if mark < "\u0250" or "\u1e00" <= mark < "\u1f00":
        return anyascii(mark).lower()
    return "" if "\u0300" <= mark < "\u0370" else mark


def _without_umlaut_spelling(word: str) -> str:
    if len(word) < 4:
        return word
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
