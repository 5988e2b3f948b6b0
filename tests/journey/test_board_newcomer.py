"""Somebody who never saw the board finds the most urgent family, understands why, and records that they spoke with them."""

from playwright.sync_api import expect


def test_a_newcomer_finds_the_most_urgent_family_understands_why_and_records_a_contact(page, site, families):
    page.goto(site.address)

    worst = page.locator("article.alarm").first
    expect(worst).to_contain_text("Zwaarte 5 van 5")
    worst.get_by_text("Waardoor kwam dit alarm?").click()
    expect(worst).to_contain_text("Lokaal team Groningen meldt dat de veiligheid weg is.")
    worst.get_by_role("link", name="Veiligheid weg, nog geen antwoord").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Casus")
    page.get_by_role("link", name="Fase").click()
    expect(page.locator("#fase")).to_contain_text("Hoe ver de casus is")
    page.go_back()

    page.get_by_role("link", name="Vastleggen of beslissen").click()
    page.get_by_role("link", name="Contact met het gezin vastleggen").click()
    expect(page.get_by_role("heading", name="Contact met het gezin vastleggen")).to_be_visible()
    page.locator("form.doe button[type=submit]").click()

    expect(page.get_by_text("Vastgelegd op").first).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Bekijk het op de tijdlijn").click()
    expect(page.locator(".zaak__tijdlijn")).to_contain_text("had contact met het gezin.")
    assert page.faults == []
