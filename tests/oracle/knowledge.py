"""What is known at T, its order, and which version of a rule holds: sections 1 and 3 of the rule book, word by word."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from tests.oracle.terms import instant, local_day

BACKGROUND = ("event_withdrawn", "event_corrected")
REVIVES = ("report_received", "case_reopened")


@dataclass(frozen=True)
class Event:
    """Something that happened, told by an agency."""

    id: str
    type: str
    agency: str
    municipality: str | None
    occurred_at: datetime
    recorded_at: datetime
    data: dict

    @cached_property
    def place(self):
        """Order inside K(T) is by (`occurred_at`, `recorded_at`, `id`); ids compare as text by code point."""
        return self.occurred_at, self.recorded_at, self.id


def told(line):
    """Read one line of a history."""
    return Event(
        id=line["id"],
        type=line["type"],
        agency=line["agency"],
        municipality=line.get("municipality"),
        occurred_at=instant(line["occurred_at"]),
        recorded_at=instant(line["recorded_at"]),
        data=line.get("data") or {},
    )


def effective(events, at):
    """K(T): what is left of the events of one case with `recorded_at <= T`, in order."""
    known = [one for one in events if one.recorded_at <= at]
    by_id = {one.id: one for one in known}
    withdrawals = [one for one in known if one.type == "event_withdrawn"]

    def is_removed(event_id):
        # "A withdrawal may itself be withdrawn, and then removes nothing; decided over all withdrawals known at T."
        return any(one.data.get("event_id") == event_id and not is_removed(one.id) for one in withdrawals)

    kept = [one for one in known if not is_removed(one.id)]
    corrections = [one for one in kept if one.type == "event_corrected" and _may_correct(one, by_id)]
    facts = [_corrected(one, corrections) for one in kept if one.type not in BACKGROUND]
    return sorted(facts, key=lambda one: one.place)


def _may_correct(correction, by_id):
    """A correction of a correction or of a withdrawal has no effect."""
    named = by_id.get(correction.data.get("event_id"))
    return named is not None and named.type not in BACKGROUND


def _corrected(event, corrections):
    """The one with the greatest (`recorded_at`, `id`) wins and acts alone, on the event as it was first recorded."""
    mine = [one for one in corrections if one.data["event_id"] == event.id]
    if not mine:
        return event
    last = max(mine, key=lambda one: (one.recorded_at, one.id))
    moved = last.data.get("occurred_at")
    return replace(
        event,
        occurred_at=event.occurred_at if moved is None else instant(moved),
        data={**event.data, **(last.data.get("data") or {})},
    )


def is_closed_before(known, place):
    """The last `case_closed`, `report_received` or `case_reopened` before a place in the order is a `case_closed`."""
    marks = [one for one in known if one.type in ("case_closed", *REVIVES) and (place is None or one.place < place)]
    return bool(marks) and marks[-1].type == "case_closed"


def may_start(known, event, rule):
    """An event of a closed case starts nothing, unless it is a report or a reopening, or the rule has weight 5."""
    return event.type in REVIVES or rule.get("weight") == 5 or not is_closed_before(known, event.place)


def municipality_of(known):
    """The case's municipality is that of its first `report_received` in K(T)."""
    return next((one.municipality for one in known if one.type == "report_received"), None)


def chosen(agreements, rule_id, day, municipality):
    """Return the agreement version whose rule of this id holds for a thing that starts on a local day, or None."""
    counting = {}
    for one in agreements:
        valid = one["valid_from"] <= day and (one.get("valid_to") is None or day <= one["valid_to"])
        if valid and (one["applies_to"] == "all" or municipality in one["applies_to"]["municipalities"]):
            # "Of each agreement id only the highest version that is valid that day and applies counts."
            counting.setdefault(one["agreement"], []).append(one)
    highest = [max(some, key=lambda one: one["version"]) for some in counting.values()]
    holding = [one for one in highest if rule_of(one, rule_id)]
    # "One that lists the municipality beats one that applies to `all`; then version, then the greater agreement id."
    return max(holding, key=lambda one: (one["applies_to"] != "all", one["version"], one["agreement"]), default=None)


def rule_of(agreement, rule_id):
    """Return the rule of this id in one file, or None."""
    return next((one for one in agreement["rules"] if one["id"] == rule_id), None)


def chosen_for(agreements, known, rule_id, event):
    """Choose for a thing that starts with an event."""
    return chosen(agreements, rule_id, local_day(event.occurred_at), municipality_of(known))


def same(one, other):
    """Fine print 12: numbers are equal when their values are (1 = 1.0); true is not 1, "1" is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def matches(event, entries):
    """`from` and `until` are lists of event types, or of `{type: plan_agreed, where: {plan: safety}}`."""
    return any(event.type == one or (not isinstance(one, str) and _matches_one(event, one)) for one in entries)


def _matches_one(event, entry):
    return event.type == entry["type"] and all(
        _allows(event, field, allowed) for field, allowed in (entry.get("where") or {}).items()
    )


def _allows(event, field, allowed):
    """A missing field fails; a field that holds a list passes if one of its elements is allowed."""
    if field not in event.data:
        return False
    values = event.data[field] if isinstance(event.data[field], list) else [event.data[field]]
    return any(same(value, one) for value in values for one in (allowed if isinstance(allowed, list) else [allowed]))


def per_value(event, rule):
    """A missing or null one is "none", which equals only itself."""
    return event.data.get(rule["per"]) if rule.get("per") else None


def has_child(known):
    """Some `report_received` in K(T) lists a person with `child: true`."""
    return any(
        isinstance(person, dict) and person.get("child") is True
        for one in known
        if one.type == "report_received" and isinstance(one.data.get("persons"), list)
        for person in one.data["persons"]
    )
