"""Two of a kind at once do no harm: two relays, and an intake that does not know that another took over."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import errors, record
from ledger.application import Ledger
from ledger.relay import Relay
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, report, sent
from tests.promise.test_no_reader_skips import event
from waakvlam.clock import FixedClock

VT = "veilig-thuis-groningen"
NOON = 1_764_068_400_000_000


class Bus:
    """One topic for all relays; `meanwhile` happens between a delivery and the note that it was made."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.meanwhile: Callable[[], object] | None = None

    async def ends_of(self, _topic: str) -> dict[int, int]:
        return {0: len(self.values)}

    async def deliver(self, rows) -> dict[int, int]:
        self.values += [one.value for one in rows if one.topic == "case-events"]
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            await happens()
        return {0: len(self.values)}


def read_once(bus: Bus) -> list[tuple[str, int]]:
    """Return (case, version) as a reader takes them that drops what it has; a repeat must be the same bytes."""
    seen: dict[tuple[str, int], bytes] = {}
    for value in bus.values:
        told = record.decode(value)
        assert seen.setdefault((told.case, told.version), value) == value
    return list(seen)


def test_two_relays_that_publish_the_same_page_are_fenced_and_nothing_is_skipped(ledger, drafts):
    bus = Bus()
    one, other = (Relay(ledger, bus, clock_seconds=1e9) for _ in range(2))
    with ledger.writing() as w:
        w.append([*drafts.many(3), *drafts.many(2, "case-b")])
    bus.meanwhile = other.step

    asyncio.run(one.step())
    with ledger.writing() as w:
        w.append(drafts.many(2))
    asyncio.run(one.step())

    assert read_once(bus) == [("case-a", 1), ("case-a", 2), ("case-a", 3), ("case-b", 1), ("case-b", 2),
                              ("case-a", 4), ("case-a", 5)]  # fmt: skip
    assert ledger.positions([("relay", 0)]) == {("relay", 0): 7}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.booleans()), max_size=6))
def test_two_relays_in_any_order_publish_a_prefix_of_the_ledger(tmp_path_factory, turns):
    folder: Path = tmp_path_factory.mktemp("relays")
    ledger, bus = Ledger.open(f"sqlite:///{folder}/ledger.db", clock=FixedClock(NOON)), Bus()
    relays = [Relay(ledger, bus, clock_seconds=1e9) for _ in range(2)]
    count = 0
    for which, more, is_overtaken in [*turns, (0, 1, False), (1, 0, False), (0, 0, False), (1, 0, False)]:
        with ledger.writing() as w:
            w.append([event(f"e-{count + number}") for number in range(more)])
        count += more
        bus.meanwhile = relays[1 - which].step if is_overtaken else None
        try:
            asyncio.run(relays[which].step())
        except errors.Fenced:  # overtaken time after time it stops, and is started again
            relays[which] = Relay(ledger, bus, clock_seconds=1e9)

        assert read_once(bus) == [("case-a", version + 1) for version in range(len(read_once(bus)))]

    assert len(read_once(bus)) == count
    ledger.close()


@pytest.fixture
def desks(open_ledger, clock: FixedClock) -> tuple[Desk, Desk]:
    """Two intakes on one ledger that both believe that the places are theirs."""
    clock.at = NOON
    made = []
    for _ in range(2):
        opened = open_ledger()
        made.append(Desk(opened, clock, Pipeline(opened, clock=clock)))
    return made[0], made[1]


def told(number: int):
    file = f"d-{number}"
    return [report(VT, f"{file}-0", persons=[f"psn-voorbeeld-{number}"], reference=file),
            sent(VT, "condition_met", f"{file}-1", condition_id="vw-1", reference=file)]  # fmt: skip


def test_an_intake_that_was_taken_over_can_commit_nothing_and_tells_nobody_anything(desks):
    zombie, heir = desks
    zombie.pipeline.handle(zombie.batch(*told(1)))
    again = zombie.batch(*told(2))
    heir.pipeline.positions(list(again.records))
    heir.pipeline.handle(again)
    letters = zombie.ledger.counts().outbox

    with pytest.raises(errors.Fenced):
        zombie.pipeline.handle(again)

    assert zombie.ledger.counts().outbox == letters
    assert zombie.ledger.head() == 4
    assert list(zombie.ledger.verify_all()) == []


def test_of_two_intakes_that_take_the_same_batch_at_the_same_time_one_wins(desks):
    batches = [desks[0].batch(*told(number)) for number in range(6)]
    places = list(batches[0].records)
    ended: list[str] = []

    def take(desk: Desk, batch, ready: threading.Barrier) -> None:
        ready.wait(30)
        try:
            desk.pipeline.handle(batch)
        except errors.Fenced:
            ended.append("fenced")
        else:
            ended.append("took it")

    for batch in batches:
        ended.clear()
        for desk in desks:
            desk.pipeline.positions(places)
        ready = threading.Barrier(2)
        threads = [threading.Thread(target=take, args=(desk, batch, ready), daemon=True) for desk in desks]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)

        assert sorted(ended) == ["fenced", "took it"]

    ledger = desks[0].ledger
    ids = [record.decode(one.body).event_id for one in ledger.notifications(after=0)]
    assert ids == [f"d-{number}-{step}" for number in range(6) for step in range(2)]
    assert list(ledger.verify_all()) == []
