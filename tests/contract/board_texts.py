"""All texts of the board that its catalogues must have: between the tags of templates, in calls of `say`, and in its tables."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from ledger.words import PHASES, ROLES
from services.board import standing, views
from services.board.access import emergency, provider
from services.board.pages import case, emergencies, frame, login, looks, site
from services.board.pages.menu import MENU
from services.board.translating import Page

BOARD = Path(__file__).parents[2] / "services/board"
TEMPLATES = sorted((BOARD / "templates").glob("*.html"))
CODE = sorted(BOARD.rglob("*.py"))
UNITS = ("1 minuut", "minuten", "1 uur", "uur", "1 dag", "dagen", "1 maand", "maanden", "en")
NEWS = ("nieuw alarm", "nieuwe alarmen", "gewijzigd", "afgesloten")


def of_page(source: str) -> Iterator[str]:
    """Yield what people read in a template: its own text, and the texts of its expressions."""
    found: list[str] = []
    page = Page(lambda text: found.append(text) or text)
    environment = Environment(trim_blocks=True, lstrip_blocks=True)
    for _, kind, value in environment.lex(source):
        if kind == "data":
            page.pieces(value)
    yield from found
    yield from of_expressions(environment.parse(source))


def of_expressions(page: nodes.Template) -> Iterator[str]:
    for call in page.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value


def bare(source: str) -> Iterator[str]:
    """Yield the words in a template's expressions that go to the reader past `say`: none may."""
    in_tag = False
    for output in Environment().parse(source).find_all(nodes.Output):
        for one in output.nodes:
            if isinstance(one, nodes.TemplateData):
                last = max(one.data.rfind("<"), one.data.rfind(">"))
                in_tag = one.data[last] == "<" if last >= 0 else in_tag
            elif not in_tag:
                yield from _shown(one)


def _shown(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from (text for side in (node.expr1, node.expr2) if side for text in _shown(side))
    if isinstance(node, nodes.Or):
        yield from _shown(node.right)
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and any(one.isalpha() for one in node.value):
        yield node.value


def of_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            if node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
            elif node.args and isinstance(node.args[0], ast.IfExp):
                yield from (
                    side.value for side in (node.args[0].body, node.args[0].orelse) if isinstance(side, ast.Constant)
                )


def of_tables() -> Iterator[str]:
    yield from (word for _, word in views.STAGES.values())
    for table in (views.OUTCOMES, standing.ANSWERS, standing.QUESTIONS, ROLES, PHASES):
        yield from table.values()
    for table in (frame.ROLE_WORDS, emergency.REASONS, emergency.VERDICTS, looks.WORDS):
        yield from table.values()
    yield from (provider.FAILED, provider.OTHER_NAME, provider.SILENT, provider.NOT_OPAQUE)
    yield from (login.NO_ROLE, login.COME_AGAIN, looks.FORM)
    yield from (emergencies.NO_REASON, emergencies.NOT_YOURS, emergencies.NOT_TOLD)
    yield from site.ERRORS.values()
    yield from (entry.word for entry in MENU)
    yield from (*UNITS, *NEWS, site.LATER, site.STALE_FORM, case.NOT_YET)


def all_texts() -> dict[str, str]:
    """Return each text with the place where it was found first."""
    found: dict[str, str] = {}
    for paths, texts in ((TEMPLATES, of_page), (CODE, of_code)):
        for path in paths:
            for text in texts(path.read_text("utf-8")):
                found.setdefault(text, str(path.relative_to(BOARD)))
    for text in of_tables():
        found.setdefault(text, "tables")
    return found
