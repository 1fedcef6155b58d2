"""How a book writes a card of somebody: what it calls them, what it knows, how its phone spells it."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tests.quality.people import Being, plain

Called = tuple[str, str, str]
"""Family name and given name as fields of N, and FN."""

KIN = [
    "Mama",
    "Papa",
    "Mum",
    "Dad",
    "Oma",
    "Opa",
    "Maman",
    "Mamá",
    "Babcia",
    "Mamma",
    "Moeder",
    "Pappa",
    "Тётя",
    "Granny",
    "Schatz",
    "Schwesterherz",
    "Bruderherz",
]
TRADES = [
    "Plumber",
    "Klempner",
    "Plombier",
    "Zahnarzt",
    "Nachbar",
    "Friseur",
    "Elektriker",
    "Babysitter",
    "Trainer",
    "Loodgieter",
    "Neighbour",
    "Nanny",
]
TITLES = ("Dr.", "Prof. Dr.", "Herr", "Frau", "Mr", "Mrs", "Dipl.-Ing.")


@dataclass(frozen=True, slots=True)
class Pen:
    """How a phone writes numbers and cards."""

    random: Random
    region: str

    def number(self, number: str) -> str:
        """A number as one of the many ways to write it."""
        style = self.random.random()
        digits = number[1:]
        if style < 0.4:
            return number
        if style < 0.6:
            return f"+{digits[:2]} {digits[2:5]} {digits[5:8]}-{digits[8:]}"
        if style < 0.75:
            return f"00{digits}"
        return _national(number, self.region)


def _national(number: str, region: str) -> str:
    """Without the country code where the phone is at home; with a trunk prefix where there is one."""
    codes = {"DE": "49", "GB": "44", "FR": "33", "NL": "31", "SE": "46", "TR": "90", "JP": "81"}
    code = codes.get(region)
    if code and number.startswith(f"+{code}"):
        return f"0{number[len(code) + 1 :]}"
    return number


def plainly(being: Being, random: Random) -> Called:
    """Both names where they belong."""
    given = f"{being.given} {being.middle}".strip() if being.middle else being.given
    return being.family, given, _formatted(being, given, being.family)


def _formatted(being: Being, given: str, family: str) -> str:
    if being.locale.family_first:
        joiner = "" if not family.isascii() and being.locale.code in ("cn", "jp", "kr") else " "
        return f"{family}{joiner}{given}"
    return f"{given} {family}".strip()


def formatted_oddly(being: Being, random: Random) -> Called:
    """The right words in the wrong places."""
    family, given, full = plainly(being, random)
    return random.choice(
        (
            ("", "", full),
            ("", "", f"{family}, {given}"),
            (given, family, full),
            ("", full, full),
            (full, "", full),
            (family.upper(), given, f"{given} {family.upper()}"),
            ("", "", f"{random.choice(TITLES)} {full}"),
            ("", "", f"{family} {given}"),
            (f" {family.lower()}", given.lower(), full.lower()),
        )
    )


def nicknamed(being: Being, random: Random) -> Called:
    """What friends say."""
    return (
        being.family,
        being.nickname or being.given,
        f"{being.nickname or being.given} {being.family}",
    )


def misspelt(being: Being, random: Random) -> Called:
    """One slip of the finger in one of the names."""
    family, given, _ = plainly(being, random)
    if random.random() < 0.6 or len(given) < 4:
        family = slip(family, random)
    else:
        given = slip(given, random)
    return family, given, _formatted(being, given, family)


def slip(word: str, random: Random) -> str:
    """A letter too many or too few, two exchanged, or another one."""
    if len(word) < 4:
        return word
    at = random.randrange(1, len(word) - 1)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + random.choice("aeinrst") + word[at + 1 :],
        )
    )


def folded(being: Being, random: Random) -> Called:
    """Without marks, as old phones and English keyboards have it."""
    family, given, full = plainly(being, random)
    if not (family + given).isascii() and being.latin == (being.given, being.family):
        fold: Callable[[str], str] = _stripped if random.random() < 0.5 else _spelt_out
        return fold(family), fold(given), fold(full)
    return family, given, full


def _stripped(text: str) -> str:
    apart = unicodedata.normalize(
        "NFD", text.replace("ł", "l").replace("ı", "i").replace("ß", "ss")
    )
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def _spelt_out(text: str) -> str:
    for old, new in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")):
        text = text.replace(old, new)
    return _stripped(text)


def with_middle(being: Being, random: Random) -> Called:
    """A second given name, whole or as an initial."""
    pool = being.locale.male if being.male else being.locale.female
    middle = random.choice(pool).partition(":")[0]
    middle = middle if random.random() < 0.5 else f"{middle[0]}."
    given = f"{being.given} {middle}"
    return being.family, given, _formatted(being, given, being.family)


def initialled(being: Being, random: Random) -> Called:
    """Only the first letter of the given name."""
    given = f"{being.given[0]}."
    return being.family, given, _formatted(being, given, being.family)


def married(being: Being, random: Random) -> Called:
    """Another family name, from before or after a wedding."""
    other = random.choice(being.locale.family).partition(":")[0]
    return other, being.given, _formatted(being, being.given, other)


def doubled(being: Being, random: Random) -> Called:
    """Two family names, with or without a hyphen."""
    other = random.choice(being.locale.family).partition(":")[0]
    family = random.choice(
        (f"{being.family}-{other}", f"{other}-{being.family}", f"{being.family} {other}")
    )
    return family, being.given, _formatted(being, being.given, family)


def given_only(being: Being, random: Random) -> Called:
    """No family name."""
    given = being.nickname if being.nickname and random.random() < 0.5 else being.given
    return "", given, given


def kin(being: Being, random: Random) -> Called:
    """What one member calls somebody and nobody else does."""
    word = random.choice(KIN)
    return "", word, word


def trade(being: Being, random: Random) -> Called:
    """Plumber Piet."""
    word = random.choice(TRADES)
    return (
        *random.choice((("", f"{word} {being.given}"), (being.given, word))),
        f"{word} {being.given}",
    )


def other_script(being: Being, random: Random) -> Called:
    """In Latin letters, where the bearer has others."""
    given, family = being.latin
    return family, given, f"{given} {family}"


def with_remark(being: Being, random: Random) -> Called:
    """Where one knows somebody from, behind the name."""
    family, given, full = plainly(being, random)
    remark = random.choice(
        ("(Chor)", "(choir)", "Siemens", "🎾", "Tennis", "- Kita", "(neu)", "work")
    )
    return (
        ("", "", f"{full} {remark}")
        if random.random() < 0.5
        else (f"{family} {remark}", given, f"{full} {remark}")
    )


def by_ear(being: Being, random: Random) -> Called:
    """Spelt as heard."""
    family, given, _ = plainly(being, random)
    for old, new in (
        ("ph", "f"),
        ("th", "t"),
        ("y", "i"),
        ("ck", "k"),
        ("ss", "s"),
        ("tt", "t"),
        ("nn", "n"),
    ):
        family, given = family.replace(old, new), given.replace(old, new)
    return family, given, _formatted(being, given, family)


def firm_name(being: Being, random: Random) -> Called:
    """A firm with or without its legal form."""
    name = f"{being.family} {being.former}".strip() if random.random() < 0.5 else being.family
    return "", "", name


@dataclass(frozen=True, slots=True)
class Known:
    """What a book knows of somebody besides the name."""

    mobiles: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    landlines: tuple[str, ...] = ()
    address: tuple[str, str, str] = ("", "", "")
    birthday: str = ""
    employer: str = ""
    title: str = ""
    uid: str = ""


def everything(being: Being) -> Known:
    """All there is to know."""
    return Known(
        being.mobiles,
        (*being.mails, *being.family_mails),
        being.landlines,
        being.address,
        being.birthday,
        being.employer,
        being.title,
    )


def write(being: Being, called: Called, known: Known, pen: Pen) -> bytes:
    """One vCard 3.0."""
    family, given, full = called
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{known.uid}"]
    is_firm = being.sort in ("organisation", "practice") and pen.random.random() < 0.8
    if family or given:
        lines.append(f"N:{_escaped(family)};{_escaped(given)};;;{being.suffix}")
    suffix = f" {being.suffix}" if being.suffix and not (family or given) else ""
    lines.append(f"FN:{_escaped(full + suffix)}")
    if is_firm:
        lines.append(f"ORG:{_escaped(full)}")
    elif known.employer:
        lines.append(f"ORG:{_escaped(known.employer)}")
    lines.extend(f"TEL;TYPE=CELL:{pen.number(each)}" for each in known.mobiles)
    lines.extend(f"TEL;TYPE=HOME:{pen.number(each)}" for each in known.landlines)
    lines.extend(
        f"EMAIL:{each.title() if pen.random.random() < 0.1 else each}" for each in known.mails
    )
    street, code, town = known.address
    if street:
        lines.append(f"ADR;TYPE=HOME:;;{_escaped(street)};{_escaped(town)};;{code};")
    if known.birthday:
        lines.append(f"BDAY:{known.birthday}")
    lines.append("END:VCARD")
    return "".join(f"{line}\r\n" for line in lines).encode()


def changed(known: Known, being: Being, random: Random) -> Known:
    """What was known before somebody moved and got other numbers."""
    other_mail = f"{plain(being.latin[0])}{random.randrange(10**5)}@former.example"
    return replace(
        known,
        mobiles=tuple(being.locale.number(random, mobile=True) for _ in known.mobiles),
        mails=(other_mail,) if known.mails else (),
        landlines=tuple(being.locale.number(random, mobile=False) for _ in known.landlines),
        address=("", "", ""),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
