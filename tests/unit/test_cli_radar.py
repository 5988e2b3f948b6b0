"""The region at a glance on the command line, from monitoring's own database."""

import json
import random

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger.database import open_database
from tests.property.radar_world import BEGIN, DAY, Station, World
from waakvlam.clock import micros_of

FAMILY, OTHER = "00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001"
BEGUN = micros_of(BEGIN)


@pytest.fixture
def region(tmp_path):
    """A radar that knows two cases: of one nobody assessed the report, the other was reported today."""
    world = World(random.Random(1))
    world.add(FAMILY, "report_received", occurred_at=BEGUN - 12 * DAY, report_id="r-1", acute=False)
    world.add(OTHER, "report_received", occurred_at=BEGUN, report_id="r-2", acute=False)
    station = Station(world, tmp_path)
    station.finish(BEGUN)
    station.view.close()
    return tmp_path


@pytest.fixture
def look(monkeypatch, region):
    for name in ("LEDGER", "DATA", "AGREEMENTS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    monkeypatch.setenv("WAAKVLAM_RADAR", f"sqlite:///{region}/radar.db")

    def run(*words):
        return CliRunner().invoke(app, ["radar", "--data", str(region / "data"), *words])

    return run


def test_the_worst_is_named_with_its_sentence(look):
    told = look()

    assert told.exit_code == Exit.OK, told.stderr
    assert "2 open casussen, 1 casus met een open alarm" in told.stdout
    assert "0000-0000 · Groningen · zwaarte 4 · Te laat sinds" in told.stdout
    assert "Melding niet beoordeeld" in told.stdout
    assert "hoort er uiterlijk" in told.stdout
    assert "LET OP" not in told.stdout


def test_json_tells_counts_places_and_who_goes_first(look):
    told = json.loads(look("--json", "--show", "1").stdout)

    assert (told["cases"], told["with_alert"], told["forgotten"]) == (2, 1, 0)
    assert sum(told["coming"].values()) == 2
    assert [one["case"] for one in told["worst"]] == [FAMILY]
    assert told["worst"][0]["alerts"][0]["due"].endswith("Z")
    assert len(told["soonest"]) == 1


def test_one_municipality_alone(look):
    assert json.loads(look("--json", "--municipality", "1966").stdout)["cases"] == 0

    told = look("--municipality", "9999")
    assert told.exit_code == Exit.USAGE
    assert "0014 Groningen" in told.stderr


def test_where_no_radar_is_none_is_made(look, monkeypatch, tmp_path):
    monkeypatch.setenv("WAAKVLAM_RADAR", f"sqlite:///{tmp_path}/nergens.db")
    told = look()

    assert told.exit_code == Exit.UNREACHABLE
    assert "There is no radar at" in told.stderr
    assert not (tmp_path / "nergens.db").exists()


def test_a_database_that_is_no_radar_is_refused(look, monkeypatch, tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/other.db")
    database.create(["CREATE TABLE IF NOT EXISTS other (x bigint)"])
    database.close()
    monkeypatch.setenv("WAAKVLAM_RADAR", f"sqlite:///{tmp_path}/other.db")
    told = look()

    assert told.exit_code == Exit.REFUSED
    assert "There is no radar in" in told.stderr
