"""Hypothesis strategies: values, cards, and two writings of one card.

A `Draft` is what a card says; `written` turns drafts into octets in one of many
ways. Two writings of the same drafts are the same card to a reader.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from server.contacts.lines import escape

REGION = "DE"

WORDS = (
    *("Anna", "Björn", "Zoë", "Łukasz", "O'Neill", "Ángel", "Straße 7", "Müller, Söhne; Co \\ x"),
    *(
        "山田 太郎",
        "김민준",
        "ליאת",
        "ليلى الحداد",
        "Ελένη",
        "Пётр",
        "ไทย",
        "👩‍👩‍👧 Kovač",
        "e\u0301",
        "ﬁ",
    ),
    *(
        "C:\\new\\temp",
        "two\nlines",
        "a=b",
        '"quoted"',
        "^n caret",
        "tel:nothing",
        "x" * 120,
        "漢" * 60,
    ),
)
PHONES = (
    *("+49 30 23125 017", "030 23125017", "(030) 23125-018", "+49 171 3920017", "0171/3920018"),
    *(
        "+1 202-555-0117",
        "+44 7700 900017",
        "110",
        "*100#",
        "+49 30 23125019,,42",
        "030 23125020 ext. 7",
    ),
)
EMAILS = (
    *("anna@example.org", "Anna.Berg@Example.ORG", "anna@example.com", "zoë@bücher.example"),
    *("info@example.org", "not an address"),
)
URLS = (
    *(
        "https://example.org/",
        "http://Example.org:80/a?b=1,2;c",
        "www.example.org",
        "xmpp:a@example.org",
    ),
    *("https://social.example/@anna", "ftp://example.org/x"),
)
DATES = (
    "1981-05-04",
    "19810504",
    "--0229",
    "1604-02-29",
    "--05-04",
    "1975-06-30T00:00:00Z",
    "spring",
)
TYPES = ("home", "HOME", "work", "cell", "fax", "voice", "pref", "internet", "x-own", "main")
LABELS = (
    "",
    "",
    "",
    "_$!<Mobile>!$_",
    "_$!<HomePage>!$_",
    "_$!<Spouse>!$_",
    "Gartenlaube",
    "a, b; c",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One property before it is written: the value is escaped, `label` is free text."""

    name: str
    params: tuple[tuple[str, str], ...]
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """One way of writing: everything here is cosmetic."""

    ending: str = "\r\n"
    width: int = 75
    prefix: str = "item"
    is_lower: bool = False


def texts() -> SearchStrategy[str]:
    """Words of many scripts, and any characters that text may hold; never only blanks."""
    any_text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
    return st.sampled_from(WORDS) | any_text.filter(lambda text: bool(text.strip()))


def binary_values() -> SearchStrategy[str]:
    """Base64 of a few octets."""
    return st.binary(min_size=1, max_size=120).map(lambda data: base64.b64encode(data).decode())


def type_params() -> SearchStrategy[tuple[tuple[str, str], ...]]:
    """No, one or several TYPE parameters."""
    return st.lists(st.sampled_from(TYPES).map(lambda word: ("TYPE", word)), max_size=3).map(tuple)


def _escaped(values: Sequence[str]) -> SearchStrategy[str]:
    return st.sampled_from(values).map(escape)


def _structured(parts: int) -> SearchStrategy[str]:
    part = st.just("") | texts().map(escape)
    return st.lists(part, min_size=1, max_size=parts).map(";".join)


def _lists() -> SearchStrategy[str]:
    return st.lists(texts().map(escape), min_size=1, max_size=3).map(",".join)


def drafts() -> SearchStrategy[Draft]:
    """One property of any kind, the personal and unknown ones included."""
    labels = st.sampled_from(LABELS)
    none: SearchStrategy[tuple[tuple[str, str], ...]] = st.just(())
    reachable = (
        ("TEL", _escaped(PHONES)),
        ("EMAIL", _escaped(EMAILS)),
        ("URL", st.sampled_from(URLS)),
        ("IMPP", st.sampled_from(URLS)),
        ("ADR", _structured(7)),
    )
    plain = (
        ("BDAY", st.sampled_from(DATES)),
        ("ANNIVERSARY", st.sampled_from(DATES)),
        ("ORG", _structured(3)),
        ("N", _structured(5)),
        *(
            (name, texts().map(escape))
            for name in ("FN", "TITLE", "ROLE", "NOTE", "X-PHONETIC-ORG")
        ),
        *((name, _lists()) for name in ("NICKNAME", "CATEGORIES")),
        *((name, texts().map(escape)) for name in ("X-UNKNOWN", "RELATED", "X-ABRELATEDNAMES")),
    )
    return st.one_of(
        *(
            st.builds(Draft, st.just(name), type_params(), value, labels)
            for name, value in reachable
        ),
        *(st.builds(Draft, st.just(name), none, value) for name, value in plain),
        st.builds(Draft, st.just("PHOTO"), st.just((("ENCODING", "b"),)), binary_values()),
    )


