"""The pages of devices: add, connect by a one-time page, watch the first sync, disconnect."""

import plistlib
import re

import pytest

from server.app import Hearthbook
from server.protocol.login import Limiter
from server.review.application import make_application
from server.settings import ServerSettings, Settings
from server.store.devices import authenticate, list_devices, touch
from server.store.retention import let_go
from tests.builders import Home
from tests.davclient import DavClient
from tests.review.conftest import PASSWORD, Browser, browser_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Mobile"
SITE = "https://contacts.example.org"


class Phone(Browser):
    """A browser on a phone, with nobody signed in, that reaches the household by https."""

    def __init__(self, home: Home, user_agent: str, limiter: Limiter | None = None) -> None:
        settings = Settings(server=ServerSettings(public_url=SITE))
        app = make_application(home.db, settings, limiter)
        super().__init__(app.test_client())
        self.client.environ_base["HTTP_USER_AGENT"] = user_agent
        self.client.environ_base["wsgi.url_scheme"] = "https"
        self.client.environ_base["HTTP_HOST"] = "contacts.example.org"


def added(anna: Browser, name: str = "Anna's iPhone") -> tuple[str, str]:
    """Add a device; the path of its one-time page, and its own page as shown once."""
    answer = anna.post("/devices", {"name": name})
    assert answer.status_code == 303
    page = anna.get(answer.headers["Location"]).text
    found = re.search(r"/s/([a-z2-9-]+)<", page)
    assert found is not None, page
    return f"/s/{found[1]}", page


def password_on(page: str) -> str:
    """The password that a page shows."""
    found = re.findall(r'class="code" dir="ltr">([a-z2-9]{4}(?:-[a-z2-9]{4}){6})<', page)
    assert found, page
    return str(found[-1])


def may_sign_in(home: Home, password: str) -> bool:
    with home.db.read() as tx:
        return authenticate(tx, "anna", password) is not None


def test_a_device_is_added_under_a_name_and_its_password_shown_once(
    home: Home, anna: Browser
) -> None:
    _path, page = added(anna)
    assert may_sign_in(home, password_on(page))
    again = anna.get("/devices/annas-iphone").text
    assert password_on(page) not in again
    assert "/s/" not in again
    assert "not heard from it yet" in again
    assert "Anna&#39;s iPhone" in anna.get("/devices").text


