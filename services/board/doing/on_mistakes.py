"""What was told wrongly: correct it or withdraw it. Nothing disappears; both readings stay to be seen."""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.words import local
from rulebook.event import CORRECTED, WITHDRAWN, Event
from rulebook.history import named_event, removed
from services.board.doing.action import Action, Problem, Subject, Values
from services.board.doing.fields import Asked, Kind, words
from services.board.doing.scene import Scene
from services.board.language import day, event_name, say
from services.board.rights import Action as Right
from waakvlam.catalogue import Field, event_types
from waakvlam.clock import instant_of, micros_of

OWN_VOICES = frozenset({"triage", "radar"})  # what Waakvlam concludes is made anew from what is corrected
UNTOUCHED = frozenset({"events_moved", "erasure_proposed", "erasure_confirmed"})
YES_OR_NO = {"ja": True, "nee": False}
NUMBERS_MAX = 100


def _tellable(scene: Scene) -> list[Event]:
    gone = removed(scene.events)
    return [
        one
        for one in scene.events
        if one.agency not in OWN_VOICES
        and one.type not in UNTOUCHED
        and one.type in event_types()
        and one.id not in gone
    ]


def _subject(event: Event) -> Subject:
    return Subject(event.id, f"{event_name(event_types()[event.type])}, {day(local(event.occurred_at).date())}")


def _correctable(scene: Scene) -> Sequence[Subject]:
    return [_subject(one) for one in _tellable(scene) if one.type not in {CORRECTED, WITHDRAWN}]


def _withdrawable(scene: Scene) -> Sequence[Subject]:
    return [_subject(one) for one in _tellable(scene)]


def _named(event: Event) -> str:
    return named_event(event) or ""


def _reason(event: str) -> Asked:
    return Asked(name="reason", label=say("Wat is er mis?"), kind=Kind.CHOICE, choices=words(event, "reason"))


def _what_differs(scene: Scene, subject: Subject) -> Sequence[Asked]:
    now = _as_known(scene, subject.id)
    at = local(now.occurred_at)
    moment = Asked(
        name="new_occurred_at",
        label=say("Wanneer gebeurde het?"),
        kind=Kind.MOMENT,
        latest=scene.today,
        too_late=say("Dit is al gebeurd, dus kies vandaag of een dag daarvoor."),
        text=f"{at:%Y-%m-%dT%H:%M}",
        help=say("Laat staan wat klopt, en verander wat niet klopt."),
    )
    data = [_asked(one, now.data.get(one.data_name), now.type) for one in _open_fields(now.type)]
    return [moment, *data, _reason(CORRECTED)]


def _as_known(scene: Scene, event_id: str) -> Event:
    return next(one for one in scene.known if one.id == event_id)


def _as_told(scene: Scene, event_id: str) -> Event:
    return next(one for one in scene.events if one.id == event_id)


def _open_fields(event: str) -> list[Field]:
    """Return the fields that a person can correct in a form: codes, days, numbers, yes or no. Ids tie events together."""
    return [one for one in event_types()[event].data_fields if _kind(one) is not None]


def _kind(field: Field) -> str | None:
    if field.personal or field.pseudonym:
        return None
    bare = next((one for one in field.type if one != "null"), None) if isinstance(field.type, list) else field.type
    if isinstance(bare, dict):
        return "date" if bare.get("logicalType") == "date" else None
    if field.codes:
        return "code"
    return bare if bare in {"int", "boolean"} else None


def _asked(field: Field, value: Any, event: str) -> Asked:
    kind, label = _kind(field), _label(field)
    if kind == "date":
        return Asked(name=_key(field), label=label, kind=Kind.DAY, required=not field.optional, text=str(value or ""))
    if kind == "code":
        choices = {**words(event, field.name), **({str(value): str(value)} if value is not None else {})}
        choices = {**choices, **words(event, field.name)}
        text = "" if value is None else str(value)
    elif kind == "boolean":
        choices, text = {one: say(one) for one in YES_OR_NO}, {True: "ja", False: "nee"}.get(value, "")
    else:
        choices, text = {str(number): str(number) for number in range(NUMBERS_MAX)}, "" if value is None else str(value)
        choices = {**choices, **({text: text} if text else {})}
    return Asked(
        name=_key(field), label=label, kind=Kind.CHOICE, required=not field.optional, choices=choices, text=text
    )


def _key(field: Field) -> str:
    return f"gegeven.{field.name}"


