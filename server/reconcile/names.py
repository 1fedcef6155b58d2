"""What a name says about who is meant, once titles, kin words, trades and generations are set apart.

Here a name becomes sets of folded words and a sort of bearer; how alike two such names are is
decided in `levels`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from server.contacts.values import Name
from server.reconcile.folding import is_east_asian, latin_of, sound_of, spellings_of, words_of
from server.reconcile.frequent import is_given_name

Sort: TypeAlias = Literal["person", "several", "organisation", "practice", "mailbox"]

TITLES = words_of(
    "dr prof professor dipl ing med phd mag herr frau mr mrs ms miss sir madame monsieur mme mlle dott dottssa sig "
    "sigra signor signora señor señora don doña dhr mevr mevrouw pan pani fru hr drs ir rer nat jur habil bsc msc mba "
    "ba ma esq"
)
"""Forms of address and degrees: they stand beside a name and are none."""

KIN = words_of(
    "mama mami mutti mutter mum mummy mom mommy mother maman papa papi vati vater dad daddy father oma omi opa opi grandma "
    "granny nana grandpa mamie papy tante onkel aunt auntie uncle schatz schatzi liebling honey darling cherie mamma babbo "
    "nonna nonno zia zio mamá papá abuela abuelo tía tío hermana hermano mamãe avó avô moeder vader ma pa opa oma tata "
    "babcia dziadek ciocia wujek мама папа бабушка дедушка тётя дядя anne baba abla abi teyze amca μαμά μπαμπάς γιαγιά παππούς "
    "mor far mormor morfar farmor farfar pappa äiti isä schwester bruder schwesterherz bruderherz brother sister bro sis "
    "schwiegermutter schwiegervater cousin cousine kusine patin pate godmother"
)
"""What one member calls somebody instead of their name; it says nothing to another member."""

TRADES = words_of(
    "plumber klempner installateur plombier loodgieter zahnarzt hausarzt kinderarzt zahnärztin hausärztin kinderärztin dentist doctor friseur friseurin frisör coiffeur "
    "kapper hairdresser elektriker electrician électricien babysitter nanny nachbar nachbarin neighbour neighbor voisin voisine "
    "vecino vecina buurman buurvrouw vicino trainer coach hausmeister hausverwalter vermieter vermieterin landlord landlady putzfrau "
    "putzhilfe cleaner handwerker dachdecker steuerberater steuerberaterin hydraulik lekarz taxi tierarzt vet gärtner gardener kollege "
    "kollegin colleague chef boss"
)
"""What somebody does for a member: it stands beside a name and is none. No trade that is a family name."""

FAMILIES = words_of("familie family fam famille familia famiglia rodzina ehepaar eheleute")
"""Words that make a card one for several people."""

PRACTICES = words_of(
    "praxis arztpraxis zahnarztpraxis hausarztpraxis gemeinschaftspraxis ordination zahnärzte surgery clinic clinique klinik "
    "cabinet clínica consultorio ambulatorio poliambulatorio praktijk huisartsenpraktijk tandartspraktijk gabinet przychodnia "
    "dental physiotherapie physiotherapy mottagning lääkäriasema tandläkare"
)
"""Words that make a card that of a practice, where a doctor works."""

FIRMS = words_of(
    "gmbh ag kg ohg gbr ug mbh ev eg ltd limited plc llc llp inc incorporated corp corporation sarl sas eurl srl srls spa bv nv vof "
    "sl slu oy oyj ab aps asa kft zrt bt sro spzoo doo ltda gruppe group holding bank sparkasse versicherung verein stiftung "
    "schule grundschule gymnasium kindergarten kita universität university restaurant ristorante trattoria hotel gasthof gasthaus pension "
    "bäckerei metzgerei boulangerie boucherie apotheke pharmacy pharmacie farmacia autohaus werkstatt garage buchhandlung tischlerei "
    "schreinerei reisebüro consulting software logistik logistics trading bau elektro hausverwaltung immobilien"
)
"""Words that make a card that of a firm, whatever kind the phone gave it."""

LEGAL_FORMS = words_of(
    "gmbh ag kg ohg gbr ug mbh ev eg ltd limited plc llc llp inc incorporated corp corporation co sarl sas sa eurl srl srls spa bv nv "
    "vof sl slu oy oyj ab as aps asa kft zrt bt sro spzoo doo ltda cie company the"
)
"""What the law adds to a firm's name, and what people leave out."""

