"""What Veilig Thuis did for a family: contact, a monitoring moment, an answer to the local team."""

from collections.abc import Sequence

from ledger.words import local
from rulebook.event import Event
from services.board.doing.action import THE_CASE, Action, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, personal
from services.board.doing.scene import Scene
from services.board.language import day, say
from services.board.rights import Action as Right

CONTACTED, MOMENT, ANSWERED = "family_contacted", "monitoring_moment_done", "concern_answered"
MOMENTS_SHOWN = 12
CLOSED = "Deze casus is gesloten. Heropen de casus eerst."


def when(scene: Scene, label: str) -> Asked:
    """Return the question when it happened: today, unless it was before."""
    return Asked(
        name="occurred_at",
        label=label,
        kind=Kind.MOMENT,
        help=say("Weet u de tijd niet meer? Laat die dan leeg."),
        latest=scene.today,
        too_late=say("Dit is al gebeurd, dus kies vandaag of een dag daarvoor."),
        text=scene.today.isoformat(),
    )


def _while_open(scene: Scene) -> Sequence[Subject]:
    return [] if scene.state.closed else [THE_CASE]


def _after_handover(scene: Scene) -> Sequence[Subject]:
    return [THE_CASE] if scene.standing("handover_accepted") and not scene.state.closed else []


def _questions(scene: Scene, _: Subject) -> Sequence[Asked]:
    return [
        _which_moment(scene),
        when(scene, say("Wanneer was dit moment?")),
        coded(MOMENT, "spoken_with", say("Met wie is gesproken?"), help=say("Kies iedereen met wie is gesproken.")),
        coded(MOMENT, "conditions", say("1. Wordt aan de veiligheidsvoorwaarden voldaan?")),
        coded(MOMENT, "direct_safety", say("2a. Is iedereen nu veilig?")),
        coded(MOMENT, "stable_safety", say("2b. Blijft het veilig?")),
        coded(MOMENT, "recovery", say("3. Wordt er gewerkt aan herstel?")),
        personal(
            MOMENT,
            "findings",
            say("Wat zag en hoorde u?"),
            help=say("In een paar woorden. Alleen wie deze casus mag openen, leest dit."),
        ),
        coded(MOMENT, "decision", say("Wat besluit u?")),
    ]


def _which_moment(scene: Scene) -> Asked:
    done = {one.data.get("moment"): one for one in scene.standing(MOMENT)}
    count = max([MOMENTS_SHOWN, *(number + 1 for number in done if isinstance(number, int))])
    names = {
        str(number): say("Moment {number} (al vastgelegd: {day})", number=number, day=_day(done[number]))
        if number in done
        else say("Moment {number}", number=number)
        for number in range(1, count + 1)
    }
    following = next(str(number) for number in range(1, count + 1) if number not in done)
    return Asked(
        name="moment",
        label=say("Welk monitormoment?"),
        kind=Kind.CHOICE,
        help=say("Geteld vanaf de overdracht. Het eerste dat nog moet, staat al gekozen."),
        choices=names,
        text=following,
    )


def _numbered(_: Scene, __: Subject, values: Values) -> Values:
    return {**values, "moment": int(values["moment"])}


def _unanswered(scene: Scene) -> Sequence[Subject]:
    answered = {one.data.get("concern_id") for one in scene.standing(ANSWERED)}
    return [
        Subject(str(one.data["concern_id"]), say("Terugmelding van {day}", day=_day(one)))
        for one in scene.standing("concern_reported_back")
        if one.data["concern_id"] not in answered
    ]


def _day(event: Event) -> str:
    return day(local(event.occurred_at).date()) or ""


def _concern_of(event: Event) -> str:
    return str(event.data.get("concern_id", ""))


CONTACT = Action(
    id="contact",
    right=Right.RECORD_CONTACT,
    title="Contact met het gezin vastleggen",
    button="Leg contact vast",
    intro="U legt vast dat er contact was met het gezin. De wachttijd tot het volgende contact begint dan opnieuw.",
    event=CONTACTED,
    lock="contact",
    counted=frozenset({CONTACTED}),
    subjects=_while_open,
    fields=lambda scene, _: [when(scene, say("Wanneer was er contact?"))],
    why_not=lambda _, __: say(CLOSED),
)
MONITOR = Action(
    id="monitormoment",
    right=Right.RECORD_MOMENT,
    title="Monitormoment vastleggen",
    button="Leg monitormoment vast",
    intro="U kijkt of het gezin na de overdracht veilig is en blijft. Drie vragen, en wat u besluit.",
    event=MOMENT,
    lock="moment",
    counted=frozenset({MOMENT}),
    subjects=_after_handover,
    fields=_questions,
    fill=_numbered,
    why_not=lambda scene, _: (
        say(CLOSED)
        if scene.state.closed
        else say("Monitoren begint als een lokaal team de casus heeft geaccepteerd. Dat is nog niet gebeurd.")
    ),
)
ANSWER = Action(
    id="terugkoppelen",
    right=Right.REPORT_BACK,
    title="Terugmelding van het team beantwoorden",
    button="Leg het antwoord vast",
    intro="Het lokale team maakt zich zorgen en meldde dat terug. U legt vast dat u het team antwoord gaf.",
    event=ANSWERED,
    lock="concern",
    counted=frozenset({ANSWERED}),
    subjects=_unanswered,
    fields=lambda scene, _: [when(scene, say("Wanneer gaf u antwoord?"))],
    about=_concern_of,
    fill=lambda _, subject, values: {**values, "concern_id": subject.id},
    why_not=lambda _, __: say("Deze terugmelding is al beantwoord, of is ingetrokken."),
)
ACTIONS = (CONTACT, MONITOR, ANSWER)
