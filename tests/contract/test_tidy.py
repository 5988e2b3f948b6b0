"""The numbers of the house style, held: small functions, small modules, a docstring on each, no word left for later."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for top in ("sdk/src/waakvlam", "ledger", "rulebook", "services", "cli", "region", "bench")
    for path in (ROOT / top).rglob("*.py")
    if "schemas" not in path.parts
)
FUNCTION_LINES_MAX = 40
MODULE_LINES_MAX = 300
# Taken apart, so that this file does not find itself.
WORDS_FOR_LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


def findings(name: str, text: str) -> Iterator[str]:
    """Yield a sentence for each thing in a source text that the house style does not allow."""
    lines = text.splitlines()
    tree = ast.parse(text)
    if len(lines) > MODULE_LINES_MAX:
        yield f"{name}: {len(lines)} lines; a module has {MODULE_LINES_MAX} at most"
    if not ast.get_docstring(tree):
        yield f"{name}: no docstring that says what this module is for"
    for number, line in enumerate(lines, 1):
        if WORDS_FOR_LATER.search(line):
            yield f"{name}:{number}: a word left for later"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _too_long(name, node)


def _too_long(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    docstring = ast.get_docstring(node, clean=False)
    length = (node.end_lineno or node.lineno) - node.lineno + 1 - (len(docstring.splitlines()) if docstring else 0)
    if length > FUNCTION_LINES_MAX:
        yield f"{name}:{node.lineno}: {node.name} has {length} lines; a function has {FUNCTION_LINES_MAX} at most"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_module_keeps_to_the_house_style(path: Path) -> None:
    found = list(findings(str(path.relative_to(ROOT)), path.read_text("utf-8")))

    assert found == []


def test_a_long_function_a_long_module_a_missing_docstring_and_a_word_for_later_are_each_found() -> None:
    long_function = "def long() -> None:\n" + "    pass\n" * FUNCTION_LINES_MAX
    later = "# TO" + "DO: mend\n"

    found = list(findings("bad.py", long_function + later + "\n" * MODULE_LINES_MAX))

    assert [one.split(": ", 1)[1].split(";")[0] for one in found] == [
        "342 lines",
        "no docstring that says what this module is for",
        "a word left for later",
        "long has 41 lines",
    ]


def _modules_named_in(paths: list[Path]) -> set[str]:
    """Return every module that some import statement of these files names, with all its parents."""
    named: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                named.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                named.add(node.module)
                named.update(f"{node.module}.{alias.name}" for alias in node.names)
    return named


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT / "sdk/src" if "sdk" in path.parts else ROOT).with_suffix("").parts
    return ".".join(parts)


def test_no_module_lies_about_unused() -> None:
    named = _modules_named_in(SOURCES)
    started_by_name = {"__init__", "__main__"}
    entry_points = {
        "cli.main",
        "waakvlam.cli",
        "waakvlam.testing",
        "waakvlam.pseudonym",
        "services.intake.practice",
        "services.board.rights_page",
    }

    unused = (
        {
            _module_name(path)
            for path in SOURCES
            if path.stem not in started_by_name and path.parts[len(ROOT.parts)] != "bench"
        }
        - named
        - entry_points
    )

    assert unused == set()
