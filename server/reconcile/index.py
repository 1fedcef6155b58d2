"""Cards by what they may have in common, and what all cards together tell about names and numbers.

An index is built once for the cards of one universe and can be kept: putting one card in or
taking one out costs as much as that card has to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log2

from server.reconcile.folding import is_east_asian
from server.reconcile.frequent import is_given_name, share_of_family, share_of_given
from server.reconcile.levels import name_level
from server.reconcile.matchable import Matchable
from server.reconcile.nicknames import roots
from server.reconcile.weights import BOOKS_WEIGHT, RARITY_BITS, NameLevel

BLOCK_MAX = 60
"""More cards than this behind one number or name say nothing about who is who: a switchboard,
"Mama". Such a block only pairs cards that share the number *and* the name, each with at most
this many others, so that the work grows with the number of cards."""

_HINT_BLOCK_MAX = 40
_CROWD_NAMES = 16
"""So many names are a crowd, however alike they are; fewer are counted by who plainly differs."""

_DIGITS_MIN = 7
_KNOWN_BEARERS = 3
"""A word that so many cards have as a given name is one, whatever the tables say."""


class Index:
    """The cards of one universe.

    Args:
        cards: In any order.
        region: Where numbers without country code belong. With a region such a number that is
            still not international is invalid and proves nothing; without one it is compared
            as it stands.
    """

    def __init__(self, cards: Iterable[Matchable], *, region: str = "") -> None:
        self.region = region
        self.cards: dict[str, Matchable] = {}
        self.contacts: dict[str, frozenset[str]] = {}
        self._blocks: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._given: Counter[str] = Counter()
        self._family: Counter[str] = Counter()
        self._crowds: dict[str, int] = {}
        for card in cards:
            self.put(card)

    def put(self, card: Matchable) -> None:
        """Add a card, or let it take the place of the one with its id. Groups are nobody."""
        self.take(card.id)
        if card.kind == "group":
            return
        self.cards[card.id] = card
        self.contacts[card.id] = contacts(card, self.region)
        for key in self._keys(card):
            self._blocks[key][card.id] = None
        self._given.update(card.called.given)
        self._family.update(card.called.family)
        for contact in self.contacts[card.id]:
            self._crowds.pop(contact, None)

    def take(self, card_id: str) -> None:
        """Forget a card, if it is here."""
        card = self.cards.pop(card_id, None)
        if card is None:
            return
        for key in self._keys(card):
            self._blocks[key].pop(card_id, None)
        self._given.subtract(card.called.given)
        self._family.subtract(card.called.family)
        for contact in self.contacts.pop(card_id):
            self._crowds.pop(contact, None)

    def partners(self, card_id: str) -> frozenset[str]:
        """The ids of all cards that may be the same person as one card."""
        card = self.cards[card_id]
        found: set[str] = set()
        for key in self._keys(card):
            block = self._blocks[key]
            if key[0] == "~":
                if len(block) <= _HINT_BLOCK_MAX:
                    found.update(block)
            elif key[0] == "?":
                latin = card.called.is_latin
                others = (each for each in block if self.cards[each].called.is_latin != latin)
                found.update(others if len(block) <= BLOCK_MAX else ())
            elif len(block) <= BLOCK_MAX:
                found.update(block)
            elif key[0] == "#":
                found.update(self._namesakes(card, block))
        found.discard(card_id)
        return frozenset(found)

    def crowd(self, contact: str) -> int:
        """How many plainly different people are behind a number or mail address, as the books show."""
        known = self._crowds.get(contact)
        if known is None:
            block = [self.cards[each] for each in self._blocks[f"#{contact}"]]
            known = self._crowds[contact] = _people_in(block)
        return known

    def given_bits(self, words: Iterable[str]) -> float:
        """How rare the rarest of some given names is."""
        return max(
            (self._bits(word, self._given, share_of_given(word)) for word in words), default=0.0
        )

    def family_bits(self, words: Iterable[str]) -> float:
        """How rare the rarest of some family names is."""
        return max(
            (self._bits(word, self._family, share_of_family(word)) for word in words), default=0.0
        )

    def is_given_name(self, word: str) -> bool:
        """Whether a word is a known given name, here or anywhere."""
        return self._given[word] >= _KNOWN_BEARERS or is_given_name(word)

    def _bits(self, word: str, counts: Mapping[str, int], background: float) -> float:
        others = max(counts[word] - 2, 0)
        share = (others + BOOKS_WEIGHT * background) / (len(self.cards) + BOOKS_WEIGHT)
        low, high = RARITY_BITS
        return min(max(-log2(share), low), high)

    def _namesakes(self, card: Matchable, block: Iterable[str]) -> Iterator[str]:
        same = [
            each for each in sorted(block) if self.cards[each].called.words == card.called.words
        ]
        place = same.index(card.id)
        yield from same[max(0, place - BLOCK_MAX) : place + 1 + BLOCK_MAX]

    def _keys(self, card: Matchable) -> Sequence[str]:
        """What a card is found by: "#" what proves, "=" the whole name, "~" a hint, "?" a sound."""
        return [
            *(f"#{contact}" for contact in contacts(card, self.region)),
            *([f"={' '.join(sorted(card.called.words))}"] if card.called.words else []),
            *{f"~{hint}" for hint in _hints(card)},
            *([f"?{card.called.sound}"] if card.called.words and card.sort == "person" else []),
        ]


def contacts(card: Matchable, region: str) -> frozenset[str]:
    """UID, mail addresses and numbers, as far as they can prove something."""
    phones = (
        phone
        for phone in card.phones
        if phone.startswith("+") or (not region and len(phone) >= _DIGITS_MIN)
    )
    return frozenset(
        (
            *(f"mail:{email}" for email in card.emails),
            *(f"tel:{phone}" for phone in phones),
            *((f"uid:{card.uid}",) if card.uid else ()),
            *(f"id:{identity}" for identity in card.identities),
        )
    )


def _hints(card: Matchable) -> Iterator[str]:
    given, family = card.called.given, card.called.family
    for one in given:
        for other in family:
            if not is_east_asian(one):
                yield f"k {one} {other[:2]}"
                yield f"k {other} {one[:2]}"
                yield from (f"n {root} {other}" for root in roots(one))
    yield from (f"b {day}" for day in card.birthdays if not day.startswith("--"))
    yield from (f"d {day[-5:]} {word}" for day in card.birthdays for word in given | family)
    yield from (f"l {local}" for local in card.locals)
    yield from (f"p {phone[-8:]}" for phone in card.phones if len(phone) >= _DIGITS_MIN)
    for home in card.homes:
        yield f"a {home.key}"
        if home.code and home.number:
            yield f"c {home.code} {home.number}"
    if card.sort in ("organisation", "practice", "mailbox"):
        yield from (f"o {word}" for word in card.called.words if len(word) > 3)


def _people_in(block: Sequence[Matchable]) -> int:
    """How many people of plainly different names are among some cards, in whatever order."""
    people: list[Matchable] = []
    by_name = sorted(block, key=lambda card: (sorted(card.called.words), card.id))
    for card in by_name[:BLOCK_MAX]:
        if card.called.words and all(
            card.sort != each.sort or name_level(card, each) is NameLevel.OTHER for each in people
        ):
            people.append(card)
    names = len({card.called.words for card in block})
    return names if names > _CROWD_NAMES else len(people)
