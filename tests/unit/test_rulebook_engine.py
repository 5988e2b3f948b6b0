"""Watching one case live: what is learnt, what time does, and what the watch answers."""

from pathlib import Path
from runpy import run_path

from rulebook import scratch
from rulebook.alerts import Closed, Escalated, Raised, Reminded
from rulebook.engine import CaseWatch
from rulebook.event import from_json
from rulebook.instants import parse_instant

STORY = run_path(str(Path(__file__).parents[1] / "spec" / "rulebook_story.py"))
CONTACT = {
    "id": "ST-08",
    "from": ["handover_accepted"],
    "until": ["first_contact_made"],
    "warn": {"days": 2},
    "breach": {"days": 5},
    "to": "urgent",
}
QUIET = {"id": "ST-17", "kind": "silence", "phases": ["direct_safety"], "breach": {"days": 30}}
AGREEMENTS = STORY["agreements"](STORY["file"](CONTACT, QUIET, valid_from="2026-01-01"))


def at(text):
    return parse_instant(STORY["iso"](text))


def event(name, occurred, recorded=None, id="e1", **data):  # noqa: A002 - the name on the wire
    return from_json(
        {
            "id": id,
            "type": name,
            "case": "c1",
            "agency": "team",
            "municipality": "0014",
            "occurred_at": STORY["iso"](occurred),
            "recorded_at": STORY["iso"](recorded or occurred),
            "data": data,
        }
    )


