"""The counters of what came in and what became of it. Labels are ids of agencies and names in the catalogue, nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from ledger import logs
from ledger.metrics import Meters
from ledger.streams.records import Arrived
from services.intake.outcome import CONFLICT, Outcome
from waakvlam.catalogue import event_types
from waakvlam.topics import agency_of_topic

log = logs.logger(__name__)
UNKNOWN = "unknown"


def tell_outcomes(outcomes: Sequence[Outcome], meters: Meters, *, now: int) -> None:
    """Count what became of events, and note when each agency was heard."""
    verdicts = meters.counter("waakvlam_intake_verdicts_total")
    found = Counter((one.agency.id, type_of(one.raw), one.verdict) for one in outcomes)
    for (agency, type_name, verdict), count in found.items():
        verdicts.labels(agency=agency, type=type_name, verdict=verdict).inc(count)
    heard = meters.gauge("waakvlam_intake_heard_timestamp_seconds")
    for agency in {one.agency.id for one in outcomes}:
        heard.labels(agency=agency).set(now / 1e6)


def tell_conflicts(outcomes: Iterable[Outcome]) -> None:
    """Tell operators of what was sent again with other content."""
    for outcome in outcomes:
        if outcome.verdict == CONFLICT:
            with logs.about(outcome.trace):
                log.error("event_conflicts", agency=outcome.agency.id, event_id=outcome.event_id)


def tell_taken(taken: Iterable[Arrived], meters: Meters, *, real_now: int) -> None:
    """Count records whose batch is committed, and tell how long they were on the way since they arrived at Kafka."""
    some = list(taken)
    received = meters.counter("waakvlam_intake_received_total")
    found = Counter((agency.id, type_of(raw)) for raw in some if (agency := agency_of_topic(raw.topic)))
    for (agency_id, type_name), count in found.items():
        received.labels(agency=agency_id, type=type_name).inc(count)
    seconds = meters.histogram("waakvlam_intake_recorded_seconds")
    for raw in some:
        arrived_ms = getattr(raw, "timestamp", None)  # Kafka's own records have one; others, of a replay, do not
        if arrived_ms is not None and arrived_ms >= 0:
            seconds.observe(max(0.0, real_now / 1e6 - arrived_ms / 1e3))


def type_of(raw: Arrived) -> str:
    """Return the type that a record names, if the catalogue has it: what a sender makes up becomes no label."""
    for name, value in raw.headers:
        if name == "ce_type":
            return _names().get(value.decode("utf-8", "replace").rpartition(".")[0], UNKNOWN)
    return UNKNOWN


@cache
def _names() -> dict[str, str]:
    return {one.ce_type.rpartition(".")[0]: name for name, one in event_types().items()}
