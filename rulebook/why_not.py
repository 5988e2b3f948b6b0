"""Why a rule does not alert in a case at an instant: everything that could have begun something, and what became of it.

    answer = why_not(agreements, case, facts, at, "ST-01")
    answer.open       # its alerts that are open after all
    answer.reasons    # what is still to come, soonest first; then what will not come, the newest first

Each reason has a code, a Dutch sentence, and where they exist the event, the line of the agreement, the event that made it
so, and the instant from which the rule will alert if nothing comes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rulebook import kind, scratch
from rulebook.agreements import Agreements
from rulebook.event import Event
from rulebook.question import NO_AGREEMENT, Names, Question, Silent
from rulebook.why import Reason, why
from rulebook.why_not_begun import begun, lost, nothing_began

UNKNOWN_RULE, NOTHING_KNOWN = "unknown_rule", "nothing_known"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a rule does not alert in a case at an instant; or its alerts that are open."""

    rule: str
    title: str
    at: int
    open: tuple[Reason, ...]
    reasons: tuple[Silent, ...]


def why_not(
    agreements: Agreements, case: str, facts: Iterable[Event], at: int, rule: str, *, names: Names | None = None
) -> WhyNot:
    """Return why a rule does not alert in a case at an instant. Raises CannotCount."""
    told = list(facts)
    called = names or Names()
    question = Question(agreements, case, scratch.known_at(told, at), at, rule, called)
    found = why(agreements, case, told, at, agencies=called.agencies)
    opened = tuple(one for one in found.open if one.rule == rule)
    reasons = list(_reasons(question, told))
    if not opened and not reasons:
        reasons += nothing_began(question)
    return WhyNot(
        rule=rule,
        title=next((one.rules[rule].title for one in reversed(question.files)), ""),
        at=at,
        open=opened,
        reasons=tuple(sorted(reasons, key=_still_to_come)),
    )


def _reasons(question: Question, told: Sequence[Event]) -> Iterator[Silent]:
    if not question.files:
        yield Silent(code=UNKNOWN_RULE, sentence=f"Geen enkele afspraak heeft een regel {question.id}.")
    elif all(one.recorded_at > question.at for one in told):
        yield Silent(code=NOTHING_KNOWN, sentence="Over deze casus was toen nog niets bekend.")
    elif not question.versions:
        text = f"Deze regel geldt niet {question.where()}. {question.holders()}"
        yield Silent(code=NO_AGREEMENT, sentence=text)
    else:
        yield from _of_versions(question, told)


def _of_versions(question: Question, told: Sequence[Event]) -> Iterator[Silent]:
    kinds = [type(kind.of(one)) for one in question.versions]
    ways = dict.fromkeys(begun if one.is_told_by_start else one.why_not for one in kinds)
    for way in ways:
        yield from way(question)
    yield from lost(question, told)


def _still_to_come(silent: Silent) -> tuple[bool, int]:
    if silent.until is not None:
        return False, silent.until
    return True, -(silent.since or 0)
