"""Every rule that is in force, told twice: a story in which it raises its alert, and one in which it stays quiet.

The stories start on Monday 1 June 2026 at nine; no holiday lies in the weeks after it. Dues are counted by hand.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from runpy import run_path

import pytest

from rulebook.agreements import load
from rulebook.event import parse
from rulebook.instants import parse_instant
from rulebook.replay import replay
from rulebook.why import why

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
iso, clock = STORY["iso"], STORY["clock"]
AGREEMENTS = load(Path(__file__).parents[2] / "agreements")
GRONINGEN, FRYSLAN, DRENTHE = "0014", "0080", "0106"
MONDAY, DAY = "2026-06-01 09:00", "2026-07-01"  # the start, and the day that a `date` rule names: a Wednesday
TAKEN = {"handover_id": "h1", "after": "investigation"}
CHILD = [{"person": "p1", "role": "child", "child": True}]


def told(name, at=MONDAY, *, agency="vt", **data):
    """One event."""
    return {"type": name, "at": at, "agency": agency, "data": data}


@dataclass(frozen=True)
class Tale:
    """What starts a rule, what keeps it quiet, the stages with their dues, and when to look at the quiet one."""

    starts: tuple
    calms: tuple
    dues: tuple
    until: str = ""
    before: tuple = ()
    frisian: tuple = field(default=())


def tale(start, calm, *dues, frisian=(), **more):
    """A tale in which one event starts a rule and another one satisfies it."""
    return Tale(
        (start,) if isinstance(start, dict) else start,
        (calm,) if isinstance(calm, dict) else calm,
        dues,
        frisian=frisian,
        **more,
    )


W1, W2, W3, W5, W7, W10, W15 = (f"2026-06-{day} 00:00" for day in ("03", "04", "05", "09", "11", "16", "23"))
WEEKS = {2: "2026-06-16", 3: "2026-06-23", 4: "2026-06-30", 5: "2026-07-07", 6: "2026-07-14", 8: "2026-07-28"}
WEEKS |= {10: "2026-08-11", 12: "2026-08-25"}
MONTHS = {2: "2026-08-02", 3: "2026-09-02", 5: "2026-11-02", 6: "2026-12-02", 12: "2027-06-02", 18: "2027-12-02"}


def weeks(number):
    return f"{WEEKS[number]} 00:00"


def months(number):
    return f"{MONTHS[number]} 00:00"


def warn(due):
    return f"warn {due}"


def breach(due):
    return f"breach {due}"


def signal(due):
    return f"signal {due}"


SOON = "2026-06-01 15:00"
TALES = {
    "ST-01": tale(
        told("report_received", report_id="r2"), told("safety_assessed", SOON, report_id="r2"), warn(W3), breach(W5)
    ),
    "ST-02": tale(
        told("acute_danger_found", report_id="r2"),
        told("acute_action_taken", "2026-06-01 09:10", report_id="r2"),
        warn("2026-06-01 09:15"),
        breach("2026-06-01 10:00"),
    ),
    "ST-03": tale(
        told("triage_decided", report_id="r2"), told("reporter_informed", SOON, report_id="r2"), warn(W1), breach(W2)
    ),
    "ST-04": tale(
        told("report_received", report_id="r2"),
        told("household_informed", SOON, report_id="r2"),
        warn(weeks(3)),
        breach(weeks(4)),
    ),
    "ST-05": tale(
        told("service_started", service_id="s1", service="investigation"),
        told("service_ended", "2026-07-20 12:00", service_id="s1"),
        warn(weeks(8)),
        breach(weeks(10)),
    ),
    "ST-06": tale(
        told("service_started", service_id="s1", service="conditions_and_follow_up"),
        told("service_ended", "2026-07-20 12:00", service_id="s1"),
        warn(weeks(8)),
        breach(weeks(10)),
    ),
    "ST-07": tale(
        told("handover_offered", handover_id="h1", to_agency="team-groningen"),
        told("handover_withdrawn", SOON, handover_id="h1"),
        warn(W3),
        breach(W5),
        frisian=(warn(W2), breach("2026-06-06 00:00")),
    ),
    "ST-08": tale(
        told("handover_accepted", **TAKEN),
        told("first_contact_made", SOON),
        warn(W3),
        breach(W5),
        frisian=(warn(W2), breach("2026-06-06 00:00")),
    ),
    "ST-09": tale(told("handover_accepted", **TAKEN), told("director_assigned", SOON), warn(W3), breach(W5)),
    "ST-10": tale(told("handover_accepted", **TAKEN), told("plan_agreed", SOON, plan="safety"), warn(W7), breach(W10)),
    "ST-11": tale(
        told("help_waiting", help_id="z1"),
        told("help_started", SOON, help_id="z1"),
        warn(weeks(2)),
        breach(weeks(4)),
        frisian=(warn(weeks(3)), breach(weeks(6))),
    ),
    "ST-12": tale(
        told("handover_accepted", **TAKEN),
        told("monitoring_moment_done", "2026-08-20 10:00", moment=1),
        warn("2026-08-26 00:00"),
        breach("2026-09-16 00:00"),
        until="2026-10-01 00:00",  # the second moment is still far off
    ),
    "ST-13": tale(
        told("condition_set", condition_id="c1", check_on=DAY),
        told("condition_met", SOON, condition_id="c1"),
        warn("2026-06-25 00:00"),
        breach("2026-07-02 00:00"),
    ),
    "ST-14": tale(
        told("handover_accepted", **TAKEN),
        told("direct_safety_reached", SOON),
        warn(months(2)),
        breach(months(3)),
        frisian=(warn(weeks(8)), breach(weeks(12))),
    ),
    "ST-15": tale(
        told("handover_accepted", **TAKEN), told("stable_safety_reached", SOON), warn(months(12)), breach(months(18))
    ),
    "ST-16": tale(
        told("stable_safety_reached"), told("plan_agreed", SOON, plan="recovery"), warn(months(2)), breach(months(3))
    ),
    "ST-17a": tale(told("family_contacted"), told("family_contacted", "2026-06-10 09:00"), warn(W10), breach(W15)),
    "ST-17b": tale(
        told("direct_safety_reached"),
        told("family_contacted", "2026-07-20 09:00"),
        warn("2026-08-01 00:00"),
        breach("2026-08-31 00:00"),
    ),
    "ST-17c": tale(
        told("vt_closed"),
        told("family_contacted", "2026-09-20 09:00"),
        warn("2026-10-30 00:00"),
        breach("2026-11-29 00:00"),
    ),
    "ST-18": tale(
        told("handover_accepted", **TAKEN),
        told("child_spoken_to", SOON, person="p1"),
        warn(W5),
        breach(W10),
        before=(told("report_received", "2026-05-30 09:00", report_id="r3", persons=CHILD),),
    ),
    "ST-19": tale(
        told("report_classified", agency="triage", report_id="r2", **{"class": "during_monitoring"}),
        told("triage_decided", SOON, report_id="r2"),
        warn(W1),
        breach(W2),
    ),
    "ST-20": tale(
        told("concern_reported_back", concern_id="t1"),
        told("concern_answered", SOON, concern_id="t1"),
        warn(W1),
        breach(W2),
        frisian=(warn(W2), breach(W3)),
    ),
    "ST-21": tale(
        told("escalation_started", escalation_id="x1", ladder="ave", level=2),
        told("escalation_decided", SOON, escalation_id="x1"),
        warn(W3),
        breach(W5),
    ),
    "ST-22": tale(told("director_ended"), told("director_assigned", SOON), warn(W1), breach(W2)),
    "ST-23a": tale(
        told("barring_order_imposed", order_id="b1", ends_on=DAY),
        told("helper_present", SOON, order_id="b1"),
        breach("2026-06-02 00:00"),
    ),
    "ST-23b": tale(
        told("barring_order_imposed", order_id="b1", ends_on=DAY),
        told("barring_order_ended", "2026-06-20 09:00", order_id="b1"),
        warn("2026-06-29 00:00"),
        breach("2026-07-02 00:00"),
    ),
    "ST-23c": tale(
        told("barring_order_imposed", order_id="b1", ends_on=DAY),
        told("barring_evaluated", "2026-10-20 09:00", order_id="b1"),
        warn(months(5)),
        breach(months(6)),
    ),
    "ST-24": tale(
        told("board_request_sent", request_id="v1"),
        told("board_request_notified", SOON, request_id="v1"),
        warn(W2),
        breach(W5),
    ),
    "ST-25": tale(
        told("appointment_made", appointment_id="a1", due_on=DAY),
        told("appointment_kept", SOON, appointment_id="a1"),
        warn("2026-06-30 00:00"),
        breach("2026-07-04 00:00"),
    ),
    "ST-26": tale(
        told("first_contact_made"),
        told("family_contacted", "2026-06-20 09:00"),
        warn(weeks(4)),
        breach(weeks(6)),
        frisian=(warn(weeks(4)), breach(weeks(5))),
        until="2026-07-10 00:00",  # the contact that satisfies starts the next six weeks
    ),
    "ST-27a": tale(
        (told("handover_refused", "2026-05-20 09:00", handover_id="h1"), told("handover_refused", handover_id="h2")),
        (told("handover_refused", "2025-04-20 09:00", handover_id="h1"), told("handover_refused", handover_id="h2")),
        signal(MONDAY),
    ),
    "ST-27b": tale(
        (told("director_ended", "2026-01-20 09:00"), told("director_ended")),
        (told("director_ended", "2025-11-20 09:00"), told("director_ended")),
        signal(MONDAY),
    ),
    "ST-28": tale(
        told("shelter_ready_to_leave", placement_id="o1"),
        told("shelter_left", SOON, placement_id="o1"),
        warn(weeks(2)),
        breach(weeks(4)),
    ),
    "ST-29": tale(
        told("honour_checklist_sent", checklist_id="e1"),
        told("honour_assessed", SOON, checklist_id="e1"),
        warn(W3),
        breach(W5),
    ),
    "ST-30": tale(
        told("school_signal_due", signal_id="g1", school_day=DAY),
        told("school_signal_delivered", "2026-06-30 20:00", signal_id="g1"),
        breach("2026-07-01 00:00"),
    ),
    "ST-31": tale(
        told("information_requested", request_id="i1", of_agency="ggz-noord"),
        told("information_answered", SOON, request_id="i1", answer="refused"),
        warn(W3),
        breach(W5),
    ),
    "ST-32": tale(told("director_absent"), told("stand_in_assigned", SOON), warn(W1), breach(W3)),
    "ST-33": tale(
        told("mda_evaluation_planned", mda_id="m1", evaluate_on=DAY),
        told("mda_closed", SOON, mda_id="m1"),
        warn("2026-07-02 00:00"),
        breach("2026-07-09 00:00"),
    ),
    "ST-34": tale(
        (told("case_closed", "2025-07-20 09:00"), told("report_received", report_id="r2")),
        (told("case_closed", "2025-05-20 09:00"), told("report_received", report_id="r2")),
        signal(MONDAY),
    ),
    "ST-36": tale(
        told("informing_postponed", report_id="r2", review_on=DAY),
        told("household_informed", SOON, report_id="r2"),
        warn("2026-06-25 00:00"),
        breach("2026-07-02 00:00"),
    ),
    "ST-37": tale(
        told("handover_refused", handover_id="h1"), told("handover_offered", SOON, handover_id="h2"), breach(W2)
    ),
    "ST-38": tale(
        (
            told("report_received", "2026-05-20 09:00", report_id="r2"),
            told("incident_recorded", "2026-05-25 22:00", agency="politie-nn", incident_id="n1"),
            told("concern_reported_back", agency="team-groningen", concern_id="t1"),
        ),
        tuple(
            told("incident_recorded", f"2026-05-{day} 22:00", agency="politie-nn", incident_id=f"n{day}")
            for day in (20, 25, 28)
        ),
        signal(MONDAY),
    ),
    "ST-39": tale(
        told("condition_broken", condition_id="c1"), told("condition_met", SOON, condition_id="c1"), breach(W1)
    ),
    "ST-40": tale(told("safety_lost"), told("direct_safety_reached", SOON), breach(W1)),
}
# For a pattern the second story is another one; for all other rules it is the first, and then what was expected.
PATTERNS = {"ST-27a", "ST-27b", "ST-34", "ST-38"}
OPENS = told("report_received", "2023-01-02 09:00", report_id="r1", persons=[])


def lines(events, municipality):
    """The events of one case as the offline engine reads them."""
    for number, one in enumerate(events):
        at = iso(one["at"])
        yield {
            "id": f"e{number}",
            "type": one["type"],
            "case": "gezin",
            "agency": one["agency"],
            "municipality": municipality,
            "occurred_at": at,
            "recorded_at": at,
            "data": one["data"],
        }


def last(dues):
    return dues[-1].split(" ", 1)[1]


def alerts(rule, events, until, municipality):
    """The alerts of one rule on what happens in these stories, not on what opened the case: stage and due."""
    told_so = [json.dumps(line) for line in lines(events, municipality)]
    rows = replay(AGREEMENTS, told_so, parse_instant(iso(until)))
    return [f"{row['stage']} {clock(row['due'])}" for row in rows if row["rule"] == rule and row["instance"] != "e0"]


REGIONS = pytest.mark.parametrize("municipality", [GRONINGEN, FRYSLAN], ids=["groningen", "fryslan"])
EACH = pytest.mark.parametrize("rule", TALES)


def dues_in(one, municipality):
    return one.frisian if one.frisian and municipality == FRYSLAN else one.dues


@REGIONS
@EACH
def test_the_rule_raises_its_alert_when_it_should(rule, municipality):
    one = TALES[rule]
    dues = dues_in(one, municipality)

    assert alerts(rule, (OPENS, *one.before, *one.starts), last(dues), municipality) == list(dues)


@REGIONS
@EACH
def test_the_rule_stays_quiet_when_what_was_expected_comes_in_time(rule, municipality):
    one = TALES[rule]
    starts = () if rule in PATTERNS else one.starts
    until = one.until or last(dues_in(one, municipality))

    assert alerts(rule, (OPENS, *one.before, *starts, *one.calms), until, municipality) == []


@REGIONS
@EACH
def test_why_tells_what_was_expected_of_whom_and_since_when(rule, municipality):
    one = TALES[rule]
    events = [parse(json.dumps(line)) for line in lines((OPENS, *one.before, *one.starts), municipality)]
    at = parse_instant(iso(last(dues_in(one, municipality))))
    found = [
        reason
        for reason in why(AGREEMENTS, "gezin", events, at).open
        if reason.rule == rule and reason.instance != "e0"
    ]

    assert len(found) == 1
    assert "onbekend" not in found[0].sentence
    assert "maandag 1 juni 2026 09:00" in found[0].sentence


def test_there_is_a_tale_for_every_rule_in_force():
    assert set(TALES) == {rule for file in AGREEMENTS.files for rule in file.rules}


def test_where_no_region_agreed_anything_the_law_still_holds_and_somebody_listens():
    one = TALES["ST-01"]

    assert alerts("ST-01", (OPENS, *one.starts), last(one.dues), DRENTHE) == list(one.dues)
    assert alerts("ST-08", (OPENS, *TALES["ST-08"].starts), "2026-07-01 00:00", DRENTHE) == []
    assert alerts("ST-17a", (OPENS, told("family_contacted")), W15, DRENTHE) == [warn(W10), breach(W15)]


def test_without_a_child_nobody_is_asked_to_speak_to_one():
    one = replace(TALES["ST-18"], before=())

    assert alerts("ST-18", (OPENS, *one.starts), "2026-12-01 00:00", GRONINGEN) == []


@pytest.mark.parametrize(
    ("municipality", "ladder", "level", "dues"),
    [
        (GRONINGEN, "samen-doen", 0, [warn(W1), breach(W2)]),
        (GRONINGEN, "samen-doen", 1, [warn(W3), breach(W5)]),
        (GRONINGEN, "samen-doen", 3, [warn("2026-06-10 00:00"), breach(W10)]),
        (GRONINGEN, "ave", 4, [warn(W1), breach(W2)]),
        (GRONINGEN, "ave", 1, [warn("2026-06-10 00:00"), breach(W10)]),
        (FRYSLAN, "ave", 1, [warn(W5), breach("2026-06-12 00:00")]),
        (FRYSLAN, "samen-doen", 1, []),
        (GRONINGEN, "mda-plusplus", 4, [warn("2026-10-02 00:00"), breach(months(6))]),
        (GRONINGEN, "ave", 9, []),
    ],
)
def test_an_escalation_takes_its_terms_from_the_level_of_the_regions_own_ladder(municipality, ladder, level, dues):
    start = told("escalation_moved", escalation_id="x1", ladder=ladder, level=level)

    assert alerts("ST-21", (OPENS, start), "2026-12-02 00:00", municipality) == dues


def test_signals_three_weeks_apart_are_one_signal_in_fryslan_and_not_in_groningen():
    signals = (
        told("incident_recorded", "2026-05-14 22:00", agency="politie-nn", incident_id="n1"),
        told("incident_recorded", "2026-05-24 22:00", agency="politie-nn", incident_id="n2"),
        told("concern_reported_back", agency="team", concern_id="t1"),
    )

    assert alerts("ST-38", (OPENS, *signals), SOON, GRONINGEN) == []
    assert alerts("ST-38", (OPENS, *signals), SOON, FRYSLAN) == [signal(MONDAY)]


def test_in_fryslan_the_second_moment_comes_at_six_months():
    events = (OPENS, told("handover_accepted", **TAKEN), told("monitoring_moment_done", "2026-08-20 10:00", moment=1))

    assert alerts("ST-12", events, "2026-12-16 00:00", GRONINGEN) == []
    assert alerts("ST-12", events, "2026-12-16 00:00", FRYSLAN) == [
        warn("2026-11-25 00:00"),
        breach("2026-12-16 00:00"),
    ]


@pytest.mark.parametrize("rule", ["ST-02", "ST-38", "ST-39", "ST-40"])
def test_a_closed_case_does_not_silence_danger(rule):
    one = TALES[rule]
    closed = told("case_closed", "2026-01-05 09:00")

    assert alerts(rule, (OPENS, closed, *one.starts), last(one.dues), GRONINGEN) == list(one.dues)
