"""Whether each rule can do what it promises: terms that can be met, warnings that come in time, sentences that fill."""

from collections.abc import Iterator

from rulebook import kind, why
from rulebook.dutch import day_in_words
from rulebook.errors import CannotCount
from rulebook.finding import ERROR, NOTE, WARNING, Finding, Places
from rulebook.instants import DAY, date_of, day_start
from rulebook.rules import Agreement, Due, FromLadder, Rule, StageTerm
from rulebook.terms import Term
from waakvlam.catalogue import event_types

YEAR = 366


def findings(agreement: Agreement, on: int, places: Places) -> Iterator[Finding]:
    """Yield what is odd in the rules of one file, each rule by itself."""
    for rule in agreement.rules.values():
        yield from _words(rule, places)
        if isinstance(rule, Due):
            yield from _stages(rule, on, places)
        yield from kind.of(rule).findings(on, places)


def due(rule: Due, term: StageTerm, day: int) -> int | None:
    """Return when a stage is due for something that starts at noon of a day; nothing where a ladder or nobody tells."""
    if term is None or isinstance(term, FromLadder):
        return None
    calendar = rule.source.calendar
    return term.from_day(day, calendar) if term.is_by_day else term.from_instant(day_start(day) + DAY // 2, calendar)


def _stages(rule: Due, on: int, places: Places) -> Iterator[Finding]:
    if rule.breach is None:
        sentence = "Er is alleen een waarschuwing; er wordt nooit verteld dat het te laat is."
        yield places.finding(WARNING, "termijnen", f"rules[{rule.id}].breach", sentence)
    if not rule.is_around_day:
        for name, term in (("warn", rule.warn), ("breach", rule.breach)):
            if isinstance(term, Term) and term.number < 0:
                sentence = "Deze termijn ligt vóór de gebeurtenis waarna hij telt; dat kan niet gehaald worden."
                yield places.finding(ERROR, "termijnen", f"rules[{rule.id}].{name}", sentence)
    yield from _order(rule, on, places)


def _order(rule: Due, on: int, places: Places) -> Iterator[Finding]:
    days = range(on, on + YEAR)
    pairs = [(day, *_both(rule, day)) for day in days]
    counted = [(day, warn, breach) for day, warn, breach in pairs if warn is not None and breach is not None]
    behind = [day for day, warn, breach in counted if warn >= breach]
    field = f"rules[{rule.id}].warn"
    if behind and len(behind) == len(counted):
        sentence = "De waarschuwing komt niet vóór het einde van de termijn; zo wordt er nooit gewaarschuwd."
        yield places.finding(ERROR, "termijnen", field, sentence)
    elif behind:
        sentence = f"Niet altijd komt de waarschuwing vóór het einde van de termijn, bijvoorbeeld niet vanaf {_said(behind[0])}."
        yield places.finding(WARNING, "termijnen", field, sentence)


def _both(rule: Due, day: int) -> tuple[int | None, int | None]:
    try:
        return due(rule, rule.warn, day), due(rule, rule.breach, day)
    except CannotCount:  # the calendar is looked at by itself
        return None, None


def _words(rule: Rule, places: Places) -> Iterator[Finding]:
    for key, name, value in (
        ("title", "titel", rule.title),
        ("why", "uitleg", rule.why),
        ("basis", "bron", rule.basis),
    ):
        if not value:
            yield places.finding(NOTE, "uitleg", f"rules[{rule.id}].{key}", f"Er staat geen {name} bij deze regel.")
    field = f"rules[{rule.id}].why"
    try:
        names = why.blanks(rule.why) - why.BLANKS
    except ValueError:
        yield places.finding(ERROR, "uitleg", field, "In de uitleg staat een accolade die geen invulplek is.")
        return
    known, personal = _fields(rule)
    for name in sorted(names & personal):
        sentence = f"De invulplek {{{name}}} laat een gegeven over een persoon zien; dat mag niet in een alarm staan."
        yield places.finding(ERROR, "uitleg", field, sentence)
    for name in sorted(names - personal - known):
        sentence = f"De invulplek {{{name}}} wordt door geen gebeurtenis gevuld; er komt “{why.UNKNOWN}” te staan."
        yield places.finding(WARNING, "uitleg", field, sentence)


def _fields(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """Return the fields that every start of a rule has, and those that tell of a person in any of them."""
    names = rule.begins_with().by_type
    fields = [event_types()[name].data_fields for name in names if name in event_types()]
    personal = frozenset(field.data_name for one in fields for field in one if field.personal)
    shared = [{field.data_name for field in one} for one in fields]
    return frozenset(set.intersection(*shared) if shared else ()), personal


def _said(day: int) -> str:
    return day_in_words(date_of(day))
