"""One fault calls once: a real Alertmanager holds back what follows from something else, and nothing that does not."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.broker import free_port
from tests.contract.alert_rules import ROOT, alerts

CONFIG = ROOT / "deploy" / "local" / "alertmanager.yml"
WITHIN_SECONDS = 30


class Alertmanager:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        tool = shutil.which("prometheus-alertmanager")
        assert tool, "prometheus-alertmanager is not here: make setup installs it"
        quiet = CONFIG.read_text("utf-8").replace("http://127.0.0.1:9099/", f"http://127.0.0.1:{free_port()}/")
        (folder / "alertmanager.yml").write_text(quiet, "utf-8")
        where = [f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'kept'}"]
        listening = [f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="]
        self.process = subprocess.Popen(
            [tool, *where, *listening], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def ask(self, path: str, body: object = None) -> object:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return json.loads(answer.read() or b"null")

    def until_it_answers(self) -> None:
        deadline = time.monotonic() + WITHIN_SECONDS
        while True:
            try:
                self.ask("/api/v2/status")
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def heard(self, *fired: dict[str, str]) -> set[str]:
        """Give it these alerts; return the names of those of which people hear.

        It learns what holds others back in the order in which it is told, a moment after it knows the alerts: so it is told
        of one more pair, last of all, and is believed from when that is held back.
        """
        self.ask("/api/v2/alerts", [{"labels": one} for one in fired])
        self.ask("/api/v2/alerts", [{"labels": one} for one in LAST_PAIR])
        deadline = time.monotonic() + WITHIN_SECONDS
        while True:
            told = self.ask("/api/v2/alerts")
            assert isinstance(told, list)
            known = [one for one in told if one["labels"] in list(fired)]
            is_learned = any(one["labels"] == LAST_PAIR[1] and one["status"]["state"] == "suppressed" for one in told)
            if (
                is_learned
                and len(known) == len(fired)
                and all(one["status"]["state"] != "unprocessed" for one in known)
            ):
                return {one["labels"]["alertname"] for one in known if one["status"]["state"] == "active"}
            assert time.monotonic() < deadline, told
            time.sleep(0.05)


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    made = Alertmanager(tmp_path)
    made.until_it_answers()
    yield made
    made.process.terminate()
    made.process.wait(10)


def fired(name: str, **labels: str) -> dict[str, str]:
    fixed = {key: value for key, value in alerts()[name]["labels"].items() if "{{" not in value}
    return {"alertname": name, **fixed, **labels}


STUCK = {"reader": "intake", "part": "intake"}
LAST_PAIR = (
    fired("WaakvlamAgencyStopped", agency="proef", topic="agency.proef"),
    fired("WaakvlamReaderSlow", topic="agency.proef", reader="proef", part="proef"),
)
FOLLOWS = (fired("WaakvlamRadarBehind"), fired("WaakvlamHeartbeatStopped"), fired("WaakvlamAlertsUndelivered"))
# Kafka and the services are as a real fault leaves them; on the right what people hear of.
FAULTS = {
    "Kafka is gone": (
        (fired("WaakvlamKafkaUnreachable"), fired("WaakvlamServiceDown", part="intake"), *FOLLOWS),
        {"WaakvlamKafkaUnreachable"},
    ),
    "a service is down": (
        (fired("WaakvlamServiceDown", part="intake"), fired("WaakvlamReaderStuck", topic="agency.board", **STUCK),
         fired("WaakvlamRelayStopped"), *FOLLOWS),
        {"WaakvlamServiceDown"},
    ),
    "a service is down and another's reader is stuck": (
        (fired("WaakvlamServiceDown", part="triage"), fired("WaakvlamReaderStuck", topic="agency.board", **STUCK)),
        {"WaakvlamServiceDown", "WaakvlamReaderStuck"},
    ),
    "a worker is stuck": (
        (fired("WaakvlamReaderStuck", reader="monitoring", part="monitoring", topic="case-events"), *FOLLOWS),
        {"WaakvlamReaderStuck"},
    ),
    "an agency is stopped, and another topic stands still": (
        (fired("WaakvlamAgencyStopped", agency="politie-nn", topic="agency.politie-nn"),
         fired("WaakvlamReaderSlow", topic="agency.politie-nn", **STUCK),
         fired("WaakvlamReaderStuck", topic="agency.board", **STUCK)),
        {"WaakvlamAgencyStopped", "WaakvlamReaderStuck"},
    ),
    "Kafka is gone while the ledger was changed and the disk fills up": (
        (fired("WaakvlamKafkaUnreachable"), fired("WaakvlamLedgerChanged"), fired("WaakvlamDiskNearlyFull"),
         fired("WaakvlamDeadlineBroken"), fired("WaakvlamWatchdog")),
        {"WaakvlamKafkaUnreachable", "WaakvlamLedgerChanged", "WaakvlamDiskNearlyFull", "WaakvlamDeadlineBroken", "WaakvlamWatchdog"},
    ),
    "nothing else is known": ((*FOLLOWS,), {one["alertname"] for one in FOLLOWS}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_calls_once(alertmanager: Alertmanager, fault: str) -> None:
    fallen, heard = FAULTS[fault]

    assert alertmanager.heard(*fallen) == heard


def test_who_is_called_is_written_in_order() -> None:
    done = subprocess.run(["amtool", "check-config", str(CONFIG)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("severity", "receiver"), [("page", "page"), ("ticket", "ticket"), ("none", "dead-mans-switch")]
)
def test_urgency_decides_who_is_called(severity: str, receiver: str) -> None:
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}", f"severity={severity}"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == receiver


def test_a_prometheus_on_this_machine_takes_the_rules() -> None:
    tool = ["promtool", "check", "config", str(ROOT / "deploy" / "local" / "prometheus.yml")]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
