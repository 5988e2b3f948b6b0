"""`waakvlam agreements`: what a policy officer sees, and the code with which each command ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger.application import Ledger
from waakvlam.clock import FixedClock

AGREEMENTS = Path(__file__).parents[2] / "agreements"
REGION = """agreement: proef
version: 1
title: Een proef
valid_from: 2019-01-01
valid_to: VALID_TO
applies_to: {municipalities: ["0014"]}
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
rules:
  - {id: R, title: Geen contact, from: [handover_accepted], until: [first_contact_made], breach: {days: 5}}
"""


@pytest.fixture
def call(monkeypatch, tmp_path):
    for name in ("LEDGER", "DATA", "CLOCK", "AGREEMENTS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("calendars").symlink_to(AGREEMENTS / "calendars")
    Path("landelijk-1.yaml").write_text((AGREEMENTS / "landelijk-1.yaml").read_text())

    def run(*words):
        return CliRunner().invoke(app, ["agreements", *words])

    return run


def test_every_command_tells_its_exit_codes(call):
    for command in ("check", "show", "diff", "backtest"):
        assert "Exit codes" in call(command, "--help").stdout


def test_the_agreements_in_force_are_checked_when_no_folder_is_named(call):
    told = call("check", "--on", "2026-11-24")

    assert told.exit_code == Exit.OK
    assert "Gevonden: 0 × fout, 0 × let op" in told.stdout


def test_today_is_the_day_of_the_clock(call, monkeypatch):
    Path("proef.yaml").write_text(REGION.replace("VALID_TO", "2026-12-31"))
    monkeypatch.setenv(
        "WAAKVLAM_CLOCK", "start=2026-12-10T08:00:00+01:00;anchor=0;rate=1;until=2026-12-10T08:00:00+01:00"
    )

    assert "ST-35: de afspraak is verlopen op donderdag 31 december 2026" in call("check", ".").stdout
    assert (
        "ST-35: de afspraak loopt af op donderdag 31 december 2026" in call("check", ".", "--on", "2026-12-10").stdout
    )


def test_a_warning_ends_with_0_and_strictly_with_5_and_a_fault_with_3(call):
    Path("proef.yaml").write_text(REGION.replace("VALID_TO", "null"))
    words = ("check", ".", "--on", "2026-11-24")

    assert call(*words).exit_code == Exit.OK
    assert call(*words, "--strict").exit_code == Exit.DIFFERS
    Path("proef.yaml").write_text(REGION)
    assert call(*words).exit_code == Exit.REFUSED
    assert call(*words).stdout.startswith("fout: proef.yaml:5: valid_to: ")


def test_the_check_gives_findings_as_json(call):
    Path("proef.yaml").write_text(REGION)
    (fault,) = [one for one in json.loads(call("check", ".", "--json").stdout) if one["level"] == "error"]

    assert (fault["file"], fault["line"], fault["field"], fault["about"]) == ("proef.yaml", 5, "valid_to", "leesbaar")


@pytest.mark.parametrize(
    "words", [["check", "nergens"], ["check", ".", "--on", "morgen"], ["show", "nergens"], ["diff", ".", "x"]]
)
def test_what_is_not_there_is_wrong_use(call, words):
    assert call(*words).exit_code == Exit.USAGE


def test_a_page_is_shown_of_a_file_and_of_each_file_of_a_folder(call):
    Path("proef.yaml").write_text(REGION.replace("VALID_TO", "null"))

    assert call("show", "proef.yaml").stdout.startswith("# Een proef\n")
    assert "- Wie het hoort: de behandelaar; na één werkdag de teammanager\n" in call("show", "proef.yaml").stdout
    assert [one["agreement"] for one in json.loads(call("show", ".", "--json").stdout)] == ["landelijk", "proef"]


def test_a_file_that_cannot_be_read_is_refused(call):
    Path("proef.yaml").write_text(REGION)

    assert call("show", "proef.yaml").exit_code == Exit.REFUSED


def test_a_difference_is_said_in_a_sentence_and_none_is_said_too(call):
    Path("ander").mkdir()
    Path("ander/proef.yaml").write_text(REGION.replace("VALID_TO", "null").replace("version: 1", "version: 2"))
    Path("proef.yaml").write_text(REGION.replace("VALID_TO", "null"))

    assert call("diff", ".", ".").stdout == "Er is geen verschil.\n"
    assert call("diff", "proef.yaml", "ander/proef.yaml").stdout == "- proef, de versie: eerst “1”, straks “2”.\n"
    assert json.loads(call("diff", "proef.yaml", "ander/proef.yaml", "--json").stdout)[0]["aspect"] == "de versie"


def test_figures_are_taken_from_the_ledger_when_no_file_is_named(call, tmp_path):
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()
    told = CliRunner().invoke(app, ["figures", "--data", str(tmp_path)])

    assert told.exit_code == Exit.OK
    assert "Er is niets geteld" in told.stdout
