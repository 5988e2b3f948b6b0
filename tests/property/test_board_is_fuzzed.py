"""Whatever is asked of the board, by whoever is logged in: it never answers with a fault of its own."""

import re

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from services.board.rights import EVERYWHERE, Person, Role
from tests.unit.access_site import FAMILY, AccessSite

MONITOR = Person(
    id="mdw-1", roles=frozenset({Role.MONITOR, Role.TEAM_MANAGER, Role.AUDITOR}), municipalities=EVERYWHERE
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with AccessSite(str(tmp_path_factory.mktemp("board"))) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
        yield made


def operations(app):
    """Return what the board answers to, as its own routes describe it; the world sees no such description."""
    described = get_openapi(title="bord", version="1", routes=app.routes)
    return schemathesis.openapi.from_dict(described)


def test_no_question_makes_the_board_stumble(site):
    browser, told = site.browser(MONITOR), set()
    known = st.sampled_from([site.region.case(FAMILY), site.alert, "x", "0014", "veilig-thuis-groningen", "ST-07"])

    @seed(1)
    @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(one, data):
        path = re.sub(r"{\w+(:\w+)?}", lambda _: data.draw(known), one.path) if data.draw(st.booleans()) else None
        case = data.draw(one.as_strategy(generation_mode=data.draw(st.sampled_from(list(GenerationMode)))))
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
        if isinstance(sent.get("data"), dict) and data.draw(st.booleans()):
            sent["data"] = {**sent["data"], **site.signed()}
        answer = browser.request(
            sent["method"],
            f"http://127.0.0.1{path}" if path else sent["url"],
            params=sent.get("params"),
            data=sent.get("data"),
            json=sent.get("json"),
            headers={"sec-fetch-site": "same-origin"},
        )
        told.add(answer.status_code)
        assert answer.status_code < 500, (one.method, one.path, answer.status_code)

    for one in (found.ok() for found in operations(site.app).get_all_operations()):
        # The way in asks the provider, which is not there: tests/journey/test_board_login.py has a real one.
        if not one.path.startswith("/aanmelden"):
            ask(one)
    assert {200, 303, 403, 404, 422} <= told
