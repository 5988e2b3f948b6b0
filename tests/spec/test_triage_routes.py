"""How soon must whom look? The signs of `agreements/triage.yaml`, and the careful branch for what we do not know."""

from itertools import count
from pathlib import Path

import pytest

from rulebook.event import Event
from services.triage import policy
from services.triage.rules import Route, route

ROOT = Path(__file__).parents[2]
POLICY = policy.load(ROOT / "agreements" / "triage.yaml")
YEAR_2024 = 1_711_965_600_000_000  # 1 April 2024, noon in Amsterdam
HOUR = 3_600_000_000
_numbers = count(1)


def event(type_: str, *, at: int = 0, municipality: str = "0014", **data: object) -> Event:
    instant = YEAR_2024 + at * HOUR
    return Event(
        id=f"e-{next(_numbers):06}",
        type=type_,
        case="c",
        agency="veilig-thuis-groningen",
        municipality=municipality,
        occurred_at=instant,
        recorded_at=instant,
        data=data,
    )


def report(at: int = 0, *, acute: object = False, persons: object = (), municipality: str = "0014") -> Event:
    return event("report_received", at=at, municipality=municipality, report_id=f"r-{at}", acute=acute, persons=persons)


def child(**known: object) -> dict[str, object]:
    return {"person": "p1", "role": "child", "child": True, **known}


def routed(*events: Event) -> Route:
    found = route(events, POLICY)
    assert found is not None
    return found


def test_an_ordinary_first_report_waits_its_turn() -> None:
    assert routed(report()) == Route(4, "regular", "gewone-melding", "veilig-thuis-groningen")


def test_an_acute_report_comes_before_all_others() -> None:
    assert routed(report(acute=True)) == Route(1, "acute", "acuut", "veilig-thuis-groningen")


def test_a_report_that_does_not_say_whether_it_is_acute_counts_as_acute() -> None:
    assert routed(report(acute=None)).reason == "acuut"


def test_acute_danger_found_later_moves_the_case_to_the_front() -> None:
    assert routed(report(), event("acute_danger_found", at=1, report_id="r-0")).queue == "acute"


def test_code_red_takes_the_fast_track() -> None:
    assessed = event("safety_assessed", at=1, report_id="r-0", urgency="red", acute_unsafe=False)

    assert routed(report(), assessed) == Route(1, "fast_track", "code-rood", "veilig-thuis-groningen")


def test_an_urgency_that_we_do_not_know_counts_as_red() -> None:
    assessed = event("safety_assessed", at=1, report_id="r-0", urgency="paars", acute_unsafe=False)

    assert routed(report(), assessed).reason == "code-rood"


def test_code_orange_comes_before_an_ordinary_report_and_code_green_does_not() -> None:
    orange = event("safety_assessed", at=1, report_id="r-0", urgency="orange", acute_unsafe=False)
    green = event("safety_assessed", at=1, report_id="r-0", urgency="green", acute_unsafe=False)

    assert (routed(report(), orange).priority, routed(report(), green).priority) == (3, 4)


def test_an_assessment_without_acute_danger_takes_the_case_from_the_front() -> None:
    green = event("safety_assessed", at=1, report_id="r-0", urgency="green", acute_unsafe=False)

    assert routed(report(acute=True), green).priority == 4


@pytest.mark.parametrize(
    ("known", "priority"),
    [
        ({"birth_year": 2022}, 2),
        ({"birth_year": 2020}, 2),  # four this year, or not yet: nobody knows the birthday
        ({"birth_year": 2019}, 4),
        ({"age_group": "unborn"}, 2),
        ({"age_group": "0_3"}, 2),
        ({"age_group": "4_11"}, 4),
        ({"age_group": "kleuter"}, 2),  # a code that we do not know
        ({}, 2),  # a child without an age counts as young
    ],
)
def test_a_child_that_may_be_under_four_is_looked_at_sooner(known: dict[str, object], priority: int) -> None:
    assert routed(report(persons=[child(**known)])).priority == priority


def test_an_adult_without_an_age_does_not_count_as_a_young_child() -> None:
    assert routed(report(persons=[{"person": "p1", "role": "parent", "child": False}])).priority == 4


def test_each_earlier_report_makes_a_case_more_urgent() -> None:
    reports = [report(at) for at in range(4)]

    assert [routed(*reports[:n]).priority for n in (1, 2, 3, 4)] == [4, 3, 3, 2]
    assert routed(*reports).reason == "eerdere-meldingen"


def test_a_follow_up_report_goes_to_those_who_know_the_family() -> None:
    assert routed(report(), event("handover_accepted", at=1), report(2)).queue == "follow_up"


def test_what_was_judged_before_a_closing_does_not_speak_about_now() -> None:
    red = event("safety_assessed", at=1, report_id="r-0", urgency="red", acute_unsafe=True)

    assert routed(report(acute=True), red, event("case_closed", at=2), report(3)).reason == "eerdere-meldingen"


def test_whose_turn_it_is_follows_the_municipality_of_the_newest_report() -> None:
    assert routed(report(), report(1, municipality="0080")).to_agency == "veilig-thuis-fryslan"
    assert routed(report(municipality="0106")).to_agency is None


def test_a_case_without_a_report_has_no_place_in_the_work() -> None:
    assert route([event("incident_recorded")], POLICY) is None
