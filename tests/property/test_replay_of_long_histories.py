"""A history that does not stay in memory gives the same rows and the same refusals as one that does."""

import json
import random
from itertools import chain

import pytest

from rulebook import spool
from rulebook.agreements import load
from rulebook.errors import CannotCount, HistoryError
from rulebook.instants import parse_instant
from rulebook.replay import replay
from tests.oracle import compare, histories

SEEDS = range(700_000, 700_060)


def rows(agreements, lines, until, held):
    """Return the rows, or what is wrong; of terms that cannot be counted it is not told which comes first."""
    try:
        return list(replay(agreements, lines, until, held=held))
    except HistoryError as error:
        return str(error)
    except CannotCount as error:
        return error.calendar


def together(seed, folder):
    """Return agreements and the lines of three families at once, some told twice, in no order."""
    story = histories.tell(seed)
    compare.write(story, folder)
    chance = random.Random(seed)
    lines = [json.dumps(family_of(one, name)) for name in ("", "x", "yé") for one in story.events]
    lines += chance.sample(lines, len(lines) // 5)
    chance.shuffle(lines)
    return load(folder), lines, parse_instant(story.until) if story.until else None


def family_of(event, name):
    """Return an event as another family would have it."""
    case = event.get("case")
    return {**event, "id": event["id"] + name, "case": case and case + name}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_rows_in_the_same_order_however_little_is_held(seed, tmp_path, monkeypatch):
    agreements, lines, until = together(seed, tmp_path)
    monkeypatch.setattr(spool, "PARTS", 5)
    monkeypatch.setattr(spool, "BLOCK", 2)
    monkeypatch.setattr(spool, "SMALL", 100)
    all_held = rows(agreements, lines, until, len(lines))

    for held in (0, 7, len(lines) // 2):
        assert rows(agreements, lines, until, held) == all_held


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_the_first_line_that_cannot_be_taken_is_named_however_little_is_held(seed, tmp_path):
    agreements, lines, until = together(seed, tmp_path)
    chance = random.Random(seed)
    wrong = (spoilt(chance, lines) for _ in range(3))
    for line in chain(wrong, ["{"]):
        lines.insert(chance.randrange(len(lines)), line)
    all_held = rows(agreements, lines, until, len(lines))

    assert all_held.startswith("line ")
    for held in (0, 7, len(lines) // 2):
        assert rows(agreements, lines, until, held) == all_held


def spoilt(chance, lines):
    """Return a line that says something else under the same id."""
    return json.dumps({**json.loads(chance.choice(lines)), "agency": "another"})
