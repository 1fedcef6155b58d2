"""`undo` and `history`: what happened in sentences, and taking it back."""

import json
import re
from pathlib import Path

import pytest

from tests.commands.cards import ANNAS_INGRID, BENS_INGRID, JONAS, card
from tests.commands.conftest import Hearthbook

PRIVATE = card("Marker Private", "TEL:+49 30 23125099", "CLASS:PRIVATE", uid="marker")


def take(household: Hearthbook, member: str, text: str, file: Path) -> None:
    file.write_text(text, newline="")
    result = household("import", member, file)
    assert result.status == 0, result.err


@pytest.fixture
def reconciled(household: Hearthbook, tmp_path: Path) -> Hearthbook:
    """Anna and Ben both know Ingrid, and their cards agree; Jonas and a private card are Anna's."""
    take(household, "anna", ANNAS_INGRID + JONAS + PRIVATE, tmp_path / "anna.vcf")
    take(household, "ben", BENS_INGRID, tmp_path / "ben.vcf")
    assert household("reconcile").status == 0
    return household


def acts(household: Hearthbook, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in household("history", "--json", *words).out.splitlines()]


def act_of(household: Hearthbook, kind: str) -> str:
    return str(next(each["act"] for each in acts(household) if each["kind"] == kind))


def exported(household: Hearthbook) -> str:
    return household("export", "anna").out + household("export", "ben").out


def test_history_tells_in_sentences_newest_first(reconciled: Hearthbook) -> None:
    lines = [line.split("\t") for line in reconciled("history").out.splitlines()]
    told = [line[2] for line in lines]
    assert (
        "A cycle that was asked for joined the cards of Ingrid Beispiel and added 2 values." in told
    )
    assert "Ben imported Ingrid Beispiel." in told
    (by_anna,) = [each for each in told if each.startswith("Anna imported")]
    assert all(name in by_anna for name in ("Ingrid Beispiel", "Jonas Muster", "Marker Private"))
    numbers = [int(line[0]) for line in lines]
    assert numbers == sorted(numbers, reverse=True)


def test_a_cycle_is_undone_and_done_again(reconciled: Hearthbook) -> None:
    after = exported(reconciled)
    result = reconciled("undo", act_of(reconciled, "cycle"))
    assert (result.status, result.out) == (0, "Undone; phones fetch it at their next sync.\n")
    assert exported(reconciled) != after
    told = acts(reconciled)
    assert told[0]["sentence"] == (
        "Somebody at the server undid this: A cycle that was asked for joined the cards of Ingrid Beispiel and added 2 values."
    )
    assert [each["undone"] for each in told if each["kind"] == "cycle"] == [told[0]["act"]]
    assert reconciled("undo", str(told[0]["act"])).status == 0
    assert exported(reconciled) == after
    assert reconciled("verify").status == 0


def test_an_undone_cycle_is_not_repeated(reconciled: Hearthbook) -> None:
    reconciled("undo", act_of(reconciled, "cycle"))
    before = exported(reconciled)
    assert reconciled("reconcile").status == 0
    assert exported(reconciled) == before


def test_what_stays_is_named(reconciled: Hearthbook, tmp_path: Path) -> None:
    jonas = next(a["act"] for a in acts(reconciled) if "Jonas" in str(a["sentence"]))
    more = card("Jonas Muster", "TEL:+49 30 23125001", "NOTE:since", uid="jonas")
    take(reconciled, "anna", more, tmp_path / "more.vcf")
    result = reconciled("undo", str(jonas))
    assert (result.status, result.out) == (
        0,
        "Undone; phones fetch it at their next sync. Jonas Muster stays as it is: it was changed since.\n",
    )
    assert "Ingrid" not in reconciled("export", "anna").out
    assert "NOTE:since" in reconciled("export", "anna").out


def test_where_everything_was_changed_since_nothing_is_undone(
    reconciled: Hearthbook, tmp_path: Path
) -> None:
    take(reconciled, "ben", card("Lea Beispiel", uid="lea"), tmp_path / "lea.vcf")
    act = act_of(reconciled, "import")
    take(reconciled, "ben", card("Lea Beispiel", "NOTE:since", uid="lea"), tmp_path / "more.vcf")
    assert "changed again since" in reconciled("undo", act).sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("undo", "9999"), "There is no act 9999"),
        (("undo", "1"), "nothing to undo"),
        (("undo", "nonsense"), "not a valid integer"),
        (("undo", "9" * 30), "There is no act 9999"),
        (("undo", "--", "-1"), "There is no act -1"),
    ],
)
def test_what_cannot_be_undone_is_said_in_a_sentence(
    reconciled: Hearthbook, words: tuple[str, ...], sentence: str
) -> None:
    before = acts(reconciled)
    assert sentence in reconciled(*words).sentence
    assert acts(reconciled) == before


@pytest.mark.parametrize("kind", ["import", "cycle"])
def test_an_act_of_somebody_else_is_undone_by_nobody_but_them(
    reconciled: Hearthbook, kind: str
) -> None:
    """To Ben it is as if there were none (R1)."""
    number = next(
        each["act"] for each in acts(reconciled) if "Anna imported" in str(each["sentence"])
    )
    act = str(number) if kind == "import" else act_of(reconciled, kind)
    before = acts(reconciled)
    sentence = reconciled("undo", act, "--as", "ben").sentence
    assert sentence == reconciled("undo", "9999", "--as", "ben").sentence.replace("9999", act)
    assert "no member 'nobody'" in reconciled("undo", act, "--as", "nobody").sentence
    assert acts(reconciled) == before


def test_a_member_undoes_their_own_act(reconciled: Hearthbook) -> None:
    number = next(
        each["act"] for each in acts(reconciled) if "Anna imported" in str(each["sentence"])
    )
    assert reconciled("undo", str(number), "--as", "anna").status == 0


def test_an_act_is_undone_once(reconciled: Hearthbook) -> None:
    act = act_of(reconciled, "cycle")
    reconciled("undo", act)
    assert "undone already" in reconciled("undo", act).sentence


def test_history_as_a_member_tells_only_what_they_may_know(reconciled: Hearthbook) -> None:
    told = " ".join(str(each["sentence"]) for each in acts(reconciled, "--as", "ben"))
    assert "Jonas Muster" in told
    assert "joined the cards of Ingrid Beispiel" in told
    assert "Marker" not in told
    assert "Marker" in " ".join(str(each["sentence"]) for each in acts(reconciled, "--as", "anna"))


def test_history_as_a_member_counts_only_what_they_see(reconciled: Hearthbook) -> None:
    reconciled("share", "anna", "ben", "none")
    told = " ".join(str(each["sentence"]) for each in acts(reconciled, "--as", "ben"))
    assert "Jonas" not in told
    assert "joined" not in told
    assert not re.search(r"added 2 values", told)


def test_history_as_a_member_does_not_tell_of_what_is_not_shown(
    reconciled: Hearthbook, tmp_path: Path
) -> None:
    """R1: that Anna changed a note of her own is no news to Ben."""
    before = acts(reconciled, "--as", "ben")
    noted = card("Jonas Muster", "TEL:+49 30 23125001", "NOTE:since", uid="jonas")
    take(reconciled, "anna", noted, tmp_path / "more.vcf")
    assert acts(reconciled, "--as", "ben") == before


def test_history_as_nobody_known_is_refused(reconciled: Hearthbook) -> None:
    assert "There is no member 'zoe'" in reconciled("history", "--as", "zoe").sentence
