"""What the product says in its logs: each call found in its source, and what is wrong with it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.log_line import FIELDS
from ledger.log_lines import LINES

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cli", "deploy", "ledger", "region", "rulebook", "services")
SDK = "sdk/src"  # a library: it says the same through standard logging, its fields in the sentence, so that any user sees them
LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "exception", "fatal", "log", "msg"}
LOGGER = re.compile(r"_?log(ger|ging)?")
NAME = re.compile(r"[a-z]+(_[a-z]+)+")
PATTERN = re.compile(r"([a-z]+(?:_[a-z]+)+)((?: [a-z_]+=%[sd])*)")
ALWAYS = {"error", "place", "message"}  # of an error that is handed over


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it stands, how bad it says that it is, its name and its fields; `wrong` says what may not be."""

    where: str
    level: str
    name: str
    fields: frozenset[str]
    wrong: str = ""


def in_the_product() -> list[Call]:
    """Return all calls of the product."""
    return [
        call
        for package in (*PACKAGES, SDK)
        for file in sorted((ROOT / package).rglob("*.py"))
        for call in found_in(file.read_text("utf-8"), str(file.relative_to(ROOT)), is_library=package == SDK)
    ]


def found_in(source: str, where: str = "", *, is_library: bool = False) -> Iterator[Call]:
    """Yield the calls of one module."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in LEVELS and _is_logger(node.func.value):
            yield (_of_library if is_library else _of_ours)(node, node.func.attr, f"{where}:{node.lineno}")


def wrong_with(call: Call) -> str:
    """Return what is wrong with a call, by its form and by the table; empty when nothing is."""
    if call.wrong:
        return call.wrong
    if call.name not in LINES:
        return "its name is not in the table ledger/log_lines.py"
    row = LINES[call.name]
    if strange := call.fields - set(FIELDS):
        return f"{sorted(strange)} may be no field: ledger/log_line.py lists what may"
    if more := call.fields - set(row.fields):
        return f"{sorted(more)} is not in its row of the table"
    return "" if call.level == row.level else f"it is told as {call.level}, and the table says {row.level}"


def _of_ours(node: ast.Call, level: str, where: str) -> Call:
    level = {"exception": "error"}.get(level, level)
    if len(node.args) != 1 or not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
        return Call(
            where, level, "", frozenset(), "the first argument, and the only one without a name, is a fixed name"
        )
    name = node.args[0].value
    if not NAME.fullmatch(name):
        return Call(
            where, level, name, frozenset(), "a name is two words or more in small letters, with _ between them"
        )
    given = {one.arg for one in node.keywords}
    if None in given:
        return Call(where, level, name, frozenset(), "fields are named one by one: ** hides which they are")
    fields = {str(one) for one in given}
    if is_free := [one.arg for one in node.keywords if _is_text(one.value)]:
        return Call(where, level, name, frozenset(), f"{is_free} is a text that is put together, not a value")
    if "exc_info" in fields or node.func.attr == "exception":  # type: ignore[attr-defined]  # found by its attribute
        fields = fields - {"exc_info"} | ALWAYS
    return Call(where, level, name, frozenset(fields))


def _of_library(node: ast.Call, level: str, where: str) -> Call:
    said = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    found = PATTERN.fullmatch(said) if isinstance(said, str) else None
    if not found or node.keywords:
        return Call(where, level, "", frozenset(), "a library says a fixed name and then fields: name_of_it field=%s")
    fields = re.findall(r"([a-z_]+)=", found[2])
    if len(fields) != len(node.args) - 1:
        return Call(where, level, found[1], frozenset(), "as many values as fields")
    return Call(where, level, found[1], frozenset(fields))


def _is_text(value: ast.expr) -> bool:
    """Tell whether a value is put together from texts here: an f-string, `%` or `+` with a text, `format`, `str` of an error."""
    if isinstance(value, ast.JoinedStr):
        return True
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod | ast.Add):
        return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in (value.left, value.right))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.attr == "format"
    is_str = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in {"str", "repr"}
    return is_str and any("error" in ast.unparse(one) or "exc" in ast.unparse(one) for one in value.args)  # type: ignore[attr-defined]


def _is_logger(value: ast.expr) -> bool:
    """Tell whether something is called a logger, or was just had from `getLogger`, `get_logger` or `logger`."""
    if isinstance(value, ast.Call):
        return _last(value.func) in {"getLogger", "get_logger", "logger"}
    return bool(LOGGER.fullmatch(_last(value)))


def _last(value: ast.expr) -> str:
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