def watching():
    watch = CaseWatch(AGREEMENTS, "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    return watch


def test_the_next_due_instant_is_known_before_anything_happens():
    watch = watching()

    assert watch.next_due == at("2026-06-04 00:00")
    assert watch.open_alerts() == []
    assert {instance.rule.id for instance in watch.instances()} == {"ST-08", "ST-17"}
    assert (watch.phase, watch.closed, watch.municipality) == ("direct_safety", False, None)


def test_time_raises_closes_and_escalates_in_its_own_order():
    changes = watching().advance(at("2026-06-07 02:00"))

    assert [(type(change), change.row.stage) for change in changes] == [
        (Raised, "warn"),
        (Closed, "warn"),
        (Raised, "breach"),
        (Escalated, "breach"),
    ]
    assert changes[-1].told.to == changes[-1].row.to == "monitor"


def test_the_instant_itself_is_included():
    watch = watching()

    assert watch.advance(at("2026-06-04 00:00") - 1) == []
    assert len(watch.advance(at("2026-06-04 00:00"))) == 1


def test_between_alerts_the_next_instant_may_be_a_step_of_an_attention_list():
    watch = watching()
    watch.advance(at("2026-06-07 00:00"))

    assert watch.next_at == at("2026-06-07 02:00")
    assert watch.next_due == at("2026-07-02 00:00")


def test_learning_first_lets_time_pass_with_what_was_known():
    watch = watching()
    changes = watch.learn([event("first_contact_made", "2026-06-08 10:00", id="e2")], at("2026-06-08 10:00"))

    assert [type(change) for change in changes] == [Raised, Closed, Raised, Escalated, Closed]
    assert changes[-1].row.outcome == "late"


def test_what_is_learnt_after_its_instant_has_passed_counts_from_now_on():
    watch = watching()
    watch.advance(at("2026-06-05 00:00"))
    told = event("first_contact_made", "2026-06-03 10:00", "2026-06-04 10:00", id="e2")
    (closed,) = watch.learn([told], at("2026-06-04 10:00"))

    assert (closed.row.closed_at, closed.row.outcome) == (at("2026-06-05 00:00"), "in_time")


def test_a_case_for_which_no_silence_rule_can_be_chosen_says_so():
    assert watching().has_silence_rule
    assert CaseWatch(AGREEMENTS, "of which nothing is known").has_silence_rule
    early = CaseWatch(AGREEMENTS, "c1")
    early.learn([event("handover_accepted", "2025-06-01 10:00")], at("2025-06-01 10:00"))

    assert not early.has_silence_rule


def test_what_is_known_comes_in_order_after_corrections():
    watch = watching()
    watch.learn([event("event_withdrawn", "2026-06-02 10:00", id="w", event_id="e1")], at("2026-06-02 10:00"))

    assert list(watch.known()) == []
    assert watch.next_due is None
    assert watch.next_at is None


def test_what_fell_due_a_microsecond_before_was_raised_before_it_was_heard_that_it_is_done():
    watch = watching()
    due = at("2026-06-04 00:00")
    done = event("first_contact_made", "2026-06-04 00:00", id="e2")
    changes = watch.learn([done], due + 1)

    assert [(type(one), one.row.stage) for one in changes] == [(Raised, "warn"), (Closed, "warn")]


# Reminders.


def reminders(watch, until):
    return [(one.told.to, one.told.step, one.told.at) for one in watch.advance(at(until)) if isinstance(one, Reminded)]


TODAY = {"next_step_on": "2026-06-04"}


def acknowledging(watch, recorded, next_step_on, **data):
    alert = watch.open_alerts()[0].alert
    told = event("alert_acknowledged", recorded, id="a1", alert=alert, next_step_on=next_step_on, **data)
    return watch.learn([told], at(recorded))


def test_when_the_last_acknowledgement_runs_out_the_furthest_in_turn_is_reminded_once():
    watch = watching()
    watch.advance(at("2026-06-07 03:00"))
    acknowledging(watch, "2026-06-07 10:00", "2026-06-08")

    assert watch.next_at == at("2026-06-09 00:00")
    assert reminders(watch, "2026-07-01 00:00") == [("monitor", 1, at("2026-06-09 00:00"))]


def test_a_warning_that_was_acknowledged_comes_back_to_the_first():
    watch = watching()
    watch.advance(at("2026-06-04 00:00"))
    acknowledging(watch, "2026-06-04 10:00", "2026-06-04")

    assert reminders(watch, "2026-07-01 00:00") == [("worker", 0, at("2026-06-05 00:00"))]


def test_an_alert_that_closes_as_the_acknowledgement_runs_out_is_not_reminded_of():
    watch = watching()
    watch.advance(at("2026-06-04 00:00"))
    acknowledging(watch, "2026-06-04 10:00", "2026-06-06")

    assert reminders(watch, "2026-07-01 00:00") == []


def test_a_step_that_falls_as_the_acknowledgement_runs_out_is_told_as_that_step():
    watch = CaseWatch(STORY["agreements"](STORY["file"]({**CONTACT, "to": "default"}, valid_from="2026-01-01")), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    watch.advance(at("2026-06-07 00:00"))
    acknowledging(watch, "2026-06-07 10:00", "2026-06-08")
    changes = watch.advance(at("2026-06-09 00:00"))

    assert [(type(one), one.told.to) for one in changes] == [(Escalated, "monitor")]


def test_an_acknowledgement_that_is_taken_back_leaves_nobody_so_who_was_in_turn_is_reminded():
    watch = watching()
    watch.advance(at("2026-06-07 01:00"))
    acknowledging(watch, "2026-06-07 01:30", None)
    watch.advance(at("2026-06-07 12:00"))
    back = event("event_withdrawn", "2026-06-07 13:00", id="w1", event_id="a1")
    changes = watch.learn([back], at("2026-06-07 13:00"))

    assert [(type(one), one.told.to, one.told.at) for one in changes] == [(Reminded, "monitor", at("2026-06-07 13:00"))]


def test_an_acknowledgement_at_the_instant_at_which_the_alert_is_raised_is_one_of_that_alert():
    seen = watching()
    seen.advance(at("2026-06-04 00:00"))
    watch = watching()
    told = event("alert_acknowledged", "2026-06-04 00:00", id="a1", alert=seen.open_alerts()[0].alert, **TODAY)
    watch.learn([told], at("2026-06-04 00:00"))

    assert reminders(watch, "2026-06-06 00:00") == [("worker", 0, at("2026-06-05 00:00"))]


def test_an_acknowledgement_that_had_run_out_as_it_was_told_is_followed_by_no_reminder():
    watch = watching()
    watch.advance(at("2026-06-04 00:00"))

    assert acknowledging(watch, "2026-06-05 00:00", "2026-06-04") == []
    assert reminders(watch, "2026-06-06 23:00") == []


def test_of_several_acknowledgements_the_end_of_the_last_is_followed_by_the_reminder():
    watch = watching()
    watch.advance(at("2026-06-07 03:00"))
    acknowledging(watch, "2026-06-07 10:00", "2026-06-08")
    alert = watch.open_alerts()[0].alert
    more = event("alert_acknowledged", "2026-06-08 10:00", id="a2", alert=alert, next_step_on="2026-06-10")
    watch.learn([more], at("2026-06-08 10:00"))

    assert reminders(watch, "2026-07-01 00:00") == [("monitor", 1, at("2026-06-11 00:00"))]


def test_each_step_is_told_to_its_own_and_of_two_alerts_the_first_that_was_raised_comes_first():
    rules = ({**CONTACT, "id": one, "to": "default"} for one in ("R2", "R1"))
    watch = CaseWatch(STORY["agreements"](STORY["file"](*rules)), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    told = [(one.row.rule, one.told.to) for one in watch.advance(at("2026-07-01 00:00")) if isinstance(one, Escalated)]

    assert told == [(rule, to) for to in ("monitor", "team_manager") for rule in ("R2", "R1")]


# Schedules without end, and what is computed from nothing.

MONITOR = {
    "id": "ST-12",
    "kind": "moments",
    "from": ["handover_accepted"],
    "until": ["monitoring_moment_done"],
    "at": [{"days": 10}],
    "then_every": {"days": 10},
    "breach": {"days": 0},
}


def raisings(changes):
    return [one.row.instance for one in changes if isinstance(one, Raised)]


def monitored():
    watch = CaseWatch(STORY["agreements"](STORY["file"](MONITOR)), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    return watch


def test_a_schedule_without_end_is_counted_as_time_passes():
    watch = monitored()
    raised = []
    for day in range(1, 31):
        raised += [(one, day) for one in raisings(watch.advance(at(f"2026-07-{day:02d} 00:00")))]

    assert raised == [("e1#1", 1), ("e1#2", 1), ("e1#3", 2), ("e1#4", 12), ("e1#5", 22)]
    assert watch.next_due == at("2026-08-01 00:00")


def test_a_schedule_without_end_is_counted_also_when_nobody_looks_for_years():
    changes = monitored().advance(at("2036-06-01 00:00"))

    assert raisings(changes) == [f"e1#{number}" for number in range(1, 366)]
    assert all(one.row.raised_at == one.row.due for one in changes)


def test_who_looks_only_when_told_to_sees_each_moment_in_time_also_after_a_stall_of_the_one_before_was_accepted():
    watch = CaseWatch(STORY["agreements"](STORY["file"]({**MONITOR, "to": [{"to": "monitor"}]})), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    watch.advance(at("2026-06-25 12:00"))
    accepted = event("stall_accepted", "2026-06-25 13:00", id="a", rule="ST-12", instance="e1#3", until_on="2026-07-25")
    watch.learn([accepted], at("2026-06-25 13:00"))
    told = []
    while watch.next_at <= at("2026-08-02 00:00"):
        now = watch.next_at
        told += [(one, now) for one in raisings(watch.advance(now))]

    days = {"e1#4": "2026-07-12", "e1#5": "2026-07-22", "e1#3": "2026-07-26", "e1#6": "2026-08-01"}
    assert told == [(moment, at(f"{day} 00:00")) for moment, day in days.items()]


def test_a_schedule_that_was_replaced_wakes_nobody_any_more():
    watch = CaseWatch(STORY["agreements"](STORY["file"]({**MONITOR, "ends": ["vt_closed"]})), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    watch.advance(at("2026-06-12 00:00"))
    watch.learn([event("handover_accepted", "2026-06-15 10:00", id="e2")], at("2026-06-15 10:00"))

    assert watch.next_at == watch.next_due == at("2026-06-26 00:00")


def test_schedules_and_terms_that_come_due_at_one_instant_are_raised_in_the_order_in_which_they_began():
    term = {"id": "ST-07", "from": ["handover_offered"], "until": ["handover_accepted"], "breach": {"days": 20}}
    watch = CaseWatch(STORY["agreements"](STORY["file"](MONITOR, {**MONITOR, "id": "ST-11"}, term)), "c1")
    watch.learn([event("handover_accepted", "2026-06-01 10:00")], at("2026-06-01 10:00"))
    watch.learn([event("handover_offered", "2026-06-01 11:00", id="e2")], at("2026-06-01 11:00"))
    changes = watch.advance(at("2026-07-01 23:00"))
    raised = [(one.row.rule, one.row.instance) for one in changes if isinstance(one, Raised)]

    assert raised == [(rule, f"e1#{number}") for number in (1, 2) for rule in ("ST-12", "ST-11")] + [("ST-07", "e2")]


def test_a_newer_anchor_takes_the_place_of_a_schedule_that_was_going_on():
    watch = monitored()
    watch.advance(at("2026-06-12 00:00"))
    watch.learn([event("handover_accepted", "2026-06-15 10:00", id="e2")], at("2026-06-15 10:00"))
    changes = watch.advance(at("2026-07-20 00:00"))

    assert raisings(changes) == ["e2#1", "e2#2", "e2#3"]
    assert watch.next_due == at("2026-07-26 00:00")


def test_what_is_open_is_what_is_computed_from_nothing():
    watch = watching()
    done = event("first_contact_made", "2026-06-08 10:00", id="e2")
    for day in range(3, 20):
        now = at(f"2026-06-{day:02d} 12:00")
        watch.learn([done], at("2026-06-08 10:00")) if day == 8 else watch.advance(now)
        found = scratch.open_alerts(AGREEMENTS, "c1", watch.facts(), watch.now)

        assert {row.alert: row.instance for row in watch.open_alerts()} == {
            alert: instance.key for alert, instance in found.items()
        }


def test_a_newer_anchor_begins_at_its_own_first_moment_however_far_the_older_one_was():
    watch = monitored()
    for number, day in enumerate(("06-05", "06-15", "06-25", "07-05"), start=1):
        when = f"2026-{day} 10:00"
        watch.learn([event("monitoring_moment_done", when, id=f"m{number}", moment=number)], at(when))
    assert raisings(watch.advance(at("2026-07-23 00:00"))) == ["e1#5"]

    watch.learn([event("handover_accepted", "2026-07-25 10:00", id="e2")], at("2026-07-25 10:00"))
    assert raisings(watch.advance(at("2026-08-26 00:00"))) == ["e2#1", "e2#2", "e2#3"]


def test_moments_beyond_the_calendar_wait_until_time_has_come_near():
    rule = {**MONITOR, "at": [{"months": 3}], "then_every": {"months": 12}, "breach": {"working_days": 1}}
    skipping = {**rule, "at": [{"months": 3}, {"months": 24}, {"months": 6}], "id": "ST-11"}
    watch = CaseWatch(STORY["agreements"](STORY["file"](rule, skipping)), "c1")
    watch.learn([event("handover_accepted", "2045-03-01 10:00")], at("2045-03-01 10:00"))

    assert [(one.rule.id, one.key) for one in watch.instances()] == [
        ("ST-12", "e1#1"),
        ("ST-11", "e1#1"),
        ("ST-11", "e1#3"),
    ]
