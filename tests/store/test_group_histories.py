"""Groups through any history: they name exactly whom their member put into them, by whoever stands for them now.

`HEARTHBOOK_HISTORIES` says how many are played; a few by default.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.store.books import record_served
from server.store.database import Actor
from server.store.linking import link_cards
from server.store.slots import slot_of_uid, surviving
from server.store.views import refresh
from tests.builders import Home, a_card
from tests.store.test_histories import PLAYED

LABELS = ("phone", "tablet")
numbers = st.integers(0, 2**10)


@dataclass
class Device:
    """What one of Anna's devices holds: the group as fetched, and the UIDs it can show."""

    tag: str = ""
    named: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


class GroupHistories(RuleBasedStateMachine):
    """Anna's group, her two devices, and cards that come, go, are joined and parted."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="groups-")
        self.home = Home(Path(self.folder.name), "anna", "ben")
        self.home.db.connection().execute("PRAGMA synchronous = OFF")
        self.home.add_device("anna", "tablet")
        self.devices = {label: Device() for label in LABELS}
        self.meant: set[str] = set()
        self.count = 0
        self.home.put("anna", "g.vcf", a_group(()))
        for label in LABELS:
            self.fetch(label)

    def teardown(self) -> None:
        """Views are right at the end."""
        assert self.home.verify() == ()
        self.home.db.close()
        self.folder.cleanup()

    @rule(who=st.sampled_from(("anna", "ben")))
    def add(self, who: str) -> None:
        """A new card of either member's, which Anna's devices may fetch."""
        self.count += 1
        name = f"Eva {'abcdefghijklmnop'[self.count % 16]}{self.count}"
        self.home.put(who, f"c{self.count}.vcf", a_card(f"u{self.count}", name))

    @rule(label=st.sampled_from(LABELS))
    def fetch(self, label: str) -> None:
        """A device fetches everything."""
        device, entries = self.devices[label], self.home.entries("anna")
        _, row = self.home.device(f"anna+{label}")
        record_served(self.home.db, row.id, [(each.slot, each.seq, "3.0") for each in entries])
        for each in entries:
            if each.href == "g.vcf":
                device.tag, device.named = self.home.etag("anna", each), members(each.octets)
        device.shown = [each.uid for each in entries if each.href != "g.vcf"]

    @rule(label=st.sampled_from(LABELS), pick=numbers, stale=st.booleans())
    def toggle(self, label: str, pick: int, *, stale: bool) -> None:
        """Somebody is put into the group or taken out of it, on a device that drops whom it cannot show."""
        if not stale:
            self.fetch(label)
        device = self.devices[label]
        if not device.shown:
            return
        uid = device.shown[pick % len(device.shown)]
        sent = [each for each in device.named if each in device.shown]
        is_there = uid in sent
        sent = [each for each in sent if each != uid] if is_there else [*sent, uid]
        tag = "" if stale else device.tag
        self.home.put(f"anna+{label}", "g.vcf", a_group(sent), if_match=tag)
        ends = self.end(uid)
        if ends is None:
            self.meant |= set() if is_there else {uid}
        elif is_there:
            self.meant = {each for each in self.meant if self.end(each) != ends}
        else:
            self.meant.add(uid)
        self.fetch(label)

    @rule(pick=numbers, other=numbers, verdict=st.sampled_from(("same", "same", "apart")))
    def say(self, pick: int, other: int, verdict: str) -> None:
        """Two cards are called one person, or two."""
        with self.home.db.read() as tx:
            rows = tx.connection.execute(
                "SELECT id FROM card WHERE kind = 'person' AND trashed IS NULL ORDER BY added"
            ).fetchall()
        if len(rows) < 2:
            return
        left, right = rows[pick % len(rows)][0], rows[other % len(rows)][0]
        if left != right:
            with self.home.db.write(Actor("decide", "anna")) as tx:
                link_cards(tx, (left, right), verdict, member="anna")
                refresh(tx, (left, right))

    @rule(pick=numbers)
    def delete_and_bring_back(self, pick: int) -> None:
        """A card is deleted on one device; the other writes the group without it; then it comes back."""
        shown = [each for each in self.home.entries("anna") if each.href != "g.vcf"]
        if not shown:
            return
        entry = shown[pick % len(shown)]
        self.home.delete("anna+phone", entry.href)
        self.fetch("tablet")
        tablet = self.devices["tablet"]
        sent = [each for each in tablet.named if each in tablet.shown]
        self.home.put("anna+tablet", "g.vcf", a_group(sent), if_match=tablet.tag)
        self.home.put("anna+phone", entry.href, entry.octets)
        for label in LABELS:
            self.fetch(label)

    def end(self, uid: str) -> str | None:
        """The UID of what stands for somebody in Anna's view; None for nobody."""
        with self.home.db.read() as tx:
            slot = slot_of_uid(tx, self.home.book(tx, "anna").id, uid)
            standing = surviving(tx, slot) if slot is not None else None
        return standing.uid if standing is not None and standing.gone is None else None

    @invariant()
    def the_group_names_exactly_whom_it_should(self) -> None:
        """Whoever stands for a member is named, and nobody else who can be shown."""
        group = self.home.get("anna", "g.vcf")
        assert group is not None
        live = {each.uid for each in self.home.entries("anna")}
        named = set(members(group.octets)) & live
        assert named == {end for each in self.meant for end in (self.end(each),) if end}


def a_group(uids: list[str] | tuple[str, ...]) -> bytes:
    lines = (f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in uids)
    return a_card("ug", "Family", "X-ADDRESSBOOKSERVER-KIND:group", *lines)


def members(octets: bytes) -> list[str]:
    return [
        line.partition(b"urn:uuid:")[2].decode()
        for line in octets.split(b"\r\n")
        if b"MEMBER" in line
    ]


TestGroupHistories = GroupHistories.TestCase
TestGroupHistories.settings = PLAYED
