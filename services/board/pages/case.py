"""The page of one case, and what is new in it."""

from dataclasses import replace
from datetime import date
from functools import partial

from fastapi import HTTPException, Request
from fastapi.responses import Response

from services.board import casefile, casepage, clicks, views
from services.board.doing import on_alerts, on_ladders, on_stalls
from services.board.doing.addresses import address
from services.board.doing.mending import Mends
from services.board.doing.scene import Scene, scene_of
from services.board.language import say
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site, Stand, Told
from services.board.rights import Action, Person, may
from services.board.store import AlertRow
from waakvlam.topics import agencies, municipalities

NOT_YET = "Op die dag was deze casus hier nog niet bekend. Kies een latere dag."


class CasePages:
    """What is asked of one case."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    def case(self, request: Request, person: Who, case: str, op: str = "") -> Response:
        """Show a case: what is open, where it stands, and everything that happened; `op` asks how it stood on a day."""
        page, done = self._case(case, _day(op), person)
        return self.site.page(request, "zaak.html", zaak=page, gedaan=done, toestand=self.site.state())

    async def case_stream(self, case: str, versie: Stand) -> Response:
        """Tell a page how many facts came since the ones it shows."""
        more = lambda: views.more_text(self.board.store.version_of(case) - versie)  # noqa: E731 - asked at each beat
        return self.site.stream("_zaaknieuws.html", more, zaak=case)

    def _case(self, case: str, on: date | None, person: Person) -> tuple[casepage.CasePage, tuple[clicks.Click, ...]]:
        """Return the page of a case, and what this person did there lately."""
        records = self.site.history(case)
        if not records:
            raise HTTPException(404)
        known = casefile.known(self.board, records, on, now=self.board.clock.micros())
        if known is None:
            raise Told(404, say(NOT_YET))
        if on is None:
            scene = scene_of(records, known.rows, self.board.agreed, person=person.id, now=known.now)
            known = replace(
                known,
                me=person.id,
                offers=partial(self._offers, scene, person),
                mends=Mends(scene) if may(person, Action.CORRECT_EVENT) else casepage.nothing_to_mend,
                ladders=on_ladders.titles(scene),
            )
        page = casepage.case_page(known, agencies=agencies(), municipalities=municipalities())
        return page, clicks.recent(known.sent, person=person.id, now=known.now)

    def _offers(self, scene: Scene, person: Person, row: AlertRow) -> list[tuple[str, str]]:
        """Return what somebody can do about an alert, with where."""
        able = [one for one in (*on_alerts.ACTIONS, *on_stalls.ACTIONS) if may(person, one.right)]
        able.sort(key=lambda one: one.right is Action.RATE_ALERT)  # what helps the family stands before what helps us
        return [
            (say(one.title), address(scene.case, one.id, row.raised)) for one in able if one.subject(scene, row.raised)
        ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(422) from None


def routes(site: Site) -> list[Route]:
    """Return the addresses of one case."""
    pages = CasePages(site)
    return [
        Route("/zaak/{case}", pages.case, Action.SEE_CASE),
        Route("/zaak/{case}/stroom", pages.case_stream, Action.SEE_CASE, follows=True),
    ]
