"""Two books of one made-up world, with the truth about who is in both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from server.contacts.card import parse
from server.contacts.properties import properties
from server.contacts.values import kind_of, name_of
from server.reconcile.matching import Matchable, matchable
from tests.quality import writing
from tests.quality.kinds import LOOK_ALIKES
from tests.quality.locales import DEVELOPED, HELD_OUT, Locale
from tests.quality.people import Being, World
from tests.quality.writing import Called, Known, Pen

Namer = Callable[[Being, Random], Called]

NAMINGS: tuple[tuple[str, float, Namer], ...] = (
    ("plain", 0.55, writing.plainly),
    ("format", 0.12, writing.formatted_oddly),
    ("nickname", 0.07, writing.nicknamed),
    ("typo", 0.04, writing.misspelt),
    ("folding", 0.04, writing.folded),
    ("middle name", 0.04, writing.with_middle),
    ("initial", 0.03, writing.initialled),
    ("maiden name", 0.02, writing.married),
    ("double name", 0.02, writing.doubled),
    ("given only", 0.02, writing.given_only),
    ("kin word", 0.02, writing.kin),
    ("trade", 0.01, writing.trade),
    ("other script", 0.02, writing.other_script),
)
UNSEEN: tuple[tuple[str, float, Namer], ...] = (
    ("plain", 0.50, writing.plainly),
    ("format", 0.12, writing.formatted_oddly),
    ("nickname", 0.06, writing.nicknamed),
    ("typo", 0.05, writing.misspelt),
    ("folding", 0.04, writing.folded),
    ("middle name", 0.03, writing.with_middle),
    ("initial", 0.02, writing.initialled),
    ("maiden name", 0.02, writing.married),
    ("given only", 0.02, writing.given_only),
    ("kin word", 0.02, writing.kin),
    ("remark", 0.05, writing.with_remark),
    ("by ear", 0.05, writing.by_ear),
    ("other script", 0.02, writing.other_script),
)
"""Of the held-out part: with two ways of writing that were never looked at."""

_NEEDS_CONTACT = frozenset({"initial", "maiden name", "given only", "kin word", "trade"})

OVERLAPS: tuple[tuple[str, float], ...] = (
    ("mobile and mail", 0.42),
    ("mobile", 0.26),
    ("mail", 0.10),
    ("landline", 0.08),
    ("changed number", 0.07),
    ("moved", 0.04),
    ("name only", 0.03),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One card: whose book, whom it is about, and what a reader of it sees."""

    id: str
    being: Being
    octets: bytes
    naming: str
    overlap: str
    match: Matchable
    called: Called
    known: Known


@dataclass(frozen=True, slots=True)
class TwoBooks:
    """The cards of two members and why beings may be confused."""

    seed: int
    region: str
    entries: tuple[Entry, ...]
    related: dict[tuple[int, int], str]

    def truth(self) -> frozenset[tuple[str, str]]:
        """All pairs of cards about one being."""
        by_being: dict[int, list[str]] = {}
        for entry in self.entries:
            by_being.setdefault(entry.being.id, []).append(entry.id)
        return frozenset(
            (min(a, b), max(a, b))
            for ids in by_being.values()
            for position, a in enumerate(ids)
            for b in ids[position + 1 :]
        )

    def look_alike(self, left: str, right: str) -> str:
        """How two cards about two beings come to be confused."""
        beings = {entry.id: entry.being.id for entry in self.entries}
        a, b = sorted((beings[left], beings[right]))
        return self.related.get((a, b), "strangers")


def two_books(seed: int, *, size: int = 250, held_out: bool = False) -> TwoBooks:
    """Two books of about `size` cards each: half of the people are in both."""
    random = Random(seed)  # noqa: S311 - a made-up world, the same for every run
    locales = _locales(random, held_out=held_out)
    world = World(random, locales)
    writer = _Writer(world, random, UNSEEN if held_out else NAMINGS)
    while len(writer.entries) < 2 * size * 0.24:
        writer.plant(random.choice(LOOK_ALIKES)(world))
    while len(writer.entries) < 2 * size:
        being = world.add(world.person())
        if random.random() < 0.5:
            writer.pair(being)
        else:
            writer.single(being, random.choice("lr"))
    return TwoBooks(seed, locales[0].region, tuple(writer.entries), world.related)


def _locales(random: Random, *, held_out: bool) -> Sequence[Locale]:
    pool = list(HELD_OUT if held_out else DEVELOPED)
    large = [place for place, each in enumerate(pool) if len(each.male) * len(each.family) >= 170]
    home = random.choice(large)
    return [pool[home], *(each for place, each in enumerate(pool) if place != home)]


