"""Why a rule does not alert, for odd agreements and histories: there is always an answer, and what it foretells comes."""

from pathlib import Path
from runpy import run_path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulebook import scratch
from rulebook.errors import CannotCount
from rulebook.event import from_json
from rulebook.why_not import why_not

HERE = Path(__file__).parent
LAWS = run_path(str(HERE / "test_rulebook_laws.py"))
World, SEEDS = LAWS["World"], st.integers(0, 2**32 - 1)
RULES = (*run_path(str(HERE / "rulebook_histories.py"))["RULES"], "R-none")


def questions(world):
    """Every case and rule of a world, at the last instant at which something was told and somewhere before."""
    facts = [from_json(line) for line in world.lines if line.get("case")]
    instants = sorted({one.recorded_at for one in facts})
    for case in sorted({one.case for one in facts}):
        for at in {instants[-1], instants[len(instants) // 2]}:
            for rule in RULES:
                yield case, [one for one in facts if one.case == case], at, rule


@example(681)
@given(SEEDS)
@settings(max_examples=150, deadline=None)
def test_there_is_an_alert_or_a_reason_and_what_is_foretold_comes(seed):
    world = World(seed)
    for case, facts, at, rule in questions(world):
        try:
            answer = why_not(world.agreements, case, facts, at, rule)
        except CannotCount:
            continue
        opened = scratch.open_alerts(world.agreements, case, facts, at)
        assert {one.alert for one in answer.open} == {alert for alert, one in opened.items() if one.rule.id == rule}
        assert answer.open or answer.reasons, (case, at, rule)
        known = [one for one in facts if one.recorded_at <= at]
        for reason in answer.reasons:
            if reason.until is not None:
                then = scratch.open_alerts(world.agreements, case, known, reason.until).values()
                assert (rule, reason.event) in {(one.rule.id, one.start.id) for one in then}, reason
