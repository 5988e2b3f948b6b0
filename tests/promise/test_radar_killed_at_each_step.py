"""Killed between every two steps from due to recorded: no alert is lost, none comes twice, and all is as replay says.

The ports are made to fail one call at a time: each statement and each end of a transaction of the radar's database, and each
delivery, once before it is done and once after. How many there are is not written down: the run goes on until one comes to its
end unharmed, so a step that is added is killed at too.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.database import Statements
from ledger.model import OutboxRow
from tests.promise.test_radar_and_what_happens_to_it import FORGOTTEN, HELPED, agrees
from tests.property.radar_site import Site
from tests.property.radar_world import DAY

KILLS_MAX = 2_000


class Killed(BaseException):
    """The process is gone."""


class Reaper:
    """Counts the calls of the ports, notes what they did, and kills at the one that is its turn."""

    def __init__(self, turn: int) -> None:
        self.turn, self.calls, self.noted = turn, 0, []

    def may_kill(self, what: str) -> None:
        self.calls += 1
        self.noted.append(what)
        if self.calls == self.turn:
            raise Killed(what)

    def haunt(self, site: Site) -> None:
        """Stand beside the radar's database and its way out."""
        view, send = site.station.view, site.telling._send
        view.transaction = self._haunted(view.transaction, "commit")  # type: ignore[method-assign]
        view.reading = self._haunted(view.reading, "end of reading")  # type: ignore[method-assign]

        async def sent(rows: Sequence[OutboxRow]) -> None:
            self.may_kill("before the delivery")
            for row in rows:
                await send([row])
                self.may_kill("after a delivery")

        site.telling._send = sent

    def _haunted(self, opened: Callable[[], Any], end: str) -> Callable[[], Any]:
        @contextmanager
        def wrapped() -> Iterator[Statements]:
            with opened() as t:
                yield Haunted(t, self)  # type: ignore[misc]
                self.may_kill(f"before the {end}")
            self.may_kill(f"after the {end}")

        return wrapped


class Haunted:
    """Statements, each of which may be the last."""

    def __init__(self, statements: Statements, reaper: Reaper) -> None:
        self._statements, self._reaper = statements, reaper

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._statements, name)
        if not callable(method):
            return method

        def called(sql: str, *arguments: Any, **named: Any) -> Any:
            self._reaper.may_kill(" ".join(sql.split())[:40])
            return method(sql, *arguments, **named)

        return called


def came_due(folder: Path) -> Site:
    """Return a site where terms have passed, and nobody has looked yet; one case has an event that is still to be read."""
    site = Site(folder)
    site.tell(FORGOTTEN, "report_received", report_id="r-1", acute=False)
    site.tell(HELPED, "report_received", report_id="r-2", acute=False)
    site.work()
    site.wall.at += 5 * DAY
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    return site


def killed_at(turn: int, folder: Path) -> Reaper | None:
    """Kill at a step, start again, and claim that all is right; return nothing when there was no such step."""
    folder.mkdir()
    site, reaper = came_due(folder), Reaper(turn)
    reaper.haunt(site)
    try:
        site.work()
    except Killed:
        pass
    else:
        return None
    site.close()
    site.open()
    site.work()
    agrees(site)
    site.close()
    return reaper


@pytest.mark.timeout(600)
def test_killed_between_any_two_steps_the_radar_loses_no_alert_and_tells_none_twice(tmp_path: Path) -> None:
    kills: list[str] = []
    for turn in range(1, KILLS_MAX):
        reaper = killed_at(turn, tmp_path / str(turn))
        if reaper is None:
            break
        kills.append(reaper.noted[-1])

    steps = "\n".join(kills)
    for step in (  # due, decided, delivered, recorded: each was among them
        "SELECT * FROM (SELECT case_id, part",
        "INSERT INTO alerts",
        "UPDATE radar SET",
        "before the commit",
        "after the commit",
        "before the delivery",
        "after a delivery",
        "UPDATE alerts SET raised_sent_at",
        "UPDATE alerts SET raised_recorded_at",
        "UPDATE positions SET position",
    ):
        assert step in steps, f"no kill at: {step}"
