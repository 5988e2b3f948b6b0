"""`waakvlam status`: one screen that says what is wrong first, also when what it asks does not answer."""

import json
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from cli.broker import free_port
from cli.exits import Exit
from cli.main import app
from cli.readings import Readings, on_page
from cli.status import Moment, status_of
from cli.status_lines import screen, span
from ledger.application import Ledger
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, report
from waakvlam.clock import FixedClock

NOW = 1_764_068_400.0
REAL = Moment(NOW, NOW, is_accelerated=False)
PARTS = ("intake", "triage", "monitoring", "board", "watch")
WELL = {
    **{f'waakvlam_clock_timestamp_seconds{{part="{part}"}}': NOW for part in PARTS},
    **{f'waakvlam_watch_reachable_state{{what="{what}"}}': 1 for what in ("kafka", "ledger")},
    'waakvlam_watch_lag_records{reader="intake",topic="agency.politie-nn"}': 0,
    "waakvlam_watch_looked_timestamp_seconds": NOW - 3,
    "waakvlam_watch_relay_behind_events": 0,
    "waakvlam_ledger_events": 28_144,
    "waakvlam_radar_open_cases_without_deadline": 0,
    "waakvlam_radar_heartbeat_timestamp_seconds": NOW - 1,
    "waakvlam_radar_horizon_timestamp_seconds": NOW - 2,
    "waakvlam_checkpoint_proven_events": 20_000,
    "waakvlam_checkpoint_proven_timestamp_seconds": NOW - 3600,
    "waakvlam_watch_backup_made_timestamp_seconds": NOW - 7200,
    'waakvlam_watch_expires_timestamp_seconds{what="broker"}': NOW + 90 * 86_400,
}


def told(changes=None, moment=REAL, without=()):
    numbers = {name: value for name, value in (WELL | (changes or {})).items() if name not in without}
    return status_of(Readings(on_page("".join(f"{name} {value}\n" for name, value in numbers.items()))), moment, 12)


def alerts_of(status):
    return [one["alert"] for one in status["wrong"]]


def test_when_all_is_well_it_says_so_and_shows_each_number():
    status = told()
    shown = "\n".join(screen(status))

    assert status["wrong"] == []
    assert "Nothing is wrong." in shown
    for words in (
        "28,144 events",
        "12 events in the last hour",
        "proven up to event 20,000",
        "2 hours since",
        "broker 20",
    ):
        assert words in shown, words
    assert len(screen(status)) < 24


def test_what_others_stand_on_goes_first_and_what_can_wait_goes_last():
    status = told(
        {
            'waakvlam_watch_reachable_state{what="kafka"}': 0,
            'waakvlam_watch_no_progress_seconds{reader="board",topic="case-events"}': 61,
            'waakvlam_watch_expires_timestamp_seconds{what="login-politie-nn"}': NOW + 86_400,
            "waakvlam_board_oldest_unseen_seconds": 8 * 86_400,
        },
        without=['waakvlam_clock_timestamp_seconds{part="triage"}'],
    )

    assert alerts_of(status) == [
        "WaakvlamKafkaUnreachable",
        "WaakvlamServiceDown",
        "WaakvlamReaderStuck",
        "WaakvlamAlertUnseen",
        "WaakvlamExpiresSoon",
    ]
    assert [one["who"] for one in status["wrong"]] == [[], ["triage"], ["board case-events"], [], ["login-politie-nn"]]
    assert all(one["step"] and one["runbook"].endswith(".md") for one in status["wrong"])


def test_what_nobody_told_is_not_known_and_never_zero():
    status = status_of(Readings([]), REAL, None)
    shown = "\n".join(screen(status))

    assert status["relay"] == {"behind": None, "seconds": None}
    assert status["checkpoint"]["events"] is None
    assert "0 behind" not in shown
    assert "without a deadline not known" in shown
    assert "intake DOWN" in shown


def test_an_instant_that_was_never_told_is_no_age():
    assert told({"waakvlam_radar_heartbeat_timestamp_seconds": 0})["radar"]["heartbeat_seconds"] is None
    assert alerts_of(told({"waakvlam_watch_backup_made_timestamp_seconds": 0})) == []


