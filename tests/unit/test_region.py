"""The simulated region: the same lives for the same seed, and nothing that the SDK would not take."""

from collections import Counter
from itertools import pairwise

import pytest

from region.cast import cast_of
from region.families import FAMILIES, Plan, plan_of
from region.moments import DAY, local_day, working_day
from region.story import Sending
from waakvlam.clock import iso
from waakvlam.messages import Message
from waakvlam.topics import agencies, municipalities

START = 1_668_000_000_000_000
UNTIL = START + 3 * 365 * DAY
CAST = cast_of(agencies().values(), municipalities())


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of("7", CAST, start=START, until=UNTIL)


def test_the_same_seed_tells_the_same_lives(plan):
    again = plan_of("7", CAST, start=START, until=UNTIL)

    assert again == plan


def test_another_seed_tells_other_lives(plan):
    other = plan_of("8", CAST, start=START, until=UNTIL)

    assert {step.id for step in other.steps}.isdisjoint(step.id for step in plan.steps)


def test_the_region_is_as_large_as_a_demonstration_needs(plan):
    agencies_that_speak = {step.agency for step in plan.steps}

    assert plan.families == FAMILIES
    assert 12_000 <= len(plan.steps) <= 20_000
    assert len(agencies_that_speak) >= 8


def test_every_message_fits_the_sdk_and_is_for_its_sender_to_send(plan):
    for step in plan.steps:
        if step.sending is Sending.POISONED:
            continue
        message = Message.of(
            step.type,
            {"occurred_at": iso(step.at), "municipality": step.municipality, "reference": step.reference, **step.data},
        )

        assert agencies()[step.agency].may_send(message.event_type().senders), (step.agency, step.type)


def test_every_code_is_one_that_the_schema_knows(plan):
    """An unknown code would be accepted with a remark; the region speaks the common language."""
    for step in plan.steps:
        fields = Message.of(step.type, {"occurred_at": iso(step.at), "municipality": "0014", **step.data}).event_type()
        for field in fields.data_fields:
            value = step.data.get(field.name)
            for one in value if isinstance(value, list) else [value]:
                if field.codes and one is not None and not isinstance(one, dict):
                    assert one in field.codes, (step.type, field.name, one)


def test_nothing_is_told_before_it_happens_or_after_the_end(plan):
    assert all(START <= step.told_at < UNTIL and step.at <= step.told_at for step in plan.steps)


def test_steps_stand_in_the_order_in_which_they_are_told(plan):
    told = [step.told_at for step in plan.steps]

    assert told == sorted(told)


def test_ids_are_used_twice_only_where_that_is_the_story(plan):
    twice = {one for one, times in Counter(step.id for step in plan.steps).items() if times > 1}
    meant = {step.id for step in plan.steps if step.sending in {Sending.AGAIN, Sending.CHANGED}}

    assert twice == meant
    assert len(meant) == 2


@pytest.mark.parametrize(
    ("family", "told", "never_told"),
    [
        ("code-rood", {"acute_danger_found", "barring_order_imposed", "stable_safety_reached"}, {"handover_refused"}),
        ("code-oranje", {"service_ended", "safety_lost"}, {"stable_safety_reached"}),
        ("niemand-antwoordt", {"handover_offered"}, {"handover_accepted", "handover_refused"}),
        ("twee-keer-geweigerd", {"handover_refused", "handover_accepted"}, set()),
        ("voorwaarde-vergeten", {"condition_set", "handover_accepted"}, set()),
        ("monitormoment-gemist", {"monitoring_moment_done"}, {"stable_safety_reached"}),
        ("gaat-goed", {"stable_safety_reached", "recovery_started", "vt_closed"}, set()),
        ("laat-verteld", {"safety_assessed"}, set()),
        ("andersom-verteld", {"safety_assessed", "report_received"}, set()),
        ("verbeterd", {"event_corrected", "event_withdrawn"}, set()),
        ("onbekend-dossier", {"incident_recorded"}, {"report_received"}),
        ("stagnatie-geaccepteerd", {"stall_accepted"}, set()),
        ("veel-signalen", {"incident_recorded", "concern_reported_back", "report_received"}, set()),
        ("trap-overgeslagen", {"escalation_started", "escalation_moved", "escalation_decided"}, set()),
    ],
)
def test_a_named_family_lives_its_story(plan, family, told, never_told):
    types = {step.type for step in plan.steps if step.family == family}

    assert family in plan.special
    assert told <= types
    assert not never_told & types


def test_one_family_was_refused_twice_and_taken_once(plan):
    types = Counter(step.type for step in plan.steps if step.family == "twee-keer-geweigerd")

    assert (types["handover_offered"], types["handover_refused"], types["handover_accepted"]) == (3, 2, 1)


def test_one_condition_is_forgotten_and_all_others_are_met(plan):
    steps = [step for step in plan.steps if step.family == "voorwaarde-vergeten"]
    agreed = {step.data["condition_id"] for step in steps if step.type == "condition_set"}
    met = {step.data["condition_id"] for step in steps if step.type == "condition_met"}

    assert len(agreed - met) == 1


def test_the_missed_moment_is_the_second(plan):
    steps = [step for step in plan.steps if step.family == "monitormoment-gemist"]
    moments = [step.data["moment"] for step in steps if step.type == "monitoring_moment_done"]

    assert moments[0] == 1
    assert 2 not in moments
    assert 3 in moments


def test_one_family_is_brought_too_high_at_once_and_then_level_by_level(plan):
    steps = [step for step in plan.steps if step.family == "trap-overgeslagen"]
    levels = [step.data["level"] for step in steps if step.type in {"escalation_started", "escalation_moved"}]

    assert levels == [0, 3, 1]


def test_every_region_goes_up_its_own_ladder(plan):
    started = {(step.agency, step.data["ladder"]) for step in plan.steps if step.type == "escalation_started"}

    assert started <= {("veilig-thuis-groningen", "samen-doen"), ("veilig-thuis-fryslan", "ave")}
    assert len(started) == 2


def test_the_team_sees_a_family_of_which_it_must_know_each_week(plan):
    """Between taking over and direct safety there are mostly five to twelve days between two contacts."""
    gaps = []
    for family in {step.family for step in plan.steps}:
        steps = [step for step in plan.steps if step.family == family]
        taken = next((step.at for step in steps if step.type == "handover_accepted"), None)
        safe = next((step.at for step in steps if step.type == "direct_safety_reached"), None)
        if taken and safe:
            seen = sorted(step.at for step in steps if step.type == "family_contacted" and taken < step.at < safe)
            gaps += [(later - earlier) / DAY for earlier, later in pairwise(seen)]

    assert len(gaps) > 300
    assert sum(gap <= 13 for gap in gaps) > 0.9 * len(gaps)


def test_a_report_is_told_after_what_followed_from_it(plan):
    steps = [step.type for step in plan.steps if step.family == "andersom-verteld"]

    assert steps.index("safety_assessed") < steps.index("report_received")


def test_working_days_pass_over_the_weekend():
    friday = local_day(1_775_822_400_000_000)

    assert friday.isoformat() == "2026-04-10"
    assert working_day(friday, later=1).isoformat() == "2026-04-13"
    assert working_day(friday, later=6).isoformat() == "2026-04-20"
