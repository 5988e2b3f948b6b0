"""Intake as a process of its own, on a real Kafka: what goes in comes out, whatever is killed in the meantime."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta

import kafka
import pytest
from typer.testing import CliRunner

from cli.broker import Broker, free_port
from cli.kafka_admin import apply_matrix
from cli.main import app
from ledger import ledger_clock, record
from ledger.application import Ledger
from services.intake import operators
from services.intake.testing import HOUR, NOON, report, sent
from waakvlam.clock import SystemClock
from waakvlam.kafka import KafkaTransport, Receipts
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings
from waakvlam.topics import agencies

pytestmark = pytest.mark.real
VT, POLICE = "veilig-thuis-groningen", "politie-nn"
WITHIN_SECONDS = 60


@pytest.fixture
def broker(tmp_path):
    started = Broker(tmp_path / "kafka").start()
    apply_matrix(KafkaSettings(bootstrap=started.bootstrap))
    yield started
    started.stop()


@pytest.fixture
def site(tmp_path, broker):
    return Site(tmp_path, broker.bootstrap)


class Site:
    """Where intake runs: its surroundings, and what is sent to it and heard from it."""

    def __init__(self, folder, bootstrap):
        self.folder, self.bootstrap, self.port = folder, bootstrap, free_port()
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.surroundings = {
            **os.environ,
            "WAAKVLAM_BOOTSTRAP": bootstrap,
            "WAAKVLAM_LEDGER": self.url,
            "WAAKVLAM_KEYS": str(folder / "keys.db"),
            "WAAKVLAM_DATA": str(folder),
            "WAAKVLAM_INTAKE_PORT": str(self.port),
        }
        self.log = folder / "intake.log"

    @contextmanager
    def intake(self):
        process = self.start()
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def start(self):
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "services.intake"], env=self.surroundings, stderr=log)

    def run(self):
        command = [sys.executable, "-m", "services.intake"]
        return subprocess.run(command, env=self.surroundings, capture_output=True, text=True, check=False)

    def command(self, *words):
        return CliRunner().invoke(app, words, env=self.surroundings)

    def send(self, *records):
        with closing(KafkaTransport(KafkaSettings(bootstrap=self.bootstrap, patience_seconds=30))) as transport:
            for number, one in enumerate(records):
                transport.send(Parcel(f"n-{number}", one.topic, one.key, one.value, list(one.headers)))
            transport.flush()

    def receipts(self, agency=VT):
        return Receipts(agency, KafkaSettings(bootstrap=self.bootstrap, patience_seconds=30))

    def page(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, ""
        except OSError:
            return 0, ""

    @contextmanager
    def ledger(self):
        with closing(Ledger.open(self.url, clock=SystemClock())) as opened:
            yield opened

    def read(self, topic, wanted, seconds=WITHIN_SECONDS):
        """Return the records of a topic once `wanted(records)` is true."""
        found = []
        with closing(
            kafka.KafkaConsumer(topic, bootstrap_servers=self.bootstrap, group_id=None, auto_offset_reset="earliest")
        ) as consumer:
            deadline = time.monotonic() + seconds
            while not wanted(found) and time.monotonic() < deadline:
                for some in consumer.poll(timeout_ms=200).values():
                    found += some
        assert wanted(found), f"{topic} holds {len(found)} records; {self.log.read_text()[-2000:]}"
        return found


def until(condition, *, seconds=WITHIN_SECONDS):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def story(number):
    """Return a report of a family, two events that follow it, and the first of them once more."""
    file = f"d-{number}"
    follow = [sent(VT, "condition_met", f"{file}-{step}", condition_id="vw-1", reference=file) for step in (1, 2)]
    return [report(VT, f"{file}-0", persons=[f"psn-voorbeeld-{number}"], reference=file), *follow, follow[0]]


def test_what_goes_in_comes_out_and_it_stops_when_told(site):
    bad = report(POLICE, "p-2", headers={"ce_type": b"nl.waakvlam.iets-anders.v1"})
    with site.intake() as intake, site.receipts() as heard, site.receipts(POLICE) as police:
        until(lambda: site.page("ready")[0] == 200)
        site.send(*story(1), report(POLICE, "p-1", persons=["psn-voorbeeld-1"], reference="pv-1"), bad)
        receipts = [*heard.until_quiet(3), *police.until_quiet(3)]
        records = site.read("case-events", lambda found: len(found) >= 4)
        (letter,) = site.read(agencies()[POLICE].dead_letters, lambda found: len(found) >= 1)
        stroke = site.read(
            "ledger-clock", lambda found: any(ledger_clock.decode(one.value).position == 4 for one in found)
        )[-1]
        status, metrics = site.page("metrics")
        intake.send_signal(signal.SIGTERM)

        assert intake.wait(10) == 0
    assert Counter(one.verdict for one in receipts) == {"accepted": 4, "duplicate": 1, "rejected": 1}
    assert len({one.case for one in receipts if one.case}) == 1
    assert (letter.key, letter.value) == (bad.key, bad.value)
    told = [record.decode(one.value) for one in records]
    assert sorted(one.version for one in told) == [1, 2, 3, 4]
    assert all(one.key.decode() == one_told.case for one, one_told in zip(records, told, strict=True))
    assert sum(ledger_clock.decode(stroke.value).ends.values()) == 4
    assert status == 200
    assert 'waakvlam_intake_verdicts_total{agency="politie-nn",type="unknown",verdict="rejected"} 1.0' in metrics
    assert "psn-voorbeeld" not in site.log.read_text() + metrics


def test_nobody_lets_danger_wait_alone_by_the_agreements_that_the_service_reads(site):
    until_on = SystemClock().now().date() + timedelta(days=3)
    stall = {"reference": "d-1", "rule": "ST-39", "instance": "e-0", "until_on": until_on, "reason": "wachtlijst"}
    proposal = sent(VT, "stall_acceptance_proposed", "e-2", recorded_by="mdw-1", **stall)
    alone, together = (sent(VT, "stall_accepted", one, recorded_by="mdw-2", **stall) for one in ("e-1", "e-3"))
    with site.intake(), site.receipts() as heard:
        until(lambda: site.page("ready")[0] == 200)
        site.send(report(VT, "e-0", reference="d-1"), alone, proposal, together)
        told = {one.id: one for one in heard.until_quiet(3)}

    assert [told[f"e-{number}"].verdict for number in range(4)] == ["accepted", "refused", "accepted", "accepted"]
    assert told["e-1"].reason.startswith("Gevaar (zwaarte 5) laat niemand alleen wachten.")


def test_two_persons_erase_a_case_from_the_command_line_and_it_is_proven(site):
    long_ago = HOUR * 24 * 366 * 9
    story = [
        report(VT, "r-1", reference="d-1", persons=["psn-voorbeeld-1"], at=NOON - long_ago),
        sent(VT, "case_closed", "c-1", reference="d-1", at=NOON - long_ago + HOUR, reason="veilig"),
    ]
    with site.intake():
        until(lambda: site.page("ready")[0] == 200)
        site.send(*story)
        with site.ledger() as ledger:
            until(lambda: ledger.head() == 2)
            case = ledger.record("r-1")[1].case
        (kept,) = json.loads(site.command("retention", "--until", "2046-01-01", "--json").stdout)
        proposed = site.command("erase", case, "--by", "mdw-1", "--ground", "verzoek-betrokkene", "--json")
        proposal = json.loads(proposed.stdout)["proposal"]
        alone = site.command("erase", case, "--by", "mdw-1", "--confirm", proposal)
        done = site.command("erase", case, "--by", "mdw-2", "--confirm", proposal, "--json")
        again = site.command("erase", "--again", "--json")
        left = site.command("retention", "--until", "2046-01-01", "--json")

    assert (kept["case"], kept["kept_until"]) == (case, "2036-11-18")
    assert alone.exit_code == 3
    assert "Wie het wissen voorstelde" in alone.stderr
    proof = json.loads(done.stdout)
    assert (done.exit_code, proof["sealed_before"], proof["readable_before"]) == (0, 1, [])
    assert (proof["chain"], json.loads(again.stdout), json.loads(left.stdout)) == ("in order", {"keys": 0}, [])


def test_killed_again_and_again_in_mid_stream_nothing_is_lost_and_nothing_counts_twice(site):
    ids = {f"d-{number}-{step}" for number in range(3_000) for step in range(3)}
    site.send(*(one for number in range(3_000) for one in story(number)))
    with site.ledger() as ledger:
        heads = [0]
        while heads[-1] < len(ids) and len(heads) < 7:
            with site.intake():
                until(lambda: ledger.head() > heads[-1])
            heads.append(ledger.head())
        assert len(heads) > 3, "it was not killed in mid-stream"
        with site.intake() as intake:
            until(lambda: ledger.head() == len(ids) and ledger.counts().outbox == 0)
            records = site.read(
                "case-events", lambda found: len({(one.key, version(one)) for one in found}) == len(ids)
            )
            intake.send_signal(signal.SIGTERM)
            assert intake.wait(10) == 0
        told = [record.decode(one.body) for one in ledger.notifications(after=0, limit=10_000)]
        assert list(ledger.verify_all()) == []
    with site.receipts() as heard:
        accepted = {one.id for one in heard.until_quiet(3) if one.verdict == "accepted"}
    assert accepted == ids
    assert Counter(one.event_id for one in told) == Counter(ids)
    assert {(one.key.decode(), version(one)) for one in records} == {(one.case, one.version) for one in told}


def test_the_broker_may_be_killed_in_mid_stream(site, broker):
    with site.intake() as intake:
        until(lambda: site.page("ready")[0] == 200)
        site.send(*(one for number in range(200) for one in story(number)))
        broker.kill()
        broker.start()
        site.send(*(one for number in range(200, 400) for one in story(number)))
        with site.ledger() as ledger:
            until(lambda: ledger.head() == 1_200 and ledger.counts().outbox == 0)
        site.read("case-events", lambda found: len({(one.key, version(one)) for one in found}) == 1_200)
        assert intake.poll() is None


def test_an_agency_that_sends_nothing_but_rubbish_is_stopped_until_somebody_mends_it(site):
    good = report(VT, "e-1", reference="d-1")
    rubbish = [type(good)(good.topic, b"k", b"geen avro", good.headers) for _ in range(150)]
    with site.intake(), site.receipts() as heard:
        until(lambda: site.page("ready")[0] == 200)
        site.send(*rubbish, report(POLICE, "p-1"))
        assert len(list(heard.until_quiet(3))) == 100
        assert until(lambda: "waakvlam_intake_agency_stopped_state" in site.page("metrics")[1])
        assert re.search(rf'stopped_state{{agency="{VT}"}} 1.0', site.page("metrics")[1])
        assert re.search(rf'"event": "fuse_blown", "agency": "{VT}".*waakvlam fuse reset AGENCY', site.log.read_text())

        with site.ledger() as ledger:
            assert operators.reset_fuse(ledger, VT, who="op-1", reason="de afzender heeft het hersteld")
        assert len(list(heard.until_quiet(6))) == 50


def test_a_second_intake_that_took_over_makes_the_first_stop(site):
    with site.intake() as intake:
        until(lambda: site.page("ready")[0] == 200)
        site.send(*story(1))
        with site.ledger() as ledger:
            until(lambda: ledger.head() == 3)
            with ledger.writing() as w:  # as another intake would, that took over while this one stood still
                places = [(agencies()[VT].topic, number) for number in range(3)]
                for place, at in w.positions(places).items():
                    w.move_position(*place, at, at + 1)
        site.send(*story(1))

        assert intake.wait(WITHIN_SECONDS) == 1
    assert "another reader moved it" in site.log.read_text()


def test_without_kafka_it_says_so_and_ends(tmp_path):
    ended = Site(tmp_path, f"127.0.0.1:{free_port()}").run()

    assert ended.returncode == 2
    assert json.loads(ended.stderr.splitlines()[-1])["event"] == "kafka_unreachable"


def version(one):
    return int(dict(one.headers)["version"])
