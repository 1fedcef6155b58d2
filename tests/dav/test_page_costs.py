"""What Anna's pages cost tells nothing of what Ben keeps to himself, or shows Carl alone (design rule R1)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.cases import checks, decide
from server.cycle import measure, run_cycle
from server.store.database import Actor, open_database
from server.store.sharing import set_visibility
from tests.builders import Home, a_card
from tests.dav.test_two_runs import Answers
from tests.pictures import JPEG, photo_line, png
from tests.store.test_histories import drawn_from

MOBILE = "TEL;TYPE=CELL:+49 30 2312510"
WORK = "TEL;TYPE=WORK:+49 30 2312590"

Homes = tuple[Home, Home]


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    """One household twice, with something of every kind to decide; Ben will have secrets in the first."""
    made: list[Home] = []
    for name in ("full", "bare"):
        with drawn_from("homes"):
            made.append(Home(tmp_path / name, "anna", "ben", "carl"))
    full, bare = made
    both((full, bare), questions)
    yield full, bare
    for home in made:
        home.db.close()
        open_database(home.db.folder).close()


def both(homes: Homes, act: Callable[[Home], object]) -> None:
    """Do the same in both."""
    for home in homes:
        with drawn_from("act"):
            act(home)


def questions(home: Home) -> None:
    """What Anna and Ben are asked, and who is gone from Anna's view."""
    home.put("anna", "double.vcf", a_card("a-double", "Eva Stein", MOBILE))
    home.put("ben", "double.vcf", a_card("b-double", "Eva Stein", "EMAIL:eva@example.org"))
    home.put("anna", "title.vcf", a_card("a-title", "Jan Berg", WORK, "TITLE:Prof"))
    home.put("ben", "title.vcf", a_card("b-title", "Jan Berg", WORK, "TITLE:Dr"))
    for index in range(3):
        who = ("anna", "ben", "anna")[index]
        home.put(
            who, f"three-{index}.vcf", a_card(f"three-{index}", "Ute Moor", f"ORG:Moor {index}")
        )
    for index, name in enumerate(("Ole Hansen", "Ole Hansen", "Lia Wolf", "Lia Wolf")):
        home.put("anna", f"twice-{index}.vcf", a_card(f"twice-{index}", name))
    home.put("anna", "mine.vcf", a_card("mine", "Max Linden", "EMAIL:max@example.org"))
    face = photo_line(png(), "PNG")
    home.put("anna", "noted.vcf", a_card("noted", "Nora Note", "EMAIL:nora@example.org", face))
    home.put("ben", "face.vcf", a_card("face", "Eda Face", "EMAIL:eda@example.org", face))
    home.put("ben", "gone.vcf", a_card("gone", "Tom Gone", "EMAIL:tom@example.org"))
    home.put("ben", "hidden.vcf", a_card("hidden", "Tim Hidden", "EMAIL:tim@example.org"))
    home.put("anna", "trash.vcf", a_card("trash", "Ida Trash", "EMAIL:ida@example.org"))
    run_cycle(home.db, kind="command", releasing=True)
    entry = home.entry("ben", "Max Linden")
    body = entry.octets.replace(b"END:VCARD", f"{MOBILE}\r\nEND:VCARD".encode())
    assert home.put("ben", entry.href, body, if_match=home.etag("ben", entry)).status < 300
    home.delete("ben", "gone.vcf")
    home.delete("anna", home.entry("anna", "Tim Hidden").href)
    home.delete("anna", "trash.vcf")
    run_cycle(home.db, kind="command", releasing=True)


def card_of(home: Home, href: str) -> str:
    with home.db.read() as tx:
        query = "SELECT card FROM slot WHERE member = 'ben' AND href = ?"
        return str(tx.connection.execute(query, (href,)).fetchone()[0])


