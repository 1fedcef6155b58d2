"""Cards of real clients go in and come out, octet for octet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.contacts.card import split_cards
from server.errors import NotACard
from tests.dav.conftest import Home
from tests.davclient import DavClient

_ADDED_UID = re.compile(rb"^UID:[^\r\n]*\r?\n?", re.MULTILINE)
_ROW = re.compile(r"^\| (\S+#\d+) \| (.+) \|$", re.MULTILINE)


def cards_of(corpus: Path) -> Iterator[tuple[str, bytes]]:
    """Each card of a corpus by name; a file of one card, or of none, as it lies there."""
    for path in sorted(corpus.rglob("*.vcf")):
        octets = path.read_bytes()
        try:
            parts = split_cards(octets)
        except NotACard:
            parts = ()
        for number, part in enumerate(parts if len(parts) > 1 else (octets,), 1):
            yield f"{path.relative_to(corpus)}#{number}", part


def fidelity(client: DavClient, corpus: Path) -> tuple[int, dict[str, str], list[str]]:
    """How many cards there are, the refused with their sentences, and those that came back changed."""
    refused: dict[str, str] = {}
    changed: list[str] = []
    count = 0
    for count, (name, octets) in enumerate(cards_of(corpus), 1):
        path = f"{client.book}{count}.vcf"
        made = client.put(path, octets)
        if made.status == 201:
            stored = client.get(path).body
            is_same = stored == octets and made.etag
            has_only_a_uid_more = not made.etag and _ADDED_UID.sub(b"", stored, count=1) == octets
            if not (is_same or has_only_a_uid_more):
                changed.append(name)
            client.delete(path)
        else:
            assert 400 <= made.status < 500, name
            refused[name] = made.sentence
    return count, refused, changed


def listed(own_corpus: Path, *, shared: bool) -> dict[str, str]:
    """The refused cards and the reasons that the repository lists, of one of the two corpora."""
    parts = (own_corpus / "REFUSED.md").read_text(encoding="utf-8").split("HEARTHBOOK_CORPUS")
    return dict(_ROW.findall(parts[1] if shared else parts[0]))


def test_cards_of_our_corpus_come_back_as_they_were(anna: DavClient, own_corpus: Path) -> None:
    count, refused, changed = fidelity(anna, own_corpus)
    assert changed == []
    assert refused == listed(own_corpus, shared=False)
    assert count >= 60


def test_cards_of_other_projects_come_back_as_they_were(
    anna: DavClient, own_corpus: Path, shared_corpus: Path
) -> None:
    count, refused, changed = fidelity(anna, shared_corpus)
    assert changed == []
    assert refused == listed(own_corpus, shared=True)
    assert len(refused) <= 0.05 * count


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_the_oddest_card_leaves_the_answers_of_all_others_well_formed(
    home: Home, anna: DavClient, own_corpus: Path, version: str
) -> None:
    """A poison card harms itself only: in a multiget, a sync and a query, for its owner and for others."""
    kept = 0
    for number, (_name, octets) in enumerate(cards_of(own_corpus)):
        kept += anna.put(f"{anna.book}{number}.vcf", octets).status == 201
    hrefs = anna.hrefs()
    wanted = f'<C:address-data version="{version}"/>'
    assert len(hrefs) == kept > 60
    assert set(anna.multiget(*hrefs, data=wanted).responses) == set(hrefs)
    assert len(anna.sync(data=True).responses) == kept
    assert anna.query(
        '<C:prop-filter name="FN"><C:text-match>a</C:text-match></C:prop-filter>'
    ).responses
    assert len(home.device("ben").sync(data=True).responses) >= 0
