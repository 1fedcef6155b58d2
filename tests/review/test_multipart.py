"""A form with a file is read as it was sent, wherever its parts begin and end."""

from io import BytesIO

import pytest
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from server.review.multipart import WholeFormParser

BOUNDARY = "----FormBoundary7MA4YWxkTrZu0gW"
CHUNK = 64 * 1024
"""What others read at a time."""


def body_of(fields: dict[str, str], file: bytes) -> bytes:
    """A form as browsers send it: two fields, a file, the other fields."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    name = f'{head}"photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
    return b"".join((*parts[:2], name + file + b"\r\n", *parts[2:], f"--{BOUNDARY}--\r\n".encode()))


def parsed(body: bytes, parser: FormDataParser) -> tuple[dict[str, str], bytes]:
    """The fields of a form, and its file."""
    options = {"boundary": BOUNDARY}
    _, fields, files = parser.parse(BytesIO(body), "multipart/form-data", len(body), options)
    return dict(fields), files["photo"].read() if files else b""


FIELDS = {
    "csrf_token": "x",
    "base": "y",
    "nTEL0-text": "",
    "nTEL0-label": "",
    "nADR0-place": "Köln",
}


def test_nothing_is_lost_where_a_chunk_would_end() -> None:
    least = len(body_of(FIELDS, b""))
    for length in range(CHUNK - least, CHUNK):
        file = b"\xff" * length
        assert parsed(body_of(FIELDS, file), WholeFormParser()) == (FIELDS, file)


@pytest.mark.parametrize("file", [b"", b"\r", b"\n", b"\r\n", b"\r\n--", b"-" * 9 + b"\r"])
def test_a_file_keeps_its_ends(file: bytes) -> None:
    assert parsed(body_of(FIELDS, file), WholeFormParser()) == (FIELDS, file)


def test_what_is_no_whole_form_has_no_fields() -> None:
    body = body_of(FIELDS, b"picture")
    for end in range(len(body) - 4):
        assert parsed(body[:end], WholeFormParser()) == ({}, b"")
    for wrong in (b'name="base"', b"form-data; name", b"Content-Disposition: form-data"):
        assert parsed(body.replace(wrong, b"x-y", 1), WholeFormParser()) == ({}, b"")


def test_too_much_is_too_much() -> None:
    body = body_of(FIELDS, b"\xff" * 1000)
    size, count = sum(len(each.encode()) for each in FIELDS.values()), len(FIELDS) + 1
    exact = WholeFormParser(max_form_memory_size=size, max_form_parts=count)
    assert parsed(body, exact)[0] == FIELDS
    for parser in (
        WholeFormParser(max_form_memory_size=size - 1),
        WholeFormParser(max_form_parts=count - 1),
    ):
        with pytest.raises(RequestEntityTooLarge):
            parsed(body, parser)


def test_other_forms_are_read_as_ever() -> None:
    body = b"base=x&nADR0-place=K%C3%B6ln"
    kind = "application/x-www-form-urlencoded"
    _, fields, files = WholeFormParser().parse(BytesIO(body), kind, len(body))
    assert (dict(fields), dict(files)) == ({"base": "x", "nADR0-place": "Köln"}, {})
