"""What the columns of address books in spreadsheets mean: Google's and Outlook's, in English and German.

Google numbers its columns (`Phone 1 - Value` with `Phone 1 - Label`, formerly `Type`); Outlook has one
column per kind. A column that is not named here and holds something goes into the note: nothing is lost.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SINGLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Names, as Google writes them, formerly wrote them, and as Outlook does.
        "first name": "given",
        "given name": "given",
        "vorname": "given",
        "middle name": "additional",
        "additional name": "additional",
        "weitere vornamen": "additional",
        "last name": "family",
        "family name": "family",
        "nachname": "family",
        "name prefix": "prefix",
        "title": "prefix",  # Outlook's word for Dr and Prof
        "anrede": "prefix",
        "name suffix": "suffix",
        "suffix": "suffix",
        "name": "full",
        "file as": "full",
        "nickname": "nickname",
        "spitzname": "nickname",
        "phonetic first name": "phonetic-given",
        "given name yomi": "phonetic-given",
        "given yomi": "phonetic-given",
        "phonetic last name": "phonetic-family",
        "family name yomi": "phonetic-family",
        "surname yomi": "phonetic-family",
        "organization name": "organisation",
        "organization 1 - name": "organisation",
        "company": "organisation",
        "firma": "organisation",
        "organization department": "department",
        "organization 1 - department": "department",
        "department": "department",
        "abteilung": "department",
        "organization title": "title",
        "organization 1 - title": "title",
        "job title": "title",
        "position": "title",
        "birthday": "birthday",
        "geburtstag": "birthday",
        "anniversary": "anniversary",
        "jahrestag": "anniversary",
        "notes": "note",
        "notizen": "note",
        "labels": "categories",
        "group membership": "categories",
        "categories": "categories",
        "kategorien": "categories",
        "private": "private",
        "privat": "private",
        "sensitivity": "private",
        "vertraulichkeit": "private",
    }
)
"""Columns that hold one thing."""

TYPED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "e-mail address": ("EMAIL", ""),
        "e-mail 2 address": ("EMAIL", ""),
        "e-mail 3 address": ("EMAIL", ""),
        "e-mail-adresse": ("EMAIL", ""),
        "e-mail 2: adresse": ("EMAIL", ""),
        "e-mail 3: adresse": ("EMAIL", ""),
        "mobile phone": ("TEL", "cell"),
        "mobiltelefon": ("TEL", "cell"),
        "home phone": ("TEL", "home"),
        "home phone 2": ("TEL", "home"),
        "telefon privat": ("TEL", "home"),
        "telefon (privat)": ("TEL", "home"),
        "telefon privat 2": ("TEL", "home"),
        "telefon (privat 2)": ("TEL", "home"),
        "business phone": ("TEL", "work"),
        "business phone 2": ("TEL", "work"),
        "company main phone": ("TEL", "work"),
        "telefon geschäftlich": ("TEL", "work"),
        "telefon (geschäftlich)": ("TEL", "work"),
        "telefon geschäftlich 2": ("TEL", "work"),
        "telefon (geschäftlich 2)": ("TEL", "work"),
        "telefon firma": ("TEL", "work"),
        "primary phone": ("TEL", ""),
        "other phone": ("TEL", ""),
        "weiteres telefon": ("TEL", ""),
        "car phone": ("TEL", "car"),
        "autotelefon": ("TEL", "car"),
        "pager": ("TEL", "pager"),
        "home fax": ("TEL", "home,fax"),
        "fax privat": ("TEL", "home,fax"),
        "business fax": ("TEL", "work,fax"),
        "fax geschäftlich": ("TEL", "work,fax"),
        "other fax": ("TEL", "fax"),
        "weiteres fax": ("TEL", "fax"),
        "web page": ("URL", ""),
        "personal web page": ("URL", ""),
        "webseite": ("URL", ""),
    }
)
"""Outlook's columns that may stand several times: the property, and its types."""

ADDRESS_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "street": "street",
        "straße": "street",
        "street 2": "street",
        "street 3": "street",
        "straße 2": "street",
        "straße 3": "street",
        "extended address": "street",
        "po box": "box",
        "postfach": "box",
        "city": "city",
        "ort": "city",
        "state": "region",
        "region": "region",
        "bundesland/kanton": "region",
        "postal code": "postcode",
        "postleitzahl": "postcode",
        "country": "country",
        "country/region": "country",
        "land/region": "country",
    }
)
"""Parts of an address, in any of the languages and programs."""

ADDRESS_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "home": "home",
        "business": "work",
        "other": "",
        "privat": "home",
        "geschäftlich": "work",
        "weiterer": "",
        "weitere": "",
        "weiteres": "",
    }
)
"""Outlook's words around a part of an address: before it in English, behind it in German."""

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "home": "home",
        "privat": "home",
        "work": "work",
        "arbeit": "work",
        "mobile": "cell",
        "mobil": "cell",
        "home fax": "home,fax",
        "work fax": "work,fax",
        "fax": "fax",
        "pager": "pager",
        "main": "main",
        "other": "",
        "homepage": "",
        "profile": "",
        "internet": "",
        "": "",
    }
)
"""Google's labels that are types; any other one stays a label in words."""

IGNORED: Final = frozenset(
    {
        "photo",  # an address that needs Google's sign-in
        "gender",
        "geschlecht",
        "priority",
        "priorität",
        "account",
        "konto",
        "e-mail type",
        "e-mail 2 type",
        "e-mail 3 type",
        "e-mail-typ",
        "e-mail 2: typ",
        "e-mail 3: typ",
        "e-mail display name",
        "e-mail 2 display name",
        "e-mail 3 display name",
        "e-mail: angezeigter name",
        "e-mail 2: angezeigter name",
        "e-mail 3: angezeigter name",
        "initials",
        "initialen",
        "language",
        "sprache",
    }
)
"""What programs fill in by themselves, and nobody typed."""

OWN_GROUPS: Final = frozenset({"* mycontacts", "* my contacts", "* starred", "mycontacts"})
"""Groups that everybody has, whoever they are."""

EMPTY_DATES: Final = frozenset({"0/0/00", "0/0/0000", "0.0.00", "0.0.0000", "00.00.0000"})
