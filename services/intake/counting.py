"""What intake counts by itself, in the transaction of the records: how many it read, by partition, and what it made of them.

No count is computed from what the ledger holds; that is what makes it worth comparing (`ledger.reconciling`). A jump in
the offsets of a partition is counted too: those records Kafka threw away before they were read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger import memos, tables
from ledger.application import Ledger
from ledger.database import Statements
from ledger.relay import published_so_far
from ledger.streams.records import Arrived
from ledger.writing import Writing
from services.intake import missing
from services.intake.outcome import ACCEPTED, Outcome
from waakvlam.topics import agencies, agency_of_topic

_FROM = "counted/from"  # where the ledger stood when counting began
_EMPTY: Mapping[str, Any] = {"verdicts": {}, "places": {}}


def count(w: Writing, taken: Sequence[Arrived], outcomes: Iterable[Outcome], accepted: Sequence[Outcome]) -> None:
    """Count records that were read, in order, and what became of them and of what they released."""
    positions = [one.position for one in accepted if one.position is not None]
    verdicts = Counter((one.agency.id, one.verdict) for one in outcomes if one.verdict != ACCEPTED)
    verdicts.update((one.agency.id, ACCEPTED) for one in accepted)
    by_agency: dict[str, list[Arrived]] = {agency: [] for agency, _ in verdicts}
    for raw in taken:
        if agency := agency_of_topic(raw.topic):
            by_agency.setdefault(agency.id, []).append(raw)
    if not by_agency:
        return
    found = memos.read(w.statements, [_FROM, *map(_name, by_agency)])
    changed: dict[str, Any] = {}
    if _FROM not in found:
        changed[_FROM] = min(positions) - 1 if positions else tables.state(w.statements)["position"]
    for agency_id, some in by_agency.items():
        values = found.get(_name(agency_id), _EMPTY)
        told = Counter(values["verdicts"])
        told.update({verdict: number for (who, verdict), number in verdicts.items() if who == agency_id})
        changed[_name(agency_id)] = {"verdicts": dict(told), "places": _places(values["places"], some)}
    memos.write(w.statements, changed)


def counters(ledger: Ledger, *, real_now: int, minutes: float) -> dict[str, int]:
    """Return every counter that stands in the ledger's database, each as whoever keeps it has counted."""
    with ledger.reading() as statements:
        kept = memos.read(statements, [_FROM, *map(_name, agencies())])
        mine = [values for name, values in kept.items() if name != _FROM]
        counted = {
            "sequence_numbers_missing": missing.count(statements, real_now=real_now, minutes=minutes),
            "records_thrown_away_unread": sum(place[2] for one in mine for place in one["places"].values()),
            "relay_published": published_so_far(statements),
        }
        if _FROM in kept:
            counted["intake_accepted"] = kept[_FROM] + sum(one["verdicts"].get(ACCEPTED, 0) for one in mine)
        return counted | {name: int(statements.value(question) or 0) for name, question in _QUESTIONS.items()}


def read_by_agency(statements: Statements) -> dict[str, dict[str, int]]:
    """Return for each agency what was made of its records, by verdict."""
    kept = memos.read(statements, map(_name, agencies()))
    return {name.removeprefix("counted/"): values["verdicts"] for name, values in kept.items()}


_QUESTIONS = {
    "ledger_records": "SELECT count(*) FROM stored_events",
    "register_accepted": "SELECT count(*) FROM seen WHERE verdict = 'accepted'",
    "chain_versions": "SELECT sum(version) FROM heads",
    "case_records": "SELECT sum(version) FROM heads WHERE caseless = 0",
    "alerts_recorded": "SELECT count(*) FROM stored_events WHERE topic = 'alert_raised'",
}


def _places(before: Mapping[str, Sequence[int]], some: Iterable[Arrived]) -> dict[str, list[int]]:
    """Return for each partition the next offset, how many records were read and how many were never there to read."""
    places = {part: list(values) for part, values in before.items()}
    for raw in some:
        at, read, thrown = places.get(str(raw.partition), [raw.offset, 0, 0])
        places[str(raw.partition)] = [raw.offset + 1, read + 1, thrown + max(0, raw.offset - at)]
    return places


def _name(agency: str) -> str:
    return f"counted/{agency}"
