"""The overviews in a real browser: nothing wrong for who sees badly, nothing asked of others, nothing lost on a telephone."""

import pytest
from playwright.sync_api import expect

from services.board.access.keeper import Keeper
from services.board.rights import EVERYWHERE, Person, Role
from tests.journey.test_board_access import violations

TITLES = {
    "/team": "Het werk van het team",
    "/regio": "De regio",
    "/spiegel": "Aanlevering per organisatie",
    "/spiegel/team-groningen": "Spiegel: Lokaal team Groningen",
    "/bestuur": "Worden de afspraken gehouden?",
}


@pytest.fixture
def manager(monkeypatch):
    person = Person(id="m-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=EVERYWHERE)
    monkeypatch.setattr(Keeper, "person", lambda *_: person)


def test_every_overview_can_be_read_by_everybody(page, site, families, manager):
    for path, title in TITLES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(site.address + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        for closed in page.locator("main details > summary").all():
            closed.click()
        assert violations(page) == [], path

        page.set_viewport_size({"width": 320, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert (page.faults, page.strangers) == ([], [])


def test_the_list_narrowed_and_a_case_on_paper_can_be_read_by_everybody(page, site, families, manager):
    paper = f"/zaak/{families.case('De Proef-Verzonnen')}/afdruk"
    for path in ("/?zwaarte=4", paper):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(site.address + path)
        assert violations(page) == [], path

        page.set_viewport_size({"width": 320, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.get_by_role("link", name="Terug naar de casus").click()
    expect(page.get_by_role("link", name="Afdruk voor het dossier")).to_be_visible()


def test_a_part_of_the_list_is_kept_with_one_click_and_comes_back_with_another(page, site, families, manager):
    page.goto(site.address)
    page.locator("summary", has_text="Verfijn").click()
    page.get_by_label("Zwaarte").select_option("4")
    page.get_by_role("button", name="Kies").click()
    page.get_by_role("button", name="Bewaar deze weergave").click()

    page.goto(site.address)
    page.locator("summary", has_text="bewaarde weergave").click()
    page.get_by_role("link", name="zwaarte 4 en hoger").click()

    expect(page.locator(".alarm__titel")).to_have_count(3)


def test_a_picture_can_be_read_as_a_table_with_the_keyboard_alone(page, site, families, manager):
    page.goto(f"{site.address}/team")
    summary = page.locator("summary", has_text="Toon de tabel").first

    summary.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("table", name="Wat ligt bij wie")).to_be_visible()
