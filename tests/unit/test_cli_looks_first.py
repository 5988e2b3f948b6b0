"""Whoever looks at a case from the command line stands in the board's look log before anything is shown, or is shown nothing."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli import word
from cli.exits import Exit
from cli.main import app
from ledger.application import Ledger
from ledger.database import open_database
from ledger.record import case_id
from ledger.sealing import FileKeyStore
from services.board.access.looks import LookLog
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, sent
from tests.contract import practice
from tests.unit.test_cli import LONG_AGO, a_draft
from waakvlam.clock import FixedClock, SystemClock

FIRST, SECOND = case_id(practice.FIRST), case_id(practice.SECOND)
ABSENT = case_id("niet-gemeld")
ONE_CASE = [
    (["case", FIRST], "see_case"),
    (["case", "84E6-6302", "--json"], "see_case"),
    (["why", FIRST], "see_case"),
    (["why", FIRST, "--json", "--at", "2026-11-17T12:00:00+01:00"], "see_case"),
    (["why", FIRST, "--not", "ST-09"], "see_case"),
]
BOTH = [
    (["export"], "take_case_out"),
    (["export", "--whole", "FILE"], "take_case_out"),
    (["radar"], "see_alerts"),
    (["radar", "--json"], "see_alerts"),
]
SHOWN = [*ONE_CASE, *BOTH, (["parked", "list"], "see_alerts"), (["parked", "show", "wacht-1"], "see_case")]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A region with two families, of which one more event waits for a case that nobody reported."""
    folder = tmp_path_factory.mktemp("region") / "data"
    practice.fill(folder)
    clock = SystemClock()
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{folder}/ledger.db", clock=clock, keys=keys)) as ledger,
    ):
        desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
        (receipt,) = desk.take(sent(practice.VT, "safety_assessed", "wacht-1", case=ABSENT, **practice.TOLD[1][4]))
        assert receipt.verdict == "parked"
    return folder


@pytest.fixture
def looks(filled, tmp_path, monkeypatch):
    """An empty look log of a board."""
    place = f"sqlite:///{tmp_path}/looks.db"
    with closing(open_database(place)) as database:
        LookLog(database, FixedClock(1))
    monkeypatch.setenv("WAAKVLAM_LOOKS", place)
    monkeypatch.setenv("WAAKVLAM_CLOCK", practice.CLOCK)
    monkeypatch.delenv("WAAKVLAM_BOARD_ORGANISATION", raising=False)
    return place


@pytest.fixture
def call(filled, tmp_path):
    def run(words, *more):
        words = [str(tmp_path / "FILE") if one == "FILE" else one for one in words]
        return CliRunner().invoke(app, [*words, *more, "--data", str(filled)])

    return run


def logged(place):
    with closing(open_database(place)) as database:
        log = LookLog(database, FixedClock(1))
        assert log.broken_at() is None
        return list(log.by_case(list(log.lines())))


@pytest.mark.parametrize(("words", "name"), ONE_CASE)
def test_a_look_at_one_case_is_logged_with_who_and_for_what(looks, call, words, name):
    told = call(words, "--by", "beh-7", "--purpose", "storing op het bord")

    (line,) = logged(looks)
    assert told.exit_code == Exit.OK, told.stderr
    assert (line.person, line.case_id, line.name, line.purpose) == ("beh-7", FIRST, name, "storing op het bord")
    assert (line.roles, line.behalf, line.ground) == ("operator", "Veilig Thuis", "beheer van het systeem")
    assert line.ldv()["resource"] == {"name": "waakvlam-opdrachtregel"}


@pytest.mark.parametrize(("words", "name"), BOTH)
def test_a_list_or_an_export_is_a_look_at_every_case_in_it(looks, call, words, name):
    assert call(words, "--by", "beh-7").exit_code == Exit.OK

    assert {(line.case_id, line.name, line.purpose) for line in logged(looks)} == {
        (one, name, "beheer") for one in (FIRST, SECOND)
    }


def test_a_parked_event_that_names_its_case_is_a_look_at_it(looks, call):
    assert ABSENT in call(["parked", "list"], "--by", "beh-7").stdout
    assert ABSENT in call(["parked", "show", "wacht-1"], "--by", "beh-7").stdout

    assert [(line.case_id, line.name) for line in logged(looks)] == [(ABSENT, "see_alerts"), (ABSENT, "see_case")]


