"""HTTP: preconditions, caches, sizes and methods (RFC 9110)."""

import io
import random
from pathlib import Path

import pytest

from server.settings import LimitSettings, Settings
from tests.dav.conftest import Home, home_in
from tests.davclient import CARD, DavClient, vcard

FIRST = vcard("Eva Stein", "a", "TEL:+49 30 23125001")
SECOND = vcard("Eva Stein", "a", "TEL:+49 30 23125002")


@pytest.fixture
def path(anna: DavClient) -> str:
    """A card of Anna's."""
    made = f"{anna.book}a.vcf"
    anna.put(made, FIRST)
    return made


def test_if_match_with_the_current_tag_stores(anna: DavClient, path: str) -> None:
    """Section 13.1.1."""
    answer = anna.put(path, SECOND, if_match=anna.get(path).etag)
    assert answer.status == 204
    assert anna.get(path).body == SECOND
    assert answer.etag == anna.get(path).etag


def test_a_stale_if_match_changes_nothing_and_the_card_is_announced_again(
    anna: DavClient, path: str
) -> None:
    """Section 13.1.1; DAVx5 retries for ever unless the href has a new tag."""
    old = anna.get(path).etag
    anna.put(path, SECOND, if_match=old)
    token, current = anna.sync().token, anna.get(path).etag
    answer = anna.put(path, FIRST, if_match=old)
    assert answer.status == 412
    assert "kept" in answer.sentence
    assert anna.get(path).body == SECOND
    assert anna.get(path).etag != current
    assert path in anna.sync(token).responses


def test_a_star_matches_whatever_is_there(anna: DavClient, path: str) -> None:
    assert anna.put(path, SECOND, if_match="*").status == 204
    assert anna.put(f"{anna.book}none.vcf", vcard("X Y", "n"), if_match="*").status == 412


def test_one_of_several_tags_is_enough(anna: DavClient, path: str) -> None:
    tags = f'"no", {anna.get(path).etag} , "neither"'
    assert anna.put(path, SECOND, if_match=tags).status == 204


def test_a_weak_tag_never_matches_a_write(anna: DavClient, path: str) -> None:
    """Section 8.8.3.2: If-Match compares strongly."""
    assert anna.put(path, SECOND, if_match=f"W/{anna.get(path).etag}").status == 412
    assert anna.delete(path, if_match=f"W/{anna.get(path).etag}").status == 412
    assert anna.get(path).body == FIRST


@pytest.mark.parametrize("tag", ["junk", '"', "W/", ",,,", '"a', "\x80"])
def test_a_tag_that_is_none_matches_nothing(anna: DavClient, path: str, tag: str) -> None:
    assert anna.put(path, SECOND, if_match=tag).status == 412
    assert anna.get(path).body == FIRST


def test_if_none_match_star_only_makes_new_cards(anna: DavClient, path: str) -> None:
    """Section 13.1.2; Evolution creates so."""
    assert anna.put(path, SECOND, if_none_match="*").status == 412
    assert anna.put(f"{anna.book}b.vcf", vcard("B C", "b"), if_none_match="*").status == 201


def test_if_none_match_with_a_weak_tag_compares_weakly(anna: DavClient, path: str) -> None:
    assert anna.put(path, SECOND, if_none_match=f"W/{anna.get(path).etag}").status == 412


def test_a_copy_that_is_still_good_is_not_sent_again(anna: DavClient, path: str) -> None:
    """Sections 13.1.2 and 15.4.5: 304 with the tag."""
    etag = anna.get(path).etag
    for header in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = anna.get(path, if_none_match=header)
        assert answer.status == 304
        assert answer.etag == etag
        assert answer.body == b""
    assert anna.get(path, if_none_match='"other"').status == 200


def test_a_copy_of_the_same_second_is_still_good(anna: DavClient, path: str) -> None:
    """Section 13.1.3; If-None-Match wins over it."""
    modified = anna.get(path).headers["Last-Modified"]
    assert anna.get(path, if_modified_since=modified).status == 304
    assert anna.get(path, if_modified_since="Sat, 01 Jan 2000 00:00:00 GMT").status == 200
    assert anna.get(path, if_modified_since="yesterday").status == 200
    both = anna.get(path, if_modified_since=modified, if_none_match='"other"')
    assert both.status == 200


def test_a_get_may_insist_on_a_tag(anna: DavClient, path: str) -> None:
    assert anna.get(path, if_match='"other"').status == 412
    assert anna.get(path, if_match=anna.get(path).etag).status == 200


def test_head_is_get_without_a_body(anna: DavClient, path: str) -> None:
    """Section 9.3.2."""
    got, head = anna.get(path), anna.request("HEAD", path)
    assert head.body == b""
    assert head.headers == got.headers
    assert anna.request("HEAD", f"{anna.book}none.vcf").status == 404


