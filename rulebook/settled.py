"""What came to its end in a case: each term that was met, in time or too late, or that nothing waits for any more.

    for one in settled(agreements, case, facts, at):
        one.title, one.outcome, one.sentence      # newest first

A silence is no term that is met: each sign of life only begins the next, so silences are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rulebook import scratch
from rulebook.agreements import Agreements
from rulebook.event import Event
from rulebook.fates import ALREADY, fate
from rulebook.history import History
from rulebook.instance import Instance
from rulebook.question import Names, Question


@dataclass(frozen=True, slots=True)
class Settled:
    """One thing that came to its end; times are micros. `at` is when it was done, none where nothing did it."""

    rule: str
    title: str
    legal: bool
    since: int
    at: int | None
    outcome: str  # as in rulebook.fates: in_time, late, replaced, ended, acknowledged, case_closed
    sentence: str


def settled(
    agreements: Agreements, case: str, facts: Iterable[Event], at: int, *, names: Names | None = None
) -> tuple[Settled, ...]:
    """Return what came to its end in a case as it is known at an instant, the newest first. Raises CannotCount."""
    history, found = scratch.every_instance(agreements, case, facts, at)
    over = [one for one in found if not one.is_live and not one.rule.is_silence]
    called = names or Names()
    lines = [_settled(one, _question(agreements, case, history, at, one, called)) for one in over]
    return tuple(
        sorted(
            (one for one in lines if one.outcome != ALREADY),
            key=lambda one: (-(one.at or one.since), one.rule, one.since),
        )
    )


def _question(agreements: Agreements, case: str, history: History, at: int, of: Instance, names: Names) -> Question:
    return Question(agreements, case, history, at, of.rule.id, names)


def _settled(instance: Instance, question: Question) -> Settled:
    found = fate(instance, question)
    assert found is not None, "what is over has no open alert"
    rule = instance.rule
    return Settled(
        rule=rule.id,
        title=rule.title,
        legal=rule.legal,
        since=instance.start.occurred_at,
        at=instance.satisfied_at,
        outcome=found.code,
        sentence=found.sentence,
    )
