"""Plant a household for real clients: 200 cards each, 60 people in common, and a script of changes.

Whoever is planted as one person carries a page address of each member's card
(``https://anna-017.example``). Page addresses travel and are no evidence, so
they tell in any folder whose card it is and which cards became one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from server.demo.names import CYRILLIC, ENGLISH, FRENCH, GERMAN, LANGUAGES, Word
from server.demo.relations import lookalikes
from server.demo.town import Town, named
from server.demo.writing import (
    DAVX5,
    GOOGLE,
    IOS,
    THUNDERBIRD,
    Client,
    Human,
    Mail,
    phone_text,
    write_card,
    write_group,
)

CARDS_EACH = 200
SEED = 20261121
SECRET_WORD = "quittenmus"
"""Stands in every note and every private card of Anna's, and nowhere else."""

TRAVELLING = frozenset({"TEL", "EMAIL", "ADR", "URL", "ORG", "TITLE", "BDAY"})

Kind = Literal["certain", "ask", "look-alike", "alone", "private"]
Member = Literal["anna", "ben"]

# A range large enough for everybody; the mobile numbers kept for drama are only two hundred.
_MOBILES = (("49", "1575", "", 7),)
_CLIENTS: dict[Member, tuple[Client, ...]] = {
    "anna": (IOS, IOS, GOOGLE, IOS, IOS, IOS, THUNDERBIRD),
    "ben": (DAVX5, GOOGLE, DAVX5, DAVX5, DAVX5),
}
_EMPLOYED = ("Sternwarte Beispielstadt", "Glasbläserei Lichthof")


