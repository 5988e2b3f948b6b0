"""Where the product waits, goes on without end, or remembers: found in its source, for a test that wants a reason for each."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cli", "ledger", "region", "rulebook", "services", "sdk/src")
MEMORIES = {"cache", "lru_cache", "cached_property"}
HOLDERS = {"dict", "list", "set", "defaultdict", "deque", "OrderedDict", "WeakSet", "WeakValueDictionary"}
EMPTY = (ast.Dict, ast.List, ast.Set)


def found_in(source: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, where) for each `sleep`, each loop without an end of its own, and each memory in a module.

    Kinds are `sleep`, `loop` and `memory`; `where` is the name of the class and function, or the name in the module.
    """
    tree = ast.parse(source)
    yield from _within(tree, ())
    for one in tree.body:
        yield from (("memory", name) for name in _held(one))


def in_the_product() -> set[tuple[str, str]]:
    """Return (kind, `file::where`) for the whole product."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return {
        (kind, f"{file.relative_to(ROOT).as_posix()}::{where}")
        for file in files
        for kind, where in found_in(file.read_text("utf-8"))
    }


def _within(node: ast.AST, where: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inside = where
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = (*where, child.name)
        if kind := _kind(child):
            yield kind, ".".join(inside)
        yield from _within(child, inside)


def _kind(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and _name(node.func) == "sleep":
        return "sleep"
    if isinstance(node, ast.While) and _is_endless(node.test):
        return "loop"
    is_memory = isinstance(node, ast.Attribute | ast.Name) and _name(node) in MEMORIES
    return "memory" if is_memory and isinstance(node.ctx, ast.Load) else ""


def _is_endless(test: ast.expr) -> bool:
    """Tell whether a loop goes on until something outside of it says otherwise: `while True`, `while not self.ended`."""
    if isinstance(test, ast.BoolOp):
        return any(_is_endless(one) for one in test.values)
    is_true = isinstance(test, ast.Constant) and bool(test.value)
    return is_true or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def _held(node: ast.stmt) -> Iterator[str]:
    """Yield the names of a module that hold something which may grow: bound to an empty dict, list or set."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return
    value = node.value
    is_empty = isinstance(value, EMPTY) and not ast.unparse(value).strip("[]{} ")
    if is_empty or (isinstance(value, ast.Call) and _name(value.func) in HOLDERS and not value.args):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (_name(one) for one in targets)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
