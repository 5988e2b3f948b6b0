"""Alerts in words: the rule book's own sentence for the rule and the event that an alert names."""

from collections.abc import Mapping
from typing import Any

from ledger.numbers import number_of
from rulebook import why
from rulebook.agreements import Agreements
from rulebook.errors import CannotCount
from rulebook.event import Event
from rulebook.instance import Instance
from rulebook.rules import Rule
from waakvlam.topics import agencies

STAGES = {"warn": "Loopt af", "breach": "Te laat", "signal": "Signaal"}


def agency_names() -> Mapping[str, str]:
    """Return the names of all agencies by id."""
    return {one.id: one.name for one in agencies().values()}


class Sentences:
    """Says of an alert how far it is, for which case, and what should have happened."""

    def __init__(self, agreements: Agreements) -> None:
        self._rules = {(one.id, one.version, rule.id): rule for one in agreements.files for rule in one.rules.values()}
        self._names = agency_names()

    def of(self, case: str, alert: Mapping[str, Any], start: Event | None) -> str:
        """Return an alert as one line; `alert` is the data of its alert_raised, `start` the event that it names."""
        rule = self._rules.get((alert["agreement"], alert["version"], alert["rule"]))
        reason = f" {_reason(rule, alert['instance'], start, self._names)}" if rule and start else ""
        return f"{STAGES.get(alert['stage'], alert['stage'])} · casus {number_of(case)} · {alert['title']}.{reason}"


def _reason(rule: Rule, key: str, start: Event, names: Mapping[str, str]) -> str:
    _, _, number = key.partition("#")
    instance = Instance(rule, start, number=int(number) if number else None)
    try:
        instance.count(None)
    except CannotCount:
        return ""
    return why.sentence(instance, names)
