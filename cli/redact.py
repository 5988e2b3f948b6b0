"""What may leave the house of a log line: words that a program's own text holds, small numbers, and names of parts.

A log of ours holds no person by design; a bundle that goes to somebody else does not lean on that. Of a line of ours its name and
the fields on the list are kept (`ledger.log_lines`), in them words of that table, small numbers and names of parts; of what a
library said those words that stand in its own log calls. So an id, a pseudonym or a name that got into a line by mistake is
left out whatever it looks like.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cli.rights import principals
from ledger.log_line import FIELDS
from ledger.log_lines import LIBRARY, LINES
from ledger.reconciling import PAIRS
from waakvlam.topics import agencies, topics

LEFT_OUT = "…"
LOGGING = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log", "warn"})
OURS = ("cli", "ledger", "services", "rulebook", "region", "waakvlam")
KEPT = ("timestamp", "level", "logger", "service", "error", "place")
TOKEN = re.compile(r"\w+(?:[-.]\w+)*")
WORD = re.compile(r"[A-Za-z]{2,}")
NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")
CODE = re.compile(r"[\w.:<> -]{1,300}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}Z?")


def lines_of(text: str) -> Iterator[str]:
    """Yield a log's lines without what may not leave; a line that is not of our form is only said to be there."""
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        yield json.dumps(_line(told)) if isinstance(told, dict) else '{"event": "a line of another form is left out"}'


def words(text: str, known: frozenset[str]) -> str:
    """Return a text with every word left out that is not known; numbers of more than six digits are words."""
    return TOKEN.sub(lambda found: found[0] if _may_stay(found[0], known) else LEFT_OUT, text)


@cache
def vocabulary(package: str) -> frozenset[str]:
    """Return the words in the log calls of a package, in small letters; none for one that is not here."""
    if not package.isidentifier() or (spec := find_spec(package)) is None:
        return frozenset()
    folders = [Path(one) for one in spec.submodule_search_locations or ()]
    return frozenset(word for folder in folders for file in folder.rglob("*.py") for word in _in_calls(file))


@cache
def _names() -> frozenset[str]:
    """Return the names of parts, agencies and topics: none of them is about a person."""
    return frozenset([*agencies(), *principals(), *(one.name for one in topics())])


def _line(told: dict[str, Any]) -> dict[str, Any]:
    logger = str(told.get("logger", ""))
    package = logger.partition(".")[0]
    known = _of_ours() if package in OURS or not package else vocabulary(package)
    name = str(told.get("event", ""))
    kept = {name: told[name] for name in KEPT if name in told and _is_plain(name, str(told[name]), package)}
    fields = {name: _field(told[name]) for name in FIELDS if name in told and name not in (*KEPT, "message")}
    said = {"said": words(str(told["said"]), known)} if name == LIBRARY and "said" in told else {}
    return {**kept, **fields, **said, "event": name if name in LINES else words(name, known)}


def _field(value: object) -> object:
    return value if isinstance(value, int | float | None) else words(str(value), _of_ours())


def _is_plain(name: str, value: str, package: str) -> bool:
    if name == "timestamp":
        return bool(INSTANT.fullmatch(value))
    known = _of_ours() | vocabulary(package) | {package}
    is_code = name in ("error", "place", "logger") and CODE.fullmatch(value) and not re.search(r"[0-9a-f-]{9}", value)
    return bool(is_code) or value in _names() or value.lower() in known | LOGGING


def _may_stay(token: str, known: frozenset[str]) -> bool:
    return (
        token in _names()
        or bool(NUMBER.fullmatch(token))
        or all(one in known for one in re.split(r"[-._]", token.lower()))
    )


@cache
def _of_ours() -> frozenset[str]:
    """Return the words of the table of log lines, of the pairs of counts and of the names of loops."""
    texts = [text for row in LINES.values() for text in (row.name, row.meaning, row.do)]
    return frozenset(_words([*texts, *FIELDS, *(one.name for one in PAIRS)])).union(*map(vocabulary, OURS))


def _in_calls(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGGING:
            yield from _words(one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
            yield from (one.arg for one in node.keywords if one.arg)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Loop":
            yield from _words(one.value for one in node.args[:1] if isinstance(one, ast.Constant))


def _words(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from (one.lower() for one in WORD.findall(value))
