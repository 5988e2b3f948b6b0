"""The five kinds of rule: each a pure function from a history and one version of a rule to its instances."""

from collections.abc import Collection

from rulebook.agreements import Plan
from rulebook.history import History
from rulebook.instance import Instance
from rulebook.kinds import date, moments, pattern, term
from rulebook.rules import DateRule, MomentsRule, PatternRule, Rule, TermRule


def instances(
    history: History, rule: Rule, plan: Plan, *, case: str, horizon: int, wanted: Collection[str] = ()
) -> dict[str, Instance]:
    """Return, by key, the instances of one version of a rule (of any kind but silence, which asks all versions).

    Moments without end are counted up to the horizon. `wanted` are keys that are looked for although they may have
    ended; a schedule that is over yields only those.
    """
    if rule.if_case is not None and not history.has_child:
        return {}
    match rule:
        case TermRule():
            return term.instances(history, rule, plan)
        case DateRule():
            return date.instances(history, rule, plan)
        case MomentsRule():
            return moments.instances(history, rule, plan, horizon=horizon, wanted=wanted)
        case PatternRule():
            return pattern.instances(history, rule, plan, case=case)
    raise AssertionError(f"{type(rule).__name__} is of no kind that counts by itself")
