"""Files of cards, whatever program wrote them: vCards, or an address book in a spreadsheet."""

from typing import Final

from server.contacts.card import split_cards
from server.contacts.spreadsheets import cards_of_spreadsheet, is_spreadsheet
from server.errors import NotACard

_OTHERS: Final = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG",
    b"GIF8",
    b"RIFF",  # WebP
    b"%PDF-",
    b"PK\x03\x04",  # ZIP, and with it .xlsx, .docx and .ods
    b"\x1f\x8b",  # gzip
    b"\xd0\xcf\x11\xe0",  # .xls and .doc
)
"""How files begin that people choose by mistake; some look like UTF-16."""


def cards_in(octets: bytes) -> tuple[bytes, ...]:
    """The cards of a file, one by one.

    Raises:
        NotACard: There is none in it.
    """
    if b"BEGIN:VCARD" not in octets[:4096].upper():
        if octets.startswith(_OTHERS) or octets[4:8] == b"ftyp":  # the latter: HEIC, and films
            raise NotACard(
                "This is no vCard or CSV file; choose a .vcf file, or a .csv file that Google or "
                "Outlook exported."
            )
        if is_spreadsheet(octets):
            return cards_of_spreadsheet(octets)
    try:
        return split_cards(octets)
    except NotACard as error:
        if b"," in octets[:4096] or b";" in octets[:4096]:
            raise NotACard(
                f"{error.sentence} A spreadsheet must be one that Google or Outlook exported."
            ) from error
        raise
