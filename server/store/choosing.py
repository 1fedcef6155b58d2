"""What a household chooses for itself, noted in the journal: a restore of an older backup chooses it again."""

from typing import Final

from server.errors import UsageError
from server.saying import said
from server.store.database import Transaction
from server.store.household import always_asks, get_setting, set_setting
from server.store.noting_acts import SETTING, note_act

HOUSEHOLD_LENGTH_MOST: Final = 60


def choose(tx: Transaction, key: str, value: str) -> None:
    """Keep what was chosen, where it was anything else before."""
    if get_setting(tx, key) != value:
        set_setting(tx, key, value)
        note_act(tx, SETTING, key=key, value=value)


def say_called(tx: Transaction, name: str) -> None:
    """Call the household something.

    Raises:
        UsageError: The name is empty or too long.
    """
    choose(tx, "household", household_called(name))


def speak(tx: Transaction, language: str) -> None:
    """Speak a language wherever nobody asks for another one."""
    choose(tx, "language", language)


def household_called(name: str) -> str:
    """A household's name as it is kept.

    Raises:
        UsageError: It is empty or too long.
    """
    called = " ".join(name.split())
    if not called or len(called) > HOUSEHOLD_LENGTH_MOST:
        raise UsageError(
            said(
                "Give the household a name of at most {most} characters.",
                most=str(HOUSEHOLD_LENGTH_MOST),
            )
        )
    return called


def say_always_asks(tx: Transaction, *, always: bool) -> None:
    """Say whether even certain links wait for a human; the next cycle looks at everything anew."""
    if always_asks(tx) != always:
        choose(tx, "always_ask", "1" if always else "0")
