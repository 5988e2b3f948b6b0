"""Whether the files together always hold: no gap between versions, no place or phase forgotten, no calendar that runs out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rulebook import wording
from rulebook.agreements import Agreements
from rulebook.checking_rules import due
from rulebook.checking_versions import versions
from rulebook.dutch import day_in_words
from rulebook.errors import CannotCount
from rulebook.finding import ERROR, NOTE, WARNING, Finding, Places
from rulebook.instants import add_months, date_of
from rulebook.rules import CLOSED, PHASES, Agreement, Due, Rule
from rulebook.wording import Words

AHEAD_MONTHS = 24
YEAR = 366


def findings(files: Sequence[Agreement], on: int, places: Mapping[str, Places], words: Words) -> Iterator[Finding]:
    """Yield what is odd in all files together, seen from a day."""
    yield from versions(files, on, places, words)
    yield from _municipalities(files, on, places, words)
    yield from _silences(files, on, places, words)
    yield from _shared_places(files, on, places, words)
    yield from _legal(files, on, places)
    yield from _calendars(files, on, places)


def _municipalities(
    files: Sequence[Agreement], on: int, places: Mapping[str, Places], words: Words
) -> Iterator[Finding]:
    listed: set[str] = set()
    for one in files:
        unknown = sorted((one.municipalities or frozenset()) - words.municipalities.keys())
        for code in unknown if words.municipalities else ():
            sentence = f"Gemeente {code} is hier niet bekend; klopt het nummer?"
            yield places[one.source.file].finding(WARNING, "gebied", "applies_to", sentence)
        if one.is_valid_on(on):
            listed |= one.municipalities or frozenset()
    missing = sorted(words.municipalities.keys() - listed)
    if missing:
        sentence = (
            f"Voor {words.places(missing)} is er geen regionale afspraak die op {_said(on)} geldt; "
            "daar tellen alleen de landelijke regels."
        )
        yield _first(files, places).finding(NOTE, "gebied", "applies_to", sentence)


def _silences(files: Sequence[Agreement], on: int, places: Mapping[str, Places], words: Words) -> Iterator[Finding]:
    """Every open case must be listened to, in every phase: else a family can get out of sight."""
    everything = Agreements(files)
    forgotten: dict[tuple[str, ...], list[str]] = {}
    codes = words.municipalities.keys() | {code for one in files for code in one.municipalities or ()}
    for code in (None, *sorted(codes)):
        rules = everything.plan(code).choose(on).values()
        heard = {phase for rule in rules for phase in rule.listens_in}
        missing = tuple(words.phase(phase) for phase in PHASES if phase != CLOSED and phase not in heard)
        if missing:
            forgotten.setdefault(missing, []).append(code or "")
    for phases, where in forgotten.items():
        place = "gemeenten die nergens genoemd zijn" if where == [""] else words.places(code for code in where if code)
        sentence = (
            f"Er is geen stilteregel voor de fase {wording.listed(phases, 'en')} in {place}; "
            "een gezin kan daar ongemerkt uit het zicht raken."
        )
        yield _first(files, places).finding(ERROR, "stilte", "rules", sentence)


def _shared_places(
    files: Sequence[Agreement], on: int, places: Mapping[str, Places], words: Words
) -> Iterator[Finding]:
    regional = [one for one in files if one.municipalities is not None and one.is_valid_on(on)]
    for place, one in enumerate(regional):
        for other in regional[place + 1 :]:
            shared = (one.municipalities or frozenset()) & (other.municipalities or frozenset())
            rules = sorted(one.rules.keys() & other.rules.keys())
            if one.id != other.id and shared and rules:
                sentence = (
                    f"{words.places(shared)} staat ook in {other.id} versie {other.version}, met dezelfde "
                    f"{'regel' if len(rules) == 1 else 'regels'} {wording.listed(rules, 'en')}. Het is niet aan het toeval "
                    "welke telt: de hoogste versie, en daarna de naam die het laatst komt. Is dat de bedoeling?"
                )
                yield places[one.source.file].finding(WARNING, "gebied", "applies_to", sentence)


def _legal(files: Sequence[Agreement], on: int, places: Mapping[str, Places]) -> Iterator[Finding]:
    national = Agreements(one for one in files if one.municipalities is None).plan(None).choose(on)
    for one in files:
        for rule in one.rules.values() if one.municipalities is not None else ():
            law = national.get(rule.id)
            if law is None or not law.legal:
                continue
            place = places[one.source.file]
            if not rule.legal:
                sentence = "Landelijk is dit een wettelijke termijn; hier niet, en dan kan hij worden uitgesteld."
                yield place.finding(ERROR, "wet", f"rules[{rule.id}]", sentence)
            if _is_longer(rule, law, on):
                sentence = "Deze termijn is langer dan de wettelijke termijn in het landelijke bestand."
                yield place.finding(ERROR, "wet", f"rules[{rule.id}].breach", sentence)


def _is_longer(rule: Rule, law: Rule, on: int) -> bool:
    if not isinstance(rule, Due) or not isinstance(law, Due):
        return False
    for day in range(on, on + YEAR):
        try:
            here, there = due(rule, rule.breach, day), due(law, law.breach, day)
        except CannotCount:
            return False
        if there is not None and (here is None or here > there):
            return True
    return False


def _calendars(files: Sequence[Agreement], on: int, places: Mapping[str, Places]) -> Iterator[Finding]:
    ahead = add_months(on, AHEAD_MONTHS)
    told: set[str] = set()
    for one in files:
        calendar = one.source.calendar
        short = sorted(rule.id for rule in one.rules.values() if isinstance(rule, Due) and _runs_out(rule, on, ahead))
        if calendar.name in told or not (short or calendar.last < ahead):
            continue
        told.add(calendar.name)
        sentence = f"De kalender {calendar.name} loopt tot en met {_said(calendar.last)}."
        if short:
            sentence += f" Binnen twee jaar kunnen termijnen niet meer geteld worden: {wording.listed(short, 'en')}."
        yield places[one.source.file].finding(WARNING, "kalender", "calendar", f"{sentence} Vul de kalender aan.")


def _runs_out(rule: Due, on: int, ahead: int) -> bool:
    try:
        for day in (on, ahead):
            due(rule, rule.warn, day)
            due(rule, rule.breach, day)
    except CannotCount:
        return True
    return False


def _first(files: Iterable[Agreement], places: Mapping[str, Places]) -> Places:
    """Return the file to name for what is in none: a national one, where there is one."""
    return places[min(files, key=lambda one: (one.municipalities is not None, one.source.file)).source.file]


def _said(day: int) -> str:
    return day_in_words(date_of(day))
