"""The people: staff of Veilig Thuis who pick alerts up, late or not at all, or accept a stall; and second thoughts.

Of danger they mostly accept a stall with two, and look again within a week; some forget, and are refused.

They read the ledger and send through the SDK, as the agencies of the region do. What one does about an event is drawn
from the seed and that event's id, so it does not depend on what happened elsewhere.
"""

import heapq
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.record import Record
from region.cast import Cast
from region.moments import DAY, HOUR, MINUTE
from rulebook.rules import DANGER
from waakvlam.clock import FixedClock, instant_of, iso
from waakvlam.messages import Message
from waakvlam.publisher import Publisher
from waakvlam.receipt import Receipt

PLANS = {"picked up": 40, "picked up late": 12, "stall accepted": 12, "both": 4, "forgotten": 32}
CHANGED_MIND = 0.025


@dataclass
class Staff:
    """Everybody who answers to what stands in the ledger."""

    seed: str
    cast: Cast
    publishers: Mapping[str, Publisher]
    clock: FixedClock
    to_do: list[tuple[int, int, str, str, Message]] = field(default_factory=list)
    position: int = 0
    sent: dict[str, str] = field(default_factory=dict)  # id -> type
    turned_away: set[str] = field(default_factory=set)
    _count: int = 0

    def next_at(self) -> int | None:
        return self.to_do[0][0] if self.to_do else None

    def hear(self, told: Receipt) -> None:
        """Take note of what was not taken."""
        if told.is_final and not told.is_in_the_ledger and told.id in self.sent:
            self.turned_away.add(told.id)

    def look(self, ledger: Ledger) -> None:
        """Read on in the ledger, and plan what to do about it."""
        while page := ledger.notifications(after=self.position):
            for one in page:
                self._see(ledger_record.decode(one.body))
            self.position = page[-1].position

    def work(self) -> None:
        """Send what is due."""
        while self.to_do and self.to_do[0][0] <= self.clock.at:
            _, _, agency, event_id, message = heapq.heappop(self.to_do)
            self.publishers[agency].publish(message, id=event_id)
            self.sent[event_id] = message.event_type().name

    def _see(self, told: Record) -> None:
        chance = random.Random(f"{self.seed}/{told.event_id}")
        if told.caseless or told.municipality not in self.cast.veilig_thuis:
            return
        if told.type == "alert_raised":
            doings = self._answers(told, chance)
        elif told.agency in self.publishers and told.event_id not in self.sent and chance.random() < CHANGED_MIND:
            doings = self._second_thoughts(told, chance)
        else:
            return
        for who, (at, name, data) in enumerate(doings):
            self._plan(told, at, name, {"recorded_by": f"medewerker-{who}", **data})

    def _answers(self, told: Record, chance: random.Random) -> Iterator[tuple[int, str, dict[str, object]]]:
        data, plan = told.data(), chance.choices([*PLANS], weights=[*PLANS.values()])[0]
        is_careful = data["weight"] == DANGER and chance.random() < 0.8
        if plan in ("picked up", "picked up late", "both"):
            at = self.clock.at + int(chance.uniform(3 * MINUTE, 30 * HOUR))
            if plan == "picked up late":
                at += chance.randrange(2, 25) * DAY
            for _ in range(chance.choice([1, 1, 1, 2])):
                until = (instant_of(at) + timedelta(days=chance.randrange(6 if is_careful else 12))).date()
                is_until = is_careful or chance.random() < 0.85
                said = {"alert": data["alert"], "next_step_on": until.isoformat() if is_until else None}
                yield at, "alert_acknowledged", {name: value for name, value in said.items() if value}
                at += int(chance.uniform(HOUR, 9 * DAY))
        if plan in ("stall accepted", "both"):
            at = self.clock.at + int(chance.uniform(HOUR, 6 * DAY))
            until = (instant_of(at) + timedelta(days=chance.randrange(1, 80))).date().isoformat()
            stall = {"rule": data["rule"], "instance": data["instance"], "until_on": until, "reason": "wachtlijst"}
            if is_careful:
                yield at - 30 * MINUTE, "stall_acceptance_proposed", stall
            yield at, "stall_accepted", stall

    def _second_thoughts(self, told: Record, chance: random.Random) -> Iterator[tuple[int, str, dict[str, object]]]:
        at = self.clock.at + int(chance.uniform(HOUR, 20 * DAY))
        wrong = {"event_id": told.event_id, "reason": "verkeerde-datum"}
        if chance.random() < 0.3:
            yield at, "event_withdrawn", wrong
        else:
            moved = told.occurred_at + int(chance.uniform(-9 * DAY, 2 * DAY))
            yield at, "event_corrected", {**wrong, "new_occurred_at": iso(min(moved, self.clock.at))}

    def _plan(self, told: Record, at: int, name: str, data: dict[str, object]) -> None:
        self._count += 1
        shared = {"occurred_at": iso(at), "case": told.case, "municipality": told.municipality}
        agency = self.cast.veilig_thuis[told.municipality]
        event_id = str(uuid5(NAMESPACE_URL, f"{self.seed}/{told.event_id}/{name}/{at}"))
        heapq.heappush(self.to_do, (at, self._count, agency, event_id, Message.of(name, {**shared, **data})))
