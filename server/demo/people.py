"""Plant the demo household: who is in both books, and who only looks as if.

Everything that a reconciliation should find is planted here and told in
`Planted`, so that a test can hold the program against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.demo.names import (
    ARABIC,
    CHINESE,
    CYRILLIC,
    ENGLISH,
    FRENCH,
    GERMAN,
    GREEK,
    JAPANESE,
    LANGUAGES,
    POLISH,
    TURKISH,
)
from server.demo.relations import doubtful, lookalikes
from server.demo.town import Town
from server.demo.writing import (
    DAVX5,
    GOOGLE,
    IOS,
    OLD_PHONE,
    THUNDERBIRD,
    Client,
    Human,
    Mail,
    Phone,
    write_card,
    write_group,
)

CARDS_EACH = 120
_CERTAIN = (
    *([GERMAN] * 12),
    *([ENGLISH] * 5),
    *([FRENCH] * 3),
    *([POLISH] * 3),
    *([TURKISH] * 3),
    ARABIC,
    GREEK,
    *([CYRILLIC] * 2),
    CHINESE,
    *([JAPANESE] * 2),
)
_DIFFERING = (GERMAN, ENGLISH, POLISH, FRENCH)
_ANNA_WRITES = (IOS, IOS, IOS, GOOGLE, IOS, THUNDERBIRD)
_BEN_WRITES = (DAVX5, DAVX5, GOOGLE, DAVX5, THUNDERBIRD, DAVX5)


@dataclass(frozen=True, slots=True)
class Planted:
    """What is hidden in the two books, as UIDs: Anna's and Ben's card of each pair."""

    cards_each: int
    certain: tuple[tuple[str, str], ...]
    """One person, nothing contradicts; one side may know more."""
    differing: tuple[tuple[str, str], ...]
    """One person for certain, but employer or title differ."""
    ask: tuple[tuple[str, str], ...]
    """Perhaps one person: a human should say."""
    apart: tuple[tuple[str, str], ...]
    """Two people who only look like one."""
    private: tuple[str, ...]
    """Cards that nobody but their keeper may see."""

    @property
    def common(self) -> int:
        """How many people both members know."""
        return len(self.certain) + len(self.differing) + len(self.ask)


class _Book:
    """One member's cards while they are being written."""

    def __init__(self, town: Town, clients: Sequence[Client]) -> None:
        self.cards: list[bytes] = []
        self._town = town
        self._clients = clients

    def add(self, human: Human, *, uid: str = "", client: Client | None = None) -> str:
        """Write a card with the member's apps in turn; its UID."""
        client = client or self._clients[len(self.cards) % len(self._clients)]
        uid = uid or self._town.uid(upper=client is IOS)
        day = self._town.rng.randint(1, 28)
        self.cards.append(write_card(human, uid, client, revised=f"202603{day:02}T101500Z"))
        return uid

    def finish(self) -> tuple[bytes, ...]:
        """All cards, in no order."""
        self._town.rng.shuffle(self.cards)
        return tuple(self.cards)


def people(seed: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...], Planted]:
    """Anna's cards, Ben's cards and what is planted in them; equal seeds give equal octets."""
    town = Town(seed)
    anna, ben = _Book(town, _ANNA_WRITES), _Book(town, _BEN_WRITES)
    # A phone that both once restored from one backup left equal UIDs behind.
    certain = tuple(
        _plant(anna, ben, pair, uid=town.uid(upper=True) if number % 7 == 3 else "")
        for number, pair in enumerate(_certain(town))
    )
    differing = tuple(_plant(anna, ben, pair) for pair in _differing(town))
    ask = tuple(_plant(anna, ben, pair) for pair in doubtful(town))
    apart = tuple(_plant(anna, ben, pair) for pair in lookalikes(town))
    private = _private(town, anna, 4) + _private(town, ben, 2)
    _groups(town, anna, ben, certain)
    anna.add(Human("Rudi", "Kramer", phones=(town.landline(),)), client=OLD_PHONE)
    ben.add(Human("Werkstatt", "Kettenblatt", phones=(town.landline(),)), client=OLD_PHONE)
    ben.add(_company(town, "Fahrrad Kettenwechsel OHG"))
    for number, book in enumerate((anna, ben)):
        while len(book.cards) < CARDS_EACH:
            language = LANGUAGES[(len(book.cards) * 3 + number) % len(LANGUAGES)]
            book.add(_with_photo(town, town.acquaintance(language)))
    return anna.finish(), ben.finish(), Planted(CARDS_EACH, certain, differing, ask, apart, private)


