"""The region at a glance: by risk and by time, from where each case stands."""

from rulebook.instants import DAY
from rulebook.overview import OpenAlert, Standing, overview

NOW = 1_000 * DAY


def alert(rule, stage="breach", *, weight=3, due=NOW - DAY):
    return OpenAlert(f"{rule}-{stage}-{due}", rule, rule, stage, due, weight, "Zin.")


def case(name, next_due=NOW + DAY, *alerts, municipality="0014", is_open=True):
    return Standing(name, municipality, "assessment", next_due, is_open, tuple(alerts))


def test_alerts_are_counted_by_weight_and_stage():
    found = overview(
        [case("a", None, alert("R1"), alert("R2", "warn")), case("b", None, alert("R3", weight=5))], NOW, shown=9
    )

    assert found.open[3] == {"signal": 0, "breach": 1, "warn": 1}
    assert found.open[5] == {"signal": 0, "breach": 1, "warn": 0}
    assert list(found.open) == [5, 4, 3, 2, 1]
    assert (found.cases, found.with_alert) == (2, 2)


def test_cases_are_counted_by_how_soon_something_comes_due():
    ahead = [-DAY, DAY - 1, DAY, 3 * DAY - 1, 3 * DAY, 7 * DAY, 31 * DAY]
    cases = [case(str(n), NOW + one) for n, one in enumerate(ahead)]

    assert overview([*cases, case("x", None)], NOW, shown=0).coming == {
        "day": 2,
        "three_days": 2,
        "week": 1,
        "month": 1,
        "later": 1,
        "never": 1,
    }


def test_the_worst_goes_first_the_heaviest_then_the_stage_then_the_longest_due():
    cases = [
        case("warned", None, alert("R", "warn", weight=5)),
        case("late", None, alert("R", weight=5)),
        case("later", None, alert("R", weight=5, due=NOW - 2 * DAY)),
        case("signal", None, alert("R", "signal", weight=5)),
        case("light", None, alert("R", weight=1), alert("R", "warn", weight=2)),
        case("none", None),
    ]

    assert [one.case for one in overview(cases, NOW, shown=9).worst] == ["signal", "later", "late", "warned", "light"]
    assert [one.case for one in overview(cases, NOW, shown=1).worst] == ["signal"]


def test_what_comes_due_soonest_goes_first_and_ties_go_by_id():
    cases = [case("b", NOW + 2), case("c", NOW + 1), case("a", NOW + 2), case("d", None)]

    assert [one.case for one in overview(cases, NOW, shown=9).soonest] == ["c", "a", "b"]


def test_each_municipality_is_told_by_itself():
    cases = [case("a", None, alert("R")), case("b"), case("c", municipality="1966")]
    places = overview(cases, NOW, shown=0).places

    assert list(places) == ["0014", "1966"]
    assert (places["0014"].cases, places["0014"].with_alert, places["0014"].open["breach"]) == (2, 1, 1)
    assert (places["1966"].cases, places["1966"].with_alert) == (1, 0)


def test_danger_in_a_closed_case_is_shown_but_the_case_does_not_count_as_open():
    found = overview([case("a", NOW + 1, alert("R", weight=5), is_open=False)], NOW, shown=9)

    assert (found.cases, found.with_alert, [one.case for one in found.worst]) == (0, 1, ["a"])
    assert (found.soonest, found.places["0014"].cases, found.places["0014"].with_alert) == ((), 0, 1)


def test_a_case_that_nobody_waits_for_is_counted_as_forgotten():
    cases = [case("a", None), case("b", None, alert("R")), case("c"), case("d", None, is_open=False), case("e", None)]

    assert overview(cases, NOW, shown=9).forgotten == 2


def test_a_case_without_an_alert_has_no_worst_one():
    assert case("a").worst is None
