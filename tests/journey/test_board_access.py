"""Who sees badly, uses no mouse or has a narrow screen can work at the board too (WCAG 2.2 AA), by axe and by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journey.conftest import pick_up

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
FAMILY = "De Proef-Verzonnen"
PAGES = {
    "open alarmen": lambda _: "/",
    "nieuwe alarmen": lambda _: "/?toon=nieuw",
    "een casus": lambda region: f"/zaak/{region.case(FAMILY)}",
    "een casus op een dag die voorbij is": lambda region: f"/zaak/{region.case(FAMILY)}?op=2026-11-10",
    "een casus in het Engels": lambda region: f"/zaak/{region.case(FAMILY)}?taal=en",
    "mijn alarmen": lambda _: "/?van=mij",
    "woorden": lambda _: "/woorden",
    "toegankelijkheid": lambda _: "/toegankelijkheid",
    "wat er kan": lambda region: f"/zaak/{region.case(FAMILY)}/doe",
    "een formulier": lambda region: f"/zaak/{region.case(FAMILY)}/doe/escalatie-starten?over=samen-doen",
    "een formulier dat niet kan": lambda region: f"/zaak/{region.case(FAMILY)}/doe/terugkoppelen?over=nergens",
    "zoeken zonder uitkomst": lambda _: "/zoek?nummer=ffff",
    "een fout": lambda _: "/bestaat-niet",
}
BAD = "<html><body><img src='x.png'><button></button><p style='color:#ccc;background:#fff'>bleek</p></body></html>"


def violations(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong(page, site, families, name):
    page.goto(site.address + PAGES[name](families))
    if (
        ("zaak" in page.url and "op=" not in page.url and "/doe" not in page.url)
        or "toon" in page.url
        or page.url.endswith("/")
    ):
        expect(page.locator("html")).to_have_attribute("data-verbinding", "aan", timeout=15_000)

    assert violations(page) == []


def test_axe_finds_nothing_wrong_on_an_empty_board(page, site):
    page.goto(site.address)

    assert violations(page) == []


def test_axe_finds_nothing_wrong_when_the_board_is_not_fed_or_waits_for_the_ledger(page, site, families):
    families.fed, families.holds = False, True
    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")
    pick_up(page)
    expect(page.get_by_text("Wordt vastgelegd")).to_be_visible()

    assert violations(page) == []


def test_axe_bites(page):
    """The guard above would notice: a bad page is found to be bad."""
    page.set_content(BAD)

    found = " ".join(violations(page))

    assert all(rule in found for rule in ("image-alt", "button-name", "html-has-lang", "color-contrast"))


@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_needs_no_scrolling_sideways(page, site, families, name, width):
    page.set_viewport_size({"width": width, "height": 720})
    page.goto(site.address + PAGES[name](families))

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["een casus", "een casus op een dag die voorbij is"])
def test_what_can_be_opened_is_in_order_when_it_is_open(page, site, families, name):
    page.set_viewport_size({"width": 320, "height": 720})
    page.goto(site.address + PAGES[name](families))
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_text_twice_as_large_still_fits(page, site, families):
    page.set_viewport_size({"width": 640, "height": 720})
    page.goto(site.address)
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_the_first_tab_leads_past_the_menu(page, site, families):
    page.goto(site.address)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_focused()
    expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_every_stop_of_the_tab_key_is_seen(page, site, families):
    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")
    stops = 0
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)] })()"
        )
        if seen[0] == "BODY":
            break
        stops += 1
        assert (seen[1] != "none", seen[2] >= 2) == (True, True), seen

    assert stops > 5


def test_an_alert_can_be_picked_up_with_the_keyboard_alone(page, site, families):
    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")

    page.get_by_role("link", name="Alarm oppakken").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Wat gaat u doen?").focus()
    page.keyboard.type("Ik bel het team")
    page.keyboard.press("Tab")
    page.keyboard.type("11272026")  # the browser of the test asks for month, day and year
    page.get_by_role("button", name="Ik pak dit op").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Vastgelegd op")).to_be_visible(timeout=15_000)


def test_what_lies_behind_an_alert_and_a_past_day_are_reached_with_the_keyboard_alone(page, site, families):
    page.goto(site.address)
    card = page.locator("article.alarm", has_text="Overdracht zonder antwoord")
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(card.get_by_text("bood de casus aan")).to_be_visible()

    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")
    page.locator(".toen summary").focus()
    page.keyboard.press("Space")
    page.get_by_label("Dag").fill("2026-11-10")
    page.keyboard.press("Enter")

    expect(page.get_by_text("zoals wij die aan het eind van 10 november 2026 kenden")).to_be_visible()


def test_nothing_moves_for_who_asked_for_rest(page, site, families):
    page.emulate_media(reduced_motion="reduce")
    families.holds = True
    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")
    pick_up(page)
    expect(page.get_by_text("Wordt vastgelegd")).to_be_visible()

    assert page.evaluate("document.getAnimations().length") == 0


def test_in_colours_of_ones_own_a_button_still_has_an_edge_and_the_picture_its_lines(page, site, families):
    page.emulate_media(forced_colors="active")
    page.goto(f"{site.address}/zaak/{families.case(FAMILY)}")

    edge = "one => parseFloat(getComputedStyle(one).borderTopWidth)"
    assert page.get_by_role("link", name="Alarm oppakken").first.evaluate(edge) >= 1
    line, ground = (
        page.locator(one).first.evaluate("one => getComputedStyle(one).stroke") for one in (".baan", ".balkje")
    )
    assert {line, ground} == {page.evaluate("getComputedStyle(document.body).color")}


def test_how_bad_it_is_stands_there_in_words_not_only_in_colour(page, site, families):
    page.goto(site.address)

    for word in ("Te laat", "Loopt af", "Signaal", "Zwaarte 5 van 5", "Wettelijke termijn"):
        expect(page.get_by_text(word, exact=True).first).to_be_visible()


def test_the_worst_stands_first(page, site, families):
    page.goto(site.address)

    titles = page.locator(".alarm__titel").all_inner_texts()

    assert [title.split(" ", 1)[1].strip() for title in titles] == [
        "Veiligheid weg, nog geen antwoord",
        "Veel signalen in korte tijd",
        "Veiligheidsvoorwaarde niet gecontroleerd",
        "Overdracht zonder antwoord",
        "Veiligheidsbeoordeling loopt af",
    ]
