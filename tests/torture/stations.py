"""What works, and how it is seen from outside that it works: by the numbers that each part keeps in its own database.

A station is a step of the way from agency to board. `progress` only ever grows; a process is at work when it has just
grown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.database import Database
from tests.torture.stories import POLICE, VEILIG_THUIS
from waakvlam.topics import agencies

Probe = Callable[["Books"], int]


@dataclass(frozen=True, slots=True)
class Books:
    """The databases of a run, opened to look at."""

    ledger: Database
    radar: Database
    triage: Database
    board: Database


@dataclass(frozen=True, slots=True)
class Station:
    """A step of the way: the process that does it, and how far it came."""

    process: str
    progress: Probe


def taken_in(books: Books) -> int:
    """Return how many records of the agencies intake has read and committed."""
    topics = [agencies()[one].topic for one in (VEILIG_THUIS, POLICE)]
    with books.ledger.reading() as t:
        return sum(row[0] for row in t.rows_in("SELECT read_to FROM positions WHERE topic {in}", topics))


def published(books: Books) -> int:
    """Return up to which position the relay has published the ledger."""
    return _number(books.ledger, "SELECT read_to FROM positions WHERE topic = 'relay'")


def folded(books: Books) -> int:
    """Return how many records of case-events monitoring has folded."""
    return _number(books.radar, "SELECT sum(position) FROM positions")


def decided(books: Books) -> int:
    """Return how many alerts were raised in the radar's own book: due, and decided; not yet delivered."""
    return _number(books.radar, "SELECT count(*) FROM alerts")


def delivered(books: Books) -> int:
    """Return how many alerts were delivered to Kafka and marked so; most are not yet recorded in the ledger."""
    return _number(books.radar, "SELECT count(*) FROM alerts WHERE raised_sent_at IS NOT NULL")


def recorded(books: Books) -> int:
    """Return how many alerts came back from the ledger."""
    return _number(books.radar, "SELECT count(*) FROM alerts WHERE raised_recorded_at IS NOT NULL")


def triaged(books: Books) -> int:
    """Return how many records of case-events triage has read."""
    return _number(books.triage, "SELECT sum(position) FROM triage_positions")


def shown(books: Books) -> int:
    """Return how many records of case-events and receipts the board has folded."""
    return _number(books.board, "SELECT sum(position) FROM board_positions")


STATIONS: Mapping[str, Station] = {
    "intake": Station("intake", taken_in),
    "relay": Station("intake", published),
    "monitoring": Station("monitoring", folded),
    "deciding": Station("monitoring", decided),
    "delivering": Station("monitoring", delivered),
    "recording": Station("intake", recorded),
    "triage": Station("triage", triaged),
    "board": Station("board", shown),
    "broker": Station("broker", lambda books: taken_in(books) + published(books)),
}


def _number(database: Database, question: str) -> int:
    with database.reading() as t:
        return int(t.value(question) or 0)
