"""Clocks that jump, databases that are put back or lost: no alert is lost, none comes twice, and a ledger with another past is noticed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.errors import Damaged
from rulebook.instants import format_instant
from rulebook.replay import replay
from tests.property.radar_site import HOUR, Bus, Site
from tests.property.radar_world import DAY, NATIONAL_AND_REGION
from tests.property.test_radar_equals_replay import live

FORGOTTEN, HELPED = "00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    made.tell(FORGOTTEN, "report_received", report_id="r-1", acute=False)
    made.tell(HELPED, "report_received", report_id="r-2", acute=False)
    made.work()
    yield made
    made.close()


def replayed(site: Site) -> list[tuple[str, str, str | None, str | None]]:
    assert site.looking.looked_to is not None
    rows = replay(NATIONAL_AND_REGION.agreements, map(json.dumps, site.lines()), site.looking.looked_to)
    return sorted(((row["alert"], row["raised_at"], row["closed_at"], row["outcome"]) for row in rows), key=str)


def agrees(site: Site) -> None:
    """Claim that the radar says what replay says, that the ledger holds each alert once, and that nothing waits."""
    rows = site.station.rows()
    told = sorted(
        (
            (alert, format_instant(raised), None if closed is None else format_instant(closed), outcome)
            for alert, _, raised, closed, outcome in rows
        ),
        key=str,
    )
    assert told == replayed(site)
    assert rows
    assert site.raised() == {(alert, number): 1 for alert, number, *_ in rows}
    assert site.station.early() == set()
    tally = site.station.view.tally(range(2))
    assert (tally.undelivered, tally.unconfirmed, tally.without_deadline) == (0, 0, 0)
    assert site.audit() == {}


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["a day ahead", "a day back"])
def test_when_the_clock_jumps_and_back_again_no_alert_is_lost_none_comes_twice_and_all_close(
    site: Site, jump: int
) -> None:
    site.pass_time(3 * DAY, step=6 * HOUR)
    site.wall.at += jump
    site.pass_time(DAY // 2, step=6 * HOUR)
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.pass_time(DAY // 2, step=6 * HOUR)
    site.wall.at -= jump
    site.tell(HELPED, "incident_recorded")
    site.pass_time(9 * DAY, step=6 * HOUR)

    agrees(site)
    stages = {(row[0], row[3] is None) for row in live(site.station)}
    assert any(is_open for _, is_open in stages)
    assert site.meters.registry.get_sample_value("waakvlam_radar_early_scans_total") == 0


def test_while_the_clock_is_a_day_back_what_came_before_is_looked_at_all_the_same(site: Site) -> None:
    site.pass_time(7 * DAY, step=6 * HOUR)
    known_to = site.horizon.of(0)
    site.wall.at -= DAY
    site.seconds += 60
    site.work()

    assert site.looking.looked_to == known_to
    assert site.meters.registry.get_sample_value("waakvlam_radar_blind_total") == 0


def test_a_radar_that_is_put_back_from_an_older_backup_comes_to_the_same_alerts_and_none_twice(site: Site) -> None:
    site.pass_time(4 * DAY, step=6 * HOUR)
    site.backup("radar")
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.pass_time(6 * DAY, step=6 * HOUR)
    before = site.station.rows()
    site.close()
    site.put_back("radar")
    site.open()
    site.work()

    assert site.station.rows() == before
    agrees(site)


@pytest.mark.parametrize("is_topic_lost", [False, True], ids=["from case-events", "from the ledger alone"])
def test_a_radar_that_was_lost_is_built_anew_with_the_same_alerts_and_none_twice(
    site: Site, *, is_topic_lost: bool
) -> None:
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.pass_time(9 * DAY, step=6 * HOUR)
    before = site.station.rows()
    site.close()
    site.put_back("radar", lost=True)
    if is_topic_lost:
        site.bus = Bus()
    site.open()
    site.work()
    if is_topic_lost:
        assert site.audit() == {"missing_events": 2}
        site.work()

    assert site.station.rows() == before
    agrees(site)


def test_a_ledger_that_was_put_back_from_an_older_backup_is_noticed_at_the_start_and_by_the_audit(site: Site) -> None:
    site.pass_time(2 * DAY, step=6 * HOUR)
    site.backup("ledger")
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.pass_time(6 * HOUR, step=6 * HOUR)
    site.ledger.close()
    site.put_back("ledger")

    with pytest.raises(Damaged, match="put-a-ledger-back"):
        site.open()
    with pytest.raises(Damaged, match="put-a-ledger-back"):
        site.audit()


def test_a_ledger_that_grew_past_where_it_was_put_back_is_noticed_too(site: Site) -> None:
    site.backup("ledger")
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.work()
    site.close()
    site.put_back("ledger")
    with pytest.raises(Damaged):
        site.open()
    for _ in range(5):
        site.tell(HELPED, "incident_recorded")

    with pytest.raises(Damaged, match="put-a-ledger-back"):
        site.open()


def test_another_event_under_a_version_that_was_read_is_noticed_when_it_comes(site: Site) -> None:
    site.backup("ledger")
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.work()
    station, looking, telling, horizon = site.station, site.looking, site.telling, site.horizon
    site.ledger.close()
    site.put_back("ledger")
    with pytest.raises(Damaged):
        site.open()
    site.station, site.looking, site.telling, site.horizon = station, looking, telling, horizon
    site.tell(HELPED, "incident_recorded")

    with pytest.raises(Damaged, match="comes again as another event"):
        site.work()


def test_as_the_guide_says_a_radar_goes_on_after_the_ledger_was_put_back(site: Site) -> None:
    site.pass_time(2 * DAY, step=6 * HOUR)
    site.backup("ledger")
    site.tell(HELPED, "safety_assessed", report_id="r-2")
    site.pass_time(6 * HOUR, step=6 * HOUR)
    site.close()
    site.put_back("ledger")
    with pytest.raises(Damaged):
        site.open()
    site.close()

    site.bus = Bus()
    site.put_back("radar", lost=True)
    with closing(sqlite3.connect(site.folder / "ledger.db")) as ledger, ledger:
        ledger.execute("DELETE FROM positions WHERE topic = 'relay'")
    site.open()
    site.work()
    assert site.audit() == {}
    site.pass_time(8 * DAY, step=6 * HOUR)

    agrees(site)
