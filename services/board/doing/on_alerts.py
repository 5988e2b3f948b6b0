"""What is done about an open alert: take it up, keep it quiet for longer, hand it over, say whether it was of use."""

from collections.abc import Sequence
from datetime import timedelta

from ledger import words
from ledger.alone import QUIET_DAYS_MAX
from ledger.words import local
from rulebook.event import Event
from services.board.doing.action import Action, Problem, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, personal
from services.board.doing.scene import Scene
from services.board.language import day, say
from services.board.rights import Action as Right
from services.board.store import AlertRow
from services.board.views import state_of

ACKNOWLEDGED, HANDED_OVER, JUDGED = "alert_acknowledged", "alert_handed_over", "alert_judged"
QUIET_MONTHS_MAX = 366
JUDGED_DAYS = 30
MICROS_A_DAY = 24 * 3600 * 1_000_000
GONE = "Dit alarm staat niet meer open."


def of_alert(row: AlertRow) -> Subject:
    """Return an open alert as a subject."""
    return Subject(row.raised, row.title, row.alert, quoted=True)


def alert_of(event: Event) -> str:
    """Return the alert that an event is about."""
    return str(event.data.get("alert", ""))


def _is_taken(scene: Scene, row: AlertRow) -> bool:
    return state_of(row, now=scene.now)[0] == "opgepakt"


def _who_took(scene: Scene, alert: str) -> set[str | None]:
    return {scene.recorded_by.get(one.id) for one in scene.standing(ACKNOWLEDGED) if alert_of(one) == alert}


def _free(scene: Scene) -> Sequence[Subject]:
    return [of_alert(row) for row in scene.alerts if not _is_taken(scene, row) or _was_handed(scene, row)]


def _was_handed(scene: Scene, row: AlertRow) -> bool:
    """Tell whether the last word about an alert is that it was handed to who stands here."""
    told = [one for one in scene.standing(ACKNOWLEDGED, HANDED_OVER) if alert_of(one) == row.alert]
    last = max(told, key=lambda one: (one.recorded_at, one.id), default=None)
    return last is not None and last.type == HANDED_OVER and scene.is_me(last.data.get("colleague_id"))


def _taken_danger(scene: Scene) -> Sequence[Subject]:
    """Return the danger that a colleague took up: only then may a second person keep it quiet for longer."""
    return [
        of_alert(row)
        for row in scene.alerts
        if scene.is_danger(row)
        and _is_taken(scene, row)
        and any(one is not None and not scene.is_me(one) for one in _who_took(scene, row.alert))
    ]


def _not_free(scene: Scene, asked: str) -> str:
    row = scene.alert(asked)
    if row is None:
        return say(GONE)
    if any(scene.is_me(one) for one in _who_took(scene, row.alert)):
        return say("U heeft dit alarm al opgepakt.")
    return f"{say('Dit alarm is al opgepakt door een collega.')} {state_of(row, now=scene.now)[1]}"


def _when_next(scene: Scene, subject: Subject) -> Sequence[Asked]:
    row = scene.alert(subject.id)
    danger = row is not None and scene.is_danger(row)
    latest = scene.today + timedelta(days=QUIET_DAYS_MAX if danger else QUIET_MONTHS_MAX)
    return [
        _intention(),
        Asked(
            name="next_step_on",
            label=say("Volgende stap uiterlijk op"),
            kind=Kind.DAY,
            help=say(
                "Binnen een week, uiterlijk {day}, want dit gaat over gevaar. Daarna komt het alarm terug.",
                day=day(latest),
            )
            if danger
            else say("Tot en met deze dag is het alarm stil. Daarna komt het terug."),
            earliest=scene.today,
            latest=latest,
            too_late=say("Dit gaat over gevaar: kies een dag binnen een week, uiterlijk {day}.", day=day(latest))
            if danger
            else say("Kies een dag binnen een jaar."),
        ),
    ]


def _much_later(scene: Scene, _: Subject) -> Sequence[Asked]:
    latest = scene.today + timedelta(days=QUIET_MONTHS_MAX)
    return [
        _intention(),
        Asked(
            name="next_step_on",
            label=say("Volgende stap uiterlijk op"),
            kind=Kind.DAY,
            help=say("Een collega pakte dit alarm op. Samen mag u het langer dan een week stil houden."),
            earliest=scene.today,
            latest=latest,
            too_late=say("Kies een dag binnen een jaar."),
        ),
    ]


def _intention() -> Asked:
    return personal(
        ACKNOWLEDGED,
        "intention",
        say("Wat gaat u doen?"),
        required=True,
        help=say("In een paar woorden. Alleen wie deze casus mag openen, leest dit."),
    )


def _to_whom(scene: Scene, _: Subject) -> Sequence[Asked]:
    others = {one: name for one, name in scene.colleagues.items() if not scene.is_me(one)}
    return [
        Asked(
            name="colleague_id",
            label=say("Aan welke collega?"),
            help=""
            if others
            else say(
                "Het medewerkersnummer van uw collega, geen naam. Uw collega ziet dat nummer bovenaan dit bord staan."
            ),
            kind=Kind.CHOICE if others else Kind.ID,
            choices=others or None,
        ),
        personal(
            HANDED_OVER,
            "note",
            say("Wat moet uw collega weten?"),
            help=say("Alleen wie deze casus mag openen, leest dit."),
        ),
    ]