def keep_secrets(home: Home) -> None:
    """Ben keeps cards, values, notes and groups to himself, or shows them to Carl alone."""
    for index, name in enumerate(("Eva Stein", "Jan Berg", "Ute Moor", "Max Linden", "Tom Gone")):
        home.put("ben", f"p-{index}.vcf", a_card(f"p-{index}", name, MOBILE, "CLASS:PRIVATE"))
    for index, (name, mail) in enumerate((("Tim Hidden", "tim"), ("Ida Trash", "ida"))):
        line = f"EMAIL:{mail}@example.org"
        home.put("ben", f"q-{index}.vcf", a_card(f"q-{index}", name, line, "CLASS:PRIVATE"))
    secret = ("CLASS:PRIVATE", "EMAIL:eda@example.org", photo_line(JPEG))
    home.put("ben", "p-face.vcf", a_card("p-face", "Eda Face", *secret))
    for index, name in enumerate(("Ina Kurz", "Ina Kurz", "Udo Lang", "Udo Lang", "Ole Hansen")):
        home.put("ben", f"r-{index}.vcf", a_card(f"r-{index}", name, "CLASS:PRIVATE"))
    for href in ("double.vcf", "title.vcf", "three-1.vcf"):
        entry = home.get("ben", href)
        assert entry is not None
        body = entry.octets.replace(b"END:VCARD", b"NOTE:a secret\r\nEND:VCARD")
        home.put("ben", href, body, if_match=home.etag("ben", entry))
    uids = ["b-title"]
    lines = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in uids]
    home.put("ben", "g.vcf", a_card("g", "Secret", "X-ADDRESSBOOKSERVER-KIND:group", *lines))
    theirs = home.entry("ben", "Nora Note")
    body = theirs.octets.replace(b"END:VCARD", b"NOTE:for myself\r\nEND:VCARD")
    home.put("ben", theirs.href, body, if_match=home.etag("ben", theirs))
    card = card_of(home, "p-0.vcf")
    with home.db.write(Actor("card", "ben")) as tx:
        set_visibility(tx, card, "members", named=("carl",))


def the_same(homes: Homes) -> list[bytes]:
    """Anna's pages are the same in both, and cost the same; gives what they say."""
    said: list[bytes] = []
    one, other = (list(Answers(home, home.db.folder, "anna").of_pages()) for home in homes)
    assert len(one) > 7
    assert [each[0] for each in one] == [each[0] for each in other]
    for (page, left), (_, right) in zip(one, other, strict=True):
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        assert (page, left[1].splitlines()) == (page, right[1].splitlines())
        said.append(left[1])
        assert (page, left[2]) == (page, right[2])
    return said


def test_what_ben_keeps_to_himself_costs_annas_pages_nothing(homes: Homes) -> None:
    keep_secrets(homes[0])
    assert any(each.startswith(b"\x89PNG") for each in the_same(homes)), "photos are pages, too"


def test_nor_does_it_after_a_cycle(homes: Homes) -> None:
    keep_secrets(homes[0])
    both(homes, lambda home: run_cycle(home.db, kind="command", releasing=True))
    the_same(homes)


def test_nor_does_it_where_values_age(homes: Homes) -> None:
    """What Ben keeps to himself, and confirms there, changes nothing that Anna is asked about."""

    def years(home: Home) -> None:
        home.clock.pass_seconds(12 * 366 * 24 * 3600)

    keep_secrets(homes[0])
    homes[1].clock.now = homes[0].clock.now
    both(homes, years)
    for home in homes:
        with drawn_from("today"):
            home.put("anna", "now.vcf", a_card("now", "Nina New"))
    both(homes, lambda home: measure(home.db))
    for home in homes:
        assert len(checks(home.db, "anna")) > 3
    the_same(homes)
    secret = next(each for each in checks(homes[0].db, "ben") if each.title == "Tom Gone")
    decide(homes[0].db, secret.id, "right", member="ben")
    the_same(homes)
    both(homes, lambda home: measure(home.db))
    the_same(homes)


def test_before_the_first_cycle_the_letter_costs_the_same(tmp_path: Path) -> None:
    made: list[Home] = []
    for name in ("full", "bare"):
        with drawn_from("letters"):
            home = Home(tmp_path / name, "anna", "ben", "carl")
            home.put("anna", "title.vcf", a_card("a-title", "Jan Berg", WORK, "TITLE:Prof"))
            home.put("ben", "title.vcf", a_card("b-title", "Jan Berg", WORK, "TITLE:Dr"))
            run_cycle(home.db, kind="quick")
            made.append(home)
    made[0].put("ben", "p-1.vcf", a_card("p-1", "Jan Berg", MOBILE, "CLASS:PRIVATE"))
    homes = made[0], made[1]
    the_same(homes)
    both(homes, lambda home: run_cycle(home.db, kind="quick"))
    the_same(homes)
    for home in made:
        home.db.close()
        open_database(home.db.folder).close()
