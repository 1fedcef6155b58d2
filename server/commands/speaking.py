"""What is said on the command line in the household's language: letters, which people read who type no commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.store.database import Transaction


def speaker(tx: "Transaction") -> Callable[[str], str]:
    """Says a sentence in the household's language."""
    from server.store.household import language_of

    language = language_of(tx)
    if language in ("", "en"):
        return str
    from server.review.language import catalogue, known
    from server.saying import Said, in_language

    texts = catalogue(known(language))

    def speak(text: str) -> str:
        if not isinstance(text, Said):
            return texts.gettext(text) if text else text
        return in_language(text, texts.gettext, texts.ngettext)

    return speak
