"""Live equals replay (rulebook 9): whatever the batches, scans, repeats, gaps and crashes were, the rows are the same.

Where a scan could not wait for the ledger's clock, more may have been told: then every row of replay is there all the same, and
whatever else is there was marked as told early, and is closed.
"""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.instants import format_instant
from rulebook.replay import replay
from tests.property.radar_world import DAY, NATIONAL_AND_REGION, Station, World

Row = tuple[str, int, str, str | None, str | None, tuple[tuple[int, str], ...]]


def replayed(world: World, until: int) -> list[Row]:
    """Return the rows of replay: alert, number, raised, closed, outcome, and who was told after the raising, and when."""
    seen: Counter[str] = Counter()
    found = []
    for row in replay(NATIONAL_AND_REGION.agreements, world.lines(), until):
        seen[row["alert"]] += 1
        told = tuple((one["step"], one["at"]) for one in row["attention"] if one["step"])
        found.append((row["alert"], seen[row["alert"]], row["raised_at"], row["closed_at"], row["outcome"], told))
    return sorted(found, key=str)


def live(station: Station) -> list[Row]:
    """Return the same of a radar."""
    told: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for turn in station.turns():
        if turn.kind == "escalated":
            told.setdefault((turn.alert, turn.number), []).append((turn.step, format_instant(turn.at)))
    found = []
    for alert, number, raised, closed, outcome in station.rows():
        closed_at = None if closed is None else format_instant(closed)
        turns = tuple(sorted(told.get((alert, number), ())))
        found.append((alert, number, format_instant(raised), closed_at, outcome, turns))
    return sorted(found, key=str)


def one_turn(world: World, station: Station, chance: random.Random) -> None:
    match chance.choice("ttttpprrrrslllxad"):
        case "t":
            world.alerts = [alert for alert, _, _, closed, _ in station.rows() if closed is None]
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
        assert station.early() == set()
        station.view.close()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), turns=st.integers(5, 220), memory=st.sampled_from([1, 2, 100]))
def test_after_early_scans_every_row_of_replay_is_there_and_what_else_was_told_is_marked(
    seed: int, turns: int, memory: int
) -> None:
    chance = random.Random(seed)
    world = World(chance)
    with TemporaryDirectory() as folder:
        station = Station(world, Path(folder), memory=memory)
        latest = 0
        for _ in range(turns):
            one_turn(world, station, chance)
            if chance.random() < 0.1:
                latest = max(latest, world.now + chance.choice([0, 1, DAY, 9 * DAY, 40 * DAY]))
                station.look_early(latest)
        until = max(world.now, latest) + chance.choice([0, DAY, 100 * DAY])
        station.finish(until)

        true, early = [of(row) for row in replayed(world, until)], station.early()
        certain = [row for row in live(station) if (row[0], row[1]) not in early]
        also_told = [row for row in live(station) if (row[0], row[1]) in early]
        assert not [row for row in map(of, certain) if row not in true]
        assert not [row for row in true if not any(is_told(row, of(one)) for one in [*certain, *also_told])]
        assert all(row[3] is not None or of(row)[:4] in [one[:4] for one in true] for row in also_told)
        station.view.close()


def of(row: Row) -> tuple[object, ...]:
    """Return a row without its number: what was told early may have taken one."""
    return row[0], *row[2:]


def is_told(row: tuple[object, ...], one: tuple[object, ...]) -> bool:
    """Tell whether a row says what a row of replay says; of its turns at least those."""
    return one[:4] == row[:4] and set(row[4]) <= set(one[4])  # type: ignore[call-overload]
