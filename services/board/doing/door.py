"""What intake will ask at the door, asked beforehand: so a refusal comes while the words still stand in the form.

It is the same functions that intake asks, on the same history. Between this answer and the door a colleague may tell
something; then the door refuses after all, and the board shows its sentence.
"""

from collections.abc import Mapping
from typing import Any

from ledger import alone, case
from ledger.case import Asked, Refusal
from rulebook.event import Event
from services.board.doing.action import Action, Problem, Subject
from services.board.doing.scene import Scene
from services.board.language import say
from waakvlam.clock import instant_of, micros_of
from waakvlam.codec import data_of
from waakvlam.messages import Message

THIS = "this-event"
# What the door says to systems, people of the board are told in their own words.
SAID_HERE = {
    (
        "until_on",
        alone.NOT_PROPOSED,
    ): "Gevaar laat niemand alleen wachten. Laat eerst een collega dit uitstel voorstellen.",
    ("next_step_on", alone.TOO_QUIET): (
        f"Dit gaat over gevaar. Kies een dag binnen {alone.QUIET_DAYS_MAX} dagen; later kan pas als ook een collega het oppakte."
    ),
}


def message_of(action: Action, scene: Scene, subject: Subject, values: Mapping[str, Any]) -> Message:
    """Return the event that a form becomes."""
    fields = {
        "occurred_at": instant_of(scene.now),
        "case": scene.case,
        "municipality": scene.municipality,
        "recorded_by": scene.person,
        **action.fill(scene, subject, values),
    }
    return Message.of(action.event, {name: value for name, value in fields.items() if value is not None})


def refusal(message: Message, scene: Scene) -> Problem | None:
    """Return what intake would refuse, as far as the case's history tells."""
    event_type, record = message.event_type(), message.record()
    event = Event(
        id=THIS,
        type=event_type.name,
        case=scene.case,
        agency="board",
        municipality=scene.municipality,
        occurred_at=micros_of(record["occurred_at"]),
        recorded_at=scene.now,
        data=data_of(event_type, record),
    )
    asked = Asked(scene.events, by_veilig_thuis=True, today=scene.today, ladders=scene.ladders)
    people = {**scene.recorded_by, THIS: scene.person}
    found = case.decide(event, asked)
    if found is None and event.type in alone.GUARDED:
        found = alone.refusal(event, alone.Told(scene.events, people, scene.dangers, scene.today))
    return _problem(found) if found else None


def _problem(found: Refusal) -> Problem:
    ours = SAID_HERE.get((found.field, found.sentence))
    return Problem(found.field, found.sentence, quoted=True) if ours is None else Problem(found.field, say(ours))
