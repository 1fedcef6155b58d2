"""The rows of a card's form: what stands in its fields, what came back in them, and what cannot be so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.cases.wording import TYPES, kind_of_property, property_word
from server.contacts.entering import (
    LABELLED,
    MANY,
    NEVER_OFFERED,
    PARTS,
    Label,
    Typed,
    parts_of,
    problem_in,
    tidy,
)
from server.contacts.forms import is_date
from server.contacts.pictures import Flaw, Picture
from server.contacts.properties import Change, Property
from server.saying import N_

ROWS_MORE_MOST: Final = 20
_TEXT_MOST: Final = 2_000
_NOTE_MOST: Final = 30_000
_LABEL_MOST: Final = 60

Words = Callable[[str], str]
"""Says one of our words in the reader's language."""

PROBLEMS: Final = {
    "number": N_("A number has digits, such as +49 30 1234."),
    "mail": N_("A mail address has a name, an @ and a place, such as eva@example.org."),
    "web": N_("A web address has a dot and no blanks, such as https://example.org."),
    "day": N_("There is no such day; give the day and the month, and the year if you know it."),
    "year": N_("A year has four digits; leave it empty if nobody knows it."),
    "long": N_("That is longer than a card can hold here; shorten it."),
    "format": N_("That file is no picture for a card; choose a JPEG or PNG picture."),
    "heic": N_(
        "That picture is HEIC, which many phones and browsers cannot show; save it as JPEG, then choose that."
    ),
    "broken": N_("That picture is cut off or damaged; choose it again, or another one."),
    "large": N_(
        "That picture is larger than 4 MB or than 4,096 pixels on a side; save it smaller, then choose that."
    ),
    "name": N_("A card needs a name or a workplace; type one of them."),
    "nothing": N_("Give a name, a workplace, a number or a mail address; one of them is enough."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One value on the form.

    Attributes:
        key: How its fields begin; `p` for what the card has, `n` for what may be added.
        parts: What stands in each field.
        label: What it is called; None where such values have no label.
        problem: The field that cannot be so, and why.
        meanwhile: What the card says by now, where somebody changed it; "-" where it is gone.
        stays: What stands there and no field can show, such as a day in words.
        again: A file was chosen here, and has to be once more: no page can fill in a file.
    """

    key: str
    name: str
    word: str
    kind: str
    parts: Mapping[str, str]
    label: str | None = None
    problem: tuple[str, str] = ("", "")
    meanwhile: str = ""
    is_off: bool = False
    stays: str = ""
    again: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the card has no such value yet."""
        return self.key.startswith("n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a card; `card` is empty for a new one.

    Attributes:
        base: Names the text that it was made from; of a new card the form itself.
        more: How many further empty rows there are of each kind that may have many.
        stale: Whether somebody changed what was typed here.
        ours: Whether the person is everybody's, so that what is typed is followed.
    """

    card: str
    name: str
    keeper: str
    own: bool
    base: str
    rows: tuple[Row, ...]
    more: int = 0
    stale: bool = False
    ours: bool = False

    @property
    def problems(self) -> tuple[Row, ...]:
        """The rows with something that cannot be so."""
        return tuple(row for row in self.rows if row.problem[1])


@dataclass(frozen=True, slots=True)
class Filled:
    """What a browser sent: the form's base, its fields, how many further rows it had, and the chosen photo."""

    base: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    more: int = 0
    photo: Picture | Flaw | None = None


def fields_of(key: str, change: Change, words: Words) -> dict[str, str]:
    """How a change would stand in the fields of a row."""
    if change.after is None:
        return {f"{key}-off": "1"}
    found = {f"{key}-{part}": text for part, text in parts_of(change.after).items()}
    return {**found, f"{key}-label": label_text(change.after, words)}


def label_text(prop: Property, words: Words) -> str:
    """What a value is called on the form: its own label, else its first type."""
    found = next((word for type_, word in TYPES if type_ in prop.types), "")
    return prop.label or (words(found) if found else "")


def label_words(words: Words) -> tuple[str, ...]:
    """The labels that a form offers."""
    return tuple(words(word) for _, word in TYPES)


def rows_of(props: Sequence[Property], filled: Filled, words: Words) -> tuple[Row, ...]:
    """The rows of a form in their order, each name's empty ones behind its others."""
    found: list[Row] = []
    for key, name, prop in _keys(props, filled.more):
        was = parts_of(prop) if prop is not None else {}
        typed = _typed_row(key, name, prop, filled, words)
        label = label_text(prop, words) if prop is not None else ""
        found.append(
            Row(
                key=key,
                name=name,
                word=property_word(name),
                kind=kind_of_property(name),
                parts=typed.parts,
                label=filled.fields.get(f"{key}-label", label) if name in LABELLED else None,
                problem=_problem(key, typed, filled),
                is_off=f"{key}-off" in filled.fields,
                stays=prop.shown if prop is not None and is_date(name) and not was else "",
                again=typed.picture is not None,
            )
        )
    return tuple(found)


def _keys(props: Sequence[Property], more: int) -> list[tuple[str, str, Property | None]]:
    """What a form shows, and by which keys; positions are those of the text it was made from."""
    found: list[tuple[str, str, Property | None]] = []
    for name in PARTS:
        there = [(f"p{i}", name, each) for i, each in enumerate(props) if each.name == name]
        found += there[:1] if name == "PHOTO" else there  # a form shows one face
        if name in MANY:
            found += [(f"n{name}{number}", name, None) for number in range(1 + more)]
        elif not there and name not in NEVER_OFFERED:
            found.append((f"n{name}0", name, None))
    return found


def typed_in(props: Sequence[Property], filled: Filled, words: Words) -> tuple[Typed, ...]:
    """Every row as it came back."""
    return tuple(
        _typed_row(key, name, prop, filled, words) for key, name, prop in _keys(props, filled.more)
    )


def _typed_row(key: str, name: str, prop: Property | None, filled: Filled, words: Words) -> Typed:
    """One row as it came back; what did not come back is as it was."""
    was = parts_of(prop) if prop is not None else {}
    fields = filled.fields
    parts = {part: was.get(part, "") for part in PARTS[name]}
    for part in PARTS[name]:
        text = fields.get(f"{key}-{part}")
        if text is not None and tidy(text) != tidy(parts[part]):
            parts[part] = tidy(text)
    shown = label_text(prop, words) if prop is not None else ""
    text = tidy(fields.get(f"{key}-label", shown))
    label = _label(text, words) if name in LABELLED and text != tidy(shown) else None
    chosen = filled.photo if name == "PHOTO" else None
    is_off = f"{key}-off" in fields and chosen is None
    picture = chosen if isinstance(chosen, Picture) else None
    return Typed(name, prop, parts, label, is_off=is_off, picture=picture)


def _label(text: str, words: Words) -> Label:
    """What a typed label means: one of our words in any of its languages, else itself."""
    for type_, word in TYPES:
        if text.casefold() in (word.casefold(), words(word).casefold()):
            return Label((type_,))
    return Label((), text)


def _problem(key: str, typed: Typed, filled: Filled) -> tuple[str, str]:
    if typed.name == "PHOTO" and isinstance(filled.photo, str):
        return "file", PROBLEMS[filled.photo]
    most = _NOTE_MOST if typed.name == "NOTE" else _TEXT_MOST
    for part in sorted(typed.changed):
        if len(typed.parts[part]) > most:
            return part, PROBLEMS["long"]
    if len(filled.fields.get(f"{key}-label", "")) > _LABEL_MOST:
        return "label", PROBLEMS["long"]
    found = problem_in(typed)
    return (found[0], PROBLEMS[found[1]]) if found is not None else ("", "")
