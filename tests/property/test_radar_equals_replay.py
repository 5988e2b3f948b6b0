"""Live equals replay (rulebook 9): whatever the batches, scans, repeats, gaps and crashes were, the rows are the same."""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.instants import format_instant
from rulebook.replay import replay
from tests.property.radar_world import DAY, NATIONAL_AND_REGION, Station, World


def replayed(world: World, until: int) -> list[tuple[str, int, int, int | None, str | None]]:
    seen: Counter[str] = Counter()
    found = []
    for row in replay(NATIONAL_AND_REGION.agreements, world.lines(), until):
        seen[row["alert"]] += 1
        found.append((row["alert"], seen[row["alert"]], row["raised_at"], row["closed_at"], row["outcome"]))
    return sorted(found)


def live(station: Station) -> list[tuple[str, int, str, str | None, str | None]]:
    return sorted(
        (alert, number, format_instant(raised), None if closed is None else format_instant(closed), outcome)
        for alert, number, raised, closed, outcome in station.rows()
    )


def one_turn(world: World, station: Station, chance: random.Random) -> None:
    match chance.choice("ttttpprrrrslllxad"):
        case "t":
            world.tell()
        case "p":
            world.publish(chance.randrange(1, 6))
        case "r":
            station.read(chance.choice([1, 2, 3, 7]))
        case "s":
            station.horizon.promised(*world.stroke())
        case "l":
            station.look(limit=chance.choice([1, 2, 100]))
        case "x":
            station.start()
        case "a":
            world.publish_again(chance.randrange(1, 8))
        case "d":
            station.clock.at += chance.randrange(DAY)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), turns=st.integers(5, 220), memory=st.sampled_from([1, 2, 100]))
def test_live_rows_are_the_rows_of_replay(seed: int, turns: int, memory: int) -> None:
    chance = random.Random(seed)
    world = World(chance)
    with TemporaryDirectory() as folder:
        station = Station(world, Path(folder), memory=memory)
        for _ in range(turns):
            one_turn(world, station, chance)
        until = world.now + chance.choice([0, DAY, 100 * DAY])
        station.finish(until)

        assert live(station) == replayed(world, until)
        station.view.close()
