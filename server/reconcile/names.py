"""What a name says about who is meant, once titles, kin words and generations are set apart.

Here a name becomes sets of folded words; how alike two such names are is decided in `matching`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from server.contacts.values import Name, name_tokens, transliterated_tokens

TITLES = name_tokens(
    "dr prof professor dipl ing med phd mag herr frau mr mrs ms miss sir madame monsieur mme"
)
"""Forms of address: they stand before a name and are none."""

KIN = name_tokens(
    "mama mami mutti mutter mum mummy mom mommy mother maman papa papi vati vater dad daddy father "
    "oma omi opa opi grandma granny nana grandpa mamie papy tante onkel aunt auntie uncle schatz"
)
"""What one member calls somebody instead of their name; it says nothing to another member."""

FAMILIES = name_tokens("familie family fam famille familia ehepaar eheleute")
"""Words that make a card one for several people."""

_TOGETHER = re.compile(r"\s(?:und|and|et|u\.)\s|[&+/]", re.IGNORECASE)

_AND = frozenset({"und", "and", "et", "u"})

_GENERATIONS = {
    **dict.fromkeys(("jr", "jun", "junior"), "junior"),
    **dict.fromkeys(("sr", "sen", "senior"), "senior"),
    **{numeral: numeral for numeral in ("ii", "iii", "iv")},
}

_NICKNAMES = (
    "alexander alexandra sascha sasha alex lex",
    "andreas andi andy andrew drew",
    "anton toni tony anthony",
    "barbara barbel babs bab",
    "benjamin ben benni benny",
    "catherine katherine katharina kathrin kathi kate katie cathy katja",
    "charles charlie chuck karl",
    "christian christoph christopher chris christine christina tina",
    "daniel dan danny dani",
    "edward eddie ed ted ned",
    "elisabeth elizabeth lisa elsa ella betty beth liz lizzy sissi",
    "friedrich fritz fred frederick",
    "georg george schorsch jorg jurgen",
    "gerhard gerd hardy",
    "heinrich heinz heiner henry harry hank",
    "ingrid inga inge",
    "james jim jimmy jamie",
    "johann johannes hans hannes john jack jonny johnny",
    "josef joseph sepp joe jupp",
    "ludwig lutz luis louis",
    "magdalena lena leni magda helena helene",
    "margarete margaret margarethe grete gretel greta maggie meg peggy rita",
    "matthias hias matze matt matthew",
    "maximilian max maxi",
    "michael mike mick michel micha michi",
    "nikolaus nicholas klaus nick niko",
    "richard dick rick ricky richie",
    "robert bob bobby rob robbie bert",
    "rudolf rudi rolf",
    "sebastian basti bastian",
    "stefan stephan steffen steven stephen steve",
    "susanne susan sue susi suse sanne",
    "theresa teresa resi tess terry",
    "thomas tom tommy",
    "ulrich uli ulrike ulli",
    "walter walt wally",
    "william wilhelm will willi willy bill billy liam",
)
_NICKNAME_GROUPS: dict[str, frozenset[int]] = {
    word: frozenset(n for n, row in enumerate(_NICKNAMES) if word in name_tokens(row))
    for row in _NICKNAMES
    for word in name_tokens(row)
}


@dataclass(frozen=True, slots=True)
class Called:
    """A name as sets of folded words.

    Attributes:
        words: Given, additional and family names together; of an organisation all its words.
        generation: "junior", "senior", "ii", ... or empty.
        several: The card is for a couple or a family.
    """

    given: frozenset[str]
    family: frozenset[str]
    words: frozenset[str]
    generation: str = ""
    several: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether both a given and a family name are there."""
        return bool(self.given and self.family)

    @property
    def is_latin(self) -> bool:
        """Whether every word is in Latin letters."""
        return all(word.isascii() for word in self.words)

    @property
    def latin(self) -> str:
        """The words in Latin letters, sorted: a hint across scripts."""
        return " ".join(sorted(transliterated_tokens(" ".join(sorted(self.words)))))


@lru_cache(maxsize=20_000)
def called(name: Name) -> Called:
    """What a person's name says."""
    generations = _generations(name)
    written = f"{name.given} {name.family} {name.formatted}"
    several = bool(_TOGETHER.search(written)) or not FAMILIES.isdisjoint(name_tokens(written))
    apart = TITLES | (set(_GENERATIONS) if generations else set()) | (_AND if several else set())
    given = name_tokens(name.given) - apart - KIN
    additional = name_tokens(name.additional) - apart
    family = name_tokens(name.family) - apart
    # A formatted name that begins with "Dr." or ends in "Jr." was split one word off.
    if not family:
        family, additional = additional, frozenset()
    elif not given:
        given, additional = additional, frozenset()
    return Called(given, family, given | additional | family, generations, several)


def called_organisation(name: Name) -> Called:
    """What an organisation's name says."""
    return Called(frozenset(), frozenset(), name_tokens(name.formatted))


def is_nickname(left: str, right: str) -> bool:
    """Whether one given name is a short or pet form of the other, by table or by beginning."""
    if not _NICKNAME_GROUPS.get(left, frozenset()).isdisjoint(_NICKNAME_GROUPS.get(right, ())):
        return True
    short, long = sorted((left, right), key=len)
    # Jan and Jana are brother and sister; Max and Maximilian are one.
    return len(short) >= 3 and len(long) >= len(short) + 2 and long.startswith(short)


def is_initial(left: str, right: str) -> bool:
    """Whether one word is only the first letter of the other."""
    short, long = sorted((left, right), key=len)
    return len(short) == 1 < len(long) and long.startswith(short)


def _generations(name: Name) -> str:
    last = name.formatted.rsplit(maxsplit=1)[-1:] if len(name.formatted.split()) > 2 else []
    said = name_tokens(" ".join((name.suffix, *last))) & set(_GENERATIONS)
    return " ".join(sorted({_GENERATIONS[word] for word in said}))
