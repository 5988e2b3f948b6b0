"""What `make torture` runs when it is told little: every scenario, in two forms, with the events that were asked for."""

import argparse
import os

import pytest

from tests.torture import __main__ as command
from tests.torture.__main__ import events_of
from tests.torture.building import DISKS
from tests.torture.plan import LONG, SHORT, runs
from tests.torture.run import SCENARIOS
from tests.torture.troubles import TROUBLES

IN_THE_SUITE = "each"


@pytest.mark.parametrize("form", [LONG, SHORT], ids=["long", "short"])
def test_both_forms_run_every_scenario_and_kills_on_both_databases(form):
    assert {one.scenario for one in form} == set(SCENARIOS) - {IN_THE_SUITE}
    assert {one.database for one in form if one.scenario == "kills"} == {"sqlite", "postgres"}


def test_each_form_strikes_in_every_way_that_a_scenario_knows():
    for one in (*LONG, *SHORT):
        assert one.strikes >= min(len(SCENARIOS[one.scenario]), 2), one
    assert {trouble for kinds in SCENARIOS.values() for trouble, _ in kinds} == set(TROUBLES)


def test_a_scenario_or_a_database_may_be_asked_for_alone():
    assert [one.database for one in runs("kills", None)] == ["sqlite", "postgres"]
    assert {one.scenario for one in runs(None, "postgres", short=True)} == {
        "kills",
        "database",
        "network",
        "database-disk",
    }
    assert [tuple(one) for one in runs("clock", "postgres")] == [("clock", "postgres", 60_000, 20)]
    assert runs("each", None) == ()


def test_events_are_one_number_or_one_for_each_scenario():
    assert events_of("5000") == {"": 5000}
    assert events_of("kills=20000,pause=3000") == {"kills": 20000, "pause": 3000}


@pytest.mark.parametrize("text", ["", "many", "0", "kils=3", "kills=", "kills=-1"])
def test_events_that_cannot_be_read_are_refused_with_the_names_that_can(text):
    with pytest.raises(argparse.ArgumentTypeError, match="broker-network"):
        events_of(text)


@pytest.mark.parametrize("scenario", DISKS)
def test_whoever_is_not_root_is_told_so_before_anything_starts(scenario, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("sys.argv", ["torture", "--scenario", scenario])

    assert command.main() == 2
    assert "run it as root" in capsys.readouterr().out
