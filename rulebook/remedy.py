"""What would settle a thing that must still happen, in Dutch: the events that end it, and whose."""

from rulebook import wording
from rulebook.instance import Instance
from rulebook.rules import DateRule, MomentsRule, PatternRule, Rule, SilenceRule, TermRule

ANYTHING = "elk bericht over het gezin"


def remedy(instance: Instance) -> str:
    """Return what would settle an instance that lives, as one sentence or two."""
    rule = instance.rule
    match rule:
        case TermRule():
            return f"Klaar met: {wording.matched(rule.until)}{_per(rule.per)}."
        case DateRule():
            other = f"Met een nieuwe {wording.matched(rule.start)} geldt de dag die daarin staat."
            return f"Klaar met: {wording.matched(rule.until)}{_per(rule.per)}. {other}"
        case MomentsRule():
            done = f"Klaar met: {wording.matched(rule.until)}, met moment {instance.number}."
            return f"{done} De reeks stopt bij: {wording.matched(rule.ends)}." if rule.ends.by_type else done
        case SilenceRule():
            but = f", maar niet: {wording.events(sorted(rule.ignore))}" if rule.ignore else ""
            return f"Klaar met: {ANYTHING}{but}."
        case PatternRule():
            return "Klaar zodra iemand dit signaal oppakt."
    raise AssertionError(f"{type(rule).__name__} is of no kind that is known")


def awaited(rule: Rule) -> str:
    """Return which events start something under a rule."""
    match rule:
        case TermRule() | DateRule() | MomentsRule():
            return wording.matched(rule.start)
        case PatternRule():
            return wording.matched(rule.of)
    return ANYTHING


def _per(name: str | None) -> str:
    return "" if name is None else f", met hetzelfde nummer (per {wording.counted_by(name)})"
