"""A kind of rule is one file: nobody outside that file asks a rule which kind it is (`rulebook.kind`)."""

import ast
from pathlib import Path

import pytest

from rulebook import kinds
from rulebook.rules import Rule

ROOT = Path(__file__).resolve().parents[2]
NAMES = frozenset(kind.__name__ for kind in kinds.KINDS.values())
SOURCES = [
    path
    for part in ("rulebook", "services", "cli", "ledger", "region")
    for path in sorted((ROOT / part).rglob("*.py"))
    if path.parent.name != "kinds"
]
# The way of an event through the engine follows a silence step by step.
STEPS = {"rulebook/folding.py": {"SilenceRule"}}


def named(text: str) -> set[str]:
    """Return the kinds that a module names."""
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    return names & NAMES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_asks_a_rule_of_which_kind_it_is(path: Path) -> None:
    assert named(path.read_text("utf-8")) == STEPS.get(str(path.relative_to(ROOT)), set())


def test_a_module_that_asks_is_found() -> None:
    assert named("def ask(rule):\n    return isinstance(rule, TermRule | term.DateRule)\n") == {"TermRule", "DateRule"}


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=kinds.KINDS)
def test_each_kind_stands_in_a_file_with_its_name(kind: type[Rule]) -> None:
    assert kind.__module__ == f"rulebook.kinds.{kind.kind}"
