"""The command line: results on stdout, everything else on stderr, and an exit code that says how it ended."""

import json
import logging
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.doctor import Finding, agreements, backup, clock, disk, examine, kafka, ledger, python
from cli.exits import Exit
from cli.main import app
from cli.settings import Settings, leave_word, read_settings
from ledger.application import Ledger
from ledger.model import Draft
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, SystemClock, instant_of
from waakvlam.codec import encode

AGREEMENTS = Path(__file__).parents[2] / "agreements"
LINE = {
    "id": "e-1",
    "type": "report_received",
    "case": "c-1",
    "agency": "politie-nn",
    "municipality": "0014",
    "occurred_at": "2026-04-02T10:15:00+02:00",
    "recorded_at": "2026-04-02T10:15:01+02:00",
    "data": {"report_id": "r-1"},
}
UNTIL = "2026-04-14T00:00:00+02:00"


LONG_AGO = 1_600_000_000_000_000
REPORT = {
    "report_id": "r-1",
    "channel": "police_system",
    "reporter_capacity": "police",
    "violence_kinds": ["partner_violence"],
    "acute": False,
    "persons": [],
    "doubly_anonymous": False,
}
CASE = "de7e61c7-0000-5000-8000-000000000001"


@pytest.fixture
def told_of(tmp_path):
    """Make a ledger in which each of these cases has one report of long ago, and return its folder."""

    def make(*cases):
        ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(LONG_AGO))
        with ledger.writing() as w:
            w.append([a_draft(case) for case in cases])
        ledger.close()
        return tmp_path

    return make


def a_draft(case: str, name: str = "report_received", **data: object) -> Draft:
    shared = {"occurred_at": instant_of(LONG_AGO), "case": case, "reference": None, "municipality": "0014"}
    payload = encode(event_types()[name], {**(data or REPORT), **shared, "recorded_by": None})
    return Draft(
        event_id=f"e-{case}-{name}",
        source="urn:waakvlam:politie-nn",
        content=sha256(payload).digest(),
        case=case,
        type=name,
        agency="politie-nn",
        municipality="0014",
        reference=None,
        occurred_at=LONG_AGO,
        recorded_by=None,
        payload=payload,
    )


@pytest.fixture
def call(monkeypatch, tmp_path):
    for name in ("LEDGER", "DATA", "CLOCK", "AGREEMENTS"):
        monkeypatch.delenv(f"WAAKVLAM_{name}", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words, given=None):
        return CliRunner().invoke(app, list(words), input=given)

    return run


def test_every_command_tells_its_exit_codes(call):
    for command in ("up", "demo", "replay", "export", "case", "why", "radar", "doctor"):
        told = call(command, "--help")

        assert told.exit_code == 0
        assert "Exit codes" in told.stdout


def test_replay_prints_one_json_line_for_each_row(call):
    told = call("replay", "--agreements", str(AGREEMENTS), "--events", "-", "--until", UNTIL, given=json.dumps(LINE))
    rows = [json.loads(line) for line in told.stdout.splitlines()]

    assert told.exit_code == Exit.OK
    assert [(row["rule"], row["stage"]) for row in rows] == [("ST-01", "warn"), ("ST-01", "breach")]


def test_replay_reads_a_file(call, tmp_path):
    (tmp_path / "events.jsonl").write_text(json.dumps(LINE) + "\n")
    told = call("replay", "--agreements", str(AGREEMENTS), "--events", "events.jsonl")

    assert told.exit_code == Exit.OK
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        (["--events", "-", "--until", "gisteren"], "", Exit.USAGE, "--until"),
        (["--events", "-"], '{"id": 1}', Exit.REFUSED, "standard input: line 1: id"),
        (["--events", "nergens.jsonl"], "", Exit.REFUSED, "nergens.jsonl cannot be read"),
        (["--events", "."], "", Exit.REFUSED, "cannot be read"),
        (["--events", "-"], b"\xff\xfe{}", Exit.REFUSED, "standard input is not text in UTF-8"),
        ([], "", Exit.USAGE, "--events"),
    ],
)
def test_replay_says_what_it_cannot_read(call, words, given, code, said):
    told = call("replay", "--agreements", str(AGREEMENTS), *words, given=given)

    assert told.exit_code == code
    assert said in told.stderr
    assert told.stdout == ""


def test_wrong_agreements_are_refused_with_their_place(call, tmp_path):
    (tmp_path / "fout.yaml").write_text("agreement: fout\n")
    told = call("replay", "--agreements", str(tmp_path), "--events", "-", given="")

    assert told.exit_code == Exit.REFUSED
    assert "fout.yaml:1" in told.stderr


def test_a_ledger_that_is_not_there_is_not_made(call, tmp_path):
    for words in (["export"], ["case", "c-1"], ["why", "c-1"]):
        told = call(*words, "--data", str(tmp_path / "nergens"))

        assert told.exit_code == Exit.UNREACHABLE
        assert "There is no ledger" in told.stderr
    assert not (tmp_path / "nergens").exists()


def test_an_unknown_case_is_refused_with_the_next_step(call, tmp_path):
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()
    told = call("case", "c-1", "--data", str(tmp_path))

    assert told.exit_code == Exit.REFUSED
    assert "There is no case c-1" in told.stderr


@pytest.mark.parametrize("number", ["DE7E-61C7", "de7e61c7", "DE7E", CASE.upper(), CASE])
def test_a_case_is_found_by_its_number_as_the_board_shows_it(call, told_of, number):
    told = call("case", number, "--data", str(told_of(CASE)))

    assert told.exit_code == Exit.OK, told.stderr
    assert "legde een melding vast" in told.stdout


