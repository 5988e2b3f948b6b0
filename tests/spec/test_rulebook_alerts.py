"""Closing a case, accepting a stall, acknowledging an alert (rule book sections 4 and 5)."""

from pathlib import Path
from runpy import run_path

import pytest

Story = run_path(str(Path(__file__).with_name("rulebook_story.py")))["Story"]
CONTACT = {
    "id": "ST-08",
    "from": ["handover_accepted"],
    "until": ["first_contact_made"],
    "warn": {"days": 2},
    "breach": {"days": 5},
}


def handover(**changes):
    """A story in which a handover on 1 June 2026 waits for a first contact: warning 4 June, breach 7 June, 0:00."""
    return Story({**CONTACT, **changes}).tell("2026-06-01 10:00", "handover_accepted")


# Closing.


def test_closing_the_case_ends_what_was_waiting():
    story = handover()
    story.tell("2026-06-08 10:00", "case_closed")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach case_closed"]


def test_a_closing_that_itself_satisfies_is_no_closing_for_the_rule():
    story = handover(until=["first_contact_made", "case_closed"])
    story.tell("2026-06-08 10:00", "case_closed")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_so_it_is_where_more_was_told_at_the_same_time():
    story = handover(until=["first_contact_made", "case_closed"])
    story.tell("2026-06-08 09:00", "family_contacted", "2026-06-08 10:00")
    story.tell("2026-06-08 10:00", "case_closed")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_what_was_satisfied_before_the_closing_is_satisfied():
    story = handover()
    story.tell("2026-06-07 10:00", "first_contact_made", "2026-06-09 10:00")
    story.tell("2026-06-08 10:00", "case_closed", "2026-06-09 10:00")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_reopening_revives_nothing():
    story = handover()
    story.tell("2026-06-02 10:00", "case_closed")
    story.tell("2026-06-03 10:00", "case_reopened")

    assert story.rows("2026-07-01 00:00") == []


def closed_case(weight):
    """A story in which a closed case sees a handover, a report and a reopening, one a day."""
    starts = ["handover_accepted", "report_received", "case_reopened"]
    story = Story({"id": "R", "from": starts, "until": ["help_ended"], "breach": {"days": 1}, "weight": weight})
    story.tell("2026-06-01 10:00", "case_closed")
    story.tell("2026-06-02 10:00", "handover_accepted", id="handover")
    story.tell("2026-06-03 10:00", "report_received", id="report")
    story.tell("2026-06-04 10:00", "case_closed")
    return story.tell("2026-06-05 10:00", "case_reopened", id="reopening")


def test_in_a_closed_case_only_a_report_or_a_reopening_starts_something():
    assert closed_case(4).ends("2026-07-01 00:00") == ["reopening breach None"]
    assert closed_case(4).ends("2026-06-05 09:00") == []


def test_danger_starts_in_a_closed_case_too():
    assert closed_case(5).ends("2026-07-01 00:00") == ["handover breach case_closed", "reopening breach None"]


# Accepting a stall.


def test_an_accepted_stall_moves_the_breach_and_takes_the_warning_away():
    story = handover()
    story.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.rows("2026-07-01 00:00") == [
        "e1 warn due 2026-06-04 00:00 raised 2026-06-04 00:00 closed 2026-06-05 10:00 accepted",
        "e1 breach due 2026-06-21 00:00 raised 2026-06-21 00:00 open",
    ]


def test_an_accepted_stall_never_makes_a_term_shorter_and_the_latest_day_counts():
    story = handover()
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-03")
    assert story.rows("2026-07-01 00:00")[0].startswith("e1 breach due 2026-06-07 00:00")

    story.tell("2026-06-02 11:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-18")
    story.tell("2026-06-02 12:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-11")
    assert story.rows("2026-07-01 00:00")[0].startswith("e1 breach due 2026-06-19 00:00")


def test_a_breach_that_is_open_moves_and_is_accepted():
    story = handover()
    story.tell("2026-06-08 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach accepted", "e1 breach None"]


def test_accepted_also_when_the_breach_comes_due_at_that_instant():
    story = handover()
    story.tell("2026-06-07 00:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-01")

    assert story.ends("2026-07-01 00:00") == ["e1 warn accepted", "e1 breach None"]


def test_an_acceptance_that_is_withdrawn_or_shortened_withdraws_the_moved_alert():
    story = handover()
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-10")
    story.tell("2026-06-15 10:00", "event_withdrawn", event_id="e2")

    assert story.rows("2026-07-01 00:00") == [
        "e1 breach due 2026-06-11 00:00 raised 2026-06-11 00:00 closed 2026-06-15 10:00 withdrawn",
        "e1 breach due 2026-06-07 00:00 raised 2026-06-15 10:00 open",
    ]