def _not_to_me(scene: Scene, _: Subject, values: Values) -> Problem | None:
    if scene.is_me(values["colleague_id"]):
        return Problem("colleague_id", say("Dit bent u zelf. Kies een collega."))
    return None


def _of_this_alert(_: Scene, subject: Subject, values: Values) -> Values:
    return {**values, "alert": subject.about}


def _lately(scene: Scene) -> Sequence[Subject]:
    """Return the alerts of the last month, open or closed, that who stands here did not judge yet."""
    mine = {alert_of(one) for one in scene.standing(JUDGED) if scene.is_me(scene.recorded_by.get(one.id))}
    still_open = {row.alert for row in scene.alerts}
    since = scene.now - JUDGED_DAYS * MICROS_A_DAY
    raised = {
        alert_of(one): one
        for one in scene.standing("alert_raised")
        if alert_of(one) in still_open or one.recorded_at >= since
    }
    return [
        Subject(one.id, f"{one.data.get('title', '')} ({words.day(local(one.occurred_at).date())})", alert, quoted=True)
        for alert, one in raised.items()
        if alert not in mine
    ]


def _of_use(_: Scene, __: Subject) -> Sequence[Asked]:
    return [
        coded(JUDGED, "verdict", say("Was dit alarm nuttig?")),
        coded(JUDGED, "reason", say("Zo niet, waarom niet?"), help=say("Alleen invullen als het niet nuttig was.")),
    ]


def _judged(scene: Scene, subject: Subject, values: Values) -> Values:
    raised = next(one for one in scene.events if one.id == subject.id)
    return {**values, "alert": subject.about, "rule": str(raised.data["rule"])}


def _a_reason_when_useless(_: Scene, __: Subject, values: Values) -> Problem | None:
    if values["verdict"] == "not_useful" and not values["reason"]:
        return Problem("reason", say("Zeg waarom dit alarm niet nuttig was. Zo kan de regel beter worden."))
    if values["verdict"] == "useful" and values["reason"]:
        return Problem("reason", say("Dit alarm was nuttig: laat deze reden leeg."))
    return None


PICK_UP = Action(
    id="oppakken",
    right=Right.ACKNOWLEDGE,
    title="Alarm oppakken",
    button="Ik pak dit op",
    intro="U zegt dat u ermee aan de slag gaat, en wanneer u weer kijkt. Tot die dag is het alarm stil.",
    event=ACKNOWLEDGED,
    lock="alert",
    counted=frozenset({ACKNOWLEDGED, HANDED_OVER}),
    subjects=_free,
    fields=_when_next,
    about=alert_of,
    fill=_of_this_alert,
    why_not=_not_free,
)
KEEP_QUIET = Action(
    id="langer-stil",
    right=Right.ACKNOWLEDGE,
    title="Alarm over gevaar langer stil houden",
    button="Ik houd dit mee in de gaten",
    intro="Een alarm over gevaar houdt niemand alleen langer dan een week stil. Met u erbij zijn het er twee.",
    event=ACKNOWLEDGED,
    lock="alert",
    counted=frozenset({ACKNOWLEDGED, HANDED_OVER}),
    subjects=_taken_danger,
    fields=_much_later,
    about=alert_of,
    fill=_of_this_alert,
    why_not=lambda _, __: say("Dit kan alleen bij een alarm over gevaar dat een collega heeft opgepakt."),
)
HAND_OVER = Action(
    id="overdragen",
    right=Right.HAND_OVER_ALERT,
    title="Alarm overdragen aan een collega",
    button="Draag over",
    intro="Uw collega ziet dit alarm en pakt het zelf op. Tot dan blijft het alarm zoals het is.",
    event=HANDED_OVER,
    lock="alert",
    counted=frozenset({ACKNOWLEDGED, HANDED_OVER}),
    subjects=lambda scene: [of_alert(row) for row in scene.alerts],
    fields=_to_whom,
    about=alert_of,
    fill=_of_this_alert,
    refuse=_not_to_me,
    why_not=lambda _, __: say(GONE),
)
JUDGE = Action(
    id="nuttig",
    right=Right.RATE_ALERT,
    title="Was dit alarm nuttig?",
    button="Leg mijn oordeel vast",
    intro="Uw oordeel verandert niets aan het alarm. Wij zien er wel aan welke regels te vaak voor niets alarm geven.",
    event=JUDGED,
    lock="judged",
    counted=frozenset({JUDGED}),
    subjects=_lately,
    fields=_of_use,
    about=alert_of,
    fill=_judged,
    refuse=_a_reason_when_useless,
    why_not=lambda _, __: say("U heeft over dit alarm al een oordeel gegeven, of het is langer dan een maand dicht."),
)
ACTIONS = (PICK_UP, KEEP_QUIET, HAND_OVER, JUDGE)
