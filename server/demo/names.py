"""Made-up names, streets and employers in the languages of the demo household."""

import unicodedata
from dataclasses import dataclass

# Letters that Unicode does not take apart, as people write them in mail addresses.
_PLAIN = str.maketrans({"ß": "ss", "ł": "l", "ı": "i", "ø": "o", "œ": "oe", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Word:
    """One name as written, and as its bearer spells it in a mail address."""

    text: str
    latin: str


@dataclass(frozen=True, slots=True)
class Language:
    """The names of one language."""

    code: str
    given: tuple[Word, ...]
    family: tuple[Word, ...]
    family_first: bool = False
    """Whether the family name stands first in the full name."""
    joiner: str = " "
    """What stands between the two names in the full name."""


def _latin(text: str) -> str:
    """`text` in plain small Latin letters; for names written in Latin script only."""
    apart = unicodedata.normalize("NFD", text.lower().translate(_PLAIN))
    return "".join(letter for letter in apart if letter.isascii() and letter.isalpha())


def _words(listed: str) -> tuple[Word, ...]:
    """Names from a list; ``name:latin`` where the name is not in Latin script."""
    words = []
    for item in listed.split():
        text, _, latin = item.partition(":")
        words.append(Word(text, latin or _latin(text)))
    return tuple(words)


GERMAN = Language(
    "de",
    _words(
        "Petra Klaus Sabine Jürgen Heike Dieter Monika Rainer Birgit Holger Renate Volker Gisela Manfred Ulrike "
        "Bernd Ingrid Torsten Käthe Götz Frauke Lothar Anneliese Eckhard"
    ),
    _words(
        "Lorenz Brandt Kühn Hartmann Voigt Seidel Böhm Pfeiffer Haas Schuster Ebert Wittkamp Jäger Rothe Fink Groß "
        "Steinbach Kessler Ahrens Lindner Thoma Ziegler Wendt Sauer"
    ),
)
ENGLISH = Language(
    "en",
    _words(
        "Oliver Charlotte Harry Emily George Grace Arthur Florence Edward Beatrice Alfred Harriet"
    ),
    _words(
        "Whitaker Ashdown Pemberton Thornbury Fairfax Marlowe Kingsley Hollins Barlow Redfern Winslow Tilney"
    ),
)
FRENCH = Language(
    "fr",
    _words("Amélie Étienne Élodie François Margaux Baptiste Océane Théo Clémence Rémi"),
    _words(
        "Lefèvre Garnier Rousseau Chevallier Boulanger Marchand Delacroix Fontaine Perrin Besançon"
    ),
)
POLISH = Language(
    "pl",
    _words("Małgorzata Paweł Agnieszka Łukasz Zofia Grzegorz Katarzyna Michał Jadwiga Wojciech"),
    _words("Wójcik Kowalczyk Zając Krawczyk Dudek Wróbel Stępień Pawlak Mróz Gołąb"),
)
TURKISH = Language(
    "tr",
    _words("Ayşe Mehmet Elif Emre Zeynep Çağlar Gülşen Oğuz"),
    _words("Yılmaz Demir Şahin Çelik Öztürk Aydın Güneş Koç"),
)
ARABIC = Language(
    "ar",
    _words("ليلى:layla عمر:omar سارة:sara يوسف:yusuf نور:nour كريم:karim"),
    _words("حداد:haddad خوري:khoury منصور:mansour نجار:najjar درويش:darwish صباغ:sabbagh"),
)
GREEK = Language(
    "el",
    _words("Νίκος:nikos Γιώργος:giorgos Δημήτρης:dimitris Κώστας:kostas Σπύρος:spyros"),
    _words(
        "Παπαδόπουλος:papadopoulos Οικονόμου:oikonomou Καραγιάννης:karagiannis Βλάχος:vlachos Λάμπρου:lamprou"
    ),
)
CYRILLIC = Language(
    "ru",
    _words("Юлия:yulia Дмитрий:dmitry Ольга:olga Сергей:sergey Наталья:natalya Андрей:andrey"),
    _words(
        "Шевченко:shevchenko Ткаченко:tkachenko Бондаренко:bondarenko Литвиненко:litvinenko Кравец:kravets"
    ),
)
CHINESE = Language(
    "zh",
    _words("小明:xiaoming 伟:wei 芳:fang 静:jing 丽华:lihua 建国:jianguo"),
    _words("王:wang 李:li 张:zhang 刘:liu 陈:chen"),
    family_first=True,
    joiner="",
)
JAPANESE = Language(
    "ja",
    _words("花子:hanako 太郎:taro 美咲:misaki 健太:kenta 翔太:shota さくら:sakura"),
    _words("佐藤:sato 鈴木:suzuki 高橋:takahashi 渡辺:watanabe 中村:nakamura"),
    family_first=True,
)
LANGUAGES = (GERMAN, ENGLISH, FRENCH, POLISH, TURKISH, ARABIC, GREEK, CYRILLIC, CHINESE, JAPANESE)

STREETS = (
    "Lindenstraße",
    "Am Mühlbach",
    "Kastanienallee",
    "Feldweg",
    "Rosenstraße",
    "Hafengasse",
    "Birkenring",
    "Alte Poststraße",
    "Uferpromenade",
    "Goethestraße",
)
TOWNS = (
    ("10999", "Berlin"),
    ("20359", "Hamburg"),
    ("50667", "Köln"),
    ("80331", "München"),
    ("60311", "Frankfurt am Main"),
    ("04109", "Leipzig"),
    ("28195", "Bremen"),
)
EMPLOYERS = (
    ("Nordlicht Verlag", "nordlicht.example"),
    ("Hafenkontor GmbH", "hafenkontor.example"),
    ("Blue Kite Ltd", "bluekite.example"),
    ("Atelier Mirabelle", "mirabelle.example"),
    ("Stadtbücherei am Markt", "buecherei.example"),
    ("Windrad Genossenschaft eG", "windrad.example"),
    ("Kranich Logistik", "kranich.example"),
    ("Bäckerei Morgenrot", "morgenrot.example"),
)
TITLES = (
    "Lektorat",
    "Head of Design",
    "Buchhaltung",
    "Project manager",
    "Relations presse",
    "Teamleitung Einkauf",
    "Software engineer",
    "Kundendienst",
)
NOTES = (
    "Met at the allotment summer party.",
    "Has our spare key; allergic to nuts.",
    "Leiht uns jedes Jahr den Anhänger.\nNicht nach 20 Uhr anrufen.",
    "Plays the viola; asks about the choir every time.",
    "Kennt einen guten Fahrradladen, der auch Lastenräder repariert und abholt.",
    "Former neighbour, moved away in spring.",
)
