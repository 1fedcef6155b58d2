"""The page of the household: what adults decide for everybody, and what needs attention."""

import pytest

from server.cases.attention import of_clock
from server.cycle import run_cycle
from server.review.application import make_application
from server.settings import ServerSettings, Settings
from server.store.connecting import connect
from server.store.database import Actor
from server.store.devices import touch
from server.store.fading import half_lives_of
from server.store.household import always_asks, household_name, note_backup, region_of
from server.store.jobs import job_failed
from server.store.sharing import set_member
from server.store.snapshots import snapshot_of
from tests.builders import Home, a_card
from tests.review.conftest import Browser, browser_of

CALLED = {"household": "The Steins", "region": "AT"}
YEARS = {
    "mobile": "5",
    "landline": "7.2",
    "mail": "8",
    "address": "7.2",
    "work": "2.7",
    "web": "4",
    "other": "8",
}


def page(browser: Browser) -> str:
    return browser.get("/household").text


def test_adults_name_the_household(home: Home, anna: Browser, ben: Browser) -> None:
    assert anna.post("/household/called", CALLED, form="/household").status_code == 303
    with home.db.read() as tx:
        assert (household_name(tx), region_of(tx)) == ("The Steins", "AT")
    assert "The Steins" in page(ben)


def test_the_household_speaks_where_a_browser_asks_for_nothing_that_there_is(
    home: Home, anna: Browser
) -> None:
    """Also before anybody signs in; a browser that asks for what there is gets that."""

    def sign_in(*wanted: str) -> str:
        headers = [("Accept-Language", each) for each in wanted]
        return browser_of(home).client.get("/sign-in", headers=headers).text

    assert '<html lang="en">' in sign_in()
    assert '<option value="de" lang="de">Deutsch</option>' in page(anna)
    german = {**CALLED, "language": "de"}
    assert anna.post("/household/called", german, form="/household").status_code == 303
    assert '<html lang="de">' in sign_in()
    assert '<html lang="de">' in sign_in("tlh")
    assert '<html lang="en">' in sign_in("tlh, en;q=0.5")
    assert anna.post("/household/called", CALLED, form="/household").status_code == 303
    assert '<html lang="de">' in sign_in(), "a form that says nothing of it changes nothing"
    wrong = {**CALLED, "language": "tlh"}
    assert anna.post("/household/called", wrong, form="/household").status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"household": ""}, {"household": "x" * 61}, {"region": ""}, {"region": "de; x"}]
)
def test_a_name_that_is_none_changes_nothing(
    home: Home, anna: Browser, wrong: dict[str, str]
) -> None:
    answer = anna.post("/household/called", {**CALLED, **wrong}, form="/household")
    assert answer.status_code == 400
    with home.db.read() as tx:
        assert (household_name(tx), region_of(tx)) == ("The Test household", "DE")


def norms(home: Home) -> tuple[list[str], list[str]]:
    """How Otto's number is compared: as it is kept, and as a cycle would see it."""
    with home.db.read() as tx:
        rows = tx.connection.execute("SELECT norm, octets FROM fact").fetchall()
        return [row[0] for row in rows if b"2345678" in row[1]], [
            fact.prop.norm
            for card in snapshot_of(tx).cards
            for fact in card.facts
            if b"2345678" in fact.prop.octets
        ]


def test_another_region_reads_every_number_anew(home: Home, anna: Browser) -> None:
    home.put("anna", "n.vcf", a_card("n", "Otto Kern", "TEL:0171 2345678"))
    before = home.entry("anna", "Otto Kern").octets
    (kept, seen) = norms(home)
    assert kept == seen
    anna.post("/household/called", CALLED, form="/household")
    (moved, now_seen) = norms(home)
    assert moved == now_seen != kept
    assert home.entry("anna", "Otto Kern").octets == before
    assert home.verify() == ()