def test_a_card_is_safe_to_open_in_a_browser(anna: DavClient, path: str) -> None:
    headers = anna.get(path).headers
    assert headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_whole_book_is_one_card_after_the_other(anna: DavClient, path: str) -> None:
    anna.put(f"{anna.book}b.vcf", vcard("B C", "b").rstrip())
    answer = anna.get(anna.book)
    assert answer.body == FIRST + vcard("B C", "b")
    assert anna.get(anna.book, if_none_match=answer.etag).status == 304


def test_a_delete_with_a_stale_tag_keeps_what_somebody_changed(home: Home, path: str) -> None:
    phone, laptop = home.device("anna"), home.device("anna", "laptop")
    old = phone.get(path).etag
    laptop.put(path, SECOND, if_match=laptop.get(path).etag)
    assert phone.delete(path, if_match=old).status == 412
    assert phone.get(path).body == SECOND


def test_every_empty_answer_states_its_length(anna: DavClient, path: str) -> None:
    """Waitress closes the connection otherwise."""
    for answer in (anna.put(f"{anna.book}b.vcf", vcard("B C", "b")), anna.request("OPTIONS", "/")):
        assert answer.headers["Content-Length"] == "0"
    assert "Content-Length" not in anna.delete(path).headers


def test_a_card_that_is_too_large_is_refused_in_words(data: Path) -> None:
    """Section 15.5.14, RFC 6352 section 6.3.2.1; DAVx5 drops the edit on 412."""
    home = home_in(data, Settings(limits=LimitSettings(card_bytes=2048)))
    client = home.device("anna")
    answer = client.put(f"{client.book}a.vcf", vcard("Eva Stein", "a", "NOTE:" + "x" * 4000))
    assert answer.status == 413
    assert answer.condition == f"{CARD}max-resource-size"
    assert "2048 bytes" in answer.sentence
    assert client.hrefs() == []
    home.database.close()


def test_a_body_that_is_too_large_is_not_even_read(anna: DavClient) -> None:
    environ = anna.environ("PUT", f"{anna.book}a.vcf", b"")
    environ["CONTENT_LENGTH"] = str(1 << 40)
    environ["wsgi.input"] = None
    assert anna.send(environ).status == 413


def test_a_body_in_chunks_is_stored_whole(anna: DavClient) -> None:
    """Where the server takes the chunks apart and says where the body ends."""
    environ = anna.environ("PUT", f"{anna.book}a.vcf", FIRST)
    del environ["CONTENT_LENGTH"]
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    environ["wsgi.input_terminated"] = True
    assert anna.send(environ).status == 201
    assert anna.get(f"{anna.book}a.vcf").body == FIRST


def test_a_body_in_chunks_that_nobody_takes_apart_is_refused(anna: DavClient) -> None:
    """Section 15.5.12: 411, never an empty card."""
    environ = anna.environ("PUT", f"{anna.book}a.vcf", FIRST)
    del environ["CONTENT_LENGTH"]
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    assert anna.send(environ).status == 411


def test_an_endless_body_is_cut_off(anna: DavClient) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    environ = anna.environ("PUT", f"{anna.book}a.vcf", b"")
    del environ["CONTENT_LENGTH"]
    environ |= {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": Endless(),
    }
    assert anna.send(environ).status == 413


def test_a_body_that_ends_early_stores_nothing(anna: DavClient) -> None:
    environ = anna.environ("PUT", f"{anna.book}a.vcf", FIRST)
    environ["CONTENT_LENGTH"] = str(len(FIRST) + 1)
    assert anna.send(environ).status == 400
    assert anna.hrefs() == []


@pytest.mark.parametrize("length", ["-1", "abc", "1_0", "１", "1e3", "0x10", "9" * 30])
def test_a_length_that_is_none_is_refused(anna: DavClient, length: str) -> None:
    environ = anna.environ("PUT", f"{anna.book}a.vcf", FIRST)
    environ["CONTENT_LENGTH"] = length
    assert anna.send(environ).status in {400, 413}
    assert anna.hrefs() == []


def test_a_compressed_body_is_refused(anna: DavClient) -> None:
    """Section 15.5.16."""
    assert anna.put(f"{anna.book}a.vcf", FIRST, content_encoding="gzip").status == 415
    assert anna.put(f"{anna.book}a.vcf", FIRST, content_encoding="identity").status == 201


def test_a_part_of_a_card_is_refused(anna: DavClient, path: str) -> None:
    """Section 14.5: 400 for a Content-Range."""
    answer = anna.put(path, SECOND, content_range="bytes 0-10/200")
    assert answer.status == 400
    assert anna.get(path).body == FIRST


def test_a_large_answer_comes_whole(anna: DavClient) -> None:
    """Above a megabyte it is sent in pieces, and states no length."""
    noise = random.Random(1)  # noqa: S311  # filler
    for number in range(6):
        filler = "".join(noise.choices("abcdef", k=300_000))
        anna.put(f"{anna.book}{number}.vcf", vcard("Big One", str(number), f"NOTE:{filler}"))
    answer = anna.multiget(*anna.hrefs())
    assert "Content-Length" not in answer.headers
    assert len(answer.responses) == 6
    assert sum(len(each.card) for each in answer.responses.values()) > 1_800_000
