"""Escalations: start, move, decide, close. The ladder is that of the region; passing over a level asks for its ground.

The door judges a move that passes over levels (rule book 6). The board asks the same of a start above the lowest level:
who begins halfway passes over the levels below, and nobody should get there more easily by starting than by moving.
"""

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from ledger.ladders import title_of, titles_of
from rulebook.event import Event
from rulebook.rules import Ladder, Level
from services.board.doing.action import Action, Problem, Subject, Values
from services.board.doing.fields import Asked, Kind, coded, words
from services.board.doing.on_family import when
from services.board.doing.scene import Scene
from services.board.language import listed, say, term_length
from services.board.rights import Action as Right

STARTED, MOVED, DECIDED, CLOSED = "escalation_started", "escalation_moved", "escalation_decided", "escalation_closed"
START_ID, MOVE_ID = "escalatie-starten", "escalatie-verplaatsen"
ALL = frozenset({STARTED, MOVED, DECIDED, CLOSED})


def ladder_name(scene: Scene, ladder: str) -> str:
    """Return how people call a ladder, see `title_of`."""
    return title_of(ladder, scene.ladders.get(ladder))


def titles(scene: Scene) -> Mapping[str, str]:
    """Return how people call each ladder of the region, by its id."""
    return titles_of(scene.ladders)


def level_name(ladder: Ladder, level: Level) -> str:
    """Return how people call a level of a ladder; its number says already what the ladder's letters would say again."""
    own = f"{ladder.id}-"
    name = f"{ladder.id.upper()} {level.name.removeprefix(own)}" if level.name.startswith(own) else level.name
    return say("Niveau {number}: {name}", number=level.nr, name=name.replace("-", " "))


def ladder_of(scene: Scene, action: str, subject: str) -> tuple[Ladder, int | None] | None:
    """Return the ladder that an action is about and the level at which it stands now; None where there is none."""
    if action == START_ID:
        found = scene.ladders.get(subject)
        return (found, None) if found else None
    escalation = scene.state.escalations.get(subject)
    found = scene.ladders.get(escalation.ladder) if escalation else None
    return (found, escalation.level) if found and escalation else None


def passed_over(ladder: Ladder, now: int | None, to: int) -> list[Level]:
    """Return the levels that are passed over on the way up and may not be, without one of the ladder's grounds."""
    numbers = [level.nr for level in ladder.levels]
    start = min(numbers) - 1 if now is None else now
    return [level for level in ladder.levels if start < level.nr < to and not level.may_skip]


def _levels(ladder: Ladder, now: int | None) -> Asked:
    going = [level for level in ladder.levels if level.nr != now]
    return Asked(
        name="level",
        label=say("Op welk niveau begint u?") if now is None else say("Naar welk niveau?"),
        kind=Kind.CHOICE,
        choices={str(level.nr): level_name(ladder, level) for level in going},
        hints={str(level.nr): _hint(ladder, now, level) for level in going},
        text=str(going[0].nr) if now is None else "",
    )


def _hint(ladder: Ladder, now: int | None, level: Level) -> str:
    skipped = passed_over(ladder, now, level.nr)
    term = decided_within(level)
    if not skipped:
        return term
    over = say("Slaat {levels} over: {only}.", levels=_numbers(skipped), only=_only_for(ladder))
    return f"{term} {over}".strip()


def decided_within(level: Level) -> str:
    """Return within how long a level decides, as a sentence; empty where nothing says so."""
    return say("Besluit binnen {term}.", term=term_length(level.term)) if level.term else ""


def _numbers(levels: Sequence[Level]) -> str:
    return listed([say("niveau {number}", number=one.nr) for one in levels])


def _only_for(ladder: Ladder) -> str:
    known = words(MOVED, "reason")
    grounds = [known.get(one, one) for one in ladder.skip_reasons]
    if not grounds:
        return say("dat kan bij deze ladder nooit")
    return say("kan alleen omdat {grounds}", grounds=f" {say('of omdat')} ".join(grounds))


def _reasons(ladder: Ladder) -> Asked:
    known = words(MOVED, "reason")
    return coded(MOVED, "reason", say("Waarom?"), choices={one: known.get(one, one) for one in ladder.reasons})


def _not_skipped(scene: Scene, action: str, subject: Subject, values: Values) -> Problem | None:
    found = ladder_of(scene, action, subject.id)
    if found is None:
        return None
    ladder, now = found
    skipped = passed_over(ladder, now, int(values["level"]))
    if not skipped or values["reason"] in ladder.skip_reasons:
        return None
    return Problem(
        "level",
        say(
            "Dit slaat {levels} over: {only}. Kies een lager niveau, of een reden waarom het mag.",
            levels=_numbers(skipped),
            only=_only_for(ladder),
        ),
    )


def _start_fields(scene: Scene, subject: Subject) -> Sequence[Asked]:
    ladder = scene.ladders[subject.id]
    return [_levels(ladder, None), _reasons(ladder)]


