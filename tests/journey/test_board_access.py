"""Who sees badly, uses no mouse or has a narrow screen can work at the board too (WCAG 2.2 AA), by axe and by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from services.board.rights import Person, Role, may
from tests import every_page
from tests.journey.conftest import AGREEMENTS, TODAY, pick_up

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
FAMILY = "De Proef-Verzonnen"
# What moves, whatever has a place of its own among the stops of the tab key, and buttons without an edge.
HANDS = """(() => {
  const found = [];
  if (document.getAnimations().length) found.push("something moves");
  if (document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])')) found.push("an order of stops of its own");
  for (const one of document.querySelectorAll("main button, main a.button"))
    if (one.offsetParent && !one.classList.contains("link") && parseFloat(getComputedStyle(one).borderTopWidth) < 1)
      found.push("no edge: " + one.textContent.trim());
  return found;
})()"""
SKIP, WIDTH = "Ga naar de inhoud", "document.documentElement.scrollWidth"
BAD = "<html><body><img src='x.png'><button></button><p style='color:#ccc;background:#fff'>bleek</p></body></html>"


def violations(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.fixture
def everything(site):
    """Return the case of a family with whom everything can be done, in a region with others."""
    return every_page.tell_everything(site.region, TODAY)


def by_role(site):
    """Return every page of the board, by the first role that sees it; pages that are for everybody come with the monitor."""
    found = {role: [] for role in Role}
    scene = every_page.scene(site.region, AGREEMENTS)
    for address, action in every_page.pages_with_actions(site.app, scene):
        found[
            next((role for role in Role if may(Person(id="x", roles=frozenset({role})), action)), Role.MONITOR)
        ].append(address)
    found[Role.WORKER].append(f"/zaak/{site.region.case(FAMILY)}")  # not theirs: where emergency access is asked for
    return {role: some for role, some in found.items() if some}


def walked(page, site):
    """Go to every page of the board, in the role that sees it; yield each address when its page is there."""
    for role, addresses in by_role(site).items():
        page.goto(f"{site.address}/woorden")
        page.evaluate("document.getElementById('menu').open = true")
        page.locator("#rol").select_option(role.value)
        page.get_by_role("button", name="Wissel").click()
        for address in addresses:
            page.goto(site.address + address)
            yield address


def test_every_page_of_the_table_is_walked_by_somebody(site, everything):
    addresses = [one.split("?")[0] for some in by_role(site).values() for one in some]

    assert every_page.forms_without_a_subject(every_page.scene(site.region, AGREEMENTS)) == []
    walkable = [one for one in every_page.paths(site.app) if not one.endswith(".csv")]
    assert {one.replace("{case}", everything).replace("{agency}", "team-groningen") for one in walkable} <= {*addresses}
    assert len(addresses) > 40


def test_nothing_is_wrong_with_any_page_for_eyes_hands_and_ears(page, site, everything):
    wrong = {}
    for address in walked(page, site):
        found = [*violations(page), *in_rest_and_own_colours(page), *on_a_narrow_screen(page)]
        if found:
            wrong[address] = found

    assert wrong == {}


def in_rest_and_own_colours(page):
    """Return what moves, has no edge, or has stops of the tab key in an order of its own, for who asked for rest."""
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    found = page.evaluate(HANDS)
    page.emulate_media(reduced_motion="no-preference", forced_colors="none")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent.trim()")
    has_menu = page.locator("#menu").count() and not page.locator("[data-focus]").count()
    return [*found, "the first stop is not the way to the contents"] if has_menu and first != SKIP else found


def on_a_narrow_screen(page):
    """Return whether a page scrolls sideways at 320 points, which is 1280 at 400 %; also when all is open."""
    page.set_viewport_size({"width": 320, "height": 640})
    sideways = [page.evaluate(WIDTH) > 320]
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    sideways.append(page.evaluate(WIDTH) > 320)
    page.set_viewport_size({"width": 1280, "height": 900})
    return ["scrolls sideways"] if any(sideways) else []


def test_every_page_says_what_it_is_without_scripts(browser, site, everything):
    context = browser.new_context(java_script_enabled=False, locale="nl-NL", viewport={"width": 320, "height": 640})
    page, wrong = context.new_page(), []
    for address in by_role(site)[Role.MONITOR]:
        page.goto(site.address + address)
        if not page.locator("h1").first.is_visible() or page.locator("form button[type=submit]:disabled").count():
            wrong.append(address)
    context.close()

    assert wrong == []


@pytest.mark.parametrize("size", [(320, 640), (1280, 720)])
def test_the_most_urgent_family_is_seen_without_scrolling(page, site, families, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(site.address)
    expect(page.locator("html")).to_have_attribute("data-verbinding", "aan", timeout=15_000)

    worst = page.locator("article.alarm").first

    for part in (".vlag", ".zwaarte", ".alarm__titel"):
        box = worst.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size[1], part
    box = worst.locator(".alarm__waarom").bounding_box()
    assert box["y"] + 3 * 24 <= size[1]  # and why, three lines of it at least


def test_the_menu_of_a_narrow_screen_opens_by_keyboard_and_the_way_out_is_always_there(page, site, families):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site.address)
    expect(page.get_by_role("link", name="Alarmen")).to_be_hidden()
    expect(page.get_by_role("link", name="Verberg dit scherm")).to_be_in_viewport()

    page.locator("#menu > summary").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Alarmen")).to_be_visible()
    expect(page.get_by_label("Zoek op casusnummer")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator("#menu > summary")).to_be_hidden()
    expect(page.get_by_role("link", name="Regio")).to_be_visible()


def test_without_scripts_the_menu_takes_one_line_on_a_narrow_screen_and_is_open_on_a_wide_one(browser, site, families):
    context = browser.new_context(java_script_enabled=False, locale="nl-NL", viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site.address)
    region, words = page.get_by_role("link", name="Regio"), page.locator("#menu > summary")
    expect(region).to_be_hidden()
    expect(page.locator(".alarm__titel").first).to_be_in_viewport()
    words.click()
    expect(region).to_be_visible()

    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(site.address)
    expect(region).to_be_visible()
    expect(words).to_be_hidden()
    context.close()


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
