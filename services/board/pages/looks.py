"""The look log for auditors, and emergency access: asking for it, being told of it, judging it."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Final

from fastapi import Form, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from ledger.numbers import id_beginning, number_of
from services.board.access.emergency import VERDICTS, Emergency
from services.board.access.line import NEN7513, Line
from services.board.access.looks import PAGE
from services.board.language import say, spoken
from services.board.overviews.sheet import written
from services.board.pages.frame import ROLE_WORDS, oversees
from services.board.pages.overviews import as_file
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site, Told
from services.board.rights import Action, Role
from waakvlam.clock import instant_of

WORDS: Final[Mapping[str, str]] = {
    Action.SEE_CASE: "Casus bekeken",
    Action.TAKE_CASE_OUT: "Casus afgedrukt of meegenomen",
    Action.SEE_ALERTS: "Lijst van alarmen bekeken",
    Action.FIND_CASE: "Casusnummer gezocht",
    Action.SEE_TEAM: "Overzicht van het team bekeken",
    Action.SEE_LOOKS: "Inzage gecontroleerd",
    Action.REVIEW_EMERGENCY_ACCESS: "Noodtoegang beoordeeld",
}
FORM: Final = "Formulier bij de casus geopend"
CSV_LINES: Final = 10_000
NO_REASON: Final = "Kies een reden. Bij “Iets anders” legt u in ten minste tien tekens uit waarom."
NOT_YOURS: Final = "Dit oordeel kan niet: het is al gegeven, of u vroeg deze noodtoegang zelf."
Sought = Annotated[str, Query(max_length=64)]


class LookPages:
    """What was looked at, by whom; and who asked for more than their own."""

    def __init__(self, site: Site) -> None:
        self.site, self.access = site, site.access

    def looks(self, request: Request, casus: Sought = "", wie: Sought = "", voor: int = 0) -> Response:
        """Show the look log, newest first, by case or by person."""
        lines = self.access.looks.find(case=_beginning(casus), person=wie.strip(), before=max(0, voor))
        self.site.shows(request, (line.case_id for line in lines if line.case_id))
        return self.site.page(
            request,
            "inzage.html",
            casus=casus,
            wie=wie,
            regels=[_shown(line) for line in lines],
            meer=lines[-1].position if len(lines) == PAGE else 0,
        )

    def looks_csv(self, request: Request, casus: Sought = "", wie: Sought = "") -> Response:
        """Return the same lines in the words of NEN 7513, for a sheet: one for each case that was looked at."""
        case = _beginning(casus)
        found = self.access.looks.find(case=case, person=wie.strip(), limit=CSV_LINES)
        lines = list(islice(self.access.looks.by_case(found, case=case), CSV_LINES))
        self.site.shows(request, (line.case_id for line in lines))
        return as_file(written([NEN7513, *(tuple(line.nen7513().values()) for line in lines)]), "inzage")

    def check(self, request: Request) -> Response:
        """Recompute the chain of the whole log and say whether it holds."""
        return self.site.page(request, "inzage_keten.html", stuk=self.access.looks.broken_at())

    async def ask(
        self,
        request: Request,
        person: Who,
        case: str,
        reden: Annotated[str, Form(max_length=20)] = "",
        uitleg: Annotated[str, Form(max_length=200)] = "",
        handtekening: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Open a case to somebody for a short while."""
        self.site.take_form(request, handtekening)
        whose = await run_in_threadpool(self.site.keeper.whose, case)
        if whose is None:
            raise HTTPException(404)
        try:
            await run_in_threadpool(
                lambda: self.access.emergencies.ask(person.id, case, whose.municipality, reason=reden, explained=uitleg)
            )
        except ValueError as error:
            raise Told(422, NO_REASON) from error
        return RedirectResponse(f"/zaak/{case}", status_code=303)

    def emergencies(self, request: Request, person: Who) -> Response:
        """Show what was asked, what waits for a judgement first; a team manager sees their own municipalities."""
        shown = [one for one in self.access.emergencies.all() if oversees(person, one)]
        self.site.shows(request, (one.case_id for one in shown))
        return self.site.page(
            request, "noodtoegang.html", lijst=[_asked(one, person.id) for one in shown], oordelen=VERDICTS
        )

    async def judge(
        self,
        request: Request,
        person: Who,
        nummer: Annotated[str, Form(max_length=40)],
        oordeel: Annotated[str, Form(max_length=20)],
        handtekening: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Keep a judgement."""
        self.site.take_form(request, handtekening)
        known = await run_in_threadpool(self.access.emergencies.unjudged)
        mine = any(one.id == nummer and oversees(person, one) for one in known)
        if not mine or not await run_in_threadpool(
            lambda: self.access.emergencies.judge(nummer, by=person.id, verdict=oordeel)
        ):
            raise Told(409, NOT_YOURS)
        return RedirectResponse("/noodtoegang", status_code=303)


def _beginning(number: str) -> str:
    """Return the beginning of a case's id; what is no number of a case finds nothing rather than everything."""
    return (id_beginning(number) or "-") if number.strip() else ""


def _shown(line: Line) -> dict[str, object]:
    roles = [say(ROLE_WORDS[role]) for role in Role if role in line.roles.split(",")]
    return {
        "position": line.position,
        "at": spoken(line.at),
        "at_iso": instant_of(line.at).isoformat(),
        "person": line.person,
        "roles": ", ".join(roles),
        "behalf": line.behalf,
        "number": number_of(line.case_id) if line.case_id else "",
        "shown": line.shown,
        "what": say(WORDS.get(line.name, FORM)),
        "purpose": line.purpose,
        "emergency": bool(line.emergency),
    }


def _asked(one: Emergency, reader: str) -> dict[str, object]:
    return {
        "id": one.id,
        "at": spoken(one.asked_at),
        "person": one.person,
        "number": number_of(one.case_id),
        "why": one.why,
        "explained": one.explained,
        "verdict": VERDICTS.get(one.verdict or "", ""),
        "judged_by": one.judged_by,
        "can_judge": one.judged_at is None and one.person != reader,
    }


def routes(site: Site) -> list[Route]:
    """Return the addresses of the look log and of emergency access."""
    pages = LookPages(site)
    return [
        Route("/inzage", pages.looks, Action.SEE_LOOKS),
        Route("/inzage.csv", pages.looks_csv, Action.SEE_LOOKS),
        Route("/inzage/keten", pages.check, Action.SEE_LOOKS),
        Route("/zaak/{case}/noodtoegang", pages.ask, Action.ASK_EMERGENCY_ACCESS, "POST"),
        Route("/noodtoegang", pages.emergencies, Action.REVIEW_EMERGENCY_ACCESS),
        Route("/noodtoegang", pages.judge, Action.REVIEW_EMERGENCY_ACCESS, "POST"),
    ]
