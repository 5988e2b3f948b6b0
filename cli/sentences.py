"""Alerts and deadlines in words: the blanks of a rule's `why` filled from the event that started it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledger.words import NOT_SAID, day, local, moment
from waakvlam.topics import agencies

STAGES = {"warn": "Loopt af", "breach": "Te laat", "signal": "Signaal"}


def filled(why: str, *, agency: str, since: int, due: int, instance: str, data: Mapping[str, Any]) -> str:
    """Return a rule's reason with its blanks filled; one that nothing is known for says so."""
    words: defaultdict[str, str] = defaultdict(lambda: NOT_SAID)
    words |= {name: _name(value) if name.endswith("agency") else str(value) for name, value in data.items()}
    words |= {"agency": _name(agency), "since": spoken(since), "due": last_day(due)}
    words["moment"] = instance.rpartition("#")[2]
    return why.format_map(words)


def spoken(at: int) -> str:
    """Write an instant as its local day."""
    return day(local(at).date()) or NOT_SAID


def last_day(due: int) -> str:
    """Write until when something can be done; a term that ends with a day is named by that day itself."""
    at = local(due)
    ends_a_day = (at.hour, at.minute, at.second) == (0, 0, 0)
    return (day(at.date() - timedelta(days=1)) or NOT_SAID) if ends_a_day else moment(due)


def _name(agency: object) -> str:
    known = agencies().get(str(agency))
    return known.name if known else str(agency)
