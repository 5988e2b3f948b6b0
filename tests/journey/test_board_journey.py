"""What staff do at the board, in a real browser: see an alert come, look at the case, pick it up, see it recorded."""

import threading

import pytest
from playwright.sync_api import expect

from tests.journey.conftest import pick_up

FAMILY = "De Proef-Verzonnen"


@pytest.fixture
def case(site, families):
    """The address of the family whose handover nobody answers."""
    return f"{site.address}/zaak/{families.case(FAMILY)}"


def connected(page):
    """Wait until the page is told that it is connected."""
    expect(page.locator("html")).to_have_attribute("data-verbinding", "aan", timeout=15_000)


def test_an_alert_appears_is_looked_at_picked_up_and_recorded(page, site):
    region = site.region
    page.goto(site.address)
    connected(page)
    expect(page.get_by_role("heading", name="Geen open alarmen")).to_be_visible()

    region.tell(FAMILY, "handover_offered", handover_id="o-1", to_agency="team-groningen", after="assessment")
    region.alert(
        FAMILY,
        "ST-07",
        "Overdracht zonder antwoord",
        "Er moest binnen vijf werkdagen antwoord zijn.",
        due="2026-11-17T23:00:00+00:00",
    )
    link = page.get_by_role("link", name="Overdracht zonder antwoord")
    expect(link).to_be_visible(timeout=15_000)

    link.click()
    expect(page.get_by_text("Er moest binnen vijf werkdagen antwoord zijn.")).to_be_visible()
    expect(page.locator(".regel__zin", has_text="bood de casus aan Lokaal team Groningen aan")).to_be_visible()

    region.holds = True
    pick_up(page)
    expect(page.get_by_text("Wordt vastgelegd…")).to_be_visible()

    region.flow()
    expect(page.get_by_text("Vastgelegd op 24 november 2026 om 11.30 uur.")).to_be_visible(timeout=15_000)

    page.goto(site.address)
    expect(page.get_by_text("volgende stap uiterlijk 27 november 2026")).to_be_visible()
    assert page.faults == []


def test_whoever_takes_danger_up_says_when_they_look_again_within_a_week(page, site, families):
    """Longer than a week nobody makes an alarm of danger quiet alone: the form says so, and what was typed stays."""
    page.goto(f"{site.address}/zaak/{families.case('Familie Voorbeeld')}")

    pick_up(page, "2026-12-02", "Ik ga er vandaag heen")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("kies een dag binnen een week, uiterlijk 1 december 2026")
    expect(page.get_by_label("Wat gaat u doen?")).to_have_value("Ik ga er vandaag heen")
    assert families.sent == []

    page.get_by_label("Volgende stap uiterlijk op").fill("2026-12-01")
    page.get_by_role("button", name="Ik pak dit op").click()
    expect(page.get_by_text("Vastgelegd op 24 november 2026")).to_be_visible(timeout=15_000)


def test_new_alerts_are_announced_and_do_not_move_the_list_under_a_reader(page, site, families):
    page.goto(site.address)
    connected(page)
    before = page.locator("ol.alarmen > li").count()

    families.alert(
        "Familie Nieuw-Test",
        "ST-08",
        "Nog geen eerste contact",
        "Er moest contact zijn.",
        due="2026-11-23T23:00:00+00:00",
    )

    expect(page.locator("#nieuws")).to_contain_text("1 nieuw alarm", timeout=15_000)
    assert before == page.locator("ol.alarmen > li").count()

    page.get_by_role("link", name="Toon").click()
    expect(page.locator("ol.alarmen > li")).to_have_count(before + 1)
    expect(page.locator("#nieuws")).to_contain_text("Niets nieuws", timeout=15_000)
    expect(page.locator("#lijst-kop")).to_be_focused()


