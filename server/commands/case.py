"""`hearthbook cases` and `hearthbook decide`: the questions that only a person can answer."""

import json
from typing import TYPE_CHECKING

import click

from server.commands.place import Place, pass_place
from server.commands.screen import note, say, table

if TYPE_CHECKING:
    from server.cases import Case, Choice, Double, Heap


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line and case.")
@pass_place
def cases(place: Place, *, as_json: bool) -> None:
    """List the open cases with the choices that `decide` takes."""
    from server.cases import checks, open_cases

    database = place.database()
    found = (*open_cases(database, None, fresh=True), *checks(database, None))
    if as_json:
        for each in found:
            row = {
                "id": each.id,
                "kind": each.kind,
                "title": each.title,
                "members": each.members,
                "cards": each.cards,
                "choices": each.choices,
                "sentence": each.sentence,
                **({"values": [_values(one) for one in each.questions]} if each.questions else {}),
                **({"device": each.device, "names": each.names} if each.names else {}),
                **({"people": [_person(heap) for heap in each.heaps]} if each.heaps else {}),
                **({"doubles": [_double(one) for one in each.doubles]} if each.doubles else {}),
            }
            say(json.dumps(row, ensure_ascii=False))
        return
    table(
        ("case", "kind", "of", "question", "choices"),
        (
            (each.id, each.kind, ", ".join(each.members), _asked(each), " | ".join(each.choices))
            for each in found
        ),
    )
    for each in found:
        if each.heaps:
            _print_piles(each)
        if each.doubles:
            _print_doubles(each)
    if found:
        note("Answer one with: hearthbook decide CASE CHOICE")
    else:
        note("No open cases.")


@click.command()
@click.argument("case")
@click.argument("choice", nargs=-1, required=True)
@click.option(
    "--as", "member", metavar="MEMBER", help="Who answers. Default: the first who is asked."
)
@pass_place
def decide(place: Place, *, case: str, choice: tuple[str, ...], member: str | None) -> None:
    """Answer a case; it acts at once.

    CHOICE is one that `cases` lists for it; where single values differ also
    PROPERTY=MEMBER, once per property; where several people may be fewer also NUMBER=PILE, once for
    each of them: a letter, N for somebody else, L for later. Of people who may stand twice in one book
    name the cases of those who are one person each, or say CASE=different. After the answer to a mass
    change may stand cards of it, as `--json` lists them: it is then for these alone.
    """
    from server.cases import decide as answer
    from server.store.members import get_member

    database = place.database()
    if member is not None:
        with database.read() as tx:
            get_member(tx, member)
    say(answer(database, case, " ".join(choice), member=member, fresh=True))


def _asked(case: "Case") -> str:
    """The question with what each side says."""
    sides = (
        f"{each.key}: "
        + ", ".join(f"{one.answer or one.member} {one.value or '-'}" for one in each.options)
        for each in case.questions
    )
    return " ".join((case.sentence, *(f"[{each}]" for each in sides)))


def _values(choice: "Choice") -> dict[str, object]:
    options = [
        {"answer": each.answer or each.member, "value": each.value} for each in choice.options
    ]
    return {"property": choice.key, "options": options}


def _print_piles(case: "Case") -> None:
    """Those whom a case is about, with the pile that is proposed for each."""
    say(f"{case.id}: {case.title}")
    table(
        ("number", "pile", "kept by", "name", "what tells them apart"),
        (
            (
                str(heap.number),
                heap.pile,
                ", ".join(heap.members),
                heap.name + (f", {len(heap.cards)} cards" if len(heap.cards) > 1 else ""),
                "; ".join(heap.values),
            )
            for heap in case.heaps
        ),
    )


def _print_doubles(case: "Case") -> None:
    """Who may stand twice, each with the case that is about them alone."""
    say(f"{case.id}: {case.title}")
    table(
        ("case", "who", "why", "cards"),
        (
            (
                each.case.id,
                each.case.title,
                ", ".join(reason.text for reason in each.case.reasons),
                " ".join(each.case.cards),
            )
            for each in case.doubles
        ),
    )


def _double(double: "Double") -> dict[str, object]:
    return {
        "case": double.case.id,
        "title": double.case.title,
        "cards": double.case.cards,
        "reasons": [each.text for each in double.case.reasons],
        "sure": double.is_sure,
    }


def _person(heap: "Heap") -> dict[str, object]:
    return {
        "number": heap.number,
        "pile": heap.pile,
        "cards": heap.cards,
        "name": heap.name,
        "values": heap.values,
    }
