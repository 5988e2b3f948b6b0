"""Read rules: the keys of each kind, event types and fields that the catalogue knows, nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rulebook.entries import Entry, optional_text
from rulebook.reading_terms import read_stage_term, read_steps, read_term
from rulebook.rules import (
    FROM_LADDER,
    MARKERS,
    NOTHING,
    PHASES,
    DateRule,
    Matcher,
    MomentsRule,
    PatternRule,
    Rule,
    SilenceRule,
    Source,
    Step,
    TermRule,
    Where,
)
from rulebook.terms import CLOCK_UNITS
from rulebook.values import comparable

_COMMON = ("id", "kind", "title", "why", "basis", "legal", "to", "weight", "if_case")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "term": ("from", "until", "per", "warn", "breach", "already"),
    "date": ("from", "until", "per", "warn", "breach", "due_field"),
    "moments": ("from", "until", "warn", "breach", "at", "then_every", "ends"),
    "silence": ("phases", "ignore", "warn", "breach"),
    "pattern": ("of", "count", "agencies", "window", "after"),
}
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "term": ("from", "until"),
    "date": ("from", "until", "due_field"),
    "moments": ("from", "until", "at"),
    "silence": ("phases",),
    "pattern": ("of", "count", "window"),
}
_WEIGHT = 3
_DAY = 24 * CLOCK_UNITS["hours"]


@dataclass(frozen=True, slots=True)
class Reader:
    """What a rule is read with: its file, the file's attention lists, and the fields that each event type has."""

    source: Source
    attention: Mapping[str, tuple[Step, ...]]
    fields: Mapping[str, frozenset[str]]


def read_rule(entry: Entry, reader: Reader) -> Rule:
    """Return the rule that stands here. Raises AgreementError."""
    told = entry.keys()
    if "id" in told and told["id"].is_text:
        entry = entry.named(f"rules[{told['id'].text()}]")
        told = entry.keys()
    kind = told["kind"].text() if "kind" in told else "term"
    if kind not in _KEYS:
        raise told["kind"].refuse(f"unknown kind; known are {', '.join(_KEYS)}")
    found = entry.record((*_COMMON, *_KEYS[kind]), required=("id", *_REQUIRED[kind]))
    if kind in {"term", "date", "moments", "silence"} and not ({"warn", "breach"} & set(found)):
        raise entry.refuse("needs warn, breach or both")
    return _KINDS[kind](found, reader)


def _common(found: Mapping[str, Entry], reader: Reader) -> dict[str, Any]:
    weight = found["weight"].whole() if "weight" in found else _WEIGHT
    if not 1 <= weight <= 5:
        raise found["weight"].refuse("must be 1, 2, 3, 4 or 5")
    if_case = optional_text(found, "if_case") or None
    if if_case not in {None, "has_child"}:
        raise found["if_case"].refuse("must be has_child")
    return {
        "source": reader.source,
        "line": found["id"].line,
        "id": found["id"].text(),
        "title": optional_text(found, "title"),
        "why": optional_text(found, "why"),
        "basis": optional_text(found, "basis"),
        "legal": _flag(found, "legal"),
        "weight": weight,
        "steps": _steps(found, reader),
        "if_case": if_case,
    }


def _steps(found: Mapping[str, Entry], reader: Reader) -> tuple[Step, ...]:
    if "to" in found and found["to"].is_list:
        return read_steps(found["to"])
    name = found["to"].text() if "to" in found else "default"
    if name not in reader.attention:
        raise found.get("to", found["id"]).refuse(f"there is no list {name} under attention")
    return reader.attention[name]


def _read_term(found: Mapping[str, Entry], reader: Reader) -> Rule:
    start, until = _matcher(found["from"], reader), _matcher(found["until"], reader)
    rule = TermRule(
        **_common(found, reader),
        **_stages(found, of_days=False, may_be_from_ladder=True),
        start=start,
        until=until,
        per=_shared_field(found, "per", (start, until), reader),
        already=_flag(found, "already"),
    )
    if FROM_LADDER in (rule.warn, rule.breach):
        for name in start.by_type:
            if not reader.fields[name] >= {"ladder", "level"}:
                raise found["from"].refuse(f"{name} names no ladder and level to take a term from")
    return rule


def _read_date(found: Mapping[str, Entry], reader: Reader) -> Rule:
    start, until = _matcher(found["from"], reader), _matcher(found["until"], reader)
    due_field = _shared_field(found, "due_field", (start,), reader)
    assert due_field is not None, "due_field is required"
    return DateRule(
        **_common(found, reader),
        **_stages(found, of_days=True, may_be_from_ladder=False),
        start=start,
        until=until,
        per=_shared_field(found, "per", (start, until), reader),
        due_field=due_field,
    )


