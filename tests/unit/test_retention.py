"""How long a closed case is kept: by data, counted from the closing or from the youngest child's growing up."""

from datetime import date
from pathlib import Path

import pytest

from ledger import retention
from rulebook.errors import AgreementError
from rulebook.event import Event
from rulebook.instants import date_of, day_of, parse_instant

AGREEMENTS = Path(__file__).parents[2] / "agreements"
CLOSED = day_of(date(2026, 2, 28))


def term(since, years, age=18):
    return retention.Term(day_of(date.fromisoformat(since)), years, age, "voorbeeld")


def told(number, type_, at):
    at = parse_instant(at)
    about = {"case": "casus", "agency": "voorbeeld", "municipality": "0014", "data": {}}
    return Event(id=f"e-{number}", type=type_, occurred_at=at, recorded_at=at, **about)


@pytest.mark.parametrize(
    ("births", "until"),
    [
        ([], "2046-02-28"),
        ([2000], "2046-02-28"),  # grown up long before the closing
        ([2000, 2020], "2058-12-31"),  # the youngest child is taken to be born on the last day of the year
    ],
)
def test_the_term_counts_from_the_closing_or_from_the_youngest_child_that_grows_up_later(births, until):
    assert str(date_of(retention.ends_on([term("2010-01-01", 20)], CLOSED, births))) == until


def test_the_term_in_force_when_the_case_was_closed_counts():
    terms = [term("2010-01-01", 20), term("2027-01-01", 15)]

    assert str(date_of(retention.ends_on(terms, CLOSED, []))) == "2046-02-28"
    assert str(date_of(retention.ends_on(terms, day_of(date(2027, 1, 1)), []))) == "2042-01-01"
    assert retention.ends_on(terms, day_of(date(2009, 12, 31)), []) is None


def test_only_a_case_that_is_closed_now_has_a_term():
    story = [told(1, "report_received", "2026-01-01T10:00:00Z"), told(2, "case_closed", "2026-02-27T23:30:00Z")]

    assert retention.closed_on(story[:1]) is None
    assert retention.closed_on(story) == CLOSED  # the local day
    assert retention.closed_on([*story, told(3, "case_reopened", "2026-03-01T10:00:00Z")]) is None


def test_the_terms_that_ship_are_read():
    (one,) = retention.load(AGREEMENTS)

    assert (one.years, one.from_youngest_age) == (20, 18)


def test_what_ended_at_the_board_has_terms_of_its_own():
    terms = retention.load_ages(AGREEMENTS)

    assert {one.kind: one.days for one in terms} == {"session": 1, "login": 1}
    assert all(one.source for one in terms)


def test_the_newest_term_that_counts_on_a_day_is_taken():
    day = [day_of(date(2026, 1, 1)), day_of(date(2027, 1, 1))]
    terms = [retention.Age("session", one, days, "voorbeeld") for one, days in zip(day, (7, 1), strict=True)]

    assert [retention.age_of(terms, "session", one).days for one in (day[0], day[1] - 1, day[1])] == [7, 7, 1]
    assert retention.age_of(terms, "session", day[0] - 1) is None
    assert retention.age_of(terms, "login", day[1]) is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("kind: session, valid_from: 2010-01-01, days: -1, source: x", "days"),
        ("kind: session, valid_from: 2010-01-01, years: 1, source: x", "years"),
        ("kind: login, valid_from: 2010-01-01, source: x", "days"),
        ("kind: cases, valid_from: 2010-01-01, years: 20, from_youngest_age: 18, source: x", "kind"),
        ("kind: case, valid_from: 2010-02-30, years: 20, from_youngest_age: 18, source: x", "valid_from"),
        ("kind: case, valid_from: 2010-01-01, years: -1, from_youngest_age: 18, source: x", "retention[0]"),
        ("kind: case, valid_from: 2010-01-01, years: 20, source: x", "from_youngest_age"),
        ("kind: case, valid_from: 2010-01-01, years: 20, from_youngest_age: 18, source: x, colour: red", "colour"),
    ],
)
def test_a_term_that_is_wrong_is_refused_with_its_place(tmp_path, line, field):
    (tmp_path / "retention").mkdir()
    (tmp_path / "retention" / "region.yaml").write_text(f"retention:\n  - {{{line}}}\n")

    with pytest.raises(AgreementError) as refused:
        retention.load(tmp_path)

    assert field in refused.value.field
    assert refused.value.line == 2
