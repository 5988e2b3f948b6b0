"""What stories begin with: about intake noon and an empty ledger, about the radar one family that was reported nine days ago."""

import random
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.keys import FileKeyStore
from services.intake.testing import NOON
from tests.property.radar_world import AT, CASE, DAY, Station, World
from waakvlam.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def ledger(tmp_path, clock):
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield opened
    opened.close()
    keys.close()


@pytest.fixture
def world() -> World:
    return World(random.Random(1))


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    made = Station(world, tmp_path)
    world.add(CASE, "report_received", report_id="r-1", acute=False)
    made.finish(AT + 9 * DAY)
    return made
