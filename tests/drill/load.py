"""Agencies under which a restart is made: families all the time, in each something that comes due; and when people heard of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import kafka
from kafka.errors import KafkaError

from services.intake.testing import Sent, report, sent
from tests.drill.stack import VT, Stack
from waakvlam import codec
from waakvlam.clock import SystemClock, instant_of
from waakvlam.errors import NotDelivered, Unreachable
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings
from waakvlam.topics import agencies

SECOND = 1_000_000
# Rule ST-02: of acute danger that nobody took up people are warned after a quarter of an hour. It is told of so late here
# that the quarter is over some minutes after, whatever happens in between.
RULE, STAGE, AFTER = "ST-02", "warn", 15 * 60 * SECOND
COMES_DUE_AFTER_SECONDS = (120, 180, 240)
FAMILIES_PER_SECOND = 3
OTHERS_PER_FAMILY = 4
TICK_SECONDS = 1.0
POLL_MILLISECONDS = 200
KAFKA_PATIENCE_SECONDS = 60.0


@contextmanager
def load_on(stack: Stack) -> Iterator["Load"]:
    """Let agencies tell and somebody listen, while a block lasts."""
    load = Load(stack)
    load.start()
    try:
        yield load
    finally:
        load.stop()


@dataclass(slots=True)
class Load:
    """What was told, when each term ends (micros), and when its alert came to a subscriber."""

    stack: Stack
    due: dict[str, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    _is_ending: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to send and to listen."""
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._go_on_sending, self._listen)]
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        """End both."""
        self._is_ending = True
        for one in self._threads:
            one.join(60)

    def _go_on_sending(self) -> None:
        settings = KafkaSettings(bootstrap=self.stack.settings.bootstrap, patience_seconds=KAFKA_PATIENCE_SECONDS)
        with closing(KafkaTransport(settings)) as transport:
            while not self._is_ending:
                began = time.monotonic()
                told = [one for _ in range(FAMILIES_PER_SECOND) for one in self._family()]
                self._deliver(transport, told)
                time.sleep(max(0.0, TICK_SECONDS - (time.monotonic() - began)))  # the pace of the agencies

    def _deliver(self, transport: KafkaTransport, told: list[tuple[str, int | None, Sent]]) -> None:
        """Return when Kafka has confirmed all of it; what it does not confirm is sent again under the same id."""
        waiting = {event_id: one for event_id, _, one in told}
        while waiting and not self._is_ending:
            try:
                for event_id, one in waiting.items():
                    transport.send(Parcel(event_id, one.topic, one.key, one.value or b"", list(one.headers)))
                transport.flush(KAFKA_PATIENCE_SECONDS)
                waiting = {}
            except NotDelivered as error:
                waiting = {event_id: one for event_id, one in waiting.items() if event_id in error.ids}
            except Unreachable:
                time.sleep(TICK_SECONDS)
        now = SystemClock().micros()
        self.due |= {event_id: at for event_id, at, _ in told if at is not None and at > now}
        self.sent += len(told)

    def _family(self) -> Iterator[tuple[str, int | None, Sent]]:
        """Yield what is told of a family, fictitious: (event id, when something of it is due, the record)."""
        now, number = SystemClock().micros(), self.sent + len(self.due)
        name = f"{number}-{now}"
        due = now + COMES_DUE_AFTER_SECONDS[number % len(COMES_DUE_AFTER_SECONDS)] * SECOND
        since, reference = due - AFTER, f"d-{name}"
        opening = report(VT, f"open-{name}", at=now, persons=[f"psn-voorbeeld-{name}"], reference=reference,
                         occurred_at=instant_of(since - SECOND))  # fmt: skip
        yield f"open-{name}", None, opening
        danger = {"report_id": f"r-open-{name}", "reference": reference, "occurred_at": instant_of(since)}
        yield f"danger-{name}", due, sent(VT, "acute_danger_found", f"danger-{name}", at=now, **danger)
        for one in range(OTHERS_PER_FAMILY):
            event_id = f"other-{one}-{name}"
            yield (
                event_id,
                None,
                sent(VT, "condition_met", event_id, at=now, reference=reference, condition_id=f"v-{one}"),
            )

    def _listen(self) -> None:
        where = {"bootstrap_servers": self.stack.settings.bootstrap.split(",")}
        topic = agencies()["radar"].topic
        with closing(kafka.KafkaConsumer(topic, **where, group_id=None, auto_offset_reset="earliest")) as consumer:
            while not self._is_ending:
                with suppress(KafkaError):
                    for records in consumer.poll(timeout_ms=POLL_MILLISECONDS).values():
                        self._hear([one.value for one in records], SystemClock().micros())

    def _hear(self, values: list[bytes], now: int) -> None:
        for value in values:
            event_type, told = codec.decode(value)
            if (event_type.name, told.get("rule"), told.get("stage")) == ("alert_raised", RULE, STAGE):
                for event_id in told["because"]:
                    self.heard.setdefault(event_id, now)
