"""How an edit that lost a race reads: before, mine and theirs, and what met nobody."""

from collections.abc import Mapping

from server.cases.shapes import Case, Choice, How, Option, Row
from server.cases.telling import numbered
from server.cases.wording import kind_of_property, label_of
from server.contacts.properties import Property
from server.contacts.travel import travel_of
from server.store.cards import find_card
from server.store.database import Transaction
from server.store.devices import device_label
from server.store.races import Collision, Race, Said, who_said


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
        sentence=f"{title}: an edit came second. Which is right, {words}?",
        questions=questions,
        preview=tuple(_row(race, each) for each in race.merged if travel_of(each.name).shown),
    )


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
                race.body.device.label,
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
        device_label(tx, said.device) if said is not None and member == race.author else "",
    )


def _how(said: Said | None) -> How:
    if said is None:
        return "unknown"
    if said.copied:
        return "copied"
    if said.bulk:
        return "import"
    return "typed" if said.typed_by else "unknown"


def _row(race: Race, prop: Property) -> Row:
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
        device=race.body.device.label,
    )
