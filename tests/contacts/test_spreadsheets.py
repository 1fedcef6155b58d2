"""Address books in spreadsheets: Google's and Outlook's in, and one's own out."""

import csv
import io

import pytest

from server.contacts.card import parse
from server.contacts.files import cards_in
from server.contacts.properties import properties
from server.contacts.spreadsheet_export import defused, spreadsheet_of
from server.contacts.spreadsheets import ROWS_MOST, cards_of_spreadsheet, is_spreadsheet
from server.contacts.values import is_marked_private, kind_of, name_of
from server.errors import NotACard

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,Organization Name,"
    "Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,"
    "Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,"
    "Address 1 - Postal Code,Address 1 - Country,Website 1 - Label,Website 1 - Value,"
    "Event 1 - Label,Event 1 - Value,Relation 1 - Label,Relation 1 - Value"
)
EVA = (
    "Eva,Maria,Stein,Efa,Dr.,Evi,Sternwarte,Leiterin,Optik,1981-05-04,isst keine Nüsse,"
    "https://photos.example/1,Freunde ::: * myContacts,* Home,"
    "eva@example.org ::: eva@example.com,Mobile,+49 1575 2312501,Ferienhaus,030 23125 77,Home,"
    '"Musterstr. 1\n10115 Berlin","Musterstr. 1, 3. OG",Berlin,10115,Germany,,https://eva.example,'
    "Anniversary,2010-06-07,Bruder,Jonas"
)
OUTLOOK = (
    "First Name,Last Name,Title,Company,Department,Job Title,Business Street,Business City,"
    "Business Postal Code,Home Street,Home City,Home Country/Region,Business Phone,Home Phone,"
    "Mobile Phone,Home Fax,E-mail Address,E-mail 2 Address,Birthday,Anniversary,Categories,Notes,"
    "Private,Sensitivity,Web Page,Spouse,Gender"
)


def one(*lines: str) -> dict[str, list[tuple[str, tuple[str, ...], str]]]:
    """The single card of a file: value, types and label by property."""
    (octets,) = cards_in("\r\n".join(lines).encode())
    found: dict[str, list[tuple[str, tuple[str, ...], str]]] = {}
    for prop in properties(parse(octets), region="DE"):
        found.setdefault(prop.name, []).append((prop.value, prop.types, prop.label))
    return found


def test_googles_columns_become_a_card() -> None:
    card = one(GOOGLE, EVA)
    assert card["N"][0][0] == "Stein;Eva;Maria;Dr."
    assert card["FN"][0][0] == "Dr. Eva Maria Stein"
    assert card["NICKNAME"][0][0] == "Evi"
    assert [each[0] for each in card["EMAIL"]] == ["eva@example.com", "eva@example.org"]
    assert {(value, label) for value, _types, label in card["TEL"]} == {
        ("+4915752312501", ""),
        ("+49302312577", "Ferienhaus"),
    }
    assert card["ADR"][0][0] == ";;Musterstr. 1\\, 3. OG;Berlin;;10115;Germany"
    assert card["ORG"][0][0] == "Sternwarte;Optik"
    assert card["BDAY"][0][0] == "1981-05-04"
    assert card["URL"][0][0] == "https://eva.example"
    assert "Freunde" in card["CATEGORIES"][0][0]
    assert "myContacts" not in card["CATEGORIES"][0][0]
    assert card["NOTE"][0][0] == "isst keine Nüsse\nBruder: Jonas"
    assert "X-PHONETIC-FIRST-NAME" in card
    assert "photos.example" not in str(card)


def test_googles_former_columns_are_known() -> None:
    card = one(
        "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value",
        "Eva Stein,Eva,Stein,* myContacts ::: Chor,* Work,eva@example.org,Work Fax,030 1",
    )
    assert card["FN"][0][0] == "Eva Stein"
    assert card["EMAIL"][0][:2] == ("eva@example.org", ("work",))
    assert card["TEL"][0][1] == ("fax", "work")
    assert card["CATEGORIES"][0][0] == "Chor"


def test_outlooks_columns_become_a_card() -> None:
    card = one(
        OUTLOOK,
        "Jan,Vermeer,Prof.,Malerei,Licht,Maler,Oude Delft 1,Delft,2611,Markt 2,Delft,Netherlands,"
        "+31 15 1,+31 15 2,+31 6 3,+31 15 4,jan@example.org,j@example.org,25/1/1980,0/0/00,"
        "Chor;Freunde,malt,False,Normal,https://jan.example,Catharina,Unspecified",
    )
    assert card["N"][0][0] == "Vermeer;Jan;;Prof."
    assert sorted(types for _v, types, _l in card["TEL"]) == [
        ("cell",),
        ("fax", "home"),
        ("home",),
        ("work",),
    ]
    assert len(card["EMAIL"]) == 2
    assert {(value, types) for value, types, _l in card["ADR"]} == {
        (";;Oude Delft 1;Delft;;2611", ("work",)),
        (";;Markt 2;Delft;;;Netherlands", ("home",)),
    }
    assert card["BDAY"][0][0] == "1980-01-25"
    assert "ANNIVERSARY" not in card
    assert card["NOTE"][0][0] == "malt\nSpouse: Catharina"
    assert "Unspecified" not in str(card)


def test_outlooks_german_columns_in_windows_letters_are_known() -> None:
    text = (
        "Anrede;Vorname;Nachname;Straße privat;Ort privat;Postleitzahl privat;Telefon geschäftlich;"
        "Mobiltelefon;E-Mail-Adresse;Geburtstag;Vertraulichkeit\r\n"
        "Herr;Jörg;Größer;Weg 2;Köln;50667;0221 1;0151 2;joerg@example.org;25.01.1980;Privat\r\n"
    )
    (octets,) = cards_in(text.encode("cp1252"))
    card = parse(octets)
    assert name_of(card).family == "Größer"
    found = {each.name: each.value for each in properties(card, region="DE")}
    assert found["ADR"] == ";;Weg 2;Köln;;50667"
    assert found["BDAY"] == "1980-01-25"
    assert is_marked_private(card)


