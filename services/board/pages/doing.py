"""What somebody does about a case: one form and one way for every action, and what became of it.

The form works without scripts. What is not right is said beside its field and above the form, and what was typed stays;
nothing that was typed ever stands in an address. What is right is kept at the desk, and the case's page shows it as
recorded when its receipt has come.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from ledger.numbers import number_of
from ledger.staff import is_same
from services.board import clicks, views
from services.board.desk import Deed
from services.board.doing import door, form
from services.board.doing.action import Action, Problem, Subject
from services.board.doing.on_ladders import MOVE_ID, START_ID, ladder_of
from services.board.doing.scene import Scene, scene_of
from services.board.doing.shown import Step, steps
from services.board.doing.table import ACTIONS
from services.board.language import say
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site
from services.board.rights import Action as Right
from services.board.rights import Person, may
from waakvlam.errors import Unfit
from waakvlam.messages import Message

SIGNATURE, TURN, SUBJECT = "handtekening", "beurt", "over"
ALREADY_MINE = "U heeft dit net al vastgelegd. Wilt u nog iets vastleggen? Kijk het na en verstuur het dan opnieuw."
OVERTAKEN = "Een collega legde hier intussen iets over vast. Kijk op de casus wat er nu staat. Klopt dit dan nog, verstuur het opnieuw."
UNDERWAY_OTHER = "Een collega legt hier op dit moment iets over vast. Wacht even en kijk op de casus wat er dan staat."
UNDERWAY_OWN = "U legde hier net iets anders over vast, dat nog onderweg is. Wacht tot dat er staat."
UNFIT = "Dit kan zo niet worden verstuurd: {sentence}"


class DoingPages:
    """The list of what can be done, the forms, and what became of them."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    def offers(self, request: Request, person: Who, case: str) -> Response:
        """Show all that can be done about a case now."""
        scene = self.scene(case, person)
        found = [(one, one.subjects(scene)) for one in ACTIONS.values() if may(person, one.right)]
        return self.site.page(request, "doen.html", zaak=case, nummer=number_of(case), acties=found)

    def asked(self, action: Action) -> Callable[..., Response]:
        """Return the handler that shows the form of an action."""

        def show(request: Request, person: Who, case: str, over: str = "") -> Response:
            scene = self.scene(case, person)
            subject = action.subject(scene, over)
            if subject is None:
                return self._not_now(request, action, scene, over)
            return self._form(request, action, scene, subject, None, ())

        return show

    def told(self, action: Action) -> Callable[..., Any]:
        """Return the handler that takes the form of an action."""

        async def take(request: Request, person: Who, case: str) -> Response:
            sent = await request.form(max_files=0, max_fields=1_000)
            given = {name: [str(one) for one in sent.getlist(name)] for name in sent}
            self.site.take_form(request, _first(given, SIGNATURE))
            answer = await run_in_threadpool(self._take, request, person, action, case, given)
            self.board.feed.deliver_soon()
            return answer

        return take

    def became(self, request: Request, person: Who, case: str, event_id: str) -> Response:
        """Return what became of something, for a page that waits for it."""
        sent = self.board.desk.follow(event_id)
        if sent is None or sent.case_id != case or not is_same(sent.by, person.id):
            raise HTTPException(404)
        if sent.state in {"sent", "parked"}:
            return Response(status_code=204)
        return self.site.page(request, "_klik.html", klik=clicks.click(sent))

    def scene(self, case: str, person: Person) -> Scene:
        """Return a case as it stands for somebody; raises HTTPException when there is none."""
        records = self.site.history(case)
        if not records:
            raise HTTPException(404)
        _, rows = self.board.store.open_alerts(case)
        rows = sorted(rows, key=views.urgency)
        return scene_of(records, rows, self.board.agreed, person=person.id, now=self.board.clock.micros())

    def _take(self, request: Request, person: Person, action: Action, case: str, given: form.Given) -> Response:
        scene = self.scene(case, person)
        over = _first(given, SUBJECT)
        subject = action.subject(scene, over)
        if subject is None:
            return self._not_now(request, action, scene, over)
        questions = action.fields(scene, subject)
        filled = form.read(questions, given, now=scene.now)
        problems = filled.problems or self._overtaken(action, scene, subject, given)
        problems = problems or _found(action.refuse(scene, subject, filled.values))
        if problems:
            return self._form(request, action, scene, subject, given, problems)
        message = door.message_of(action, scene, subject, filled.values)
        problems = _found(door.refusal(message, scene)) or self._keep(action, scene, subject, given, message)
        if problems:
            return self._form(request, action, scene, subject, given, problems)
        return RedirectResponse(f"/zaak/{scene.case}#gedaan", status_code=303)

    def _overtaken(self, action: Action, scene: Scene, subject: Subject, given: form.Given) -> Sequence[Problem]:
        """Return what is in the way when something was told about the subject since the form was shown."""
        if _first(given, TURN) == str(action.turn(scene, subject)):
            return ()
        sent = [one for one in self.board.desk.outbox.sent(case=scene.case) if one.lock == action.lock]
        mine = any(scene.is_me(one.by) and one.subject == subject.about and one.state == "recorded" for one in sent)
        return (Problem("", say(ALREADY_MINE if mine else OVERTAKEN)),)

    def _keep(
        self, action: Action, scene: Scene, subject: Subject, given: form.Given, message: Message
    ) -> Sequence[Problem]:
        """Keep an event at the desk; return what is in the way, if anything."""
        names = sorted(given.keys() - {SIGNATURE})
        deed = Deed(
            action=action.id,
            lock=action.lock,
            subject=subject.about,
            case=scene.case,
            by=scene.person,
            turn=action.turn(scene, subject),
            filled=repr([(name, list(given[name])) for name in names]),
            message=message,
        )
        try:
            taken = self.board.desk.tell(deed)
        except Unfit as wrong:
            return (Problem("", say(UNFIT, sentence=wrong)),)
        if taken.by_somebody_else:
            return (Problem("", say(UNDERWAY_OTHER)),)
        return (Problem("", say(UNDERWAY_OWN)),) if taken.is_another else ()

    def _form(
        self,
        request: Request,
        action: Action,
        scene: Scene,
        subject: Subject,
        given: form.Given | None,
        problems: Sequence[Problem],
    ) -> Response:
        questions = form.shown(action.fields(scene, subject), given, problems)
        names = {one.asked.name for one in questions}
        return self.site.page(
            request,
            "doe.html",
            status=422 if problems else 200,
            actie=action,
            zaak=scene.case,
            nummer=number_of(scene.case),
            over=subject,
            beurt=action.turn(scene, subject),
            vragen=questions,
            algemeen=[one for one in problems if one.field not in names],
            treden=_ladder(action, scene, subject),
        )

    def _not_now(self, request: Request, action: Action, scene: Scene, over: str) -> Response:
        sentence = action.why_not(scene, over)
        return self.site.page(request, "doe_niet.html", status=409, actie=action, zaak=scene.case, tekst=sentence)


def _ladder(action: Action, scene: Scene, subject: Subject) -> tuple[Step, ...]:
    if action.id not in {START_ID, MOVE_ID}:
        return ()
    found = ladder_of(scene, action.id, subject.id)
    return steps(*found) if found else ()


def _found(problem: Problem | None) -> Sequence[Problem]:
    return (problem,) if problem else ()


def _first(given: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(given.get(name, ())), "")


def routes(site: Site) -> list[Route]:
    """Return the addresses of what is done about a case: for every action a form to see and a form to send."""
    pages = DoingPages(site)
    return [
        Route("/zaak/{case}/doe", pages.offers, Right.SEE_CASE),
        Route("/zaak/{case}/gedaan/{event_id}", pages.became, Right.SEE_CASE, follows=True),
        *(Route(f"/zaak/{{case}}/doe/{one.id}", pages.asked(one), one.right) for one in ACTIONS.values()),
        *(Route(f"/zaak/{{case}}/doe/{one.id}", pages.told(one), one.right, "POST") for one in ACTIONS.values()),
    ]
