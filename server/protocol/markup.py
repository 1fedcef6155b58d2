"""Texts as XML; the standard library's own functions for it load half of its network code."""

import re
from typing import Final

# The illegal characters themselves: "none of the legal ones" takes ten times as long to compile.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """A text between tags, without the characters that XML cannot hold (XML 1.0 section 2.2)."""
    text = _ILLEGAL.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """A text as the value of an attribute, its quotes included."""
    inside = escaped(text).replace('"', "&quot;")
    return '"' + inside.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;") + '"'
