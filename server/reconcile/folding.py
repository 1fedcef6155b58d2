"""The words of a name in forms in which they can be compared.

On top of `name_tokens`, which folds Latin letters: Greek loses its accents (capitals have none), Russian
its ё, Arabic its vowel marks; and a name in Chinese, Japanese or Korean letters is one word, since
some write a blank between family and given name and some do not.
"""

import re
import unicodedata
from functools import lru_cache

from server.contacts.values import name_tokens, transliterated_tokens

_CYRILLIC = str.maketrans({"ё": "е", "Ё": "Е", "ґ": "г"})
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None}
    | {chr(mark): None for mark in range(0x064B, 0x0653)}
)
_LARGE_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "œ": "oe", "å": "aa"}
)
_KANJI = {
    "佐藤": "sato",
    "鈴木": "suzuki",
    "高橋": "takahashi",
    "田中": "tanaka",
    "渡辺": "watanabe",
    "渡邊": "watanabe",
    "伊藤": "ito",
    "山本": "yamamoto",
    "中村": "nakamura",
    "小林": "kobayashi",
    "加藤": "kato",
    "吉田": "yoshida",
    "山田": "yamada",
    "佐々木": "sasaki",
    "山口": "yamaguchi",
    "松本": "matsumoto",
    "井上": "inoue",
    "木村": "kimura",
    "斎藤": "saito",
    "清水": "shimizu",
    "山崎": "yamazaki",
    "池田": "ikeda",
    "橋本": "hashimoto",
    "石川": "ishikawa",
    "中島": "nakajima",
    "前田": "maeda",
    "藤田": "fujita",
    "小川": "ogawa",
    "岡田": "okada",
    "後藤": "goto",
    "長谷川": "hasegawa",
    "村上": "murakami",
    "近藤": "kondo",
    "石井": "ishii",
    "坂本": "sakamoto",
    "遠藤": "endo",
    "青木": "aoki",
    "藤井": "fujii",
    "西村": "nishimura",
    "福田": "fukuda",
    "太田": "ota",
    "三浦": "miura",
    "藤原": "fujiwara",
    "岡本": "okamoto",
    "松田": "matsuda",
    "中川": "nakagawa",
    "中野": "nakano",
    "原田": "harada",
    "小野": "ono",
    "田村": "tamura",
    "竹内": "takeuchi",
    "金子": "kaneko",
    "和田": "wada",
    "中山": "nakayama",
    "石田": "ishida",
    "上田": "ueda",
    "森田": "morita",
}
"""How frequent Japanese family names are read; letter by letter they would be read as Chinese."""

_SOUNDS = (
    (re.compile("shch|sch|sh|ch|tch|cz|sz|zh|ts|tz|kh|c(?=[ei])"), "s"),
    (re.compile("ph|v|w|u(?=[ao])"), "f"),
    (re.compile("th|d|dh"), "t"),
    (re.compile("mp"), "b"),
    (re.compile("x"), "ks"),
    (re.compile("gk|g|q|c|ck|h"), "k"),
    (re.compile("j|y|i|e|o|a|u"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=50_000)
def words_of(text: str) -> frozenset[str]:
    """The folded words of a name."""
    if text.isascii():
        return name_tokens(text)
    text = unicodedata.normalize("NFKC", text).translate(_CYRILLIC).translate(_ARABIC)
    return name_tokens("".join(map(_without_greek_accent, text)))


@lru_cache(maxsize=50_000)
def spellings_of(text: str) -> frozenset[tuple[str, frozenset[str]]]:
    """Every folded word with the two ways to write its marks: Müller as muller and mueller.

    Folding takes Mueller and Muller for one word, and Bauer and Baur as well. Two words are
    written alike if one of their ways is the same.
    """
    words = unicodedata.normalize("NFC", text.casefold()).split()
    return frozenset(
        (key, _plain(word) | _plain(word.translate(_LARGE_UMLAUTS)))
        for word in words
        for key in words_of(word)
        if len(words_of(word)) == 1
    )


def is_east_asian(word: str) -> bool:
    """Whether a word is in Chinese, Japanese or Korean letters."""
    return bool(word) and all(
        "\u3040" <= mark <= "\u30ff"
        or "\u3400" <= mark <= "\u9fff"
        or "\uac00" <= mark <= "\ud7a3"
        or mark in "々〆ー"
        for mark in word
    )


@lru_cache(maxsize=20_000)
def sound_of(text: str) -> str:
    """A name of any script by its consonants, coarsely and with its words sorted: a hint, never evidence."""
    for kanji, reading in _KANJI.items():
        if text.startswith(kanji):
            text = f"{reading} {text[len(kanji) :]}"
            break
    words = sorted(transliterated_tokens(text))
    return " ".join(filter(None, map(_sound, words)))


@lru_cache(maxsize=20_000)
def latin_of(text: str) -> str:
    """A name of any script in Latin letters, its words sorted."""
    for kanji, reading in _KANJI.items():
        if text.startswith(kanji):
            text = f"{reading} {text[len(kanji) :]}"
            break
    return " ".join(sorted(transliterated_tokens(text)))


def _sound(word: str) -> str:
    first = word[:1]
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word or first


def _plain(word: str) -> frozenset[str]:
    apart = unicodedata.normalize(
        "NFD", word.replace("ß", "ss").replace("ł", "l").replace("ı", "i")
    )
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    for old, new in (("ø", "o"), ("æ", "ae"), ("œ", "oe"), ("đ", "d")):
        bare = bare.replace(old, new)
    return frozenset({"".join(mark for mark in bare if mark.isalnum())})


def _without_greek_accent(mark: str) -> str:
    if "\u0370" <= mark < "\u0400" or "\u1f00" <= mark < "\u2000":
        apart = unicodedata.normalize("NFD", mark)
        return "".join(each for each in apart if not unicodedata.combining(each))
    return mark
