"""The product and a second engine, written from the rule book alone, print the same rows for any history."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.oracle import compare, corners, histories

# More of them: WAAKVLAM_HISTORIES=20000; others: WAAKVLAM_FIRST_SEED=1000000.
HISTORIES = int(os.environ.get("WAAKVLAM_HISTORIES", "300"))
FIRST_SEED = int(os.environ.get("WAAKVLAM_FIRST_SEED", "0"))
HISTORIES_PER_TEST = 50


@pytest.mark.parametrize("first", range(FIRST_SEED, FIRST_SEED + HISTORIES, HISTORIES_PER_TEST))
def test_two_engines_that_read_the_same_rule_book_print_the_same_rows(first: int, tmp_path: Path) -> None:
    for seed in range(first, min(first + HISTORIES_PER_TEST, FIRST_SEED + HISTORIES)):
        story = histories.tell(seed)

        if compare.differs(story, tmp_path):
            pytest.fail(compare.told(compare.smallest(story, tmp_path), tmp_path))


@pytest.mark.parametrize(
    ("name", "story"), list(corners.stories()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_they_agree_in_the_corners_that_chance_seldom_reaches(
    name: str, story: histories.Story, tmp_path: Path
) -> None:
    assert compare.by_product(story, tmp_path) == compare.by_hand(story)


def test_the_command_line_prints_the_same_rows_as_json_lines(tmp_path: Path) -> None:
    story = next(one for one in map(histories.tell, range(500)) if len(compare.by_hand(one)) > 5)
    compare.write(story, tmp_path / "agreements")
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in story.events), "utf-8")
    waakvlam = [Path(sys.executable).with_name("waakvlam"), "replay", "--agreements", tmp_path / "agreements"]
    until = ["--until", story.until] if story.until else []

    done = subprocess.run([*waakvlam, "--events", tmp_path / "events.jsonl", *until], capture_output=True, check=True)

    assert [json.loads(line) for line in done.stdout.splitlines()] == compare.by_hand(story)


def test_a_difference_is_found_and_its_story_made_small(tmp_path: Path) -> None:
    """An engine that never hears of an assessment: what is left is the report, the assessment and the one rule."""
    story = next(one for one in map(histories.tell, range(500)) if _deafened(one, tmp_path))

    small = compare.smallest(story, tmp_path, differs=_deafened)

    assert len(small.events) < len(story.events)
    assert {one["type"] for one in small.events} >= {"safety_assessed"}
    assert sum(len(one["rules"]) for one in small.agreements) == 1


def _deafened(story: histories.Story, folder: Path) -> bool:
    kept = [one for one in story.events if one["type"] != "safety_assessed"]
    return compare.by_hand(story) != compare.by_hand(replace(story, events=kept))
