"""What is found at both ends after a run, and in between: read from the files, Kafka and the databases themselves."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import kafka

from cli.summary import Replayed, export_lines
from ledger import record
from ledger.application import Ledger
from ledger.relay import TOPIC as CASE_EVENTS
from rulebook.agreements import load
from rulebook.replay import replay
from tests.torture.site import Site
from tests.torture.stories import POLICE, VEILIG_THUIS
from waakvlam import receipt as receipts
from waakvlam.topics import agencies

POLL_MILLISECONDS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A record as the agencies wrote it down, or as it stands on an agency's topic: the id, and the hash of its value."""

    id: str
    content: str


@dataclass(frozen=True, slots=True)
class Told:
    """A record of the ledger, or one of case-events; `body` is the hash of its bytes."""

    case: str
    version: int
    event_id: str
    type: str
    agency: str
    payload: str
    body: str


@dataclass(slots=True)
class Evidence:
    """All that the judge looks at. Nothing here has asked the product what it ought to be."""

    sent: list[tuple[Line, str]] = field(default_factory=list)  # with what it must come to
    families: dict[str, str] = field(default_factory=dict)  # of each event id
    arrived: Counter[Line] = field(default_factory=Counter)  # on the agencies' topics
    receipts: dict[str, set[tuple[str, int | None]]] = field(default_factory=dict)  # id: (verdict, position)
    ledger: list[Told] = field(default_factory=list)  # in order of position
    contents: dict[str, str] = field(default_factory=dict)  # id: hash in the register
    findings: list[str] = field(default_factory=list)  # of verification
    parked: int = 0
    on_the_bus: list[Told] = field(default_factory=list)  # in order of each partition
    raised: frozenset[str] = frozenset()  # in the ledger, due up to the moment of judgement
    early: frozenset[str] = frozenset()  # marked so by the radar
    replayed: frozenset[str] = frozenset()
    open_in_ledger: frozenset[str] = frozenset()
    open_on_board: frozenset[str] = frozenset()
    without_deadline: int = 0


def gathered(site: Site, until: int, *, strange: frozenset[str] = frozenset()) -> Evidence:
    """Read everything, once all is quiet; alerts are compared up to `until`. Of types that are `strange` here no rule speaks."""
    found = Evidence()
    _read_sent(site, found)
    with closing(site.open_ledger()) as ledger:
        _read_ledger(ledger, found)
        _read_alerts(site, ledger, until, found, strange)
    _read_bus(site, found)
    return found


def _read_sent(site: Site, found: Evidence) -> None:
    with site.sent_file.open(encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            found.sent.append((Line(one["id"], one["content"]), one["must"]))
            found.families[one["id"]] = one["family"]


def _read_ledger(ledger: Ledger, found: Evidence) -> None:
    after = 0
    while page := ledger.notifications(after=after):
        after = page[-1].position
        found.ledger += [_told(one.body) for one in page]
    ids = [one.event_id for one in found.ledger]
    found.contents = {event_id: content.hex() for event_id, content in ledger.contents(ids).items()}
    found.findings = [f"{one.case} {one.version} {one.position}: {one.reason}" for one in ledger.verify_all()]
    found.parked = ledger.parked_now()


def _read_alerts(site: Site, ledger: Ledger, until: int, found: Evidence, strange: frozenset[str]) -> None:
    raised, open_alerts = {}, set()
    lines = [one for one in export_lines(ledger) if json.loads(one)["type"] not in strange]
    for line in map(json.loads, lines):
        if line["type"] == "alert_raised":
            raised[line["data"]["alert"]] = line["data"]["due"]
            open_alerts.add((line["data"]["alert"], line["data"].get("row")))
        if line["type"] == "alert_closed":
            open_alerts.discard((line["data"]["alert"], line["data"].get("row")))
    rows = replay(load(site.settings.agreements), lines, until=until)
    replayed = Replayed(until, frozenset(str(row["alert"]) for row in rows))
    beside = replayed.beside(raised)
    found.replayed = replayed.alerts
    found.raised = (replayed.alerts | set(beside.live_only)) - set(beside.replay_only)
    found.open_in_ledger = frozenset(alert for alert, _ in open_alerts)
    with site.books.radar.reading() as t:
        found.early = frozenset(row[0] for row in t.rows("SELECT alert FROM alerts WHERE early = 1"))
    with site.books.board.reading() as t:
        found.open_on_board = frozenset(
            row[0] for row in t.rows("SELECT alert FROM board_alerts WHERE closed_at IS NULL")
        )
    found.without_deadline = int(sum(site.gauges("waakvlam_radar_open_cases_without_deadline")))


def _read_bus(site: Site, found: Evidence) -> None:
    for agency in (agencies()[VEILIG_THUIS], agencies()[POLICE]):
        for one in _records(site, agency.topic):
            event_id = dict(one.headers)["ce_id"].decode()
            found.arrived[Line(event_id, hashlib.sha256(one.value).hexdigest())] += 1
        for one in _records(site, agency.receipts):
            told = receipts.decode(one.value)
            found.receipts.setdefault(told.id, set()).add((told.verdict, told.position))
    found.on_the_bus = [_told(one.value) for one in _records(site, CASE_EVENTS)]


def _records(site: Site, topic: str) -> Iterator[Any]:
    """Yield all that stands on a topic now, partition by partition in order."""
    with closing(
        kafka.KafkaConsumer(
            bootstrap_servers=site.settings.bootstrap.split(","), group_id=None, enable_auto_commit=False
        )
    ) as consumer:
        places = [kafka.TopicPartition(topic, one) for one in sorted(consumer.partitions_for_topic(topic))]
        ends: Mapping[Any, int] = consumer.end_offsets(places)
        for place in places:
            consumer.assign([place])
            consumer.seek_to_beginning(place)
            while consumer.position(place) < ends[place]:
                yield from _flat(consumer.poll(timeout_ms=POLL_MILLISECONDS, max_records=5_000).values())


def ends_of(site: Site, topic: str) -> int:
    """Return how many records were ever put on a topic."""
    with closing(
        kafka.KafkaConsumer(
            bootstrap_servers=site.settings.bootstrap.split(","), group_id=None, enable_auto_commit=False
        )
    ) as consumer:
        places = [kafka.TopicPartition(topic, one) for one in consumer.partitions_for_topic(topic)]
        return sum(consumer.end_offsets(places).values())


def _flat(lists: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for one in lists:
        yield from one


def _told(body: bytes) -> Told:
    one = record.decode(body)
    payload = hashlib.sha256(one.payload).hexdigest()
    return Told(one.case, one.version, one.event_id, one.type, one.agency, payload, hashlib.sha256(body).hexdigest())
