"""vCards for these tests, written as phones write them."""


def card(name: str, *lines: str, uid: str = "") -> str:
    """One vCard 3.0 of a person whose family name is the last word."""
    given, _space, family = name.rpartition(" ")
    body = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"N:{family};{given};;;"]
    if uid:
        body.append(f"UID:{uid}")
    return "\r\n".join((*body, *lines, "END:VCARD", ""))


ANNAS_INGRID = card(
    "Ingrid Beispiel",
    "TEL;TYPE=CELL:+49 1575 2312345",
    "EMAIL:ingrid@example.org",
    "NOTE:secret",
    uid="anna-ingrid",
)
BENS_INGRID = card(
    "Ingrid Beispiel",
    "EMAIL:Ingrid@example.org",
    "ADR;TYPE=HOME:;;Musterstr. 1;Beispielstadt;;12345;Germany",
    uid="ben-ingrid",
)
JONAS = card("Jonas Muster", "TEL:+49 30 23125001", uid="jonas")
