"""What is this report in the life of its case? Rulebook 7 (report_classified), domain 2.3."""

from itertools import count

import pytest

from rulebook.event import Event
from services.triage.rules import Classified, classify

HOUR = 3_600_000_000
_numbers = count(1)


def event(type_: str, *, at: int, told: int | None = None, **data: object) -> Event:
    return Event(
        id=f"e-{next(_numbers):06}",
        type=type_,
        case="c",
        agency="veilig-thuis-groningen",
        municipality="0014",
        occurred_at=at * HOUR,
        recorded_at=(at if told is None else told) * HOUR,
        data=data,
    )


def report(at: int, *persons: str, told: int | None = None, report_id: str = "") -> Event:
    named = [{"person": person, "child": False, "role": "parent"} for person in persons]
    return event("report_received", at=at, told=told, report_id=report_id or f"r-{at}", persons=named, acute=False)


def test_the_first_report_of_a_case_is_a_first_report() -> None:
    assert classify([], report(1)) == Classified("first", 0)


def test_a_report_while_the_earlier_one_is_not_assessed_comes_during_assessment() -> None:
    assert classify([report(1)], report(5)) == Classified("during_assessment", 1)


def test_a_report_after_the_assessment_and_before_a_handover_comes_after_assessment() -> None:
    history = [report(1), event("safety_assessed", at=3, report_id="r-1")]

    assert classify(history, report(5)).report_class == "after_assessment"


def test_one_unassessed_report_among_several_keeps_the_case_in_assessment() -> None:
    history = [report(1), report(2), event("safety_assessed", at=3, report_id="r-1")]

    assert classify(history, report(5)).report_class == "during_assessment"


@pytest.mark.parametrize("phase", ["direct_safety_reached", "stable_safety_reached", "safety_lost", "vt_closed"])
def test_a_report_after_a_handover_comes_during_monitoring_in_every_phase_of_it(phase: str) -> None:
    history = [report(1), event("handover_accepted", at=2), event(phase, at=3)]

    assert classify(history, report(5)).report_class == "during_monitoring"


def test_after_closing_a_report_about_known_persons_only_repeats_with_all_known() -> None:
    history = [report(1, "p1", "p2"), event("case_closed", at=3)]

    assert classify(history, report(5, "p2")) == Classified("repeat_all_known", 1)


def test_after_closing_a_report_with_somebody_new_repeats_with_some_known() -> None:
    history = [report(1, "p1", "p2"), event("case_closed", at=3)]

    assert classify(history, report(5, "p2", "p3")).report_class == "repeat_some_known"


def test_after_closing_a_report_that_names_nobody_is_not_taken_for_all_known() -> None:
    history = [report(1, "p1"), event("case_closed", at=3)]

    assert classify(history, report(5)).report_class == "repeat_some_known"


def test_a_reopened_case_is_in_assessment_again() -> None:
    history = [report(1), event("safety_assessed", at=2, report_id="r-1"), event("case_closed", at=3)]
    history += [event("case_reopened", at=4), report(6)]

    assert classify(history, report(7)).report_class == "during_assessment"


def test_a_withdrawn_report_does_not_count_as_an_earlier_one() -> None:
    wrong = report(1)
    history = [wrong, event("event_withdrawn", at=2, event_id=wrong.id)]

    assert classify(history, report(5)) == Classified("first", 0)


def test_a_closing_that_happened_after_the_report_does_not_make_it_a_repeat() -> None:
    history = [report(1, "p1"), event("handover_accepted", at=2), event("case_closed", at=8, told=8)]

    assert classify(history, report(5, "p1", told=9)).report_class == "during_monitoring"


def test_a_report_told_late_that_came_before_all_others_is_looked_at_as_in_assessment() -> None:
    assert classify([report(5)], report(1, told=9)).report_class == "during_assessment"
