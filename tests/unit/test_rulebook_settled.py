"""What came to its end in a case: met in time, met too late, replaced or gone with the case; silences are none of these."""

from rulebook.instants import parse_instant
from rulebook.question import Names
from rulebook.settled import settled
from tests.unit.test_rulebook_why import AGREEMENTS, FACTS, NAMES, event

DONE = [
    *FACTS,
    event(3, "2026-04-07T12:00:00+02:00", "safety_assessed", agency="veilig-thuis-groningen", report_id="r1"),
    event(4, "2026-04-20T12:00:00+02:00", "handover_accepted", agency="team-hogeland", handover_id="h1"),
]


def at(text, facts=DONE):
    found = settled(AGREEMENTS, "c1", facts, parse_instant(text), names=Names(NAMES))
    return {one.rule: one for one in found}


def test_what_was_met_tells_in_time_or_late_and_by_what():
    found = at("2026-04-21T00:00:00+02:00")

    assert (found["ST-01"].outcome, found["ST-07"].outcome) == ("in_time", "late")
    assert "Lokaal team Het Hogeland" in found["ST-07"].sentence


def test_the_newest_stands_first_each_with_its_title_whether_it_is_law_and_when_it_was_done():
    found = settled(AGREEMENTS, "c1", DONE, parse_instant("2026-04-21T00:00:00+02:00"), names=Names(NAMES))

    assert [(one.rule, one.title, one.legal, one.at) for one in found] == [
        ("ST-07", "Overdracht niet beantwoord", False, DONE[3].occurred_at),
        ("ST-01", "Melding niet beoordeeld", True, DONE[2].occurred_at),
    ]


def test_what_was_not_known_then_had_not_come_to_its_end_then():
    assert at("2026-04-06T00:00:00+02:00") == {}


def test_a_silence_is_no_term_that_is_met():
    assert not any(rule.startswith("ST-17") for rule in at("2026-04-21T00:00:00+02:00"))


def test_what_a_closed_case_no_longer_waits_for_says_so():
    closed = event(5, "2026-04-22T12:00:00+02:00", "case_closed", reason="geen-vervolg-nodig")

    assert "case_closed" in {one.outcome for one in at("2026-04-23T00:00:00+02:00", [*DONE, closed]).values()}