def test_a_name_in_any_script_gives_a_label(home: Home, anna: Browser) -> None:
    added(anna, "هاتف ليلى")
    added(anna, "Büro-Tablet")
    added(anna, "Buro Tablet")
    with home.db.read() as tx:
        labels = [each.label for each in list_devices(tx, "anna")]
    assert labels == ["phone", "device", "buro-tablet", "buro-tablet-2"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_device_without_a_usable_name_is_not_added(home: Home, anna: Browser, name: str) -> None:
    answer = anna.post("/devices", {"name": name})
    assert answer.status_code == 400
    assert "name" in answer.text
    with home.db.read() as tx:
        assert len(list_devices(tx, "anna")) == 1


def test_a_device_that_may_only_read_is_marked_so(home: Home, anna: Browser) -> None:
    anna.post("/devices", {"name": "Tablet", "read_only": "1"})
    with home.db.read() as tx:
        assert next(e for e in list_devices(tx, "anna") if e.label == "tablet").read_only


def test_looking_at_the_one_time_page_shows_no_password_and_uses_nothing(
    home: Home, anna: Browser
) -> None:
    path, page = added(anna)
    secret = password_on(page)
    for _ in range(3):
        scanner = Phone(home, IPHONE)
        assert scanner.get(path).status_code == 200
        assert secret not in scanner.get(path).text
    assert Phone(home, IPHONE).post(path, {"to": "apple"}).status_code == 303


def test_an_iphone_gets_a_profile_with_the_password(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    phone = Phone(home, IPHONE)
    answer = phone.post(path, {"to": "apple"})
    profile = phone.get(answer.headers["Location"])
    assert profile.content_type == "application/x-apple-aspen-config"
    assert profile.headers["Cache-Control"] == "no-store"
    read = plistlib.loads(profile.data)
    (account,) = read["PayloadContent"]
    assert read["PayloadType"] == "Configuration"
    assert read["PayloadRemovalDisallowed"] is False
    assert read["PayloadIdentifier"] == "org.example.contacts.anna.annas-iphone"
    assert account["PayloadType"] == "com.apple.carddav.account"
    assert account["CardDAVHostName"] == "contacts.example.org"
    assert (account["CardDAVPort"], account["CardDAVUseSSL"]) == (443, True)
    assert account["CardDAVUsername"] == "anna"
    assert account["CardDAVPassword"] == password_on(page)
    assert "CardDAVPrincipalURL" not in account


def test_a_mac_gets_a_profile_without_the_password_and_sees_it_on_the_page(
    home: Home, anna: Browser
) -> None:
    path, page = added(anna)
    mac = Phone(home, MAC)
    assert mac.post(path, {"to": "mac"}).status_code == 303
    shown = mac.get(path).text
    assert password_on(shown) == password_on(page)
    profile = mac.get(f"{path}/anna.mobileconfig")
    (account,) = plistlib.loads(profile.data)["PayloadContent"]
    assert "CardDAVPassword" not in account


def test_an_android_phone_gets_the_address_that_davx5_opens(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    phone = Phone(home, ANDROID)
    assert "davx5:" not in phone.get(path).text
    answer = phone.post(path, {"to": "android"})
    shown = phone.get(answer.headers["Location"]).text
    assert f"davx5://anna:{password_on(page)}@contacts.example.org/" in shown


def test_everything_else_gets_fields_to_copy(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    other = Phone(home, "Mozilla/5.0 (X11; Linux x86_64)")
    answer = other.post(path, {"to": "other"})
    shown = other.get(answer.headers["Location"]).text
    assert password_on(shown) == password_on(page)
    assert f"{SITE}/" in shown


def test_only_the_browser_that_opened_the_page_sees_more(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    phone = Phone(home, IPHONE)
    phone.post(path, {"to": "apple"})
    stranger = Phone(home, IPHONE)
    assert stranger.get(path).status_code == 410
    assert stranger.get(f"{path}/anna.mobileconfig").status_code == 410
    assert password_on(page) not in stranger.get(path).text
    assert phone.get(path).status_code == 200


def test_a_profile_is_not_given_before_the_tap(home: Home, anna: Browser) -> None:
    path, _page = added(anna)
    assert Phone(home, IPHONE).get(f"{path}/anna.mobileconfig").status_code == 410


def test_a_one_time_page_is_over_after_ten_minutes(home: Home, anna: Browser) -> None:
    path, _page = added(anna)
    phone = Phone(home, IPHONE)
    phone.post(path, {"to": "apple"})
    home.clock.pass_seconds(601)
    assert phone.get(path).status_code == 410
    assert phone.get(f"{path}/anna.mobileconfig").status_code == 410
    assert Phone(home, IPHONE).get(path).status_code == 410


def test_a_new_square_ends_the_one_before(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    answer = anna.post("/devices/annas-iphone/again", {}, form="/devices/annas-iphone")
    shown = anna.get(answer.headers["Location"]).text
    assert password_on(shown) != password_on(page)
    assert not may_sign_in(home, password_on(page))
    assert may_sign_in(home, password_on(shown))
    assert Phone(home, IPHONE).get(path).status_code == 410


def test_no_phone_is_sent_a_password_over_plain_http(home: Home, anna: Browser) -> None:
    path, _page = added(anna)
    plain = browser_of(home)
    plain.client.environ_base["HTTP_USER_AGENT"] = IPHONE
    assert 'value="apple"' not in plain.get(path).text
    plain.post(path, {"to": "apple"})
    assert plain.get(f"{path}/anna.mobileconfig").status_code == 410
    assert "davx5:" not in plain.get(f"{path}?to=android").text


def test_guessed_pages_are_counted_and_the_right_one_passes(home: Home, anna: Browser) -> None:
    path, _page = added(anna)
    limiter = Limiter(3)
    phone = Phone(home, IPHONE, limiter)
    codes = [phone.get(f"/s/guess-{number}").status_code for number in range(4)]
    assert codes == [410, 410, 410, 429]
    assert phone.get(path).status_code == 200


def test_the_store_keeps_neither_token_nor_password(home: Home, anna: Browser) -> None:
    path, page = added(anna)
    home.db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = b"".join(each.read_bytes() for each in home.db.folder.rglob("*") if each.is_file())
    assert path.removeprefix("/s/").encode() not in kept
    assert password_on(page).encode() not in kept


def test_the_page_says_how_many_cards_came(home: Home, anna: Browser) -> None:
    added(anna, "Tablet")
    with home.db.read() as tx:
        tablet = next(each for each in list_devices(tx, "anna") if each.label == "tablet")
    home.devices["anna+tablet"] = tablet
    for entry in home.entries("anna"):
        home.fetch("anna+tablet", entry.href)
    touch(home.db, tablet, "iOS/18.5 (22F76) dataaccessd/1.0")
    page = anna.get("/devices/tablet").text
    assert f"{len(home.entries('anna'))} cards synced" in page
    assert "Default Account" in page
    assert "In step" in anna.get("/devices").text


def test_a_device_that_was_not_seen_for_days_is_pointed_at(home: Home, anna: Browser) -> None:
    touch(home.db, home.devices["anna+phone"], "DAVx5/4.5")
    home.clock.pass_seconds(10 * 86_400)
    page = anna.get("/devices").text
    assert "10 days ago" in page
    assert "Look" in page


def test_disconnecting_asks_first_and_ends_the_password(home: Home, anna: Browser) -> None:
    _path, page = added(anna)
    assert anna.get("/devices/annas-iphone/disconnect").status_code == 200
    assert may_sign_in(home, password_on(page))
    answer = anna.post("/devices/annas-iphone/disconnect", {})
    assert answer.status_code == 303
    assert not may_sign_in(home, password_on(page))
    assert "is disconnected" in anna.get("/devices").text


def test_nobody_sees_or_ends_somebody_elses_devices(
    home: Home, anna: Browser, ben: Browser
) -> None:
    added(anna, "Secret tablet")
    assert "tablet" not in ben.get("/devices").text.lower()
    for path in ("/devices/secret-tablet", "/devices/secret-tablet/disconnect"):
        assert ben.get(path).status_code == 404
    token = re.search(r'csrf_token" value="([^"]+)"', ben.get("/devices").text)
    assert token is not None
    for path in ("/devices/secret-tablet/again", "/devices/secret-tablet/disconnect"):
        assert ben.client.post(path, data={"csrf_token": token[1]}).status_code == 404


def test_a_devices_password_does_not_open_the_pages(home: Home, anna: Browser) -> None:
    _path, page = added(anna)
    assert browser_of(home).sign_in("anna", password_on(page)).status_code == 401
    assert browser_of(home).sign_in("anna", PASSWORD).status_code == 303


def test_passwords_of_pages_that_are_over_are_wiped_at_night(home: Home, anna: Browser) -> None:
    added(anna)
    home.clock.pass_seconds(601)
    let_go(home.db, 400)
    rows = home.db.connection().execute("SELECT token_hash, sealed, browser_hash FROM connecting")
    assert rows.fetchall() == [(None, None, None)]


def test_adding_a_device_twice_makes_no_double(home: Home, anna: Browser) -> None:
    """A second tap, or a square that was lost: the first password ends."""
    _path, page = added(anna)
    path, again = added(anna)
    with home.db.read() as tx:
        assert [each.label for each in list_devices(tx, "anna")] == ["phone", "annas-iphone"]
    assert not may_sign_in(home, password_on(page))
    assert may_sign_in(home, password_on(again))
    assert Phone(home, IPHONE).get(path).status_code == 200


def test_a_disconnected_device_is_out_at_its_next_request_and_the_others_go_on(
    home: Home, anna: Browser
) -> None:
    _path, page = added(anna)
    both = Hearthbook(home.db, Settings())
    tablet = DavClient(both, "anna", password_on(page))
    phone = DavClient(both, "anna", home.passwords["anna+phone"])
    assert tablet.propfind("/anna/contacts/", "D:getetag").status == 207
    anna.post("/devices/annas-iphone/disconnect", {})
    assert tablet.propfind("/anna/contacts/", "D:getetag").status == 401
    assert phone.propfind("/anna/contacts/", "D:getetag").status == 207
