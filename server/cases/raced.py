"""How an edit that lost a race reads: before, mine and theirs, and what met nobody."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from server.cases.refusing import no_answer
from server.cases.shapes import Case, Choice, How, Option, Row
from server.cases.telling import numbered
from server.cases.wording import kind_of_property, label_of, property_word
from server.contacts.card import parse
from server.contacts.properties import Change, Property, properties
from server.contacts.travel import travel_of
from server.errors import UsageError
from server.saying import said
from server.store.called import device_name
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.household import region_of
from server.store.overlays import put_on
from server.store.races import Collision, Race, Said, Verdict, settle_race, who_said
from server.store.texts import octets_of

_VERDICTS: Final[dict[str, Verdict]] = {"mine": "mine", "theirs": "theirs", "both": "both"}
_NAMES: Final = frozenset({"FN", "N", "PHOTO", "KIND"})


def race_case(tx: Transaction, names: Mapping[str, str], race: Race, case_id: str) -> Case:
    """The case of one late body; only its author answers it."""
    title = race.name or "A card without a name"
    keys = numbered(each.name for each in race.collisions)
    questions = tuple(
        _choice(tx, names, race, each, key) for each, key in zip(race.collisions, keys, strict=True)
    )
    words = ", ".join(
        dict.fromkeys(
            each.label if each.label.startswith("E-") else each.label.lower() for each in questions
        )
    )
    both = ("both",) if any(each.takes_both for each in race.collisions) else ()
    return Case(
        id=case_id,
        kind="edit-lost-race",
        title=title,
        members=(race.author,),
        cards=(race.standing.card,),
        choices=("mine", "theirs", *both, "later"),
        sentence=f"{title}: {_asked(race)} {words}?",
        questions=questions,
        preview=tuple(_row(tx, race, each) for each in race.merged if travel_of(each.name).shown),
        outcome=_outcome(tx, race),
    )


def _outcome(tx: Transaction, race: Race) -> tuple[Row, ...]:
    """What the card would say if its author's values were taken."""
    if race.has_left:
        return ()
    region, current = region_of(tx), octets_of(tx, race.standing.text)
    changes = tuple(Change(each.theirs, each.change.after) for each in race.collisions)
    was = {each.canonical for each in properties(parse(current), region=region)}
    after = properties(parse(put_on(current, changes, region)), region=region)
    return tuple(
        replace(_row(tx, race, each), how="unknown" if each.canonical in was else "new")
        for each in after
        if each.name not in _NAMES and (race.standing.own or travel_of(each.name).shown)
    )


def _asked(race: Race) -> str:
    if race.has_left:
        return "not shown to you any more. Keep what you typed as a card of your own,"
    return "an edit came second. Which is right,"


def _choice(
    tx: Transaction, names: Mapping[str, str], race: Race, collision: Collision, key: str
) -> Choice:
    before, after = collision.change.before, collision.change.after
    theirs = collision.theirs
    either = after or theirs or before
    assert either is not None
    other = _theirs(tx, names, race, theirs)
    keeps = race.standing.own and other.member != race.author
    return Choice(
        key=key,
        property=either.name,
        label=label_of(either),
        single=not collision.takes_both,
        options=(
            Option(
                race.author,
                names.get(race.author, race.author),
                after.shown if after is not None else "",
                race.at,
                "typed",
                device_name(tx, race.body.device.id),
            ),
            other,
        ),
        preselected="mine" if keeps else "",
        why="you keep this card" if keeps else "",
        before=before.shown if before is not None else "",
    )


def _theirs(
    tx: Transaction, names: Mapping[str, str], race: Race, theirs: Property | None
) -> Option:
    """What the card says now; of somebody else's card only whose it is (R1)."""
    row = find_card(tx, race.standing.card)
    assert row is not None
    said = who_said(tx, race, theirs) if theirs is not None else None
    member = (said.typed_by if said is not None else None) or row.member
    return Option(
        member,
        names.get(member, member),
        theirs.shown if theirs is not None else "",
        said.at if said is not None else 0,
        _how(said),
        device_name(tx, said.device) if said is not None and member == race.author else "",
    )


def _how(said: Said | None) -> How:
    if said is None:
        return "unknown"
    if said.copied:
        return "copied"
    if said.bulk:
        return "import"
    return "typed" if said.typed_by else "unknown"


def _row(tx: Transaction, race: Race, prop: Property) -> Row:
    """A value that met nobody and is on the card."""
    return Row(
        label=label_of(prop),
        property=prop.name,
        value=prop.shown,
        kind=kind_of_property(prop.name),
        badge="Fresh",
        who=race.author,
        since=race.at,
        how="typed",
        device=device_name(tx, race.body.device.id),
    )


def answer_race(tx: Transaction, race: Race, case: Case, choice: str) -> str:
    """Carry out what becomes of a late edit, value by value.

    Raises:
        UsageError: The choice is none of the case's, or leaves a value out.
    """
    keys = numbered(each.name for each in race.collisions)
    found: dict[str, Verdict] = {}
    for word in choice.split():
        name, equals, answer = word.partition("=")
        verdict = _VERDICTS.get(answer if equals else name)
        if verdict is None or (equals and name.upper() not in keys):
            raise no_answer(case, choice)
        found |= {name.upper(): verdict} if equals else dict.fromkeys(keys, verdict)
    missing = [key for key in keys if key not in found]
    if missing:
        raise UsageError(
            said(
                "Say what is right for {which} too, such as {what}=mine.",
                which=", ".join(missing),
                what=missing[0],
            )
        )
    verdicts = [found[key] for key in keys]
    for each, verdict in zip(race.collisions, verdicts, strict=True):
        if verdict == "both" and not each.takes_both:
            raise UsageError(
                said(
                    "There are no two values to keep; say mine or theirs: {what}.",
                    what=said(property_word(each.name)),
                )
            )
    settle_race(tx, race, verdicts)
    if all(verdict == "theirs" for verdict in verdicts):
        return said("{name}: left as it is.", name=case.title)
    if race.has_left:
        return said("{name}: what you typed is a private card of your own now.", name=case.title)
    if race.standing.own:
        return said("{name}: the card says so now.", name=case.title)
    return said(
        "{name}: it is on your phones now, and suggested to whoever keeps the card.",
        name=case.title,
    )