def test_figures_without_cases_are_no_look(looks, call):
    told = call(["radar", "--show", "0"])

    assert told.exit_code == Exit.OK, told.stderr
    assert "zwaarte" in told.stdout
    assert logged(looks) == []


def test_who_asks_by_no_id_is_known_by_the_login_here(looks, call, monkeypatch):
    monkeypatch.setattr(word.getpass, "getuser", lambda: "nachtdienst")
    assert call(["case", FIRST]).exit_code == Exit.OK

    assert [line.person for line in logged(looks)] == ["nachtdienst"]


@pytest.mark.parametrize("words", [words for words, _ in SHOWN])
@pytest.mark.parametrize(
    "why",
    ["no log there", "a log that cannot be written", "nobody", "a name", "no purpose", "a number of somebody"],
)
def test_where_the_look_cannot_be_logged_nothing_is_shown(looks, call, monkeypatch, tmp_path, words, why):
    more, code = ["--by", "beh-7"], Exit.USAGE
    if why == "no log there":
        monkeypatch.setenv("WAAKVLAM_LOOKS", f"sqlite:///{tmp_path}/elders/looks.db")
        code = Exit.UNREACHABLE
    elif why == "a log that cannot be written":
        (tmp_path / "vol.db").write_bytes(b"no database" * 1000)
        monkeypatch.setenv("WAAKVLAM_LOOKS", f"sqlite:///{tmp_path}/vol.db")
        code = Exit.UNREACHABLE
    elif why == "nobody":
        monkeypatch.setattr(word.getpass, "getuser", _without_name)
        more = []
    elif why == "a name":
        more = ["--by", "Jan Jansen"]
    elif why == "no purpose":
        more += ["--purpose", " "]
    else:
        more += ["--purpose", "bsn 123456782"]
    told = call(words, *more)

    assert (told.exit_code, told.stdout) == (code, "")
    assert any(one in told.stderr for one in ("WAAKVLAM_LOOKS", "--by", "--purpose")), told.stderr
    assert FIRST not in told.stderr
    assert not (tmp_path / "FILE").exists()
    assert not (tmp_path / "elders").exists()


def _without_name():
    raise KeyError("getpwuid(): uid not found: 10001")


def test_a_number_that_fits_more_cases_is_a_look_at_those_that_are_named(looks, tmp_path):
    twins = [FIRST[:-1] + one for one in "ab"]
    with (
        closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(LONG_AGO))) as ledger,
        ledger.writing() as w,
    ):
        w.append([a_draft(one) for one in twins])
    told = CliRunner().invoke(app, ["case", "84E6-6302", "--by", "beh-7", "--data", str(tmp_path)])

    assert "2 cases have a number that begins so" in told.stderr
    assert {(line.case_id, line.name) for line in logged(looks)} == {(one, "find_case") for one in twins}


def test_beside_a_ledger_that_is_a_file_a_look_log_is_begun_and_the_board_goes_on_with_it(tmp_path, monkeypatch):
    monkeypatch.delenv("WAAKVLAM_LOOKS", raising=False)
    monkeypatch.chdir(tmp_path)
    practice.fill(tmp_path / "data")
    told = CliRunner().invoke(app, ["export", "--ledger", f"sqlite:///{tmp_path}/data/ledger.db"])

    assert told.exit_code == Exit.OK, told.stderr
    assert len(told.stdout.splitlines()) >= len(practice.TOLD)
    assert {line.case_id for line in logged(f"sqlite:///{tmp_path}/data/looks.db")} == {FIRST, SECOND}
    assert not (tmp_path / ".data").exists()


def test_an_auditor_reads_at_waakvlam_looks_who_looked_from_the_command_line(looks, call):
    call(["why", FIRST], "--by", "beh-7", "--purpose", "vraag van het team")
    told = call(["looks", "--by", "ctl-1", "--json"])

    (one,) = json.loads(told.stdout)
    assert one["gebruiker"] == "beh-7"
    assert (one["rol"], one["grondslag"], one["doel"]) == ("operator", "beheer van het systeem", "vraag van het team")
