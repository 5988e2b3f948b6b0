"""What the rules read, the schemas have: every `per`, `due_field` and `where` of the rule book's sections 7 and 8."""

from collections.abc import Iterator, Mapping

import pytest

from waakvlam.catalogue import EventType, event_types

# What must be there whenever the event is sent, because a rule turns on it (rule book 4 to 8), written down by hand.
NEEDED: Mapping[str, str] = {
    "report_received": "report_id channel reporter_capacity violence_kinds acute persons",
    "report_classified": "report_id class",
    "case_routed": "queue priority reason",
    "acute_danger_found": "report_id",
    "acute_action_taken": "report_id action",
    "assessment_started": "report_id",
    "safety_assessed": "report_id urgency acute_unsafe structural_unsafe persons",
    "triage_decided": "report_id decision protocol",
    "reporter_informed": "report_id",
    "household_informed": "report_id",
    "informing_postponed": "report_id ground review_on",
    "information_requested": "request_id of_agency",
    "information_answered": "request_id answer",
    "service_started": "service_id service",
    "service_ended": "service_id outcomes",
    "condition_set": "condition_id check_on check_by",
    "condition_changed": "condition_id",
    "condition_met": "condition_id",
    "condition_broken": "condition_id",
    "handover_offered": "handover_id to_agency after",
    "handover_accepted": "handover_id after",
    "handover_refused": "handover_id reason",
    "handover_withdrawn": "handover_id",
    "child_spoken_to": "person",
    "plan_agreed": "plan",
    "help_waiting": "help_id kind",
    "help_started": "help_id",
    "help_ended": "help_id early",
    "concern_reported_back": "concern_id",
    "concern_answered": "concern_id",
    "appointment_made": "appointment_id owner due_on",
    "appointment_kept": "appointment_id",
    "appointment_broken": "appointment_id",
    "incident_recorded": "incident_id violence_kinds",
    "monitoring_moment_done": "moment conditions direct_safety stable_safety recovery decision",
    "escalation_started": "escalation_id ladder level reason",
    "escalation_moved": "escalation_id ladder level direction reason",
    "escalation_decided": "escalation_id",
    "escalation_closed": "escalation_id",
    "barring_order_imposed": "order_id ends_on",
    "barring_order_extended": "order_id ends_on",
    "barring_order_ended": "order_id",
    "helper_present": "order_id",
    "barring_evaluated": "order_id",
    "board_request_sent": "request_id",
    "board_request_notified": "request_id",
    "honour_checklist_sent": "checklist_id",
    "honour_assessed": "checklist_id",
    "school_signal_due": "signal_id school_day",
    "school_signal_delivered": "signal_id",
    "shelter_entered": "placement_id",
    "shelter_ready_to_leave": "placement_id",
    "shelter_left": "placement_id",
    "mda_nominated": "mda_id",
    "mda_decided": "mda_id accepted",
    "mda_evaluation_planned": "mda_id evaluate_on",
    "mda_evaluated": "mda_id",
    "mda_closed": "mda_id",
    "vt_closed": "reason",
    "case_closed": "reason",
    "case_reopened": "reason",
    "event_corrected": "event_id reason",
    "event_withdrawn": "event_id reason",
    "alert_raised": "alert rule agreement version instance stage due because to",
    "alert_closed": "alert rule agreement version instance stage due outcome",
    "alert_acknowledged": "alert",
    "stall_accepted": "rule instance until_on reason",
}
# What is read where it is there.
READ: Mapping[str, str] = {
    "report_received": "incident_on doubly_anonymous",
    "condition_set": "text",
    "condition_changed": "check_on check_by text",
    "director_assigned": "director",
    "director_ended": "director",
    "incident_recorded": "children_present",
    "escalation_started": "direction",
    "event_corrected": "occurred_at data",
    "alert_acknowledged": "next_step_on",
}
# What the default rules choose by (rule book 8).
WHERE: Mapping[tuple[str, str], str] = {
    ("service_started", "service"): "investigation conditions_and_follow_up",
    ("handover_accepted", "after"): "assessment conditions_and_follow_up investigation",
    ("plan_agreed", "plan"): "safety help recovery",
    ("report_classified", "class"): (
        "first repeat_some_known repeat_all_known during_assessment after_assessment during_monitoring"
    ),
    ("safety_assessed", "urgency"): "red orange green",
    ("triage_decided", "decision"): (
        "direct_handover conditions_and_follow_up investigation no_follow_up added_to_case"
    ),
    ("information_answered", "answer"): "given refused",
    ("monitoring_moment_done", "conditions"): "met partly not_met",
    ("monitoring_moment_done", "recovery"): "yes no unknown",
}
DAYS = {
    ("condition_set", "check_on"), ("condition_changed", "check_on"), ("barring_order_imposed", "ends_on"),
    ("barring_order_extended", "ends_on"), ("appointment_made", "due_on"), ("school_signal_due", "school_day"),
    ("mda_evaluation_planned", "evaluate_on"), ("informing_postponed", "review_on"), ("stall_accepted", "until_on"),
    ("alert_acknowledged", "next_step_on"), ("report_received", "incident_on"),
}  # fmt: skip


def lacking(lists: Mapping[str, str], types: Mapping[str, EventType], *, required: bool) -> Iterator[str]:
    """Yield each field of a list that the schema does not have, or lets people leave out."""
    for name, fields in lists.items():
        known = {field.data_name: field for field in types[name].data_fields}
        for field in fields.split():
            if field not in known:
                yield f"{name} has no {field}"
            elif required and known[field].optional:
                yield f"{name}.{field} may be left out"


def test_what_a_rule_needs_is_always_there() -> None:
    assert list(lacking(NEEDED, event_types(), required=True)) == []


def test_what_a_rule_reads_is_known() -> None:
    assert list(lacking(READ, event_types(), required=False)) == []


def test_a_field_that_is_not_there_or_may_be_left_out_is_found() -> None:
    wrong = {"condition_changed": "condition_id check_on colour"}

    assert list(lacking(wrong, event_types(), required=True)) == [
        "condition_changed.check_on may be left out",
        "condition_changed has no colour",
    ]


@pytest.mark.parametrize(
    ("of", "codes"), WHERE.items(), ids=lambda one: ".".join(one) if isinstance(one, tuple) else ""
)
def test_what_a_rule_chooses_by_is_a_code_of_the_schema(of: tuple[str, str], codes: str) -> None:
    name, field = of
    (found,) = [one for one in event_types()[name].data_fields if one.data_name == field]

    assert found.codes == tuple(codes.split()) or set(found.codes) == set(codes.split())


@pytest.mark.parametrize("of", sorted(DAYS), ids=".".join)
def test_what_a_rule_counts_from_is_a_day(of: tuple[str, str]) -> None:
    (found,) = [one for one in event_types()[of[0]].data_fields if one.data_name == of[1]]
    kind = found.type[1] if found.optional else found.type

    assert kind == {"type": "int", "logicalType": "date"}


def test_persons_are_told_as_the_rule_book_tells_them() -> None:
    (persons,) = [one for one in event_types()["report_received"].data_fields if one.name == "persons"]
    names = [field["name"] for field in persons.type["items"]["fields"]]

    assert names[:4] == ["person", "role", "child", "birth_year"]
