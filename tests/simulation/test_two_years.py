"""Two and a half years of a region in minutes: what was told live is what replay says, whatever broke on the way.

WAAKVLAM_YEARS_SEED=…          replay one seed (a failure prints the whole command)
WAAKVLAM_YEARS_SEEDS=20        draw so many seeds beside the fixed ones, not one; what one of them finds is a defect
WAAKVLAM_YEARS_FAMILIES=300    more families than the two dozen of an ordinary run
"""

import logging
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from region.moments import DAY, HOUR
from services.monitoring import following
from services.monitoring.agents import Looking
from services.monitoring.announcement import event_id
from tests.simulation.faults import Fault
from tests.simulation.verdict import verdict
from tests.simulation.years import Years
from waakvlam.clock import micros_of

FIXED = ("leap-day-2028", "drawn-327378740", "drawn-503411668", "drawn-655496761")  # drawn ones found something once
FAMILIES = int(os.environ.get("WAAKVLAM_YEARS_FAMILIES", "24"))
DAYS = 920
LEAP_DAYS = (datetime(2024, 2, 29, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC))
SPECIAL = 16  # the families with a name, which every region has


pytestmark = pytest.mark.timeout(900)  # some forty seconds a seed on two quiet cores


def seeds() -> list[str]:
    """Return the seeds of this run: those that are always played and as many drawn ones as are asked for, or the one asked for.

    Nobody asks, none is drawn: a build says the same of the same commit, and what a new seed finds is nobody's broken build.
    """
    if asked := os.environ.get("WAAKVLAM_YEARS_SEED"):
        return [asked]
    one_run = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # the workers of a run must draw the same
    drawn = random.Random(one_run) if one_run else random.SystemRandom()
    count = int(os.environ.get("WAAKVLAM_YEARS_SEEDS", "0"))
    return [*FIXED, *(f"drawn-{drawn.randrange(10**9)}" for _ in range(count))]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are logged as they should be; here they are the weather."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def played(seed: str, *, days: int, families: int, **more: object) -> Iterator[Years]:
    """Play a seed: half the years around one leap day or the other. Files lie in memory where the machine has room for it."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        leap_day = micros_of(random.Random(seed).choice(LEAP_DAYS))
        start = leap_day - random.Random(seed).randrange(20, 150 if days > 500 else 21) * DAY
        years = Years(seed, start, start + days * DAY, families, Path(folder), **more)  # type: ignore[arg-type]
        try:
            yield years.run()
        except BaseException as error:
            error.add_note(_how_to_replay(years))
            raise
        finally:
            years.close()


def _how_to_replay(years: Years) -> str:
    command = (
        f"WAAKVLAM_YEARS_SEED={years.seed} WAAKVLAM_YEARS_FAMILIES={years.families} .venv/bin/pytest tests/simulation"
    )
    faults = "\n".join(f"  {one}" for one in years.faults or ())
    return f"Replay this with: {command}\nWhat went wrong on the way:\n{faults}"


def _told(years: Years) -> str:
    """Return the findings, then how to see them again."""
    found = verdict(years)
    return "\n".join([*found[:40], f"{len(found)} findings.", _how_to_replay(years)]) if found else ""


@pytest.mark.parametrize("seed", seeds())
def test_after_two_and_a_half_years_live_is_replay_and_every_due_term_was_told_once_and_in_time(seed: str) -> None:
    with played(seed, days=DAYS, families=FAMILIES) as years:
        assert _told(years) == ""
        assert all(one.deaths > 10 for one in years.processes.values()), "they must have died to prove anything"
        assert {"alert_acknowledged", "stall_accepted", "event_corrected", "event_withdrawn"} <= set(
            years.staff.sent.values()
        )


@pytest.mark.real
def test_months_on_postgresql_end_as_on_sqlite(postgres: Callable[[], str]) -> None:
    with played("postgresql", days=100, families=SPECIAL, address=lambda _: postgres()) as years:
        assert _told(years) == ""


def test_a_seed_tells_the_whole_story() -> None:
    stories = []
    for _ in range(2):
        with played("twice", days=30, families=SPECIAL) as years:
            history = years.ledger.notifications(after=0, limit=10_000)
            stories.append([(one.position, len(one.body)) for one in history] + [years.clock.at, years.bus.written])

    assert stories[0] == stories[1]


# Each way to fail is found.


def _findings(**more: object) -> list[str]:
    with played("broken", days=45, families=SPECIAL, **more) as years:
        return verdict(years)


def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert _findings() == []


def test_an_alert_that_is_dropped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(row, rules):
        return [] if row.row.rule == "ST-01" else honest(row, rules)

    honest = following._told
    monkeypatch.setattr(following, "_told", silent)

    found = _findings()

    assert any(one.startswith("never told: ST-01") for one in found)


def test_an_alert_that_is_told_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"is": False}

    def twice(row, rules):
        for is_other in (False, True):
            other["is"] = is_other
            yield from honest(row, rules)

    honest = following._told
    monkeypatch.setattr(following, "_told", twice)
    monkeypatch.setattr(
        "services.monitoring.announcement.event_id",
        lambda told: str(uuid5(NAMESPACE_URL, event_id(told))) if other["is"] else event_id(told),
    )

    assert any(one.startswith("told twice: alert_raised") for one in _findings())


def test_a_scan_that_sleeps_two_hours_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    step, looked = Looking.step, [0]

    async def sleepy(self, **more):
        now = self._clock.micros()
        if now - looked[0] < 2 * HOUR:
            return 0.25
        looked[0] = now
        return await step(self, **more)

    monkeypatch.setattr(Looking, "step", sleepy)

    assert any(one.startswith("told too late") for one in _findings())


def test_a_row_that_is_lost_in_a_restore_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Years._replace

    def losing(self, store, backup):
        replace(self, store, backup)
        with self.view.transaction() as t:
            assert t.execute("DELETE FROM alerts WHERE closed_at IS NULL") > 0

    monkeypatch.setattr(Years, "_replace", losing)

    def restored(years: int) -> list[Fault]:
        return [Fault(years + 40 * DAY, "backup", "radar"), Fault(years + 40 * DAY + 1, "restore", "radar")]

    start = micros_of(random.Random("broken").choice(LEAP_DAYS)) - 20 * DAY

    assert any("alert_missing" in one for one in _findings(faults=restored(start)))
