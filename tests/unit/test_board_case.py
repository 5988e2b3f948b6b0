"""What the page of a case tells besides its alarms: what lies there, how reports came together, a picture, and a past day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.timeline import sentences
from services.board.casefile import known
from services.board.casepage import case_page
from services.board.desk import Desk
from services.board.outlook import Engine
from services.board.picture import SILENCE, WIDTH, picture
from services.board.ports import Deadline
from services.board.standing import standing
from tests.journey import stories
from tests.journey.region import region_in
from waakvlam.clock import micros_of
from waakvlam.topics import agencies, municipalities

FAMILY, TEAM = "De Proef-Verzonnen", "team-groningen"
TODAY = "2026-11-24"
NOW = micros_of(datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
AGREEMENTS = Path(__file__).parents[2] / "agreements"


@pytest.fixture
def region(tmp_path):
    with region_in(tmp_path, NOW) as made:
        yield made


@pytest.fixture(scope="module")
def engine():
    return Engine.load(AGREEMENTS, names={one.id: one.name for one in agencies().values()})


def records(region):
    return region.ledger.history(region.case(FAMILY))


def stands(region, today=TODAY):
    return standing(records(region), agencies(), today=today)


def offered(region, to=TEAM, number="o-1"):
    return region.tell(FAMILY, "handover_offered", handover_id=number, to_agency=to, after="assessment")


# What lies there.


def test_a_handover_tells_who_to_whom_and_that_nobody_answered(region):
    offered(region)

    (line,) = stands(region).handovers

    assert (line.by, line.to, line.answer) == ("Veilig Thuis Groningen", "Lokaal team Groningen", "")


def test_a_refused_handover_tells_why(region):
    offered(region)
    region.tell(FAMILY, "handover_refused", TEAM, handover_id="o-1", reason="capaciteit")

    (line,) = stands(region).handovers

    assert line.answer == "Geweigerd"
    assert "Lokaal team Groningen: " in line.answered


def condition(region, event="condition_set", **others):
    given = {"condition_id": "v-1", "check_on": date(2026, 11, 17), "check_by": "school", "text": None}
    return region.tell(FAMILY, event, TEAM, **(given if event != "condition_met" else {"condition_id": "v-1"}) | others)


@pytest.mark.parametrize(("today", "state"), [("2026-11-17", "wacht"), ("2026-11-18", "voorbij")])
def test_a_condition_that_nobody_checked_is_late_after_its_day(region, today, state):
    condition(region)

    assert stands(region, today).conditions[0].state == state


def test_a_condition_that_was_met_waits_again_after_a_new_check_day_was_agreed(region):
    condition(region)
    condition(region, "condition_met")
    assert stands(region).conditions[0].state == "voldaan"

    region.clock.at += 1
    condition(region, "condition_changed", check_on=date(2026, 12, 1))

    (line,) = stands(region).conditions
    assert (line.state, line.check_on) == ("wacht", "1 december 2026")


def test_a_monitoring_moment_tells_each_question_with_its_answer(region):
    answers = {"conditions": "partly", "direct_safety": "yes", "stable_safety": "no", "recovery": "unknown"}
    region.tell(FAMILY, "monitoring_moment_done", moment=1, decision="continue", **answers)

    (line,) = stands(region).moments

    assert [answer for _, answer in line.answers] == ["deels voldaan", "ja", "nee", "nog onbekend"]
    assert line.decision == "doorgaan met monitoren"


def test_a_withdrawn_fact_lies_nowhere(region):
    wrong = offered(region)
    region.tell(FAMILY, "event_withdrawn", event_id=wrong, reason="typefout")

    assert stands(region).handovers == ()


# How reports came together.


def test_the_first_report_begins_the_case_and_a_later_one_says_how_it_was_linked(region):
    stories.report(region, FAMILY, "r-1")
    stories.report(region, FAMILY, "r-2", "scholen-groningen", "school")

    second, first = stands(region).reports

    assert first.link == "Met deze melding begon de casus."
    assert second.link == "Gekoppeld, want één persoon uit deze melding was hier al bekend."


def test_the_same_file_number_of_the_same_agency_is_named_as_a_reason(region):
    stories.report(region, FAMILY, "r-1")
    stories.report(region, FAMILY, "r-2")
    first, _, second, _ = records(region)

    told = [replace(first, reference="d-1"), replace(second, reference="d-1")]

    assert (
        "dezelfde organisatie gebruikte hetzelfde dossiernummer"
        in standing(told, agencies(), today=TODAY).reports[0].link
    )


# The picture.


def drawn(region, deadlines=()):
    told = records(region)
    return picture(sentences(told, agencies()), told, deadlines, now=region.clock.at)


def test_each_agency_has_a_lane_and_so_have_silence_alarms_and_what_comes(region):
    stories.forgotten_handover(region)

    names = [lane.name for lane in drawn(region).lanes]

    assert names[0] == "Politie Noord-Nederland"
    assert names[-3:] == ["Stilte", "Alarmen", "Wat moet komen"]
    assert "Waakvlam radar" not in names


def test_what_happened_later_stands_further_to_the_right_and_all_within_the_picture(region):
    stories.forgotten_handover(region)
    region.clock.at = NOW

    seen = drawn(region, [Deadline("ST-04", "t", "breach", NOW + 86_400_000_000, legal=False)])

    by_time = [mark.x for mark in seen.marks if mark.kind != "termijn"]
    assert by_time == sorted(by_time)
    assert all(200 <= mark.x <= WIDTH for mark in seen.marks)
    assert seen.marks[-1].x > seen.now


def test_silence_and_an_alarm_last_as_long_as_they_did(region):
    region.at("2026-09-01T09:00:00")
    stories.report(region, FAMILY, "r-1")
    region.at("2026-09-20T09:00:00")
    region.alert(FAMILY, "ST-17a", "Stil", "Stil.", due="2026-09-20T09:00:00+00:00")
    region.clock.at = micros_of(datetime(2026, 9, 1, 9, tzinfo=UTC)) + SILENCE * 2

    bars = {bar.kind: bar for bar in drawn(region).bars}

    assert bars["stilte"].width > bars["alarm"].width > 3
    assert bars["stilte"].text == "28 dagen stil"
    assert bars["alarm"].text == "Stil: nog open"


def test_a_case_of_which_only_waakvlam_itself_spoke_is_drawn_too(region):
    region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")

    assert [lane.name for lane in drawn(region).lanes] == ["Stilte", "Alarmen", "Wat moet komen"]


def test_the_table_tells_all_that_is_drawn_in_order(region):
    stories.forgotten_handover(region)
    region.clock.at = NOW
    seen = drawn(region)

    assert len(seen.rows) == len(seen.marks) + len(seen.bars)
    assert [row.at for row in seen.rows] == sorted(row.at for row in seen.rows)


# A past day.


class Parts:
    """What a page is taken from."""

    def __init__(self, region, rulebook):
        self.store, self.rulebook = region.reader.store, rulebook
        self.desk = Desk(region.reader.outbox, region.ledger, region.deliver, clock=region.clock)


def page(region, engine, on):
    found = known(Parts(region, engine), records(region), on, now=NOW)
    return found and case_page(found, agencies=agencies(), municipalities=municipalities())


def told_in_time(region):
    region.at("2026-11-02T09:00:00")
    stories.report(region, FAMILY, "r-1")
    region.at("2026-11-20T09:00:00").tell(
        FAMILY, "assessment_started", at=datetime(2026, 11, 3, 9, tzinfo=UTC), report_id="r-1"
    )
    stories.assessed(region, FAMILY, "r-1")
    region.clock.at = NOW


def test_a_past_day_knows_only_what_was_recorded_by_then(region, engine):
    told_in_time(region)

    then = page(region, engine, date(2026, 11, 12))

    assert then.version == 2
    assert not any("beoordeling" in entry.line.text for day in then.days for entry in day.lines)


def test_the_alarms_of_a_past_day_are_those_that_the_rules_computed_then(region, engine):
    told_in_time(region)

    then, now = page(region, engine, date(2026, 11, 12)), page(region, engine, None)

    assert "ST-01" in {alert.card.rule for alert in then.alerts}
    assert now.alerts == ()
    assert "Te laat gedaan" in {one.outcome_word for one in now.settled}


def test_before_the_case_was_known_there_is_no_page(region, engine):
    told_in_time(region)

    assert page(region, engine, date(2026, 11, 1)) is None


def test_today_and_a_day_to_come_are_now(region, engine):
    told_in_time(region)

    assert page(region, engine, date(2026, 11, 24)).on is None
    assert page(region, engine, date(2027, 1, 1)).on is None


# What stands at the head, what ended and what comes.


def test_the_head_says_how_far_a_case_is_and_who_has_sight_of_safety_now(region, engine):
    region.at("2026-11-02T09:00:00")
    stories.report(region, FAMILY, "r-1")
    offered(region)
    before = page(region, engine, None)
    region.tell(FAMILY, "handover_accepted", TEAM, handover_id="o-1", after="assessment")
    after = page(region, engine, None)
    region.tell(FAMILY, "case_closed", reason="stable_safety")
    closed = page(region, engine, None)

    assert (before.safety_view, after.safety_view) == ("Veilig Thuis", "Lokaal team Groningen")
    assert before.phase != closed.phase
    assert closed.phase == "Gesloten"


def test_what_ended_and_what_comes_each_has_its_reason(region, engine):
    told_in_time(region)

    now = page(region, engine, None)

    assert now.settled
    assert now.deadlines
    assert all(one.title and one.text.endswith(".") and one.outcome_word for one in now.settled)
    assert all(one.title and one.why and one.remedy and one.source and one.due for one in now.deadlines)