def _read_moments(found: Mapping[str, Entry], reader: Reader) -> Rule:
    at = tuple(read_term(one, of_days=True) for one in found["at"].items())
    if not at:
        raise found["at"].refuse("needs at least one moment")
    then_every = None
    if "then_every" in found and not found["then_every"].is_null:
        then_every = read_term(found["then_every"], of_days=True)
        if then_every.number <= 0:
            raise found["then_every"].refuse("must be positive")
        if then_every.unit != at[-1].unit:
            raise found["then_every"].refuse(f"must be in {at[-1].unit}, as the last entry of at")
    return MomentsRule(
        **_common(found, reader),
        **_stages(found, of_days=True, may_be_from_ladder=False),
        start=_matcher(found["from"], reader),
        until=_matcher(found["until"], reader),
        ends=_matcher(found["ends"], reader, may_be_empty=True) if "ends" in found else NOTHING,
        at=at,
        then_every=then_every,
    )


def _read_silence(found: Mapping[str, Entry], reader: Reader) -> Rule:
    phases = frozenset(one.text() for one in found["phases"].items())
    for one in found["phases"].items():
        if one.text() not in PHASES:
            raise one.refuse(f"unknown phase; known are {', '.join(PHASES)}")
    if not phases:
        raise found["phases"].refuse("needs at least one phase")
    for one in found["ignore"].items() if "ignore" in found else ():
        if _known_type(one, reader) in MARKERS:
            raise one.refuse(f"{one.text()} is always heard")
    return SilenceRule(
        **_common(found, reader),
        **_stages(found, of_days=False, may_be_from_ladder=False),
        phases=phases,
        ignore=frozenset(one.text() for one in found["ignore"].items()) if "ignore" in found else frozenset(),
    )


def _read_pattern(found: Mapping[str, Entry], reader: Reader) -> Rule:
    window = read_term(found["window"])
    if window.unit not in {"days", "hours"} or window.shift or window.number <= 0:
        raise found["window"].refuse("must be a positive number of days (of 24 hours) or hours")
    after = within = None
    if "after" in found and not found["after"].is_null:
        told = found["after"].record(("types", "within"), required=("types", "within"))
        after, within = _matcher(told["types"], reader), read_term(told["within"])
    return PatternRule(
        **_common(found, reader),
        of=_matcher(found["of"], reader),
        count=_positive(found["count"]),
        agencies=_positive(found["agencies"]) if "agencies" in found else 1,
        window=window.number * (_DAY if window.unit == "days" else CLOCK_UNITS["hours"]),
        after=after,
        within=within,
    )


_KINDS: Mapping[str, Callable[[Mapping[str, Entry], Reader], Rule]] = {
    "term": _read_term,
    "date": _read_date,
    "moments": _read_moments,
    "silence": _read_silence,
    "pattern": _read_pattern,
}


def _stages(found: Mapping[str, Entry], *, of_days: bool, may_be_from_ladder: bool) -> dict[str, Any]:
    return {
        stage: read_stage_term(found.get(stage), of_days=of_days, may_be_from_ladder=may_be_from_ladder)
        for stage in ("warn", "breach")
    }


def _matcher(entry: Entry, reader: Reader, *, may_be_empty: bool = False) -> Matcher:
    entries = [_typed(one, reader) for one in entry.items()]
    if not entries and not may_be_empty:
        raise entry.refuse("names no event type")
    return Matcher(entries)


def _typed(entry: Entry, reader: Reader) -> tuple[str, Where]:
    if not entry.is_mapping:
        return _known_type(entry, reader), ()
    found = entry.record(("type", "where"), required=("type",))
    name = _known_type(found["type"], reader)
    if "where" not in found or found["where"].is_null:
        return name, ()
    where = []
    for field, value in found["where"].keys().items():
        if field not in reader.fields[name]:
            raise value.refuse(f"{name} has no field {field}")
        allowed = [one.json() for one in (value.items() if value.is_list else (value,))]
        if not allowed:
            raise value.refuse("allows no value")
        where.append((field, frozenset(comparable(one) for one in allowed)))
    return name, tuple(where)


def _known_type(entry: Entry, reader: Reader) -> str:
    name = entry.text()
    if name not in reader.fields:
        raise entry.refuse(f"unknown event type {name}")
    return name


def _shared_field(found: Mapping[str, Entry], key: str, matchers: tuple[Matcher, ...], reader: Reader) -> str | None:
    if key not in found or found[key].is_null:
        return None
    field = found[key].text()
    for matcher in matchers:
        for name in matcher.by_type:
            if field not in reader.fields[name]:
                raise found[key].refuse(f"{name} has no field {field}")
    return field


def _positive(entry: Entry) -> int:
    number = entry.whole()
    if number < 1:
        raise entry.refuse("must be at least 1")
    return number


def _flag(found: Mapping[str, Entry], key: str) -> bool:
    return key in found and found[key].flag()
