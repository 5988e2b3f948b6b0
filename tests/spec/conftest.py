"""What stories about intake begin with: noon on a fixed clock, and an empty ledger with keys of its own."""

import pytest

from ledger.application import Ledger
from ledger.keys import FileKeyStore
from services.intake.testing import NOON
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