def test_who_asks_for_it_sees_new_alerts_by_themselves(page, site, families):
    page.goto(site.address)
    connected(page)
    before = page.locator("ol.alarmen > li").count()
    page.get_by_label("Toon vanzelf").check()

    families.alert(
        "Familie Nieuw-Test",
        "ST-08",
        "Nog geen eerste contact",
        "Er moest contact zijn.",
        due="2026-11-23T23:00:00+00:00",
    )

    expect(page.locator("ol.alarmen > li")).to_have_count(before + 1, timeout=15_000)


@pytest.mark.parametrize("script", ["htmx.min.js", "hx-sse.min.js", "bord.js"])
def test_a_script_that_comes_late_does_not_cost_the_connection(page, site, families, script):
    pause = threading.Event()

    def late(route):
        pause.wait(0.7)
        route.continue_()

    page.route(f"**/{script}", late)
    page.goto(site.address)

    connected(page)


def test_what_is_closed_elsewhere_is_told(page, site, families):
    page.goto(site.address)
    connected(page)

    families.close(FAMILY, "ST-07")

    expect(page.locator("#nieuws")).to_contain_text("1 afgesloten", timeout=15_000)


def test_no_connection_never_looks_like_nothing_new(page, site, families):
    page.goto(site.address)
    connected(page)
    expect(page.locator("#nieuws .niets")).to_be_visible()

    page.context.set_offline(True)
    page.evaluate("document.getElementById('stroom')._htmx.sse.reader.cancel()")

    expect(page.locator("#verbinding")).to_contain_text("Geen verbinding sinds", timeout=20_000)
    expect(page.locator("#nieuws .niets")).to_be_hidden()

    page.context.set_offline(False)
    connected(page)


def test_what_came_while_a_laptop_slept_is_told_when_it_wakes(page, site, families):
    page.clock.install()
    page.goto(site.address)
    connected(page)
    page.context.set_offline(True)
    page.clock.fast_forward("01:00:00")
    expect(page.locator("#verbinding")).to_contain_text("Geen verbinding sinds", timeout=20_000)
    due = "2026-11-23T23:00:00+00:00"

    families.alert("Familie Nieuw-Test", "ST-08", "Nog geen eerste contact", "Er moest contact zijn.", due=due)
    page.context.set_offline(False)

    connected(page)
    expect(page.locator("#nieuws")).to_contain_text("1 nieuw alarm", timeout=15_000)


def test_a_connection_that_died_without_a_word_is_made_anew(page, site, families, monkeypatch):
    page.clock.install()
    monkeypatch.setattr("services.board.live.BEAT_SECONDS", 3600)
    page.goto(site.address)
    connected(page)

    with page.expect_request("**/stroom*"):
        page.clock.fast_forward(60_000)

    connected(page)


def test_a_board_that_is_not_fed_says_so(page, site, families):
    families.fed = False

    page.goto(site.address)

    expect(page.get_by_text("dit bord krijgt nu geen nieuwe berichten")).to_be_visible()
    assert page.request.get(f"{site.address}/ready").status == 503


def test_a_refusal_is_told_in_its_own_sentence_and_can_be_tried_again(page, site, families, case):
    families.refuses = "Dit alarm is al gesloten."
    page.goto(case)

    pick_up(page)

    expect(page.get_by_text("Niet vastgelegd. Dit alarm is al gesloten.")).to_be_visible(timeout=15_000)

    families.refuses = None
    page.goto(case)
    pick_up(page)
    expect(page.get_by_text("Vastgelegd op")).to_be_visible(timeout=15_000)


def test_a_case_page_tells_that_something_came(page, site, families, case):
    page.goto(case)
    connected(page)

    families.tell(FAMILY, "family_contacted", "team-groningen")

    expect(page.locator("#nieuws")).to_contain_text("1 nieuwe gebeurtenis", timeout=15_000)


