"""Cards by what they may have in common, and what all cards together tell about names and numbers.

An index is built once for the cards of one universe and can be kept: putting one card in or
taking one out costs as much as that card has to say. Frequencies are counted in eighths of a bit,
which is more than so few books can tell; so they seldom shift, and what one card changes is
judged anew for few others.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from math import exp2, log2

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

_HINT_BLOCK_MAX = 20
"""A beginning of a name, or a day, that more cards have in common is no hint any more: of 1,561 true pairs among 5,000
made-up cards one was compared for such a hint alone, and it was not found by it."""

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
        self._is_latin: dict[str, bool] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._blocks: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._given: Counter[str] = Counter()
        self._family: Counter[str] = Counter()
        self._bearers: defaultdict[str, set[str]] = defaultdict(set)
        self._crowds: dict[str, int] = {}
        self._rarities: dict[tuple[str, bool], float] = {}
        self.size_bits = 1.0
        for card in cards:
            self.put(card)

    def put(self, card: Matchable) -> None:
        """Add a card, or let it take the place of the one with its id. Groups are nobody."""
        self.take(card.id)
        if card.kind == "group":
            return
        self.cards[card.id] = card
        self.contacts[card.id] = contacts(card, self.region)
        self._is_latin[card.id] = card.called.is_latin
        self._keys[card.id] = self._keys_of(card)
        for key in self._keys[card.id]:
            self._blocks[key][card.id] = None
        self._given.update(card.called.given)
        self._family.update(card.called.family)
        for word in _words(card):
            self._bearers[word].add(card.id)
        self._forget_counts(card)

    def take(self, card_id: str) -> None:
        """Forget a card, if it is here."""
        card = self.cards.pop(card_id, None)
        if card is None:
            return
        for key in self._keys.pop(card_id):
            self._blocks[key].pop(card_id)
            if not self._blocks[key]:
                del self._blocks[key]
        self._given.subtract(card.called.given)
        self._family.subtract(card.called.family)
        for word in _words(card):
            self._bearers[word].discard(card_id)
        self._forget_counts(card)
        del self.contacts[card_id], self._is_latin[card_id]

    def update(self, changes: Mapping[str, Matchable | None]) -> frozenset[str]:
        """Put cards in, or take out those with None; gives the other cards that are judged otherwise by it.

        What two cards are thought to be depends on how many cards there are, on how frequent their
        names are, on how many people are behind what they share, and on what too many cards share.
        """
        concerned = [
            card
            for card_id, new in changes.items()
            for card in (self.cards.get(card_id), new)
            if card is not None
        ]
        keys_of = [(card, self._keys_of(card)) for card in concerned]
        keys = {key for _, theirs in keys_of for key in theirs}
        words = {word for card in concerned for word in _words(card)}
        before, size = self._counted(keys, words), self.size_bits
        found: set[str] = set()
        for card_id, new in changes.items():
            if new is None:
                self.take(card_id)
            else:
                self.put(new)
        if self.size_bits != size:
            return frozenset(self.cards)
        after = self._counted(keys, words)
        for what in keys | words:
            if before[what] != after[what]:
                found.update(self._blocks.get(what, ()), self._bearers.get(what, ()))
        for card, theirs in keys_of:
            for key in theirs:
                if key[0] == "#" and len(self._blocks.get(key, ())) >= BLOCK_MAX:
                    found.update(self._alike(card, self._blocks[key]))
        return frozenset(found - changes.keys())

    def partners(self, card_id: str) -> frozenset[str]:
        """The ids of all cards that may be the same person as one card."""
        card = self.cards[card_id]
        found: set[str] = set()
        for key in self._keys[card_id]:
            block = self._blocks[key]
            if key[0] == "~":
                if len(block) <= _HINT_BLOCK_MAX:
                    found.update(block)
            elif key[0] == "?":
                latin = self._is_latin[card_id]
                others = (each for each in block if self._is_latin[each] != latin)
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
            block = [self.cards[each] for each in self._blocks.get(f"#{contact}", ())]
            known = self._crowds[contact] = _people_in(block)
        return known

    def given_bits(self, words: Iterable[str]) -> float:
        """How rare the rarest of some given names is."""
        return max((self._bits(word, is_given=True) for word in words), default=0.0)

    def family_bits(self, words: Iterable[str]) -> float:
        """How rare the rarest of some family names is."""
        return max((self._bits(word, is_given=False) for word in words), default=0.0)

    def is_given_name(self, word: str) -> bool:
        """Whether a word is a known given name, here or anywhere."""
        return self._given[word] >= _KNOWN_BEARERS or is_given_name(word)

    def _bits(self, word: str, *, is_given: bool) -> float:
        known = self._rarities.get((word, is_given))
        if known is not None:
            return known
        counts, share_of = (
            (self._given, share_of_given) if is_given else (self._family, share_of_family)
        )
        others = max(counts[word] - 2, 0)
        share = (others + BOOKS_WEIGHT * share_of(word)) / (exp2(self.size_bits) + BOOKS_WEIGHT)
        low, high = RARITY_BITS
        found = self._rarities[word, is_given] = min(max(eighths(-log2(share)), low), high)
        return found

    def _forget_counts(self, card: Matchable) -> None:
        """What was counted with or without a card is counted anew when it is asked for."""
        for contact in self.contacts[card.id]:
            self._crowds.pop(contact, None)
        for word in _words(card):
            self._rarities.pop((word, True), None)
            self._rarities.pop((word, False), None)
        size_bits = eighths(log2(max(len(self.cards), 2)))
        if size_bits != self.size_bits:
            self.size_bits = size_bits
            self._rarities.clear()

    def _counted(self, keys: Iterable[str], words: Iterable[str]) -> dict[str, Hashable]:
        """All that pairs depend on besides their own two cards, as far as these keys and words go."""
        found: dict[str, Hashable] = {
            word: (
                self._bits(word, is_given=True),
                self._bits(word, is_given=False),
                self.is_given_name(word),
            )
            for word in words
        }
        for key in keys:
            size = len(self._blocks.get(key, ()))
            most = _HINT_BLOCK_MAX if key[0] == "~" else BLOCK_MAX
            found[key] = size > most, self.crowd(key[1:]) if key[0] == "#" else 0
        return found

    def _namesakes(self, card: Matchable, block: Iterable[str]) -> Iterator[str]:
        same = sorted(self._alike(card, block))
        place = same.index(card.id)
        yield from same[max(0, place - BLOCK_MAX) : place + 1 + BLOCK_MAX]

    def _alike(self, card: Matchable, block: Iterable[str]) -> Iterator[str]:
        words = card.called.words
        return (each for each in block if self.cards[each].called.words == words)

    def _keys_of(self, card: Matchable) -> tuple[str, ...]:
        """What a card is found by: "#" what proves, "=" the whole name, "~" a hint, "?" a sound."""
        return (
            *(f"#{contact}" for contact in contacts(card, self.region)),
            *([f"={' '.join(sorted(card.called.words))}"] if card.called.words else []),
            *{f"~{hint}" for hint in _hints(card)},
            *([f"?{card.called.sound}"] if card.called.words and card.sort == "person" else []),
        )


def eighths(bits: float) -> float:
    """So much is told by the counts of a few books, and no more."""
    return round(8 * bits) / 8


def _words(card: Matchable) -> frozenset[str]:
    """Everything on a card whose rarity may be asked for."""
    called = card.called
    return called.words | called.given | called.family


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
    if names > _CROWD_NAMES:
        return round(exp2(eighths(log2(names))))
    return len(people)