def _plant(anna: _Book, ben: _Book, pair: tuple[Human, Human], *, uid: str = "") -> tuple[str, str]:
    return anna.add(pair[0], uid=uid), ben.add(pair[1], uid=uid)


def _certain(town: Town) -> list[tuple[Human, Human]]:
    """Thirty-five people whose values agree; of every third, one side knows one value less."""
    pairs = []
    for number, human in enumerate(
        [*_the_two(town), *(town.well_known(language) for language in _CERTAIN)]
    ):
        left = right = _with_photo(town, human)
        if number % 3 == 2:
            left, right = (
                (_knowing_less(human, number), right)
                if number % 2
                else (left, _knowing_less(human, number))
            )
        if number % 5 == 0:
            left = replace(
                left, nickname=human.given[:2] + "-" + human.given[:2].lower(), note=town.note()
            )
        if number % 4 == 1:
            right = replace(right, note=town.note(), photo=b"")
        pairs.append((left, _typed_again(right, number)))
    return pairs


def _the_two(town: Town) -> list[Human]:
    """Anna and Ben themselves: one household, so landline, address and name agree, and still two people."""
    landline, home = town.landline(), town.home()
    return [
        Human(
            given,
            "Hartwig",
            phones=(town.mobile(), landline),
            mails=(Mail("home", f"{given.lower()}@hartwig.example"),),
            home=home,
            birthday=birthday,
        )
        for given, birthday in (("Anna", "1984-06-11"), ("Ben", "1982-11-30"))
    ]


def _knowing_less(human: Human, number: int) -> Human:
    """The same person with one value missing, never the last way to recognise them."""
    match number % 4:
        case 0:
            return replace(human, mails=human.mails[:1])
        case 1:
            return replace(human, birthday="")
        case 2:
            return replace(human, phones=human.phones[:1])
        case _:
            return replace(human, title="")


def _typed_again(human: Human, number: int) -> Human:
    """Equal values as another hand writes them.

    Capitals in mail addresses, another order, sometimes the family name first.
    """
    mails = human.mails
    if number % 2:
        mails = tuple(
            Mail(mail.kind, mail.address.title().replace("Example", "EXAMPLE")) for mail in mails
        )
    full = f"{human.family}, {human.given}" if number % 9 == 4 else human.full
    return replace(human, full=full, mails=mails[::-1], phones=human.phones[::-1])


def _differing(town: Town) -> list[tuple[Human, Human]]:
    """Four people for certain, of whom employer or title are told differently."""
    known = [town.well_known(language) for language in _DIFFERING]
    elsewhere = (
        "Sternwarte Beispielstadt",
        "Tilney & Daughters Ltd",
        "Pracownia Klon",
        "Librairie du Quai",
    )
    return [
        (known[0], replace(known[0], organisation=elsewhere[0])),
        (known[1], replace(known[1], organisation=elsewhere[1], title="Managing director")),
        (replace(known[2], organisation=elsewhere[2]), known[2]),
        (known[3], replace(known[3], title="Direction artistique", mails=known[3].mails[:1])),
    ]


def _private(town: Town, book: _Book, count: int) -> tuple[str, ...]:
    """Cards that a phone marked as private, in each of the ways phones do."""
    ways: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("PRIVATE", ()),
        ("", ("Private",)),
        ("CONFIDENTIAL", ()),
        ("", ("Ärzte", "Privat")),
    )
    uids = []
    for classification, categories in ways[:count]:
        human = replace(
            town.well_known(GERMAN), classification=classification, categories=categories
        )
        uids.append(book.add(replace(human, note="Only for me.")))
    return tuple(uids)


def _groups(town: Town, anna: _Book, ben: _Book, certain: Sequence[tuple[str, str]]) -> None:
    """A list of each member's own, naming cards of that member."""
    for book, name, side in ((anna, "Buchclub", 0), (ben, "Lauftreff", 1)):
        members = tuple(pair[side] for pair in certain[2:14:3])
        book.cards.append(write_group(name, town.uid(upper=True), members))


def _company(town: Town, name: str) -> Human:
    phone: Phone = town.landline("work")
    return Human(
        full=name,
        organisation=name,
        phones=(phone,),
        url="https://kettenwechsel.example",
        is_company=True,
    )


def _with_photo(town: Town, human: Human) -> Human:
    """Every sixth person or so has a picture."""
    return replace(human, photo=town.portrait()) if town.rng.random() < 0.17 else human