def test_an_acceptance_without_a_date_or_for_a_legal_rule_changes_nothing():
    no_date = handover()
    no_date.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="volgende week")
    legal = handover(legal=True)
    legal.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert no_date.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]
    assert legal.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_late_and_in_time_compare_with_the_due_of_the_alert_itself():
    story = handover()
    story.tell("2026-06-08 10:00", "first_contact_made", "2026-06-09 10:00")
    story.tell("2026-06-09 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_an_acceptance_counts_from_when_it_is_known_whatever_its_own_time():
    story = handover()
    story.tell(
        "2026-05-01 10:00", "stall_accepted", "2026-06-05 10:00", rule="ST-08", instance="e1", until_on="2026-06-20"
    )

    assert story.ends("2026-06-06 00:00") == ["e1 warn accepted"]


def test_where_no_breach_is_counted_an_accepted_stall_adds_none():
    warns = {key: value for key, value in CONTACT.items() if key != "breach"}
    story = Story(warns).tell("2026-06-01 10:00", "handover_accepted")
    story.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.ends("2026-12-01 00:00") == ["e1 warn accepted"]


@pytest.mark.parametrize("named", [["e1"], {"id": "e1"}, 1, None])
def test_an_acceptance_whose_instance_is_no_text_changes_nothing(named):
    story = handover()
    story.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance=named, until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_an_acceptance_names_one_instance_of_one_rule():
    story = handover()
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-09", instance="e1", until_on="2026-06-20")
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e2", until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]


# Attention.


def test_a_day_that_begins_with_the_alert_is_the_first_that_counts():
    story = handover()

    assert story.told("2026-07-01 00:00") == [
        ["worker 2026-06-04 00:00"],
        ["worker 2026-06-07 00:00", "monitor 2026-06-09 00:00", "team_manager 2026-06-11 00:00"],
    ]


def test_an_acknowledged_alert_goes_no_further_until_its_next_step_is_past():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="2026-06-09")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00", "team_manager 2026-06-11 00:00"]


def test_at_the_end_of_the_next_step_day_the_acknowledgement_has_run_out():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="2026-06-08")

    assert len(story.told("2026-07-01 00:00")[1]) == 3


def test_an_acknowledgement_without_a_date_never_runs_out():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="gauw")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_an_acknowledgement_holds_for_its_alert_alone_and_only_while_its_row_is_open():
    story = handover()
    warn, breach = story.json("2026-07-01 00:00")
    story.tell("2026-06-05 10:00", "alert_acknowledged", alert=warn["alert"])
    story.tell("2026-06-05 10:00", "alert_acknowledged", alert=breach["alert"])

    assert len(story.told("2026-07-01 00:00")[1]) == 3


def test_an_acknowledgement_is_known_at_the_instant_at_which_a_step_falls():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-09 00:00", "alert_acknowledged", alert=alert)

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_an_acknowledgement_at_the_instant_at_which_the_alert_is_raised_holds_for_it():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-07 00:00", "alert_acknowledged", alert=alert)

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_a_step_at_the_instant_at_which_the_alert_closes_is_not_told():
    story = handover()
    story.tell("2026-06-09 00:00", "first_contact_made")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_a_rule_may_name_its_list_or_bring_its_own():
    named = handover(to="urgent").told("2026-07-01 00:00")
    own = handover(to=[{"to": "a"}, {"to": "b", "after": {"days": 1}}]).told("2026-07-01 00:00")

    assert named[1] == ["worker 2026-06-07 00:00", "monitor 2026-06-07 02:00"]
    assert own[1] == ["a 2026-06-07 00:00", "b 2026-06-08 00:00"]


def test_a_row_under_the_same_id_is_told_anew_whatever_was_acknowledged_of_the_row_before():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-07 10:00", "alert_acknowledged", alert=alert)
    story.tell("2026-06-07 11:00", "first_contact_made", id="contact")
    story.tell("2026-06-07 12:00", "event_withdrawn", event_id="contact")

    assert story.told("2026-06-10 00:00")[1:] == [
        ["worker 2026-06-07 00:00"],
        ["worker 2026-06-07 12:00", "monitor 2026-06-09 00:00"],
    ]


def test_an_acknowledgement_counts_from_when_it_is_known_whatever_its_own_time():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-07 10:00", "alert_acknowledged", "2026-06-10 10:00", alert=alert)

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00", "monitor 2026-06-09 00:00"]


def test_steps_after_the_last_instant_are_not_listed():
    assert handover().told("2026-06-09 00:00")[1] == ["worker 2026-06-07 00:00", "monitor 2026-06-09 00:00"]
    assert handover().told("2026-06-08 23:59")[1] == ["worker 2026-06-07 00:00"]


def test_an_instance_has_one_open_alert_at_most():
    story = handover()
    story.tell("2026-06-02 10:00", "handover_accepted")

    for hour in range(0, 24 * 9, 6):
        rows = story.json(f"2026-06-0{1 + hour // 24} {hour % 24:02d}:00")
        open_now = [row["instance"] for row in rows if row["closed_at"] is None]
        assert len(open_now) == len(set(open_now))


def test_an_alert_that_is_raised_a_microsecond_into_a_day_counts_that_day_as_the_day_of_its_raising():
    rule = {**CONTACT, "warn": None, "breach": {"minutes": 1}, "to": [{"to": "a"}, {"to": "b", "after": {"days": 1}}]}
    begins = Story(rule).tell("2026-06-01 23:59", "handover_accepted").told("2026-07-01 00:00")
    just_after = Story(rule).tell("2026-06-01 23:59:00.000001", "handover_accepted").told("2026-07-01 00:00")

    assert begins == [["a 2026-06-02 00:00", "b 2026-06-03 00:00"]]
    assert just_after == [["a 2026-06-02 00:00:00.000001", "b 2026-06-04 00:00"]]
