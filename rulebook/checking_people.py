"""Whether somebody is told in the end: attention lists that reach a manager, ladders without holes."""

from collections.abc import Iterator
from itertools import pairwise

from rulebook import wording
from rulebook.entries import Entry
from rulebook.errors import CannotCount
from rulebook.finding import ERROR, NOTE, WARNING, Finding, Places
from rulebook.instants import DAY, day_start
from rulebook.reading_terms import read_steps
from rulebook.rules import Agreement, Due, FromLadder, Ladder, Level, Step
from rulebook.terms import Term
from rulebook.wording import Words

# A role with one of these words in its name answers for the work of others, so an alarm may end there.
ANSWERS_FOR_OTHERS = ("manager", "director", "directeur", "policy_officer", "alderman", "mayor", "process_director")


def findings(agreement: Agreement, on: int, places: Places, words: Words) -> Iterator[Finding]:
    """Yield what is odd in the attention lists and ladders of one file."""
    noon = day_start(on) + DAY // 2
    used = places.names_used()
    for name, entry in places.lists.items():
        steps = read_steps(entry)
        yield from _steps(steps, f"attention.{name}", agreement, noon, places, words)
        if name not in used:
            yield places.finding(NOTE, "aandacht", f"attention.{name}", "Geen enkele regel gebruikt deze lijst.")
    for rule_id, entry in _own_lists(places):
        yield from _steps(read_steps(entry), f"rules[{rule_id}].to", agreement, noon, places, words)
    yield from _ladders(agreement, noon, places)


def _own_lists(places: Places) -> Iterator[tuple[str, Entry]]:
    for one in places.rules():
        keys = one.keys()
        if "to" in keys and keys["to"].is_list:
            yield keys["id"].text(), keys["to"]


def _steps(
    steps: tuple[Step, ...], field: str, agreement: Agreement, noon: int, places: Places, words: Words
) -> Iterator[Finding]:
    last = steps[-1].to
    if not any(word in last for word in ANSWERS_FOR_OTHERS):
        sentence = (
            f"De lijst eindigt bij {words.role(last)}. Pakt die het niet op, dan hoort niemand het; "
            "laat de lijst eindigen bij iemand die erover gaat, zoals de teammanager."
        )
        yield places.finding(WARNING, "aandacht", field, sentence)
    try:
        times = [0 if one.after is None else _due(one.after, noon, agreement) for one in steps]
    except CannotCount:
        return
    if any(later < earlier for earlier, later in pairwise(times[1:])):
        sentence = "De stappen staan niet op volgorde; geen stap hoort eerder te komen dan de vorige."
        yield places.finding(WARNING, "aandacht", field, sentence)


def _due(term: Term, noon: int, agreement: Agreement) -> int:
    return term.from_instant(noon, agreement.source.calendar)


def _ladders(agreement: Agreement, noon: int, places: Places) -> Iterator[Finding]:
    ladders = agreement.source.ladders
    guards = [
        rule
        for rule in agreement.rules.values()
        if isinstance(rule, Due) and (isinstance(rule.warn, FromLadder) or isinstance(rule.breach, FromLadder))
    ]
    for rule in guards if not ladders else ():
        sentence = "Deze regel haalt zijn termijn van een ladder, maar in dit bestand staat er geen."
        yield places.finding(ERROR, "ladders", f"rules[{rule.id}]", sentence)
    for ladder in ladders.values():
        if not guards:
            sentence = "Geen enkele regel bewaakt de termijnen van deze ladder (een regel met from_ladder)."
            yield places.finding(WARNING, "ladders", f"ladders[{ladder.id}]", sentence)
        yield from _ladder(ladder, agreement, noon, places)


def _ladder(ladder: Ladder, agreement: Agreement, noon: int, places: Places) -> Iterator[Finding]:
    field = f"ladders[{ladder.id}].levels"
    numbers = [level.nr for level in ladder.levels]
    if not numbers:
        yield places.finding(ERROR, "ladders", field, "Deze ladder heeft geen niveaus.")
    for earlier, later in pairwise(numbers):
        if later != earlier + 1:
            sentence = f"Na niveau {earlier} staat niveau {later}; de nummers horen één voor één op te lopen."
            yield places.finding(ERROR, "ladders", field, sentence)
    for level in ladder.levels:
        yield from _level(level, field, agreement, noon, places)
    if not ladder.reasons:
        yield places.finding(
            NOTE, "ladders", f"ladders[{ladder.id}]", "Er staan geen redenen om te beginnen bij deze ladder."
        )
    for reason in ladder.skip_reasons:
        if reason not in ladder.reasons:
            sentence = f"De reden “{reason}” om een niveau over te slaan staat niet bij de redenen van de ladder."
            yield places.finding(WARNING, "ladders", f"ladders[{ladder.id}].skip_reasons", sentence)


def _level(level: Level, field: str, agreement: Agreement, noon: int, places: Places) -> Iterator[Finding]:
    name = f"Niveau {level.nr} {level.name}".rstrip()
    if level.term is None:
        yield places.finding(
            WARNING, "ladders", field, f"{name} heeft geen termijn; een escalatie kan daar blijven liggen."
        )
    elif level.term.number <= 0:
        yield places.finding(
            ERROR, "ladders", field, f"{name} heeft een termijn van {wording.length(level.term)}; dat is niets."
        )
    elif level.warn is not None:
        try:
            is_behind = _due(level.warn, noon, agreement) >= _due(level.term, noon, agreement)
        except CannotCount:
            is_behind = False
        if is_behind:
            yield places.finding(ERROR, "ladders", field, f"{name} waarschuwt niet vóór het einde van de termijn.")
    if not level.direction:
        yield places.finding(NOTE, "ladders", field, f"Bij {name.lower()} staat niet wie regisseert.")
