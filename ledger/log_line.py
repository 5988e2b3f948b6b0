"""One row of the table of log lines (`ledger.log_lines`), and the only fields that a line of ours may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

INTAKE, TRIAGE, MONITORING, BOARD = "intake", "triage", "monitoring", "board"
WATCH, AGENCY = "`waakvlam watch`", "the SDK, at an agency"
EVERY = "every service"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what a line is called, how bad it is, who says it, what it means, and what to do (nothing where it only tells)."""

    name: str
    level: Literal["info", "warning", "error", "critical"]
    by: str
    meaning: str
    do: str = ""
    fields: tuple[str, ...] = ()


FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "address": "where a server listens: `host:port`",
        "agency": "id of an agency",
        "blind_from": "the moment from which nothing was seen",
        "blind_until": "the moment at which it saw again",
        "case": "id of a case",
        "cases": "how many cases",
        "count": "how many",
        "days": "how many days",
        "difference": "one count less the other",
        "due": "how many instants fell due",
        "end_offset": "the offset that follows the last one that Kafka has",
        "error": "the class of what went wrong, never its text",
        "event_id": "id of an event",
        "exit_code": "the exit code of a process",
        "field": "the name of a field of a record or an envelope",
        "file": "the path of a file that a setting names",
        "first": "the first sequence number",
        "first_offset": "the first offset that Kafka has",
        "in_a_row": "how many records were set aside one after the other",
        "item": "what was set aside: `dead-letter/NUMBER` or `parked/EVENT`",
        "kind": "which kind, of a fixed list",
        "last": "the last sequence number",
        "lasts_hours": "for how many hours already",
        "message": "the text of an error of ours, which names ids and what to do; of no other error the text is told",
        "offset": "a place in a partition",
        "pair": "the names of two counts that must be equal",
        "part": "the name of a service, or of a part of one",
        "partition": "a partition of a topic",
        "partitions": "how many partitions",
        "place": "where in the source an error arose: file and line, the innermost first",
        "position": "the offset at which the service's own database says to go on",
        "seconds": "how many seconds",
        "seen": "how many records were looked at",
        "set_aside": "how many of them were set aside",
        "status": "what a web server answered, by its number",
        "topic": "name of a topic",
        "topics": "names of topics",
        "trace_id": "id of the trace of the event that it is about",
        "usual_hours": "how many hours are usual at this hour of the week",
        "version": "place of an event in its case",
        "what": "what was asked: `kafka` or `ledger`",
    }
)
"""Every field with what stands in it. Never a text that somebody typed, and never anything about a person."""
