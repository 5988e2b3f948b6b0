"""What other machines ask of the board: does it live, is it fed, what are its numbers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.responses import JSONResponse, PlainTextResponse, Response

from ledger.streams.web import Web
from services.board import waiting
from services.board.pages.routes import Route
from services.board.pages.site import Board, Site
from services.board.rights import Action


class MachinePages:
    """Answers for supervisors and Prometheus; none says anything of a case."""

    def __init__(self, site: Site) -> None:
        self.board = site.board

    def health(self) -> Response:
        """Tell that the process lives."""
        return JSONResponse({"status": "alive"})

    def ready(self) -> Response:
        """Tell whether the lists are fed."""
        ready = self.board.feed.is_fed()
        return JSONResponse({"status": "ready" if ready else "not ready"}, status_code=200 if ready else 503)

    def metrics(self) -> Response:
        """Return the numbers of this process."""
        tell_numbers(self.board)
        return PlainTextResponse(self.board.meters.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def tell_numbers(board: Board) -> None:
    """Set the gauges that are read from the view, as they are now."""
    unseen_since, now = waiting.unseen_since(board.store.database), board.clock.micros()
    for name, number in (
        ("waakvlam_board_oldest_unseen_seconds", max(0, now - (unseen_since or now)) / 1e6),
        ("waakvlam_board_open_alerts", board.store.open_count()),
        ("waakvlam_board_waiting_clicks", board.desk.outbox.count("sent")),
        ("waakvlam_board_live_pages", board.hub.listeners),
    ):
        board.meters.gauge(name).set(number)


@asynccontextmanager
async def measured(board: Board, host: str, port: int) -> AsyncIterator[None]:
    """Answer at a port of its own too: the pages answer to their own address alone, and other machines ask by another."""
    web = Web(
        port,
        host=host,
        is_ready=board.feed.is_fed,
        registry=board.meters.registry,
        refresh=lambda: tell_numbers(board),
    )
    await web.start()
    try:
        yield
    finally:
        await web.stop()


def routes(site: Site) -> list[Route]:
    """Return the addresses for machines."""
    pages = MachinePages(site)
    return [
        Route("/health", pages.health, Action.BE_MEASURED),
        Route("/ready", pages.ready, Action.BE_MEASURED),
        Route("/metrics", pages.metrics, Action.BE_MEASURED),
    ]
