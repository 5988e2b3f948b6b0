"""Two engines, one story: run both, and make a story on which they differ as small as it gets."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import yaml

from rulebook import agreements, instants, replay
from rulebook.errors import CannotCount
from tests.oracle import brute_force, terms

CANNOT = ["cannot count"]


def by_hand(story):
    """Return the rows of the second engine."""
    try:
        return brute_force.rows(story.agreements, story.calendars, story.events, story.until)
    except terms.Uncountable:
        return CANNOT


def by_product(story, folder):
    """Return the rows of the product, which reads the agreements from files."""
    write(story, folder)
    lines = [json.dumps(one) for one in story.events]
    until = instants.parse_instant(story.until) if story.until else None
    try:
        return list(replay.replay(agreements.load(folder), lines, until))
    except CannotCount:
        return CANNOT


def write(story, folder):
    """Write the agreements of a story as their files."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "calendars").mkdir(parents=True)
    for one in story.agreements:
        _dump(folder / f"{one['agreement']}-{one['version']}.yaml", one)
    for name, one in story.calendars.items():
        _dump(folder / "calendars" / f"{name}.yaml", one)


def _dump(path: Path, content):
    path.write_text(yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True), "utf-8")


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Plain YAML, without anchors for what is used twice."""

    def ignore_aliases(self, _data):
        return True


def differs(story, folder):
    """Say whether the two engines print other rows for a story."""
    return by_hand(story) != by_product(story, folder)


def smallest(story, folder, differs=differs):
    """Drop events, rules and files one by one, as long as the two engines still differ."""
    shrinks = True
    while shrinks:
        shrinks = False
        for candidate in _smaller(story):
            if _still(candidate, folder, differs):
                story, shrinks = candidate, True
                break
    return story


def _still(story, folder, differs):
    try:
        return differs(story, folder)
    except Exception:  # noqa: BLE001 - what is dropped may be needed by what is left; then it stays
        return False


def _smaller(story):
    for position in range(len(story.events)):
        yield story.without(position)
    files = story.agreements
    for position, file in enumerate(files):
        if len(files) > 1:
            yield replace(story, agreements=files[:position] + files[position + 1 :])
        for number in range(len(file["rules"])):
            rules = file["rules"][:number] + file["rules"][number + 1 :]
            yield replace(story, agreements=[*files[:position], {**file, "rules": rules}, *files[position + 1 :]])


def told(story, folder):
    """Tell a story and what the two engines make of it."""
    parts = [f"seed {story.seed}, until {story.until}"]
    parts += [_line(one) for one in story.agreements]
    parts += [_line(one) for one in sorted(story.events, key=lambda one: (one["recorded_at"], one["id"]))]
    hand, product = by_hand(story), by_product(story, folder)
    parts += ["only the second engine:", *(_line(one) for one in hand if one not in product)]
    parts += ["only the product:", *(_line(one) for one in product if one not in hand)]
    return "\n".join(parts)


def _line(value):
    return json.dumps(value, ensure_ascii=False, default=str)
