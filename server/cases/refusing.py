"""What is no answer to a case, in one sentence."""

from server.cases.shapes import Case
from server.errors import UsageError
from server.saying import N_, said

_ALSO = {
    "values": N_("{choice} is no answer to this case; say {choices} or PROPERTY=MEMBER."),
    "edit-lost-race": N_("{choice} is no answer to this case; say {choices} or PROPERTY=CHOICE."),
    "cluster": N_(
        "{choice} is no answer to this case; say {choices} or, for each of them, NUMBER=PILE: a "
        "letter, N for somebody else, L for later."
    ),
}
_PLAIN = N_("{choice} is no answer to this case; say {choices}.")


def no_answer(case: Case, choice: str) -> UsageError:
    """What to say instead."""
    pattern = _ALSO.get(case.kind, _PLAIN)
    return UsageError(said(pattern, choice=repr(choice), choices=", ".join(case.choices)))
