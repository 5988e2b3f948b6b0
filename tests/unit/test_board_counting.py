"""What the board counts while it folds: each event once, handovers in any order of telling, and who had sight of safety."""

from datetime import UTC, datetime

import pytest

from ledger import histories
from ledger.application import Ledger
from ledger.database import open_database
from services.board import marks
from services.board.agents import Reader
from services.board.anew import Builder, empty
from services.board.overviews import numbers
from services.board.overviews.numbers import Answered
from services.board.store import Store
from services.board.stretches import sifted
from services.board.weeks import in_words, last_weeks, week_of
from tests.journey.region import Region
from waakvlam.clock import FixedClock, micros_of

FAMILY = "Familie Proef"
TEAM = "team-groningen"
HOUR = 3600 * 1_000_000
TUESDAY = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
WEEK = week_of(micros_of(TUESDAY))
WEEKS = [WEEK - 7, WEEK]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request, tmp_path):
    url = f"sqlite:///{tmp_path}/board.db" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    made = Store(open_database(url))
    yield made
    made.database.close()


@pytest.fixture
def region(store, tmp_path):
    clock = FixedClock(micros_of(TUESDAY))
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock, keys=None)
    yield Region(ledger, Reader(store, ledger, changed=lambda: None), clock)
    ledger.close()


def asked(store, question, *more):
    with store.database.reading() as t:
        return question(t, *more)


def offer(region, number="o-1", family=FAMILY, **others):
    return region.tell(family, "handover_offered", handover_id=number, to_agency=TEAM, after="triage", **others)


def answer(region, number="o-1", kind="accepted", family=FAMILY, **others):
    data = {"after": "triage"} if kind == "accepted" else {"reason": "capaciteit"}
    return region.tell(family, f"handover_{kind}", TEAM, handover_id=number, **data, **others)


def stalls(store, what):
    return asked(store, numbers.weekly, f"stall.{what}", WEEKS)


def raise_one(region, rule="ST-07", due="2026-11-24T09:00:00+00:00", family=FAMILY, **others):
    return region.alert(family, rule, "Titel", "Daarom.", due=due, **others)


def test_a_week_runs_from_monday_to_sunday_in_the_netherlands():
    sunday_evening = micros_of(datetime(2026, 11, 22, 22, 59, tzinfo=UTC))
    monday = micros_of(datetime(2026, 11, 22, 23, 0, tzinfo=UTC))

    assert week_of(monday) == week_of(sunday_evening) + 7
    assert in_words(week_of(monday)) == "week 48, vanaf 23 november 2026"


def test_the_week_that_still_runs_is_not_among_the_last():
    assert list(last_weeks(micros_of(TUESDAY), 2)) == [WEEK - 14, WEEK - 7]


def test_a_stall_is_counted_once_by_rule_municipality_and_who_has_sight_of_safety(region, store):
    raise_one(region)
    raise_one(region, "ST-08", stage="warn")  # a warning beforehand is no stall
    offer(region)
    answer(region)
    raise_one(region, "ST-09", due="2026-11-20T09:00:00+00:00", stage="signal")

    assert stalls(store, "rule") == {"ST-07": {WEEK: 1}, "ST-09": {WEEK - 7: 1}}
    assert stalls(store, "municipality") == {"0014": {WEEK: 1, WEEK - 7: 1}}
    assert stalls(store, "agency") == {"": {WEEK: 1}, TEAM: {WEEK - 7: 1}}


def test_after_closing_sight_of_safety_is_with_veilig_thuis_again(region, store):
    offer(region)
    answer(region)
    region.tell(FAMILY, "case_closed", reason="stable_safety")
    raise_one(region)

    assert stalls(store, "agency") == {"": {WEEK: 1}}


def test_how_late_an_event_was_told_is_counted_by_its_agency(region, store):
    for late in (1, 2, 30, 200):
        offer(region, f"o-{late}", at=datetime.fromtimestamp((micros_of(TUESDAY) - late * HOUR) / 1e6, UTC))

    told = {
        name: asked(store, numbers.weekly, f"told.{name}", WEEKS).get("veilig-thuis-groningen", {})
        for name in ("hour", "day", "week", "later")
    }

    assert told == {"hour": {WEEK: 1}, "day": {WEEK: 1}, "week": {WEEK: 1}, "later": {WEEK: 1}}
    assert asked(store, numbers.heard) == {"veilig-thuis-groningen": micros_of(TUESDAY)}