def test_a_file_in_utf_16_is_read() -> None:
    (octets,) = cards_in("First Name\tLast Name\nEva\tGröße\n".encode("utf-16"))
    assert name_of(parse(octets)).family == "Größe"


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("12/31/1980", "3/4/1981"), "1981-03-04"),
        (("31/12/1980", "3/4/1981"), "1981-04-03"),
        (("5/5/1980", "5/5/1981"), "1981-05-05"),
        (("", "3/4/1981"), ""),
        (("", "soon"), ""),
        (("", "1980-13-40"), "1980-13-40"),
        (("", "40.40.1980"), ""),
        (("", "--03-04"), "--03-04"),
    ],
)
def test_a_date_is_read_only_where_the_file_tells_which_one_it_is(
    dates: tuple[str, str], first: str
) -> None:
    """Which of 3/4 is the month shows in another row, or nobody knows: then it stays in the note."""
    rows = [f"Eva{number},Stein,{date}" for number, date in enumerate(dates)]
    cards = cards_in("\n".join(("First Name,Last Name,Birthday", *rows)).encode())
    card = parse(cards[1])
    found = {each.name: each.value for each in properties(card, region="DE")}
    if first:
        assert found["BDAY"] == first
    else:
        assert found["NOTE"] == f"Birthday: {dates[1]}"


def test_a_firm_without_a_name_is_one() -> None:
    (octets,) = cards_in(b"First Name,Organization Name,Department\n,Sternwarte,\n")
    assert kind_of(properties(parse(octets), region="DE")) == "organisation"
    (octets,) = cards_in(b"First Name,Department,Nickname\n,Optik,Evi\n")
    assert name_of(parse(octets)).formatted == "Evi"
    (octets,) = cards_in(b"First Name,Name\n,Eva Stein\n")
    assert name_of(parse(octets)).formatted == "Eva Stein"


def test_a_row_without_a_name_is_a_card_too() -> None:
    card = one("First Name,Phone 1 - Value", ",030 1 ::: ")
    assert card["FN"][0][0] in ("030 1", "+49301")
    assert len(card["TEL"]) == 1


def test_the_same_row_is_the_same_card_and_empty_rows_are_none() -> None:
    first = cards_in(b"First Name,Last Name\nEva,Stein\n,\n\nJan,Vermeer\n")
    again = cards_in(b"Last Name,First Name\nVermeer,Jan\n")
    assert len(first) == 2
    assert parse(first[1]).uid == parse(again[0]).uid
    assert parse(first[0]).uid != parse(first[1]).uid


def test_what_no_column_says_goes_into_the_note() -> None:
    card = one(
        "First Name,Last Name,Shoe size,Custom Field 1 - Label,Custom Field 1 - Value,Event 1 - Label,Event 1 - Value,Address 1 - Label,Address 1 - Formatted",
        "Eva,Stein,38,Tee,Assam,Anniversary,2010-06-07,,Weg 1",
    )
    assert card["NOTE"][0][0] == "Shoe size: 38\nTee: Assam"
    assert card["ADR"][0][0] == ";;Weg 1"
    assert "2010-06-07" in str(card)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"a,b,c\n1,2,3\n",
        b"just a text",
        b"First Name,Last Name\x00\n",
        b"First Name,Last Name\n" + b"Eva,Stein\n" * (ROWS_MOST + 1),
        b"First Name,Last Name\n" + b'"' + b"x" * 200_000 + b'"\n',
    ],
)
def test_what_is_no_address_book_is_refused_in_words(octets: bytes) -> None:
    with pytest.raises(NotACard) as refusal:
        cards_in(octets)
    assert refusal.value.sentence.endswith(".")


def test_a_spreadsheet_is_told_by_its_first_line() -> None:
    assert is_spreadsheet(GOOGLE.encode())
    assert not is_spreadsheet(b"BEGIN:VCARD\r\nEND:VCARD\r\n")
    assert not is_spreadsheet(b"x" * 200_000 + b",y\n")
    with pytest.raises(NotACard):
        cards_of_spreadsheet(b"")


DANGER = ("=1+1", "+49 30 1", "-1", "@SUM(A1)", "\t=1", "＝1", ' "=1', "'=1")


@pytest.mark.parametrize("cell", DANGER)
def test_no_exported_cell_is_a_formula(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert defused("Eva = Stein") == "Eva = Stein"


def test_an_exported_card_comes_back_as_it_was() -> None:
    (octets,) = cards_in("\r\n".join((GOOGLE, EVA)).encode())
    card = parse(octets)
    sheet = spreadsheet_of([card])
    rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
    assert not [each for row in rows for each in row if each.startswith(("=", "+", "-", "@"))]
    (again,) = cards_in(sheet)
    before = {p.canonical[:3] for p in properties(card, region="DE")}
    after = {p.canonical[:3] for p in properties(parse(again), region="DE")}
    assert {each for each in before - after if each[0] != "X-PHONETIC-FIRST-NAME"} == set()


def test_groups_are_no_rows_and_private_ones_stay_private() -> None:
    group = parse(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Chor\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEND:VCARD\r\n"
    )
    private = parse(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eva\r\nCLASS:PRIVATE\r\nTEL;TYPE=WORK,FAX:1\r\nEND:VCARD\r\n"
    )
    sheet = spreadsheet_of([group, private])
    (again,) = cards_in(sheet)
    assert is_marked_private(parse(again))
    assert b"Chor" not in sheet