def _move_fields(scene: Scene, subject: Subject) -> Sequence[Asked]:
    found = ladder_of(scene, MOVE_ID, subject.id)
    assert found is not None
    return [_levels(*found), _reasons(found[0])]


def _start(scene: Scene, subject: Subject, values: Values) -> Values:
    number = sum(one.type == STARTED for one in scene.events) + 1
    return {
        **values,
        "escalation_id": f"e-{uuid5(NAMESPACE_URL, f'{scene.case}|{subject.id}|{number}')}",
        "ladder": subject.id,
        "level": int(values["level"]),
        "direction": "up",
    }


def _move(scene: Scene, subject: Subject, values: Values) -> Values:
    now, level = scene.state.escalations[subject.id], int(values["level"])
    direction = "up" if level > now.level else "down"
    return {**values, "escalation_id": subject.id, "ladder": now.ladder, "level": level, "direction": direction}


def _to_start(scene: Scene) -> Sequence[Subject]:
    running = {one.ladder for one in scene.state.escalations.values() if one.open}
    return [
        Subject(one, say("Ladder {name}", name=ladder_name(scene, one)), f"start {one}")
        for one in sorted(scene.ladders)
        if one not in running and not scene.state.closed
    ]


def _running(scene: Scene) -> Sequence[Subject]:
    return [
        Subject(
            number, say("Escalatie {name}, nu op niveau {level}", name=ladder_name(scene, one.ladder), level=one.level)
        )
        for number, one in scene.state.escalations.items()
        if one.open
    ]


def _movable(scene: Scene) -> Sequence[Subject]:
    return [one for one in _running(scene) if ladder_of(scene, MOVE_ID, one.id) is not None]


def _undecided(scene: Scene) -> Sequence[Subject]:
    last = {str(one.data["escalation_id"]): one.type for one in scene.standing(*ALL)}
    return [one for one in _running(scene) if last.get(one.id) != DECIDED]


def _escalation_of(event: Event) -> str:
    return str(event.data.get("escalation_id", ""))


def _ladder_started(event: Event) -> str:
    return f"start {event.data.get('ladder')}"


def _of_this_escalation(_: Scene, subject: Subject, values: Values) -> Values:
    return {**values, "escalation_id": subject.id}


def _over(_: Scene, __: str) -> str:
    return say("Deze escalatie loopt niet meer. Een collega sloot haar misschien net.")


START = Action(
    id=START_ID,
    right=Right.ESCALATE,
    title="Escalatie starten",
    button="Start de escalatie",
    intro="De vraag gaat naar wie erover kan beslissen, stap voor stap. Hij gaat over de samenwerking, niet over het gezin.",
    event=STARTED,
    lock="escalation",
    counted=frozenset({STARTED}),
    subjects=_to_start,
    fields=_start_fields,
    about=_ladder_started,
    fill=_start,
    refuse=lambda scene, subject, values: _not_skipped(scene, START_ID, subject, values),
    why_not=lambda _, __: say("Op deze ladder loopt al een escalatie, of uw regio kent deze ladder niet."),
)
MOVE = Action(
    id=MOVE_ID,
    right=Right.ESCALATE,
    title="Escalatie naar een ander niveau",
    button="Verplaats de escalatie",
    intro="Omhoog als dit niveau er niet uitkomt, omlaag als het weer lager kan.",
    event=MOVED,
    lock="escalation",
    counted=ALL,
    subjects=_movable,
    fields=_move_fields,
    about=_escalation_of,
    fill=_move,
    refuse=lambda scene, subject, values: _not_skipped(scene, MOVE_ID, subject, values),
    why_not=_over,
)
DECIDE = Action(
    id="escalatie-besluit",
    right=Right.ESCALATE,
    title="Besluit over de escalatie vastleggen",
    button="Leg het besluit vast",
    intro="Het niveau waar de vraag lag, besloot wie wat wanneer doet.",
    event=DECIDED,
    lock="escalation",
    counted=ALL,
    subjects=_undecided,
    fields=lambda scene, _: [when(scene, say("Wanneer is besloten?"))],
    about=_escalation_of,
    fill=_of_this_escalation,
    why_not=lambda _, __: say("Over deze escalatie is al besloten, of zij loopt niet meer."),
)
CLOSE = Action(
    id="escalatie-sluiten",
    right=Right.ESCALATE,
    title="Escalatie sluiten",
    button="Sluit de escalatie",
    intro="De vraag is opgelost of niet meer nodig.",
    event=CLOSED,
    lock="escalation",
    counted=ALL,
    subjects=_running,
    fields=lambda _, __: [coded(CLOSED, "reason", say("Hoe eindigde het?"))],
    about=_escalation_of,
    fill=_of_this_escalation,
    why_not=_over,
)
ACTIONS = (START, MOVE, DECIDE, CLOSE)
