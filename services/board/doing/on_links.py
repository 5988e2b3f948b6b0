"""Whether reports belong to this family: what does not is moved to the family that it is about."""

from collections.abc import Sequence

from ledger.numbers import number_of
from ledger.words import day, local
from rulebook.event import CORRECTED, WITHDRAWN, Event
from services.board.doing.action import THE_CASE, Action, Problem, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, words
from services.board.doing.on_mistakes import OWN_VOICES, UNTOUCHED
from services.board.doing.scene import Scene
from services.board.rights import Action as Right
from waakvlam.catalogue import event_types

MOVED = "events_moved"
MOVED_MAX = 200


def _movable(scene: Scene) -> list[Event]:
    unfit = UNTOUCHED | {CORRECTED, WITHDRAWN}
    return [one for one in scene.known if one.agency not in OWN_VOICES and one.type not in unfit]


def _splittable(scene: Scene) -> Sequence[Subject]:
    return [THE_CASE] if len(_movable(scene)) > 1 else []


def _what_goes(scene: Scene, _: Subject) -> Sequence[Asked]:
    names = {
        one.id: f"{event_types()[one.type].nl.replace('-', ' ').capitalize()}, {day(local(one.occurred_at).date())}"
        for one in _movable(scene)
        if one.type in event_types()
    }
    return [
        Asked(
            name="event_ids",
            label="Welke gebeurtenissen horen niet bij dit gezin?",
            kind=Kind.MANY,
            help="Kies ook wat op een verkeerde melding volgde. Verbeteringen gaan vanzelf mee.",
            choices=names,
        ),
        Asked(
            name="to_case",
            label="Bij welke casus horen ze wel?",
            kind=Kind.ID,
            required=False,
            help="Het volledige nummer van die casus (onderaan die pagina). Leeg: een nieuwe casus.",
        ),
        coded(MOVED, "reason", "Waarom?", choices=words(MOVED, "reason")),
    ]


def _can_go(scene: Scene, _: Subject, values: Values) -> Problem | None:
    if len(values["event_ids"]) > MOVED_MAX:
        return Problem("event_ids", f"Verplaats hooguit {MOVED_MAX} gebeurtenissen tegelijk.")
    if values["to_case"] == scene.case:
        return Problem("to_case", f"Dit is deze casus zelf ({number_of(scene.case)}).")
    return None


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
    why_not=lambda _, __: "Er is hier niets om te verplaatsen.",
)
ACTIONS = (SPLIT,)