def test_the_events_behind_an_alert_are_one_click_away(page, site, families):
    page.goto(site.address)
    card = page.locator("article.alarm", has_text="Overdracht zonder antwoord")

    card.locator("summary").click()

    expect(card.get_by_text("bood de casus aan Lokaal team Groningen aan")).to_be_visible()


def test_how_a_case_stood_on_a_past_day_is_said_clearly_and_nothing_can_be_done_there(page, site, families, case):
    page.goto(case)
    page.get_by_text("Hoe stond het op een eerdere dag?").click()
    page.get_by_label("Dag").fill("2026-10-31")
    page.locator(".toen").get_by_role("button", name="Toon").click()

    expect(page.get_by_text("zoals wij die aan het eind van 31 oktober 2026 kenden")).to_be_visible()
    expect(page.get_by_role("link", name="Alarm oppakken")).to_have_count(0)
    expect(page.get_by_role("link", name="Vastleggen of beslissen")).to_have_count(0)
    expect(page.locator(".regel__zin", has_text="registreerde een incident")).to_have_count(0)

    page.get_by_role("link", name="Terug naar nu").click()
    expect(page.locator(".regel__zin", has_text="registreerde een incident")).to_be_visible()


def test_the_picture_of_a_case_can_be_read_as_a_table(page, site, families, case):
    page.goto(case)
    page.get_by_text("Bekijk dit als tabel").click()

    rows = page.get_by_role("table").get_by_role("row")

    expect(rows.filter(has_text="Stilte")).to_contain_text("dagen stil")
    expect(rows.filter(has_text="Alarm").last).to_contain_text("nog open")


def test_the_board_speaks_english_when_asked_and_remembers_it(page, site, families):
    page.goto(site.address)
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", name="Open alerts")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{site.address}/woorden")
    expect(page.get_by_role("heading", name="What words on this board mean")).to_be_visible()


def test_corrections_withdrawals_and_late_facts_are_shown_as_such(page, site, families, case):
    page.goto(case)

    expect(page.locator(".regel--ingetrokken del")).to_contain_text("had het eerste contact met het gezin")
    expect(page.locator(".merk--corrected")).to_contain_text("Eerst stond hier")
    expect(page.locator(".merk--late").first).to_contain_text("9 dagen")


def test_the_lines_of_waakvlam_itself_can_be_left_out(page, site, families, case):
    page.goto(case)
    expect(page.get_by_text("De radar gaf een overschrijding af")).to_be_visible()

    page.get_by_label("Toon ook regels van Waakvlam zelf").uncheck()

    expect(page.get_by_text("De radar gaf een overschrijding af")).to_be_hidden()
    expect(page.get_by_role("heading", name="7 november 2026")).to_be_hidden()
    expect(page.locator(".regel__zin", has_text="bood de casus aan")).to_be_visible()


def test_a_family_is_found_by_the_short_number(page, site, families, case):
    page.goto(site.address)

    page.get_by_label("Zoek op casusnummer").fill(case.rsplit("/", 1)[1][:8].upper())
    page.get_by_role("button", name="Zoek").click()

    expect(page).to_have_url(case)


@pytest.fixture
def plain(browser, site):
    """A browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    yield context.new_page()
    context.close()


def test_everything_works_without_scripts(plain, site, families, case):
    plain.goto(site.address)
    assert plain.get_by_text("Deze pagina werkt zichzelf niet bij.").is_visible()

    plain.get_by_role("link", name="Overdracht zonder antwoord").click()
    pick_up(plain)
    plain.goto(plain.url.partition("#")[0])

    assert plain.get_by_text("Vastgelegd op").is_visible()


def test_no_page_speaks_to_a_stranger_and_nothing_goes_wrong_in_it(page, site, families, case):
    for address in (site.address, case, f"{site.address}/zoek?nummer=ffff", f"{site.address}/nergens"):
        page.goto(address)
        page.wait_for_load_state("load")

    assert page.strangers == []
    assert [one for one in page.faults if "404" not in one] == []
