"""A second engine, written from the rule book alone: no speed, no memory, K(T) made anew at each instant.

It shares no line with the product. Where the two differ, one of them does not follow the rule book.
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle import instances, knowledge, patterns, terms

FURTHEST = ("breach", "warn", "signal")  # fine print 6: by name, also when the warning is due later


@dataclass
class Row:
    """One time that an alert was open."""

    one: instances.Instance
    stage: str
    due: datetime
    raised_at: datetime
    original: datetime  # the due before any acceptance, at the last T at which the alert was open
    closed_at: datetime | None = None
    outcome: str | None = None
    steps: list = field(default_factory=list)

    @property
    def identity(self):
        return _identity(self.one, self.stage, self.due)


def rows(agreements, calendars, events, until):
    """Return the rows of section 9: `agreements` and `calendars` as their files hold them, `events` as the lines do."""
    lines = _once(events)
    ends = [terms.instant(one["recorded_at"]) for one in lines]
    if not ends:
        return []
    # "Without `until`, T runs to the last `recorded_at`; with it, to that instant, inclusive."
    last = terms.instant(until) if until else max(ends)
    by_case = {}
    for one in lines:
        if one.get("case") is not None:  # fine print 4: a line without `case` gives nothing
            by_case.setdefault(one["case"], []).append(knowledge.told(one))
    found = []
    for case, told in by_case.items():
        found += _of_case(case, told, agreements, calendars, last)
    # Fine print 8: by raised_at as an instant, then by case, rule, instance and stage as text by code point.
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _once(events):
    """Fine print 4: a repeated equal line is dropped, one that differs is an error."""
    first = {}
    for one in events:
        if not knowledge.same(first.setdefault(one["id"], one), one):
            raise ValueError(f"two events with one id: {one['id']}")
    return list(first.values())


def _of_case(case, told, agreements, calendars, last):
    """Walk through the instants at which something can change, and ask at each what is open."""
    open_rows, all_rows = {}, []
    ticks = sorted({one.recorded_at for one in told if one.recorded_at <= last})
    for tick, following in itertools.zip_longest(ticks, ticks[1:]):
        # K(T) is the same from one recorded_at until the next; in between only a due instant passes.
        view = instances.View(case, knowledge.effective(told, tick), agreements, calendars, last)
        existing = instances.of_case(view)
        dues = {due for one in existing for due in _dues(view, one).values() if due and due > tick}
        for at in sorted({tick, *(due for due in dues if due <= last and (following is None or due < following))}):
            _step(view, existing, at, open_rows, all_rows)
    for row in all_rows:
        row.steps = _told_steps(case, row, told, calendars, last)
    return [(_sort_key(case, row), _printed(case, row)) for row in all_rows]


def _step(view, existing, at, open_rows, all_rows):
    """Raised at the first T at which it is open, and closed at the first T after that at which it is not."""
    now = {}
    for one in existing:
        if not one.is_over:
            effective = _dues(view, one)
            stage = next((each for each in FURTHEST if effective.get(each) and effective[each] <= at), None)
            if stage:
                now[_identity(one, stage, effective[stage])] = (one, stage, effective[stage])
    for identity in [each for each in open_rows if each not in now]:
        row = open_rows.pop(identity)
        row.closed_at, row.outcome = at, _outcome(view, existing, row, at)
    for identity, (one, stage, due) in now.items():
        if identity not in open_rows:
            open_rows[identity] = Row(one, stage, due, at, one.stages[stage])
            all_rows.append(open_rows[identity])
        open_rows[identity].original = one.stages[stage]


def _identity(one, stage, due):
    return one.rule["id"], one.file["agreement"], one.file["version"], one.key, stage, due


def _accepted_until(view, one):
    """`stall_accepted` in K(T) names an instance of a rule that is not `legal`; the latest `until_on` of several."""
    if one.rule.get("legal"):
        return None
    days = [
        terms.named_day(each.data.get("until_on"))
        for each in view.known
        if each.type == "stall_accepted"
        and each.data.get("rule") == one.rule["id"]
        and each.data.get("instance") == one.key
    ]
    return max((terms.end_of(day) for day in days if day), default=None)


def _dues(view, one):
    """Its `warn` falls away and its `breach` due becomes the later of the original and the end of `until_on`."""
    until = _accepted_until(view, one)
    if until is None or "signal" in one.stages:
        return one.stages
    return {"breach": max(one.stages["breach"], until)} if one.stages.get("breach") else {}


def _outcome(view, existing, row, at):
    """The outcome is the first that applies."""
    key = row.identity[:4]
    one = next((each for each in existing if _identity(each, "", None)[:4] == key), None)
    if one is None or one.stages.get(row.stage) != row.original:
        return "withdrawn"
    due = _dues(view, one).get(row.stage)
    if due and due < row.due:
        return "withdrawn"
    for end in ("replaced", "ended", "acknowledged", "case_closed"):
        if getattr(one, end):
            return end
    if one.satisfied_at is not None:
        return "in_time" if one.beforehand or one.satisfied_at < row.due else "late"
    if due is None or due > row.due:
        return "accepted"
    further = _dues(view, one).get("breach")
    assert row.stage == "warn"
    assert further
    assert further <= at
    return "superseded"


def _told_steps(case, row, told, calendars, last):
    """Step 0 is told when the alert is raised, always; step k at raised_at + `after`, if open and not acknowledged."""
    ways = row.one.rule.get("to", "default")
    ways = row.one.file["attention"][ways] if isinstance(ways, str) else ways
    steps = [(0, ways[0]["to"], row.raised_at)]
    for k, way in enumerate(ways[1:], 1):
        if row.stage == "warn":
            break  # warn alerts stay at step 0
        # "Day-based terms are counted from the microsecond before raised_at."
        is_clock = terms.unit_of(way["after"]) in ("minutes", "hours")
        base = row.raised_at if is_clock else row.raised_at - terms.MICROSECOND
        try:
            at = terms.end_of_term(way["after"], base, calendars[row.one.file["calendar"]])
        except terms.Uncountable:
            continue  # fine print 5: only a stage that cannot be counted fails the replay
        is_open = row.raised_at <= at and (row.closed_at is None or at < row.closed_at)
        if at <= last and is_open and not _is_acknowledged(case, row, told, at):
            steps.append((k, way["to"], at))
    return steps


def _is_acknowledged(case, row, told, at):
    """An acknowledgement in K(t) names it, was recorded while this row was open, and has not run out."""
    name = _name(case, row)
    for one in knowledge.effective(told, at):
        is_its = one.type == "alert_acknowledged" and one.data.get("alert") == name
        while_open = row.raised_at <= one.recorded_at and (row.closed_at is None or one.recorded_at < row.closed_at)
        next_step = terms.named_day(one.data.get("next_step_on"))
        if is_its and while_open and (next_step is None or at < terms.end_of(next_step)):
            return True
    return False


def _name(case, row):
    return patterns.alert_id(case, row.one.file, row.one.rule, row.one.key, row.stage, row.due)


def _sort_key(case, row):
    return row.raised_at, case, row.one.rule["id"], row.one.key, row.stage


def _printed(case, row):
    return {
        "alert": _name(case, row),
        "case": case,
        "rule": row.one.rule["id"],
        "agreement": row.one.file["agreement"],
        "version": row.one.file["version"],
        "instance": row.one.key,
        "stage": row.stage,
        "due": terms.form(row.due),
        "raised_at": terms.form(row.raised_at),
        "closed_at": terms.form(row.closed_at) if row.closed_at else None,
        "outcome": row.outcome,
        "because": row.one.because,
        "attention": [{"step": k, "to": to, "at": terms.form(at)} for k, to, at in row.steps],
    }
