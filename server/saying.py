"""Sentences that remember how they were made, so that a page can say them in another language.

A sentence is English text wherever text is wanted; a page looks its pattern up in a catalogue and
puts the same words in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

Translate = Callable[[str], str]
TranslateMany = Callable[[str, str, int], str]


class Said(str):
    """A sentence in English with its pattern and the words in it.

    Attributes:
        pattern: What a catalogue has it by, with `{word}` where words go; empty for a list.
        many: The pattern for other numbers than one; empty where nothing is counted.
        words: What goes in: texts that stay as they are, and further sentences.
        parts: Of a list, its parts.
    """

    __slots__ = ("many", "number", "parts", "pattern", "words")
    pattern: str
    many: str
    number: int
    words: Mapping[str, str]
    parts: Sequence[str]

    @classmethod
    def made(
        cls,
        pattern: str,
        words: Mapping[str, str],
        *,
        many: str = "",
        number: int = 1,
        parts: Sequence[str] = (),
    ) -> Self:
        """A sentence of these parts."""
        chosen = pattern if number == 1 or not many else many
        text = joined(parts, AND) if parts else chosen.format(**words)
        new = cls(text)
        new.pattern, new.many, new.number, new.words, new.parts = (
            pattern,
            many,
            number,
            words,
            parts,
        )
        return new


def N_(pattern: str) -> str:  # noqa: N802 - the name that tools for gettext look for
    """Mark a pattern for the catalogues without using it here."""
    return pattern


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - like N_
    """Mark two patterns, for one and for several, without using them here."""
    return one, many


AND: Final = N_(" and ")


def said(pattern: str, **words: str) -> Said:
    """A sentence with words in it."""
    return Said.made(pattern, words)


def counted(one: str, many: str, number: int, **words: str) -> Said:
    """A sentence about a number of things, which it calls `{number}`."""
    return Said.made(one, {**words, "number": f"{number:,}"}, many=many, number=number)


def packed(text: str) -> object:
    """A sentence as JSON can hold it."""
    if not isinstance(text, Said):
        return str(text)
    words = {name: packed(each) for name, each in text.words.items()}
    return [text.pattern, text.many, text.number, words, [packed(each) for each in text.parts]]


def unpacked(kept: object) -> str:
    """A sentence that was packed."""
    if not isinstance(kept, list):
        return str(kept)
    pattern, many, number, words, parts = kept
    return Said.made(
        pattern,
        {name: unpacked(each) for name, each in words.items()},
        many=many,
        number=number,
        parts=[unpacked(each) for each in parts],
    )


def listed(parts: Sequence[str]) -> Said:
    """A, B and C."""
    return Said.made("", {}, parts=tuple(parts))


def together(sentences: Sequence[str]) -> str:
    """Several sentences one after the other."""
    first, *rest = sentences
    return said("{first} {rest}", first=first, rest=together(rest)) if rest else first


def joined(parts: Sequence[str], last: str) -> str:
    """Parts with commas between them, and a word before the last."""
    return last.join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def in_language(
    text: str, one: Translate, many: TranslateMany, isolated: Translate = lambda text: text
) -> str:
    """A sentence in the language that two functions of gettext speak; other text as it is.

    Args:
        isolated: What is done to each word that is no sentence, such as a name from right to left.
    """
    if not isinstance(text, Said):
        return isolated(text)
    if text.parts:
        parts = [in_language(each, one, many, isolated) for each in text.parts]
        return joined(parts, one(AND))
    words = {name: in_language(each, one, many, isolated) for name, each in text.words.items()}
    pattern = many(text.pattern, text.many, text.number) if text.many else one(text.pattern)
    return pattern.format(**words)