_PLAIN_FIRMS = words_of(
    "gmbh ohg gbr mbh ltd plc llc sarl eurl srl srls oyj kft zrt ltda partner partners"
)

MAILBOXES = words_of(
    "info infos information service services support kontakt contact contacts office büro sekretariat secretariat secretary newsletter "
    "noreply no reply kundenservice kundendienst customer care hotline zentrale empfang rezeption reception verwaltung admin "
    "administration webmaster sales vertrieb team help helpdesk service desk post mail mailbox anmeldung bestellung order orders "
    "rechnung billing accounts hr it support headquarter headquarters notfall notruf emergency"
)
"""Words for a place where somebody answers, at every firm another."""

PARTICLES = words_of(
    "van von de der den del della di da do dos du la le el al bin ben ibn ter ten zu zum zur vom af av y e und 't"
)
"""Small words of family names that some write and some do not."""

_MAIDEN = re.compile(r"\b(?:geb(?:oren|orene)?|née|nee|born|z domu|nata)\b\.?", re.IGNORECASE)
_ASIDE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|[\"“„]([^\"“”„]*)[\"“”]")
_TOGETHER = re.compile(r"\s(?:und|and|et|u\.|og|och|és|и|και)\s|[&+/]", re.IGNORECASE)
_TOGETHER_GIVEN = re.compile(r"\s(?:y|e|i|en|ja)\s", re.IGNORECASE)  # also in family names
_AND = frozenset({"und", "and", "et", "u", "y", "e", "i", "en", "og", "och"})
_NO_LETTER = re.compile(r"[\d\W_]+")
_ARTICLES = frozenset({"die", "the", "les", "los", "la", "de"})
_INITIALS = re.compile(r"\b(\w)\.(?=\w\.)")

_GENERATIONS = {
    **dict.fromkeys(("jr", "jun", "junior", "jnr", "fils", "figlio", "hijo", "junr"), "junior"),
    **dict.fromkeys(("sr", "sen", "senior", "snr", "père", "pere"), "senior"),
    **{numeral: numeral for numeral in ("ii", "iii", "iv")},
}


@dataclass(frozen=True, slots=True)
class Called:
    """A name as sets of folded words.

    Attributes:
        words: Given, additional and family names together; of an organisation all its words.
        generation: "junior", "senior", "ii", ... or empty.
        sort: What bears the name, as far as the name tells.
        also: Words said aside: a nickname in brackets, a maiden name.
        spellings: Words with the two ways to write their marks, see `spellings_of`.
    """

    given: frozenset[str]
    family: frozenset[str]
    words: frozenset[str]
    generation: str = ""
    sort: Sort = "person"
    also: frozenset[str] = frozenset()
    spellings: frozenset[tuple[str, frozenset[str]]] = frozenset()
    is_complete: bool = False

    @property
    def is_latin(self) -> bool:
        """Whether every word is in Latin letters."""
        return "".join(self.words).isascii()

    @property
    def latin(self) -> str:
        """The words in Latin letters, sorted: a hint across scripts."""
        return latin_of(" ".join(sorted(self.family) + sorted(self.given)) or " ".join(self.words))

    @property
    def sound(self) -> str:
        """The words by their consonants, whatever the script."""
        return sound_of(" ".join(sorted(self.family) + sorted(self.given)) or " ".join(self.words))


@lru_cache(maxsize=20_000)
def called(name: Name) -> Called:
    """What a person's name says."""
    if "@" in name.given + name.family or ("@" in name.formatted and not name.given + name.family):
        return _of_address(name.formatted)
    name, also = _without_asides(name)
    written = f"{name.given} {name.family} {name.formatted}"
    sort = _sort(written, f"{name.given} {name.additional}")
    if sort in ("practice", "organisation"):
        return called_organisation(name)
    generations = _generations(name)
    apart = TITLES | TRADES | (frozenset(_GENERATIONS) if generations else frozenset())
    apart |= (_AND | FAMILIES) if sort == "several" else frozenset()
    given = words_of(name.given) - apart - KIN
    additional = words_of(name.additional) - apart
    family = words_of(name.family) - apart
    # A formatted name that begins with "Dr." or ends in "Jr." was split one word off.
    if not family:
        family, additional = additional, frozenset()
    elif not given:
        given, additional = additional, frozenset()
    words = given | additional | family
    complete = bool(given and family)
    if not complete and len(listed := _in_one_field(name, words)) > 1:
        complete = True
        given, family, additional = listed[0], listed[-1], words - listed[0] - listed[-1]
    given |= additional
    if words and all(map(is_east_asian, words)):
        complete = complete or any(len(word) > 1 for word in words)
        words = frozenset({"".join(sorted("".join(words)))})
    spellings = frozenset[tuple[str, frozenset[str]]]()
    if any(word not in written.casefold() for word in words) or not written.isascii():
        spellings = spellings_of(f"{name.given} {name.additional} {name.family}")
    return Called(given, family, words, generations, sort, also - apart - KIN, spellings, complete)


