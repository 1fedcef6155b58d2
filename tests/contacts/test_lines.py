"""Content lines: what each way of writing them means."""

import pytest

from server.contacts.lines import (
    ContentLine,
    Parameter,
    escape,
    make_line,
    split_lines,
    split_value,
    unescape,
)


def only(octets: bytes) -> ContentLine:
    (line,) = split_lines(octets)
    return line


def test_a_line_has_group_name_parameters_and_value() -> None:
    line = only(b"item1.tel;TYPE=cell,home;X-A=b:+49 30\r\n")
    assert (line.group, line.name, line.value) == ("item1", "TEL", "+49 30")
    assert line.params == (Parameter("TYPE", ("cell", "home")), Parameter("X-A", ("b",)))


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b"\r", b""])
def test_the_line_end_is_known(ending: bytes) -> None:
    assert only(b"FN:Anna" + ending).ending == ending


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"NOTE:one\r\n  two\r\n\tthree\r\n", "one twothree"),
        (b"NOTE:one\n two\r three\n", "onetwothree"),
        (b"NO\r\n TE:folded in the name\r\n", "folded in the name"),
        (b'NOTE;X="a\r\n b":folded in the parameters\r\n', "folded in the parameters"),
        (b"NOTE:\xc3\r\n \xbc\r\n", "ü"),
        (b"\xef\xbb\xbfNOTE:after a byte order mark\r\n", "after a byte order mark"),
    ],
)
def test_a_folded_line_is_joined_before_it_is_decoded(octets: bytes, value: str) -> None:
    line = only(octets)
    assert (line.name, line.value) == ("NOTE", value)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:a=3Db\r\n", "a=b"),
        (b"NOTE;QUOTED-PRINTABLE:a=\r\nb=\r\nc\r\n", "abc"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=\r\n=A4\r\n", "ä"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1252:=E4\r\n", "ä"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:a=\r\n  b\r\n", "a  b"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:a\r\n  b\r\n", "a b"),
        (b"NOTE;ENCODING=QUO\r\n TED-PRINTABLE:a=\r\nb\r\n", "ab"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo\r\n", "one\r\ntwo"),
    ],
)
def test_quoted_printable_goes_on_after_a_soft_break(octets: bytes, value: str) -> None:
    line = only(octets)
    assert (line.name, line.value) == ("NOTE", value)


def test_a_stray_soft_break_does_not_swallow_the_end_of_the_card() -> None:
    lines = split_lines(b"NOTE;QUOTED-PRINTABLE:a=\r\nEND:VCARD\r\n")
    assert [line.name for line in lines] == ["NOTE", "END"]


@pytest.mark.parametrize(
    "octets",
    [
        b"PHOTO;ENCODING=b:AAAA\r\n BBBB\r\n",
        b"PHOTO;ENCODING=BASE64:\r\n AAAA\r\n BBBB\r\n\r\n",
        b"PHOTO;BASE64:AAAA\r\nBBBB\r\n\r\n",
        b"PHOTO;ENCODING=B:\r\nAAAA\r\nBBBB",
        b'PHOTO;ENCODING="b":AAAA\r\n  BBBB\r\n',
    ],
)
def test_a_base64_block_is_one_line(octets: bytes) -> None:
    line = only(octets)
    assert (line.value, line.is_base64) == ("AAAABBBB", True)


def test_a_base64_block_ends_before_the_next_line() -> None:
    lines = split_lines(b"PHOTO;ENCODING=B:AAAA\r\nTEL:1\r\n")
    assert [line.value for line in lines] == ["AAAA", "1"]


@pytest.mark.parametrize(
    ("bare", "param"),
    [
        (b"HOME", Parameter("TYPE", ("HOME",))),
        (b"quoted-printable", Parameter("ENCODING", ("quoted-printable",))),
        (b"BASE64", Parameter("ENCODING", ("BASE64",))),
        (b"URL", Parameter("VALUE", ("URL",))),
    ],
)
def test_a_bare_parameter_gets_its_name(bare: bytes, param: Parameter) -> None:
    assert only(b"X;" + bare + b":v").params == (param,)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (b"a,b", ("a", "b")),
        (b'"a,b"', ("a,b",)),
        (b'"a:b;c",d', ("a:b;c", "d")),
        (b"^n^^^'^x", ('\n^"^x',)),
        (b" a , b ", ("a", "b")),
        (b"", ("",)),
        (b'x"a,b"y', ('x"a,b"y',)),
    ],
)
def test_parameter_values_are_unquoted(written: bytes, values: tuple[str, ...]) -> None:
    assert only(b"X;P=" + written + b":v").values_of("P") == values


def test_empty_parameters_are_passed_over() -> None:
    assert only(b"X;; ;TYPE=a:v").params == (Parameter("TYPE", ("a",)),)


@pytest.mark.parametrize(
    "octets",
    [
        b"no colon",
        b":no name",
        b"t\xc3\xaate:no name",
        b"two words:x",
        b"g/h.TEL:1",
        b";TYPE=a:x",
        b"",
    ],
)
def test_what_is_no_content_line_has_no_name(octets: bytes) -> None:
    assert [line.name for line in split_lines(octets + b"\r\n")] == [""]


