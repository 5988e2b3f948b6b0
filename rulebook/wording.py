"""What an agreement says, in Dutch words: terms, lists, events, who is told when. Pages and comparisons are made of these."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rulebook.dutch import day_in_words
from rulebook.instants import DAY, date_of
from rulebook.matcher import Matcher
from rulebook.rules import FromLadder, StageTerm, Step
from rulebook.terms import CLOCK_UNITS, Term
from rulebook.values import comparable
from waakvlam.catalogue import event_types

NUMBERS = (
    "nul",
    "één",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
    "dertien",
    "veertien",
    "vijftien",
    "zestien",
    "zeventien",
    "achttien",
    "negentien",
    "twintig",
)
UNITS: Mapping[str, tuple[str, str]] = {
    "minutes": ("minuut", "minuten"),
    "hours": ("uur", "uur"),
    "working_days": ("werkdag", "werkdagen"),
    "days": ("dag", "dagen"),
    "weeks": ("week", "weken"),
    "months": ("maand", "maanden"),
}
# What a rule counts by, in the words of the work group; another field is named as it is.
COUNTED_BY: Mapping[str, str] = {
    "appointment_id": "afspraak",
    "checklist_id": "checklist",
    "concern_id": "terugmelding",
    "condition_id": "voorwaarde",
    "escalation_id": "escalatie",
    "handover_id": "overdracht",
    "help_id": "vorm van hulp",
    "incident_id": "incident",
    "mda_id": "aanmelding bij MDA++",
    "order_id": "huisverbod",
    "placement_id": "plaatsing",
    "report_id": "melding",
    "request_id": "verzoek",
    "service_id": "dienst",
    "signal_id": "signaal",
}
NOBODY = "niemand"


@dataclass(frozen=True, slots=True)
class Words:
    """Names that no schema tells: of roles, phases and municipalities. What is not named is shown as it is."""

    roles: Mapping[str, str] = field(default_factory=dict)
    phases: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)

    def role(self, name: str) -> str:
        """Return the word for a role."""
        return self.roles.get(name, name.replace("_", " "))

    def phase(self, name: str) -> str:
        """Return the word for a phase."""
        return self.phases.get(name, name.replace("_", " "))

    def places(self, codes: Iterable[str] | None) -> str:
        """Return the names of municipalities, in order; of nothing: all."""
        if codes is None:
            return "alle gemeenten"
        return listed(sorted(self.municipalities.get(code, f"gemeente {code}") for code in codes), "en")


def number(value: int) -> str:
    """Return a whole number as people write it: in letters up to twenty."""
    return NUMBERS[value] if 0 <= value < len(NUMBERS) else str(value)


def length(term: Term) -> str:
    """Return how long a term is, without its direction: vijf werkdagen."""
    count = abs(term.number)
    return f"{number(count)} {UNITS[term.unit][count != 1]}"


def within(term: StageTerm) -> str:
    """Return by when something must follow: binnen vijf werkdagen."""
    if term is None:
        return "ooit"
    if isinstance(term, FromLadder):
        return "binnen de termijn van het niveau op de ladder"
    if term.number == 0:
        return "nog dezelfde dag" if term.is_by_day else "meteen"
    if term.number < 0:
        return f"al {length(term)} vóór die dag{_shifted(term)}"
    return f"binnen {length(term)}{_shifted(term)}"


def after(term: StageTerm) -> str:
    """Return when something comes: na drie werkdagen."""
    if term is None:
        return "nooit"
    if isinstance(term, FromLadder):
        return "op het moment dat het niveau op de ladder noemt"
    if term.number == 0:
        return "aan het eind van dezelfde dag" if term.is_by_day else "meteen"
    if term.number < 0:
        return f"{length(term)} vóór die dag{_shifted(term)}"
    return f"na {length(term)}{_shifted(term)}"


def around(term: StageTerm) -> str:
    """Return when something comes, seen from a day that was named: twee werkdagen na die dag."""
    if term is None or isinstance(term, FromLadder):
        return after(term)
    if term.number == 0:
        return f"op die dag{_shifted(term)}"
    return f"{length(term)} {'vóór' if term.number < 0 else 'na'} die dag{_shifted(term)}"


def window(length_micros: int) -> str:
    """Return the length of a pattern's window."""
    if length_micros % DAY == 0:
        return length(Term("days", length_micros // DAY))
    return length(Term("hours", length_micros // CLOCK_UNITS["hours"]))


def listed(parts: Sequence[str], last: str) -> str:
    """Return parts as people say them: a, b of c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def event(name: str) -> str:
    """Return the Dutch name of an event type."""
    known = event_types().get(name)
    return known.nl if known else name


def events(names: Iterable[str]) -> str:
    """Return the Dutch names of event types: a, b of c."""
    return listed([event(name) for name in names], "of")


def matched(matcher: Matcher) -> str:
    """Return which events are meant, with the values that their fields must have."""
    parts = []
    for name, choices in matcher.by_type.items():
        for where in choices:
            conditions = [f"{one} = {_allowed(name, one, values)}" for one, values in where]
            parts.append(event(name) + (f" ({listed(conditions, 'en')})" if conditions else ""))
    return listed(parts, "of")


def told(steps: Sequence[Step], words: Words) -> str:
    """Return who is told when: de behandelaar; na één werkdag de monitoring."""
    parts = [words.role(one.to) if one.after is None else f"{after(one.after)} {words.role(one.to)}" for one in steps]
    return "; ".join(parts) or NOBODY


def counted_by(name: str | None) -> str:
    """Return what a rule counts by."""
    return "" if name is None else COUNTED_BY.get(name, f"`{name}`")


def period(first: int, last: int | None) -> str:
    """Return a period of days in words."""
    begin = f"vanaf {day_in_words(date_of(first))}"
    return f"{begin}, zonder einddatum" if last is None else f"{begin} tot en met {day_in_words(date_of(last))}"


def sentence(text: str) -> str:
    """Return a text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def _shifted(term: Term) -> str:
    return " (valt dat op een vrije dag: de eerstvolgende werkdag)" if term.shift else ""


def _allowed(event_name: str, name: str, values: Iterable[object]) -> str:
    codes = _codes(event_name, name)
    return listed(sorted(codes.get(value, _plain(value)) for value in values), "of")


def _codes(event_name: str, name: str) -> Mapping[object, str]:
    known = event_types().get(event_name)
    fields = known.schema["fields"] if known else ()
    codes = next((one.get("codes") for one in fields if one.get("data_name", one["name"]) == name), None)
    return {comparable(code): word for code, word in codes.items()} if isinstance(codes, dict) else {}


def _plain(value: object) -> str:
    if isinstance(value, tuple) and value[:1] == ("flag",):
        return "ja" if value[1] else "nee"
    return "geen waarde" if value == comparable(None) else str(value)
