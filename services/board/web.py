"""The one list of pages, and how they are put on an app: each route behind its guard, with files and error pages."""

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from services.board.pages import alerts, case, doing, emergencies, explained, login, looks, machines, overviews, paper
from services.board.pages.routes import STATIC, Route, mount
from services.board.pages.site import HERE, Board, Site
from services.board.theme import Theme

MODULES: Final[tuple[Callable[[Site], list[Route]], ...]] = (
    alerts.routes,
    case.routes,
    doing.routes,
    explained.routes,
    overviews.routes,
    paper.routes,
    looks.routes,
    emergencies.routes,
    login.routes,
    machines.routes,
)


def put_on(app: FastAPI, board: Board) -> None:
    """Put the routes, the static files and the error pages on an app."""
    site = Site(board)
    app.mount("/static", static_files(board.theme), name=STATIC)
    mount(app, site.keeper, [route for module in MODULES for route in module(site)])
    app.add_exception_handler(StarletteHTTPException, site.error_page)
    app.add_exception_handler(RequestValidationError, site.error_page)
    app.add_exception_handler(Exception, site.fault_page)


def static_files(theme: Theme) -> StaticFiles:
    """Return the board's own files and, behind them, those of the region."""
    files = StaticFiles(directory=HERE / "static")
    if theme.folder is not None:
        files.all_directories.append(theme.folder)
    return files