@lru_cache(maxsize=20_000)
def called_organisation(name: Name) -> Called:
    """What an organisation's name says."""
    words = words_of(name.formatted)
    sort: Sort = "practice" if _is_practice(words) else "organisation"
    if words and words <= MAILBOXES:
        sort = "mailbox"
    return Called(frozenset(), frozenset(), words, sort=sort, is_complete=bool(words))


def is_initial(left: str, right: str) -> bool:
    """Whether one word is only the first letter of the other."""
    short, long = sorted((left, right), key=len)
    return len(short) == 1 < len(long) and long.startswith(short)


def is_generic(address: str, family: frozenset[str] = frozenset()) -> bool:
    """Whether an e-mail address looks as if several people read it: info@, familie.lorenz@, lorenz@."""
    words = words_of(_NO_LETTER.sub(" ", address.partition("@")[0])) - _ARTICLES
    plural = {f"{word}s" for word in family}
    return bool(words) and (
        words <= MAILBOXES | PRACTICES or bool(words & FAMILIES) or words <= family | plural
    )


def _sort(written: str, given: str) -> Sort:
    words = words_of(written)
    if _is_practice(words):
        return "practice"
    if words & _PLAIN_FIRMS or (
        words & FIRMS and len(words) < 3 and not any(map(is_given_name, words))
    ):
        return "organisation"
    if words and words <= MAILBOXES:
        return "mailbox"
    together = _TOGETHER.search(written) or _TOGETHER_GIVEN.search(given)
    return "several" if together or words & FAMILIES else "person"


def _is_practice(words: frozenset[str]) -> bool:
    return not PRACTICES.isdisjoint(words) or any(word.endswith("praxis") for word in words)


def _of_address(text: str) -> Called:
    """A card that is called by its mail address has no name, or a mailbox's."""
    empty: frozenset[str] = frozenset()
    if is_generic(text.strip().casefold()):
        return Called(empty, empty, words_of(text), sort="mailbox")
    return Called(empty, empty, empty)


def _without_asides(name: Name) -> tuple[Name, frozenset[str]]:
    """The name without what stands in brackets or behind "née", and those words."""
    if not any(mark in name.formatted + name.given + name.family for mark in '([“„"') and not (
        _MAIDEN.search(f"{name.formatted} {name.family}")
    ):
        if _INITIALS.search(name.given):
            return Name(_INITIALS.sub(r"\1. ", name.given), *_rest(name)), frozenset()
        return name, frozenset()
    also: list[str] = []

    def bare(text: str) -> str:
        also.extend("".join(filter(None, found)) for found in _ASIDE.findall(text))
        text = _ASIDE.sub(" ", text)
        if found := _MAIDEN.search(text):
            also.append(text[found.end() :])
            text = text[: found.start()]
        return text.strip(" ,")

    given, family, additional = bare(name.given), bare(name.family), bare(name.additional)
    formatted = bare(name.formatted)
    words = f"{given} {additional} {family}".split()
    if words and not family and len(words) > 1:
        given, additional, family = words[0], " ".join(words[1:-1]), words[-1]
    kept = Name(given, family, additional, name.prefix, name.suffix, formatted, name.nickname)
    return kept, words_of(" ".join(also))


def _rest(name: Name) -> tuple[str, str, str, str, str, str]:
    return name.family, name.additional, name.prefix, name.suffix, name.formatted, name.nickname


def _in_one_field(name: Name, words: frozenset[str]) -> list[frozenset[str]]:
    """The words of a name that was typed into one field, in their order."""
    one = name.family if not name.given else name.given if not name.family else ""
    return [word for each in one.split() if (word := words_of(each) & words)]


def _generations(name: Name) -> str:
    last = name.formatted.rsplit(maxsplit=1)[-1:] if len(name.formatted.split()) > 2 else []
    said = words_of(" ".join((name.suffix, *last))) & frozenset(_GENERATIONS)
    return " ".join(sorted({_GENERATIONS[word] for word in said}))
