"""Alerts: their identity, their rows, and why a row closes (rule book section 5)."""

import hashlib
from uuid import UUID

from rulebook.errors import CannotCount
from rulebook.instance import BREACH, CASE_CLOSED, WARN, Instance
from rulebook.instants import format_instant
from rulebook.rows import AlertRow, Cause, Change, Closed, Escalated, Raised, Reminded, Told
from rulebook.rules import Rule

ALERT_NAMESPACE = UUID("6f2c7a52-0f0d-5c1e-9d7a-3a1d1f3b7e11")
_NAMESPACE = ALERT_NAMESPACE.bytes
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
WITHDRAWN, IN_TIME, LATE, ACCEPTED, SUPERSEDED = "withdrawn", "in_time", "late", "accepted", "superseded"


def alert_id(case: str, rule: Rule, key: str, stage: str, due: int) -> str:
    """Return the id of an alert: the same identity gives the same id, everywhere and always."""
    source = rule.source
    name = f"{case}|{rule.id}|{source.agreement}|{source.version}|{key}|{stage}|{format_instant(due)}"
    text = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    # uuid5, written out: an object less for each alert.
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def raise_row(case: str, instance: Instance, stage: str, due: int, at: int) -> AlertRow:
    """Return the row of an alert that is raised now; the first of its attention list is told at once."""
    rule = instance.rule
    first = rule.steps[0].to
    return AlertRow(
        alert=alert_id(case, rule, instance.key, stage, due),
        case=case,
        rule=rule.id,
        agreement=rule.source.agreement,
        version=rule.source.version,
        instance=instance.key,
        stage=stage,
        due=due,
        raised_at=at,
        because=instance.because,
        to=first,
        told=[Told(0, first, at)],
    )


def cause_of(instance: Instance) -> Cause:
    """Return what a sentence about an instance tells of, as it stands now."""
    deadline = instance.warn if instance.breach is None else instance.breach
    if deadline is None:
        deadline = instance.start.occurred_at
    return Cause(instance.start, instance.number, len(instance.because), deadline)


def outcome(  # noqa: PLR0911 - one return for each row of the table in section 5
    row: AlertRow, before: Instance, after: Instance | None, accepted_until: int | None
) -> str:
    """Return why an alert is no longer open: `before` as it was when last open, `after` as it is now."""
    if after is None or after.rule is not before.rule:
        return WITHDRAWN
    try:
        original = after.original(row.stage)
    except CannotCount:
        return WITHDRAWN
    if original != before.original(row.stage):
        return WITHDRAWN
    due = _due_now(after, row.stage, original, accepted_until)
    if due is not None and due < row.due:
        return WITHDRAWN
    if after.end is not None:
        return after.end
    if after.already:
        return IN_TIME
    if after.satisfied_at is not None:
        return IN_TIME if after.satisfied_at < row.due else LATE
    return SUPERSEDED if due == row.due else ACCEPTED


def _due_now(instance: Instance, stage: str, original: int | None, accepted_until: int | None) -> int | None:
    if original is None or accepted_until is None or not instance.rule.may_wait:
        return original
    if stage == WARN:
        return None
    assert stage == BREACH, "a signal is not moved"
    return max(original, accepted_until)


__all__ = [
    "ACCEPTED",
    "CASE_CLOSED",
    "IN_TIME",
    "LATE",
    "SUPERSEDED",
    "WITHDRAWN",
    "AlertRow",
    "Cause",
    "Change",
    "Closed",
    "Escalated",
    "Raised",
    "Reminded",
    "Told",
    "alert_id",
    "cause_of",
    "outcome",
    "raise_row",
]
