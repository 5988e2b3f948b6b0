"""Each kind of user begins a day at the board and does the obvious: what their start page says, and one thing they came for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from services.board.pages.frame import ROLE_WORDS
from services.board.rights import Role
from tests.journey.conftest import Site, pick_up
from tests.journey.region import Region

FAMILY = "De Proef-Verzonnen"
TASKS = "demo-medewerker-taken"


def becomes(page: Page, address: str, role: Role) -> None:
    """Look at a board without a login through the eyes of one role, as its bar offers; the role's own start page opens."""
    page.goto(f"{address}/woorden")
    page.get_by_label("U kijkt als").select_option(label=ROLE_WORDS[role])
    page.get_by_role("button", name="Wissel").click()


@pytest.fixture
def begins(page, site, families) -> Iterator[Page]:
    """Open the board; nothing may have gone wrong in its pages afterwards."""
    yield page
    assert (page.faults, page.strangers) == ([], [])


def test_a_monitor_reads_that_a_family_has_more_alerts_than_the_one_on_the_card(begins: Page, site: Site):
    again(site.region)
    becomes(begins, site.address, Role.MONITOR)

    expect(begins.locator("article.alarm", has_text="Overdracht zonder antwoord")).to_contain_text(
        "Nog 1 alarm bij dit gezin"
    )
    expect(begins.locator("article.alarm", has_text="Veel signalen")).not_to_contain_text("bij dit gezin")


def test_a_worker_sees_only_what_was_handed_to_them_and_takes_it_up(begins: Page, site: Site):
    becomes(begins, site.address, Role.WORKER)
    expect(begins.get_by_role("heading", name="Er ligt niets bij u")).to_be_visible()
    expect(begins.get_by_text("Van iedereen")).to_have_count(0)

    becomes(begins, site.address, Role.MONITOR)
    hand_over(begins, site, TASKS)
    becomes(begins, site.address, Role.WORKER)
    expect(begins.locator("article.alarm")).to_have_count(1)
    begins.locator("article.alarm h3 a").click()
    pick_up(begins)

    expect(begins.get_by_text("Vastgelegd op").first).to_be_visible(timeout=15_000)


def test_a_team_manager_sees_what_lies_with_nobody_and_opens_the_oldest(begins: Page, site: Site):
    becomes(begins, site.address, Role.TEAM_MANAGER)
    expect(begins.get_by_role("heading", level=1)).to_have_text("Het werk van het team")
    oldest = begins.get_by_role("group", name="Het langst door niemand opgepakt").locator("tbody tr").first
    expect(oldest).to_contain_text("Overdracht zonder antwoord")

    oldest.get_by_role("link").click()

    expect(begins.get_by_role("heading", level=1)).to_contain_text("Casus")
    expect(begins.get_by_text("Overdracht zonder antwoord").first).to_be_visible()


def test_a_policy_officer_goes_through_the_figures_and_meets_no_family(begins: Page, site: Site):
    becomes(begins, site.address, Role.POLICY_OFFICER)
    expect(begins.get_by_role("heading", level=1)).to_have_text("De regio")

    for word, title in (("Aanlevering", "Aanlevering per organisatie"), ("Afspraken", "Worden de afspraken gehouden?")):
        begins.get_by_role("navigation").get_by_role("link", name=word).click()
        expect(begins.get_by_role("heading", level=1)).to_have_text(title)
        expect(begins.locator("a[href^='/zaak/']")).to_have_count(0)
    expect(begins.get_by_label("Zoek op casusnummer")).to_have_count(0)


def test_an_administrator_sees_who_fell_silent_and_how_their_data_come_in(begins: Page, site: Site):
    becomes(begins, site.address, Role.ADMINISTRATOR)
    begins.get_by_role("link", name="Lokaal team Groningen").click()

    expect(begins.get_by_role("heading", level=1)).to_have_text("Spiegel: Lokaal team Groningen")
    expect(begins.get_by_text("Laatst gehoord").first).to_be_visible()
    assert begins.goto(f"{site.address}/zaak/{site.region.case(FAMILY)}").status == 403
    begins.faults.clear()  # the browser writes down that the family's page was refused, which is what was asked for


def test_an_auditor_finds_who_looked_at_a_family_and_that_nothing_was_changed(begins: Page, site: Site):
    begins.goto(f"{site.address}/zaak/{site.region.case(FAMILY)}")
    number = begins.locator("h1 .nummer").inner_text()
    becomes(begins, site.address, Role.AUDITOR)
    begins.get_by_label("Casusnummer").fill(number)
    begins.get_by_role("button", name="Zoek").click()

    expect(begins.get_by_role("row", name=number).filter(has_text="Casus bekeken").first).to_contain_text(
        "demo-medewerker"
    )
    begins.get_by_role("link", name="Controleer of er niets is veranderd").click()
    expect(begins.get_by_text("De keten van alle inzagen klopt")).to_be_visible()


def again(region: Region) -> None:
    """Let a family that has an alert get a second one."""
    region.alert(
        FAMILY,
        "ST-04",
        "Huishouden niet geïnformeerd",
        "Het gezin hoort te weten dat er een melding is.",
        due="2026-11-23T23:00:00+00:00",
        stage="warn",
        weight=2,
    )


def hand_over(page: Page, site: Site, colleague: str) -> None:
    """Give the alert of a family to a colleague, from its own page."""
    page.goto(f"{site.address}/zaak/{site.region.case(FAMILY)}")
    page.get_by_role("link", name="Alarm overdragen aan een collega").first.click()
    page.get_by_label("Aan welke collega?").fill(colleague)
    page.get_by_role("button", name="Draag over").click()
    expect(page.get_by_text("Vastgelegd op").first).to_be_visible(timeout=15_000)
