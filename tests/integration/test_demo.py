"""The demonstration and `up`, whole: a real Kafka, all services as processes, and nothing left behind."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from cli.broker import free_port
from ledger.reconciling import PAIRS
from tests.canaries import files_that_tell

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

SUMMARY_KEYS = {
    "sent",
    "accepted",
    "duplicate",
    "parked",
    "refused",
    "rejected",
    "ledger_events",
    "cases",
    "open_cases",
    "alerts_raised",
    "alerts_closed",
    "open_cases_without_deadline",
    "seconds_to_first_alert",
    "lost",
    "replay",
    "reconcile",
}


def waakvlam(*words: str, **places: str) -> subprocess.Popen[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WAAKVLAM_")}
    homes = {name: os.environ[name] for name in ("WAAKVLAM_KAFKA_HOME",) if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words],
        env={**bare, **homes, **places},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def processes_of(folder: Path) -> list[int]:
    """Return the processes that were given a folder, by their environment or command line."""
    mark = str(folder).encode()
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit() and int(one.name) != os.getpid():
            try:
                told = (one / "environ").read_bytes() + (one / "cmdline").read_bytes()
            except OSError:
                continue
            if mark in told:
                found.append(int(one.name))
    return found


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Let no process outlive a test that fails."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def until(true: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_three_years_are_played_nothing_is_lost_and_replay_agrees(tmp_path):
    """One demonstration, and every claim that its summary makes."""
    data, file = tmp_path / "data", tmp_path / "summary.json"
    with ended(waakvlam("demo", "--seconds", "40", "--summary", str(file), "--keep", str(data), "--json")) as process:
        out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-3000:]
    summary = json.loads(file.read_text())
    decided = ("accepted", "duplicate", "parked", "refused", "rejected")

    assert summary.keys() == SUMMARY_KEYS
    assert summary["lost"] == 0
    assert summary["replay"] == {"same": True, "live_only": [], "replay_only": []}
    assert summary["reconcile"] == dict.fromkeys((one.name for one in PAIRS), 0), "every pair is known, and agrees"
    assert summary["sent"] == sum(summary[verdict] for verdict in decided)
    assert summary["sent"] > 10_000
    assert summary["duplicate"] == 1, "one event was sent again"
    assert summary["rejected"] == 2, "one was poisoned, one was sent again with another content"
    assert summary["parked"] == 1, "one tells of a file that nobody ever reported"
    assert summary["refused"] == 1, "one escalation went to the top at once"
    assert summary["cases"] == 299
    assert summary["open_cases_without_deadline"] == 0
    assert {"ST-01", "ST-07", "ST-12", "ST-13"} <= summary["alerts_raised"].keys()
    assert {"late", "superseded", "case_closed"} <= summary["alerts_closed"].keys()
    assert summary["seconds_to_first_alert"] < 45
    assert json.loads(out)["sent"] == summary["sent"]
    assert "Het bord staat op http://127.0.0.1:" in err
    assert "\x1b" not in err, "no colour when not a terminal"
    assert processes_of(data) == []
    assert_persons_stay_where_they_may_be(data, told=out + err + file.read_text())


def assert_persons_stay_where_they_may_be(data: Path, told: str) -> None:
    """Who the families are stands in what agencies sent and in intake's index, and in nothing else that a run leaves."""
    with closing(sqlite3.connect(data / "ledger.db")) as ledger:
        pseudonyms = [one for (one,) in ledger.execute("SELECT pseudonym FROM persons")]
    pseudonyms = [one for one in pseudonyms if not one.startswith(("erased:", "moved:"))]
    assert len(pseudonyms) > 500
    found = files_that_tell(data, pseudonyms)

    may_hold = re.compile(r"ledger\.db(-wal)?|kafka/.*/(agency|dead-letters)\.[^/]+/.*")
    assert {one for one in found if not may_hold.fullmatch(one)} == set()
    assert any("agency.politie-nn" in one for one in found), "the search finds them where they are"
    assert not any(one in told for one in pseudonyms)


def test_a_demonstration_can_be_stopped_at_any_time(tmp_path):
    data = tmp_path / "data"
    with ended(waakvlam("demo", "--keep", str(data))) as process:
        until(lambda: (data / "ledger.db").exists() or process.poll() is not None, 90)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=90)

    assert process.returncode == 0, err[-3000:]
    assert "Gestopt" in out
    assert processes_of(data) == []


def test_what_dies_is_started_again_and_everything_stops_together(tmp_path):
    ports = {name: free_port() for name in ("INTAKE", "TRIAGE", "MONITORING", "BOARD")}
    places = {f"WAAKVLAM_{name}_PORT": str(port) for name, port in ports.items()}
    places["WAAKVLAM_BOOTSTRAP"] = f"127.0.0.1:{free_port()}"
    data = tmp_path / "data"
    with ended(waakvlam("up", "--local-kafka", "--data", str(data), "--json", **places)) as process:
        until(lambda: all(map(is_ready, ports.values())) or process.poll() is not None, 120)
        [triage] = [one for one in processes_of(data) if _runs(one, "services.triage")]
        os.kill(triage, signal.SIGKILL)
        until(lambda: not is_ready(ports["TRIAGE"]), 20)
        until(lambda: is_ready(ports["TRIAGE"]), 60)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err[-3000:]
    assert json.loads(out)["board"] == f"http://127.0.0.1:{ports['BOARD']}/"
    assert "triage ended with code -9" in err
    assert processes_of(data) == []


def test_up_without_kafka_says_what_to_do(tmp_path):
    places = {"WAAKVLAM_BOOTSTRAP": f"127.0.0.1:{free_port()}"}
    with ended(waakvlam("up", "--data", str(tmp_path), **places)) as process:
        out, err = process.communicate(timeout=60)

    assert process.returncode == 4
    assert "WAAKVLAM_BOOTSTRAP" in err
    assert "Traceback" not in err
    assert out == ""


def _runs(pid: int, module: str) -> bool:
    return module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_when_the_command_itself_is_killed_nothing_stays_behind(tmp_path):
    data = tmp_path / "data"
    with ended(waakvlam("demo", "--keep", str(data))) as process:
        until(lambda: (data / "board.db").exists() or process.poll() is not None, 90)
        process.kill()
        process.communicate(timeout=60)

    until(lambda: processes_of(data) == [], 20)