def cards_of_drafts(max_size: int = 8) -> SearchStrategy[list[Draft]]:
    """The properties of one card."""
    return st.lists(drafts(), max_size=max_size)


def writings() -> SearchStrategy[Writing]:
    """Line ends, folds, group names and letter case."""
    return st.builds(
        Writing,
        st.sampled_from(("\r\n", "\n", "\r")),
        st.integers(16, 90),
        st.sampled_from(("item", "DAVDROID", "g-", "A.b")),
        st.booleans(),
    )


def written(
    properties: Sequence[Draft],
    writing: Writing | None = None,
    *,
    version: str = "3.0",
    uid: str = "u1",
) -> bytes:
    """The octets of a card that says this, written in this way."""
    how = writing or Writing()
    lines = ["BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}"]
    for number, draft in enumerate(properties, 1):
        group = f"{how.prefix}{number}." if draft.label else ""
        name = draft.name.lower() if how.is_lower else draft.name
        params = "".join(f";{key}={value}" for key, value in draft.params)
        lines.append(f"{group}{name}{params}:{draft.value}")
        if draft.label:
            lines.append(f"{group}X-ABLabel:{escape(draft.label)}")
    lines.append("END:VCARD")
    return b"".join(_folded(line, how) for line in lines)


def cards(version: str = "3.0") -> SearchStrategy[bytes]:
    """The octets of a well-formed card."""
    return st.builds(
        lambda properties, how: written(properties, how, version=version),
        cards_of_drafts(),
        writings(),
    )


def hostile_octets() -> SearchStrategy[bytes]:
    """Pieces of vCards in any order, with broken bytes between them."""
    pieces = (
        *(
            b"BEGIN:VCARD",
            b"END:VCARD",
            b"VERSION:2.1",
            b"\r\n",
            b"\n",
            b"\r",
            b" ",
            b"\t",
            b"=",
            b"=\r\n",
        ),
        *(
            b"NOTE",
            b";ENCODING=QUOTED-PRINTABLE",
            b";BASE64",
            b";CHARSET=shift_jis",
            b":",
            b";",
            b",",
            b'"',
        ),
        *(
            b"=C3=A4",
            b"/9j/4AAQ",
            b"item1.",
            b"AGENT:",
            b"\\",
            b"\xff",
            b"\x00",
            b"\xc3",
            b"^n",
            b"X-\xe9",
        ),
    )
    piece = st.sampled_from(pieces) | st.binary(max_size=4)
    return st.lists(piece, max_size=40).map(b"".join)


def framed_octets() -> SearchStrategy[bytes]:
    """Hostile octets between BEGIN and END: most of them are accepted as a card."""
    return hostile_octets().map(lambda inside: b"BEGIN:VCARD\r\n" + inside + b"\r\nEND:VCARD\r\n")


def odd_cards() -> SearchStrategy[bytes]:
    """Cards of ordinary lines with broken, blank and loose ones between them."""
    lines = (
        *(b"TEL:1", b"TEL;TYPE=home:2", b"NOTE:x", b"item1.TEL:3", b"item1.X-ABLabel:l", b"FN:a"),
        *(b"PHOTO;ENCODING=b:AAEC", b"CATEGORIES:a", b"X-A:AA", b"AGENT:"),
        *(b"AAAA", b" x", b"\tAAAA", b"", b"loose", b"END:x", b"BEGIN:x"),
        *(b"NOTE;QUOTED-PRINTABLE:y=", b"NOTE;QUOTED-PRINTABLE:y"),
    )
    inside = st.lists(st.sampled_from(lines).map(lambda line: line + b"\r\n"), max_size=8)
    return inside.map(
        lambda found: b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + b"".join(found) + b"END:VCARD\r\n"
    )


def _folded(line: str, how: Writing) -> bytes:
    """Folded at `width` octets, inside of characters too: readers must unfold octets."""
    octets = line.encode()
    pieces = [octets[: how.width]]
    rest = octets[how.width :]
    while rest:
        pieces.append(rest[: how.width - 1])
        rest = rest[how.width - 1 :]
    return f"{how.ending} ".encode().join(pieces) + how.ending.encode()
