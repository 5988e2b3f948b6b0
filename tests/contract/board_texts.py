"""All texts of the board that its catalogues must have: between the tags of templates, in calls of `say`, and in its tables."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from ledger.words import PHASES, ROLES, labels_of
from rulebook import wording
from services.board import desk, listing, standing, views
from services.board.access import emergency, provider
from services.board.doing import door, on_alerts, on_family, on_mistakes, on_stalls, shown
from services.board.doing.table import ACTIONS
from services.board.overviews import mirror, region, team
from services.board.pages import case, doing, emergencies, frame, login, looks, site
from services.board.pages.menu import MENU
from services.board.translating import Page
from waakvlam.catalogue import event_types

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
    for table in (frame.ROLE_WORDS, emergency.REASONS, emergency.VERDICTS, looks.WORDS, looks.LISTS):
        yield from table.values()
    yield from (provider.FAILED, provider.OTHER_NAME, provider.SILENT, provider.NOT_OPAQUE)
    yield from (login.NO_ROLE, login.COME_AGAIN, looks.FORM)
    yield from (emergencies.NO_REASON, emergencies.NOT_YOURS, emergencies.NOT_TOLD)
    yield from site.ERRORS.values()
    yield from (entry.word for entry in MENU)
    yield from (*UNITS, *NEWS, site.LATER, site.STALE_FORM, case.NOT_YET)
    yield from of_doing()
    yield from of_figures()


def of_doing() -> Iterator[str]:
    """Yield what the forms say: of each action its own words, and those of every code that somebody can choose."""
    told = {one.event for one in ACTIONS.values()}
    for action in ACTIONS.values():
        yield from (action.title, action.button, action.intro)
    for kind in event_types().values():
        corrected = {one.data_name for one in on_mistakes._open_fields(kind.name)}
        for name, words in labels_of(kind).items():
            if name in corrected or kind.name in told:
                yield from words.values()
    yield from (*on_mistakes.LABELS.values(), *on_mistakes.YES_OR_NO, *door.SAID_HERE.values())
    yield from (*shown.INFORMATION.values(), on_alerts.GONE, on_family.CLOSED, on_stalls.LEGAL, on_stalls.SIGNAL)
    yield from (doing.ALREADY_MINE, doing.OVERTAKEN, doing.UNDERWAY_OTHER, doing.UNDERWAY_OWN, doing.UNFIT)
    yield from (desk.LOST, desk.NOT_FIRST)
    yield from (word for both in wording.UNITS.values() for word in both)


def of_figures() -> Iterator[str]:
    """Yield what the overviews and the file of the list say beside their calls."""
    yield from (*mirror.LATE_WORDS.values(), *mirror.VERDICTS.values(), mirror.ALL, mirror.TITLE)
    yield from (*team.EACH, team.NOBODY, team.UNKNOWN, region.ALL, region.HIDDEN_NOTE, *listing.HEAD)


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