def test_a_case_calls_a_ladder_by_its_name_and_by_its_id_where_no_agreement_is(call, told_of, tmp_path, monkeypatch):
    folder, started = told_of(CASE), {"escalation_id": "e-1", "ladder": "samen-doen", "level": 1, "direction": None}
    clock = FixedClock(LONG_AGO + 1)
    with closing(Ledger.open(f"sqlite:///{folder}/ledger.db", clock=clock)) as ledger, ledger.writing() as w:
        w.append([a_draft(CASE, "escalation_started", **started, reason="samenwerking-stagneert")])

    assert "een escalatie (Samen Doen, niveau 1)" in call("case", CASE, "--data", str(folder)).stdout
    monkeypatch.setenv("WAAKVLAM_AGREEMENTS", str(tmp_path / "nergens"))
    assert "een escalatie (samen-doen, niveau 1)" in call("case", CASE, "--data", str(folder)).stdout


def test_a_number_that_fits_more_cases_says_which(call, told_of):
    told = call("why", "DE7E-61C7", "--data", str(told_of(CASE, CASE[:-1] + "2")))

    assert told.exit_code == Exit.REFUSED
    assert CASE in told.stderr
    assert "Give more of the number" in told.stderr


def test_where_all_that_remains_is_late_nothing_says_that_no_term_runs(call, told_of):
    told = call("why", CASE, "--data", str(told_of(CASE)))
    what_is_open, _, after = told.stdout.partition("Hierna:")

    assert "Te laat" in what_is_open
    assert after.strip() == "Hierna komt niets meer; wat te laat is, staat hierboven."


def test_an_empty_ledger_is_exported_as_nothing(call, tmp_path):
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()
    told = call("export", "--data", str(tmp_path))

    assert told.exit_code == Exit.OK
    assert told.stdout == ""
    assert told.stderr == "0 events.\n"


def test_a_demonstration_wants_an_empty_folder(call, tmp_path):
    (tmp_path / "iets").write_text("")
    told = call("demo", "--keep", str(tmp_path))

    assert told.exit_code == Exit.USAGE
    assert "is not empty" in told.stderr


def test_what_is_not_named_lies_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WAAKVLAM_RADAR", "postgresql://elders/radar")
    places = read_settings(tmp_path).places()

    assert places["WAAKVLAM_LEDGER"] == f"sqlite:///{tmp_path}/ledger.db"
    assert places["WAAKVLAM_CHECKPOINT_KEY"] == f"{tmp_path}/checkpoint.key"
    assert places["WAAKVLAM_RADAR"] == "postgresql://elders/radar"


def test_the_doctor_names_the_next_step():
    finding = Finding("kafka", ok=False, seen="no answer", next_step="Start it.")

    assert finding.line() == "NOT  kafka: no answer\n      -> Start it."
    assert Finding("kafka", ok=True, seen="answers", next_step="Start it.").line() == "ok   kafka: answers"


def test_the_doctor_sees_what_is_wrong(tmp_path):
    sick = Settings(
        data=tmp_path,
        ledger="sqlite:///nergens/ledger.db",
        agreements=tmp_path,
        clock="altijd",
    )
    found = {one.name: one.ok for one in examine(sick, (python, ledger, agreements, clock, disk))}

    assert found == {"python": True, "ledger": False, "agreements": False, "clock": False, "disk": True}


@pytest.mark.parametrize(("hours", "ok"), [(None, True), (47, True), (49, False)])
def test_the_doctor_says_when_the_last_backup_is_too_old(tmp_path, hours, ok):
    if hours is not None:
        made = SystemClock().now() - timedelta(hours=hours)
        (tmp_path / "backup.made").write_text(f"{made.isoformat()}\n")

    found = backup(Settings(data=tmp_path))

    assert (found.ok, "waakvlam backup" in found.line()) == (ok, hours in {None, 49})


def test_the_doctor_shows_no_password(tmp_path):
    found = ledger(Settings(data=tmp_path, ledger="postgresql://waakvlam:geheim@127.0.0.1:1/waakvlam"))

    assert not found.ok
    assert "geheim" not in found.line()


def test_the_doctor_says_which_part_of_a_login_is_missing(tmp_path):
    login = {"security": "sasl_ssl", "sasl_username": "intake", "sasl_password_file": tmp_path / "nowhere"}
    found = kafka(Settings(data=tmp_path, **login))

    assert not found.ok
    assert "WAAKVLAM_SASL_PASSWORD_FILE" in found.seen


def test_the_doctor_leaves_the_logging_of_libraries_as_it_was(tmp_path):
    logger = logging.getLogger("aiokafka")
    before = logger.level

    kafka(Settings(data=tmp_path, bootstrap="127.0.0.1:1"))

    assert logger.level == before


def test_the_doctor_is_content_where_all_is_well(tmp_path):
    Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(1)).close()
    well = Settings(data=tmp_path)

    assert all(one.ok for one in examine(well, (python, ledger, agreements, clock)))


def test_the_data_folder_alone_finds_what_runs_there_and_the_environment_goes_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_word(Settings(data=tmp_path, bootstrap="127.0.0.1:1234", board_port=4321))

    found = read_settings(tmp_path)
    monkeypatch.setenv("WAAKVLAM_BOOTSTRAP", "kafka.voorbeeld:9092")

    assert (found.bootstrap, found.board_port) == ("127.0.0.1:1234", 4321)
    assert read_settings(tmp_path).bootstrap == "kafka.voorbeeld:9092"
