"""Who is in a made-up world: households, namesakes, firms, and how any two of them are related."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from unicodedata import normalize

from tests.quality.locales import Locale

FREE_MAIL = ("mail.example", "post.example", "freemail.example", "inbox.example", "webmail.example")


@dataclass(frozen=True, slots=True)
class Being:
    """Somebody or something that a card may be about.

    Attributes:
        sort: "person", "couple", "organisation", "practice" or "mailbox".
        landlines: Numbers that others answer too: the family's, the firm's.
        mobiles, mails: The being's own.
        family_mails: Those that others read too.
        former: A family name before a marriage, a number before the present one.
        latin: Given and family name in Latin letters.
    """

    id: int
    sort: str
    locale: Locale
    given: str = ""
    family: str = ""
    middle: str = ""
    latin: tuple[str, str] = ("", "")
    nickname: str = ""
    former: str = ""
    suffix: str = ""
    male: bool = False
    birthday: str = ""
    landlines: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    family_mails: tuple[str, ...] = ()
    address: tuple[str, str, str] = ("", "", "")
    employer: str = ""
    title: str = ""
    uid: str = ""


@dataclass(slots=True)
class World:
    """Everybody there is, and how those are related who might be taken for each other."""

    random: Random
    locales: Sequence[Locale]
    beings: list[Being] = field(default_factory=list)
    related: dict[tuple[int, int], str] = field(default_factory=dict)
    _serial: int = 0
    _names: set[tuple[str, str]] = field(default_factory=set)

    def add(self, being: Being) -> Being:
        """Give a being its number and keep it."""
        self._serial += 1
        kept = replace(being, id=self._serial, uid=f"{self._serial:06d}-{self.random.random():.9f}")
        self.beings.append(kept)
        return kept

    def relate(self, kind: str, *beings: Being) -> None:
        """Say why some beings are easily confused."""
        for position, left in enumerate(beings):
            for right in beings[position + 1 :]:
                self.related[min(left.id, right.id), max(left.id, right.id)] = kind

    def choose(self, items: Sequence[str]) -> str:
        """One of several; the first ones of long lists are the frequent ones."""
        if len(items) > 12:
            return items[min(int(self.random.expovariate(2.5 / len(items))), len(items) - 1)]
        return self.random.choice(items)

    def locale(self) -> Locale:
        """Mostly the household's own country."""
        return self.locales[0] if self.random.random() < 0.6 else self.random.choice(self.locales)

    def person(self, locale: Locale | None = None, *, male: bool | None = None) -> Being:
        """A person with everything that can be known; not kept yet."""
        random, locale = self.random, locale or self.locale()
        is_male = random.random() < 0.5 if male is None else male
        names = [
            (
                written(self.choose(locale.male if is_male else locale.female)),
                written(_gendered(self.choose(locale.family), locale, male=is_male)),
            )
            for _ in range(12)
        ]
        # Namesakes are planted; by chance there are only a few.
        fresh = [each for each in names if (each[0][0], each[1][0]) not in self._names]
        (given, latin_given), (family, latin_family) = (fresh or names)[0]
        self._names.add((given, family))
        being = Being(
            0,
            "person",
            locale,
            given,
            family,
            latin=(latin_given, latin_family),
            male=is_male,
            birthday=self.birthday(1935, 2008),
            landlines=(locale.number(random, mobile=False),),
            mobiles=(locale.number(random, mobile=True),),
            address=self.address(locale),
        )
        return self.named(being, given)

    def named(self, being: Being, given: str) -> Being:
        """The being with another given name and what follows from it: nickname and mail."""
        rows = [row for row in being.locale.nicknames if row[0] == given]
        nickname = self.random.choice(rows[0][1:]) if rows else ""
        pool = being.locale.male if being.male else being.locale.female
        latin = next((written(each)[1] for each in pool if written(each)[0] == given), given)
        named = replace(being, given=given, nickname=nickname, latin=(latin, being.latin[1]))
        return replace(named, mails=tuple(self.mails(named)))

    def mails(self, being: Being) -> list[str]:
        """One private address, often another at work."""
        given, family = (plain(part) for part in being.latin)
        host = self.random.choice(FREE_MAIL)
        number = self.random.randrange(10, 9999)
        forms = (
            f"{given}.{family}{number}",
            f"{given[:1]}.{family}{number}",
            f"{given}{number}",
            f"sunny{number}",
            f"{family}.{given}{number}",
        )
        found = [f"{self.random.choice(forms)}@{host}"]
        if self.random.random() < 0.4:
            found.append(f"{given}.{family}@firm{self.random.randrange(10**6)}.example")
        return found

    def birthday(self, first: int, last: int) -> str:
        """A full date."""
        random = self.random
        return (
            f"{random.randint(first, last)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        )

    def address(self, locale: Locale) -> tuple[str, str, str]:
        """Street with number, postcode, town."""
        city = self.random.choice(locale.cities)
        code, _, town = city.rpartition(" ")
        street = f"{self.random.choice(locale.streets)} {self.random.randint(1, 180)}"
        return street, code, town

    def sharing_home(self, being: Being, other: Being) -> Being:
        """`other` at the address and behind the landline and mail of `being`."""
        return replace(
            other,
            landlines=being.landlines,
            address=being.address,
            family_mails=being.family_mails,
        )

    def other_given(self, being: Being, *, male: bool | None = None) -> str:
        """A given name that is not the being's."""
        is_male = being.male if male is None else male
        pool = [
            written(each)[0] for each in (being.locale.male if is_male else being.locale.female)
        ]
        return self.random.choice([each for each in pool if each != being.given])


def written(text: str) -> tuple[str, str]:
    """A listed name as it is written and in Latin letters."""
    name, _, latin = text.partition(":")
    return name, latin or name


def plain(text: str) -> str:
    """A Latin name as its bearer spells it in a mail address."""
    swaps = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d"}
    text = "".join(swaps.get(mark, mark) for mark in text.lower())
    apart = normalize("NFD", text)
    return "".join(mark for mark in apart if mark.isascii() and mark.isalnum()) or "x"


def _gendered(family: str, locale: Locale, *, male: bool) -> str:
    if male:
        return family
    name, latin = written(family)
    for old, new in locale.married:
        if name.endswith(old):
            changed = name[: -len(old)] + new
            ends = {"ова": "ova", "ева": "eva", "ская": "skaya"}
            return (
                f"{changed}:{latin[: -2 if new in ('ова', 'ева') else -4]}{ends[new]}"
                if new in ends
                else changed
            )
    return family
