"""Triage answers each recorded event with messages that are the same however often it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger import record as ledger_record
from ledger.database import open_database
from ledger.errors import Damaged, Fenced
from ledger.metrics import registry
from ledger.model import OutboxRow
from ledger.record import NOTHING_BEFORE, Record
from ledger.streams.records import Batch, Place
from services.triage import policy
from services.triage.agents import Agent
from services.triage.views import Progress
from waakvlam.catalogue import event_types
from waakvlam.clock import instant_of
from waakvlam.codec import data_of, decode, encode
from waakvlam.envelope import from_headers
from waakvlam.topics import agencies

POLICY = policy.load(Path(__file__).parents[2] / "agreements" / "triage.yaml")
NOON = 1_711_965_600_000_000
PLACE = Place("case-events", 2)
CASE = "0f6b1c2e-5a4d-5e3f-8b7a-0000000000aa"


@dataclass(frozen=True)
class Read:
    topic: str
    partition: int
    offset: int
    value: bytes
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def recorded(version: int, type_: str, **data: object) -> Record:
    at = NOON + version * 1_000_000
    event_type = event_types()[type_]
    shared = {"occurred_at": instant_of(at), "municipality": "0014"}
    return Record(
        event_id=f"e-{version}",
        source="urn:nld:oin:1:systeem:x",
        case=CASE,
        caseless=False,
        version=version,
        type=type_,
        agency="veilig-thuis-groningen",
        municipality="0014",
        reference=None,
        recorded_by=None,
        occurred_at=at,
        recorded_at=at,
        payload=encode(event_type, {**shared, **data}),
        sealed=b"",
        previous=NOTHING_BEFORE,
    )


def report(version: int, *, acute: bool = False) -> Record:
    return recorded(
        version, "report_received", report_id=f"r-{version}", channel="phone", reporter_capacity="school", acute=acute
    )


def batch(*records: Record) -> Batch:
    return Batch({PLACE: [Read(*PLACE, one.version - 1, ledger_record.encode(one)) for one in records]})


@dataclass
class Desk:
    """An agent with a ledger that is a list and a broker that is a list."""

    folder: Path
    ledger: list[Record]
    sent: list[OutboxRow] = field(default_factory=list)

    def agent(self, deliver: object = None) -> Agent:
        agent = Agent(
            POLICY,
            history=lambda _: self.ledger,
            progress=Progress(open_database(f"sqlite:///{self.folder / 'triage.db'}")),
            deliver=deliver or self.sent.extend,
            meters=registry("triage"),
        )
        agent.positions([PLACE])
        return agent

    def said(self) -> list[tuple[str, dict[str, object]]]:
        return [
            (event_type.name, data_of(event_type, record))
            for event_type, record in (decode(one.value or b"") for one in self.sent)
        ]


def test_a_report_is_classified_and_routed_in_the_name_of_triage(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [report(1, acute=True)])

    desk.agent().handle(batch(*desk.ledger))

    assert desk.said() == [
        ("report_classified", {"report_id": "r-1", "class": "first", "earlier_reports": 0}),
        ("case_routed", {"queue": "acute", "priority": 1, "reason": "acuut", "to_agency": "veilig-thuis-groningen"}),
    ]
    assert {(one.topic, one.key) for one in desk.sent} == {("agency.triage", CASE.encode())}
    assert {from_headers(one.headers).source for one in desk.sent} == {agencies()["triage"].source}


def test_an_assessment_is_answered_only_when_it_changes_the_place_in_the_work(tmp_path: Path) -> None:
    told = {"report_id": "r-1", "structural_unsafe": False, "acute_unsafe": False}
    red = recorded(2, "safety_assessed", urgency="red", **told)
    red_again = recorded(3, "safety_assessed", urgency="red", **told)
    desk = Desk(tmp_path, [report(1), red, red_again])

    desk.agent().handle(batch(red, red_again))

    assert [(name, data["reason"]) for name, data in desk.said()] == [("case_routed", "code-rood")]


def test_an_event_that_asks_nothing_of_triage_gets_no_answer(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [report(1), recorded(2, "assessment_started", report_id="r-1")])

    desk.agent().handle(batch(desk.ledger[1]))

    assert desk.sent == []


def test_what_was_recorded_later_does_not_change_the_answer(tmp_path: Path) -> None:
    first, second = report(1), report(2)
    early = Desk(tmp_path / "early", [first])
    late = Desk(tmp_path / "late", [first, second])
    early.agent().handle(batch(first))

    late.agent().handle(batch(first))

    assert late.sent == early.sent


def test_a_crash_between_delivery_and_position_repeats_the_same_messages(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [report(1)])
    agent = desk.agent()
    agent._progress.move({PLACE: (None, 0)})  # somebody else took over in between

    with pytest.raises(Fenced):
        agent.handle(batch(*desk.ledger))
    desk.agent().handle(batch(*desk.ledger))

    assert desk.sent[:2] == desk.sent[2:]
    assert len(desk.sent) == 4


def test_nothing_is_stored_as_read_when_the_broker_did_not_take_the_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [report(1)])

    def refuse(_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        desk.agent(refuse).handle(batch(*desk.ledger))

    assert desk.agent().positions([PLACE]) == {}


def test_a_restart_goes_on_behind_what_was_answered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [report(1), report(2)])
    desk.agent().handle(batch(*desk.ledger))

    assert desk.agent().positions([PLACE]) == {PLACE: 2}


def test_a_ledger_that_lacks_what_was_published_stops_triage(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [])

    with pytest.raises(Damaged, match="version 1"):
        desk.agent().handle(batch(report(1)))
