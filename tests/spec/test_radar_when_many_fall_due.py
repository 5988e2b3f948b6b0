"""When many cases fall due at once: the worst first, in small looks, and what is new is folded in between."""

import asyncio
import random
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from ledger.metrics import registry
from services.monitoring.agents import CASES_PER_LOOK, Looking
from tests.property.radar_world import BEGIN, DAY, PARTITIONS, Station, World
from waakvlam.clock import micros_of

AT = micros_of(BEGIN)
CASES = 220
WITHIN_SECONDS = 20


@pytest.fixture
def station(tmp_path: Path) -> Station:
    world = World(random.Random(5), cases=CASES)
    for number in range(CASES):
        case = f"00000000-0000-5000-8000-{number:012}"
        world.add(case, "report_received", report_id="r-1", acute=False)
        world.add(case, "case_routed", priority=1 + number % 5, queue="lijst", reason="x")
    made = Station(world, tmp_path)
    made.finish(AT)
    return made


def stands(station: Station) -> dict[str, tuple[int, int]]:
    """Return of each case how much it weighs and up to when it was looked at."""
    with station.view.reading() as t:
        return {case: (weight, at) for case, weight, at in t.rows("SELECT case_id, weight, advanced_to FROM radar")}


def test_they_are_taken_worst_first_in_small_looks_while_what_is_new_is_folded_between_two(station: Station) -> None:
    world, later = station.world, AT + 30 * DAY
    looking = Looking(
        station.radar,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        meters=registry("monitoring"),
        patience_seconds=1e9,
        rest_seconds=0.25,
    )
    before = stands(station)
    station.horizon.promised(later, {number: len(some) for number, some in enumerate(world.partitions)})
    world.now, looks, left = later + 1, [], set(before)
    while left:
        rest = asyncio.run(looking.step())
        taken = {case for case in left if stands(station)[case][1] == later}
        looks.append([before[case][0] for case in taken])
        left -= taken
        case = world.add(f"00000000-0000-5000-8000-{CASES + len(looks):012}", "report_received").case
        world.publish(1)
        station.read(1)
        assert case in stands(station)
        assert (rest == 0.0) == bool(left)

    assert [len(one) for one in looks] == [CASES_PER_LOOK] * (CASES // CASES_PER_LOOK) + [CASES % CASES_PER_LOOK]
    assert all(min(one) >= max(following) for one, following in pairwise(looks))
    assert len({weight for one in looks for weight in one}) == 5


def test_who_had_a_turn_does_not_get_the_next_while_a_batch_waits(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.world.add("00000000-0000-5000-8000-000000999999", "report_received")
    station.world.publish(1)
    turns: list[str] = []
    store = station.view.write
    monkeypatch.setattr(station.view, "write", lambda *told: (turns.append("batch"), store(*told)))
    batch = threading.Thread(target=station.read, args=(1,))
    for turn in range(3):
        with station.radar.writing():
            turns.append("look")
            if turn == 0:
                batch.start()
                deadline = time.monotonic() + WITHIN_SECONDS
                while not station.radar._next_in_line.locked():
                    assert time.monotonic() < deadline, "the batch does not wait"
                    time.sleep(0.001)
    batch.join(WITHIN_SECONDS)

    assert turns == ["look", "batch", "look", "look"]
