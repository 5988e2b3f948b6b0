"""Why an alert is open and what comes next: in the rulebook's own words, asked once for as long as a case stays as it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulebook.errors import AgreementError
from services.board.outlook import Engine, Reasons
from tests.journey import stories
from tests.journey.region import region_in
from waakvlam.clock import micros_of
from waakvlam.topics import agencies

FAMILY = "Familie Proef"
AGREEMENTS = Path(__file__).parents[2] / "agreements"
NOW = micros_of(datetime(2026, 11, 24, 10, 30, tzinfo=UTC))


@pytest.fixture
def region(tmp_path):
    with region_in(tmp_path, NOW) as made:
        yield made


@pytest.fixture(scope="module")
def engine():
    return Engine.load(AGREEMENTS, names={one.id: one.name for one in agencies().values()})


def reported(region, at="2026-11-10T09:00:00"):
    """A report comes in that nobody assesses; the radar tells of it."""
    stories.report(region.at(at), FAMILY, "r-1")
    start = region.ledger.history(region.case(FAMILY))[0].event_id
    region.alert(
        FAMILY,
        "ST-01",
        "Melding niet beoordeeld",
        "{agency} ontving op {since} een melding.",
        due="2026-11-17T23:00:00+00:00",
        instance=start,
    )
    region.clock.at = NOW
    return region.ledger.history(region.case(FAMILY))


def test_an_open_alert_says_why_with_its_blanks_filled(region, engine):
    look = engine.look(reported(region), now=NOW)
    (row,) = region.reader.store.open_alerts()[1]

    sentence = look.sentence(row.rule, row.instance)

    assert "Politie Noord-Nederland" in sentence
    assert "10 november 2026" in sentence
    assert "{" not in sentence


def test_what_comes_next_is_told_soonest_first_and_holds_nothing_that_is_too_late(region, engine):
    deadlines = engine.look(reported(region), now=NOW).deadlines

    assert deadlines == tuple(sorted(deadlines, key=lambda one: one.due))
    assert all(one.due > NOW for one in deadlines)
    assert "ST-04" in {one.rule for one in deadlines}
    assert "ST-01" not in {one.rule for one in deadlines}


def test_what_cannot_be_counted_is_said_and_not_guessed(region, engine):
    reported(region)
    stories.report(region.at("2099-01-05T09:00:00"), FAMILY, "r-2")

    assert engine.look(region.ledger.history(region.case(FAMILY)), now=region.clock.at).deadlines is None


def test_a_list_asks_again_only_when_a_case_has_changed(region, engine):
    reported(region)
    asked = []

    class Counting:
        def look(self, records, *, now):
            asked.append(records[0].case)
            return engine.look(records, now=now)

    store = region.reader.store
    reasons = Reasons(store, region.ledger, Counting())
    rows = store.open_alerts()[1]

    first = reasons.of(rows, now=NOW)
    assert reasons.of(rows, now=NOW) == first
    assert len(asked) == 1

    region.tell(FAMILY, "assessment_started", report_id="r-1")
    reasons.of(rows, now=NOW)
    assert len(asked) == 2


def test_agreements_that_are_wrong_are_refused_at_the_start(tmp_path):
    (tmp_path / "calendars").mkdir()
    (tmp_path / "wrong-1.yaml").write_text("agreement: wrong\nversion: many\n", "utf-8")

    with pytest.raises(AgreementError):
        Engine.load(tmp_path, names={})


def test_behind_an_alert_a_ladder_is_called_by_its_name(region, engine):
    stories.report(region.at("2026-11-10T09:00:00"), FAMILY, "r-1")
    told = {"escalation_id": "e-1", "ladder": "samen-doen", "level": 1, "direction": None}
    start = region.tell(FAMILY, "escalation_started", reason="samenwerking-stagneert", **told)
    raised = region.alert(FAMILY, "ST-29", "Escalatie", "Daarom.", due="2026-11-17T23:00:00+00:00", instance=start)

    ground = Reasons(region.reader.store, region.ledger, engine).of(region.reader.store.open_alerts()[1], now=NOW)

    (line,) = ground[raised].lines
    assert "(Samen Doen, niveau 1)" in line.text