def test_on_an_accelerated_clock_ages_of_that_clock_say_nothing():
    late = {"waakvlam_radar_horizon_timestamp_seconds": NOW - 900}

    assert alerts_of(told(late)) == ["WaakvlamRadarBehind"]
    assert alerts_of(told(late, Moment(NOW, NOW, is_accelerated=True))) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_200, "2 hours"), (200_000, "2 days")],
)
def test_lengths_of_time_are_told_in_one_unit(seconds, words):
    assert span(seconds) == words


def filled(folder):
    clock = FixedClock(1_764_068_400_000_000)
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        Desk(ledger, clock, Pipeline(ledger, clock=clock)).take(report("politie-nn", "e-1", reference="r-1"))


def run(tmp_path, monkeypatch, *words):
    for name in ("INTAKE", "TRIAGE", "MONITORING", "BOARD", "WATCH"):
        monkeypatch.setenv(f"WAAKVLAM_{name}_PORT", str(free_port()))
    monkeypatch.setenv("WAAKVLAM_BOOTSTRAP", f"127.0.0.1:{free_port()}")
    return CliRunner().invoke(app, ["status", "--json", "--data", str(tmp_path), *words])


def test_with_kafka_and_all_services_down_the_ledger_is_read_from_here_and_the_rest_is_said(tmp_path, monkeypatch):
    filled(tmp_path)

    done = run(tmp_path, monkeypatch)

    status = json.loads(done.stdout)
    assert done.exit_code == Exit.UNREACHABLE
    assert alerts_of(status)[:2] == ["WaakvlamKafkaUnreachable", "WaakvlamServiceDown"]
    assert status["ledger"] == {"events": 1, "cases": 1, "events_in_the_last_hour": 1}
    assert status["relay"]["behind"] == 1
    assert status["set_aside"]["parked"]["events"] == 0
    assert done.stderr == ""


def test_with_the_ledger_down_too_it_says_that_and_makes_none(tmp_path, monkeypatch):
    done = run(tmp_path, monkeypatch)

    assert done.exit_code == Exit.UNREACHABLE
    assert alerts_of(json.loads(done.stdout))[:2] == ["WaakvlamKafkaUnreachable", "WaakvlamLedgerUnreachable"]
    assert list(tmp_path.glob("*.db")) == []


@contextmanager
def answering(body):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_in_a_cluster_prometheus_is_asked_for_all_parts(tmp_path, monkeypatch):
    rows = [
        {"metric": {"__name__": name, "job": part, **labels}, "value": [NOW, value]}
        for name, part, labels, value in [
            *(("waakvlam_clock_timestamp_seconds", part, {"part": part}, "1") for part in PARTS),
            ("waakvlam_radar_cases", "monitoring", {"state": "open", "pod": "a"}, "20"),
            ("waakvlam_radar_cases", "monitoring", {"state": "open", "pod": "b"}, "22"),
            ("waakvlam_radar_cases_broken", "monitoring", {"pod": "b"}, "1"),
        ]
    ]
    with answering(json.dumps({"data": {"result": rows}}).encode()) as url:
        done = run(tmp_path, monkeypatch, "--prometheus", url)

    status = json.loads(done.stdout)
    assert done.exit_code == Exit.DIFFERS
    assert alerts_of(status) == ["WaakvlamCaseBroken"]
    assert status["radar"]["open_cases"] == 42


@pytest.mark.parametrize(("url", "code"), [("prometheus:9090", Exit.USAGE), ("http://127.0.0.1:9", Exit.UNREACHABLE)])
def test_a_prometheus_that_does_not_answer_is_said(tmp_path, monkeypatch, url, code):
    done = run(tmp_path, monkeypatch, "--prometheus", url)

    assert done.exit_code == code
    assert "Give " in done.stderr


def test_another_program_on_a_port_is_not_taken_for_a_part(tmp_path, monkeypatch):
    filled(tmp_path)
    with answering(registry("triage").text()) as url:
        monkeypatch.setenv("WAAKVLAM_TRIAGE_PORT", url.rpartition(":")[2])
        monkeypatch.setenv("WAAKVLAM_BOOTSTRAP", f"127.0.0.1:{free_port()}")
        done = CliRunner().invoke(app, ["status", "--json", "--data", str(tmp_path)])

    assert not json.loads(done.stdout)["parts"]["triage"]["answers"]
