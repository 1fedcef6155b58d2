"""Programs that fight over a card come to an end; what members type always goes through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cycle import run_cycle
from tests.builders import Home, a_card

NUMBER = "TEL;TYPE=CELL:+49 30 23125 101"
CARD = a_card(
    "uid-1", "Eva Stein", NUMBER, "item1.URL:https://eva.example/", "item1.X-ABLabel:Shop"
)
COMPACT = CARD.replace(b"+49 30 23125 101", b"+493023125101")
SHOUTED = CARD.replace(b"Shop", b"SHOP")
MAIL = b"EMAIL:eva@example.org\r\n"
ROUNDS = 12


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Anna with two devices, and Ben; views are right at the end."""
    made = Home(tmp_path, "anna", "ben")
    made.add_device("anna", "tablet")
    made.put("anna", "a.vcf", CARD)
    run_cycle(made.db, kind="command", releasing=True)
    yield made
    assert made.verify() == ()
    made.db.close()


def send(home: Home, login: str, body: bytes, href: str = "a.vcf") -> str:
    """Send a body with the newest ETag; gives the answer's ETag."""
    who = login.partition("+")[0]
    entry = home.get(who, href)
    assert entry is not None
    answer = home.put(login, href, body, if_match=home.etag(who, entry))
    assert answer.status == 204
    return answer.etag


def fight(home: Home, first: bytes, second: bytes) -> list[int]:
    """Two devices of Anna write the card in turn; the view's sequence number after each round."""
    found = []
    for _ in range(ROUNDS):
        send(home, "anna", first)
        send(home, "anna+tablet", second)
        found.append(home.sequence("anna"))
    return found


def stamped(card: bytes, number: int) -> bytes:
    return card.replace(b"END:VCARD", f"REV:2026-01-{number + 1:02}\r\nEND:VCARD".encode())


def now(home: Home, who: str = "anna", href: str = "a.vcf") -> bytes:
    entry = home.get(who, href)
    assert entry is not None
    return entry.octets


def test_two_ways_of_writing_one_number_are_not_announced_for_ever(home: Home) -> None:
    seen = fight(home, COMPACT, CARD)
    assert len(set(seen[-4:])) == 1


def test_two_ways_of_writing_a_label_are_not_announced_for_ever(home: Home) -> None:
    before = home.sequence("ben")
    seen = fight(home, SHOUTED, CARD)
    assert len(set(seen[-4:])) == 1
    assert home.sequence("ben") <= before + 8


def test_stamps_of_time_make_nothing_new(home: Home) -> None:
    """Each writes only what the other has written, and says when."""
    sent = {"anna": b"", "anna+tablet": b""}
    styles = {"anna": COMPACT, "anna+tablet": CARD}
    seen = []
    for number in range(2 * ROUNDS):
        for login, style in styles.items():
            if now(home) != sent[login]:
                sent[login] = stamped(style, number)
                send(home, login, sent[login])
        seen.append(home.sequence("anna"))
    assert len(set(seen[-4:])) == 1


def test_what_is_not_stored_has_no_etag(home: Home) -> None:
    fight(home, COMPACT, CARD)
    before = now(home)
    other = CARD if before == COMPACT else COMPACT
    assert send(home, "anna" if other == COMPACT else "anna+tablet", other) == ""
    assert now(home) == before


def test_what_a_member_types_in_a_fight_is_stored_as_sent(home: Home) -> None:
    fight(home, COMPACT, CARD)
    typed = COMPACT.replace(b"END:VCARD", MAIL + b"END:VCARD")
    assert send(home, "anna", typed) != ""
    assert now(home) == typed
    typed = typed.replace(MAIL, b"")
    assert send(home, "anna", typed) != ""
    assert now(home) == typed


def test_a_device_that_fights_nobody_is_always_followed(home: Home) -> None:
    for number in range(ROUNDS):
        body = stamped(CARD, number)
        assert send(home, "anna", body) != ""
        assert now(home) == body


def test_an_echo_of_somebody_elses_card_is_not_announced_for_ever(home: Home) -> None:
    entry = home.entry("ben", "Eva Stein")
    seen = []
    for _ in range(ROUNDS):
        body = now(home, "ben", entry.href).replace(b"+49 30 23125 101", b"+493023125101")
        assert send(home, "ben", body, entry.href) == ""
        seen.append(home.sequence("ben"))
    assert len(set(seen[-4:])) == 1
    body = now(home, "ben", entry.href).replace(b"END:VCARD", MAIL + b"END:VCARD")
    send(home, "ben", body, entry.href)
    assert MAIL in now(home, "ben", entry.href)


def test_two_members_programs_do_not_send_a_value_to_and_fro_for_ever(home: Home) -> None:
    """One cuts off what the other adds; each cycle brings it to the other's card."""
    home.put("ben", "b.vcf", CARD.replace(b"uid-1", b"uid-2"))
    run_cycle(home.db, kind="command", releasing=True)
    machine = []
    for _ in range(ROUNDS):
        send(home, "anna", now(home).replace(b"125 109", b"125 101"))
        run_cycle(home.db, kind="quick")
        send(home, "ben", now(home, "ben", "b.vcf").replace(b"125 101", b"125 109"), "b.vcf")
        run_cycle(home.db, kind="quick")
        machine.append(home.sequence("anna") + home.sequence("ben"))
    assert len(set(machine[-4:])) == 1
