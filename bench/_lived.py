"""A folder in which a region has lived: its ledger, with what triage answered, the radar told and people took up; and its live views.

Intake, triage and monitoring do what they do in earnest, on SQLite, by the product's own parts; only Kafka is left out: what
one sends the next takes in. Time goes in steps of some hours, so what happens on a day is not all recorded at one instant.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.intake import AGREEMENTS, START, UNTIL, Remembering, opened
from bench.monitoring import Read, look
from ledger import record as ledger_record
from ledger.database import open_database
from ledger.metrics import registry
from ledger.model import OutboxRow
from ledger.streams.records import Batch, Place
from ledger.streams.tail import partition_of
from region.cast import cast_of
from region.families import plan_of
from region.player import Player
from rulebook import agreements
from services.board.agents import Reader
from services.board.store import Store
from services.intake.testing import Sent, sent
from services.monitoring import alert_view
from services.monitoring.announcement import announcements
from services.monitoring.collecting import collect_rarely
from services.monitoring.horizon import Horizon
from services.monitoring.radar import Radar
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from services.triage import policy
from services.triage.agents import Agent
from services.triage.views import Progress
from waakvlam.clock import FixedClock
from waakvlam.publisher import Publisher
from waakvlam.topics import agencies, municipalities, topics

TOPIC = "case-events"
PARTITIONS = next(one.partitions for one in topics() if one.name == TOPIC)
STEP = 4 * 3_600_000_000
ROWS = 5_000
EVENTS_PER_FAMILY = 40
TAKEN_UP = 0.6  # of the alerts
BOARD = "board"


class Lived:
    """The region while it lives in a folder."""

    def __init__(self, folder: Path, *, events: int) -> None:
        self._chance = random.Random("lived")
        self._clock = FixedClock(START)
        cast, families = cast_of(agencies().values(), municipalities()), max(40, events // EVENTS_PER_FAMILY)
        plan = plan_of("lived", cast, start=START, until=UNTIL, families=families)
        self._sent = Remembering()
        publishers = {one: Publisher(one, self._sent, self._clock) for one in agencies()}
        self._player = Player(plan, publishers, self._sent, self._clock)
        self.desk = opened(folder, "ledger", self._clock)
        self._rules = RuleIndex(agreements.load(AGREEMENTS))
        ledger = self.desk.ledger
        self.view = RadarView(open_database(f"sqlite:///{folder}/radar.db"))
        horizon = Horizon(time.monotonic)
        self._radar = Radar(self.view, self._rules, history=ledger.history, horizon=horizon, clock=self._clock)
        self._triage = Agent(
            policy.load(AGREEMENTS / "triage.yaml"),
            history=ledger.history,
            progress=Progress(open_database(f"sqlite:///{folder}/triage.db")),
            deliver=self._answer,
            meters=registry("triage"),
        )
        places = [Place(TOPIC, one) for one in range(PARTITIONS)]
        self._radar.positions(places)
        self._triage.positions(places)
        self._waiting: list[Sent] = []
        self._taking_up: list[Sent] = []
        self._read_to, self._ends = 0, Counter[int]()

    def live(self) -> int:
        """Live to the end; return how many events the ledger holds."""
        while self._clock.at < UNTIL:
            self._clock.at = min(UNTIL, self._clock.at + STEP)
            self._waiting += self._taking_up
            self._taking_up = []
            while self._player.play() or self._waiting:
                self._take_in()
            while look(self._radar, dict.fromkeys(range(PARTITIONS), self._clock.at)) and self._tell():
                self._take_in()
        return self._read_to

    def _take_in(self) -> None:
        """Let intake take all that was sent, and the others read it."""
        told, self._sent.records, self._waiting = [*self._sent.records, *self._waiting], [], []
        for receipt in self.desk.take(*told):
            self._player.hear(receipt)
        records = dict[Place, list[Read]]()
        for one in self.desk.ledger.notifications(after=self._read_to, limit=1_000_000):
            self._read_to = one.position
            case = ledger_record.decode(one.body).case
            place = Place(TOPIC, partition_of(case.encode(), PARTITIONS) or 0)
            records.setdefault(place, []).append(Read(*place, self._ends[place.partition], one.body))
            self._ends[place.partition] += 1
        if records:
            self._radar.fold(Batch(records))
            self._triage.handle(Batch(records))

    def _answer(self, rows: Sequence[OutboxRow]) -> None:
        self._waiting += [Sent(row.topic, row.key, row.value, row.headers) for row in rows]

    def _tell(self) -> bool:
        with self.view.reading() as t:
            rows = alert_view.undelivered(t, range(PARTITIONS), ROWS)
        for row in rows:
            self._answer(list(announcements(row, self._rules)))
            if row.is_new and self._chance.random() < TAKEN_UP:
                self._take_up(row.case, row.municipality, row.row.alert)
        with self.view.transaction() as t:
            alert_view.mark_sent(t, [step for row in rows for step in row.told(self._clock.at)])
        return bool(rows)

    def _take_up(self, case: str, municipality: str, alert: str) -> None:
        at = self._clock.at + STEP
        about: dict[str, Any] = {"case": case, "municipality": municipality, "alert": alert}
        about |= {"next_step_on": None, "intention": None}
        self._taking_up.append(sent(BOARD, "alert_acknowledged", f"up-{alert}-{at}", at=at, **about))


def lived(folder: Path, *, events: int) -> int:
    """Let a region live in an empty folder; return how many events its ledger holds, `events` or a few per cent beside it."""
    collect_rarely()
    region = Lived(folder, events=events)
    with closing(region.desk.ledger) as ledger, closing(region.view):
        found = region.live()
        with closing(open_database(f"sqlite:///{folder}/board.db")) as board:
            Reader(Store(board), ledger, changed=lambda: None).rebuild()
    return found


def main() -> None:
    """Fill a folder that is to be kept, and say with how many events."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("folder", type=Path)
    words.add_argument("--events", type=int, default=200_000)
    asked = words.parse_args()
    asked.folder.mkdir(parents=True)
    sys.stdout.write(f"{lived(asked.folder, events=asked.events)}\n")


if __name__ == "__main__":
    main()
