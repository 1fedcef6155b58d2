"""What people call the properties of a card."""

from typing import Final

from server.contacts.properties import Property

_NAMES: Final = {
    "ADR": "Address",
    "ANNIVERSARY": "Anniversary",
    "BDAY": "Birthday",
    "EMAIL": "E-mail",
    "FN": "Name",
    "IMPP": "Messenger",
    "N": "Name",
    "NICKNAME": "Nickname",
    "NOTE": "Note",
    "ORG": "Workplace",
    "PHOTO": "Photo",
    "ROLE": "Role",
    "SOCIALPROFILE": "Profile",
    "TEL": "Phone",
    "TITLE": "Title",
    "URL": "Web page",
}
_TYPES: Final = (
    ("cell", "Mobile"),
    ("fax", "Fax"),
    ("pager", "Pager"),
    ("home", "Home"),
    ("work", "Work"),
    ("other", "Other"),
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
}


def property_word(name: str) -> str:
    """What people call a property: Phone, E-mail, Birthday."""
    return _NAMES.get(name, name.removeprefix("X-").replace("-", " ").capitalize())


def label_of(prop: Property) -> str:
    """What people call one value: its own label, else its type, else the property."""
    if prop.label:
        return prop.label
    if prop.name in ("TEL", "ADR"):
        for type_, word in _TYPES:
            if type_ in prop.types:
                return word
    if prop.name == "EMAIL" and "work" in prop.types:
        return "E-mail at work"
    return property_word(prop.name)


def kind_of_property(name: str) -> str:
    """The icon of a property: tel, email, adr, bday, org, url or other."""
    return _KINDS.get(name, "other")