@pytest.mark.parametrize("offer_first", [True, False])
def test_a_handover_has_waited_from_its_offer_to_its_first_answer(region, store, offer_first):
    begin = datetime(2026, 11, 23, 10, tzinfo=UTC)
    end = datetime(2026, 11, 24, 10, tzinfo=UTC)
    steps = [lambda: offer(region, at=begin), lambda: answer(region, at=end)]
    for step in steps if offer_first else reversed(steps):
        step()

    found = asked(store, numbers.handovers_answered, micros_of(begin), micros_of(end) + 1)

    assert found == [Answered(TEAM, "accepted", 24 * HOUR)]
    assert asked(store, numbers.handovers_waiting) == []


def test_an_answer_that_was_withdrawn_as_a_mistake_is_none(region, store):
    offer(region)
    wrong = answer(region, kind="refused")
    assert asked(store, numbers.handovers_waiting) == []

    region.tell(FAMILY, "event_withdrawn", TEAM, event_id=wrong, reason="wrong_case")

    assert [one.to_agency for one in asked(store, numbers.handovers_waiting)] == [TEAM]


def test_reminders_are_counted_until_somebody_picks_the_alert_up(region, store):
    raise_one(region)
    alert = asked(store, numbers.open_alerts)[0].alert
    same = {"rule": "ST-07", "agreement": "groningen", "version": 3, "instance": "s", "stage": "breach", "row": 1}
    for _ in range(2):
        region.tell(FAMILY, "alert_reminded", "radar", alert=alert, due="", to=["worker"], step=0, **same)
    assert asked(store, numbers.reminders) == {alert: 2}

    region.tell(FAMILY, "alert_acknowledged", "board", alert=alert, next_step_on=None)

    assert asked(store, numbers.reminders) == {}


def test_what_comes_again_is_not_counted_again_and_a_view_read_anew_counts_the_same(region, store):
    raise_one(region)
    offer(region)
    answer(region)
    before = everything(store)

    region.reader.rebuild()
    assert everything(store) == before

    empty(store.database)
    region.reader.rebuild()
    assert everything(store) == before


def test_a_view_that_an_earlier_version_filled_is_read_anew(region, store):
    raise_one(region)
    with store.database.transaction() as t:
        for name in ("board_heard", "board_weeks"):
            t.execute(f"DELETE FROM {name}")

    again = Store(store.database)

    assert again.is_empty()
    Reader(again, region.ledger, changed=lambda: None).rebuild()
    assert stalls(store, "rule") == {"ST-07": {WEEK: 1}}


def everything(store):
    with store.database.reading() as t:
        return {
            name: sorted(t.rows(f"SELECT * FROM {name}"), key=str)
            for name in ("board_weeks", "board_heard", "board_handovers", "board_sight", "board_reminders")
        }


def test_what_was_handed_over_and_judged_is_the_same_when_the_view_is_made_anew(region, store):
    region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
    alert = store.open_alerts()[1][0].alert
    by = {"agency": "board", "recorded_by": "m-1"}
    region.tell(FAMILY, "alert_handed_over", alert=alert, colleague_id="m-2", note=None, **by)
    judged = {"alert": alert, "rule": "ST-07", "verdict": "not_useful", "reason": "te-vroeg", **by}
    wrong = region.tell(FAMILY, "alert_judged", **judged)
    region.tell(FAMILY, "alert_judged", **judged | {"verdict": "useful", "reason": None})
    region.tell(FAMILY, "event_withdrawn", event_id=wrong, reason="typefout")
    before = marks_of(store)
    assert [len(rows) for rows in before] == [1, 1, 1]

    empty(store.database)
    assert [len(rows) for rows in marks_of(store)] == [0, 0, 0]
    builder = Builder(store.database)
    builder.take(sifted(log_of(region)))
    builder.store()

    assert marks_of(store) == before


def marks_of(store):
    with store.database.reading() as t:
        return [t.rows(f"SELECT * FROM {name} ORDER BY 1") for name in marks.NAMES]


def log_of(region):
    with region.ledger.reading() as t:
        return histories.log(t, after=0, limit=100)
