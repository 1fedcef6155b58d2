"""Octets to content lines and back: joining the lines gives the octets again.

Reads vCard 2.1, 3.0 and 4.0 alike and never refuses anything: a line that is no
content line is kept under the empty name. Every step is linear in the size of
the input; there is no regular expression here that can backtrack.

Sources: RFC 6350 sections 3.2 to 3.4, RFC 2425 section 5.8, RFC 6868, and the
vCard 2.1 specification of the Versit consortium.
"""

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.contacts.folding import Coding, fold, logical_lines, value_start

_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
_GROUP = re.compile(r"[A-Za-z0-9_.-]+\Z")
_ESCAPE = re.compile(r"\\([nN,;:\\])")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text for people holds and that XML cannot carry."""
_CARET = re.compile(r"\^([n'^])")
_CARETS = {"n": "\n", "'": '"', "^": "^"}

_REMEMBERED_MOST = 512
"""Octets; a photo is not worth keeping."""

# vCard 2.1 allows parameter values without their names.
_BARE_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "Q", "8BIT", "7BIT"})
_BARE_VALUES = frozenset({"INLINE", "URL", "CONTENT-ID", "CID"})

# A sender names the codec, so only plain character sets are allowed:
# some of Python's codecs (punycode, unicode_escape) are slow or do other things.
_CHARSETS = frozenset(
    [
        *("ascii", "utf-8", "koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866"),
        *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"),
        *("gb2312", "gbk", "gb18030", "big5"),
        *(f"iso8859-{part}" for part in range(1, 17)),
        *(f"cp125{page}" for page in range(9)),
    ]
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a content line; the name is upper case, the values are unquoted."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One logical line of a card.

    Attributes:
        raw: The exact octets, with folds and line end.
        group: The group prefix as written, or "".
        name: The property name in upper case; "" for a line that is no content line.
        params: The parameters in their order; bare ones of 2.1 under TYPE, ENCODING or VALUE.
        value: The decoded text, still backslash-escaped; base64 values stay base64.
    """

    raw: bytes
    group: str
    name: str
    params: tuple[Parameter, ...]
    value: str

    def values_of(self, name: str) -> tuple[str, ...]:
        """All values of the parameters called `name` (upper case), in order."""
        return tuple(value for param in self.params if param.name == name for value in param.values)

    @property
    def is_base64(self) -> bool:
        """Whether the value is written in base64 by an ENCODING parameter."""
        return any(value.upper() in ("B", "BASE64") for value in self.values_of("ENCODING"))

    @property
    def ending(self) -> bytes:
        """The line end as written: CRLF, LF, CR or nothing."""
        return line_ending(self.raw)


def split_lines(octets: bytes) -> tuple[ContentLine, ...]:
    """Split octets into content lines; joining their `raw` gives the octets again.

    RFC 6350 section 3.2; the vCard 2.1 rules for soft line breaks and base64 blocks.
    """
    lines = [
        (_remembered if len(raw) <= _REMEMBERED_MOST else _content_line)(raw, joined, coding)
        for raw, joined, coding in logical_lines(octets)
    ]
    if any(line.name == "AGENT" for line in lines):
        return tuple(_with_nested_agents(lines))
    return tuple(lines)


def line_ending(raw: bytes) -> bytes:
    """The line end at the end of `raw`: CRLF, LF, CR or nothing."""
    if raw.endswith(b"\r\n"):
        return b"\r\n"
    return raw[-1:] if raw[-1:] in (b"\n", b"\r") else b""


def make_line(
    name: str,
    value: str,
    *,
    group: str = "",
    params: Sequence[Parameter] = (),
    escaped: bool = True,
    ending: bytes = b"\r\n",
) -> bytes:
    r"""Write one content line, folded at 75 octets and never inside a character.

    Control characters are left out and line breaks become ``\n``, so that a value
    can never start a line of its own (RFC 6350 section 3.2, RFC 6868).

    Args:
        escaped: Whether `value` is backslash-escaped already.
    """
    text = one_line(value if escaped else escape(value))
    return fold((line_head(name, group, params) + text).encode("utf-8", "replace"), ending)


def line_head(name: str, group: str, params: Sequence[Parameter]) -> str:
    """All of a content line before its value, with the colon, not folded."""
    head = f"{group}.{name}" if group else name
    for param in params:
        head += f";{param.name}={','.join(map(_written_parameter, param.values))}"
    return f"{head}:"


def one_line(text: str) -> str:
    r"""An escaped value without control characters; line breaks in it become ``\n``."""
    text = text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")
    return CONTROL.sub("", text)


def caret_encoded(value: str) -> str:
    """A parameter value without quotes, control characters and line breaks (RFC 6868)."""
    text = CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("^", "^^").replace("\n", "^n").replace('"', "^'")


