"""What a browser posts, checked once where it enters."""

from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from werkzeug.datastructures import MultiDict

from server.errors import UsageError
from server.review.language import gettext as _
from server.review.language import languages
from server.review.passwords import LENGTH_MAX, LENGTH_MIN
from server.review.regions import CODES

_Short = Annotated[str, StringConstraints(max_length=200)]


class _Form(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


FormT = TypeVar("FormT", bound=_Form)


class SignIn(_Form):
    """The sign-in form."""

    username: _Short
    password: Annotated[str, StringConstraints(max_length=LENGTH_MAX)]
    borrowed: bool = False


class NewPassword(_Form):
    """The form behind a setup link."""

    password: Annotated[str, StringConstraints(min_length=LENGTH_MIN, max_length=LENGTH_MAX)]
    again: Annotated[str, StringConstraints(max_length=LENGTH_MAX)]

    def check_twice(self) -> None:
        """See that both are the same.

        Raises:
            UsageError: They are not.
        """
        if self.password != self.again:
            raise UsageError(_("The two passwords are not the same; type them again."))


class Answer(_Form):
    """The answer to a case; `chosen` holds PROPERTY=MEMBER for values that differ, cards of a mass change."""

    answer: _Short
    chosen: tuple[_Short, ...] = Field(default=(), max_length=120)


class OneMember(_Form):
    """A button that is about one member."""

    member: _Short


class Sharing(_Form):
    """The button that pauses one's own sharing, or goes on with it."""

    sharing: Literal["pause", "resume"]


class Whose(_Form):
    """A button that says whose a person is; `to` names whom they are given to."""

    says: Literal["claim", "give", "ours", "release"]
    to: _Short = ""


class Seen(_Form):
    """Who sees a card, or the value of it whose mark is given."""

    visibility: Literal["shared", "private", "members"]
    named: tuple[_Short, ...] = Field(default=(), max_length=50)
    value: _Short = ""


class Level(_Form):
    """What one shows somebody, or without `to` all other adults, later ones too."""

    level: Literal["none", "name", "all"]
    to: _Short = ""


class Undo(_Form):
    """The undo button of an answer's page."""

    mark: _Short


class Again(_Form):
    """The button that brings somebody back."""

    again: _Short


def _region(code: str) -> str:
    """One of the regions that the pages offer.

    Raises:
        ValueError: It is none of them.
    """
    if code not in CODES:
        raise ValueError(code)
    return code


def _spoken(tag: str) -> str:
    """A language that there is a catalogue of, or none.

    Raises:
        ValueError: There is no such catalogue.
    """
    if tag and tag not in languages():
        raise ValueError(tag)
    return tag


class Begin(NewPassword):
    """The form that begins a household."""

    household: _Short
    region: Annotated[str, AfterValidator(_region)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    username: _Short = ""
    shares: Literal["none", "name", "all"]


class HouseholdCalled(_Form):
    """The form that names the household."""

    household: _Short
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    language: Annotated[str, AfterValidator(_spoken)] | None = None


class Asking(_Form):
    """The buttons that say whether certain links wait for somebody."""

    asks: Literal["sure", "always"]


class Fading(_Form):
    """The form of how values age, or the button that makes it as usual."""

    mobile: float = 0
    landline: float = 0
    mail: float = 0
    address: float = 0
    work: float = 0
    web: float = 0
    other: float = 0
    usual: bool = False

    def years(self) -> dict[str, float]:
        """Years by kind."""
        return {name: value for name, value in self if name != "usual"}


class NewMember(_Form):
    """The form that adds somebody to the household."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    role: Literal["adult", "child", "guest"]


class Role(_Form):
    """The buttons that say what somebody is in the household."""

    member: _Short
    role: Literal["adult", "child", "guest"]


class Joining(NewPassword):
    """The form behind an invitation."""

    shares: Literal["none", "name", "all"]


class ChangedPassword(NewPassword):
    """The form that changes one's own password."""

    old: Annotated[str, StringConstraints(max_length=LENGTH_MAX)]


class Unstored(_Form):
    """The buttons under a card that could not be stored: one of the two."""

    add: _Short = ""
    drop: _Short = ""


class CardTyped(_Form):
    """A card as a form: its fields begin with a row's key; `base` names what the form was made from."""

    base: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    more: Annotated[int, Field(ge=0, le=20)] = 0
    add: bool = False
    fields: dict[
        Annotated[str, StringConstraints(pattern=r"^[pn][A-Z]*\d{1,5}-[a-z]{2,10}$")], str
    ] = Field(default={}, max_length=2_000)


class Nothing(_Form):
    """A button that says everything by where it stands."""


class NewDevice(_Form):
    """The form that adds a device."""

    name: _Short
    read_only: bool = False


class Platforms(_Form):
    """The button of a one-time page."""

    to: Literal["apple", "mac", "android", "other"]


def read_form(kind: type[FormT], fields: MultiDict[str, str], sentence: str) -> FormT:
    """A posted form.

    Raises:
        UsageError: It is not what the page sends; `sentence` says what to do.
    """
    given: dict[str, object] = {
        name: fields[name]
        for name in fields
        if name != "csrf_token" and not name.startswith("choice-")
    }
    if "fields" in kind.model_fields:
        rows = {name: given.pop(name) for name in list(given) if "-" in name}
        given["fields"] = rows
    if "chosen" in kind.model_fields:
        given["chosen"] = tuple(
            fields[name] for name in sorted(fields) if name.startswith("choice-")
        )
    if "named" in kind.model_fields:
        given["named"] = tuple(fields.getlist("named"))
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise UsageError(sentence) from error
