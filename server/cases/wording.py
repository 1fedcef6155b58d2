"""What people call the properties of a card."""

from typing import Final

from server.contacts.properties import Property
from server.saying import N_

_NAMES: Final = {
    "ADR": N_("Address"),
    "ANNIVERSARY": N_("Anniversary"),
    "BDAY": N_("Birthday"),
    "EMAIL": N_("E-mail"),
    "FN": N_("Name"),
    "IMPP": N_("Messenger"),
    "N": N_("Name"),
    "NICKNAME": N_("Nickname"),
    "NOTE": N_("Note"),
    "ORG": N_("Workplace"),
    "PHOTO": N_("Photo"),
    "ROLE": N_("Role"),
    "SOCIALPROFILE": N_("Profile"),
    "TEL": N_("Phone"),
    "TITLE": N_("Title"),
    "URL": N_("Web page"),
}
TYPES: Final = (
    ("cell", N_("Mobile")),
    ("fax", N_("Fax")),
    ("pager", N_("Pager")),
    ("home", N_("Home")),
    ("work", N_("Work")),
    ("other", N_("Other")),
)
_KINDS: Final = {
    "TEL": "tel",
    "EMAIL": "email",
    "ADR": "adr",
    "BDAY": "bday",
    "ANNIVERSARY": "bday",
    "ORG": "org",
    "TITLE": "org",
    "ROLE": "org",
    "URL": "url",
    "IMPP": "url",
    "SOCIALPROFILE": "url",
    "PHOTO": "photo",
}


BADGES: Final = (N_("Fresh"), N_("Ageing"), N_("Check"), N_("Unknown"))
"""What `reconcile.freshness` calls how fresh a value is."""

SPEAKS_FOR: Final = (N_("has had the card longer"), N_("edits the card"), N_("knows more"))
"""Why `reconcile.ownership` proposes a member."""


def property_word(name: str) -> str:
    """What people call a property: Phone, E-mail, Birthday."""
    return _NAMES.get(name, name.removeprefix("X-").replace("-", " ").capitalize())


def label_of(prop: Property) -> str:
    """What people call one value: its own label, else its type, else the property."""
    if prop.label:
        return prop.label
    if prop.name in ("TEL", "ADR"):
        for type_, word in TYPES:
            if type_ in prop.types:
                return word
    if prop.name == "EMAIL" and "work" in prop.types:
        return N_("E-mail at work")
    return property_word(prop.name)


def kind_of_property(name: str) -> str:
    """The icon of a property: tel, email, adr, bday, org, url or other; photo for what has no words."""
    return _KINDS.get(name, "other")
