"""What intake does with a batch, as steps of the traces of its events (`ledger.tracing`). It decides nothing.

    agency send -> intake receive -> ledger append -> relay publish -> ...

Steps are begun inside the transaction, for what is kept and answered names them, and ended once it is committed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger import traces, tracing
from ledger.streams.records import Arrived
from ledger.tracing import Step, Tracing
from ledger.writing import Writing
from services.intake.outcome import Outcome
from services.intake.telling import type_of
from waakvlam import trace
from waakvlam.trace import Trace

RECEIVE, APPEND = "intake receive", "ledger append"


class _Followed(NamedTuple):
    outcome: Outcome
    received: Step
    appended: Step | None


class Following:
    """The steps of one batch; made anew for each."""

    def __init__(self, how: Tracing, *, at: int) -> None:
        self._how = how
        self._began_at = at  # when the batch was taken up, in micros of the machine's clock
        self._steps: list[_Followed] = []

    def begin(self, w: Writing, outcomes: Sequence[Outcome], accepted: Sequence[Outcome], *, at: int) -> None:
        """Name the trace of each outcome, for its receipt, and keep those of what was appended; positions are known."""
        taken = {id(one) for one in accepted}
        others = [one for one in outcomes if id(one) not in taken]
        if self._how.is_on:
            kept = self._begun(accepted, others, at)
        else:
            for one in (*accepted, *others):
                one.trace = _trace_of(one.raw)
            kept = {one.position: one.trace for one in accepted}
        traces.keep(w.statements, {at: one for at, one in kept.items() if at is not None and one})

    def end(self, *, at: int) -> None:
        """Say that it is committed."""
        for outcome, received, appended in self._steps:
            told = _told(outcome)
            if appended:
                appended.end(at=at, told=told)
            received.end(at=at, told=told)

    def _begun(self, accepted: Sequence[Outcome], others: Sequence[Outcome], at: int) -> dict[int | None, Trace | None]:
        kept: dict[int | None, Trace | None] = {}
        for one in accepted:
            received = self._received(one)
            appended = self._how.begin(APPEND, received.trace, at=at)
            kept[one.position] = appended.trace
            self._steps.append(_Followed(one, received, appended))
        self._steps += [_Followed(one, self._received(one), None) for one in others]
        return kept

    def _received(self, outcome: Outcome) -> Step:
        received = self._how.begin(RECEIVE, _trace_of(outcome.raw), at=self._began_at, kind="consumer")
        outcome.trace = received.trace
        return received


def _trace_of(raw: Arrived) -> Trace | None:
    """Return the trace that a record's header names, unless the event itself says the same.

    An id of a trace is chance. One that stands in the event is not, and may be somebody's pseudonym (as long as a trace's
    id) or file number: that must not go where spans and logs go.
    """
    told = trace.of(raw.headers)
    if told and raw.value and (told.trace_id.encode() in raw.value or told.span_id.encode() in raw.value):
        return None
    return told


def _told(outcome: Outcome) -> dict[str, str | int]:
    """Return what stands in a span: ids, and names of our own."""
    told: dict[str, str | int | None] = {
        tracing.EVENT: outcome.event_id,
        tracing.TYPE: type_of(outcome.raw),
        tracing.AGENCY: outcome.agency.id,
        tracing.CASE: outcome.case,
        tracing.POSITION: outcome.position,
        tracing.VERDICT: outcome.verdict,
    }
    return {name: value for name, value in told.items() if value is not None}
