"""What the board tells everybody: how accessible it is and where to complain; and nothing outside of its own window."""

import re
from pathlib import Path

import pytest

from services.board.rights import EVERYWHERE, Person, Role
from tests import every_page
from tests.journey.conftest import TODAY
from tests.unit.access_site import AccessSite
from tests.unit.test_board_speaks_everywhere import AGREEMENTS

BOARD = Path(__file__).resolve().parents[2] / "services" / "board"
OUTSIDE = re.compile(
    r"\b(?:Notification|showNotification|pushManager|serviceWorker|setAppBadge|localStorage|indexedDB)\b"
)
PARTS = ("Waar wij ons aan houden", "Hoe wij dat weten", "Wat nog niet goed is", "Werkt er iets niet?")


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path, agreements=AGREEMENTS) as made:
        every_page.tell_everything(made.region, TODAY)
        yield made


@pytest.mark.parametrize("role", Role)
def test_everybody_reads_how_accessible_the_board_is_what_is_not_right_yet_and_where_to_say_so(site, role):
    browser = site.browser(Person(id="mdw-1", roles=frozenset({role}), municipalities=EVERYWHERE))
    text = browser.get("/toegankelijkheid").text

    assert "WCAG 2.2, niveau A en AA" in text
    assert [part for part in PARTS if part not in text] == []
    assert 'href="/toegankelijkheid"' in browser.get("/woorden").text


def test_the_head_of_a_case_is_on_its_page(site):
    browser = site.browser(Person(id="mdw-1", roles=frozenset({Role.MONITOR}), municipalities=EVERYWHERE))
    text = browser.get(f"/zaak/{site.region.case(every_page.FAMILY)}").text

    for word in ("fase", "zicht-op-veiligheid"):
        assert re.search(rf'href="/woorden#{word}">[^<]+</a></dt><dd>[^<]+</dd>', text), word


def test_no_script_tells_anything_outside_of_the_window_or_keeps_it_in_the_browser():
    scripts = [*(BOARD / "static").glob("*.js")]

    assert len(scripts) > 1
    assert {one.name: OUTSIDE.findall(one.read_text("utf-8")) for one in scripts} == {one.name: [] for one in scripts}
    assert OUTSIDE.findall("new Notification('x')") == ["Notification"]
