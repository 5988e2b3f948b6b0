"""Each kind of user on the live system: a real Kafka with logins, every service as a process, a real provider of identities, a real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench._families import TELLER, forgotten
from bench._region import region
from services.board.rights import Role
from tests.journey.conftest import CHROMIUM, FLAGS, pick_up
from waakvlam.clock import SystemClock

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]
FAMILIES = 3
WITHIN_MS = 90_000


@contextmanager
def live(folder: Path) -> Iterator[str]:
    """Run the whole system; an agency tells of families that were forgotten. Yield the board's address."""
    staff = [
        User(sub=_id(one), claims={"roles": [one.value.replace("_", "-")], "municipalities": ["*"]}) for one in Role
    ]
    now = SystemClock().now()
    with (
        run_server_in_thread(user_claims=staff, require_nonce=True) as provider,
        region(folder, issuer=f"http://localhost:{provider.server_port}") as here,
    ):
        with here.publisher(TELLER) as publisher:
            for number in range(FAMILIES):
                publisher.publish(forgotten(number, now))
        yield here.board


def _id(role: Role) -> str:
    return f"mdw-{role.value.replace('_', '-')}"


@contextmanager
def logged_in(browser: Browser, board: str, role: Role) -> Iterator[Page]:
    """Log in as one kind of user in a window of its own; the role's start page is open."""
    page = browser.new_page(locale="nl-NL", timezone_id="Europe/Amsterdam")
    page.goto(f"{board}/")
    page.get_by_role("button", name=_id(role), exact=True).click()
    yield page
    page.close()


def test_everybody_does_what_they_came_for_while_all_of_it_runs(tmp_path: Path) -> None:
    with live(tmp_path) as board, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with logged_in(browser, board, Role.MONITOR) as page:
            number = takes_up_the_worst_alert(page, board)
        with logged_in(browser, board, Role.WORKER) as page:
            expect(page.get_by_role("heading", name="Er ligt niets bij u")).to_be_visible()
        with logged_in(browser, board, Role.TEAM_MANAGER) as page:
            expect(page.get_by_role("heading", level=1)).to_have_text("Het werk van het team")
            lain = page.get_by_role("group", name="Het langst door niemand opgepakt").locator("tbody tr")
            expect(lain.first).to_be_visible()
        for role, title in ((Role.POLICY_OFFICER, "De regio"), (Role.ADMINISTRATOR, "Aanlevering per organisatie")):
            with logged_in(browser, board, role) as page:
                expect(page.get_by_role("heading", level=1)).to_have_text(title)
                expect(page.locator("a[href^='/zaak/']")).to_have_count(0)
        with logged_in(browser, board, Role.AUDITOR) as page:
            page.get_by_label("Casusnummer").fill(number)
            page.get_by_role("button", name="Zoek").click()
            looks = page.get_by_role("row", name=number).filter(has_text="Casus bekeken")
            expect(looks.first).to_contain_text(_id(Role.MONITOR))
        browser.close()


def takes_up_the_worst_alert(page: Page, board: str) -> str:
    """Wait for news as the page tells it, take up the first alert; recorded is what intake answered. Return the case's number."""
    alert = page.locator("article.alarm h3 a").first
    alert.or_(page.get_by_text("nieuw").and_(page.locator("strong"))).first.wait_for(timeout=WITHIN_MS)
    page.goto(f"{board}/")
    alert.click()
    number = page.locator("h1 .nummer").inner_text()
    pick_up(page, day=(SystemClock().now() + timedelta(days=2)).date().isoformat())
    expect(page.get_by_text("Vastgelegd op").first).to_be_visible(timeout=WITHIN_MS)
    return number
