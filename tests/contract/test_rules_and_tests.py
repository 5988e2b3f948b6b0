"""Every rule names the test that shows it (docs/reference/rules-and-tests.md), and that test is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "rules-and-tests.md"
ROW = re.compile(r"\| (?P<section>\d+(?:\.\d+)?) \| (?P<rule>.+) \| (?P<tests>.*) \|")
NAMED = re.compile(r"`([\w/.]+)::(\w+)`")
SECTIONS = {
    "1",
    "2",
    "3",
    "4",
    *(f"4.{n}" for n in range(1, 6)),
    "5",
    "6",
    "7",
    "8",
    "9",
    *(f"10.{n}" for n in range(1, 13)),
}


def faults(text: str) -> Iterator[str]:
    """Yield a sentence for each row that names no test, or one that is not there."""
    for line in text.splitlines():
        if not re.match(r"\| \d", line):
            continue
        row = ROW.fullmatch(line)
        named = NAMED.findall(row["tests"]) if row else []
        if not named:
            yield f"this row names no test as `tests/…::test_…`: {line}"
        for file, name in named:
            if name not in names_in(ROOT / file):
                yield f"{file} has no {name}"


def names_in(file: Path) -> set[str]:
    """Return the names of the tests of a file; of a file that is not there, none."""
    if not file.exists():
        return set()
    names = (one.name for one in ast.parse(file.read_text("utf-8")).body if isinstance(one, ast.FunctionDef))
    return {name for name in names if name.startswith("test_")}


def test_every_row_names_a_test_that_exists() -> None:
    assert list(faults(PAGE.read_text("utf-8"))) == []


def test_every_section_has_its_rows() -> None:
    found = {row["section"] for line in PAGE.read_text("utf-8").splitlines() if (row := ROW.fullmatch(line))}

    assert found == SECTIONS


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| 1 | Something holds |  |", "names no test"),
        ("| 1 | Something holds | a test |", "names no test"),
        ("| 1 | Something holds |", "names no test"),
        (
            "| 1 | A | `tests/spec/test_rulebook_term.py::test_gone` |",
            "tests/spec/test_rulebook_term.py has no test_gone",
        ),
        ("| 1 | A | `tests/spec/test_gone.py::test_a` |", "tests/spec/test_gone.py has no test_a"),
        ("| 1 | A | `tests/spec/rulebook_story.py::file` |", "tests/spec/rulebook_story.py has no file"),
    ],
)
def test_a_rule_without_a_test_is_found(row: str, fault: str) -> None:
    (found,) = faults(row)

    assert fault in found