LABELS: Mapping[str, str] = {
    "acute": "Was het acuut?",
    "channel": "Langs welke weg kwam de melding?",
    "reporter_capacity": "Wie meldde?",
    "urgency": "Hoe dringend?",
    "decision": "Wat is besloten?",
    "level": "Op welk niveau?",
    "moment": "Welk moment?",
    "reason": "Met welke reden?",
    "until_on": "Tot en met welke dag?",
    "check_on": "Op welke dag controleren?",
    "due_on": "Voor welke dag?",
    "next_step_on": "Volgende stap uiterlijk op",
    "conditions": "Wordt aan de voorwaarden voldaan?",
    "direct_safety": "Is iedereen nu veilig?",
    "stable_safety": "Blijft het veilig?",
    "recovery": "Wordt er gewerkt aan herstel?",
    "plan": "Welk plan?",
    "after": "Na welke stap?",
    "verdict": "Was het nuttig?",
}


def _label(field: Field) -> str:
    label = LABELS.get(field.name)
    return say(label) if label else say("Gegeven “{name}”", name=field.name.replace("_", " "))


def _difference(scene: Scene, subject: Subject, values: Values) -> tuple[Any, dict[str, Any]]:
    """Return what differs from how it was first told: the instant, or None, and fields of data (rule book 1)."""
    told = _as_told(scene, subject.id)
    known = _as_known(scene, subject.id)
    at = values["new_occurred_at"]
    shown = local(known.occurred_at).replace(second=0, microsecond=0)
    at = instant_of(known.occurred_at) if at == shown else at  # a form shows minutes: what was left alone is left alone
    data: dict[str, Any] = {}
    for field in _open_fields(told.type):
        value = _plain(field, values.get(_key(field)))
        if value != told.data.get(field.data_name):
            data[field.data_name] = value
    return (None if micros_of(at) == told.occurred_at else at), data


def _plain(field: Field, value: Any) -> Any:
    if value in (None, ""):
        return None
    match _kind(field):
        case "boolean":
            return YES_OR_NO[value]
        case "int":
            return int(value)
        case "date":
            return value.isoformat()
        case _:
            return value


def _something_differs(scene: Scene, subject: Subject, values: Values) -> Problem | None:
    if _same_as_known(scene, subject, values):
        return Problem("", say("U heeft nog niets veranderd. Verander wat niet klopt, of ga terug naar de casus."))
    at, data = _difference(scene, subject, values)
    if at is None and not data:
        return Problem("", say("Zo stond het er eerst ook. Trek dan de eerdere verbetering in."))
    return None


def _same_as_known(scene: Scene, subject: Subject, values: Values) -> bool:
    known = _as_known(scene, subject.id)
    same_time = values["new_occurred_at"] == local(known.occurred_at).replace(second=0, microsecond=0)
    return same_time and all(
        _plain(one, values.get(_key(one))) == known.data.get(one.data_name) for one in _open_fields(known.type)
    )


def _corrected(scene: Scene, subject: Subject, values: Values) -> Values:
    at, data = _difference(scene, subject, values)
    return {"event_id": subject.id, "new_occurred_at": at, "data": data or None, "reason": values["reason"]}


CORRECT = Action(
    id="verbeteren",
    right=Right.CORRECT_EVENT,
    title="Een gebeurtenis verbeteren",
    button="Leg de verbetering vast",
    intro="Wat eerst verteld is, blijft zichtbaar. Termijnen worden opnieuw berekend met wat nu klopt.",
    event=CORRECTED,
    lock="mistake",
    counted=frozenset({CORRECTED, WITHDRAWN}),
    subjects=_correctable,
    fields=_what_differs,
    about=_named,
    fill=_corrected,
    refuse=_something_differs,
    why_not=lambda _, __: say(
        "Deze gebeurtenis is ingetrokken, of is er een die Waakvlam zelf maakt. Verbeter waar zij op rust."
    ),
)
WITHDRAW = Action(
    id="intrekken",
    right=Right.CORRECT_EVENT,
    title="Een gebeurtenis intrekken",
    button="Trek dit in",
    intro="Dit is niet gebeurd, of hoort hier niet. De regel blijft doorgestreept staan en telt niet meer mee.",
    event=WITHDRAWN,
    lock="mistake",
    counted=frozenset({CORRECTED, WITHDRAWN}),
    subjects=_withdrawable,
    fields=lambda _, __: [_reason(WITHDRAWN)],
    about=_named,
    fill=lambda _, subject, values: {**values, "event_id": subject.id},
    why_not=lambda _, __: say("Deze gebeurtenis is al ingetrokken, of is er een die Waakvlam zelf maakt."),
)
ACTIONS = (CORRECT, WITHDRAW)
