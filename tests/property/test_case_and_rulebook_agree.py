"""The ledger's case and the rule book's history say the same of a family: one phase, one answer whether it is closed."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.case import case_of
from rulebook.event import CORRECTED, WITHDRAWN, Event
from rulebook.history import PHASE_TYPES, History, effective
from rulebook.instants import format_instant

TYPES = (*sorted(PHASE_TYPES), "family_contacted", "case_routed", CORRECTED, WITHDRAWN)
HOUR = 3_600_000_000


@st.composite
def histories(draw):
    """Some events of one case, told in any order; corrections and withdrawals name any of them."""
    number = draw(st.integers(1, 12))
    told = []
    for place in range(number):
        name, at = draw(st.sampled_from(TYPES)), draw(st.integers(0, 20)) * HOUR
        data = {"handover_id": "o"}
        if name in {CORRECTED, WITHDRAWN}:
            data = {"event_id": f"e{draw(st.integers(0, number - 1))}"}
        if name == CORRECTED:
            data["occurred_at"] = format_instant(draw(st.integers(0, 20)) * HOUR)
        told.append(
            Event(
                id=f"e{place}", type=name, case="c", agency="vt", municipality="0014", occurred_at=at, recorded_at=place, data=data
            )
        )  # fmt: skip
    return told


@given(histories())
def test_phase_and_closing_are_the_same_behind_every_event(told):
    for place in range(1, len(told) + 1):
        case, history = case_of(told[:place]), History(effective(told[:place]))

        assert (case.phase, case.closed, case.is_emptied) == (history.phase, history.closed, history.is_emptied)


@given(histories())
def test_a_case_is_closed_where_its_last_opening_or_closing_closes_it(told):
    """The letter of section 1, counted apart from how either of them goes through the events."""
    known = effective(told)
    marks = [one.type for one in known if one.type in {"report_received", "case_reopened", "case_closed"}]

    assert case_of(told).closed is (marks[-1:] == ["case_closed"])