def test_a_household_may_want_to_be_asked_always(home: Home, anna: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    assert anna.post("/household/asking", {"asks": "always"}, form="/household").status_code == 303
    with home.db.read() as tx:
        assert always_asks(tx)
    phone = "TEL:+49 30 23125 404"
    home.put("anna", "n.vcf", a_card("n", "Otto Kern", phone))
    home.put("ben", "n.vcf", a_card("m", "Otto Kern", phone))
    run_cycle(home.db, kind="command")
    assert "Otto Kern" in anna.get("/").text, "asked instead of linked"
    anna.post("/household/asking", {"asks": "sure"}, form="/household")
    run_cycle(home.db, kind="command")
    assert "Otto Kern" not in anna.get("/").text, "certain, and nobody needs to say so"


def test_how_values_age_is_the_households_word(home: Home, anna: Browser) -> None:
    assert anna.post("/household/fading", YEARS, form="/household").status_code == 303
    with home.db.read() as tx:
        assert half_lives_of(tx)["mobile"] == 5
    assert 'value="5"' in page(anna)
    anna.post("/household/fading", {"usual": "1"}, form="/household")
    with home.db.read() as tx:
        assert half_lives_of(tx)["mobile"] == 10


@pytest.mark.parametrize("years", ["0", "-1", "1000", "nan", "inf", "soon", ""])
def test_years_that_make_no_sense_are_refused(home: Home, anna: Browser, years: str) -> None:
    answer = anna.post("/household/fading", {**YEARS, "mobile": years}, form="/household")
    assert answer.status_code == 400
    with home.db.read() as tx:
        assert half_lives_of(tx)["mobile"] == 10


@pytest.mark.parametrize("role", ["child", "guest"])
def test_only_adults_decide_and_see_what_needs_attention(
    home: Home, anna: Browser, ben: Browser, role: str
) -> None:
    job_failed(home.db, "cycle", "Something is wrong.")
    with home.db.write(Actor("member")) as tx:
        set_member(tx, "ben", role=role)
    assert "Something is wrong." in page(anna)
    assert "Something is wrong." not in page(ben)
    for path, fields in (
        ("/household/called", CALLED),
        ("/household/asking", {"asks": "always"}),
        ("/household/fading", YEARS),
    ):
        assert ben.post(path, fields, form="/household").status_code == 400
    with home.db.read() as tx:
        assert household_name(tx) == "The Test household"
        assert not always_asks(tx)


def test_devices_that_do_not_sync_are_told_to_whom_they_are(
    home: Home, anna: Browser, ben: Browser
) -> None:
    """By name to their member; to the other adults only that there is one."""
    with home.db.write(Actor("device", "anna")) as tx:
        device, _token = connect(tx, "anna", "Secret tablet")
    touch(home.db, device, "DAVx5")
    assert "has not synced" not in page(anna)
    home.clock.pass_seconds(10 * 86_400)
    assert "Secret tablet has not synced for 10 days" in page(anna)
    assert "A device of Anna&#39;s has not synced for 10 days" in page(ben)
    assert "Secret tablet" not in page(ben)


def test_a_hold_is_its_members_own_business(home: Home, anna: Browser, ben: Browser) -> None:
    run_cycle(home.db, kind="command", releasing=True)
    for number in range(25):
        home.put("anna", f"m{number}.vcf", a_card(f"m{number}", f"Given{number} Family{number}"))
    assert "held from others" in page(anna)
    assert "held from others" not in page(ben)


def test_backups_are_told_of(home: Home, anna: Browser) -> None:
    assert "None yet" in page(anna)
    assert "before-first-cycle" not in page(anna)
    run_cycle(home.db, kind="letter", releasing=True)
    assert "None yet" in page(anna)
    assert "hearthbook.db.before-first-cycle" in page(anna)
    with home.db.write(Actor("backup")) as tx:
        note_backup(tx)
    assert "just now" in page(anna)
    home.clock.pass_seconds(29 * 86_400)
    assert "29 days ago" in page(anna)


def test_plain_http_and_proxies_that_nobody_believes_are_told_of(home: Home) -> None:
    def shown(server: ServerSettings, **environ: str) -> str:
        browser = Browser(make_application(home.db, Settings(server=server)).test_client())
        browser.client.environ_base.update(environ)
        browser.sign_in("anna")
        return browser.get("/household").text

    assert "without TLS" in shown(ServerSettings(host="0.0.0.0"))  # noqa: S104
    proxied = ServerSettings(public_url="http://localhost", trusted_proxies=("10.0.0.2",))
    assert "is not believed" in shown(proxied, **{"hearthbook.unbelieved": "10.0.0.9"})


def test_a_clock_that_went_back_is_told_from_what_one_did_oneself(home: Home) -> None:
    """Ben's later act says nothing to Anna of when he did it (R1)."""
    home.put("anna", "a.vcf", a_card("ua", "Eva Stein"))
    with home.db.read() as tx:
        before = list(of_clock(tx, "anna"))
    home.clock.pass_seconds(400 * 86_400)
    home.put("ben", "b.vcf", a_card("ub", "Mum", "CLASS:PRIVATE"))
    with home.db.read() as tx:
        assert list(of_clock(tx, "anna")) == before
        assert list(of_clock(tx)) != before
