"""One case made anew from nothing but its facts: its row, its alert rows, who was told, and what of it came back. Pure.

The rows that the ledger knows are taken from `alert_raised` and what followed it, then brought in line with the story. So a
row that was told keeps its number; one that was told too early is there too, marked so, and closed if it was left open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rulebook.event import Event
from rulebook.instants import parse_instant
from services.monitoring.records import CaseRow, Fact, NumberedRow, Step, Told, Turn, TurnKind
from services.monitoring.rule_index import RuleIndex
from services.monitoring.watch import Watch

TURN_OF: Mapping[str, TurnKind] = {"alert_escalated": "escalated", "alert_reminded": "reminded"}


@dataclass(frozen=True, slots=True)
class Anew:
    """A case as the radar's tables should hold it; `recorded` are the steps that stand in the ledger."""

    row: CaseRow
    facts: Sequence[Fact]
    alerts: Sequence[NumberedRow]
    turns: Sequence[Turn]
    recorded: Sequence[Told]


def anew(rules: RuleIndex, case: str, partition: int, facts: Sequence[Fact], *, known_to: int) -> Anew:
    """Return what follows from a case's facts, of which all that was recorded up to `known_to` is here."""
    learned = [fact for fact in facts if fact.known_at <= known_to]
    stand = replace(CaseRow.unknown(case, partition), learned=len(learned), advanced_to=known_to)
    rows, turns = told_in(fact.event for fact in learned)
    watch = Watch.rebuilt(rules, stand, facts, rows=rows, turns=turns, certain_to=known_to)
    alerts = [row if row.key not in watch.book.founded else replace(row, is_early=False) for row in watch.book.rows()]
    return Anew(watch.row(), facts, alerts, [*turns, *watch.book.turns], watch.recorded)


def told_in(events: Iterable[Event]) -> tuple[list[NumberedRow], list[Turn]]:
    """Return the alert rows of which these events tell, and who was told of them after their raising."""
    raised: dict[tuple[str, int], Event] = {}
    closed: dict[tuple[str, int], Event] = {}
    turns: list[Turn] = []
    for event in events:
        if not event.type.startswith("alert_"):
            continue
        key = str(event.data.get("alert")), int(event.data.get("row", 1))
        if event.type == "alert_raised":
            raised.setdefault(key, event)
        elif key not in raised:
            continue
        elif event.type == "alert_closed":
            closed[key] = event
        elif kind := TURN_OF.get(event.type):
            turns.append(Turn(*key, kind, int(event.data["step"]), _first(event.data.get("to")), event.occurred_at))
    return [_row(key, event, closed.get(key)) for key, event in raised.items()], turns


def _row(key: tuple[str, int], raised: Event, closed: Event | None) -> NumberedRow:
    data = raised.data
    return NumberedRow(
        alert=key[0],
        number=key[1],
        rule=str(data["rule"]),
        agreement=str(data["agreement"]),
        agreement_version=int(data["version"]),
        instance=str(data["instance"]),
        stage=str(data["stage"]),
        due=parse_instant(str(data["due"])),
        raised_at=raised.occurred_at,
        closed_at=None if closed is None else closed.occurred_at,
        outcome=None if closed is None else str(closed.data.get("outcome") or ""),
        because=tuple(data.get("because") or ()),
        to=_first(data.get("to")),
        weight=int(data.get("weight", 1)),
        why=str(data.get("why") or ""),
        is_early=True,
    )


def _first(to: object) -> str:
    return str(to[0]) if isinstance(to, list) and to else ""


StepKey = tuple[str, int, Step, tuple[int, int] | None]


def recorded_at(steps: Iterable[Told]) -> dict[StepKey, int]:
    """Return when each step came back from the ledger."""
    return {(one.alert, one.number, one.step, one.turn): one.at for one in steps}
