"""What a device sees whose edit came too late: 412, the new text by delta, and no loop (RFC 9110 section 13.1.1)."""

from server.cycle import run_cycle
from tests.dav.conftest import Home
from tests.davclient import DavClient, vcard

PHONE = "TEL;TYPE=CELL:+49 30 23125 101"
ROUNDS_MOST = 10


def synced(client: DavClient, token: str) -> tuple[str, dict[str, str]]:
    """One sync as DAVx5 does it: the delta, then what changed; gives the token and new texts by href."""
    delta = client.sync(token)
    changed = [href for href, each in delta.responses.items() if each.status == 200]
    answer = client.multiget(*changed) if changed else None
    return delta.token, {h: r.card for h, r in answer.responses.items()} if answer else {}


def test_a_device_whose_edit_is_late_comes_to_rest_with_its_edit(home: Home) -> None:
    """It sends the stale edit, drops it for the server's text, and gets it back with the merge."""
    phone, tablet = home.device("anna", "davx5", agent="DAVx5/4.4"), home.device("anna", "tablet")
    href = f"{phone.book}a.vcf"
    text = vcard("Eva Stein", "uid-1", PHONE).decode()
    assert tablet.put(href, text).status == 201
    token, _ = synced(phone, "")
    stale = phone.get(href).etag
    assert tablet.put(href, text.replace("101", "102"), if_match=stale).status == 204
    late = text.replace("END:", "EMAIL:eva@example.org\r\nEND:")
    assert phone.put(href, late, if_match=stale).status == 412
    held = {href: late}
    for rounds in range(ROUNDS_MOST):
        before = token
        token, changed = synced(phone, token)
        held |= changed
        run_cycle(home.database, kind="quick")
        if token == before and rounds:
            break
    else:
        raise AssertionError("the device never came to rest")
    assert "102" in held[href]
    assert "eva@example.org" in held[href]
    assert phone.sync(token).responses == {}


def test_the_same_stale_edit_sent_for_ever_changes_nothing_after_the_first(home: Home) -> None:
    """A client that sends its stale ETag again and again gets 412 and grows nothing."""
    anna = home.device("anna")
    href = f"{anna.book}a.vcf"
    text = vcard("Eva Stein", "uid-1", PHONE).decode()
    stale = anna.put(href, text).etag
    anna.put(href, text.replace("101", "102"), if_match=stale)
    cards = set()
    for _ in range(4):
        assert anna.put(href, text.replace("101", "103"), if_match=stale).status == 412
        run_cycle(home.database, kind="quick")
        cards.add(anna.get(href).body)
    assert len(cards) == 1
