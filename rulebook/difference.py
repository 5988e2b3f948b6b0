"""Two versions of the agreements, and what is different between them in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rulebook import rule_words, telling, wording
from rulebook.rules import Agreement, Ladder, Rule
from rulebook.wording import Words

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where it is, which aspect, what it was and what it becomes, and a sentence that says so."""

    kind: str
    agreement: str
    rule: str
    aspect: str
    before: str
    after: str
    sentence: str


def between(before: Iterable[Agreement], after: Iterable[Agreement], words: Words) -> list[Difference]:
    """Return what differs between the newest version of each agreement before and after."""
    old, new = _newest(before), _newest(after)
    found: list[Difference] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(_whole(REMOVED, old[name], "vervalt"))
        elif name not in old:
            found.append(_whole(ADDED, new[name], "is nieuw"))
        else:
            found += _inside(old[name], new[name], words)
    return found


def _newest(files: Iterable[Agreement]) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for one in files:
        if one.id not in found or found[one.id].version < one.version:
            found[one.id] = one
    return found


def _whole(kind: str, one: Agreement, verb: str) -> Difference:
    text = f"De afspraak {one.source.title or one.id} ({one.id}, versie {one.version}, {len(one.rules)} regels) {verb}."
    return Difference(kind, one.id, "", "", "", "", text)


def _inside(old: Agreement, new: Agreement, words: Words) -> Iterator[Difference]:
    found = [*_heads(old, new, words), *_rules(old, new, words), *_ladders(old, new, words)]
    if found and old.version == new.version:
        text = f"Let op: beide zijn versie {new.version} van {new.id}, maar ze zijn niet gelijk."
        text += " Een afspraak die al geldt verandert niet; geef de nieuwe een hoger nummer."
        yield Difference(CHANGED, new.id, "", "de versie", str(old.version), str(new.version), text)
    yield from found


def _heads(old: Agreement, new: Agreement, words: Words) -> Iterator[Difference]:
    before, after = _head(old, words), _head(new, words)
    for aspect, value in after.items():
        if before[aspect] != value:
            text = f"{new.id}, {aspect}: eerst “{before[aspect] or 'niets'}”, straks “{value or 'niets'}”."
            yield Difference(CHANGED, new.id, "", aspect, before[aspect], value, text)


def _head(one: Agreement, words: Words) -> Mapping[str, str]:
    return {
        "de versie": str(one.version),
        "de titel": one.source.title,
        "de geldigheid": wording.period(one.valid_from, one.valid_to),
        "het gebied": words.places(one.municipalities),
        "de kalender": one.source.calendar.name,
    }


def _rules(old: Agreement, new: Agreement, words: Words) -> Iterator[Difference]:
    for rule_id in {**old.rules, **new.rules}:
        before, after = old.rules.get(rule_id), new.rules.get(rule_id)
        if before is None and after is not None:
            text = f"Nieuw: {_name(after)}. {rule_words.in_words(after, words)}"
            yield Difference(ADDED, new.id, rule_id, "", "", rule_words.in_words(after, words), text)
        elif after is None and before is not None:
            text = f"Vervalt: {_name(before)}. {rule_words.in_words(before, words)}"
            yield Difference(REMOVED, new.id, rule_id, "", rule_words.in_words(before, words), "", text)
        elif before is not None and after is not None:
            yield from _changed(before, after, new.id, words)


def _changed(before: Rule, after: Rule, agreement: str, words: Words) -> Iterator[Difference]:
    old, new = rule_words.aspects(before, words), rule_words.aspects(after, words)
    for aspect in {**old, **new}:
        was, becomes = old.get(aspect, ""), new.get(aspect, "")
        if was != becomes:
            text = f"{_name(after)}, {aspect}: eerst “{was or 'niets'}”, straks “{becomes or 'niets'}”."
            yield Difference(CHANGED, agreement, after.id, aspect, was, becomes, text)


def _ladders(old: Agreement, new: Agreement, words: Words) -> Iterator[Difference]:
    before, after = old.source.ladders, new.source.ladders
    for ladder_id in {**before, **after}:
        if ladder_id not in before:
            yield Difference(ADDED, new.id, "", f"ladder {ladder_id}", "", "", f"Nieuw: ladder {ladder_id}.")
        elif ladder_id not in after:
            yield Difference(REMOVED, new.id, "", f"ladder {ladder_id}", "", "", f"Vervalt: ladder {ladder_id}.")
        else:
            yield from _levels(before[ladder_id], after[ladder_id], new.id, words)


def _levels(before: Ladder, after: Ladder, agreement: str, words: Words) -> Iterator[Difference]:
    old, new = telling.ladder_aspects(before, words), telling.ladder_aspects(after, words)
    for aspect in {**old, **new}:
        was, becomes = old.get(aspect, "niets"), new.get(aspect, "niets")
        if was != becomes:
            text = f"Ladder {after.id}, {aspect}: eerst “{was or 'niets'}”, straks “{becomes or 'niets'}”."
            yield Difference(CHANGED, agreement, "", f"ladder {after.id}, {aspect}", was, becomes, text)


def _name(rule: Rule) -> str:
    return f"{rule.id} {rule.title}".rstrip()
