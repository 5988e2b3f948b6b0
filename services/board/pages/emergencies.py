"""Emergency access at the board: asking for it, being told of it, judging it."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Final

from fastapi import Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from ledger import errors
from ledger.numbers import number_of
from ledger.words import local
from services.board.access.emergency import VERDICTS, Emergency
from services.board.access.keeper import EMERGENCY_PURPOSE, NotLogged
from services.board.access.line import Look
from services.board.desks import cases_of
from services.board.language import day, spoken
from services.board.pages.frame import oversees
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site, Told
from services.board.rights import Action, Person

NO_REASON: Final = "Kies een reden. Bij “Iets anders” legt u in ten minste tien tekens uit waarom."
NOT_YOURS: Final = "Dit oordeel kan niet: het is al gegeven, of u vroeg deze noodtoegang zelf."
NOT_TOLD: Final = "Dit bericht is niet aan u, of u las het al."
JUDGING: Final = "noodtoegang-beoordelen"
Signature = Annotated[str, Form(max_length=100)]
Number = Annotated[str, Form(max_length=40)]


class EmergencyPages:
    """Who asked for more than their own, who is told of it, and what somebody else thinks of it."""

    def __init__(self, site: Site) -> None:
        self.site, self.emergencies = site, site.access.emergencies

    async def ask(
        self,
        request: Request,
        person: Who,
        case: str,
        reden: Annotated[str, Form(max_length=20)] = "",
        uitleg: Annotated[str, Form(max_length=200)] = "",
        handtekening: Signature = "",
    ) -> Response:
        """Open a case to somebody for a short while, and tell whose case it is."""
        self.site.take_form(request, handtekening)
        whose = await run_in_threadpool(self.site.keeper.whose, case)
        if whose is None:
            raise HTTPException(404)
        line = self._line(person, Action.ASK_EMERGENCY_ACCESS, case, *EMERGENCY_PURPOSE)

        def kept() -> None:
            self.emergencies.ask(
                person.id,
                case,
                whose.municipality,
                reason=reden,
                explained=uitleg,
                owners=whose.people,
                look=line,
            )

        try:
            await run_in_threadpool(kept)
        except ValueError as error:
            raise Told(422, NO_REASON) from error
        except errors.LedgerError as error:
            raise NotLogged from error
        return RedirectResponse(f"/zaak/{case}", status_code=303)

    async def read(self, request: Request, person: Who, nummer: Number = "", handtekening: Signature = "") -> Response:
        """Note that somebody read of an access to a case of theirs."""
        self.site.take_form(request, handtekening)
        if nummer not in {one.id for one in await run_in_threadpool(unread, self.site, person)}:
            raise Told(409, NOT_TOLD)
        await run_in_threadpool(self.emergencies.read, nummer, person.id)
        return RedirectResponse("/", status_code=303)

    def all(self, request: Request, person: Who) -> Response:
        """Show what was asked, what waits for a judgement first; a team manager sees their own municipalities."""
        shown = [one for one in self.emergencies.all() if oversees(person, one)]
        self.site.shows(request, (one.case_id for one in shown))
        return self.site.page(
            request,
            "noodtoegang.html",
            lijst=[asked(one, person.id, now=self.site.access.clock.micros()) for one in shown],
            oordelen=VERDICTS,
        )

    async def judge(
        self,
        request: Request,
        person: Who,
        nummer: Number,
        oordeel: Annotated[str, Form(max_length=20)],
        handtekening: Signature = "",
    ) -> Response:
        """Keep a judgement."""
        self.site.take_form(request, handtekening)
        waiting = await run_in_threadpool(self.emergencies.unjudged)
        mine = next((one for one in waiting if one.id == nummer and oversees(person, one)), None)
        if mine is None or not await run_in_threadpool(self._judged, mine, person, oordeel):
            raise Told(409, NOT_YOURS)
        return RedirectResponse("/noodtoegang", status_code=303)

    def _judged(self, one: Emergency, person: Person, verdict: str) -> bool:
        said = VERDICTS.get(verdict, "").lower()
        purpose = (JUDGING, f"Noodtoegang beoordelen: {said}")
        line = self._line(person, Action.REVIEW_EMERGENCY_ACCESS, one.case_id, *purpose)
        return self.emergencies.judge(one.id, by=person.id, verdict=verdict, look=line)

    def _line(self, person: Person, action: Action, case: str, activity: str, purpose: str) -> Look:
        return replace(self.site.keeper.look_of(person, action, case), activity=activity, purpose=purpose)


def unread(site: Site, person: Person) -> list[Emergency]:
    """Return the emergency accesses to cases of somebody's own that they did not read of yet, newest first."""
    return site.access.emergencies.unread(person.id, partial(cases_of, site.board.store.database, person.id))


def asked(one: Emergency, reader: str, *, now: int) -> dict[str, object]:
    """Return an emergency access as a page shows it to somebody; `now` is an instant of the wall clock (micros)."""
    return {
        "id": one.id,
        "at": spoken(one.asked_at),
        "person": one.person,
        "case": one.case_id,
        "number": number_of(one.case_id),
        "why": one.why,
        "explained": one.explained,
        "verdict": one.judgement,
        "judged_by": one.judged_by,
        "judge_by": day(one.judge_by),
        "is_late": one.judged_at is None and local(now).date() > one.judge_by,
        "can_judge": one.judged_at is None and one.person != reader,
    }


def routes(site: Site) -> list[Route]:
    """Return the addresses of emergency access."""
    pages = EmergencyPages(site)
    return [
        Route("/zaak/{case}/noodtoegang", pages.ask, Action.ASK_EMERGENCY_ACCESS, "POST"),
        Route("/noodtoegang", pages.all, Action.REVIEW_EMERGENCY_ACCESS),
        Route("/noodtoegang", pages.judge, Action.REVIEW_EMERGENCY_ACCESS, "POST"),
        Route("/noodtoegang/gelezen", pages.read, Action.SEE_ALERTS, "POST"),
    ]
