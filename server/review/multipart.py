"""A form with a file, read as a whole."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class WholeFormParser(FormDataParser):
    """Reads a form with a file at once, up to the size that its request may have.

    Werkzeug reads 64 KiB at a time, and where those end at the boundary of a part it puts a stray octet into
    the part before, or the next part itself: a value that nobody typed, and one that is lost.
    Source: https://github.com/pallets/werkzeug/issues/3285, seen in 3.1.9.
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: Mapping[str, str] | None = None,
    ) -> Parsed:
        """The fields and files of a form; none where it is no form.

        Raises:
            RequestEntityTooLarge: Its texts are longer than `max_form_memory_size`, or there are too many.
        """
        boundary = (options or {}).get("boundary", "")
        if mimetype != "multipart/form-data" or not boundary:
            return super().parse(stream, mimetype, content_length, dict(options or {}))
        fields: MultiDict[str, str] = MultiDict()
        files: MultiDict[str, FileStorage] = MultiDict()
        room = self.max_form_memory_size
        try:
            for part, octets in _parts(stream.read(), boundary.encode(), self.max_form_parts):
                if isinstance(part, File):
                    files.add(part.name, FileStorage(BytesIO(octets), part.filename, part.name))
                    continue
                if room is not None and (room := room - len(octets)) < 0:
                    raise RequestEntityTooLarge
                fields.add(part.name, octets.decode("utf-8", "replace"))
        except ValueError:  # cut off, or made by no browser
            return stream, MultiDict(), MultiDict()
        return stream, fields, files


def _parts(
    body: bytes, boundary: bytes, parts_most: int | None
) -> Iterator[tuple[Field | File, bytes]]:
    """Each part with what is in it."""
    decoder = MultipartDecoder(boundary, max_parts=parts_most)
    decoder.receive_data(body)
    decoder.receive_data(None)
    part: Field | File | None = None
    octets = b""
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            if not event.name:
                raise ValueError("a part without a name")
            part, octets = event, b""
        elif isinstance(event, Data) and part is not None:
            octets += event.data
            if not event.more_data:
                yield part, octets
