"""Invent people who do not exist: every name, number and address is handed out once.

The numbers come from ranges that the regulators keep for films and books, so
that nobody is ever called by a demonstration; the mail domains are reserved
(RFC 2606 section 2).
"""

import random
from dataclasses import dataclass, field, replace
from uuid import UUID

from server.demo.names import EMPLOYERS, NOTES, STREETS, TITLES, TOWNS, Language, Word
from server.demo.picture import portrait
from server.demo.writing import Home, Human, Mail, Phone

Block = tuple[str, str, str, int]
"""Numbers of one kind: country, area, how they begin, and how many digits are free."""

# Federal Network Agency: mobile and Berlin, Hamburg, Cologne, Munich, Frankfurt numbers for drama.
MOBILES: tuple[Block, ...] = (("49", "171", "39200", 2), ("49", "176", "040690", 2))
_LANDLINES: tuple[Block, ...] = (
    ("49", "30", "23125", 3),
    ("49", "40", "66969", 3),
    ("49", "221", "4710", 3),
    ("49", "89", "99998", 3),
    ("49", "69", "90009", 3),
)
# Ofcom, Arcep and the North American numbering plan keep these.
_ABROAD: dict[str, Block] = {"en": ("44", "20", "7946 0", 3), "fr": ("33", "1", "99 00 ", 4)}


@dataclass(slots=True)
class Town:
    """Hands out people; equal seeds give equal towns."""

    seed: int
    mobiles: tuple[Block, ...] = MOBILES
    rng: random.Random = field(init=False)
    _taken: set[str] = field(init=False)

    def __post_init__(self) -> None:
        # Not for secrets: the same household is wanted every time.
        self.rng = random.Random(self.seed)  # noqa: S311
        self._taken = set()

    def uid(self, *, upper: bool = False) -> str:
        """A new UID; Apple's are written in capitals."""
        made = str(UUID(int=self.rng.getrandbits(128), version=4))
        return made.upper() if upper else made

    def mobile(self) -> Phone:
        """A mobile number that nobody else has."""
        return self._phone("cell", self.rng.choice(self.mobiles))

    def landline(self, kind: str = "home") -> Phone:
        """A landline number that nobody else has."""
        return self._phone(kind, self.rng.choice(_LANDLINES))

    def home(self) -> Home:
        """An address where nobody else lives."""
        while True:
            postcode, city = self.rng.choice(TOWNS)
            street = f"{self.rng.choice(STREETS)} {self.rng.randint(1, 180)}"
            if self._take(f"{postcode} {street}"):
                return Home(street, postcode, city)

    def birthday(self, first: int = 1940, last: int = 2008) -> str:
        """A day between two years."""
        return f"{self.rng.randint(first, last)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"

    def portrait(self) -> bytes:
        """A picture of nobody."""
        return portrait(self.rng.getrandbits(24))

    def note(self) -> str:
        """Something that one member wants to remember."""
        return self.rng.choice(NOTES)

    def well_known(self, language: Language) -> Human:
        """A person of whom name, mobile, landline, mail, address, birthday and employer are known."""
        given, family = self._name(language)
        work, domain = self.rng.choice(EMPLOYERS)
        human = named(language, given, family)
        local = f"{given.latin}.{family.latin}"
        abroad = _ABROAD.get(language.code)
        first = self._phone("home", abroad) if abroad else self.mobile()
        return replace(
            human,
            phones=(first, self.landline("work")),
            mails=(Mail("home", f"{local}@example.org"), Mail("work", f"{local}@{domain}")),
            home=self.home(),
            birthday=self.birthday(),
            organisation=work,
            title=self.rng.choice(TITLES),
        )

    def acquaintance(self, language: Language) -> Human:
        """A person of whom less is known, but one number or mail address at least."""
        human = self.well_known(language)
        chance = self.rng.random
        phones = (
            human.phones[:1]
            if chance() < 0.6
            else human.phones[1:]
            if chance() < 0.5
            else human.phones
        )
        employed = chance() < 0.4
        return replace(
            human,
            phones=phones,
            mails=human.mails[:1] if chance() < 0.6 else (),
            home=human.home if chance() < 0.5 else None,
            birthday=human.birthday if chance() < 0.4 else "",
            organisation=human.organisation if employed else "",
            title=human.title if employed else "",
            note=self.note() if chance() < 0.2 else "",
        )

    def _name(self, language: Language) -> tuple[Word, Word]:
        while True:
            given, family = self.rng.choice(language.given), self.rng.choice(language.family)
            if self._take(f"{given.latin} {family.latin}"):
                return given, family

    def _phone(self, kind: str, block: Block) -> Phone:
        country, area, start, digits = block
        while True:
            rest = start + f"{self.rng.randrange(10**digits):0{digits}}"
            if self._take(f"+{country}{area}{rest}"):
                return Phone(kind, country, area, rest.replace(" ", ""))

    def _take(self, value: str) -> bool:
        """Whether `value` was free until now."""
        if value in self._taken:
            return False
        self._taken.add(value)
        return True


def named(language: Language, given: Word, family: Word) -> Human:
    """A person of whom only the name is known, written as its language does."""
    human = Human(given.text, family.text)
    if language.family_first:
        human = replace(human, full=family.text + language.joiner + given.text)
    if language.code == "ja":
        human = replace(
            human, phonetic_given=given.latin.title(), phonetic_family=family.latin.title()
        )
    return human
