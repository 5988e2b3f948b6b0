"""The pictures of the board in the documents, each as one kind of user sees it: `make pictures`, then look at every one.

All families are fictitious. The pages with figures show a made-up region of two years (`bench.overviews`). Not part of the
suite; that each role has its picture is tests/contract/test_pictures.py.
"""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from bench.overviews import Crowd
from services.board.kept import KeptBook
from services.board.rights import Role
from tests.journey.conftest import Site
from tests.journey.test_board_each_role import FAMILY, TASKS, again, becomes, hand_over

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WIDE, TELEPHONE = (1280, 780), (390, 780)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the name of its file, and whose screen it is."""

    file: str
    role: Role


PICTURES = (
    Picture("alarmen.png", Role.MONITOR),
    Picture("alarmen-telefoon.png", Role.MONITOR),
    Picture("casus.png", Role.MONITOR),
    Picture("escalatie.png", Role.MONITOR),
    Picture("medewerker.png", Role.WORKER),
    Picture("team.png", Role.TEAM_MANAGER),
    Picture("regio.png", Role.POLICY_OFFICER),
    Picture("afspraken.png", Role.POLICY_OFFICER),
    Picture("aanlevering.png", Role.ADMINISTRATOR),
    Picture("inzage.png", Role.AUDITOR),
)


def shoot(page: Page, name: str, size: tuple[int, int] = WIDE) -> None:
    """Keep what is on the screen, when its letters are there and it is connected if it ever will be."""
    assert name in {one.file for one in PICTURES}
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if page.locator("#verbinding").count():
        expect(page.locator("html")).to_have_attribute("data-verbinding", "aan", timeout=15_000)
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded' && [...document.images].every(one => one.complete)")
    page.screenshot(path=FOLDER / name, animations="disabled")


def test_families_as_monitor_worker_and_auditor_see_them(page, site, families):
    again(site.region)
    page.goto(site.address)
    shoot(page, "alarmen.png")
    shoot(page, "alarmen-telefoon.png", TELEPHONE)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.get_by_role("link", name="Overdracht zonder antwoord").click()
    shoot(page, "casus.png")
    page.get_by_role("link", name="Vastleggen of beslissen").click()
    page.get_by_role("link", name="Ladder Samen Doen").click()
    shoot(page, "escalatie.png")

    hand_over(page, site, TASKS)
    becomes(page, site.address, Role.WORKER)
    shoot(page, "medewerker.png")
    page.goto(f"{site.address}/zaak/{site.region.case(FAMILY)}")
    becomes(page, site.address, Role.AUDITOR)
    shoot(page, "inzage.png")


def test_figures_as_team_manager_policy_officer_and_administrator_see_them(page, site: Site):
    store, crowd = site.region.reader.store, Crowd(7)
    crowd.fill(store, cases=300, alerts=60)
    KeptBook(store.database).write(crowd.figures())
    for name, role, path in (
        ("team.png", Role.TEAM_MANAGER, "/team"),
        ("regio.png", Role.POLICY_OFFICER, "/regio"),
        ("afspraken.png", Role.POLICY_OFFICER, "/bestuur"),
        ("aanlevering.png", Role.ADMINISTRATOR, "/spiegel/team-groningen"),
    ):
        becomes(page, site.address, role)
        page.goto(f"{site.address}{path}")
        shoot(page, name)
