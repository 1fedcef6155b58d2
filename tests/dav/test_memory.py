"""What is remembered after an answer, and that it is written once."""

from server.store.devices import authenticate
from tests.dav.conftest import Home
from tests.davclient import DavClient, vcard


def served(home: Home) -> list[tuple[int, str]]:
    with home.database.read() as tx:
        rows = tx.connection.execute("SELECT seq, version FROM served ORDER BY slot, device")
        return [(int(seq), str(version)) for seq, version in rows]


def test_a_card_that_is_fetched_is_remembered_with_its_number(home: Home, anna: DavClient) -> None:
    """The base of a later merge: what this device was last given."""
    path = f"{anna.book}a.vcf"
    anna.put(path, vcard("Eva Stein", "a"))
    for fetch in (anna.get, anna.multiget):
        fetch(path)
        assert served(home)[0][1] == "3.0"
    before = served(home)
    home.device("anna", "tablet").put(path, vcard("Eva Stein", "a", "NOTE:x"))
    anna.sync(data=True)
    assert served(home)[0][0] > before[0][0]


def test_what_a_device_sent_itself_it_has(home: Home, anna: DavClient) -> None:
    path = f"{anna.book}a.vcf"
    anna.put(path, vcard("Eva Stein", "a"))
    before = served(home)
    anna.put(path, vcard("Eva Stein", "a", "NOTE:x"))
    assert served(home)[0][0] > before[0][0]


def test_a_listing_gives_no_card_and_is_not_remembered(home: Home, ben: DavClient) -> None:
    ben.put(f"{ben.book}a.vcf", vcard("Eva Stein", "a"))
    before = served(home)
    cleo = home.device("cleo")
    cleo.sync()
    cleo.propfind(cleo.book, "D:getetag", "D:getcontentlength", depth="1")
    part = '<C:address-data><C:prop name="FN"/></C:address-data>'
    cleo.multiget(*cleo.hrefs(), data=part)
    assert served(home) == before


def test_fetching_the_same_again_writes_nothing(home: Home, anna: DavClient) -> None:
    path = f"{anna.book}a.vcf"
    anna.put(path, vcard("Eva Stein", "a"))
    anna.multiget(path)
    connection = home.database.connection()
    changes = connection.total_changes
    anna.multiget(path)
    anna.get(path)
    assert connection.total_changes == changes


def test_a_device_is_seen_with_its_program(home: Home) -> None:
    phone = home.device("anna", agent="Phone/1")
    phone.propfind(phone.book, "D:getetag")
    with home.database.read() as tx:
        device = authenticate(tx, "anna", phone.password)
    assert device is not None
    assert device.user_agent == "Phone/1"
    assert device.last_seen is not None