class _Writer:
    """Writes the cards of one world into two books."""

    def __init__(
        self, world: World, random: Random, namings: tuple[tuple[str, float, Namer], ...]
    ) -> None:
        self.world, self.random, self.namings = world, random, namings
        self.pen = Pen(random, world.locales[0].region)
        self.entries: list[Entry] = []

    def plant(self, beings: tuple[Being, ...]) -> None:
        """Look-alikes: at least one in either book, some in both."""
        sides = [self.random.choice(("l", "r", "both")) for _ in beings]
        if len(beings) > 1 and not {"l", "both"} & set(sides):
            sides[0] = "l"
        if len(beings) > 1 and not {"r", "both"} & set(sides):
            sides[-1] = "r"
        for being, side in zip(beings, sides, strict=True):
            if side == "both":
                self.pair(being)
            else:
                self.single(being, side)

    def pair(self, being: Being) -> None:
        """A card in each book; one of them is the odd one."""
        random = self.random
        name, namer = self._naming(being)
        overlap = self._overlap(being, needs_contact=name in _NEEDS_CONTACT)
        left, right = self._shared(being, overlap)
        called = [writing.plainly(being, random), namer(being, random)]
        if being.sort in ("organisation", "practice"):
            called = [writing.firm_name(being, random), writing.firm_name(being, random)]
        knows = [left, right]
        if random.random() < 0.5:
            called.reverse()
        same_origin = random.random() < 0.08
        for side, call, known in zip("lr", called, knows, strict=True):
            uid = being.uid if same_origin else f"{random.random():.12f}"
            self._write(side, being, call, replace(known, uid=uid), (name, overlap))

    def single(self, being: Being, side: str) -> None:
        """A card in one of the books."""
        called = writing.plainly(being, self.random)
        if being.sort in ("organisation", "practice"):
            called = writing.firm_name(being, self.random)
        known = self._some(being)
        if not (known.mobiles or known.mails or known.landlines):
            known = replace(known, mobiles=being.mobiles, mails=being.mails)
        self._write(
            side, being, called, replace(known, uid=f"{self.random.random():.12f}"), ("", "")
        )

    def _naming(self, being: Being) -> tuple[str, Namer]:
        if being.sort != "person":
            return being.sort, writing.plainly
        names = [name for name, _, _ in self.namings]
        (name,) = self.random.choices(names, [weight for _, weight, _ in self.namings])
        namer = next(each for label, _, each in self.namings if label == name)
        if (name == "nickname" and not being.nickname) or (
            name == "other script" and being.latin == (being.given, being.family)
        ):
            return "plain", writing.plainly
        return name, namer

    def _overlap(self, being: Being, *, needs_contact: bool) -> str:
        if being.sort in ("organisation", "practice", "couple"):
            return "landline"
        if being.sort == "mailbox":
            return "mail"
        kinds = OVERLAPS[:3] if needs_contact else OVERLAPS
        (overlap,) = self.random.choices(
            [kind for kind, _ in kinds], [weight for _, weight in kinds]
        )
        return overlap

    def _some(self, being: Being) -> Known:
        """Part of what there is; what tells generations apart is always known of those."""
        random, full = self.random, writing.everything(being)
        kinds = [kind for pair, kind in self.world.related.items() if being.id in pair]
        told = "generations" in kinds
        return Known(
            full.mobiles if random.random() < 0.8 else (),
            tuple(each for each in full.mails if random.random() < 0.6),
            full.landlines if random.random() < 0.45 else (),
            full.address if random.random() < 0.4 else ("", "", ""),
            full.birthday if told or random.random() < 0.3 else "",
            full.employer,
            full.title,
        )

    def _shared(self, being: Being, overlap: str) -> tuple[Known, Known]:
        """What the two books know of one being, so that they share what `overlap` says."""
        left, right, full = self._some(being), self._some(being), writing.everything(being)
        if overlap == "mobile and mail":
            both = {"mobiles": full.mobiles, "mails": full.mails}
            return replace(left, **both), replace(right, **both)  # type: ignore[arg-type]
        if overlap == "mobile":
            return replace(left, mobiles=full.mobiles), replace(
                right, mobiles=full.mobiles, mails=right.mails[:1]
            )
        if overlap == "mail":
            return replace(left, mails=full.mails), replace(right, mails=full.mails)
        if overlap == "landline":
            return replace(left, landlines=full.landlines, mails=full.mails), replace(
                right, landlines=full.landlines, mobiles=()
            )
        former = writing.changed(replace(full, mails=full.mails[:1]), being, self.random)
        if overlap == "changed number":
            shared = {"mails": full.mails[:1], "address": full.address}
            return replace(left, **shared), replace(right, mobiles=former.mobiles, **shared)  # type: ignore[arg-type]
        if overlap == "moved":
            return replace(left, birthday=full.birthday), replace(former, birthday=full.birthday)
        return replace(left, birthday=""), replace(former, birthday="")

    def _write(
        self, side: str, being: Being, called: Called, known: Known, label: tuple[str, str]
    ) -> None:
        octets = writing.write(being, called, known, self.pen)
        card = parse(octets)
        props = properties(card, region=self.world.locales[0].region)
        card_id = f"{side}{len(self.entries):05}"
        match = matchable(card_id, card.uid, props, name_of(props), kind_of(props), book=side)
        self.entries.append(Entry(card_id, being, octets, *label, match, called, known))
