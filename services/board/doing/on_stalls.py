"""Waiting on purpose: whoever is sure accepts a stall; for danger one person proposes it and another decides."""

from collections.abc import Sequence

from ledger.alone import people_behind
from ledger.staff import known_as
from rulebook.event import Event
from rulebook.instants import add_months, date_of, day_of, parse_day
from services.board.doing.action import Action, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, words
from services.board.doing.scene import Scene
from services.board.language import day, say
from services.board.rights import Action as Right
from services.board.store import AlertRow

PROPOSED, ACCEPTED = "stall_acceptance_proposed", "stall_accepted"
MONTHS_MAX = 3
LEGAL = "Een wettelijke termijn kan niemand laten wachten. Doe wat er moet gebeuren, of start een escalatie."
SIGNAL = "Dit alarm is een signaal, geen termijn. Er is niets om uit te stellen: pak het op."


def _subject(row: AlertRow) -> Subject:
    return Subject(row.raised, row.title, f"{row.rule}|{row.instance}", quoted=True)


def _about(event: Event) -> str:
    return f"{event.data.get('rule')}|{event.data.get('instance')}"


def _may_wait(scene: Scene) -> list[AlertRow]:
    return [row for row in scene.alerts if not row.legal and row.stage != "signal"]


def _light_or_proposed(scene: Scene) -> Sequence[Subject]:
    return [_subject(row) for row in _may_wait(scene) if not scene.is_danger(row) or _proposal(scene, row) is not None]


def _dangerous(scene: Scene) -> Sequence[Subject]:
    return [_subject(row) for row in _may_wait(scene) if scene.is_danger(row)]


def _proposal(scene: Scene, row: AlertRow) -> Event | None:
    """Return the longest proposal for this alert that is wholly of others, so that who stands here may decide on it."""
    found = [
        one
        for one in scene.standing(PROPOSED)
        if _about(one) == _subject(row).about
        and {None, known_as(scene.person)}.isdisjoint(people_behind(one.id, scene.events, scene.recorded_by))
        and (parse_day(one.data["until_on"]) or 0) >= day_of(scene.today)
    ]
    return max(found, key=lambda one: (str(one.data["until_on"]), one.id), default=None)


def _why_not(scene: Scene, asked: str) -> str:
    row = scene.alert(asked)
    if row is None:
        return say("Dit alarm staat niet meer open.")
    if row.legal:
        return say(LEGAL)
    if row.stage == "signal":
        return say(SIGNAL)
    return say(
        "Dit gaat over gevaar (zwaarte 5). Dat laat niemand alleen wachten: stel het uitstel voor, "
        "en laat een collega beslissen. Wie het voorstelde, kan het niet zelf accepteren."
    )


def _until_when(scene: Scene, subject: Subject) -> Sequence[Asked]:
    row = scene.alert(subject.id)
    return _wait(scene, _proposal(scene, row) if row is not None and scene.is_danger(row) else None)


def _wait(scene: Scene, proposal: Event | None) -> Sequence[Asked]:
    latest = date_of(add_months(day_of(scene.today), MONTHS_MAX))
    until, help_text = "", say("Uiterlijk {day}: uitstel mag hooguit drie maanden duren.", day=day(latest))
    too_late = say("Uitstel mag hooguit drie maanden duren, dus tot en met {day}.", day=day(latest))
    reason = ""
    if proposal is not None:
        until, reason = str(proposal.data["until_on"]), str(proposal.data["reason"])
        latest = date_of(parse_day(until) or day_of(latest))
        help_text = say(
            "Een collega stelde voor: tot en met {day}, want {reason}. U mag korter kiezen, niet langer.",
            day=day(latest),
            reason=words(PROPOSED, "reason").get(reason, reason),
        )
        too_late = say("Het voorstel loopt tot en met {day}. Langer mag niet.", day=day(latest))
    return [
        Asked(
            name="until_on",
            label=say("Tot en met welke dag mag dit wachten?"),
            kind=Kind.DAY,
            help=help_text,
            earliest=scene.today,
            latest=latest,
            too_late=too_late,
            text=until,
        ),
        coded(ACCEPTED, "reason", say("Waarom mag dit wachten?"), text=reason),
    ]


def _of_this_stall(scene: Scene, subject: Subject, values: Values) -> Values:
    row = scene.alert(subject.id)
    assert row is not None
    return {**values, "rule": row.rule, "instance": row.instance}


PROPOSE = Action(
    id="uitstel-voorstellen",
    right=Right.ACCEPT_STALL,
    title="Uitstel voorstellen",
    button="Stel dit voor",
    intro="Dit gaat over gevaar. U stelt voor dat het mag wachten; een collega beslist. Tot dan verandert er niets.",
    event=PROPOSED,
    lock="stall",
    counted=frozenset({PROPOSED, ACCEPTED}),
    subjects=_dangerous,
    fields=lambda scene, _: _wait(scene, None),
    about=_about,
    fill=_of_this_stall,
    why_not=lambda scene, asked: (
        _why_not(scene, asked)
        if scene.alert(asked) is None or scene.alert(asked) not in _may_wait(scene)
        else say("Dit gaat niet over gevaar: u kunt het uitstel zelf accepteren.")
    ),
)
ACCEPT = Action(
    id="uitstel-accepteren",
    right=Right.ACCEPT_STALL,
    title="Uitstel accepteren",
    button="Accepteer het uitstel",
    intro="U zegt dat wachten nu goed is, tot een dag die u noemt. Het alarm gaat dicht en komt daarna terug.",
    event=ACCEPTED,
    lock="stall",
    counted=frozenset({PROPOSED, ACCEPTED}),
    subjects=_light_or_proposed,
    fields=_until_when,
    about=_about,
    fill=_of_this_stall,
    why_not=_why_not,
)
ACTIONS = (PROPOSE, ACCEPT)
