"""What a case is, told as given / when / then. Fictitious families only."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from ledger.case import Asked, Case, case_of, decide, evolve
from ledger.errors import UnknownEvent
from rulebook.event import Event
from rulebook.rules import Ladder, Level

DAY = 86_400_000_000
TODAY = date(2026, 4, 2)


def told(kind: str, at: int, agency: str = "veilig-thuis-groningen", told_at: int | None = None, **data: Any) -> Event:
    """An event that happened on day `at` and was recorded on day `told_at`."""
    recorded = (at if told_at is None else told_at) * DAY
    number = f"{kind}-{at}-{recorded // DAY}"
    return Event(
        id=data.pop("id", number), type=kind, case="c", agency=agency, municipality="0014", occurred_at=at * DAY, recorded_at=recorded, data=data
    )  # fmt: skip


def level(nr: int, *, may_skip: bool = False) -> Level:
    return Level(nr, f"niveau {nr}", None, None, may_skip, "none", "", ())


LADDERS = {
    "samen-doen": Ladder("samen-doen", (level(0), level(1), level(2)), ("stagnatie",), ("veiligheid-in-gevaar",))
}


def asked(*history: Event, veilig_thuis: bool = False) -> Asked:
    return Asked(history, veilig_thuis, TODAY, LADDERS)


REPORT = told("report_received", 1, report_id="r1")
OFFER = told("handover_offered", 2, handover_id="h1", to_agency="team-groningen", after="assessment")
ACCEPTANCE = told("handover_accepted", 3, "team-groningen", handover_id="h1", after="assessment")


def test_a_report_opens_the_assessment() -> None:
    assert case_of([REPORT]) == Case(phase="assessment", reports=1, is_emptied=False)


def test_sight_of_safety_stays_with_veilig_thuis_until_somebody_accepts() -> None:
    assert case_of([REPORT, OFFER]).safety_view is None
    assert case_of([REPORT, OFFER, ACCEPTANCE]).safety_view == "team-groningen"


def test_a_new_report_in_an_open_case_changes_no_phase() -> None:
    case = case_of([REPORT, OFFER, ACCEPTANCE, told("report_received", 4, report_id="r2")])

    assert (case.phase, case.safety_view, case.reports) == ("direct_safety", "team-groningen", 2)


def test_a_report_after_the_closing_opens_the_case_again_at_veilig_thuis() -> None:
    closed = [REPORT, OFFER, ACCEPTANCE, told("case_closed", 5, reason="stabiel")]
    again = case_of([*closed, told("report_received", 6, report_id="r2")])

    assert case_of(closed).closed
    assert (again.closed, again.phase, again.safety_view) == (False, "assessment", None)


def test_what_happens_after_the_closing_does_not_open_the_case() -> None:
    case = case_of([REPORT, told("case_closed", 2, reason="advies"), told("handover_accepted", 3, handover_id="h1")])

    assert case.closed


def test_the_order_of_telling_does_not_matter() -> None:
    events = [
        REPORT,
        OFFER,
        told("handover_accepted", 3, "team-groningen", told_at=9, handover_id="h1", after="assessment"),
        told("condition_set", 4, condition_id="v1", check_on="2026-05-01"),
        told("condition_met", 5, told_at=8, condition_id="v1"),
    ]

    assert len({repr(case_of(order)) for order in permutations(events)}) == 1


def test_a_withdrawn_acceptance_gives_sight_of_safety_back() -> None:
    withdrawal = told("event_withdrawn", 4, event_id=ACCEPTANCE.id, reason="ander gezin")

    assert case_of([REPORT, OFFER, ACCEPTANCE, withdrawal]).safety_view is None


def test_an_event_that_the_state_does_not_depend_on_changes_nothing() -> None:
    case = case_of([REPORT])

    assert evolve(case, told("incident_recorded", 2, incident_id="i1")) == case


def test_an_event_that_the_catalogue_does_not_know_is_our_fault_and_loud() -> None:
    with pytest.raises(UnknownEvent):
        evolve(Case(), told("never_heard_of", 1))


def test_only_the_agency_that_was_asked_can_accept() -> None:
    other = told("handover_accepted", 3, "team-hogeland", handover_id="h1", after="assessment")

    refusal = decide(other, asked(REPORT, OFFER))

    assert refusal is not None
    assert refusal.field == "handover_id"
    assert decide(ACCEPTANCE, asked(REPORT, OFFER)) is None


def test_only_who_offered_can_withdraw_and_not_after_acceptance() -> None:
    mine = told("handover_withdrawn", 4, handover_id="h1")
    not_mine = told("handover_withdrawn", 4, "team-groningen", handover_id="h1")

    assert decide(mine, asked(REPORT, OFFER)) is None
    assert decide(not_mine, asked(REPORT, OFFER)) is not None
    assert decide(mine, asked(REPORT, OFFER, ACCEPTANCE)) is not None


@pytest.mark.parametrize(
    ("level_to", "reason", "is_refused"),
    [(1, "stagnatie", False), (2, "stagnatie", True), (2, "veiligheid-in-gevaar", False), (7, "stagnatie", True)],
)
def test_a_level_is_skipped_only_for_a_reason_that_the_ladder_allows(
    level_to: int, reason: str, *, is_refused: bool
) -> None:
    started = told("escalation_started", 2, escalation_id="x1", ladder="samen-doen", level=0, reason="stagnatie")
    moved = told("escalation_moved", 3, escalation_id="x1", ladder="samen-doen", level=level_to, reason=reason)

    assert (decide(moved, asked(REPORT, started)) is not None) is is_refused


def test_a_ladder_that_the_region_does_not_know_is_refused_with_the_known_ones() -> None:
    started = told("escalation_started", 2, escalation_id="x1", ladder="onbekend", level=0, reason="stagnatie")

    refusal = decide(started, asked(REPORT))

    assert refusal is not None
    assert "samen-doen" in refusal.sentence


@pytest.mark.parametrize(("until_on", "is_refused"), [("2026-07-02", False), ("2026-07-03", True)])
def test_a_stall_is_accepted_for_three_months_at_most(until_on: str, *, is_refused: bool) -> None:
    acceptance = told("stall_accepted", 2, rule="ST-13", instance="x", until_on=until_on, reason="wachtlijst")

    assert (decide(acceptance, asked(REPORT)) is not None) is is_refused


def test_only_who_told_an_event_or_veilig_thuis_can_withdraw_it() -> None:
    incident = told("incident_recorded", 2, "politie-nn", incident_id="i1")
    withdrawal = told("event_withdrawn", 3, "team-groningen", event_id=incident.id, reason="vergissing")

    assert decide(withdrawal, asked(REPORT, incident)) is not None
    assert decide(withdrawal, asked(REPORT, incident, veilig_thuis=True)) is None


def test_a_correction_is_not_corrected_but_withdrawn() -> None:
    correction = told("event_corrected", 3, event_id=REPORT.id, reason="datum")
    of_it = told("event_corrected", 4, event_id=correction.id, reason="datum")

    assert decide(of_it, asked(REPORT, correction)) is not None
    assert decide(told("event_withdrawn", 4, event_id=correction.id, reason="x"), asked(REPORT, correction)) is None


def test_a_correction_is_judged_as_the_event_that_it_makes() -> None:
    acceptance = told("stall_accepted", 2, rule="ST-13", instance="x", until_on="2026-05-02", reason="wachtlijst")
    correction = told("event_corrected", 3, event_id=acceptance.id, data={"until_on": "2026-07-03"}, reason="datum")
    smaller = told("event_corrected", 3, event_id=acceptance.id, data={"until_on": "2026-07-02"}, reason="datum")

    refusal = decide(correction, asked(REPORT, acceptance))
    assert refusal is not None
    assert refusal.field == "until_on"
    assert decide(smaller, asked(REPORT, acceptance)) is None


def test_a_correction_is_judged_as_if_told_at_first_and_as_if_told_now() -> None:
    steps = [
        told("escalation_moved", at, escalation_id="x1", ladder="samen-doen", level=at - 2, reason="stagnatie")
        for at in (2, 3, 4)
    ]
    skips = told("event_corrected", 5, event_id=steps[1].id, data={"level": 2}, reason="typefout")
    early = told("handover_accepted", 1, "politie-nn", handover_id="h9", after="assessment")
    others = told("event_corrected", 5, "politie-nn", event_id=early.id, data={"handover_id": "h1"}, reason="typefout")

    assert decide(skips, asked(REPORT, *steps)) is not None
    assert decide(others, asked(REPORT, early, OFFER)) is not None


def test_withdrawals_that_name_each_other_in_a_ring_are_refused() -> None:
    first = told("event_withdrawn", 3, id="w1", event_id="w2", reason="x")
    second = told("event_withdrawn", 4, id="w2", event_id="w1", reason="x")
    itself = told("event_withdrawn", 4, id="w3", event_id="w3", reason="x")

    assert decide(second, asked(REPORT, first, veilig_thuis=True)) is not None
    assert decide(itself, asked(REPORT, veilig_thuis=True)) is not None
