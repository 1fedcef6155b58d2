"""What makes a value younger: that somebody typed it, and nothing else that happens to its card."""

from pathlib import Path

import pytest

from server.cycle import run_cycle
from tests.builders import Home, a_card

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
CARD = a_card("ua", "Eva Stein", PHONE, "EMAIL:eva@example.org")

Ages = dict[tuple[str, str], int]


def ages(home: Home, who: str) -> Ages:
    """When each value of a member's cards was last typed."""
    with home.db.read() as tx:
        rows = tx.connection.execute(
            "SELECT fact.property, fact.norm, act.at FROM fact JOIN card ON card.id = fact.card"
            " JOIN act ON act.id = fact.last WHERE card.member = ? AND fact.gone IS NULL",
            (who,),
        ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"TEL;TYPE=CELL:", b"item1.tel;type=cell;type=voice:"),
        (b"+49 30 23125 101", b"+49 (30) 23125-101"),
        (b"END:VCARD", b"REV:20261122T000000Z\r\nPRODID:-//x//EN\r\nEND:VCARD"),
        (b"EMAIL:eva@", b"EMAIL:Eva@"),
    ],
)
def test_another_handwriting_makes_nothing_younger(tmp_path: Path, old: bytes, new: bytes) -> None:
    home = Home(tmp_path, "anna")
    etag = home.put("anna", "a.vcf", CARD).etag
    before = ages(home, "anna")
    home.clock.pass_seconds(86_400)
    assert old in CARD
    assert home.put("anna", "a.vcf", CARD.replace(old, new), if_match=etag).status == 204
    assert ages(home, "anna") == before
    home.db.close()


def test_an_edit_makes_only_what_it_edited_younger(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna")
    etag = home.put("anna", "a.vcf", CARD).etag
    before = ages(home, "anna")
    home.clock.pass_seconds(86_400)
    home.put("anna", "a.vcf", CARD.replace(b"eva@", b"evi@"), if_match=etag)
    after = ages(home, "anna")
    assert {key for key in after if after[key] != before.get(key)} == {("EMAIL", "evi@example.org")}
    home.db.close()


def test_a_copy_makes_its_source_no_younger(tmp_path: Path) -> None:
    home = Home(tmp_path, "anna", "ben")
    home.put("anna", "a.vcf", CARD)
    home.put("ben", "b.vcf", a_card("ub", "Eva Stein", PHONE))
    before = ages(home, "anna")
    home.clock.pass_seconds(86_400)
    run_cycle(home.db, kind="command", releasing=True)
    assert ages(home, "anna") == before
    assert ("EMAIL", "eva@example.org") in ages(home, "ben")
    home.db.close()