def escape(text: str) -> str:
    """Backslash-escape a text value (RFC 6350 section 3.4)."""
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def unescape(value: str) -> str:
    r"""Take the backslashes off a text value, the illegal but common ``\:`` included."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split_value(value: str, separator: str = ";") -> tuple[str, ...]:
    """Split a value at each separator that has no backslash before it; the parts stay escaped."""
    if "\\" not in value:
        return tuple(value.split(separator))
    parts: list[str] = []
    pending: list[str] = []
    for piece in value.split(separator):
        pending.append(piece)
        # An odd number of backslashes at the end escapes the separator itself.
        if (len(piece) - len(piece.rstrip("\\"))) % 2 == 0:
            parts.append(separator.join(pending))
            pending = []
    if pending:
        parts.append(separator.join(pending))
    return tuple(parts)


def _with_nested_agents(lines: Sequence[ContentLine]) -> Iterator[ContentLine]:
    """The lines, each AGENT of 2.1 as one with the card that follows it (vCard 2.1 section 2.5.3)."""
    ends = _ends_of_cards(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        stop = index + 1
        if line.name == "AGENT" and not line.value.strip():
            begin = stop
            while begin < len(lines) and not lines[begin].raw.strip():
                begin += 1
            stop = ends.get(begin, index) + 1
        if stop > index + 1:
            raw = b"".join([each.raw for each in lines[index:stop]])
            text = _decode(raw[len(line.raw) :], ())
            line = ContentLine(raw, line.group, line.name, line.params, text)
        yield line
        index = stop


def _ends_of_cards(lines: Sequence[ContentLine]) -> dict[int, int]:
    """For each BEGIN that is closed the index of its END."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for index, line in enumerate(lines):
        if line.name not in ("BEGIN", "END") or line.value.strip().upper() != "VCARD":
            continue
        if line.name == "BEGIN":
            begun.append(index)
        elif begun:
            ends[begun.pop()] = index
    return ends


@lru_cache(maxsize=1 << 12)
def _remembered(raw: bytes, line: bytes, coding: Coding) -> ContentLine:
    """The same; a card that is written is read several times, and differs in a line or two."""
    return _content_line(raw, line, coding)


def _content_line(raw: bytes, line: bytes, coding: Coding) -> ContentLine:
    line = line.removeprefix(_BOM)
    colon = value_start(line)
    name_part, *param_parts = _split_quoted(_decode(line[: max(colon, 0)], ()), ";")
    group, _, name = name_part.strip().rpartition(".")
    if colon < 0 or not _NAME.match(name) or (group and not _GROUP.match(group)):
        return ContentLine(raw, "", "", (), _decode(line, ()))
    params = tuple(_parameter(part) for part in param_parts if part.strip())
    value = line[colon + 1 :]
    if coding == "quoted":
        value = binascii.a2b_qp(value)
    charsets = [item for param in params if param.name == "CHARSET" for item in param.values]
    return ContentLine(raw, group, name.upper(), params, _decode(value, charsets))


def _decode(octets: bytes, charsets: Iterable[str]) -> str:
    for charset in charsets:
        try:
            codec = codecs.lookup(charset.strip()).name
            if codec in _CHARSETS:
                return octets.decode(codec)
        except (LookupError, ValueError):
            continue
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        # Mislabelled text is nearly always windows-1252; Latin-1 has a character for every octet.
        pass
    try:
        return octets.decode("cp1252")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _split_quoted(text: str, separator: str) -> list[str]:
    """Split at separators outside of double quotes; an unclosed quote reaches to the end."""
    if '"' not in text:
        return text.split(separator)
    parts: list[str] = []
    pending: list[str] = []
    for index, piece in enumerate(text.split('"')):
        if index % 2:
            pending.append(f'"{piece}"')
            continue
        first, *rest = piece.split(separator)
        pending.append(first)
        for part in rest:
            parts.append("".join(pending))
            pending = [part]
    parts.append("".join(pending))
    return parts


def _parameter(text: str) -> Parameter:
    name, equals, written = text.partition("=")
    if not equals:
        bare = name.strip().strip('"')
        upper = bare.upper()
        if upper in _BARE_ENCODINGS:
            return Parameter("ENCODING", (bare,))
        return Parameter("VALUE" if upper in _BARE_VALUES else "TYPE", (bare,))
    values = tuple(_read_parameter(value) for value in _split_quoted(written, ","))
    return Parameter(name.strip().upper(), values)


def _read_parameter(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if "^" not in value:
        return value
    return _CARET.sub(lambda found: _CARETS[found[1]], value)


def _written_parameter(value: str) -> str:
    text = caret_encoded(value)
    return f'"{text}"' if any(mark in text for mark in ":;,") else text
