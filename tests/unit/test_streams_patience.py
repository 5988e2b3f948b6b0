"""A database that is away for a moment is waited for; one that stays away ends the process."""

import asyncio

import pytest

from ledger.errors import Away, Unavailable
from ledger.streams import Loop, patience
from ledger.streams.patience import AWAY_SECONDS_MAX, Patience
from tests.said import lines


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def test_patience_lasts_some_minutes_from_the_first_fault_in_a_row_and_is_told_once(caplog):
    clock = Clock()
    caplog.set_level("INFO")
    one = Patience("Relay", seconds=clock)
    for clock.at in (0.0, 1.0, AWAY_SECONDS_MAX):
        assert one.bear(Away("away")) > 0
    clock.at += 1
    with pytest.raises(Away):
        one.bear(Away("away"))

    one.over()
    one.over()
    assert one.bear(Away("away again")) > 0
    assert [(said["event"], said["part"]) for said in lines(caplog)] == [
        ("database_away", "Relay"),
        ("database_back", "Relay"),
        ("database_away", "Relay"),
    ]


@pytest.mark.parametrize(("fault", "is_borne"), [(Away("away"), True), (Unavailable("no room on the disk"), False)])
def test_a_step_is_taken_again_when_the_database_was_away_and_any_other_fault_ends_it(fault, is_borne, monkeypatch):
    monkeypatch.setattr(patience, "AGAIN_AFTER_SECONDS", 0.01)
    faults = [fault, fault]

    async def scenario():
        is_done = asyncio.Event()

        async def step():
            if faults:
                raise faults.pop()
            is_done.set()
            return 60.0

        loop = Loop("Relay", step)
        await loop.start()
        await asyncio.wait(
            [asyncio.ensure_future(is_done.wait()), asyncio.ensure_future(loop.wait_until_stopped())],
            timeout=30,
            return_when=asyncio.FIRST_COMPLETED,
        )
        crashed = loop.crashed
        await loop.stop()
        return is_done.is_set(), crashed

    assert asyncio.run(scenario()) == (is_borne, not is_borne)
