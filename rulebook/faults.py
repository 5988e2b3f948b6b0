"""Everything that is wrong in a folder of agreements, and not only the first thing.

Reading stops at the first fault. Here what is at fault is noted and put out of the way, and the file is read again, until
nothing is wrong any more. So each rule and each ladder tells one fault at a time, and the head of a file all of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from rulebook.calendar import Calendar
from rulebook.entries import Entry, read
from rulebook.errors import AgreementError
from rulebook.instants import parse_day
from rulebook.reading import agreement_files, known_fields, read_agreement
from rulebook.rules import Agreement

FAULTS_MAX = 500
# What stands in for a part of the head that is at fault, so that the rest can be read.
STAND_INS: Mapping[str, str] = {
    "agreement": "onbekend",
    "version": "0",
    "title": "onbekend",
    "valid_from": "1900-01-01",
    "valid_to": "null",
    "applies_to": "all",
    "calendar": "onbekend",
    "attention": "{default: [{to: worker}]}",
    "ladders": "[]",
    "rules": "[]",
}
STAND_IN_STEPS = "[{to: worker}]"
PART = re.compile(r"[^.\[]+")  # of the name of a field, such as attention.default[0].after


@dataclass(frozen=True, slots=True)
class Seen:
    """What a folder holds: the agreements that are whole, with their text as entries, and every fault of the others."""

    agreements: tuple[Agreement, ...]
    entries: Mapping[str, Entry]
    faults: tuple[AgreementError, ...]


def look(folder: Path, *, fields: Mapping[str, frozenset[str]] | None = None) -> Seen:
    """Return what a folder holds and everything that is wrong with it."""
    known = known_fields() if fields is None else fields
    calendars: dict[str, Calendar] = {}
    agreements: dict[tuple[str, int], Agreement] = {}
    entries: dict[str, Entry] = {}
    faults: list[AgreementError] = []
    for path in agreement_files(folder):
        one, entry, found = _whole(path, calendars, known)
        told = {fault.args for fault in faults}
        faults += sorted(
            (fault for fault in found if fault.args not in told), key=lambda fault: (fault.file, fault.line)
        )
        if one is None or entry is None:
            continue
        same = agreements.setdefault((one.id, one.version), one)
        entries[one.source.file] = entry
        if same is not one:
            reason = f"version {one.version} of agreement {one.id} stands in {same.source.file} already"
            faults.append(entry.keys()["version"].refuse(reason))
    if not agreements and not faults:
        faults.append(AgreementError(file=str(folder), line=1, field="folder", reason="holds no agreements"))
    return Seen(tuple(agreements.values()), entries, tuple(faults))


def _whole(
    path: Path, calendars: dict[str, Calendar], known: Mapping[str, frozenset[str]]
) -> tuple[Agreement | None, Entry | None, list[AgreementError]]:
    """Return an agreement that is whole, or all its faults."""
    found: list[AgreementError] = []
    try:
        entry = read(path)
    except AgreementError as error:
        return None, None, [error]
    while len(found) < FAULTS_MAX:
        try:
            one = read_agreement(entry, folder=path.parent, calendars=calendars, known=known)
        except AgreementError as error:
            if error.args in {other.args for other in found}:
                break
            found.append(error)
            _put_away(entry, error, calendars)
        else:
            return (None if found else one), entry, found
    return None, entry, found


def _put_away(entry: Entry, error: AgreementError, calendars: dict[str, Calendar]) -> None:
    """Take what is at fault out of the text, or put something in its place that can be read."""
    node = entry.node
    assert isinstance(node, yaml.MappingNode), "a file is a mapping"
    top, *beneath = PART.findall(error.field)
    if error.file != entry.file:
        name = Path(error.file).stem
        calendars[name] = _stand_in_calendar(name)
    elif error.reason == "stands here twice" and "." not in error.field:
        node.value = [pair for pair in node.value if _line(pair[0]) != error.line]
    elif error.field.startswith(("rules[", "ladders[")):
        _put_item_away(_value(node, top), error.line)
    elif error.field.startswith("attention."):
        _set(_value(node, "attention"), beneath[0], STAND_IN_STEPS)
    elif top in STAND_INS:
        _set(node, top, STAND_INS[top])
        if top == "calendar":
            calendars[STAND_INS[top]] = _stand_in_calendar(STAND_INS[top])
    else:
        node.value = [pair for pair in node.value if pair[0].value != top]


def _value(node: yaml.MappingNode, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in node.value if name.value == key)
    return found


def _put_item_away(node: yaml.Node, line: int) -> None:
    """Put the item of a list on which a line lies out of the way; ladders keep their places, by which they are named."""
    assert isinstance(node, yaml.SequenceNode), "only the items of a list are named by their place"
    place = max((place for place, one in enumerate(node.value) if _line(one) <= line), default=None)
    if place is None:
        return  # an alias of something written above the list: that fault stays, and is told once
    stands_for = node.value.pop(place)
    if isinstance(stands_for, yaml.MappingNode) and any(key.value == "levels" for key, _ in stands_for.value):
        node.value.insert(place, yaml.compose(f"{{id: 'ladder {line}', levels: []}}", Loader=yaml.SafeLoader))
        node.value[place].start_mark = stands_for.start_mark


def _set(node: yaml.Node, key: str, text: str) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    value = yaml.compose(text, Loader=yaml.SafeLoader)
    kept = [pair for pair in node.value if pair[0].value != key]
    mark = node.start_mark
    name = yaml.ScalarNode("tag:yaml.org,2002:str", key, mark, mark)
    node.value = [*kept, (name, value)]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _stand_in_calendar(name: str) -> Calendar:
    first, last = parse_day("2000-01-01"), parse_day("2060-12-31")
    assert first is not None, "a day that exists"
    assert last is not None, "a day that exists"
    return Calendar(name, first=first, last=last, days_off={})
