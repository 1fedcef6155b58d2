"""Files of cards, whatever program wrote them: vCards, or an address book in a spreadsheet."""

from server.contacts.card import split_cards
from server.contacts.spreadsheets import cards_of_spreadsheet, is_spreadsheet
from server.errors import NotACard


def cards_in(octets: bytes) -> tuple[bytes, ...]:
    """The cards of a file, one by one.

    Raises:
        NotACard: There is none in it.
    """
    if b"BEGIN:VCARD" not in octets[:4096].upper() and is_spreadsheet(octets):
        return cards_of_spreadsheet(octets)
    try:
        return split_cards(octets)
    except NotACard as error:
        if b"," in octets[:4096] or b";" in octets[:4096]:
            raise NotACard(
                f"{error.sentence} A spreadsheet must be one that Google or Outlook exported."
            ) from error
        raise
