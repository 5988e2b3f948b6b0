"""Which rules two sets of agreements apply differently to a stretch of days: only those need to be replayed to compare them.

Rules know nothing of each other, so one that both sides choose with the same content on each day raises the same alerts.
A run of a pattern belongs to one version, so a pattern with more than one version is never taken to be the same.
"""

from collections.abc import Hashable, Iterable
from dataclasses import fields, replace

from rulebook.agreements import Agreements, Plan
from rulebook.calendar import Calendar
from rulebook.matcher import Matcher
from rulebook.rules import FROM_LADDER, Due, Rule

# What changes neither whether nor when an alert is raised.
_WORDS = frozenset({"source", "line", "id", "title", "why", "basis", "steps", "counted", "both"})


def differing(before: Agreements, after: Agreements, first: int, last: int) -> frozenset[str]:
    """Return the ids of the rules that some municipality has differently on some day from `first` to `last`."""
    files = (*before.files, *after.files)
    edges = {
        first,
        *(one.valid_from for one in files),
        *(one.valid_to + 1 for one in files if one.valid_to is not None),
    }
    days = sorted(day for day in edges if first <= day <= last)
    found: set[str] = set()
    for code in (None, *sorted({code for one in files for code in one.municipalities or ()})):
        found |= _differing_in(before.plan(code), after.plan(code), days)
    return frozenset(found)


def only(agreements: Agreements, rules: frozenset[str]) -> Agreements:
    """Return the agreements with these rules alone."""
    return Agreements(
        replace(one, rules={name: rule for name, rule in one.rules.items() if name in rules})
        for one in agreements.files
    )


def _differing_in(before: Plan, after: Plan, days: Iterable[int]) -> set[str]:
    found: set[str] = set()
    versions: dict[tuple[int, str], set[Rule]] = {}
    for day in days:
        old, new = before.choose(day), after.choose(day)
        for name in old.keys() | new.keys():
            was, becomes = old.get(name), new.get(name)
            if was is None or becomes is None or content(was) != content(becomes):
                found.add(name)
            for side, rule in enumerate((was, becomes)):
                if rule is not None and rule.may_differ_by_version:
                    versions.setdefault((side, name), set()).add(rule)
    return found | {name for (_, name), rules in versions.items() if len(rules) > 1}


def content(rule: Rule) -> Hashable:
    """Return everything about a rule that decides whether and when an alert is raised."""
    own = tuple((one.name, _value(getattr(rule, one.name))) for one in fields(rule) if one.name not in _WORDS)
    ladders: Hashable = ()
    if isinstance(rule, Due) and FROM_LADDER in (rule.warn, rule.breach):
        ladders = tuple((name, ladder.levels) for name, ladder in sorted(rule.source.ladders.items()))
    return (rule.kind, own, ladders, _days(rule.source.calendar))


def _value(value: object) -> Hashable:
    if isinstance(value, Matcher):
        return tuple((name, where) for name, where in sorted(value.by_type.items()))
    assert isinstance(value, Hashable), "what a rule holds never changes"
    return value


def _days(calendar: Calendar) -> Hashable:
    return (calendar.first, calendar.last, frozenset(calendar.days_off))
