"""An agreement as a Dutch page in Markdown: what a work group reads and agrees on, without YAML."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rulebook import rule_words, wording
from rulebook.rules import Agreement, Ladder, Level, Rule
from rulebook.wording import Words

LEVEL_HEAD = ("Niveau", "Wie doet mee", "Wie regisseert", "Besluit", "Waarschuwing", "Overslaan", "Wat men ziet")
A_BLANK = re.compile(r"{(\w+)}")
BLANKS = {
    "agency": "organisatie",
    "since": "dag en tijd",
    "due": "laatste dag",
    "moment": "nummer",
    "signals": "aantal",
    "to_agency": "ontvanger",
}
SEEN = {"none": "niets", "minimal": "alleen het nodigste, zonder namen", "case": "de casus"}


def page(agreement: Agreement, words: Words) -> str:
    """Return the page of one version of an agreement."""
    return "\n".join(_lines(agreement, words)) + "\n"


def _lines(agreement: Agreement, words: Words) -> Iterator[str]:
    source = agreement.source
    yield f"# {source.title or agreement.id}"
    yield ""
    yield f"- Afspraak `{agreement.id}`, versie {agreement.version}"
    yield f"- Geldt {wording.period(agreement.valid_from, agreement.valid_to)}"
    yield f"- Voor {words.places(agreement.municipalities)}"
    yield f"- Werkdagen volgens kalender `{source.calendar.name}`"
    yield ""
    yield "Een termijn in werkdagen of dagen eindigt aan het eind van de laatste dag. De dag van de gebeurtenis telt niet mee."
    yield ""
    yield "## Regels"
    for rule in agreement.rules.values():
        yield ""
        yield from _rule(rule, words)
    if source.ladders:
        yield ""
        yield "## Ladders"
    for ladder in source.ladders.values():
        yield ""
        yield from _ladder(ladder, words)


def _rule(rule: Rule, words: Words) -> Iterator[str]:
    yield f"### {rule.id} {rule.title}".rstrip()
    yield ""
    yield rule_words.in_words(rule, words)
    yield ""
    yield f"- Wie het hoort: {wording.told(rule.steps, words)}"
    yield f"- Gewicht: {rule_words.standing(rule)}"
    if rule.why:
        yield f"- Zo staat het in een alarm: “{A_BLANK.sub(_named, rule.why)}”"
    if rule.basis:
        yield f"- Bron: {rule.basis}"


def _named(found: re.Match[str]) -> str:
    return f"‹{BLANKS.get(found[1], found[1].replace('_', ' '))}›"


def ladder_aspects(ladder: Ladder, words: Words) -> Mapping[str, str]:
    """Return everything that a ladder says, by the name of the aspect; equal ladders have equal aspects."""
    found = {f"niveau {one.nr}": "; ".join(_level(one, words)) for one in ladder.levels}
    return {**found, "de redenen": _codes(ladder.reasons), "redenen om over te slaan": _codes(ladder.skip_reasons)}


def _ladder(ladder: Ladder, words: Words) -> Iterator[str]:
    yield f"### Ladder `{ladder.id}`"
    yield ""
    yield from _table(LEVEL_HEAD, [_level(one, words) for one in ladder.levels])
    if ladder.reasons:
        yield ""
        yield f"Redenen om te beginnen: {_codes(ladder.reasons)}."
    if ladder.skip_reasons:
        yield ""
        yield f"Een niveau overslaan mag alleen bij: {_codes(ladder.skip_reasons)}."


def _level(level: Level, words: Words) -> tuple[str, ...]:
    return (
        f"{level.nr} {level.name}".rstrip(),
        ", ".join(words.role(one) for one in level.participants) or "-",
        words.role(level.direction) if level.direction else "-",
        wording.within(level.term) if level.term else "geen termijn",
        wording.after(level.warn) if level.warn else "-",
        "mag" if level.may_skip else "mag niet",
        SEEN[level.information],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(one.replace('|', '/') for one in row)} |"


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(one.replace("-", " ").replace("_", " ") for one in codes)
