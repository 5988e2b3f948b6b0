"""Dutch words for what stands in the ledger: codes, roles, phases, days and instants.

The word for a code stands beside the code in its schema (`codes`); only what no schema names has its word here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from rulebook.dutch import MONTHS
from rulebook.history import EMPTIED
from rulebook.instants import AMSTERDAM
from waakvlam.catalogue import EventType
from waakvlam.clock import instant_of

UNKNOWN = "(onbekende code)"
NOT_SAID = "niet genoemd"
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ROLES: Mapping[str, str] = {
    "worker": "de behandelaar",
    "monitor": "de monitoring",
    "team_manager": "de teammanager",
    "process_director": "de procesregisseur",
    "policy_officer": "de beleidsmedewerker",
    "privacy_officer": "de privacyfunctionaris",
    "director": "de directie",
    "alderman": "de wethouder",
    "mayor": "de burgemeester",
    "region": "de regio",
}
PHASES: Mapping[str, str] = {
    "assessment": "Beoordelen",
    "direct_safety": "Werken aan directe veiligheid",
    "stable_safety": "Werken aan stabiele veiligheid",
    "recovery": "Herstel",
    "pilot_light": "Op de waakvlam",
    "closed": "Gesloten",
    EMPTIED: "Leeg: alles is ingetrokken",
}


def word_for(event_type: EventType, field: str, code: str) -> str:
    """Return the Dutch word for a code; one that the schema does not know is shown as it is, and says so."""
    return labels_of(event_type).get(field, {}).get(code) or f"{code} {UNKNOWN}"


@cache
def labels_of(event_type: EventType) -> Mapping[str, Mapping[str, str]]:
    """Return the words of each coded field of an event, by the field's name in `data`."""
    return {
        field.get("data_name", field["name"]): field["codes"]
        for field in event_type.schema["fields"]
        if field.get("codes")
    }


def role(name: str) -> str:
    """Return the Dutch word for a role in an attention list; an agreement may name its own."""
    return ROLES.get(name, name.replace("_", " "))


def phase(name: str) -> str:
    """Return the Dutch word for the phase that a case is in."""
    return PHASES.get(name, name)


def day(value: Any) -> str | None:
    """Write a date (or its text YYYY-MM-DD) as "4 maart 2026"; anything else is nothing."""
    try:
        found = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def moment(micros: int) -> str:
    """Write an instant as people in the Netherlands say it: "4 maart 2026 om 10.15 uur"."""
    return f"{day(local(micros).date())} om {clock_time(micros)} uur"


def clock_time(micros: int) -> str:
    """Write the time of day of an instant: "10.15"."""
    return f"{local(micros):%H.%M}"


def local(micros: int) -> datetime:
    """Return an instant as a Dutch clock shows it."""
    return instant_of(micros).astimezone(AMSTERDAM)


def listed(words: Sequence[str]) -> str:
    """Write words as a list in a sentence: "a, b en c"."""
    return " en ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def spoken(micros: int) -> str:
    """Write an instant; a term that ends with a day is named by the day that begins."""
    at = local(micros)
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    return (day(at.date()) or "") if midnight else moment(micros)


def last_day(micros: int) -> str:
    """Write until when something can be done; a term that ends with a day is named by that day itself."""
    at = local(micros)
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    return (day(at.date() - timedelta(days=1)) or "") if midnight else moment(micros)


def how_long(since: int, *, now: int) -> str:
    """Write how long something lasts, in the largest unit that says enough."""
    passed = max(0, now - since)
    if passed < HOUR:
        return _counted(passed // MINUTE, "minuut", "minuten")
    if passed < 2 * DAY:
        return _counted(passed // HOUR, "uur", "uur")
    if passed < 60 * DAY:
        return _counted(passed // DAY, "dag", "dagen")
    return _counted(passed // (30 * DAY), "maand", "maanden")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
