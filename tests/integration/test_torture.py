"""The short form of the crash laboratory: kill -9 of every part of the way, and of the database, in mid-stream.

The same laboratory as `make torture`, small: each strike is shown to have hit a process at work, and afterwards what
agencies sent, what stands in the ledger, what is on the bus, what the radar raised and what the board shows are held
against each other.
"""

from pathlib import Path

import pytest

from tests.torture.run import EACH, run
from tests.torture.site import Wish

# Seeds chosen for their order: what is struck first is not what everything after it waits for.
DOWN_THE_ROAD = "kort-116"  # monitoring, triage, board, broker, intake, relay
CUT_AND_END = "kort-5"  # a session of monitoring in a transaction, then the server

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


def test_every_part_may_be_killed_in_mid_stream(tmp_path: Path) -> None:
    wish = Wish(
        seed=DOWN_THE_ROAD, folder=tmp_path, scenario="each", database="sqlite", events=2_400, strikes=len(EACH)
    )

    verdict = run(wish)

    assert verdict.broken == (), "\n".join(verdict.story)
    assert verdict.numbers["hits"] == {f"kill {part}": 1 for part in EACH}
    assert verdict.numbers["idle_seconds_max"] <= 1.0
    assert verdict.numbers["alerts"] > 0


def test_the_database_may_be_killed_and_sessions_cut_in_mid_transaction(tmp_path: Path) -> None:
    wish = Wish(seed=CUT_AND_END, folder=tmp_path, scenario="database", database="postgres", events=1_000, strikes=2)

    verdict = run(wish)

    assert verdict.broken == (), "\n".join(verdict.story)
    assert sum(verdict.numbers["hits"].values()) == 2
    assert verdict.numbers["alerts"] > 0