def test_an_unclosed_quote_ends_at_the_first_colon() -> None:
    line = only(b'X;P="a:b')
    assert (line.name, line.value) == ("X", "b")


def test_a_colon_that_stands_in_quotes_only_is_the_one_before_the_value() -> None:
    line = only(b'X;P="a:b"')
    assert (line.name, line.value) == ("X", 'b"')


@pytest.mark.parametrize(
    ("charset", "octets", "text"),
    [
        (b"SHIFT_JIS", "佐藤".encode("shift_jis"), "佐藤"),
        (b"ISO-8859-1", b"J\xf6rg", "Jörg"),
        (b"windows-1251", "Вера".encode("cp1251"), "Вера"),
        (b"no-such-charset", "ö".encode(), "ö"),
        (b"utf-8", b"J\xf6rg", "Jörg"),
        (b"punycode", b"abc-def", "abc-def"),
        (b"unicode_escape", b"\\x41", "\\x41"),
        (b"undefined\x00", b"a", "a"),
    ],
)
def test_only_plain_character_sets_are_believed(charset: bytes, octets: bytes, text: str) -> None:
    assert only(b"FN;CHARSET=" + charset + b":" + octets).value == text


@pytest.mark.parametrize(
    ("octets", "text"), [(b"\x93J\xf6rg\x94", "“Jörg”"), (b"\x81\xf6", "\x81ö")]
)
def test_text_in_no_charset_is_western(octets: bytes, text: str) -> None:
    assert only(b"FN:" + octets).value == text


AGENT = b"AGENT:\r\nBEGIN:VCARD\r\nN:Smith\r\nAGENT:\r\nBEGIN:VCARD\r\nEND:VCARD\r\nEND:VCARD\r\n"


def test_an_agent_is_one_line_with_its_card() -> None:
    lines = split_lines(AGENT + b"TEL:1\r\n")
    assert [line.name for line in lines] == ["AGENT", "TEL"]


def test_blank_lines_may_stand_before_the_card_of_an_agent() -> None:
    assert len(split_lines(AGENT.replace(b"AGENT:\r\n", b"AGENT:\r\n\r\n", 1))) == 1


@pytest.mark.parametrize(
    "octets",
    [
        b"AGENT:\r\nTEL:1\r\n",
        b"AGENT:\r\nBEGIN:VCARD\r\n",
        b"AGENT:\r\n",
        b"AGENT:urn:x\r\nEND:VCARD\r\n",
    ],
)
def test_an_agent_without_a_whole_card_is_an_ordinary_line(octets: bytes) -> None:
    assert split_lines(octets)[0].raw == octets.splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    "text", ["", "plain", "a;b,c\\d", "two\nlines", "\\n", "\\\\;", "ends with \\", "é, 漢"]
)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("a\\:b", "a:b"), ("a\\nb\\Nc", "a\nb\nc"), ("C:\\temp\\q", "C:\\temp\\q"), ("a\\", "a\\")],
)
def test_unusual_escapes_are_understood(value: str, text: str) -> None:
    assert unescape(value) == text


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\nb"])
def test_every_line_break_is_escaped(text: str) -> None:
    assert escape(text) == "a\\nb"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("a;b;;c", ("a", "b", "", "c")),
        ("a\\;b;c", ("a\\;b", "c")),
        ("a\\\\;b", ("a\\\\", "b")),
        ("a\\\\\\;b;c", ("a\\\\\\;b", "c")),
        ("a\\;", ("a\\;",)),
        ("a\\", ("a\\",)),
        ("", ("",)),
    ],
)
def test_a_value_is_split_at_bare_separators(value: str, parts: tuple[str, ...]) -> None:
    assert split_value(value) == parts


def test_a_list_is_split_at_commas() -> None:
    assert split_value("a\\,b,c", ",") == ("a\\,b", "c")


@pytest.mark.parametrize("text", ["x" * 300, "ü" * 200, "漢字" * 80, "😀" * 70, "e\u0301" * 90])
def test_a_made_line_is_folded_at_75_octets_and_never_inside_a_character(text: str) -> None:
    octets = make_line("NOTE", text)
    physical = octets.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in physical)
    assert [line.decode() for line in physical]
    assert only(octets).value == text


def test_a_made_line_takes_the_line_end_of_its_card() -> None:
    assert make_line("NOTE", "x" * 80, ending=b"\n").count(b"\n ") == 1


def test_a_value_cannot_start_a_line_of_its_own() -> None:
    octets = make_line(
        "NOTE", "a\r\nTEL:1\rEMAIL:2\nURL:3\x00\x07", params=[Parameter("X", ("b\nc",))]
    )
    assert octets == b"NOTE;X=b^nc:a\\nTEL:1\\nEMAIL:2\\nURL:3\r\n"


@pytest.mark.parametrize(
    "value", ["plain", "a,b;c:d", 'with "quotes"', "caret ^n", "two\r\nlines", ""]
)
def test_a_parameter_value_reads_as_it_was_written(value: str) -> None:
    octets = make_line("X", "v", group="g", params=[Parameter("P", (value, "second"))])
    assert only(octets).values_of("P") == (value.replace("\r\n", "\n"), "second")


def test_a_value_may_be_escaped_while_it_is_written() -> None:
    assert make_line("FN", "a;b", escaped=False) == b"FN:a\\;b\r\n"
