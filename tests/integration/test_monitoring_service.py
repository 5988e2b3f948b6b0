"""Monitoring and triage as processes of their own, with intake, on a real Kafka: what stands still is told, once."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cli.broker import Broker, free_port
from cli.kafka_admin import apply_matrix
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.database import open_database
from ledger.record import Record
from rulebook import agreements
from rulebook.replay import replay
from services.intake.testing import Sent, report, sent
from waakvlam.clock import SystemClock, micros_of
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
VT, TEAM = "veilig-thuis-groningen", "team-groningen"
SERVICES = ("intake", "triage", "monitoring")
WITHIN_SECONDS = 60


class Site:
    """Where the services run, what is sent to them, and what the ledger then holds."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.folder, self.bootstrap = folder, bootstrap
        self.ports = {name: free_port() for name in SERVICES}
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.numbers = iter(range(1_000_000))

    def start(self, *names: str, **surroundings: str) -> None:
        told = {
            **os.environ,
            "WAAKVLAM_BOOTSTRAP": self.bootstrap,
            "WAAKVLAM_LEDGER": self.url,
            "WAAKVLAM_RADAR": f"sqlite:///{self.folder / 'radar.db'}",
            "WAAKVLAM_TRIAGE": f"sqlite:///{self.folder / 'triage.db'}",
            "WAAKVLAM_KEYS": str(self.folder / "keys.db"),
            "WAAKVLAM_DATA": str(self.folder),
            "WAAKVLAM_AGREEMENTS": str(ROOT / "agreements"),
            **{f"WAAKVLAM_{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
            **surroundings,
        }
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                command = [sys.executable, "-m", f"services.{name}"]
                self.running[name] = subprocess.Popen(command, env=told, stderr=log, cwd=ROOT)

    def kill(self, *names: str) -> None:
        for name in names:
            process = self.running.pop(name)
            assert process.poll() is None, f"{name} was not running: {self.log(name)}"
            process.kill()
            process.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8")[-3_000:]

    def send(self, *records: Sent) -> None:
        with closing(KafkaTransport(KafkaSettings(bootstrap=self.bootstrap, patience_seconds=30))) as transport:
            for one in records:
                transport.send(
                    Parcel(f"n-{next(self.numbers)}", one.topic, one.key, one.value or b"", list(one.headers))
                )
            transport.flush()

    def records(self) -> list[Record]:
        with closing(Ledger.open(self.url, clock=SystemClock())) as ledger:
            return [ledger_record.decode(one.body) for one in ledger.notifications(after=0, limit=100_000)]

    def asked(self, question: str) -> list[tuple[object, ...]]:
        """Return what the radar's own tables answer."""
        with closing(open_database(f"sqlite:///{self.folder / 'radar.db'}")) as database, database.reading() as t:
            return t.rows(question)

    def metric(self, service: str, name: str) -> float:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[service]}/metrics", timeout=5) as answer:
                found = re.search(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
        except OSError:  # it is starting
            return -1.0
        return float(found[1]) if found else 0.0

    def is_ready(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def until(self, condition: Callable[[], object], seconds: float = WITHIN_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            for name, process in self.running.items():
                assert process.poll() is None, f"{name} ended: {self.log(name)}"
            assert time.monotonic() < deadline, f"it did not happen in time: {self.log('monitoring')}"
            time.sleep(0.1)


@pytest.fixture
def site(tmp_path: Path, own_broker: Broker) -> Iterator[Site]:
    apply_matrix(KafkaSettings(bootstrap=own_broker.bootstrap))
    made = Site(tmp_path, own_broker.bootstrap)
    yield made
    for process in made.running.values():
        process.kill()
        process.wait()


def days_ago(days: int) -> int:
    return micros_of(SystemClock().now() - timedelta(days=days))


def forgotten(number: int) -> list[Sent]:
    """Return a family whose report nobody looked at for weeks."""
    file = f"d-{number}"
    return [report(VT, f"{file}-0", at=days_ago(45), persons=[f"psn-voorbeeld-{number}"], reference=file)]


def handed_over(number: int) -> list[Sent]:
    """Return a family that was assessed in time, handed over, and then not seen again."""
    file = f"d-{number}"
    told = {"acute_unsafe": False, "structural_unsafe": True, "urgency": "orange", "report_id": f"r-{file}-0"}
    return [
        report(VT, f"{file}-0", at=days_ago(60), persons=[f"psn-voorbeeld-{number}"], reference=file),
        sent(VT, "safety_assessed", f"{file}-1", at=days_ago(57), reference=file, **told),
        sent(
            VT,
            "handover_offered",
            f"{file}-2",
            at=days_ago(56),
            reference=file,
            handover_id="o",
            to_agency=TEAM,
            after="assessment",
        ),
    ]


def replayed(records: list[Record]) -> set[str]:
    lines = [json.dumps(one.line()) for one in records]
    now = SystemClock().micros()
    return {row["alert"] for row in replay(agreements.load(ROOT / "agreements"), lines, now)}


def raised(records: list[Record]) -> Counter[str]:
    return Counter(one.data()["alert"] for one in records if one.type == "alert_raised")


def test_a_forgotten_family_is_told_of_and_a_kill_changes_nothing(site: Site) -> None:
    site.start(*SERVICES)
    for name in SERVICES:
        site.until(lambda name=name: site.is_ready(name))

    site.send(*(one for number in range(10) for one in forgotten(number)))
    site.until(lambda: raised(site.records()))
    site.kill("monitoring", "triage")
    site.send(*(one for number in range(10, 40) for one in handed_over(number)))
    site.start("monitoring", "triage")
    site.until(lambda: sum(one.type == "case_routed" for one in site.records()) >= 40)
    site.kill("monitoring")
    site.start("monitoring")
    site.until(lambda: replayed(found := site.records()) == set(raised(found)))
    site.until(lambda: site.metric("monitoring", "waakvlam_radar_audited_timestamp_seconds") > 0)

    records = site.records()
    assert set(raised(records).values()) == {1}
    classified = Counter(one.data()["class"] for one in records if one.type == "report_classified")
    assert classified == {"first": 40}
    assert site.metric("monitoring", "waakvlam_radar_open_cases_without_deadline") == 0
    assert site.metric("monitoring", "waakvlam_radar_cases_broken") == 0
    for process in site.running.values():
        process.send_signal(signal.SIGTERM)
    assert [process.wait(20) for process in site.running.values()] == [0, 0, 0]
    assert "psn-voorbeeld" not in "".join(site.log(name) for name in SERVICES)


def in_danger(number: int) -> list[Sent]:
    """Return a family in acute danger, for which nobody acted for almost an hour."""
    file, at = f"d-{number}", micros_of(SystemClock().now() - timedelta(minutes=60, seconds=-40))
    danger = sent(VT, "acute_danger_found", f"{file}-1", at=at, reference=file, report_id=f"r-{file}-0")
    return [report(VT, f"{file}-0", at=at, reference=file), danger]


MINUTES = """
agreement: proef
version: 1
title: Proef
valid_from: 2015-01-01
valid_to: null
applies_to: all
calendar: nl
attention: {default: [{to: worker}]}
rules:
  - {id: ST-02, title: Gevaar, from: [acute_danger_found], until: [acute_action_taken], per: report_id,
     warn: {minutes: 15}, breach: {minutes: 60}, weight: 5, already: true}
"""


def test_when_the_ledgers_clock_stands_still_alerts_are_raised_all_the_same(site: Site) -> None:
    agreed = shutil.copytree(ROOT / "agreements", site.folder / "agreements")
    (agreed / "proef-1.yaml").write_text(MINUTES, "utf-8")
    surroundings = {"WAAKVLAM_AGREEMENTS": str(agreed), "WAAKVLAM_MONITORING_PATIENCE_SECONDS": "2"}
    site.start("intake", "monitoring", **surroundings)
    site.until(lambda: site.is_ready("intake") and site.is_ready("monitoring"))
    site.send(*in_danger(1))
    site.until(lambda: site.asked("SELECT count(*) FROM facts WHERE version = 2") == [(1,)])

    site.kill("intake")
    site.until(lambda: ("breach",) in site.asked("SELECT stage FROM alerts WHERE early = 1"), seconds=120)

    assert "ledger_clock_stopped" in site.log("monitoring")
    assert site.metric("monitoring", "waakvlam_radar_early_scans_total") > 0
