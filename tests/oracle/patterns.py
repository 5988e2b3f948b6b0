"""Many signals are one signal: section 4.5 of the rule book, word by word; and the id of an alert."""

import uuid
from datetime import timedelta

from tests.oracle import knowledge, terms
from tests.oracle.instances import KINDS, NAMESPACE, Instance


def alert_id(case, file, rule, key, stage, due):
    """Section 5: `uuid5(namespace, "case|rule|agreement|version|key|stage|due")`."""
    parts = (case, rule["id"], file["agreement"], str(file["version"]), key, stage, terms.form(due))
    return str(uuid.uuid5(NAMESPACE, "|".join(parts)))


def of_pattern(view, file, rule):
    """Go through the matching events in order; at one where the pattern holds an instance starts, unless one runs."""
    calendar = view.calendars[file["calendar"]]
    matching = [one for one in view.known if knowledge.matches(one, rule["of"])]
    found = []
    running = None
    for event in matching:
        window = _window(matching, event, rule)
        holds = _holds(view, rule, event, window, calendar)
        chooses = view.chosen(rule["id"], event) is file
        # "It stops running, too, when it has been acknowledged or ended by a `case_closed` before e."
        if running and _was_stopped(view, running, event):
            running = None
        if running:
            # "An e that chooses another version starts nothing there and stops nothing, but counts in the windows."
            if chooses and not holds:
                running = None
        elif chooses and holds and view.may_start(event, rule):
            running = Instance(file, rule, event.id, event, [one.id for one in window])
            running.stages["signal"] = event.occurred_at
            found.append(running)
    for one in found:
        one.acknowledged = bool(_acknowledgements(view, one))
        one.case_closed = view.after(one.start, ["case_closed"]) is not None
    return found


def _window(matching, event, rule):
    """Every matching event with occurred_at in (e.occurred_at - window, e.occurred_at], those at the same instant too."""
    unit = terms.unit_of(rule["window"])  # days of 24 hours, or hours
    length = timedelta(**{unit: rule["window"][unit]})
    return [one for one in matching if event.occurred_at - length < one.occurred_at <= event.occurred_at]


def _holds(view, rule, event, window, calendar):
    if len(window) < rule["count"] or len({one.agency for one in window}) < rule.get("agencies", 1):
        return False
    after = rule.get("after")
    if not after:
        return True
    # "The last event of its types before e exists and e.occurred_at is earlier than the end of `within` from it."
    before = [one for one in view.known if one.place < event.place and knowledge.matches(one, after["types"])]
    return bool(before) and event.occurred_at < terms.end_of_term(after["within"], before[-1].occurred_at, calendar)


def _acknowledgements(view, one):
    """It ends when an `alert_acknowledged` names its alert, whatever the acknowledgement's occurred_at."""
    name = alert_id(view.case, one.file, one.rule, one.key, "signal", one.stages["signal"])
    return [each for each in view.known if each.type == "alert_acknowledged" and each.data.get("alert") == name]


def _was_stopped(view, running, event):
    # In the order an acknowledgement counts as after the start; what lies before the start lies before e as well.
    closing = view.after(running.start, ["case_closed"])
    is_acknowledged = any(each.place < event.place for each in _acknowledgements(view, running))
    return is_acknowledged or (closing is not None and closing.place < event.place)


KINDS["pattern"] = of_pattern
