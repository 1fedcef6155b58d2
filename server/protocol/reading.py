"""XML that clients send, read with expat: no DTD, few levels, no more elements than make sense."""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from server.errors import Refused
from server.protocol.markup import escaped, quoted

DEPTH_MAX: Final = 32
ELEMENTS_MAX: Final = 50_000
XML_BYTES_MAX: Final = 4 << 20


@dataclass(slots=True)
class Element:
    """One element; names are in Clark notation, `{DAV:}prop`."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def find(self, name: str) -> "Element | None":
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)


class _Builder:
    """Builds the tree while expat reads."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEPTH_MAX:
            raise Refused(400, f"The XML is nested deeper than {DEPTH_MAX} levels.")
        if self._count > ELEMENTS_MAX:
            raise Refused(
                413,
                f"The XML has more than {ELEMENTS_MAX} elements; ask for fewer at a time.",
                "number-of-matches-within-limits",
            )
        element = Element(_clark(name), {_clark(key): attributes[key] for key in attributes})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].text += text

    @staticmethod
    def doctype(*_details: object) -> None:
        raise Refused(400, "XML with a document type declaration is not accepted here.")


def read_xml(octets: bytes) -> Element:
    """Read a request body.

    Raises:
        Refused: 400 or 413; the body is no XML, or has a DTD, or is too deep or too large.
    """
    if len(octets) > XML_BYTES_MAX:
        raise Refused(413, f"The XML is larger than {XML_BYTES_MAX} bytes; ask for less at a time.")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(octets, True)  # noqa: FBT003  # expat's "this was all"
    except expat.ExpatError as error:
        raise Refused(400, f"The request is no well-formed XML: {error}.") from error
    except (LookupError, ValueError) as error:
        raise Refused(
            400, "The XML is in an encoding that is not known here; use UTF-8."
        ) from error
    assert builder.root is not None
    return builder.root


def write_xml(element: Element) -> bytes:
    """Write a tree as UTF-8, for a reader that is less careful than this one."""
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + _written(element).encode()


def _written(element: Element) -> str:
    namespace, local = _split(element.name)
    attributes = "".join(
        f" {key}={quoted(value)}"
        for key, value in element.attributes.items()
        if not key.startswith("{")
    )
    inside = escaped(element.text) + "".join(map(_written, element.children))
    return f"<{local} xmlns={quoted(namespace)}{attributes}>{inside}</{local}>"


def _clark(name: str) -> str:
    """Expat's `DAV:}prop` as `{DAV:}prop`; a name without a namespace stays."""
    return f"{{{name}" if "}" in name else name


def _split(name: str) -> tuple[str, str]:
    """Namespace and local name of a Clark name."""
    if not name.startswith("{"):
        return "", name
    namespace, _, local = name[1:].rpartition("}")
    return namespace, local


def split_name(name: str) -> tuple[str, str]:
    """Namespace (empty for none) and local name of a name in Clark notation."""
    return _split(name)
