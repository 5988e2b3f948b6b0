"""Two people at the board, each in a browser, and a real door behind it: contact, waiting that takes two, an escalation."""

import threading
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import expect

from tests.journey.conftest import _until
from tests.journey.test_board_access import violations
from tests.spec.doing_site import ANNA, BEN, CANARY, TEAM, DoingSite


@contextmanager
def served(app):
    """Run a board on a free port; yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=1, lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    _until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive(), "the board did not stop"


@pytest.fixture
def doing(tmp_path):
    made = DoingSite(tmp_path)
    yield made
    made.close()


@pytest.fixture
def seats(doing, browser):
    """Open a page for Anna and one for Ben, each at the case."""
    with served(doing.at(ANNA).app) as anna, served(doing.at(BEN).app) as ben:
        contexts = [browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam") for _ in range(2)]
        pages = [context.new_page() for context in contexts]
        for page, address in zip(pages, (anna, ben), strict=True):
            page.goto(f"{address}/zaak/{doing.case}")
        yield pages
        for context in contexts:
            context.close()


def recorded(page, what):
    """Wait until the page of the case says that something is recorded."""
    expect(page.locator("#gedaan")).to_contain_text(f"{what}. Vastgelegd op 24 november 2026", timeout=15_000)


def test_contact_waiting_by_two_and_an_escalation(doing, seats):
    anna, ben = seats
    raised = doing.alert("ST-39", weight=5)

    anna.get_by_role("link", name="Vastleggen of beslissen").click()
    anna.get_by_role("link", name="Contact met het gezin vastleggen").click()
    anna.get_by_role("button", name="Leg contact vast").click()
    recorded(anna, "Contact met het gezin vastleggen")
    expect(anna.locator(".regel__zin", has_text="Veilig Thuis (bord) had contact met het gezin.")).to_be_visible()

    anna.get_by_role("link", name="Uitstel voorstellen").click()
    anna.get_by_label("Tot en met welke dag mag dit wachten?").fill("2026-12-08")
    anna.get_by_label("Waarom mag dit wachten?").select_option(label="de rechter moet nog beslissen")
    anna.get_by_role("button", name="Stel dit voor").click()
    recorded(anna, "Uitstel voorstellen")
    expect(anna.get_by_role("link", name="Uitstel accepteren")).to_have_count(0)

    ben.reload()
    ben.get_by_role("link", name="Uitstel accepteren").click()
    expect(ben.get_by_text("Een collega stelde voor: tot en met 8 december 2026")).to_be_visible()
    ben.get_by_role("button", name="Accepteer het uitstel").click()
    recorded(ben, "Uitstel accepteren")
    assert (doing.last("stall_accepted").recorded_by, bool(raised)) == (BEN, True)

    ben.get_by_role("link", name="Vastleggen of beslissen").click()
    ben.get_by_role("link", name="Escalatie starten: Ladder Samen Doen").click()
    ben.get_by_label("Niveau 2: tweede route").check()
    ben.get_by_label("de samenwerking stagneert").check()
    ben.get_by_role("button", name="Start de escalatie").click()
    expect(ben.get_by_role("alert")).to_be_focused()
    expect(ben.get_by_role("alert")).to_contain_text("Kies een lager niveau, of een reden waarom het mag.")
    assert violations(ben) == []
    ben.get_by_label("Niveau 0: werkvloer").check()
    ben.get_by_role("button", name="Start de escalatie").click()
    recorded(ben, "Escalatie starten")
    assert doing.count("escalation_started") == 1


def test_two_people_with_one_form_open_do_it_once(doing, seats):
    anna, ben = seats
    doing.alert("ST-07")
    for page in seats:
        page.reload()
        page.get_by_role("link", name="Alarm oppakken").click()
        page.get_by_label("Wat gaat u doen?").fill(CANARY)
        page.get_by_label("Volgende stap uiterlijk op").fill("2026-12-01")

    anna.get_by_role("button", name="Ik pak dit op").dblclick()
    recorded(anna, "Alarm oppakken")
    ben.get_by_role("button", name="Ik pak dit op").click()

    expect(ben.get_by_text("Dit alarm is al opgepakt door een collega.")).to_be_visible()
    assert doing.count("alert_acknowledged") == 1
    assert all(CANARY not in page.url and CANARY not in page.title() for page in seats)


def test_a_monitoring_moment_without_scripts(doing, browser):
    doing.tell("handover_offered", handover_id="o-1", to_agency=TEAM, after="investigation")
    doing.tell("handover_accepted", TEAM, handover_id="o-1", after="investigation")
    with served(doing.at(ANNA).app) as address:
        context = browser.new_context(java_script_enabled=False, locale="nl-NL")
        page = context.new_page()
        page.goto(f"{address}/zaak/{doing.case}/doe/monitormoment")
        page.get_by_label("Wat zag en hoorde u?").fill(CANARY)
        page.get_by_role("group", name="1. Wordt aan").get_by_label("deels voldaan").check()
        page.get_by_role("button", name="Leg monitormoment vast").click()

        assert page.get_by_role("link", name="2a. Is iedereen nu veilig? Maak een keuze.").is_visible()
        assert page.get_by_label("Wat zag en hoorde u?").input_value() == CANARY
        assert page.get_by_label("deels voldaan").is_checked()

        for question, answer in (("2a.", "ja"), ("2b.", "nog onbekend"), ("3.", "nee")):
            page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
        page.get_by_label("het lokale team", exact=True).check()
        page.get_by_label("doorgaan met monitoren").check()
        page.get_by_role("button", name="Leg monitormoment vast").click()
        page.goto(page.url.partition("#")[0])

        assert "Vastgelegd op" in page.locator("#gedaan").inner_text()
        context.close()
    assert doing.ledger.unseal(doing.last("monitoring_moment_done")) == {"findings": CANARY}
