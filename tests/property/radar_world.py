"""A small world around the radar: a ledger, a topic with partitions, a clock that promises, and a radar that may crash.

Everything is the real thing but Kafka and the ledger, which are lists. What happens, and in which order the parts take
their turns, is drawn from a random source, so a seed tells the whole story.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ledger import record as ledger_record
from ledger.database import open_database
from ledger.record import NOTHING_BEFORE, Record
from ledger.streams.records import Batch, Place
from rulebook import agreements
from services.monitoring import alert_view
from services.monitoring.horizon import Horizon
from services.monitoring.radar import Radar
from services.monitoring.records import Turn
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, instant_of, micros_of
from waakvlam.codec import encode

ROOT = Path(__file__).parents[2]
TOPIC = "case-events"
PARTITIONS = 2
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AT = micros_of(BEGIN)
DAY = 86_400_000_000
CASE = "00000000-0000-5000-8000-000000000000"

NATIONAL_AND_REGION = RuleIndex(agreements.load(ROOT / "agreements"))

TYPES = {
    "report_received": 6,
    "safety_assessed": 4,
    "acute_danger_found": 2,
    "acute_action_taken": 2,
    "triage_decided": 2,
    "reporter_informed": 2,
    "household_informed": 2,
    "handover_offered": 3,
    "handover_accepted": 3,
    "handover_refused": 3,
    "first_contact_made": 2,
    "plan_agreed": 2,
    "condition_set": 3,
    "condition_met": 2,
    "condition_broken": 2,
    "direct_safety_reached": 2,
    "stable_safety_reached": 2,
    "safety_lost": 2,
    "monitoring_moment_done": 2,
    "incident_recorded": 3,
    "case_closed": 2,
    "case_reopened": 1,
    "event_corrected": 3,
    "event_withdrawn": 3,
    "alert_acknowledged": 2,
    "stall_accepted": 2,
    "case_routed": 2,
}
CHOICES = {
    "plan": ["safety", "help", "recovery"],
    "after": ["assessment", "investigation"],
    "urgency": ["red", "green"],
    "rule": ["ST-03", "ST-08", "ST-13", "ST-01"],
}


@dataclass(frozen=True)
class Read:
    """A record as the pump hands it on."""

    topic: str
    partition: int
    offset: int
    value: bytes
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class World:
    """A ledger that grows, and what is published of it."""

    chance: random.Random
    cases: int = 3
    ledger: list[Record] = field(default_factory=list)
    histories: dict[str, list[Record]] = field(default_factory=dict)
    partitions: list[list[bytes]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    published: int = 0
    now: int = micros_of(BEGIN)
    promised: int = 0
    alerts: list[str] = field(default_factory=list)  # that somebody may acknowledge

    def history(self, case: str) -> list[Record]:
        return self.histories.get(case, [])

    def lines(self) -> list[str]:
        return [json.dumps(record.line()) for record in self.ledger]

    # What agencies tell.

    def tell(self) -> None:
        """Record one event more; often at the same instant as the one before, sometimes weeks later."""
        later = self.now + self.chance.choice([0, 0, 0, 60_000_000, DAY // 3, DAY, 5 * DAY, 40 * DAY])
        self.now = max(later, self.promised + 1)
        case = f"00000000-0000-5000-8000-{self.chance.randrange(self.cases):012}"
        name = self.chance.choices([*TYPES], weights=[*TYPES.values()])[0]
        occurred_at = self.now - self.chance.choice([0, 0, 1_000_000, DAY, 10 * DAY, 30 * DAY])
        self.add(case, name, occurred_at=occurred_at, **self._data(case, name))

    def add(self, case: str, name: str, *, occurred_at: int | None = None, **data: object) -> Record:
        """Record an event of a case, now."""
        told = self.histories.setdefault(case, [])
        at = self.now if occurred_at is None else occurred_at
        shared = {"occurred_at": instant_of(at), "municipality": "0014"}
        record = Record(
            event_id=f"e-{len(self.ledger):05}",
            source="urn:nld:oin:1:systeem:x",
            case=case,
            caseless=False,
            version=len(told) + 1,
            type=name,
            agency=self.chance.choice(["veilig-thuis-groningen", "politie-nn", "team-groningen"]),
            municipality="0014",
            reference=None,
            recorded_by=None,
            occurred_at=at,
            recorded_at=self.now,
            payload=encode(event_types()[name], {**shared, **filled(name, self.chance), **data}),
            sealed=b"",
            previous=NOTHING_BEFORE,
        )
        told.append(record)
        self.ledger.append(record)
        return record

    def _data(self, case: str, name: str) -> dict[str, object]:
        chance, told = self.chance, self.history(case)
        if name in {"event_corrected", "event_withdrawn", "stall_accepted"} and told:
            other = chance.choice(told)
            moved = instant_of(other.occurred_at - chance.choice([0, DAY, 8 * DAY]))
            extra: dict[str, object] = {"event_corrected": {"corrected_at": moved}}.get(name, {})
            return self._named(name, other.event_id, extra)
        if name == "alert_acknowledged" and self.alerts:
            until = (instant_of(self.now) + timedelta(days=chance.randrange(-1, 4))).date()
            return {"alert": chance.choice(self.alerts), "next_step_on": until if chance.random() < 0.8 else None}
        return {}

    def _named(self, name: str, event_id: str, extra: dict[str, object]) -> dict[str, object]:
        fields = {one.name: one for one in event_types()[name].data_fields}
        if name == "stall_accepted":
            until = (instant_of(self.now) + timedelta(days=20)).date()
            return {"instance": event_id, "until_on": until}
        found: dict[str, object] = {"event_id": event_id}
        if name == "event_corrected":
            moment = next(key for key, one in fields.items() if one.data_name == "occurred_at")
            found[moment] = extra["corrected_at"]
        return found

    # What the relay publishes.

    def publish(self, count: int, *, lost: bool = False) -> None:
        """Put the next records on the topic; a `lost` one is left out, as by a topic that was cut off."""
        for record in self.ledger[self.published : self.published + count]:
            if not (lost and self.chance.random() < 0.5):
                self.partitions[partition_of(record.case)].append(ledger_record.encode(record))
        self.published = min(len(self.ledger), self.published + count)

    def publish_again(self, count: int) -> None:
        """Repeat the last records, as a relay does that crashed before it stored its position."""
        for record in self.ledger[max(0, self.published - count) : self.published]:
            self.partitions[partition_of(record.case)].append(ledger_record.encode(record))

    def stroke(self) -> tuple[int, dict[int, int]]:
        """Return a promise: an instant, and where each partition ends that holds all that was recorded up to it."""
        at = self.ledger[self.published - 1].recorded_at if self.published else micros_of(BEGIN) - 1
        if self.published < len(self.ledger):
            following = self.ledger[self.published].recorded_at
            at = at - 1 if following == at else self.chance.randrange(at, following)
        self.promised = max(self.promised, at)
        return at, {number: len(some) for number, some in enumerate(self.partitions)}


@dataclass
class Station:
    """A radar with its database, that can be started again."""

    world: World
    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(micros_of(BEGIN)))
    memory: int = 100
    url: str = ""

    def __post_init__(self) -> None:
        self.view = RadarView(open_database(self.url or f"sqlite:///{self.folder / 'radar.db'}"))
        self.start()

    def start(self) -> None:
        """Begin as a new process does: nothing in memory."""
        self.horizon = Horizon(lambda: 0.0)
        self.radar = Radar(
            self.view,
            NATIONAL_AND_REGION,
            history=self.world.history,
            horizon=self.horizon,
            clock=self.clock,
            cases_in_memory_max=self.memory,
        )
        places = [Place(TOPIC, number) for number in range(PARTITIONS)]
        stored = self.radar.positions(places)
        self.next = {place: stored.get(place, 0) for place in places}

    def read(self, count: int) -> bool:
        """Take in at most so many records of each partition; tell whether there were any."""
        records = {}
        for place, at in self.next.items():
            some = self.world.partitions[place.partition][at : at + count]
            if some:
                records[place] = [Read(*place, at + nr, value) for nr, value in enumerate(some)]
        if records:
            batch = Batch(records)
            self.radar.fold(batch)
            self.next |= batch.next_offsets()
        return bool(records)

    def look(self, limit: int = 100) -> int:
        """Look once at what is due up to the horizon."""
        known_to = {part: at for part in range(PARTITIONS) if (at := self.horizon.of(part)) is not None}
        return self.radar.scan(known_to, limit=limit) if known_to else 0

    def look_early(self, until: int) -> int:
        """Look at what is due by an instant, though nobody can say that all that was recorded by then was read."""
        return self.radar.scan(dict.fromkeys(range(PARTITIONS), until), limit=100)

    def finish(self, until: int) -> None:
        """Publish and read everything, let time pass up to an instant, and look until nothing is left."""
        self.world.publish(len(self.world.ledger))
        while self.read(2_000):
            pass
        self.horizon.promised(until, {number: len(some) for number, some in enumerate(self.world.partitions)})
        while self.look():
            pass

    def turns(self) -> list[Turn]:
        """Return everybody who was told after the raising."""
        with self.view.reading() as t:
            found = alert_view.turns_of_cases(t, self.world.histories)
        return [turn for turns in found.values() for turn in turns]

    def early(self) -> set[tuple[str, int]]:
        """Return the rows that were told early."""
        with self.view.reading() as t:
            found = alert_view.of_cases(t, self.world.histories)
        return {row.key for rows in found.values() for row in rows.values() if row.is_early}

    def rows(self) -> list[tuple[str, int, int, int | None, str | None]]:
        """Return every alert row as (alert, number, raised, closed, outcome)."""
        with self.view.reading() as t:
            found = alert_view.of_cases(t, self.world.histories)
        return sorted(
            (row.alert, row.number, row.raised_at, row.closed_at, row.outcome)
            for rows in found.values()
            for row in rows.values()
        )


def partition_of(case: str) -> int:
    return int(case[-1]) % PARTITIONS


def filled(name: str, chance: random.Random) -> dict[str, object]:
    """Return a value for each field that must have one: few enough values that events find each other."""
    found: dict[str, object] = {}
    for one in event_types()[name].data_fields:
        kind = next(part for part in one.type if part != "null") if isinstance(one.type, list) else one.type
        if one.name in CHOICES:
            found[one.name] = chance.choice(CHOICES[one.name])
        elif isinstance(kind, dict) and kind.get("logicalType") == "date":
            found[one.name] = date(2026, 3, 1) + timedelta(days=chance.randrange(200))
        elif one.optional:
            continue
        elif kind == "string":
            found[one.name] = one.codes[0] if one.codes else f"nr-{chance.randrange(2)}"
        elif kind in ("int", "long"):
            found[one.name] = chance.randrange(1, 4)
        elif kind == "boolean":
            found[one.name] = chance.random() < 0.5
        elif isinstance(kind, dict) and kind["type"] == "array":
            found[one.name] = []
    return found