@dataclass(frozen=True, slots=True)
class Person:
    """One human, and the UIDs of the cards that the members hold of them; empty for none."""

    key: str
    kind: Kind
    anna: str = ""
    ben: str = ""

    @property
    def signs(self) -> frozenset[str]:
        """The page addresses that stand in this person's cards and in nobody else's."""
        return frozenset(
            sign_of(member, self.key)
            for member, uid in (("anna", self.anna), ("ben", self.ben))
            if uid
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that a member makes in their own folder.

    `before` and `after` are content lines without group; a line is found by
    its name and normal form. An edit without both is the deletion of a card.
    """

    member: Member
    uid: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """Everything that a test needs to know about the household."""

    people: tuple[Person, ...]
    cards: dict[Member, dict[str, bytes]]
    """Per member, octets by UID."""
    edits: tuple[Edit, ...]
    added: dict[Member, dict[str, bytes]]
    """Cards that the script adds, by UID."""
    added_people: tuple[Person, ...]
    conflicts: frozenset[str]
    """Keys of the people of whom both members change one single-valued property differently."""
    hidden_from: dict[Member, frozenset[str]]
    """Keys of people whom a member sees no longer after the script."""
    unwanted: str
    """Key of a person of Anna's whom Ben deletes from his folder."""
    groups: dict[Member, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[Person, ...]:
        """The people of one kind."""
        return tuple(person for person in self.people if person.kind == kind)

    @property
    def common(self) -> tuple[Person, ...]:
        """The people whom both members hold."""
        return self.of("certain") + self.of("ask")


def sign_of(member: str, key: str) -> str:
    """The page address in one member's card of a person."""
    return f"https://{member}-{key}.example"


def travelling(text: str) -> frozenset[tuple[str, str]]:
    """The values of a card that travel between members, as name and normal form.

    A reading of our own, so that the program is not held against itself; it
    knows no more than what is planted here.
    """
    found = set()
    for line in _unfolded(text):
        name, value = _name_and_value(line)
        if name in TRAVELLING:
            found.add((name, _normal(name, value)))
    return frozenset(found)


def with_edit(text: str, edit: Edit) -> str:
    """A card's text after an edit, every other line as it was.

    Raises:
        LookupError: The line to change is not there.
    """
    lines = _unfolded(text)
    if edit.before:
        name, value = _name_and_value(edit.before)
        wanted = (name, _normal(name, value))
        at = [
            number
            for number, line in enumerate(lines)
            if (found := _name_and_value(line))[0] == name
            and (name, _normal(name, found[1])) == wanted
        ]
        if len(at) != 1:
            raise LookupError(f"{edit.before!r} stands {len(at)} times in\n{text}")
        lines[at[0] : at[0] + 1] = [edit.after] if edit.after else []
    else:
        lines.insert(-1, edit.after)
    return "".join(f"{line}\r\n" for line in lines)


def _unfolded(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()


def _name_and_value(line: str) -> tuple[str, str]:
    """The property name without group and parameters; none of ours holds a quoted colon."""
    head, _, value = line.partition(":")
    return head.partition(";")[0].rpartition(".")[2].upper(), value


def _normal(name: str, value: str) -> str:
    match name:
        case "TEL":
            digits = re.sub(r"[^+0-9]", "", value)
            return digits if digits.startswith("+") else f"+49{digits.removeprefix('0')}"
        case "BDAY":
            return value.replace("-", "")
        case _:
            return value.replace("\\", "").rstrip(";/").casefold()


def plant(seed: int = SEED) -> Planted:
    """The household; equal seeds give equal octets."""
    planting = _Planting(Town(seed, mobiles=_MOBILES))
    town = planting.town
    for number in range(40):
        planting.add("certain", *_known_to_both(town, number))
    for number in range(8):
        # One backup on two phones: the UID is all that the two cards share beside the name.
        planting.add("certain", *_restored(town, number), uid=town.uid(upper=True))
    for left, right in _doubtful(town):
        planting.add("ask", left, right)
    for left, right in lookalikes(town):
        planting.add("look-alike", left, None)
        planting.add("look-alike", None, right)
    for classification, categories in (("PRIVATE", ()), ("CONFIDENTIAL", ()), ("", ("Private",))):
        planting.add("private", _secret(town, classification, categories), None)
    planting.group("anna", "Buchclub")
    planting.group("ben", "Lauftreff")
    planting.fill_up()
    return planting.finish()


class _Planting:
    """The household while it is being planted."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.people: list[Person] = []
        self.cards: dict[Member, dict[str, bytes]] = {"anna": {}, "ben": {}}
        self.humans: dict[str, Human] = {}
        self.groups: dict[Member, str] = {}

    def add(self, kind: Kind, left: Human | None, right: Human | None, *, uid: str = "") -> Person:
        """Plant one person with one or two cards."""
        key = f"{len(self.people):03}"
        person = Person(
            key,
            kind,
            self._write("anna", key, left, uid) if left else "",
            self._write("ben", key, right, uid) if right else "",
        )
        self.people.append(person)
        return person

    def group(self, member: Member, name: str) -> None:
        """A list of the first cards of a member, as Apple's Contacts keeps one."""
        uid = self.town.uid(upper=True)
        self.cards[member][uid] = write_group(name, uid, tuple(self.cards[member])[:5])
        self.groups[member] = uid

    def fill_up(self) -> None:
        """Strangers to the other member, until both hold as many cards as they should."""
        while len(self.cards["anna"]) < CARDS_EACH:
            self.add("alone", self._acquaintance(), None)
        while len(self.cards["ben"]) < CARDS_EACH:
            self.add("alone", None, self._acquaintance())

    def finish(self) -> Planted:
        """The household with its script of changes."""
        before = len(self.people)
        kept = {member: dict(cards) for member, cards in self.cards.items()}
        for _ in range(3):
            self.add("alone", self._acquaintance(), None)
        for _ in range(2):
            self.add("alone", None, self._acquaintance())
        people, added_people = tuple(self.people[:before]), tuple(self.people[before:])
        script = _Script(people, self.humans)
        return Planted(
            people,
            kept,
            script.edits(self.town),
            {
                member: {uid: card for uid, card in cards.items() if uid not in kept[member]}
                for member, cards in self.cards.items()
            },
            added_people,
            script.conflicts(),
            script.hidden_from(),
            script.unwanted(),
            self.groups,
        )

    def _write(self, member: Member, key: str, human: Human, uid: str) -> str:
        clients = _CLIENTS[member]
        client = clients[len(self.cards[member]) % len(clients)]
        uid = uid or self.town.uid(upper=client is IOS)
        human = replace(human, url=sign_of(member, key))
        if member == "anna":
            human = replace(human, note=f"{SECRET_WORD} {human.note}".strip())
        self.humans[f"{member}-{key}"] = human
        self.cards[member][uid] = write_card(human, uid, client)
        return uid

    def _acquaintance(self) -> Human:
        # Half of them German: the other lists of names are too short for so many people.
        number = len(self.people)
        language = LANGUAGES[number // 2 % len(LANGUAGES)] if number % 2 else GERMAN
        return self.town.acquaintance(language)


class _Script:
    """What both members do in their address books between two reconciliations."""

    def __init__(self, people: Sequence[Person], humans: dict[str, Human]) -> None:
        self._certain = [person for person in people if person.kind == "certain"]
        self._alone = [person for person in people if person.kind == "alone"]
        self._humans = humans

    def conflicts(self) -> frozenset[str]:
        """One person's title and another's employer are changed by both, differently."""
        return frozenset(person.key for person in self._certain[:2])

    def unwanted(self) -> str:
        """The stranger of Anna's whom Ben does not want to see."""
        return [person.key for person in self._alone if person.anna][3]

    def hidden_from(self) -> dict[Member, frozenset[str]]:
        """Whom nobody holds any more, and whom Ben alone has deleted."""
        mine = [person for person in self._alone if person.anna][:3]
        his = [person for person in self._alone if person.ben][:2]
        gone = frozenset(person.key for person in mine + his)
        return {"anna": gone, "ben": gone | {self._certain[30].key, self.unwanted()}}

    def edits(self, town: Town) -> tuple[Edit, ...]:
        """All edits and deletions, in the order in which they are made."""
        found: list[Edit] = []
        both = self._certain
        for person, name, left, right in (
            (both[0], "TITLE", "Head gardener", "Botanist"),
            (both[1], "ORG", *_EMPLOYED),
        ):
            human = self._humans[f"anna-{person.key}"]
            old = f"{name}:{human.title if name == 'TITLE' else human.organisation}"
            found.append(Edit("anna", person.anna, old, f"{name}:{left}"))
            found.append(Edit("ben", person.ben, old, f"{name}:{right}"))
        for person in both[2:7]:
            old = _tel(self._humans[f"anna-{person.key}"])
            new = f"TEL;TYPE=CELL:{phone_text(town.mobile(), 'spaced')}"
            found.append(Edit("anna", person.anna, old, new))
        for person in both[7:11]:
            old = f"EMAIL:{self._humans[f'ben-{person.key}'].mails[0].address}"
            new = f"EMAIL;TYPE=HOME:moved-{person.key}@post.example"
            found.append(Edit("ben", person.ben, old, new))
        for person in both[11:14]:
            new = f"TEL;TYPE=WORK:{phone_text(town.landline(), 'compact')}"
            found.append(Edit("anna", person.anna, "", new))
        # One property removed: the mobile number that both cards held from the start.
        gone = both[14]
        found.append(Edit("ben", gone.ben, _tel(self._humans[f"ben-{gone.key}"])))
        hidden = self.hidden_from()
        for person in [*self._certain, *self._alone]:
            if person.anna and person.key in hidden["anna"]:
                found.append(Edit("anna", person.anna))
            if person.ben and person.key in hidden["ben"]:
                found.append(Edit("ben", person.ben))
        return tuple(found)


def _tel(human: Human) -> str:
    """The first number's content line."""
    return f"TEL:{phone_text(human.phones[0], 'compact')}"


def _known_to_both(town: Town, number: int) -> tuple[Human, Human]:
    """One person, known equally well, or a little better by one of the two."""
    human = town.well_known((GERMAN, ENGLISH, GERMAN, FRENCH)[number % 4])
    if human.phones[0].kind != "cell":
        human = replace(human, phones=(town.mobile(), *human.phones))
    if number > 15 and number % 3 == 0:
        return replace(human, birthday=""), replace(human, mails=human.mails[:1])
    if number > 15 and number % 3 == 1:
        return replace(human, home=None), replace(human, title="")
    return human, human


def _restored(town: Town, number: int) -> tuple[Human, Human]:
    """One person of whom each member has got to know another number since."""
    human = replace(town.well_known(LANGUAGES[number]), phones=(), mails=())
    return replace(human, phones=(town.mobile(),)), replace(human, phones=(town.landline(),))


def _doubtful(town: Town) -> list[tuple[Human, Human]]:
    """Twelve people in common of whom no machine should be sure."""
    names = (("Rosalind", "Achterberg"), ("Ottokar", "Beilstein"), ("Philippa", "Cordes"))
    pairs: list[tuple[Human, Human]] = []
    for given, family in (*names, ("Quirin", "Dornbusch")):
        human = Human(given, family)
        right = replace(human, phones=(town.mobile(),), mails=(Mail("home", f"{given}@x.example"),))
        pairs.append((replace(human, phones=(town.landline(),)), right))
    for given, family in (("Severin", "Eschenbach"), ("Tabea", "Fuhrmann"), ("Thilo", "Gildehaus")):
        mobile = (town.mobile(),)
        left = Human(given, family, phones=mobile)
        pairs.append((left, Human(f"{given[0]}.", family, phones=mobile)))
    for given, family in (("Valeska", "Hohenstein"), ("Wendelin", "Immenhof")):
        mobile = (town.mobile(),)
        pairs.append((Human(given, phones=mobile), Human(given, family, phones=mobile)))
    for (given, family), (other, spelling) in (
        (("Steffen", "Jansen"), ("Stefan", "Janssen")),
        (("Katja", "Mayr"), ("Katya", "Mayer")),
    ):
        mobile = (town.mobile(),)
        pairs.append((Human(given, family, phones=mobile), Human(other, spelling, phones=mobile)))
    mobile = (town.mobile(),)
    cyrillic = named(CYRILLIC, Word("Полина", "polina"), Word("Лебедева", "lebedeva"))
    pairs.append((replace(cyrillic, phones=mobile), Human("Polina", "Lebedeva", phones=mobile)))
    return pairs


def _secret(town: Town, classification: str, categories: tuple[str, ...]) -> Human:
    """A person about whom only Anna may know."""
    human = town.well_known(GERMAN)
    return replace(
        human,
        family=f"{human.family}-{SECRET_WORD.title()}",
        mails=(Mail("home", f"{human.given.lower()}@{SECRET_WORD}.example"),),
        organisation=f"{SECRET_WORD} GmbH",
        classification=classification,
        categories=categories,
    )
