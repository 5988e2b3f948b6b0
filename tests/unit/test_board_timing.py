"""The board tells how long its pages take, by what is done there; streams, files and strangers are not among them."""

import pytest

from services.board.rights import EVERYWHERE, Action, Person, Role
from services.board.timing import METRIC
from tests.unit.access_site import FAMILY, AccessSite

MONITOR = Person(id="mdw-1", roles=frozenset({Role.MONITOR}), municipalities=EVERYWHERE)


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
        yield made


def counted(browser):
    text = browser.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith(f"{METRIC}_count")]
    return {line.split('"')[1]: int(float(line.rpartition(" ")[2])) for line in lines}


def test_each_page_counts_under_its_action_and_a_stream_does_not(site):
    browser = site.browser(MONITOR)
    for path in ("/", "/lijst", "/stroom?stand=0", f"/zaak/{site.region.case(FAMILY)}", "/static/waakvlam.svg"):
        assert browser.get(path).status_code == 200

    assert counted(browser) == {Action.SEE_ALERTS.value: 2, Action.SEE_CASE.value: 1}


def test_who_is_nobody_here_is_not_counted(site):
    stranger = site.browser()
    stranger.get("/")

    assert counted(stranger) == {}


def test_nothing_in_it_says_which_case_it_was(site):
    browser = site.browser(MONITOR)
    case = site.region.case(FAMILY)
    browser.get(f"/zaak/{case}")

    assert case[:8] not in browser.get("/metrics").text
