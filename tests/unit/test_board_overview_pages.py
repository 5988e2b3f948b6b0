"""Overviews as they are asked for: who may, nothing of a case for who sees none, and each as a file too."""

import re

import pytest
from starlette.testclient import TestClient

from ledger.numbers import number_of
from services.board.access.keeper import Keeper
from services.board.rights import EVERYWHERE, Person, Role
from tests.journey import stories
from tests.journey.conftest import TODAY
from tests.unit.test_board_guards import client, region  # noqa: F401 - fixtures

WITHOUT_CASES = ("/regio", "/bestuur", "/spiegel", "/spiegel/team-groningen", "/spiegel/scholen-groningen")
ALL = ("/team", *WITHOUT_CASES)
FAMILIES = ("De Proef-Verzonnen", "Familie Voorbeeld", "Familie Nergens-Test", "Familie Testje", "Familie Fictief")


@pytest.fixture
def as_role(client, region, monkeypatch):  # noqa: F811
    """Return a client for somebody with these roles, at a board that has heard the stories of five families."""
    stories.tell(region, TODAY)

    def ask(*roles: Role, municipalities=EVERYWHERE) -> TestClient:
        person = Person(id="m-1", roles=frozenset(roles), municipalities=municipalities)
        monkeypatch.setattr(Keeper, "person", lambda *_: person)
        return client

    return ask


def test_who_sees_no_families_reads_every_overview_without_a_trace_of_one(as_role, region):  # noqa: F811
    asked = as_role(Role.POLICY_OFFICER)
    cases = [region.case(family) for family in FAMILIES]

    for path in (one + end for one in WITHOUT_CASES for end in ("", ".csv")):
        answer = asked.get(path)
        assert answer.status_code == 200, path
        assert [one for one in cases if one in answer.text or number_of(one) in answer.text] == [], path
        assert not re.search(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b|[0-9a-f]{8}-[0-9a-f]{4}-|/zaak/", answer.text), path


def test_the_same_search_finds_the_families_on_the_page_of_the_team(as_role, region):  # noqa: F811
    """The guard above bites: these are the traces that it looks for."""
    text = as_role(Role.TEAM_MANAGER).get("/team").text

    assert number_of(region.case("De Proef-Verzonnen")) in text
    assert "/zaak/" in text


def test_each_role_sees_its_own_overviews_and_no_other(as_role):
    for role, seen in (
        (Role.POLICY_OFFICER, set(WITHOUT_CASES)),
        (Role.TEAM_MANAGER, set(ALL)),
        (Role.WORKER, set()),
        (Role.AUDITOR, {"/bestuur"}),
    ):
        asked = as_role(role)
        assert {path for path in ALL if asked.get(path).status_code == 200} == seen
        assert {path for path in ALL if asked.get(f"{path}.csv").status_code == 200} == seen


def test_a_team_leader_sees_the_alerts_of_their_own_municipalities_alone(as_role):
    everywhere = as_role(Role.TEAM_MANAGER).get("/team").text
    elsewhere = as_role(Role.TEAM_MANAGER, municipalities=frozenset({"1966"})).get("/team").text

    assert "Overdracht zonder antwoord" in everywhere
    assert "Overdracht zonder antwoord" not in elsewhere
    assert "/zaak/" not in elsewhere


def test_a_file_comes_as_a_file_under_a_name_that_says_nothing_of_a_case(as_role):
    for path in ALL:
        answer = as_role(Role.TEAM_MANAGER).get(f"{path}.csv")

        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        name = path.strip("/").replace("/", "-")
        assert answer.headers["content-disposition"] == f'attachment; filename="waakvlam-{name}.csv"'
        assert answer.headers["cache-control"] == "no-store"


def test_an_agency_that_is_none_has_no_mirror(as_role):
    for path in ("/spiegel/bestaat-niet", "/spiegel/radar", "/spiegel/bestaat-niet.csv"):
        assert as_role(Role.TEAM_MANAGER).get(path).status_code == 404
