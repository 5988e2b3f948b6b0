"""Whether reports belong to this family: confirm that one does, or move events to the family that they are about."""

from collections.abc import Sequence

from ledger.numbers import number_of
from ledger.words import local
from rulebook.event import CORRECTED, WITHDRAWN, Event
from services.board.doing.action import THE_CASE, Action, Problem, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, words
from services.board.doing.on_mistakes import OWN_VOICES, UNTOUCHED
from services.board.doing.scene import Scene
from services.board.language import day, event_name, say
from services.board.rights import Action as Right
from waakvlam.catalogue import event_types

MOVED, CONFIRMED, REPORT = "events_moved", "link_confirmed", "report_received"
MOVED_MAX = 200


def _linked(scene: Scene) -> Sequence[Subject]:
    """Return the reports that were put with an earlier one, and that nobody confirmed yet."""
    confirmed = {one.data.get("report_id") for one in scene.standing(CONFIRMED)}
    reports = sorted(scene.standing(REPORT), key=lambda one: (one.recorded_at, one.id))
    return [
        Subject(str(one.data["report_id"]), say("Melding van {day}", day=day(local(one.occurred_at).date())))
        for one in reports[1:]
        if one.data["report_id"] not in confirmed
    ]


def _report_of(event: Event) -> str:
    return str(event.data.get("report_id", ""))


def _movable(scene: Scene) -> list[Event]:
    unfit = UNTOUCHED | {CORRECTED, WITHDRAWN}
    return [one for one in scene.known if one.agency not in OWN_VOICES and one.type not in unfit]


def _splittable(scene: Scene) -> Sequence[Subject]:
    return [THE_CASE] if len(_movable(scene)) > 1 else []


def _what_goes(scene: Scene, _: Subject) -> Sequence[Asked]:
    names = {
        one.id: f"{event_name(event_types()[one.type])}, {day(local(one.occurred_at).date())}"
        for one in _movable(scene)
        if one.type in event_types()
    }
    return [
        Asked(
            name="event_ids",
            label=say("Welke gebeurtenissen horen niet bij dit gezin?"),
            kind=Kind.MANY,
            help=say("Kies ook wat op een verkeerde melding volgde. Verbeteringen gaan vanzelf mee."),
            choices=names,
        ),
        Asked(
            name="to_case",
            label=say("Bij welke casus horen ze wel?"),
            kind=Kind.ID,
            required=False,
            help=say("Het volledige nummer van die casus (onderaan die pagina). Leeg: een nieuwe casus."),
        ),
        coded(MOVED, "reason", say("Waarom?"), choices=words(MOVED, "reason")),
    ]


def _can_go(scene: Scene, _: Subject, values: Values) -> Problem | None:
    if len(values["event_ids"]) > MOVED_MAX:
        return Problem("event_ids", say("Verplaats hooguit {most} gebeurtenissen tegelijk.", most=MOVED_MAX))
    if values["to_case"] == scene.case:
        return Problem("to_case", say("Dit is deze casus zelf ({number}).", number=number_of(scene.case)))
    return None


CONFIRM = Action(
    id="koppeling-bevestigen",
    right=Right.JUDGE_LINK,
    title="Bevestigen dat een melding bij dit gezin hoort",
    button="Dit klopt",
    intro="Deze melding is bij het gezin gezet omdat er personen hetzelfde zijn. U keek ernaar en het klopt.",
    event=CONFIRMED,
    lock="link",
    counted=frozenset({CONFIRMED}),
    subjects=_linked,
    fields=lambda _, __: [],
    about=_report_of,
    fill=lambda _, subject, values: {**values, "report_id": subject.id},
    why_not=lambda _, __: say("Deze koppeling is al bevestigd, of de melding staat hier niet meer."),
)
SPLIT = Action(
    id="koppeling-splitsen",
    right=Right.JUDGE_LINK,
    title="Gebeurtenissen horen bij een ander gezin",
    button="Verplaats deze gebeurtenissen",
    intro="Twee gezinnen zijn voor één gezin aangezien, of andersom. De gebeurtenissen gaan naar waar ze horen; hier blijven ze doorgestreept staan.",
    event=MOVED,
    lock="link",
    counted=frozenset({MOVED}),
    subjects=_splittable,
    fields=_what_goes,
    refuse=_can_go,
    why_not=lambda _, __: say("Er is hier niets om te verplaatsen."),
)
ACTIONS = (CONFIRM, SPLIT)
