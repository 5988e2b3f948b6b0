"""Why an alert is open, and what a case waits for next: rule, line of an agreement, event and a Dutch sentence.

The sentence is the rule's `why` with its blanks filled: `{agency}` who told of the start, `{since}` when that happened,
`{due}` the last day or instant on which it is in time, `{moment}` the number of a moment, `{signals}` how many signals a
pattern counted, and any field of the start's `data`. A blank that nothing fills reads "onbekend".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from string import Formatter
from typing import Any

from rulebook import scratch
from rulebook.agreements import Agreements
from rulebook.alerts import alert_id, cause_of
from rulebook.dutch import deadline_in_words, instant_in_words
from rulebook.event import Event
from rulebook.instance import Instance
from rulebook.remedy import remedy
from rulebook.rows import Cause
from rulebook.rules import Rule

UNKNOWN = "onbekend"
BLANKS = frozenset({"agency", "since", "due", "moment", "signals"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that should have happened, or should happen next, and why."""

    alert: str | None  # none while nothing is open
    rule: str
    title: str
    weight: int
    legal: bool
    agreement: str
    version: int
    agreement_title: str
    file: str  # of the agreement, by its name alone
    line: int  # of the rule in that file
    instance: str
    stage: str  # the stage that is open, or the one that comes next
    due: int  # when that stage came or comes due
    deadline: int  # when the term ends, after any accepted stall
    accepted_until: int | None  # the end of the day until which somebody accepted that it stalls
    event: str
    event_type: str
    agency: str
    since: int
    because: tuple[str, ...]
    sentence: str
    remedy: str  # what would settle it


@dataclass(frozen=True, slots=True)
class Why:
    """What a case waits for at an instant: what is open, worst first, and what comes due next, soonest first."""

    at: int
    phase: str
    is_closed: bool
    is_emptied: bool  # nothing of the family is known any more: all was withdrawn
    open: tuple[Reason, ...]
    next: tuple[Reason, ...]


def why(
    agreements: Agreements, case: str, facts: Iterable[Event], at: int, *, agencies: Mapping[str, str] | None = None
) -> Why:
    """Return why alerts of a case are open at an instant and what comes due next. `agencies` gives names by id."""
    told = list(facts)
    history = scratch.known_at(told, at)
    names = agencies or {}
    opened: list[Reason] = []
    coming: list[Reason] = []
    for instance in scratch.instances(agreements, case, told, at):
        accepted = history.accepted_until.get((instance.rule.id, instance.key))
        stage = instance.open_stage(at)
        if stage is not None:
            alert = alert_id(case, instance.rule, instance.key, *stage)
            opened.append(_reason(instance, alert, stage, accepted, names))
        due = instance.next_due(at)
        if due is not None:
            name = "warn" if due == instance.warn and due != instance.breach else instance.far_stage
            coming.append(_reason(instance, None, (name, due), accepted, names))
    return Why(
        at=at,
        phase=history.phase,
        is_closed=history.closed,
        is_emptied=history.is_emptied,
        open=tuple(sorted(opened, key=lambda one: (-one.weight, one.stage == "warn", one.due, one.rule))),
        next=tuple(sorted(coming, key=lambda one: (one.due, -one.weight, one.rule))),
    )


def sentence(instance: Instance, agencies: Mapping[str, str]) -> str:
    """Return the rule's `why` with its blanks filled, or its title where it has none."""
    return filled(instance.rule, cause_of(instance), agencies)


def filled(rule: Rule, cause: Cause, agencies: Mapping[str, str]) -> str:
    """Return the same for an instance as it was when its alert was raised."""
    template = rule.why or rule.title
    try:
        parts = list(Formatter().parse(template))
    except ValueError:  # a brace that is no blank
        return template
    return "".join(text + ("" if name is None else _filled(name, cause, agencies)) for text, name, _, _ in parts)


def blanks(template: str) -> frozenset[str]:
    """Return the names of the blanks in a sentence. Raises ValueError where a brace is no blank."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _reason(
    instance: Instance, alert: str | None, stage: tuple[str, int], accepted: int | None, agencies: Mapping[str, str]
) -> Reason:
    rule = instance.rule
    name, due = stage
    return Reason(
        alert=alert,
        rule=rule.id,
        title=rule.title,
        weight=rule.weight,
        legal=rule.legal,
        agreement=rule.source.agreement,
        version=rule.source.version,
        agreement_title=rule.source.title,
        file=PurePath(rule.source.file).name,
        line=rule.line,
        instance=instance.key,
        stage=name,
        due=due,
        deadline=_deadline(instance, due),
        accepted_until=accepted if rule.may_wait else None,
        event=instance.start.id,
        event_type=instance.start.type,
        agency=instance.start.agency,
        since=instance.start.occurred_at,
        because=tuple(instance.because),
        sentence=sentence(instance, agencies),
        remedy=remedy(instance),
    )


def _deadline(instance: Instance, otherwise: int) -> int:
    return next((due for due in (instance.breach, instance.warn) if due is not None), otherwise)


def _filled(name: str, cause: Cause, agencies: Mapping[str, str]) -> str:
    start = cause.start
    match name:
        case "agency":
            return agencies.get(start.agency, start.agency)
        case "since":
            return instant_in_words(start.occurred_at)
        case "due":
            return deadline_in_words(cause.deadline)
        case "moment":
            return UNKNOWN if cause.number is None else str(cause.number)
        case "signals":
            return str(cause.signals)
    return _told(start.data.get(name), agencies)


def _told(value: Any, agencies: Mapping[str, str]) -> str:
    if isinstance(value, str) and value:
        return agencies.get(value, value)
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return UNKNOWN
