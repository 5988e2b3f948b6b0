"""`waakvlam case` and `waakvlam why`: what happened in a case, and what must happen next and why."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.screen import result
from cli.sentences import STAGES, filled
from cli.settings import Settings
from ledger.record import Record
from ledger.timeline import Line, sentences
from ledger.words import PHASES, moment
from rulebook.agreements import load
from rulebook.engine import CaseWatch
from rulebook.event import from_json
from rulebook.instance import BREACH, WARN, Instance
from waakvlam.clock import clock_from, iso
from waakvlam.topics import agencies


def show_case(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print a case's timeline, in Dutch."""
    lines = sentences(_history(settings, case), agencies())
    result([_line_json(one) for one in lines], as_json=as_json, lines=[_words(one) for one in lines])


def show_why(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print what must still happen in a case, by when, and why: what is late first, then what is due soonest."""
    now = clock_from(settings.clock).micros()
    history = _history(settings, case)
    watch = CaseWatch(load(settings.agreements), case)
    for at, some in groupby(history, key=lambda one: one.recorded_at):
        watch.learn([from_json(one.line()) for one in some], at)
    watch.advance(max(now, watch.now))
    found = sorted((_Duty.of(one, now) for one in watch.instances()), key=lambda duty: duty.order)
    state = "gesloten" if watch.closed else f"open, fase: {PHASES[watch.phase]}"
    head = f"Casus {case}: {state}"
    value = {"case": case, "closed": watch.closed, "phase": watch.phase, "duties": [one.as_json() for one in found]}
    result(value, as_json=as_json, lines=[head, *(one.words() for one in found)])


@dataclass(frozen=True, slots=True)
class _Duty:
    """One thing that must still happen, or a signal that stands."""

    instance: Instance
    stage: str  # of the alert that is open, or else the stage that comes next
    due: int | None
    is_open: bool

    @classmethod
    def of(cls, instance: Instance, now: int) -> "_Duty":
        """Return what an instance says at a moment."""
        if opened := instance.open_stage(now):
            return cls(instance, *opened, is_open=True)
        due = instance.next_due(now)
        return cls(instance, WARN if due is not None and due == instance.warn else BREACH, due, is_open=False)

    @property
    def order(self) -> tuple[bool, float, str]:
        """What is open first, then by due; what has none comes last."""
        return not self.is_open, float("inf") if self.due is None else self.due, self.instance.rule.id

    def why(self) -> str:
        """Return the reason in a sentence."""
        start = self.instance.start
        limit = self.instance.breach or self.due or start.occurred_at
        return filled(
            self.instance.rule.why or "",
            agency=start.agency,
            since=start.occurred_at,
            due=limit,
            instance=self.instance.key,
            data=start.data,
        )

    def words(self) -> str:
        """Return it as lines for people."""
        stage = STAGES[self.stage] if self.is_open else "Volgt"
        limit = "zonder datum" if self.due is None else f"{'sinds' if self.is_open else 'op'} {moment(self.due)}"
        return f"{stage} {limit} · {self.instance.rule.id} {self.instance.rule.title}\n    {self.why()}"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        rule, instance = self.instance.rule, self.instance
        return {
            "rule": rule.id,
            "title": rule.title,
            "agreement": rule.source.agreement,
            "version": rule.source.version,
            "instance": instance.key,
            "open": self.is_open,
            "stage": self.stage,
            "due": None if self.due is None else iso(self.due),
            "warn": None if instance.warn is None else iso(instance.warn),
            "breach": None if instance.breach is None else iso(instance.breach),
            "because": list(instance.because),
            "why": self.why(),
        }


def _history(settings: Settings, case: str) -> list[Record]:
    with ledger_at(settings.ledger_url, clock_from(settings.clock)) as ledger:
        history = ledger.history(case)
    if not history:
        raise Ends(Exit.REFUSED, f"There is no case {case} in this ledger. `waakvlam export` shows which there are.")
    return history


def _words(line: Line) -> str:
    marks = "".join(f"\n    {one.text}" for one in line.marks)
    return f"{moment(line.occurred_at)}  {line.text}{marks}"


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.event_id,
        "type": line.type,
        "occurred_at": iso(line.occurred_at),
        "recorded_at": iso(line.recorded_at),
        "agency": line.agency,
        "text": line.text,
        "marks": [{"kind": one.kind, "text": one.text} for one in line.marks],
    }
