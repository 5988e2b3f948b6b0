"""The numbers that state the promises are true: each from a story of which the answer is known beforehand."""

from contextlib import closing
from dataclasses import dataclass

import pytest

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from services.board.agents import Reader
from services.board.desk import Desk as BoardDesk
from services.board.store import Store
from services.board.waiting import unseen_since
from services.intake.pipeline import Pipeline
from services.intake.telling import tell_taken, type_of
from services.intake.testing import HOUR, NOON, Desk, Sent, report, sent
from tests.journey.region import Region
from waakvlam.clock import FixedClock

VT, POLICE = "veilig-thuis-groningen", "politie-nn"


@pytest.fixture
def meters():
    return registry("intake")


@pytest.fixture
def desk(tmp_path, meters):
    clock = FixedClock(NOON)
    with (
        closing(FileKeyStore(tmp_path / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        yield Desk(ledger, clock, Pipeline(ledger, clock=clock, meters=meters))


def value(meters, name, /, **labels):
    return meters.registry.get_sample_value(name, labels)


def test_what_came_in_is_counted_by_agency_and_type_and_what_became_of_it_by_verdict(desk, meters):
    one = report(POLICE, "e-1", reference="r-1")
    lost = sent(VT, "safety_assessed", "e-2", reference="r-9", acute_unsafe=False, structural_unsafe=True,
                urgency="orange", report_id="e-8")  # fmt: skip
    made_up = Sent(topic=f"agency.{POLICE}", key=b"r-2", value=b"x", headers=[("ce_type", b"nl.waakvlam.verzonnen.v1")])
    desk.take(one, one, lost, made_up)

    received, verdicts = "waakvlam_intake_received_total", "waakvlam_intake_verdicts_total"
    assert value(meters, received, agency=POLICE, type="report_received") == 2
    assert value(meters, received, agency=VT, type="safety_assessed") == 1
    assert value(meters, received, agency=POLICE, type="unknown") == 1
    assert value(meters, verdicts, agency=POLICE, type="report_received", verdict="accepted") == 1
    assert value(meters, verdicts, agency=POLICE, type="report_received", verdict="duplicate") == 1
    assert value(meters, verdicts, agency=VT, type="safety_assessed", verdict="parked") == 1
    assert value(meters, verdicts, agency=POLICE, type="unknown", verdict="rejected") == 1
    assert value(meters, "waakvlam_intake_heard_timestamp_seconds", agency=VT) == NOON / 1e6


def test_a_type_that_a_sender_makes_up_becomes_no_label():
    assert (
        type_of(Sent("agency.politie-nn", None, b"", [("ce_type", b"nl.waakvlam.Fictieve-Frederika.v1")])) == "unknown"
    )
    assert type_of(Sent("agency.politie-nn", None, b"", [("ce_type", b"\xff")])) == "unknown"
    assert type_of(Sent("agency.politie-nn", None, b"", [])) == "unknown"


@dataclass(frozen=True)
class FromKafka:
    topic: str
    timestamp: int
    headers: tuple = ()


def test_the_road_into_the_ledger_is_timed_from_arrival_at_kafka(meters):
    some = [FromKafka(f"agency.{POLICE}", NOON // 1_000 - 400), FromKafka(f"agency.{POLICE}", NOON // 1_000 - 2_000)]
    tell_taken([*some, report(POLICE, "e-1")], meters, real_now=NOON)

    assert value(meters, "waakvlam_intake_recorded_seconds_count") == 2
    assert value(meters, "waakvlam_intake_recorded_seconds_sum") == pytest.approx(2.4)
    assert value(meters, "waakvlam_intake_recorded_seconds_bucket", le="0.5") == 1


def test_each_part_tells_what_time_it_is_for_it():
    clock = FixedClock(NOON)
    told = registry("triage", clock)
    clock.at += HOUR

    assert value(told, "waakvlam_clock_timestamp_seconds", part="triage") == (NOON + HOUR) / 1e6


def test_the_oldest_alert_that_nobody_picked_up_and_how_long_one_waited(tmp_path):
    clock, told = FixedClock(NOON), registry("board")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock, keys=None)
    store = Store(open_database(f"sqlite:///{tmp_path}/board.db"))
    region = Region(ledger, Reader(store, ledger, changed=lambda: None, meters=told), clock)
    region.desk = BoardDesk(store, ledger, region.deliver, clock=clock)
    first_due, second_due = "2025-11-25T09:00:00+00:00", "2025-11-25T10:00:00+00:00"
    with closing(ledger), closing(store.database):
        assert unseen_since(store.database) is None
        first = region.alert("Familie Proef", "ST-07", "Titel", "Daarom.", due=first_due)
        region.alert("Familie Voorbeeld", "ST-07", "Titel", "Daarom.", due=second_due)
        assert unseen_since(store.database) == NOON - 2 * HOUR

        region.tell("Familie Proef", "alert_acknowledged", agency="board", alert=store.alert(first).alert,
                    next_step_on=None, intention=None, by=None)  # fmt: skip

        assert unseen_since(store.database) == NOON - HOUR
    assert value(told, "waakvlam_board_acknowledged_seconds_count") == 1
    assert value(told, "waakvlam_board_acknowledged_seconds_sum") == pytest.approx(7_200, abs=1)
