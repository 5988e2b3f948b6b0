"""How late the worst alert was at a restart, and when that is well."""

import math

import pytest

from tests.drill.restarts import Restart, lateness

SECOND = 1_000_000


def test_the_worst_of_the_terms_that_ended_in_that_time_counts() -> None:
    due = {"before": 9 * SECOND, "a": 10 * SECOND, "b": 11 * SECOND, "after": 20 * SECOND}
    heard = {"before": 99 * SECOND, "a": 12 * SECOND, "b": 12 * SECOND, "after": 99 * SECOND}

    assert lateness(due, heard, 10 * SECOND, 20 * SECOND) == (2, 2.0)


def test_an_alert_that_never_came_is_late_without_end() -> None:
    assert lateness({"a": 1}, {}, 0, 2) == (1, math.inf)


@pytest.mark.parametrize(
    ("terms", "late", "is_well"), [(5, 60.0, True), (5, 60.1, False), (0, 0.0, False), (5, math.inf, False)]
)
def test_a_restart_is_well_when_terms_ended_and_none_was_a_minute_late(terms, late, is_well) -> None:
    assert Restart("intake", "kill -9", terms, 3.0, late).is_well is is_well
